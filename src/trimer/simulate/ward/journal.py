# SPDX-License-Identifier: Apache-2.0
"""What is written down: doses, decisions, grades, and how long each rule said what.

Everything a look leads to is collected first (`Notes`), then copied into the journal; rows are
kept as columns of numbers, with a list of the words used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from trimer.simulate.ward.arrays import Minutes, Rows
    from trimer.simulate.ward.state import Patients

DOSES = {
    "patient": np.int64,
    "minute": np.int64,
    "drug": np.int32,  # word
    "what": np.int8,  # index into WHAT
    "amount": np.float64,  # in the drug's unit; per day for a rate
    "planned": np.float64,  # the rate that was planned; NaN otherwise
    "unit": np.int32,  # word
    "by": np.int32,  # word: the rule or row that asked for it
    "why": np.int32,  # word
    "step": np.int32,  # level of the infusion, counted from 1; 0 otherwise
    "kind": np.int8,  # what the engine does, see Schedule
    "index": np.int32,
    "value": np.float64,
}
"""Columns of the ledger."""

WHAT = ("rate", "dose", "level", "not given")

DECISIONS = {
    "patient": np.int64,
    "minute": np.int64,
    "rule": np.int32,  # word
    "action": np.int32,  # word
    "quantity": np.int32,  # word
    "value": np.float64,
    "temperature": np.float64,
    "MAP": np.float64,
    "SpO2": np.float64,
    "CRS": np.int8,
    "ICANS": np.int8,
}
"""Columns of the decisions."""

STRETCHES = {
    "patient": np.int64,
    "rule": np.int32,  # number of the rule
    "verdict": np.int8,  # 1 yes, 0 no, -1 not known
    "first": np.int64,
    "last": np.int64,
    "looks": np.int64,
    "lowest": np.float64,
    "highest": np.float64,
}
"""Columns of the rules' verdicts: one row for as long as a rule says the same."""

GRADES = {
    "patient": np.int64,
    "minute": np.int64,
    "CRS": np.int8,
    "CRS_Lee": np.int8,
    "CRS_CTCAE": np.int8,
    "ICANS": np.int8,
    "level": np.int16,  # of the infusion; -1 without
}
"""Columns of the grades: one row whenever one of them changes."""

READINGS = {"patient": np.int64, "minute": np.int64}
"""Columns of the readings; the quantities follow."""

Table = dict[str, "NDArray[Any]"]


class Words:
    """The texts of a journal, each kept once."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._numbers = {"": 0}

    def number(self, text: str) -> int:
        """Return the number of a text, a new one if it is new."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


def say(
    words: Words, part: Patients, minute: Minutes, at: Rows, who: str, what: str, notes: Notes
) -> None:
    """Write a decision of the ward itself, with what was seen then."""
    notes.add(
        "decisions", at, rule=words.number(who), action=words.number(what), quantity=0,
        value=np.nan, **seen(part, minute, at),
    )  # fmt: skip


def seen(part: Patients, minute: Minutes, at: Rows) -> dict[str, Any]:
    """Return what a decision is written down with: minute, vital signs, grades."""
    return {
        "minute": minute[at], "temperature": part.seen[0, at], "MAP": part.seen[1, at],
        "SpO2": part.seen[3, at], "CRS": part.crs[at], "ICANS": part.icans[at],
    }  # fmt: skip


class Notes:
    """What one round of looks leads to.

    Parameters
    ----------
    rows : intp array (n,)
        Which patients of the run they are.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._kept: dict[str, list[tuple[Rows, dict[str, ArrayLike]]]] = {}

    def add(self, table: str, at: Rows, **columns: ArrayLike) -> None:
        """Write a row for each of these patients (places among those looked at now)."""
        if len(at):
            self._kept.setdefault(table, []).append((at, columns))

    def doses(self) -> list[tuple[Rows, dict[str, ArrayLike]]]:
        """Return what is given, in order."""
        return self._kept.get("doses", [])

    def items(self) -> list[tuple[str, Rows, dict[str, ArrayLike]]]:
        """Return every row."""
        return [(table, at, columns) for table, kept in self._kept.items() for at, columns in kept]


class Journal:
    """All that was written down about the patients of a run.

    Notes are kept as they come, and made into columns when a table is asked for.
    """

    def __init__(self, quantities: tuple[str, ...] = ()) -> None:
        self.words = Words()
        self.columns: dict[str, Mapping[str, Any]] = {
            "doses": DOSES,
            "decisions": DECISIONS,
            "stretches": STRETCHES,
            "grades": GRADES,
            "readings": {**READINGS, **dict.fromkeys(quantities, np.float64)},
        }
        self._kept: dict[str, list[tuple[Rows, dict[str, ArrayLike]]]] = {}
        self._done: dict[str, Table] = {}

    def keep(self, notes: Notes) -> None:
        """Copy notes."""
        for table, at, columns in notes.items():
            self._kept.setdefault(table, []).append((notes.rows[at], columns))
            self._done.pop(table, None)

    def table(self, name: str) -> Table:
        """Return a table, by patient and in the order in which it was written."""
        if name not in self._done:
            kept = self._kept.get(name, [])
            patients = [rows for rows, _ in kept]
            sizes = np.array([len(rows) for rows in patients], dtype=np.intp)
            whole = {
                column: _joined([columns[column] for _, columns in kept], sizes, kind)
                for column, kind in self.columns[name].items()
                if column != "patient"
            }
            who = np.concatenate(patients) if patients else np.empty(0, np.int64)
            order = np.argsort(who, kind="stable")
            whole = {"patient": who.astype(np.int64), **whole}
            self._done[name] = {column: value[order] for column, value in whole.items()}
        return self._done[name]


def _joined(values: list[ArrayLike], sizes: Rows, kind: Any) -> NDArray[Any]:  # noqa: ANN401 (a type)
    """Return one column; what is one value for all of a note is repeated."""
    if not values:
        return np.empty(0, kind)
    if all(isinstance(value, (int, float)) for value in values):
        return np.repeat(np.array(values, dtype=kind), sizes)
    return np.concatenate(
        [np.broadcast_to(value, n) for value, n in zip(values, sizes, strict=True)]
    ).astype(kind)
