# SPDX-License-Identifier: Apache-2.0
"""The ward's papers of a run as tables: doses, decisions, grades, verdicts, readings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.simulate.ward.journal import WHAT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from trimer.simulate.ward.journal import Journal, Table

MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True, eq=False, repr=False)
class WardRecord:
    """What was written down on the ward about the patients of a run.

    Times are **days** since the first dose, whole minutes of them.

    Parameters
    ----------
    ids : int64 array (N,)
        Patient numbers.
    days : float
        End of the run, in **days**.
    rules : tuple of (str, str)
        Name and text of each rule.
    parts : tuple of Journal
        One for each go of patients.
    firsts : tuple of int
        Which row of `ids` the first patient of each go is.
    """

    ids: NDArray[np.int64]
    days: float
    rules: tuple[tuple[str, str], ...]
    parts: tuple[Journal, ...]
    firsts: tuple[int, ...]

    def doses(self) -> pl.DataFrame:
        """Return the ledger: one row for each dose, and for each stretch of the infusion.

        Returns
        -------
        polars DataFrame
            ``id``; ``time`` (**day**); ``drug``; ``status`` (given, reduced, held, missed,
            planned pause, not given, level); ``amount`` in ``unit``; ``rate`` and ``planned`` in
            ``unit`` per day; ``duration`` (**day**); ``unit``; ``step``; ``by``; ``why``.
        """
        return self._all("doses", self._dose_columns)

    def decisions(self) -> pl.DataFrame:
        """Return every decision: when, which rule, what was done, and what was seen.

        Returns
        -------
        polars DataFrame
            ``id``; ``time`` (**day**); ``rule``; ``text``; ``action``; ``quantity`` and
            ``value``; ``temperature`` (degC), ``MAP`` (mmHg), ``SpO2`` (%), ``CRS``, ``ICANS``.
        """
        texts = dict(self.rules)

        def columns(table: Table, journal: Journal) -> dict[str, Any]:
            words = np.array(journal.words.texts, dtype=object)
            names = words[table["rule"]]
            return {
                "time": table["minute"] / MINUTES_PER_DAY,
                "rule": names,
                "text": [texts.get(name, "") for name in names],
                "action": words[table["action"]],
                "quantity": words[table["quantity"]],
                **{
                    name: table[name]
                    for name in ("value", "temperature", "MAP", "SpO2", "CRS", "ICANS")
                },
            }

        return self._all("decisions", columns)

    def grades(self) -> pl.DataFrame:
        """Return the grades: one row whenever one of them changes.

        Returns
        -------
        polars DataFrame
            ``id``; ``time`` (**day**); ``CRS`` (ASTCT), ``CRS_Lee``, ``CRS_CTCAE``, ``ICANS``;
            ``step`` of the infusion, 0 without.
        """

        def columns(table: Table, journal: Journal) -> dict[str, Any]:
            del journal
            return {
                "time": table["minute"] / MINUTES_PER_DAY,
                **{name: table[name] for name in ("CRS", "CRS_Lee", "CRS_CTCAE", "ICANS")},
                "step": table["level"] + 1,
            }

        return self._all("grades", columns)

    def verdicts(self) -> pl.DataFrame:
        """Return what each rule said, one row for as long as it said the same.

        Returns
        -------
        polars DataFrame
            ``id``; ``rule``; ``verdict`` (yes, no, not known); ``first`` and ``last`` look
            (**day**); ``looks``; ``lowest`` and ``highest`` value of its quantity.
        """
        names = np.array([name for name, _ in self.rules], dtype=object)
        words = np.array(["not known", "no", "yes"], dtype=object)

        def columns(table: Table, journal: Journal) -> dict[str, Any]:
            del journal
            return {
                "rule": names[table["rule"]],
                "verdict": words[table["verdict"] + 1],
                "first": table["first"] / MINUTES_PER_DAY,
                "last": table["last"] / MINUTES_PER_DAY,
                **{name: table[name] for name in ("looks", "lowest", "highest")},
            }

        return self._all("stretches", columns)

    def readings(self) -> pl.DataFrame:
        """Return every reading, if they were kept: ``id``, ``time`` (**day**), the quantities."""

        def columns(table: Table, journal: Journal) -> dict[str, Any]:
            quantities = [name for name in table if name not in {"patient", "minute"}]
            del journal
            time = table["minute"] / MINUTES_PER_DAY
            return {"time": time, **{name: table[name] for name in quantities}}

        return self._all("readings", columns)

    # ------------------------------------------------------------------ how
    def _all(self, name: str, columns: Any) -> pl.DataFrame:  # noqa: ANN401 (a function of two)
        import polars as pl

        frames = []
        for journal, first in zip(self.parts, self.firsts, strict=True):
            table = journal.table(name)
            found = {"id": self.ids[first + table["patient"]], **columns(table, journal)}
            frames.append(pl.DataFrame([_series(name, found[name]) for name in found]))
        return pl.concat(frames)

    def _dose_columns(self, table: Table, journal: Journal) -> dict[str, Any]:
        words = np.array(journal.words.texts, dtype=object)
        time = table["minute"] / MINUTES_PER_DAY
        what = table["what"]
        is_rate = what == 0
        duration = np.zeros(len(time))
        rows = np.flatnonzero(is_rate)
        if len(rows):
            patient = table["patient"][rows]
            following = np.append(time[rows[1:]], self.days)
            last = np.append(patient[1:] != patient[:-1], True)
            duration[rows] = np.where(last, self.days, following) - time[rows]
        rate = np.where(is_rate, table["amount"], 0.0)
        amount = np.where(is_rate, rate * duration, table["amount"])
        return {
            "time": time,
            "drug": words[table["drug"]],
            "status": _status(what, rate, table["planned"], words[table["why"]]),
            "amount": amount,
            "rate": rate,
            "planned": table["planned"],
            "duration": duration,
            "unit": words[table["unit"]],
            "step": table["step"],
            "by": words[table["by"]],
            "why": words[table["why"]],
        }


def _series(name: str, values: Any) -> pl.Series:  # noqa: ANN401 (numbers or texts)
    """Return a column whose type does not depend on what is in it; no number is null."""
    import polars as pl

    if isinstance(values, np.ndarray) and values.dtype != object:
        column = pl.Series(name, values)
        return column.fill_nan(None) if name == "planned" else column
    return pl.Series(name, list(values), dtype=pl.String)


def _status(
    what: NDArray[np.int8],
    rate: NDArray[np.float64],
    planned: NDArray[np.float64],
    why: NDArray[Any],
) -> Sequence[str]:
    """Say in a word what became of each dose."""
    found = np.array([{"dose": "given"}.get(word, word) for word in WHAT], dtype=object)[what]
    flows = what == 0
    found[flows & (rate > 0)] = "given"
    found[flows & (rate > 0) & (rate < planned)] = "reduced"
    found[flows & (rate == 0)] = "planned pause"
    found[flows & (rate == 0) & (planned > 0)] = "missed"
    found[flows & (rate == 0) & (planned > 0) & (why == "held")] = "held"
    return list(found)
