# SPDX-License-Identifier: Apache-2.0
"""The calm looks of a run: what they need to know, whom they see, and what they noted."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.engine.compiled import CompiledModel
from trimer.engine.job import NEVER as NOT_COMING
from trimer.engine.solution import Schedule
from trimer.engine.visit import Visit, load_visitor
from trimer.simulate.ward.calm import course, doses, grades, look, reading, rules, tables
from trimer.simulate.ward.calm.constants import constants, left_side, words_of_doses
from trimer.simulate.ward.calm.tables import Tables
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.readings import LABS

if TYPE_CHECKING:
    from trimer.assess import CrsMemory
    from trimer.core.condition import Memory
    from trimer.engine.solution import Carrier
    from trimer.simulate.ward.arrays import Floats, Minutes, Rows
    from trimer.simulate.ward.journal import Notes
    from trimer.simulate.ward.rounds import Rounds
    from trimer.simulate.ward.state import Patients

_MODULES = (tables, reading, grades, rules, course, doses, look)


class Ahead:
    """Lets the solver run past calm looks.

    Parameters
    ----------
    rounds : Rounds
        The look in full.
    patients : Patients
        All of the run.
    """

    def __init__(self, rounds: Rounds, patients: Patients) -> None:
        self._rounds, self._bedside = rounds, rounds.bedside.bedside
        self._outputs = (*self._bedside, *LABS.values())
        self._full = rounds.bedside.full  # every reading is written down
        n = len(patients)
        self._fixed: dict[str, Any] = {
            "patients": n, **constants(rounds),
            "n_grades": np.zeros(n, np.int32), "n_stretches": np.zeros(n, np.int32),
            "grades": np.zeros((n, tables.GRADE_ROWS, 6), np.int32),
            "stretches": np.zeros((n, tables.STRETCH_ROWS, 5), np.int32),
            "stretch_values": np.zeros((n, tables.STRETCH_ROWS, 2), np.float32),
            "n_given": np.zeros(n, np.int32), "n_told": np.zeros(n, np.int32),
            "dose_notes": np.zeros((n, tables.DOSE_ROWS, 4), np.int32),
            "told": np.zeros((n, tables.TOLD_ROWS, 4), np.int32),
            "told_values": np.zeros((n, tables.TOLD_ROWS, 4)),
            "n_queued": np.zeros(n, np.int32),
            "queue_time": np.full((n, tables.DOSE_ROWS), NOT_COMING),
            "queue_kind": np.zeros((n, tables.DOSE_ROWS), np.int8),
            "queue_index": np.zeros((n, tables.DOSE_ROWS), np.int32),
            "queue_value": np.zeros((n, tables.DOSE_ROWS)),
            "n_readings": np.zeros(n, np.int32), "goal": np.full(n, NEVER, np.int32),
        }  # fmt: skip
        self._words = words_of_doses(rounds)
        self._kept, self._address = visitor()
        self._given: dict[str, Any] = {}

    def visit(
        self, patients: Patients, crs: CrsMemory, memory: Memory, rows: Rows, goal: Minutes,
        first: Minutes,
    ) -> Visit:  # fmt: skip
        """Return the visits to some patients on their way to a goal, the first at these minutes."""
        self._fixed["goal"][rows] = goal
        most = 0
        if self._full:  # as many as there can be
            gap = max(min([*self._fixed["intervals"][2::3], self._rounds.orders.soonest]), 1)
            most = int(((goal - np.minimum(first, goal)) // gap).max(initial=0)) + 2
        n = len(patients)
        given = {
            **self._fixed, "most_readings": most,
            "reading_minutes": np.zeros((n, most), np.int32),
            "readings": np.zeros((n, most, tables.CHART)),
            "since": memory.since, "row": memory.row,
        }  # fmt: skip
        for field in fields(Tables):
            if field.name not in given:
                given[field.name] = getattr(patients if field.name in _BLOCKS else crs, field.name)
        self._given = given
        given["queue_time"][rows], given["n_queued"][rows] = NOT_COMING, 0
        room = Schedule(
            np.arange(n + 1, dtype=np.int64) * tables.DOSE_ROWS,
            *(given[f"queue_{name}"].reshape(-1) for name in ("time", "kind", "index", "value")),
        )
        when = np.where(first < goal, first / 1440.0, np.inf)
        return Visit(when, self._outputs, self._address, packed(Tables(**given)), room)

    def write(self, rows: Rows, notes: Notes) -> None:
        """Write down what calm looks noted of these patients, and forget it."""
        found = self._given
        at, which = _noted(found["n_grades"][rows])
        if len(at):
            minute, crs, lee, ctcae, icans, level = found["grades"][rows[at], which].T
            notes.add(
                "grades", at, minute=minute, CRS=crs, CRS_Lee=lee, CRS_CTCAE=ctcae, ICANS=icans,
                level=level,
            )  # fmt: skip
        at, which = _noted(found["n_stretches"][rows])
        if len(at):
            rule, verdict, first, last, looks = found["stretches"][rows[at], which].T
            lowest, highest = found["stretch_values"][rows[at], which].T
            notes.add(
                "stretches", at, rule=rule, verdict=verdict, first=first, last=last, looks=looks,
                lowest=lowest, highest=highest,
            )  # fmt: skip
        self._given_and_told(found, rows, notes)
        if self._full:
            self._chart(found, rows, notes)
        for table in ("grades", "stretches", "readings", "given", "told"):
            found[f"n_{table}"][rows] = 0

    def dosed(self, rows: Rows) -> tuple[Rows, Floats]:
        """Return which of these patients were given doses on the way, and when in **days**."""
        at, which = _noted(self._given["n_queued"][rows])
        when = self._given["queue_time"][rows[at], which]
        new = np.ones(len(at), np.bool_)
        new[1:] = (at[1:] != at[:-1]) | (when[1:] != when[:-1])
        return at[new], when[new]

    def _given_and_told(self, found: dict[str, Any], rows: Rows, notes: Notes) -> None:
        at, which = _noted(found["n_given"][rows])
        if len(at):
            minute, place, what, why = found["dose_notes"][rows[at], which].T
            drug, unit, by = self._words[:3, place]
            real = what == 1
            notes.add(
                "doses", at, minute=minute, drug=drug, what=what, unit=unit, by=by, why=why, step=0,
                amount=found["give_amount"][place, rows[at]], planned=np.nan,
                kind=np.where(real, found["give_kind"][place], -1),
                index=np.where(real, found["give_index"][place], -1),
                value=np.where(real, found["give_value"][place, rows[at]], 0.0),
            )  # fmt: skip
        at, which = _noted(found["n_told"][rows])
        if len(at):
            minute, place, crs, icans = found["told"][rows[at], which].T
            value, temperature, pressure, saturation = found["told_values"][rows[at], which].T
            by, action, quantity = self._words[2:, place]
            notes.add(
                "decisions", at, minute=minute, rule=by, action=action, quantity=quantity,
                value=value, temperature=temperature, MAP=pressure, SpO2=saturation, CRS=crs,
                ICANS=icans,
            )  # fmt: skip

    def _chart(self, found: dict[str, Any], rows: Rows, notes: Notes) -> None:
        at, which = _noted(found["n_readings"][rows])
        if len(at):
            values = found["readings"][rows[at], which].T
            minute = found["reading_minutes"][rows[at], which]
            columns = dict(zip(self._rounds.chart.names, values, strict=True))
            notes.add("readings", at, minute=minute, **columns)


def _noted(count: Minutes) -> tuple[Rows, Rows]:
    """Return the patient and number of each note."""
    at = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return at, np.arange(len(at)) - first[at]


_BLOCKS = frozenset((
    "key", "clock", "whole", "seen", "pending", "baseline", "held", "was", "given", "times",
    "doses", "counts", "stretch", "lowest", "highest",
))  # fmt: skip


@cache
def visitor() -> tuple[Any, int]:
    """Return the compiled calm look: something to keep, and its address."""
    return load_visitor(_MODULES, "visit")


def packed(given: Tables) -> Any:  # noqa: ANN401 (an int64 array)
    """Return tables as compiled code reads them."""
    entries = []
    for field in fields(Tables):
        value = getattr(given, field.name)
        kind = str(field.type)
        if kind == "int":
            entries.append(int(value))
        elif kind == "float":
            entries.append(int(np.float64(value).view(np.int64)))
        else:
            wanted = _TYPES[kind]
            if value.dtype != wanted or not value.flags.c_contiguous:
                message = f"Table '{field.name}' of calm looks: got {value.dtype}, not {wanted}."
                raise TypeError(message)
            entries.append(value.ctypes.data)
    return np.array(entries, dtype=np.int64)


_TYPES = {
    "F8": np.float64, "F4": np.float32, "I8": np.int64, "I4": np.int32, "I2": np.int16,
    "I1": np.int8, "U8": np.uint64, "Flags": np.bool_,
}  # fmt: skip


def can_be_calm(compiled: Carrier, rounds: Rounds) -> bool:
    """Return whether looks of this run can be calm: compiled model, rules that it understands."""
    if not isinstance(compiled, CompiledModel) or rounds.monitoring.continuous:
        return False
    bound = rounds.bound
    sizes = len(bound.lefts), bound.program.size, len(bound.conditions), len(rounds.orders.gives)
    return max(sizes) <= tables.MOST and all(left_side(left, rounds) for left in bound.lefts)
