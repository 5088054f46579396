# SPDX-License-Identifier: Apache-2.0
"""Change from the first day."""

import math

import pytest

from trimer.assess import best_change_percent, log10_reduction
from trimer.core.errors import InputError


def test_the_best_change_is_the_lowest_value():
    """The best change is the lowest later value against the first, also when that is a rise."""
    values = [[60.0, 30.0, 45.0], [50.0, 60.0, 55.0], [40.0, 0.0, 10.0]]
    assert best_change_percent([0, 14, 28], values).tolist() == [-50, 10, -100]


def test_assessments_may_be_named():
    """With days given, only the first output at or after each, or the last, counts."""
    values = [[60.0, 6.0, 30.0, 45.0]]
    assert best_change_percent([0, 7, 14, 28], values, days=[8, 28]).tolist() == [-50]
    assert best_change_percent([0, 7, 14, 28], values, days=[99]).tolist() == [-25]


def test_what_is_not_known_stays_unknown():
    """A course with a NaN, or one that starts at 0, has no change."""
    change = best_change_percent([0, 1], [[1.0, math.nan], [0.0, 1.0], [2.0, 1.0]])
    assert math.isnan(change[0])
    assert math.isnan(change[1])
    assert change[2] == -50


@pytest.mark.parametrize(
    ("times", "values"), [([0], [[1.0]]), ([0, 1], [[1.0]]), ([0, 1], [1.0, 2])]
)
def test_a_change_needs_a_later_output(times, values):
    """Without an output after the first there is no change."""
    with pytest.raises(InputError, match="Wrong shape of a course"):
        best_change_percent(times, values)


def test_reduction_counts_powers_of_ten():
    """A thousandth is a reduction by 3; less than the floor counts as the floor."""
    assert log10_reduction([1e9, 1e9, 1e3], [1e6, 0.0, 1e4], floor=1.0).tolist() == [3, 9, -1]
    assert math.isnan(log10_reduction([1e9], [math.nan], floor=1.0)[0])


@pytest.mark.parametrize("floor", [0.0, -1.0, math.nan])
def test_the_floor_is_positive(floor):
    """A floor that is no positive number is refused."""
    with pytest.raises(InputError, match="Wrong floor"):
        log10_reduction([1.0], [1.0], floor=floor)
