# SPDX-License-Identifier: Apache-2.0
"""Whether drug flows, and at which level: hold, reduce, step, put off, stop.

A patient follows the plan up to the level allowed to him (`cap`). A hold, a reduction or a step
put off lowers it; from then on it rises by one level at a time while the level is tolerated.
How drug flows again after a time without is in `restart`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.journal import say
from trimer.simulate.ward.plan import NEVER, OVER, PAUSE
from trimer.simulate.ward.restart import ALL, AT, BACK, HALF, START, Restart, how_named

if TYPE_CHECKING:
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.dispensary import Entry
    from trimer.simulate.ward.intents import Intents
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.plan import Plan
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients


class Infusion(Restart):
    """The infusion of a protocol's drug.

    Parameters
    ----------
    protocol : Protocol
        With a course.
    plan : Plan
        Its course as numbers.
    entry : Entry
        Where the drug enters the model.
    rates : float64 array (levels, N)
        Rate of each level for every patient of the run, per **day**.
    ward : Ward
        For the time between steps after a resumption.
    words : Words
        Of the journal.
    """

    def __init__(
        self,
        protocol: Protocol,
        plan: Plan,
        entry: Entry,
        rates: Floats,
        ward: Ward,
        words: Words,
    ) -> None:
        super().__init__(protocol, plan, rates, ward, words)
        self.entry = entry
        self.resume_as = np.array([AT[rule.resume or "same rate"] for rule in protocol.rules], int)
        self.names = [rule.name for rule in protocol.rules]
        self.drug = words.number(entry.drug)
        self.unit = words.number(entry.unit)

    # ------------------------------------------------------------------ the whole
    def attend(
        self,
        part: Patients,
        minute: Minutes,
        wish: Intents,
        due: Mask,
        notes: Notes,
        *,
        looked: Mask,
        ready: Mask,
    ) -> None:
        """Bring the infusion to what plan, pump and rules ask for.

        Parameters
        ----------
        part : Patients
            Those looked at now; changed in place.
        minute : int64 array (n,)
            Now.
        wish : Intents
            What the rules want.
        due : bool array (2, n)
            Whether a rise by one level, and an awaited start, are due now.
        notes : Notes
            Where doses and decisions are written.
        looked : bool array (n,)
            Who has fresh vital signs: nobody steps up unseen.
        ready : bool array (n,)
            Whose premedication for the start that is due has been given.
        """
        before, was_due, was_off = _flow(part), part.due.copy(), part.why_off.copy()
        self._count_pause(part, minute)
        part.due[:], change = self.plan.at(minute, part.lead_from)
        self._stop(part, wish)
        self._hold(part, minute, wish, notes)
        free = ~part.held.any(axis=0) & (part.faulty == 0) & (part.stopped == 0)
        able = free & (part.due >= 0)
        self._off(part, minute, able)
        self._lower(part, minute, wish, notes)
        self._rise(part, minute, wish, due[0], looked)
        self._start(part, minute, able, due[1], ready, wish, notes)
        self._set_level(part, minute, wish, looked, notes)
        part.when("plan")[:] = self._next(part, minute, change)
        ended = (part.stopped > 0) | (part.due == OVER)
        if ended.any():  # no drug any more; what was planned is still written down as missed
            for clock in ("cap", "start", "fault", "repair", "bag"):
                part.when(clock)[ended] = NEVER
            part.premedication[:, ended] = NEVER
        changed = before != _flow(part)
        other = ~changed & ((part.due != was_due) | (part.why_off != was_off))
        for mask, real in ((changed, True), (other, False)):
            at = np.flatnonzero(mask)
            if len(at):
                self._write_rate(part, minute, at, notes, real=real)

    def rate(self, part: Patients, rows: Rows, at: Rows) -> Floats:
        """Return what flows now, per **day**, for these places of `part` (`rows` of the run)."""
        level = np.maximum(part.level[at], 0)
        rate = self.rates[level, rows]
        rate = np.where(part.half[at] == 1, 0.5 * rate, rate)
        return np.where(part.running[at] == 1, rate, 0.0)

    # ------------------------------------------------------------------ its steps
    def _count_pause(self, part: Patients, minute: Minutes) -> None:
        off = (part.running == 0) & (part.off_from < NEVER) & (part.due == PAUSE)
        part.paused[off] += (minute - part.seen_until)[off]
        part.seen_until[:] = minute

    @staticmethod
    def _stop(part: Patients, wish: Intents) -> None:
        going = part.stopped == 0
        for mask, code in ((wish.stop, 1), (wish.transplant, 3)):
            at = mask & going
            if at.any():
                part.stopped[at] = code
                part.held[:, at] = False

    def _hold(self, part: Patients, minute: Minutes, wish: Intents, notes: Notes) -> None:
        new = wish.hold & ~part.held & (part.stopped == 0)
        if new.any():
            part.held |= new
            anyone = new.any(axis=0)
            part.at_hold[anyone] = minute[anyone]
        ending = part.held & wish.resume & ~wish.hold
        if ending.any():
            for rule in np.flatnonzero(ending.any(axis=1)):
                at = np.flatnonzero(ending[rule])
                part.held[rule, at] = False
                self._ask(part, at, int(self.resume_as[rule]))
                how = how_named(int(self.resume_as[rule]))
                say(self.words, part, minute, at, self.names[rule], f"hold ends, {how}", notes)

    @staticmethod
    def _off(part: Patients, minute: Minutes, able: Mask) -> None:
        going = (part.running == 1) & ~able
        if going.any():
            part.running[going] = 0
            part.off_from[going] = minute[going]
            part.paused[going] = 0
            part.resume_cap[going] = ALL
            part.resume_half[going] = 0
            part.resume_start[going] = 0
            part.asked[going] = 0
        part.why_off[:] = np.select(
            [part.running == 1, part.stopped > 0, part.due == OVER, part.held.any(axis=0),
             part.faulty == 1, part.at_restart == -NEVER, part.due == PAUSE],
            [0, 6, 7, 3, 4, 1, 2], 5,
        )  # fmt: skip
        waiting = part.when("start")
        lost = ~able & (waiting < NEVER) & (part.at_restart > -NEVER)
        waiting[lost], part.for_cycle[lost] = NEVER, 0

    def _lower(self, part: Patients, minute: Minutes, wish: Intents, notes: Notes) -> None:
        """Reduce a running infusion by a step or to half."""
        running = part.running == 1
        begun = (part.at_restart > -NEVER) & ~running  # who has no drug now gets less of it later
        for mask, kind in ((wish.reduce, BACK), (wish.half, HALF), (wish.repeat, START)):
            self._ask(part, np.flatnonzero(mask & begun), kind)
        for mask, text in ((wish.reduce, "reduced by one step"), (wish.half, "reduced to half")):
            at = np.flatnonzero(mask & running)
            if not len(at):
                continue
            if mask is wish.reduce:
                part.cap[at], part.leaving_out[at] = np.maximum(part.level[at] - 1, 0), 0
            else:
                part.cap[at], part.half[at] = np.minimum(part.cap[at], part.level[at]), 1
            part.when("cap")[at], part.waiting[at] = minute[at] + self.step_minutes, 0
            say(self.words, part, minute, at, "rate", text, notes)
        at = np.flatnonzero(wish.repeat & running)
        if len(at):
            part.lead_from[at] = minute[at]
            part.cap[at], part.half[at], part.leaving_out[at] = ALL, 0, 0
            part.due[at], _ = self.plan.at(minute[at], part.lead_from[at])

    def _rise(
        self, part: Patients, minute: Minutes, wish: Intents, due: Mask, looked: Mask
    ) -> None:
        """Allow one level more where that is due and the present one is tolerated.

        After a rise that came late the next planned one is as far away as the present step is
        long; a level that was left out is passed over.
        """
        if due.any():
            part.waiting[due] = 1
            part.when("cap")[due] = NEVER
        wants = (part.waiting == 1) & (part.running == 1) & looked & ~wish.delay
        at = np.flatnonzero(wants)
        if not len(at):
            return
        halves, now, due_now = part.half[at] == 1, minute[at], part.due[at]
        cap = part.cap[at] + np.where(halves, 0, 1 + part.leaving_out[at])
        part.leaving_out[at] *= halves
        part.half[at], part.waiting[at] = 0, 0
        _, change = self.plan.at(now, part.lead_from[at])
        length = self.plan.length(now, part.lead_from[at])
        soon = (cap >= due_now) & (change - now < length)
        soon &= self.plan.at(change, part.lead_from[at])[0] > due_now
        more = (cap < due_now) | soon
        part.cap[at] = np.where(more, np.minimum(cap, due_now), ALL)
        wait = now + np.where(soon, length, self.step_minutes)
        part.when("cap")[at] = np.where(more, wait, NEVER)

    def _set_level(
        self, part: Patients, minute: Minutes, wish: Intents, looked: Mask, notes: Notes
    ) -> None:
        """Take the level that plan and cap allow; a step up that is not tolerated waits."""
        running = part.running == 1
        allowed = np.minimum(part.cap, part.due)
        higher = running & (allowed > part.level) & (part.at_step > -NEVER)
        begun = running & (minute == part.at_restart)
        blocked = higher & ~begun & (wish.delay | ~looked)
        if blocked.any():
            part.cap[blocked] = part.level[blocked]
            part.waiting[blocked] = 1
            say(self.words, part, minute, np.flatnonzero(blocked), "step", "step up put off", notes)
        skipped = higher & ~begun & ~blocked & wish.skip
        if skipped.any():
            part.cap[skipped] = part.level[skipped]
            part.leaving_out[skipped] = 1
            _, change = self.plan.at(minute[skipped], part.lead_from[skipped])
            part.when("cap")[skipped] = change
            say(self.words, part, minute, np.flatnonzero(skipped), "step", "step left out", notes)
        level = np.where(running, np.minimum(part.cap, part.due), part.level)
        up = running & (level > part.level)
        part.at_step[up | (running & (part.at_step == -NEVER))] = minute[
            up | (running & (part.at_step == -NEVER))
        ]
        moved = np.flatnonzero(running & (level != part.level) & ~begun)
        part.level[:] = level
        if len(moved):
            say(self.words, part, minute, moved, "plan", "next level", notes)

    def _next(self, part: Patients, minute: Minutes, change: Minutes) -> Minutes:
        moved = (part.running == 1) & (part.lead_from == minute)
        if moved.any():
            _, again = self.plan.at(minute, part.lead_from)
            return np.where(moved, again, change)
        return change

    # ------------------------------------------------------------------ what is written
    def _write_rate(
        self, part: Patients, minute: Minutes, at: Rows, notes: Notes, *, real: bool
    ) -> None:
        """Write what flows from now on; not `real` where only the plan has changed."""
        rows = notes.rows[at]
        rate = self.rate(part, rows, at)
        planned = np.where(part.due[at] >= 0, self.rates[np.maximum(part.due[at], 0), rows], 0.0)
        why = np.array([self.words.number(text) for text in _WHY], np.int32)
        running = part.running[at] == 1
        below = running & (rate < planned)
        notes.add(
            "doses", at, minute=minute[at], drug=self.drug, what=0, amount=rate, planned=planned,
            unit=self.unit, by=0, why=np.where(below, why[-1], why[part.why_off[at]]),
            step=np.where(running, part.level[at] + 1, 0), kind=self.entry.kind if real else -1,
            index=self.entry.index, value=rate * self.entry.per_unit[rows],
        )  # fmt: skip


_WHY = (
    "", "not started", "planned pause", "held", "pump", "premedication", "stopped for good",
    "course over", "below the plan",
)  # fmt: skip


def _flow(part: Patients) -> Numbers:
    """Number what flows: 0 nothing, then by level and half or whole rate."""
    return part.running * (2 * (part.level + 1) - part.half)
