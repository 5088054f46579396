# SPDX-License-Identifier: Apache-2.0
"""The pump at a look: faults, repairs, bag changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.faults import CAUSES
from trimer.simulate.ward.journal import say
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.protocol.monitoring import Pump
    from trimer.simulate.ward.arrays import Mask, Minutes
    from trimer.simulate.ward.faults import Faults
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.state import Patients


class Pumps:
    """The pumps of a run.

    Parameters
    ----------
    faults : Faults
        When they fail.
    pump : Pump
        When bags are changed.
    words : Words
        Of the journal.
    """

    def __init__(self, faults: Faults, pump: Pump, words: Words) -> None:
        self.faults, self._words = faults, words
        self._bag, self._change = pump.bag_change_minutes, pump.change_minutes

    def attend(self, part: Patients, minute: Minutes, due: dict[str, Mask], notes: Notes) -> None:
        """Let faults, repairs and bag changes that are due happen."""
        at = np.flatnonzero(due["repair"])
        if len(at):
            part.faulty[at] = 0
            part.when("repair")[at] = NEVER
            say(self._words, part, minute, at, "pump", "the pump runs again", notes)
        at = np.flatnonzero(due["fault"])
        if len(at):
            rows = notes.rows[at]
            cause, lasts = self.faults.at(rows, part.n_faults[at], minute[at])
            came = at[part.next_fault[at] == minute[at]]  # the others are scripted
            part.n_faults[came] += 1
            part.next_fault[came] = self.faults.drawn(
                notes.rows[came], part.n_faults[came], minute[came]
            )
            hits = part.running[at] == 1
            for k in range(1, len(CAUSES)):
                who = at[hits & (cause == k)]
                say(self._words, part, minute, who, "pump", f"alarm: {CAUSES[k]}", notes)
            part.faulty[at[hits]] = 1
            part.when("repair")[at[hits]] = minute[at[hits]] + lasts[hits]
            part.when("fault")[at] = self.faults.following(rows, part.next_fault[at], minute[at])
        at = np.flatnonzero(due["bag"])
        if len(at) and self._bag is not None:
            part.when("bag")[at] = minute[at] + self._bag
            hits = at[(part.running[at] == 1) & (part.faulty[at] == 0)]
            if self._change:
                part.faulty[hits] = 1
                part.when("repair")[hits] = minute[hits] + self._change
