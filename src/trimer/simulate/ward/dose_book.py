# SPDX-License-Identifier: Apache-2.0
"""Doses: whether another may be given, giving it, and what was given so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.protocol.limits import DrugLimits
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.dispensary import Entry
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.orders import Given, Order
    from trimer.simulate.ward.state import Patients

DAY = 1440

ALREADY, TOO_SOON = "given at this look already", "too soon after the last dose"
ENOUGH_IN_A_DAY, ENOUGH_IN_ALL = "as many in 24 h as allowed", "as many in all as allowed"
"""Why a dose is not given."""


class DoseBook:
    """The drugs of a run, by number, with their limits.

    Attributes
    ----------
    drugs : list of str
        Names.
    limits : list of DrugLimits or None
        Caps of each.
    germs : dict of str to Entry
        Where infections enter.
    """

    def __init__(self, words: Words, germs: dict[str, Entry]) -> None:
        self.words, self.germs = words, germs
        self.drugs: list[str] = []
        self.limits: list[DrugLimits | None] = []

    def number(self, name: str) -> int:
        """Return the number of a drug, a new one if it is new."""
        if name not in self.drugs:
            self.drugs.append(name)
        return self.drugs.index(name)

    def allowed(self, part: Patients, minute: Minutes, at: Rows, drug: int) -> tuple[Mask, Numbers]:
        """Say who may have another dose of a drug now, and why not."""
        limit = self.limits[drug]
        why = np.zeros(len(at), np.int32)
        since = minute[at] - part.doses[drug, 0, at]
        allowed = since > 0  # whatever two rules ask for, a drug is given once at a look
        why[~allowed] = self.words.number(ALREADY)
        if limit is None:
            return allowed, why
        within = (minute[at] - part.doses[drug][:, at] < DAY).sum(axis=0)
        checks = (
            (limit.apart_minutes, since, TOO_SOON, True),
            (limit.in_24_h, within, ENOUGH_IN_A_DAY, False),
            (limit.in_all, part.counts[drug, at], ENOUGH_IN_ALL, False),
        )
        for bound, value, text, least in checks:
            if bound is None:
                continue
            bad: Mask = np.asarray((value < bound) if least else (value >= bound)) & (since > 0)
            why[bad] = self.words.number(text)
            allowed &= ~bad
        return allowed, why

    def within_caps(
        self, part: Patients, minute: Minutes, at: Rows, order: Order | Given, by: int,
        told: Mask | None, notes: Notes,
    ) -> Rows:  # fmt: skip
        """Return who may have the dose; write down who may not, of those marked in `told`."""
        if not len(at):
            return at
        allowed, why = self.allowed(part, minute, at, order.drug)
        shown = ~allowed if told is None else ~allowed & told[at]
        self._refuse(minute, at[shown], order, by, why[shown], notes)
        return at[allowed]

    def refuse(
        self, minute: Minutes, at: Rows, order: Order, by: int, why: str, notes: Notes
    ) -> None:
        """Write down that a dose is not given, and why."""
        self._refuse(minute, at, order, by, np.full(len(at), self.words.number(why)), notes)

    def _refuse(
        self, minute: Minutes, at: Rows, order: Order | Given, by: int, why: Numbers, notes: Notes
    ) -> None:
        notes.add(
            "doses", at, minute=minute[at], what=3,
            drug=self.words.number(self.drugs[order.drug]), planned=np.nan,
            amount=order.doses[notes.rows[at]], unit=self.words.number(order.entry.unit),
            by=by, why=why, step=0, kind=-1, index=-1, value=0.0,
        )  # fmt: skip

    def dose(
        self, part: Patients, minute: Minutes, at: Rows, drug: int, entry: Entry,
        doses: Floats, by: int, why: int, notes: Notes,
    ) -> None:  # fmt: skip
        """Give one dose now and remember it."""
        rows = notes.rows[at]
        last = part.doses[drug]
        last[1:, at] = last[:-1, at]
        last[0, at] = minute[at]
        part.counts[drug, at] += 1
        part.quiet_from[at] = minute[at]
        notes.add(
            "doses", at, minute=minute[at], drug=self.words.number(self.drugs[drug]), what=1,
            amount=doses[rows], planned=np.nan, unit=self.words.number(entry.unit), by=by,
            why=why, step=0, kind=entry.kind if entry.index >= 0 else -1, index=entry.index,
            value=doses[rows] * entry.per_unit[rows],
        )  # fmt: skip

    def infect(self, minute: Minutes, at: Rows, drug: str, notes: Notes) -> None:
        """Let an infection begin: nature's dose."""
        entry = self.germs[drug]
        notes.add(
            "doses", at, minute=minute[at], drug=self.words.number(drug), what=1, amount=1.0,
            planned=np.nan, unit=self.words.number(entry.unit), by=self.words.number("nature"),
            why=0, step=0, kind=entry.kind, index=entry.index,
            value=entry.per_unit[notes.rows[at]],
        )  # fmt: skip

    # ------------------------------------------------------------------ for conditions
    def count(self, part: Patients, minute: Minutes, drug: str, within: int | None) -> Floats:
        """Return how many doses of a drug have been given, in all or within these minutes."""
        if drug not in self.drugs:
            return np.zeros(len(minute))
        k = self.drugs.index(drug)
        given = part.counts[k] if within is None else (minute - part.doses[k] < within).sum(axis=0)
        return np.asarray(given, dtype=np.float64)

    def since(self, part: Patients, minute: Minutes, drug: str) -> Floats:
        """Return the minutes since the last dose of a drug, NaN before the first."""
        if drug not in self.drugs:
            return np.full(len(minute), np.nan)
        last = part.doses[self.drugs.index(drug), 0]
        return np.where(last > -NEVER, minute - last, np.nan)
