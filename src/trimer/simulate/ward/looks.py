# SPDX-License-Identifier: Apache-2.0
"""When patients are looked at next, and when samples are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.plan import NEVER, OVER, Plan

if TYPE_CHECKING:
    from trimer.protocol.monitoring import Monitoring
    from trimer.simulate.ward.arrays import Mask, Minutes
    from trimer.simulate.ward.state import Patients

DAY = 1440


class Looks:
    """The times of looks and samples.

    Parameters
    ----------
    monitoring : Monitoring
        What the protocol asks for.
    plan : Plan
        For the days of a cycle.
    quiet_minutes : int
        Vital signs are no longer read so long after the last drug.
    """

    def __init__(self, monitoring: Monitoring, plan: Plan, quiet_minutes: int) -> None:
        self.every = {
            "vitals": monitoring.vitals,
            "neurology": monitoring.neurology,
            "labs": monitoring.labs,
        }
        self._marrow_days, self._plan, self._quiet = monitoring.marrow_days, plan, quiet_minutes

    def interval(self, name: str, minute: Minutes) -> Minutes:
        """Return the minutes between looks that the protocol asks for now."""
        result = np.full(len(minute), NEVER)
        for every in reversed(self.every[name]):
            until = NEVER if every.until_minute is None else every.until_minute
            inside = (minute >= every.from_minute) & (minute < until)
            result[inside] = every.minutes
        return result

    def plan(
        self, part: Patients, minute: Minutes, due: dict[str, Mask], every: dict[str, Minutes]
    ) -> None:
        """Set the clocks of looks and samples."""
        quiet = (part.running == 0) & (part.crs == 0) & ((part.stopped > 0) | (part.due == OVER))
        last = np.where(part.off_from < NEVER, part.off_from, minute)
        last = np.maximum(last, np.where(part.quiet_from < NEVER, part.quiet_from, -NEVER))
        quiet &= minute - last > self._quiet
        for name in ("vitals", "neurology"):
            gap = every[name]
            clock = part.when(name)
            clock[:] = np.where((gap == NEVER) | quiet, NEVER, (minute // gap + 1) * gap)
        gap = self.interval("labs", minute)
        labs = part.when("labs")
        labs[:] = np.where(due["labs"] | (labs <= minute), (minute // gap + 1) * gap, labs)
        labs[gap == NEVER] = NEVER
        if due["marrow"].any():
            part.when("marrow")[:] = self.next_marrow(minute)
        for name in ("again", "report"):
            clock = part.when(name)
            clock[clock <= minute] = NEVER

    def next_marrow(self, minute: Minutes) -> Minutes:
        """Return the minute of the next marrow aspirate."""
        plan = self._plan
        days = np.array(self._marrow_days, np.int64)
        starts = np.arange(plan.cycles, dtype=np.int64)[:, None] * plan.cycle
        all_times = np.sort((starts + (days[None, :] - 1) * DAY).reshape(-1))
        all_times = np.append(all_times, NEVER)
        return all_times[np.searchsorted(all_times, minute, side="right")]
