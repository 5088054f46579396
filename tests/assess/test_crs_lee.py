# SPDX-License-Identifier: Apache-2.0
"""CRS by Lee 2014 and by CTCAE v5: every cell, and where they differ from ASTCT 2019."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import Support, crs_ctcae_grade, crs_grade, crs_lee_grade
from trimer.core.errors import InputError

BY_SUPPORT = [  # with fever: Lee 2014, CTCAE v5, ASTCT 2019
    ({}, 1, 1, 1),
    ({"hypotension": True}, 2, 2, 2),
    ({"vasopressors": 1}, 2, 3, 3),  # a low dose of one vasopressor
    ({"hypotension": True, "vasopressors": 1}, 2, 3, 3),
    ({"vasopressors": 1, "vasopressor_high_dose": True}, 3, 3, 3),
    ({"vasopressors": 2}, 3, 4, 4),
    ({"vasopressors": 2, "vasopressor_high_dose": True}, 3, 4, 4),
    ({"vasopressors": 3}, 3, 4, 4),
    ({"vasopressin": True}, 2, 3, 3),
    ({"vasopressors": 1, "vasopressin": True}, 3, 4, 3),  # only ASTCT does not count vasopressin
    ({"hypoxia": True}, 2, 2, 2),
    ({"oxygen": 1}, 2, 2, 2),
    ({"oxygen": 2}, 3, 3, 3),
    ({"oxygen": 3}, 4, 4, 4),
    ({"vasopressors": 1, "oxygen": 2}, 3, 3, 3),
    ({"hypotension": True, "oxygen": 3}, 4, 4, 4),
]

SCALES = (crs_lee_grade, crs_ctcae_grade)

support_fields = {
    "hypotension": st.booleans(),
    "vasopressors": st.integers(1, 4),
    "vasopressin": st.booleans(),
    "vasopressor_high_dose": st.booleans(),
    "hypoxia": st.booleans(),
    "oxygen": st.integers(0, 3),
}


@pytest.mark.parametrize(("needs", "lee", "ctcae", "astct"), BY_SUPPORT)
def test_every_cell_of_pressure_and_oxygen(needs, lee, ctcae, astct):
    """The three scales grade the same support, each by its own table."""
    support = Support(**needs)
    assert crs_lee_grade(True, support) == lee
    assert crs_ctcae_grade(True, support) == ctcae
    assert crs_grade(True, support) == astct
    # neither of the older scales needs fever for more than grade 1
    assert crs_lee_grade(False, support) == (lee if needs else 0)
    assert crs_ctcae_grade(False, support) == (ctcae if needs else 0)


@pytest.mark.parametrize(
    ("organ", "lee"), [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 4)]
)  # fmt: skip
def test_organ_toxicity_grades_by_lee(organ, lee):
    """Organ toxicity of grade 2, 3, 4 is that grade; grade 1 and not graded are none."""
    assert crs_lee_grade(True, organ_grade=organ) == lee
    assert crs_lee_grade(False, organ_grade=organ) == (lee if organ > 1 else 0)


@pytest.mark.parametrize(
    ("transaminases", "lee"), [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 3)]
)
def test_raised_transaminases_are_at_most_grade_3_by_lee(transaminases, lee):
    """Transaminases of grade 4 are grade 3 CRS, unlike any other organ."""
    assert crs_lee_grade(True, transaminase_grade=transaminases) == lee
    assert crs_lee_grade(True, organ_grade=4, transaminase_grade=transaminases) == 4


@pytest.mark.parametrize("scale", SCALES)
def test_outside_an_episode_there_is_no_grade(scale):
    """Low pressure before or after an episode is no CRS."""
    support = Support(oxygen=3, vasopressors=2)
    assert scale([True, True], support, in_episode=[False, True]).tolist() == [0, 4]


@pytest.mark.parametrize("scale", SCALES)
def test_symptoms_alone_are_grade_1_and_death_is_grade_5(scale):
    """Symptoms do as well as fever; death is told by the caller and overrides all."""
    assert scale(False, symptoms=[False, True]).tolist() == [0, 1]
    died = scale(False, Support(oxygen=3), in_episode=[True, False], death=[True, True])
    assert died.tolist() == [5, 5]
    assert died.dtype == np.int8


def test_danger_to_life_is_grade_4_by_ctcae():
    """Whatever else is life-threatening is grade 4."""
    assert crs_ctcae_grade(True, life_threatening=[False, True]).tolist() == [1, 4]


@given(
    st.sampled_from([*SCALES, lambda fever, needs: crs_grade(fever, needs, treated=True)]),
    st.booleans(),
    st.fixed_dictionaries(support_fields),
    st.data(),
)
def test_needing_more_is_never_a_lower_grade(scale, fever, needs, data):
    """Every scale rises with each axis of support alone."""
    axis = data.draw(st.sampled_from(sorted(needs)))
    more = {**needs, axis: max(needs[axis], data.draw(support_fields[axis]))}
    assert scale(fever, Support(**more)) >= scale(fever, Support(**needs))


@given(st.integers(-1, 4), st.integers(-1, 4), st.integers(-1, 4))
def test_worse_organs_are_never_a_lower_grade(organ, worse, liver):
    """Lee's grade rises with organ toxicity."""
    low, high = sorted((organ, worse))
    first = crs_lee_grade(True, organ_grade=low, transaminase_grade=liver)
    assert crs_lee_grade(True, organ_grade=high, transaminase_grade=liver) >= first


@pytest.mark.parametrize(
    ("scale", "wrong", "sentence"),
    [
        (crs_lee_grade, {"organ_grade": 5}, "Wrong grade of organ toxicity .* got 5; .* -1 to 4"),
        (crs_lee_grade, {"transaminase_grade": 2.5}, "Wrong grade of transaminases .* got 2.5"),
        (crs_lee_grade, {"symptoms": 3}, "Wrong symptoms of CRS .* got 3"),
        (crs_ctcae_grade, {"in_episode": np.nan}, "Wrong episode of CRS .* got nan"),
        (crs_ctcae_grade, {"life_threatening": 2}, "Wrong danger to life .* got 2"),
        (crs_ctcae_grade, {"death": -1}, "Wrong death from CRS .* got -1"),
    ],
)
def test_wrong_input_is_refused(scale, wrong, sentence):
    """A code that means nothing is a sentence."""
    with pytest.raises(InputError, match=sentence):
        scale(True, **wrong)
