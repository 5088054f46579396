# SPDX-License-Identifier: Apache-2.0
"""When premedication is due: before the first dose, a cycle, a step or a restart, or after it.

No infusion starts or starts again before its premedication has been given. A step that comes
unplanned, since it had been put off, gets its premedication at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.plan import NEVER, PAUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.simulate.ward.arrays import Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.journal import Notes
    from trimer.simulate.ward.orders import Given, Orders
    from trimer.simulate.ward.plan import Plan
    from trimer.simulate.ward.state import Patients


class PremedicationTimes:
    """The clocks of a protocol's premedication.

    Parameters
    ----------
    orders : Orders
        With the premedication.
    plan : Plan
        For cycles and steps.
    missing : sequence of (int, int, bool array (N,))
        From when, for how long in **minutes** and for whom it cannot be had.
    """

    def __init__(
        self, orders: Orders, plan: Plan, missing: Sequence[tuple[int, int, Mask]]
    ) -> None:
        self._orders, self._plan, self._missing = orders, plan, missing

    def give_due(self, part: Patients, minute: Minutes, notes: Notes) -> Mask:
        """Give what is due; return whose start, if it is awaited, is prepared."""
        ready = np.ones(len(part), np.bool_)
        for entry, given in enumerate(self._orders.premedication):
            clock = part.premedication[entry]
            due = clock <= minute
            if given.before == "step":  # there is no step while nothing flows but a planned pause
                off = due & (part.running == 0) & (part.due != PAUSE)
                clock[off] = NEVER
                due &= ~off
            if due.any():
                can = self._can_be_had(notes.rows, minute)
                late = np.flatnonzero(due & (can > minute))
                clock[late] = can[late]
                at = np.flatnonzero(due & (can <= minute))
                clock[at] = NEVER
                if given.offset <= 0 and given.before == "cycle":
                    part.owed[late] |= 1 << entry
                    part.owed[at] &= ~(1 << entry)
                self._orders.give_premedication(part, minute, at, entry, notes)
            if given.offset <= 0 and given.before in {"first dose", "restart"}:
                ready &= clock == NEVER
        return ready

    def plan(
        self,
        part: Patients,
        minute: Minutes,
        before: tuple[Minutes, Minutes, Numbers],
        notes: Notes,
    ) -> None:
        """Set the clocks after the infusion has been attended to.

        Parameters
        ----------
        part : Patients
            Those looked at now.
        minute : int64 array (n,)
            Now.
        before : tuple of int64 arrays (n,)
            Next change of the plan, awaited start and level before the infusion was attended to.
        notes : Notes
            Where doses are written.
        """
        going = (part.stopped == 0) & (part.due != -2)
        rose = (part.running == 1) & (part.level > before[2]) & (before[2] >= 0)
        rose &= part.begun < minute
        start = part.when("start")
        awaited = (start < NEVER) & (before[1] == NEVER) & (part.for_cycle == 0)
        dropped = (start == NEVER) & (before[1] < NEVER) & (part.running == 0)
        limited = part.cap <= part.level  # he rises when that is lifted, not with the plan
        change = np.where(limited, part.when("cap"), part.when("plan"))
        after, _ = self._plan.at(np.minimum(change, self._plan.end), part.lead_from)
        can = (part.running == 1) | (part.due == PAUSE)
        rises = going & can & (part.begun < NEVER) & (after > part.level) & (change < NEVER)
        rises &= ~limited | (part.half == 0)
        for entry, given in enumerate(self._orders.premedication):
            clock = part.premedication[entry]
            if given.before == "first dose" and given.offset > 0:
                clock[part.begun == minute] = minute[part.begun == minute] + given.offset
            elif given.before == "step" and given.offset > 0:
                clock[rose] = minute[rose] + given.offset
            elif given.before == "step":
                ahead = rises & (change + given.offset > minute)
                clock[ahead] = change[ahead] + given.offset
                # a step that comes unforeseen, or too soon, gets its premedication at once
                last = part.doses[given.drug, 0]
                due = rose & (minute - last > -given.offset)
                self._orders.give_premedication(part, minute, np.flatnonzero(due), entry, notes)
                clock[rose & (clock <= minute)] = NEVER
            elif given.before == "cycle":
                none = going & (clock == NEVER)
                clock[none] = self._next_cycle(given, minute[none])
            elif given.before == "restart":
                clock[dropped & (given.offset <= 0)] = NEVER
                if awaited.any():
                    due = start[awaited] + given.offset
                    clock[awaited] = np.maximum(due, minute[awaited])
                    at = np.flatnonzero(awaited & (clock <= minute))
                    can = self._can_be_had(notes.rows, minute)
                    clock[at] = np.where(can[at] > minute[at], can[at], NEVER)
                    now = at[can[at] <= minute[at]]
                    self._orders.give_premedication(part, minute, now, entry, notes)

    def _next_cycle(self, given: Given, minute: Minutes) -> Minutes:
        """Return when it is due for the next cycle after the first."""
        cycle = self._plan.cycle
        number = np.maximum((minute - given.offset) // cycle + 1, 1)
        return np.where(number < self._plan.cycles, number * cycle + given.offset, NEVER)

    def _can_be_had(self, rows: Rows, minute: Minutes) -> Minutes:
        """Return when premedication can be had: now, or at the end of a time without."""
        until = minute.copy()
        for at, lasts, concerned in self._missing:
            gone = concerned[rows] & (minute >= at) & (minute < at + lasts)
            until = np.where(gone, at + lasts, until)
        return until
