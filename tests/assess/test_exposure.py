# SPDX-License-Identifier: Apache-2.0
"""Peaks, areas and means."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import area_under_curve, mean_level, peak, time_of_peak
from trimer.core.errors import InputError

DAYS = np.linspace(0, 10, 4001)


def test_area_of_an_exponential():
    """The area under exp(-t) is 1 - exp(-10)."""
    assert area_under_curve(DAYS, [np.exp(-DAYS)])[0] == pytest.approx(1 - math.exp(-10), rel=1e-6)


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10))
def test_areas_add_up(a, b, c):
    """The areas of two neighboring windows add up to that of both."""
    first, middle, last = sorted((a, b, c))
    course = [np.sin(DAYS) + 2]
    parts = [area_under_curve(DAYS, course, *edges) for edges in ((first, middle), (middle, last))]
    assert sum(parts)[0] == pytest.approx(area_under_curve(DAYS, course, first, last)[0], abs=1e-9)


@given(st.floats(0, 9), st.floats(0.01, 1))
def test_mean_of_a_straight_line(start, width):
    """The mean of a straight line is its middle, wherever the outputs are."""
    coarse = np.array([0.0, 3.0, 4.0, 10.0])
    found = mean_level(coarse, [2 * coarse + 1], start, start + width)
    assert found[0] == pytest.approx(2 * start + width + 1, rel=1e-9)


def test_peaks():
    """A peak is the largest output; its time is the first at which it is reached."""
    values = [[1.0, 3.0, 3.0], [9.0, 2.0, 5.0]]
    assert peak(values).tolist() == [3, 9]
    assert time_of_peak([0, 7, 14], values).tolist() == [7, 0]


def test_a_single_output_has_no_area():
    """A course of one output has a peak and the area 0."""
    assert area_under_curve([0.0], [[5.0]]).tolist() == [0]


def test_an_unknown_course_stays_unknown():
    """A patient with a NaN has NaN results; the neighbors have numbers."""
    values = [[1.0, math.nan, 3.0], [1.0, 2.0, 3.0]]
    days = [0, 1, 2]
    for result in (
        peak(values),
        time_of_peak(days, values),
        area_under_curve(days, values),
        mean_level(days, values, 0, 2),
    ):
        assert math.isnan(result[0])
        assert result[1] > 0


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (0, 11), (6, 5), (math.nan, 5)])
def test_windows_outside_the_course_are_refused(start, end):
    """A window lies within the course."""
    with pytest.raises(InputError, match="Wrong window of time"):
        area_under_curve(DAYS, [DAYS], start, end)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_a_mean_needs_time(start, end):
    """A mean over no time is refused."""
    with pytest.raises(InputError, match="it has to end after it starts"):
        mean_level(DAYS, [DAYS], start, end)


@pytest.mark.parametrize(
    ("times", "values", "reason"),
    [
        ([0, 1], [[1.0, 2.0, 3.0]], "Wrong shape"),
        ([0, 1], [1.0, 2.0], "Wrong shape"),
        ([], [[]], "Wrong shape"),
        ([0, 0], [[1.0, 2.0]], "they do not increase"),
    ],
)
def test_what_is_no_course_is_refused(times, values, reason):
    """A course has one column for each of its increasing times."""
    with pytest.raises(InputError, match=reason):
        area_under_curve(times, values)


def test_an_area_does_not_depend_on_the_other_patients():
    """Bit for bit: a patient alone, in a cut of a larger array, or among others."""
    values = np.random.default_rng(1).random((7, 73, 5))
    whole = area_under_curve(np.arange(73.0), values[:, :, 2])
    for first, last in ((0, 1), (1, 3), (3, 7)):
        part = np.ascontiguousarray(values[first:last])[:, :, 2]
        assert (area_under_curve(np.arange(73.0), part) == whole[first:last]).all()
