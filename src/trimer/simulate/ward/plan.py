# SPDX-License-Identifier: Apache-2.0
"""The course as it stands on paper: which level is due at a minute, and until when.

A level is a place in the protocol's ladder of rates, counted from 0 upwards; the last is
maintenance. A lead-in counts from its own start, so that it can be repeated; the cycles go by
the calendar, which waits for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trimer.protocol.course import Course, Pattern
    from trimer.simulate.ward.arrays import Minutes, Numbers


NEVER = 2**29
"""A minute that does not come; twice of it still fits into 32 bits."""

PAUSE, OVER = -1, -2
"""What is due instead of a level: a planned pause, or nothing ever again."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A course as numbers.

    Parameters
    ----------
    ends : int32 array (steps + 1,)
        When each step of the lead-in ends, counted from its start, in **minutes**.
    due : int32 array (steps + 1,)
        Level of each step; the last entry is never used.
    top : int
        The level of maintenance.
    cycle, cycles : int
        Length of a cycle in **minutes**, and how many there are.
    first, later : (int, int)
        Minutes on and off, in the first cycle and after it; no minutes off is continuous.
    """

    ends: Minutes
    due: Numbers
    top: int
    cycle: int
    cycles: int
    first: tuple[int, int]
    later: tuple[int, int]

    @classmethod
    def of(cls, course: Course) -> Plan:
        """Read a protocol's course."""
        levels = {rate.value: k for k, rate in enumerate(course.levels)}
        top = len(course.levels) - 1
        limit = course.maintenance.value
        due = [
            PAUSE if step.rate is None else levels[min(step.rate.value, limit)]
            for step in course.lead_in
        ]
        ends = np.cumsum([step.minutes for step in course.lead_in], dtype=np.int32)
        return cls(
            np.append(ends, NEVER), np.array([*due, top], dtype=np.int32), top,
            course.cycle_minutes, course.cycles, _pair(course.first), _pair(course.later),
        )  # fmt: skip

    @property
    def lead_minutes(self) -> int:
        """How long the lead-in takes, in **minutes**."""
        return int(self.ends[-2]) if len(self.ends) > 1 else 0

    @property
    def end(self) -> int:
        """When the course is over, in **minutes**."""
        return self.cycle * self.cycles

    def at(self, minute: Minutes, lead_from: Minutes) -> tuple[Numbers, Minutes]:
        """Return the level due now, and the minute at which that changes.

        Parameters
        ----------
        minute : int32 array (n,)
            Now.
        lead_from : int32 array (n,)
            When the latest lead-in began.
        """
        level, change = self._by_calendar(minute)
        into = minute - lead_from
        step = np.searchsorted(self.ends, into, side="right")
        leading = into < self.lead_minutes
        level = np.where(leading, self.due[step], level)
        change = np.where(leading, lead_from + self.ends[step], change)
        before, over = minute < 0, minute >= self.end
        level = np.where(over, OVER, np.where(before, PAUSE, level))
        change = np.where(over, NEVER, np.where(before, 0, np.minimum(change, self.end)))
        return level, change

    def length(self, minute: Minutes, lead_from: Minutes) -> Minutes:
        """Return how long the present step of the lead-in is to last; 0 after the lead-in."""
        into = minute - lead_from
        step = np.searchsorted(self.ends, into, side="right")
        lengths = np.diff(self.ends, prepend=0)
        found: Minutes = np.where(into < self.lead_minutes, lengths[step], 0)
        return found

    def _by_calendar(self, minute: Minutes) -> tuple[Numbers, Minutes]:
        number = minute // self.cycle
        start = number * self.cycle
        into = minute - start
        first = number == 0
        on = np.where(first, self.first[0], self.later[0])
        whole = on + np.where(first, self.first[1], self.later[1])
        phase = into % whole
        running = phase < on
        change = start + np.minimum(into - phase + np.where(running, on, whole), self.cycle)
        return np.where(running, self.top, PAUSE), change


def _pair(pattern: Pattern) -> tuple[int, int]:
    return pattern.on_minutes, pattern.off_minutes
