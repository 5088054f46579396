# SPDX-License-Identifier: Apache-2.0
"""Carry out what rules ask for: doses within their limits, support, infections, more looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.condition import Compare, Count, atoms
from trimer.protocol.action import (
    DelayStep,
    End,
    Give,
    Hold,
    LookAgain,
    LookEvery,
    Premedicate,
    Reduce,
    RepeatLeadIn,
    SkipStep,
    Start,
    StopForGood,
    Support,
    Transplant,
)
from trimer.simulate.ward.dispensary import HIGHEST, INFECTIONS, LEVELS
from trimer.simulate.ward.dose_book import DoseBook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.protocol.action import Action
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.dispensary import Dispensary, Entry
    from trimer.simulate.ward.intents import Intents
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.state import Patients


TREATS_CRS = ("acetaminophen", "tocilizumab", "dexamethasone", "methylprednisolone")
"""Antipyretic, anticytokine drug and steroids: given for CRS, fever is no longer asked for."""

DAY = 1440

OTHER_RULE = "another rule gives it at this look"


@dataclass(frozen=True, eq=False)
class Order:
    """An action of a rule that gives something.

    Parameters
    ----------
    rule : int
        Number of the rule.
    action : Give
        As it is written.
    drug : int
        Number of the drug.
    entry : Entry
        Where it enters the model.
    doses : float64 array (N,)
        One dose for each patient of the run, in the entry's unit.
    """

    rule: int
    action: Give
    drug: int
    entry: Entry
    doses: Floats


@dataclass(frozen=True, eq=False)
class Given:
    """Premedication, as an order.

    Parameters
    ----------
    before : str
        What it precedes.
    offset : int
        Minutes after it; negative is before.
    drug : int
        Number of the drug.
    entry : Entry
        Where it enters the model.
    doses : float64 array (N,)
        One dose for each patient of the run.
    """

    before: str
    offset: int
    drug: int
    entry: Entry
    doses: Floats


class Orders(DoseBook):
    """All that the rules and the premedication of a protocol can order.

    Parameters
    ----------
    protocol : Protocol
        With rules.
    dispensary : Dispensary
        Doses and entries for the patients of the run.
    words : Words
        Of the journal.
    """

    def __init__(self, protocol: Protocol, dispensary: Dispensary, words: Words) -> None:
        super().__init__(words, {name: dispensary.entry(name, "bolus") for name in INFECTIONS})
        self.rules = protocol.rules
        self.levels = {name: dispensary.entry(name, "infusion") for name in _levels(protocol)}
        self.orders: list[list[tuple[int, Action]]] = []
        self.gives: list[Order] = []
        for number, rule in enumerate(protocol.rules):
            held: list[tuple[int, Action]] = []
            for action in rule.do:
                place = len(self.gives)
                if isinstance(action, Give):
                    drug = self.number(action.drug)
                    doses = dispensary.dose(action.drug, action.amount)
                    entry = dispensary.entry(action.drug, "bolus")
                    self.gives.append(Order(number, action, drug, entry, doses))
                elif isinstance(action, Support):  # has a clock of its own too
                    place = -1
                held.append((place, action))
            self.orders.append(held)
        self.supports = [
            (number, action)
            for number, rule in enumerate(protocol.rules)
            for action in rule.do
            if isinstance(action, Support)
        ]
        self.premedication = [
            Given(
                p.before, p.offset_minutes, self.number(p.drug),
                dispensary.entry(p.drug, "bolus"), dispensary.dose(p.drug, p.amount),
            )
            for p in protocol.premedication
        ]  # fmt: skip
        self.limits = [dispensary.limits.get(name) for name in self.drugs]
        drugs = [order.drug for order in self.gives]
        self._rivals = [
            [k for k, other in enumerate(drugs) if other == drug and k != place]
            for place, drug in enumerate(drugs)
        ]

        self.kept = _remembered(protocol)

    @property
    def size(self) -> int:
        """How many orders have a time of their own."""
        return len(self.gives) + len(self.supports)

    @property
    def soonest(self) -> int:
        """The fewest minutes after which a rule asks for another look."""
        asked = [
            a.minutes for r in self.rules for a in r.do if isinstance(a, (LookEvery, LookAgain))
        ]
        return min(asked, default=DAY)

    # ------------------------------------------------------------------ at a look
    def carry_out(
        self,
        part: Patients,
        minute: Minutes,
        yes: Mask,
        edge: Mask,
        main: tuple[Sequence[int], Floats],
        wish: Intents,
        every: dict[str, Minutes],
        notes: Notes,
    ) -> None:
        """Do what the rules that hold at this look ask for.

        Parameters
        ----------
        part : Patients
            Those looked at now.
        minute : int64 array (n,)
            Now.
        yes, edge : bool arrays (rules, n)
            Which rules hold, and which do so since this look.
        main : (sequence of int, float64 array (rules, n))
            Each rule's main quantity: its word and its value, for the log.
        wish : Intents
            What concerns the infusion is put here.
        every : dict of str to int64 array (n,)
            Minutes between looks, shortened in place.
        notes : Notes
            Where doses and decisions are written.
        """
        anyone: Mask = np.asarray(yes.any(axis=1))
        wanted = self._wanted(part, minute, yes, edge) if anyone.any() else []
        support = 0
        for number in range(len(self.rules)):
            held = self.orders[number]
            if not anyone[number]:
                support += sum(isinstance(action, Support) for _, action in held)
                continue
            for place, action in held:
                if isinstance(action, Give):
                    self._give(part, minute, place, wanted, edge[number], main, notes)
                elif isinstance(action, Support):
                    slot = len(self.gives) + support
                    support += 1
                    self._support(
                        part, minute, slot, number, action, yes[number], edge[number], main, notes
                    )
                elif isinstance(action, (Start, End)):
                    self._switch(part, minute, number, action, edge[number], main, notes)
                elif isinstance(action, LookEvery):
                    shorter = every[action.what]
                    shorter[yes[number]] = np.minimum(shorter[yes[number]], action.minutes)
                elif isinstance(action, LookAgain):
                    again = part.when("again")
                    at = yes[number]
                    again[at] = np.minimum(again[at], minute[at] + action.minutes)
                else:
                    self._wish(
                        part, minute, number, action, yes[number], edge[number], main, wish, notes
                    )

    def _wish(
        self, part: Patients, minute: Minutes, number: int, action: Action, yes: Mask, edge: Mask,
        main: tuple[Sequence[int], Floats], wish: Intents, notes: Notes,
    ) -> None:  # fmt: skip
        """Put what concerns the infusion into words and into `wish`."""
        new = edge
        if isinstance(action, Hold):
            new = yes & ~part.held[number] & (part.stopped == 0)
            wish.hold[number] |= yes
        elif isinstance(action, StopForGood):
            new = yes & (part.stopped == 0)
            wish.stop[:] |= yes
        elif isinstance(action, Transplant):
            new = yes & (part.stopped == 0)
            wish.transplant[:] |= yes
        elif isinstance(action, Reduce):
            (wish.half if action.to == "half rate" else wish.reduce)[:] |= edge
        elif isinstance(action, RepeatLeadIn):
            wish.repeat[:] |= edge
        elif isinstance(action, DelayStep):
            wish.delay[:] |= yes
            return  # told where a step is put off
        elif isinstance(action, SkipStep):
            wish.skip[:] |= yes
            return
        elif isinstance(action, Premedicate):
            self.premedicate(part, minute, np.flatnonzero(edge), "restart", notes)
        self._tell(part, minute, np.flatnonzero(new), number, action.text, main, notes)

    def _wanted(self, part: Patients, minute: Minutes, yes: Mask, edge: Mask) -> list[Mask]:
        """Return who is to have each of the orders at this look."""
        found = []
        for place, order in enumerate(self.gives):
            action = order.action
            want = edge[order.rule]
            if action.every_minutes is not None:
                late = minute - part.given[place] >= action.every_minutes
                want = yes[order.rule] & late
            if action.at_most is not None:
                want = want & (part.times[place] < action.at_most)
            found.append(want)
        return found

    def _give(
        self, part: Patients, minute: Minutes, place: int, wanted: list[Mask], edge: Mask,
        main: tuple[Sequence[int], Floats], notes: Notes,
    ) -> None:  # fmt: skip
        """Give a dose, unless another rule gives as much of the drug at this look."""
        order = self.gives[place]
        action = order.action
        want = wanted[place]
        if not want.any():
            return
        rule = self.words.number(self.rules[order.rule].name)
        less = np.zeros(len(part), np.bool_)  # another rule gives as much at this look, or more
        for rival in self._rivals[place]:
            more = self.gives[rival].doses[notes.rows] - order.doses[notes.rows]
            less |= want & wanted[rival] & ((more > 0) | ((more == 0) & (rival < place)))
        at = np.flatnonzero(less)
        if len(at):
            part.given[place, at] = minute[at]
            self.refuse(minute, at, order, rule, OTHER_RULE, notes)
        at = np.flatnonzero(want & ~less)
        at = self.within_caps(part, minute, at, order, rule, edge, notes)
        if len(at):
            part.given[place, at] = minute[at]
            part.times[place, at] += 1
            self.dose(part, minute, at, order.drug, order.entry, order.doses, rule, 0, notes)
            if self.drugs[order.drug] in TREATS_CRS:
                part.treated[at] = 1
            self._tell(part, minute, at, order.rule, action.text, main, notes)

    def premedicate(
        self, part: Patients, minute: Minutes, at: Rows, before: str, notes: Notes
    ) -> None:
        """Give all premedication of a kind now."""
        for entry, given in enumerate(self.premedication):
            if given.before == before and len(at):
                self.give_premedication(part, minute, at, entry, notes)

    def give_premedication(
        self, part: Patients, minute: Minutes, at: Rows, entry: int, notes: Notes
    ) -> None:
        """Give one premedication now."""
        given = self.premedication[entry]
        by = self.words.number(f"premedication before {given.before}")
        at = self.within_caps(part, minute, at, given, by, None, notes)
        self.dose(part, minute, at, given.drug, given.entry, given.doses, by, 0, notes)

    def _support(
        self, part: Patients, minute: Minutes, slot: int, number: int, action: Support, yes: Mask,
        edge: Mask, main: tuple[Sequence[int], Floats], notes: Notes,
    ) -> None:  # fmt: skip
        want = edge
        if action.every_minutes is not None:
            want = yes & (minute - part.given[slot] >= action.every_minutes)
        level: Numbers = getattr(part, action.what)
        new = np.clip(level + action.direction, 0, HIGHEST[action.what])
        at = np.flatnonzero(want & (new != level))
        if len(at):
            part.given[slot, at] = minute[at]
            level[at] = new[at]
            self.set_level(minute, at, action.what, new, self.rules[number].name, notes)
            part.quiet_from[at] = minute[at]
            self._tell(part, minute, at, number, action.text, main, notes)

    def _switch(
        self, part: Patients, minute: Minutes, number: int, action: Start | End, edge: Mask,
        main: tuple[Sequence[int], Floats], notes: Notes,
    ) -> None:  # fmt: skip
        level: Numbers = getattr(part, action.what)
        wanted = 1 if isinstance(action, Start) else 0
        at = np.flatnonzero(edge & (level != wanted))
        if len(at):
            level[at] = wanted
            self.set_level(minute, at, action.what, level, self.rules[number].name, notes)
            self._tell(part, minute, at, number, action.text, main, notes)

    def set_level(
        self, minute: Minutes, at: Rows, what: str, level: Numbers, by: str, notes: Notes
    ) -> None:
        """Set the level of a support from now on."""
        entry = self.levels[what]
        rows = notes.rows[at]
        notes.add(
            "doses", at, minute=minute[at], drug=self.words.number(what), what=2, amount=level[at],
            planned=np.nan, unit=self.words.number("level"), by=self.words.number(by), why=0,
            step=0, kind=entry.kind, index=entry.index, value=level[at] * entry.per_unit[rows],
        )  # fmt: skip

    def _tell(
        self, part: Patients, minute: Minutes, at: Rows, number: int, text: str,
        main: tuple[Sequence[int], Floats], notes: Notes,
    ) -> None:  # fmt: skip
        notes.add(
            "decisions", at, minute=minute[at], rule=self.words.number(self.rules[number].name),
            action=self.words.number(text), quantity=main[0][number], value=main[1][number, at],
            temperature=part.seen[0, at], MAP=part.seen[1, at], SpO2=part.seen[3, at],
            CRS=part.crs[at], ICANS=part.icans[at],
        )  # fmt: skip


def _remembered(protocol: Protocol) -> int:
    """Return how many doses of a drug have to be remembered: as many as anything counts to."""
    counted = [1, *(limit.in_24_h or 1 for limit in protocol.drugs)]
    for rule in protocol.rules:
        for condition in (rule.when, rule.resume_when):
            counted.extend(
                int(atom.value.number) + 1
                for atom in (() if condition is None else atoms(condition.tree))
                if isinstance(atom, Compare) and isinstance(atom.left, Count)
            )
    return max(counted)


def _levels(protocol: Protocol) -> list[str]:
    """Return the supports that rules set."""
    wanted = {
        action.what
        for rule in protocol.rules
        for action in rule.do
        if isinstance(action, (Support, Start, End))
    }
    return [name for name in LEVELS if name in wanted]
