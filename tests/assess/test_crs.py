# SPDX-License-Identifier: Apache-2.0
"""The provisional CRS grade."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import CRSReadout, crs_reference, crs_severity

SIGNALS = st.floats(0, 1e6)
LEAKS = st.floats(0, 1)
TEMPERATURES = st.floats(36, 42)
DEVIATES = st.floats(-10, 10)


def grade(signal, leak, temperature, deviate):
    """Grade of one patient, as a number."""
    return int(crs_reference([signal], [leak], [temperature], [deviate])[0])


@given(SIGNALS, LEAKS, TEMPERATURES, DEVIATES)
def test_the_grade_is_the_number_of_thresholds_passed(signal, leak, temperature, deviate):
    """The grade counts thresholds below severity plus deviate; fever alone makes grade 1."""
    severity = 1.35 * math.log(max(signal, 1)) + 4 * leak + deviate
    thresholds = (2.6, 5.3, 9.2, 11.3)
    if min(abs(severity - threshold) for threshold in thresholds) < 1e-9:
        return  # the two logarithms may differ in the last bit
    passed = sum(severity > threshold for threshold in thresholds)
    assert grade(signal, leak, temperature, deviate) == max(passed, int(temperature >= 38))


@given(SIGNALS, SIGNALS, LEAKS, LEAKS, TEMPERATURES, TEMPERATURES, DEVIATES)
def test_more_is_never_graded_lower(s1, s2, l1, l2, t1, t2, deviate):
    """More signal, more leak or more fever never lowers the grade."""
    low = grade(min(s1, s2), min(l1, l2), min(t1, t2), deviate)
    high = grade(max(s1, s2), max(l1, l2), max(t1, t2), deviate)
    assert low <= high


@pytest.mark.parametrize(
    ("signal", "temperature", "expected"),
    [(5.0, 37.0, 0), (5.0, 38.0, 1), (5.0, 37.99, 0), (1e6, 37.0, 4), (0.0, 37.0, 0)],
)
def test_examples(signal, temperature, expected):
    """No signal and no fever is grade 0, fever from 38 degC on grade 1, a flood of IL-6 grade 4."""
    assert grade(signal, 0.0, temperature, 0.0) == expected


def test_an_unknown_course_has_no_grade():
    """Where anything is NaN the patient is not evaluable, and the neighbors are graded."""
    nan = math.nan
    grades = crs_reference(
        [nan, 1e6, 1e6, 1e6, 1e6],
        [0.0, nan, 0.0, 0.0, 0.0],
        [37.0, 37.0, nan, 37.0, 37.0],
        [0.0, 0.0, 0.0, nan, 0.0],
    )
    assert grades.tolist() == [-1, -1, -1, -1, 4]
    assert grades.dtype == np.int8


def test_the_constants_may_be_others():
    """The read-out is a set of constants, given in one place."""
    strict = CRSReadout(thresholds=(0.0, 0.1, 0.2, 0.3), fever=50.0)
    assert crs_reference([2.0], [0.0], [41.0], [0.0], strict).tolist() == [4]
    assert crs_severity([math.e], [0.5]).tolist() == [pytest.approx(1.35 + 2)]
