# SPDX-License-Identifier: Apache-2.0
"""ICE score and ICANS by ASTCT 2019."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import ICE_ITEMS, icans_grade, ice_alert, ice_change, ice_score
from trimer.core.errors import InputError

FULL = dict(ICE_ITEMS)
BY_SCORE = {10: 0, 9: 1, 8: 1, 7: 1, 6: 2, 5: 2, 4: 2, 3: 2, 2: 3, 1: 3, 0: 3}


@pytest.mark.parametrize(("score", "grade"), BY_SCORE.items())
def test_every_score(score, grade):
    """Each of the eleven scores of a patient who is awake."""
    assert icans_grade(score) == grade


@pytest.mark.parametrize("score", range(11))
def test_an_unarousable_patient_is_grade_4(score):
    """A score of 0 is grade 3 in a patient awake with global aphasia, 4 in one unarousable."""
    assert icans_grade(score, consciousness=4) == 4


@pytest.mark.parametrize(
    ("domain", "value", "grade"),
    [
        *(("consciousness", level, level) for level in range(5)),
        ("seizure", 0, 0), ("seizure", 1, 3), ("seizure", 2, 4),
        ("motor", False, 0), ("motor", True, 4),
        ("edema", 0, 0), ("edema", 1, 3), ("edema", 2, 4),
        ("tremor", False, 0), ("tremor", True, 0),
    ],
)  # fmt: skip
def test_every_cell_of_the_other_domains(domain, value, grade):
    """Each domain alone, with a full score; tremor is accepted and does not grade."""
    assert icans_grade(10, **{domain: value}) == grade


@given(
    st.integers(0, 10), st.integers(0, 4), st.integers(0, 2), st.booleans(), st.integers(0, 2),
    st.booleans(),
)  # fmt: skip
def test_the_most_severe_domain_is_the_grade(score, awake, seizure, motor, edema, tremor):
    """Nothing adds up and nothing is averaged."""
    found = icans_grade(
        score, consciousness=awake, seizure=seizure, motor=motor, edema=edema, tremor=tremor
    )
    by_code = {0: 0, 1: 3, 2: 4}
    assert found == max(BY_SCORE[score], awake, by_code[seizure], 4 * motor, by_code[edema])
    assert found.dtype == np.int8


@pytest.mark.parametrize(
    ("score", "grade"),
    [(9.5, 0), (9.49, 1), (6.5, 1), (6.49, 2), (2.5, 2), (2.49, 3), (0.0, 3)],
)
def test_scores_between_points_are_rounded(score, grade):
    """Both sides of each cut-off of a score that is no whole number."""
    assert icans_grade(score) == grade


def test_consciousness_in_between_is_what_has_been_reached():
    """A level counts once it is reached."""
    assert icans_grade([10] * 5, consciousness=[0.99, 1.0, 2.9, 3.99, 4.0]).tolist() == [
        0, 1, 2, 3, 4,
    ]  # fmt: skip


def test_a_score_not_below_the_own_baseline_is_no_sign():
    """A patient who never had ten points is graded once he falls below his own score."""
    assert icans_grade([8, 9, 7, 2], baseline=8).tolist() == [0, 0, 1, 3]
    assert icans_grade([5, 5], baseline=[5, 6]).tolist() == [0, 2]
    assert icans_grade(0, baseline=0, consciousness=4) == 4
    assert icans_grade(7.6, baseline=8.2) == 0  # both are eight points


def test_an_unknown_baseline_excuses_no_score():
    """Without a score before treatment ten points are expected."""
    assert icans_grade([8, 10], baseline=np.nan).tolist() == [1, 0]


def test_without_score_the_other_domains_grade():
    """A score that was not taken is neither good nor bad; with nothing else, no grade is known."""
    found = icans_grade([np.nan, np.nan, 10], consciousness=[0, 2, np.nan], seizure=[0, 0, 0])
    assert found.tolist() == [-1, 2, 0]
    assert icans_grade(np.nan, motor=True) == 4


def test_items_add_up():
    """Points of the items are the score, for each patient."""
    assert ice_score(FULL) == 10
    items = {**FULL, "orientation": [4, 0, np.nan], "writing": [0, 0, 1]}
    assert ice_score(items).tolist()[:2] == [9, 5]
    assert np.isnan(ice_score(items)[2])


@pytest.mark.parametrize(("item", "most"), ICE_ITEMS.items())
def test_an_item_has_at_most_its_points(item, most):
    """Both sides of the range of every item."""
    for points in range(most + 1):
        assert ice_score({**FULL, item: points}) == 10 - most + points
    for wrong in (-1, most + 1):
        with pytest.raises(InputError, match=f"Wrong ICE item '{item}' of a patient: got {wrong}"):
            ice_score({**FULL, item: wrong})
    with pytest.raises(InputError, match=f"Wrong ICE item '{item}' .* part of a point"):
        ice_score({**FULL, item: 0.5})


def test_items_are_named():
    """An item too many or too few is a sentence."""
    with pytest.raises(InputError, match=r"Unknown item .* got 'speech'"):
        ice_score({**FULL, "speech": 1})
    with pytest.raises(InputError, match=r"Missing items .* got 1 of 5; naming, command"):
        ice_score({"orientation": 4})


def test_change_from_the_own_score():
    """A fall alerts whatever the grade; an unknown score does not."""
    assert ice_change([8, 10], [10, 9]).tolist() == [-2, 1]
    assert (
        ice_alert([9, 10, np.nan, 4], [10, 10, 10, np.nan]).tolist() == [True, False] + [False] * 2
    )
    assert ice_alert([9, 8], 10, drop=2).tolist() == [False, True]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: icans_grade(11), "Wrong ICE score of a patient: got 11 points"),
        (lambda: icans_grade(-0.1), "Wrong ICE score of a patient: got -0.1 points"),
        (lambda: icans_grade(9, baseline=12), "Wrong baseline ICE score of a patient: got 12"),
        (lambda: icans_grade(9, consciousness=5), "Wrong consciousness of a patient: got 5"),
        (lambda: icans_grade(9, seizure=3), "Wrong seizure of a patient: got 3; .* from 0 to 2"),
        (lambda: icans_grade(9, edema=-1), "Wrong edema of the brain of a patient: got -1"),
        (lambda: icans_grade(9, motor=2), "Wrong deep focal weakness of a patient: got 2"),
        (lambda: icans_grade(9, tremor=2), "Wrong tremor of a patient: got 2"),
        (lambda: ice_alert(9, 10, drop=0), "Wrong fall of the ICE score to alert at: got 0"),
    ],
)
def test_wrong_input_is_refused(call, sentence):
    """What cannot be is a sentence."""
    with pytest.raises(InputError, match=sentence):
        call()
