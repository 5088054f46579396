# SPDX-License-Identifier: Apache-2.0
"""The course on paper: which level is due when, and until when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.simulate.ward.plan import NEVER, OVER, PAUSE, Plan

DAY = 1440

# 30 for a day, 100 for three, three days off, then 500: continuous, later 4 on and 3 off
PLAN = Plan(
    ends=np.array([DAY, 4 * DAY, 7 * DAY, NEVER]),
    due=np.array([0, 1, PAUSE, 2]),
    top=2,
    cycle=28 * DAY,
    cycles=3,
    first=(28 * DAY, 0),
    later=(4 * DAY, 3 * DAY),
)


def _at(minute: int, lead_from: int = 0) -> tuple[int, int]:
    level, change = PLAN.at(np.array([minute]), np.array([lead_from]))
    return int(level[0]), int(change[0])


@pytest.mark.parametrize(
    ("minute", "level", "change"),
    [
        (-30, PAUSE, 0),
        (0, 0, DAY),
        (DAY - 1, 0, DAY),
        (DAY, 1, 4 * DAY),
        (4 * DAY, PAUSE, 7 * DAY),
        (7 * DAY, 2, 28 * DAY),
        (28 * DAY, 2, 32 * DAY),
        (32 * DAY, PAUSE, 35 * DAY),
        (35 * DAY - 1, PAUSE, 35 * DAY),
        (35 * DAY, 2, 39 * DAY),
        (53 * DAY, PAUSE, 56 * DAY),
        (56 * DAY, 2, 60 * DAY),
        (84 * DAY, OVER, int(NEVER)),
    ],
)
def test_what_is_due(minute: int, level: int, change: int) -> None:
    """A step holds from its first minute up to the next; cycles go by the calendar."""
    assert _at(minute) == (level, change)


def test_a_repeated_lead_in_begins_anew_and_the_calendar_goes_on() -> None:
    """From day 10 it takes seven days; the cycle still ends on day 28."""
    start = 10 * DAY
    assert _at(start, start) == (0, 11 * DAY)
    assert _at(11 * DAY, start) == (1, 14 * DAY)
    assert _at(17 * DAY, start) == (2, 28 * DAY)


def test_a_lead_in_that_would_outlast_the_course_ends_with_it() -> None:
    """The course is over when it is over."""
    assert _at(83 * DAY, 80 * DAY)[1] == 84 * DAY


@given(st.integers(-100, 84 * DAY + 100), st.integers(0, 80 * DAY))
def test_nothing_changes_before_it_is_said_to(minute: int, lead_from: int) -> None:
    """Between now and the next change the same level is due, and the change lies ahead."""
    level, change = _at(minute, lead_from)
    assert change > minute
    between = min(change - 1, minute + 3 * DAY)
    assert _at(between, lead_from)[0] == level
