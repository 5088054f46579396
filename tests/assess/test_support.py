# SPDX-License-Identifier: Apache-2.0
"""The support that patients need, and how flags, codes and values are checked."""

import numpy as np
import pytest

from trimer.assess import NO_SUPPORT, Support
from trimer.assess.codes import codes, flags, values
from trimer.core.errors import InputError


def test_nobody_needs_anything_by_default():
    """Without arguments there is no sign of any kind, and arrays are small."""
    for name in ("hypotension", "vasopressin", "vasopressor_high_dose", "hypoxia"):
        assert getattr(NO_SUPPORT, name).dtype == np.bool_
        assert not getattr(NO_SUPPORT, name)
    assert NO_SUPPORT.vasopressors.dtype == NO_SUPPORT.oxygen.dtype == np.int8
    assert NO_SUPPORT.vasopressors == NO_SUPPORT.oxygen == 0


@pytest.mark.parametrize(
    ("oxygen", "hypoxia", "grade", "forty"),
    [
        (0, False, 0, False),
        (0, True, 2, False),
        (1, False, 2, False),
        (1, True, 2, False),
        (2, False, 3, True),
        (2, True, 3, True),
        (3, False, 4, True),
        (3, True, 4, True),
    ],
)
def test_every_device(oxygen, hypoxia, grade, forty):
    """Each device has one grade by oxygen and counts as below or above 40 %."""
    needs = Support(oxygen=oxygen, hypoxia=hypoxia)
    assert needs.oxygen_grade == grade
    assert needs.oxygen_at_least_40_percent == forty


def test_vasopressin_is_counted_apart():
    """The count of all vasopressors adds vasopressin to the others."""
    needs = Support(vasopressors=[0, 1, 2, 1], vasopressin=[1, 0, 0, 1])
    assert needs.all_vasopressors.tolist() == [1, 1, 2, 2]
    assert needs.vasopressors.tolist() == [0, 1, 2, 1]


def test_support_of_many_looks_is_cut_into_looks():
    """One look of some patients has their column of every field."""
    needs = Support(oxygen=[[0, 1, 2], [3, 2, 1]], hypotension=True).broadcast((2, 3))
    look = needs.at_look(np.array([1]), 2)
    assert look.oxygen.tolist() == [1]
    assert look.hypotension.tolist() == [True]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"oxygen": [0, 4]}, "Wrong oxygen device of a patient: got 4; .* from 0 to 3"),
        ({"oxygen": -1}, "Wrong oxygen device .* got -1"),
        ({"oxygen": 1.5}, "Wrong oxygen device .* got 1.5"),
        ({"oxygen": np.nan}, "Wrong oxygen device .* got nan"),
        ({"oxygen": "mask"}, "Wrong oxygen device .* got .*mask.*; it is a number"),
        ({"vasopressors": 10}, "Wrong number of vasopressors .* got 10; .* from 0 to 9"),
        ({"hypoxia": [0.0, np.nan]}, "Wrong hypoxia .* got nan; it is yes or no"),
        ({"hypotension": 2}, "Wrong hypotension .* got 2"),
        ({"hypoxia": [True], "oxygen": [1, 2]}, r"Wrong shapes .* hypoxia \(1,\), oxygen \(2,\)"),
        ({"vasopressor_high_dose": True}, "Contradictory support .* no vasopressor"),
    ],
)
def test_wrong_support_is_refused(wrong, sentence):
    """A code that means nothing, or two that contradict each other, is a sentence."""
    with pytest.raises(InputError, match=sentence):
        Support(**wrong)


def test_support_that_does_not_fit_a_course_is_refused():
    """The number of patients and looks is that of the temperatures."""
    with pytest.raises(InputError, match=r"Wrong shape of the support: got \(3,\); \(2, 4\)"):
        Support(oxygen=[0, 1, 2]).broadcast((2, 4))


def test_a_high_dose_of_vasopressin_alone_is_possible():
    """Vasopressin is a vasopressor, so it may run at a high dose."""
    assert Support(vasopressin=True, vasopressor_high_dose=True).all_vasopressors == 1


def test_checked_arrays_keep_what_was_meant():
    """Numbers become flags, codes and values of small types; empty arrays stay empty."""
    assert flags("x", [0, 1.0]).tolist() == [False, True]
    assert codes("x", [1.0, -1], 2, -1).tolist() == [1, -1]
    assert codes("x", np.zeros(0, np.int64), 2).dtype == np.int8
    assert values("x", np.zeros(0), 0.0, 1.0, "").size == 0
    assert values("x", [[0, 1]], 0.0, 1.0, "").dtype == np.float64


def test_a_value_in_another_unit_is_refused():
    """A temperature in degrees Fahrenheit cannot be in degrees Celsius."""
    with pytest.raises(InputError, match=r"Wrong temperature .* got 101 degC; .* unit"):
        values("temperature", [37.0, 101.0, np.nan], 20.0, 46.0, "degC")
    with pytest.raises(InputError, match="is a number or an array of numbers"):
        values("temperature", ["hot"], 20.0, 46.0, "degC")
