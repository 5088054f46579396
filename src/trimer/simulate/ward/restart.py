# SPDX-License-Identifier: Apache-2.0
"""How drug flows for the first time and again: premedication awaited, gap counted, at which rate.

After any unplanned time without drug the restart table speaks; where a hold's own rule speaks
too, the lower rate wins, and below the first step is the first step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.journal import say
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.intents import Intents
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.plan import Plan
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients

SAME, BACK, HALF, START, END = range(5)
AT = {
    "same rate": SAME, "one step back": BACK, "half rate": HALF, "from the start": START,
    "stop": END,
}  # fmt: skip
"""How an infusion is resumed, by number."""

RETRY = 60
"""Minutes until a first dose that could not be given is thought of again."""

ALL = 10**6
"""A cap that allows every level."""


class Restart:
    """Starts and restarts of the infusion of a protocol's drug.

    Parameters
    ----------
    protocol : Protocol
        With a course.
    plan : Plan
        Its course as numbers.
    rates : float64 array (levels, N)
        Rate of each level for every patient of the run, per **day**.
    ward : Ward
        For the time between steps after a resumption.
    words : Words
        Of the journal.
    """

    def __init__(
        self, protocol: Protocol, plan: Plan, rates: Floats, ward: Ward, words: Words
    ) -> None:
        self.plan, self.rates, self.words = plan, rates, words
        self.step_minutes = ward.step_minutes
        self.gap_from = np.array([row.from_minutes for row in protocol.restart], np.int64)
        self.gap_at = np.array([AT[row.at] for row in protocol.restart], np.int64)
        self.gap_premed = np.array([row.premedicate for row in protocol.restart], np.bool_)
        before = [p for p in protocol.premedication if p.before == "restart"]
        self.restart_lead = max([0, *(-p.offset_minutes for p in before)])
        before = [p for p in protocol.premedication if p.before == "first dose"]
        self.first_lead = max([0, *(-p.offset_minutes for p in before)])
        before = [p for p in protocol.premedication if p.before == "cycle"]
        self.cycle_lead = max([0, *(-p.offset_minutes for p in before)])

    def _start(
        self, part: Patients, minute: Minutes, able: Mask, due: Mask, ready: Mask, wish: Intents,
        notes: Notes,
    ) -> None:  # fmt: skip
        """Start or restart whoever may have drug and has none."""
        waiting = part.when("start")
        ready = ready & ((part.for_cycle == 0) | (part.owed == 0))
        at = np.flatnonzero(due & able & ready & (part.running == 0))
        if len(at):  # the gap has grown while premedication was waited for
            again = at[part.at_restart[at] > -NEVER]
            _, ended = self._by_gap(part, minute, again, notes)
            self._run(part, minute, np.setdiff1d(at, ended), wish, notes)
        unable = due & ~able & (part.at_restart == -NEVER)
        waiting[unable] = minute[unable] + RETRY
        late = due & able & ~ready & (part.running == 0)
        asks = able & (part.running == 0) & (waiting == NEVER) & (part.at_restart > -NEVER)
        planned = minute - part.off_from == part.paused  # the end of a planned pause
        part.for_cycle[asks & planned & (part.owed > 0)] = 1
        late |= asks & (part.for_cycle == 1)
        if late.any():  # so long after the premedication as always
            given = np.maximum(minute[late], part.premedication[:, late].min(axis=0))
            waiting[late] = given + np.maximum(self._lead(part, late), 1)
            asks &= ~late
        at = np.flatnonzero(asks & (part.stopped == 0))
        if not len(at):
            return
        premedicated, ended = self._by_gap(part, minute, at, notes)
        waiting[premedicated] = minute[premedicated] + self.restart_lead
        now = np.setdiff1d(at, np.concatenate([premedicated, ended]))
        if len(now):
            self._run(part, minute, now, wish, notes)

    def _lead(self, part: Patients, who: Mask) -> Numbers:
        """Return how long before a start its premedication is given, in **minutes**."""
        first = part.at_restart[who] == -NEVER
        lead = np.where(part.for_cycle[who] == 1, self.cycle_lead, self.restart_lead)
        return np.where(first, self.first_lead, lead)

    def _by_gap(self, part: Patients, minute: Minutes, at: Rows, notes: Notes) -> tuple[Rows, Rows]:
        """Ask what the restart table says; return who is premedicated first, and who is stopped."""
        none = np.empty(0, np.intp)
        if not len(self.gap_from) or not len(at):
            return none, none
        gap = minute[at] - part.off_from[at] - part.paused[at]
        at, gap = at[gap > 0], gap[gap > 0]  # nothing but a planned pause is no gap
        row = np.searchsorted(self.gap_from, gap, side="right") - 1
        how = self.gap_at[row]
        ended = at[how == END]
        part.stopped[ended] = 2
        part.why_off[ended] = 6
        text = "stopped for good: the gap is too long"
        say(self.words, part, minute, ended, "restart", text, notes)
        for kind in (SAME, BACK, HALF, START):
            who = at[how == kind]
            new = who[part.asked[who] != kind + 1]
            self._ask(part, who, kind)
            part.asked[who] = kind + 1
            say(
                self.words, part, minute, new, "restart", f"after the gap: {how_named(kind)}", notes
            )
        return at[self.gap_premed[row] & (how != END)], ended

    def _run(self, part: Patients, minute: Minutes, at: Rows, wish: Intents, notes: Notes) -> None:
        """Let drug flow: at the rate of before, a lower one, or from the start of the lead-in."""
        first = part.at_restart[at] == -NEVER
        part.running[at], part.for_cycle[at] = 1, 0
        part.when("start")[at] = NEVER
        who = at[(part.resume_start[at] == 1) | first]
        part.lead_from[who] = minute[who]
        part.cap[who], part.half[who], part.waiting[who] = ALL, 0, 0
        part.leaving_out[who] = 0
        part.when("cap")[who] = NEVER
        part.due[who], _ = self.plan.at(minute[who], part.lead_from[who])
        part.begun[at[first]] = minute[at[first]]
        rest = at[(part.resume_start[at] == 0) & ~first]
        back = part.resume_cap[rest] < part.level[rest]
        half = part.resume_half[rest] == 1
        both, rows = back & half, notes.rows[rest]  # the lower rate wins
        halved = 0.5 * self.rates[np.maximum(part.level[rest], 0), rows]
        stepped = self.rates[np.clip(part.resume_cap[rest], 0, len(self.rates) - 1), rows]
        back &= ~(both & (halved < stepped))
        half &= ~(both & (halved >= stepped))
        lower = rest[back | half]
        part.half[lower] |= half[back | half]  # who had half the rate before has it still
        cap = np.where(back, np.maximum(part.resume_cap[rest], 0), part.level[rest])
        part.cap[lower] = cap[back | half]
        part.when("cap")[lower] = minute[lower] + self.step_minutes
        part.waiting[lower], part.leaving_out[lower] = 0, 0
        same = rest[~back & ~half]  # the plan may have risen meanwhile: not at once, if unplanned
        held = (part.resume_cap[same] < ALL) | wish.delay[same]
        risen = same[
            held & (part.cap[same] > part.level[same]) & (part.due[same] > part.level[same])
        ]
        part.cap[risen] = part.level[risen]
        part.waiting[risen] = 1
        part.asked[at] = 0
        part.at_restart[at] = minute[at]
        part.off_from[at] = NEVER
        part.why_off[at] = 0
        if first.any():
            say(self.words, part, minute, at[first], "plan", "first dose", notes)
        if not first.all():
            say(self.words, part, minute, at[~first], "restart", "drug flows again", notes)

    def _ask(self, part: Patients, at: Rows, how: int) -> None:
        """Lower what an ended hold, or the restart table, allows: the lower rate wins."""
        if how == BACK:
            part.resume_cap[at] = np.minimum(part.resume_cap[at], part.level[at] - 1)
        elif how == SAME:
            part.resume_cap[at] = np.minimum(part.resume_cap[at], np.maximum(part.level[at], 0))
        elif how == HALF:
            part.resume_half[at] = 1
            part.resume_cap[at] = np.minimum(part.resume_cap[at], np.maximum(part.level[at], 0))
        elif how == START:
            part.resume_start[at] = 1
            part.resume_cap[at] = 0


def how_named(how: int) -> str:
    """Return how an infusion is resumed, in words."""
    return {value: text for text, value in AT.items()}[how]
