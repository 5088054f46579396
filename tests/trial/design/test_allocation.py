# SPDX-License-Identifier: Apache-2.0
"""Allocation keeps arms in balance and depends on nothing it should not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.core.errors import StudyError
from trimer.patients import Cohort
from trimer.trial.design.allocation import allocate, checked_block
from trimer.trial.design.stratum import Stratum, check_strata, strata_of


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=120),
    st.lists(st.integers(1, 3), min_size=2, max_size=3),
    st.integers(0, 50),
)
def test_every_block_of_a_stratum_holds_the_ratio(letters, ratio, seed):
    """After each whole block every arm has its share, in every stratum."""
    strata = np.array(letters)
    arms = allocate(strata, ratio, seed=seed)
    size = checked_block(ratio, None)
    for name in set(letters):
        own = arms[strata == name]
        for start in range(0, len(own) - size + 1, size):
            counts = np.bincount(own[start : start + size], minlength=len(ratio))
            assert counts.tolist() == [share * size // sum(ratio) for share in ratio]


def test_neither_other_strata_nor_more_patients_move_an_allocation():
    """A stratum's sequence is its own; a longer trial begins like a shorter one."""
    alone = allocate(np.array(["a"] * 30), (1, 1), seed=3)
    mixed = np.array(["a", "b", "b"] * 30)
    arms = allocate(mixed, (1, 1), seed=3)
    assert (arms[mixed == "a"] == alone).all()
    assert (allocate(np.array(["a"] * 12), (1, 1), seed=3) == alone[:12]).all()


def test_trials_and_seeds_differ():
    """Each repeat has a sequence of its own, and so has each seed."""
    strata = np.array(["all"] * 60)
    first = allocate(strata, (1, 1), seed=3, trial=0)
    assert (first != allocate(strata, (1, 1), seed=3, trial=1)).any()
    assert (first != allocate(strata, (1, 1), seed=4, trial=0)).any()


def test_all_orders_of_a_block_are_equally_likely():
    """Of 6,000 blocks of 4, each of the 6 orders comes up about 1,000 times."""
    arms = allocate(np.array(["all"] * 24_000), (1, 1), seed=1, block=4).reshape(-1, 4)
    _, counts = np.unique(arms, axis=0, return_counts=True)
    assert len(counts) == 6
    assert abs(counts - 1000).max() < 120  # four standard deviations


@pytest.mark.parametrize(
    ("ratio", "block"), [((1, 0), None), ((), None), ((1, 1), 3), ((2, 1), 2), ((1, 1), 102)]
)
def test_blocks_that_cannot_hold_the_ratio_are_refused(ratio, block):
    """A sentence, not a crash."""
    with pytest.raises(StudyError, match=r"Wrong (ratio|block)"):
        checked_block(ratio, block)


@pytest.fixture
def cohort():
    """Six patients with a parameter, a number and a word."""
    return Cohort(
        "six", np.arange(6), ("WT",), np.array([[50.0], [60], [70], [80], [90], [100]]), seed=1,
        covariates={"age": np.arange(60.0, 66.0), "history": np.array(["early", "late"] * 3)},
    )  # fmt: skip


def test_groups_begin_at_their_cut_points(cohort):
    """A value at a cut point belongs to the group above; groupings combine."""
    assert Stratum("WT", (70.0,)).groups(cohort).tolist() == ["WT < 70"] * 2 + ["WT >= 70"] * 4
    assert Stratum("age", (61.0, 64.0)).groups(cohort).tolist() == [
        "age < 61", "age 61 to 64", "age 61 to 64", "age 61 to 64", "age >= 64", "age >= 64",
    ]  # fmt: skip
    both = strata_of(cohort, [Stratum("WT", (70.0,)), Stratum("history")])
    assert both[0] == "WT < 70, history early"
    assert len(set(both.tolist())) == 4
    assert set(strata_of(cohort, []).tolist()) == {"all"}
    check_strata(cohort, [Stratum("WT", (70.0,)), Stratum("history")])


@pytest.mark.parametrize(
    ("stratum", "says"),
    [
        (Stratum("WT", (70.0, 101.0)), "Nobody in stratum 'WT >= 101'"),
        (Stratum("WT"), "No cut points"),
        (Stratum("history", (1.0,)), "each word is a group"),
        (Stratum("wt", (70.0,)), "Did you mean 'WT'"),
        (Stratum("age", tuple(60.0 + k / 20 for k in range(80))), "Nobody|Too many"),
    ],
    ids=range(5),
)
def test_strata_that_cannot_be_are_refused(cohort, stratum, says):
    """Nobody in a stratum, no cut points, unknown names: a sentence."""
    with pytest.raises(StudyError, match=says):
        check_strata(cohort, [stratum])
