# SPDX-License-Identifier: Apache-2.0
"""Random numbers that belong to a patient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.core.errors import InputError
from trimer.core.random import normal, uniform

LARGEST = 2**63 - 1
IDS = st.lists(
    st.integers(0, 5000) | st.integers(0, LARGEST) | st.sampled_from([255, 256, 257, LARGEST]),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(seed=st.integers(0, 2**70), ids=IDS, shuffle=st.randoms(use_true_random=False))
def test_a_number_belongs_to_its_id(seed, ids, shuffle):
    """Other ids, their order, gaps and repeats do not change the number of an id."""
    together = uniform(seed, "patients/CL", ids)
    alone = [float(uniform(seed, "patients/CL", [i])[0]) for i in ids]
    assert together.tolist() == alone
    order = list(range(len(ids)))
    shuffle.shuffle(order)
    assert uniform(seed, "patients/CL", [ids[i] for i in order]).tolist() == [
        alone[i] for i in order
    ]


def test_patient_17_is_the_same_in_every_cohort():
    """Number 17 is bitwise the same among 20 and among 100,000, in order or not."""
    few = uniform(7, "patients/CL", np.arange(20))
    many = uniform(7, "patients/CL", np.arange(100_000))
    backwards = uniform(7, "patients/CL", np.arange(100_000)[::-1])
    assert np.array_equal(few, many[:20])
    assert np.array_equal(many, backwards[::-1])


@pytest.mark.parametrize("stride", [1, 3, 255, 256, 257, 100_003])
def test_gaps_do_not_matter(stride):
    """Ids with gaps of any width have the numbers they have without the gaps."""
    ids = np.arange(0, 40 * stride, stride)
    near = ids[ids < 10_000]
    assert np.array_equal(
        uniform(1, "a", ids)[: near.size], uniform(1, "a", np.arange(10_000))[near]
    )


def test_the_numbers_are_those_of_every_version():
    """The streams have the numbers they had where this test was written."""
    assert [u.hex() for u in uniform(7, "patients/CL", [0, 1, 17, 2**40]).tolist()] == [
        "0x1.af5719add3f81p-1",
        "0x1.367cd7f00722bp-1",
        "0x1.379ce40a0b230p-5",
        "0x1.462d5f2c2ea37p-1",
    ]
    assert [z.hex() for z in normal(7, "patients/CL", [0, 17]).tolist()] == [
        "0x1.012f2352e0be0p+0",
        "-0x1.c61f3c53a2f82p+0",
    ]


def test_numbers_stay_inside_the_unit_interval():
    """No number is 0 or 1, and the least and the most likely are as far from the ends."""
    words = np.array([0, 2**64 - 1], dtype=np.uint64)
    ends = ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    assert ends.tolist() == [2.0**-53, 1 - 2.0**-53]


def test_numbers_are_uniform():
    """A hundred thousand numbers fill 100 equal cells as evenly as chance allows."""
    for stream in ("patients/CL", "patients/Vc"):
        counts = np.bincount(
            (uniform(1, stream, np.arange(100_000)) * 100).astype(int), minlength=100
        )
        chi_square = float(np.sum((counts - 1000.0) ** 2 / 1000))
        assert 50 < chi_square < 160  # 99 degrees of freedom: mean 99, sd 14


def test_streams_and_seeds_are_independent():
    """Numbers of two streams, two seeds or neighboring patients are not correlated."""
    ids = np.arange(100_000)
    one = uniform(1, "patients/CL", ids)
    others = (
        uniform(1, "patients/Vc", ids),
        uniform(2, "patients/CL", ids),
        uniform(11, "patients/CL", ids),
        np.roll(one, 1),
    )
    for other in others:
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.015  # 4.7 standard errors


def test_seed_and_stream_do_not_run_together():
    """Seed 1 with stream '1/a' is not seed 11 with stream '/a'."""
    assert uniform(1, "1/a", [0])[0] != uniform(11, "/a", [0])[0]


def test_normal_numbers_are_standard():
    """Normal numbers have mean 0, standard deviation 1 and a normal tail."""
    z = normal(1, "noise", np.arange(100_000))
    assert abs(z.mean()) < 0.015
    assert abs(z.std() - 1) < 0.01
    assert abs(np.mean(z > 1.96) - 0.025) < 0.0025


def test_shape_is_kept():
    """The result has the shape of the ids, also for none and for a single one."""
    assert uniform(1, "a", np.arange(6).reshape(2, 3)).shape == (2, 3)
    assert uniform(1, "a", 5).shape == ()
    assert uniform(1, "a", []).shape == (0,)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, None, pytest.param(-(16**5000), id="huge")])
def test_wrong_seed_is_refused(seed):
    """A seed that is no whole number from 0 on is refused in a sentence."""
    with pytest.raises(InputError, match=r"Wrong seed: got .*; a seed is a whole number"):
        uniform(seed, "a", [0])


def test_a_seed_may_be_of_any_size():
    """A seed of thousands of digits is a seed."""
    assert 0 < uniform(16**5000, "a", [0])[0] < 1


@pytest.mark.parametrize("ids", [[-1], [0.5], ["a"], [True], np.array([2**63], dtype=np.uint64)])
def test_wrong_ids_are_refused(ids):
    """Ids that are no whole numbers from 0 on are refused in a sentence."""
    with pytest.raises(InputError, match=r"Wrong patient numbers: got .*; they are whole numbers"):
        uniform(1, "a", ids)


@pytest.mark.parametrize("stream", ["", None, 3])
def test_a_stream_needs_a_name(stream):
    """A stream without a name is refused in a sentence."""
    with pytest.raises(InputError, match="Wrong name of a random stream"):
        uniform(1, stream, [0])
