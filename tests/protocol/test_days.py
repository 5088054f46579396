# SPDX-License-Identifier: Apache-2.0
"""Times as the decimals they were written as."""

import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import ProtocolError
from trimer.protocol.days import as_duration, as_time, day_text, parse_day


def test_a_time_is_the_decimal_that_was_typed():
    """0.1 is a tenth, as a number and as text."""
    assert as_time(0.1, "x") == Fraction(1, 10) == parse_day("day 0.1", "x")
    assert as_time(28, "x") == 28
    assert as_duration(0.5, "x") == Fraction(1, 2)


@given(st.floats(0, 36500))
def test_text_there_and_back(time):
    """A time written as text and read is the same time to the last digit."""
    exact = as_time(time, "x")
    assert float(exact) == time
    assert parse_day(f"day {day_text(exact)}", "x") == exact


@pytest.mark.parametrize(
    "value", [-1, -0.1, 36501, float("nan"), float("inf"), True, None, "1", [], 10**400, 1j]
)
def test_what_is_no_time_is_refused(value):
    """A time is a number of days, not negative and not beyond a hundred years."""
    with pytest.raises(ProtocolError, match="Wrong time in x: got"):
        as_time(value, "x")


@pytest.mark.parametrize("value", [0, -1, 1e-7, 36501, float("nan"), float("inf"), True, "1", None])
def test_what_is_no_duration_is_refused(value):
    """A duration is a positive number of days."""
    with pytest.raises(ProtocolError, match="Wrong duration in x: got"):
        as_duration(value, "x")


@pytest.mark.parametrize(
    "text", ["0.5", "day", "day -1", "day 1e3", "day 99999", "Day 1", "day 1 h", 1.5, "day ١", None]
)
def test_what_is_no_day_is_refused(text):
    """Other text than "day NUMBER" is refused with how to write it."""
    with pytest.raises(ProtocolError, match=r'Write it like "day 0\.5"'):
        parse_day(text, "x")


def test_the_smallest_double_is_written_in_full():
    """The longest decimal a double can have is written and read exactly."""
    smallest = as_time(sys.float_info.min * sys.float_info.epsilon, "x")
    assert parse_day(f"day {day_text(smallest)}", "x") == smallest
