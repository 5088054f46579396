# SPDX-License-Identifier: Apache-2.0
"""At the bedside: results come in, vital signs are read, samples are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import ADULT, ctcae_grade
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.readings import (
    LABS,
    MARROW,
    NEUROLOGY,
    VITALS,
    Chart,
    read_bedside,
    read_laboratory,
    read_marrow,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Rows
    from trimer.simulate.ward.journal import Notes
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients

LOOKS = ("vitals", "neurology", "again", "report", "plan", "cap", "start", "repair", "marrow")
"""Stops at which somebody stands at the bedside and reads vital signs."""


class Bedside:
    """What is read of patients.

    Parameters
    ----------
    ward : Ward
        How it measures.
    chart : Chart
        What it measures.
    full : bool
        Whether every reading is written down.
    """

    def __init__(self, ward: Ward, chart: Chart, *, full: bool) -> None:
        self._ward, self._chart, self.full = ward, chart, full
        self.bedside = (*VITALS, *NEUROLOGY)
        self.lab_rows = chart.rows(tuple(LABS))
        self.marrow_rows = chart.rows(tuple(MARROW))

    def results(self, part: Patients, minute: Minutes, fresh: Mask) -> None:
        """Let results that are ready be known."""
        for ready, rows in (("lab_ready", self.lab_rows), ("marrow_ready", self.marrow_rows)):
            clock = getattr(part, ready)
            at = np.flatnonzero(clock <= minute)
            if len(at):
                grid = np.ix_(rows, at)
                part.seen[grid] = part.pending[grid]
                first = np.isnan(part.baseline[grid])
                part.baseline[grid] = np.where(first, part.pending[grid], part.baseline[grid])
                fresh[grid] = True
                clock[at] = NEVER
                if rows is self.lab_rows:
                    part.liver[at] = self._worst(part, at, ("ALT", "AST"))
                    part.organ[at] = self._worst(part, at, ("bilirubin", "creatinine"))

    def _worst(self, part: Patients, at: Rows, tests: tuple[str, ...]) -> NDArray[np.int8]:
        """Return the worst CTCAE grade of some tests."""
        rows = self._chart.rows(tests)
        grades = [
            ctcae_grade(test, part.seen[k, at], limits=ADULT, baseline=part.baseline[k, at])
            for test, k in zip(tests, rows, strict=True)
        ]
        worst: NDArray[np.int8] = np.maximum(np.max(grades, axis=0), 0)
        return worst

    def read(
        self, part: Patients, minute: Minutes, due: dict[str, Mask], truth: Floats,
        now: Callable[[tuple[str, ...], Rows], Floats], fresh: Mask, notes: Notes,
    ) -> Mask:  # fmt: skip
        """Read what is due; return who has a fresh temperature."""
        look = np.zeros(len(part), np.bool_)
        for name in LOOKS:
            look |= due[name]
        at = np.flatnonzero(look)
        n_vitals = len(VITALS)
        if len(at):
            all_looked = len(at) == len(part)
            who = slice(None) if all_looked else at
            found = read_bedside(self._ward, self.bedside, truth[who], part.key[who], minute[who])
            self._write(part, who, slice(0, n_vitals), found[:n_vitals], fresh)
            examined = due["neurology"][who]
            neuro = np.where(examined, found[n_vitals:], np.nan)
            self._write(part, who, slice(n_vitals, len(self.bedside)), neuro, fresh)
            if self.full:
                self._chart_reading(part, minute, at, found, notes)
        at = np.flatnonzero(due["labs"] & (part.lab_ready == NEVER))  # one at a time
        if len(at):
            drawn = now(tuple(LABS.values()), at)
            part.pending[np.ix_(self.lab_rows, at)] = read_laboratory(
                self._ward, drawn, part.key[at], minute[at]
            )
            part.lab_ready[at] = minute[at] + self._ward.lab_minutes
        at = np.flatnonzero(due["marrow"] & (part.marrow_ready == NEVER))
        if len(at):
            drawn = now(tuple(MARROW.values()), at)
            part.pending[np.ix_(self.marrow_rows, at)] = read_marrow(
                self._ward, drawn, part.key[at], minute[at]
            )
            part.marrow_ready[at] = minute[at] + self._ward.marrow_minutes
        looked: Mask = look & fresh[0]
        return looked

    @staticmethod
    def _write(part: Patients, who: slice | Rows, rows: slice, found: Floats, fresh: Mask) -> None:
        known = ~np.isnan(found)
        fresh[rows, who] = known
        part.seen[rows, who] = np.where(known, found, part.seen[rows, who])
        base = part.baseline[rows, who]
        part.baseline[rows, who] = np.where(np.isnan(base), found, base)

    def _chart_reading(
        self, part: Patients, minute: Minutes, at: Rows, found: Floats, notes: Notes
    ) -> None:
        columns = {name: np.full(len(at), np.nan) for name in self._chart.names}
        for k, name in enumerate(self.bedside):
            columns[name] = found[k]
        for k in (*self.lab_rows, *self.marrow_rows):
            columns[self._chart.names[k]] = part.seen[k, at]
        notes.add("readings", at, minute=minute[at], **columns)
