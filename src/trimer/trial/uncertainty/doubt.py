# SPDX-License-Identifier: Apache-2.0
"""How well typical values are known: a CSV file of coefficients of variation.

The columns are ``name,basis,cv,low,high,reason``. A row with a basis alone says how well every
parameter of that basis is known; a row with a name says it of one. ``cv`` is in percent, ``low``
and ``high`` are limits of the typical value in its unit and may be empty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer import library
from trimer.core import spread
from trimer.core.errors import Problems, did_you_mean
from trimer.model.parameter import BASES
from trimer.trial.calibration.fit_file import csv_rows
from trimer.trial.shift import can_shift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from trimer.engine.compiled import CardRow

COLUMNS = ("name", "basis", "cv", "low", "high", "reason")
FILE = "uncertainty.csv"
LEAST_ASSUMED = 50.0
"""What rests on judgment alone is known no better than this, in **percent**, unless it is named."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How well one typical value is known.

    Parameters
    ----------
    name : str
        Of the parameter.
    value : float
        Typical value of the card.
    basis : str
        Where it comes from.
    sd : float
        Standard deviation of its natural logarithm.
    low, high : float
        Limits of the typical value.
    reason : str
        Why so.
    """

    name: str
    value: float
    basis: str
    sd: float
    low: float
    high: float
    reason: str

    def factor(self, z: float) -> float:
        """Return the factor on the typical value at a standard normal number, inside the limits."""
        return min(max(self.value * math.exp(self.sd * z), self.low), self.high) / self.value

    def ends(self, z: float = 1.6448536269514722) -> tuple[float, float]:
        """Return the typical value at the 5 and 95 % quantiles of what is known of it."""
        return self.value * self.factor(-z), self.value * self.factor(z)


def shipped_doubt(model: str) -> Path:
    """Return the file of a shipped model; that of flotetuzumab where it has none of its own."""
    own = library.folder(model) / FILE
    return own if own.is_file() else library.folder("flotetuzumab") / FILE


def read_doubt(path: Path, table: Sequence[CardRow], *, strict: bool = True) -> tuple[Doubt, ...]:
    """Read how well the typical values of a card are known.

    Parameters
    ----------
    path : Path
        The file.
    table : sequence of CardRow
        The card.
    strict : bool
        Whether a name that the card lacks is an error; a shipped file serves several models.

    Returns
    -------
    tuple of Doubt
        Of every parameter that is not known for certain, in the order of the card.

    Raises
    ------
    InputError
        If the file is missing or has other columns.
    Problems
        With one sentence for each row that is wrong.
    """
    known = {row.name: row for row in table}
    problems: list[str] = []
    by_basis: dict[str, Mapping[str, str]] = {}
    by_name: dict[str, Mapping[str, str]] = {}
    for place, row in csv_rows(path, COLUMNS):
        problem = _problem(row)
        if not problem and row["name"] and row["name"] not in known:
            if not strict:
                continue
            problem = f"the card has no such parameter.{did_you_mean(row['name'], known)}"
        if problem:
            problems.append(f"Wrong row '{row['name'] or row['basis']}' in {place}: {problem}")
        target, key = (by_name, row["name"]) if row["name"] else (by_basis, row["basis"])
        if key in target and not problem:
            problems.append(f"'{key}' in {place} stands there twice. Remove one of the rows.")
        target[key] = row
    missing = [basis for basis in BASES if basis not in by_basis]
    if missing and not problems:
        problems.append(
            f"Missing in '{path}': how well parameters of basis {', '.join(missing)} are known. "
            "Add a row for each, with an empty name."
        )
    if problems:
        raise Problems(problems)
    found = (
        _doubt(row, by_name.get(row.name) or by_basis[row.basis]) for row in table if can_shift(row)
    )
    return tuple(doubt for doubt in found if doubt.sd > 0.0)


def _problem(row: Mapping[str, str]) -> str:
    """Return what is wrong with a row, to end a sentence with."""
    if bool(row["name"]) == bool(row["basis"]):
        return "it names a parameter or a basis, one of them. Leave the other field empty."
    if row["basis"] and row["basis"] not in BASES:
        return f"unknown basis '{row['basis']}'.{did_you_mean(row['basis'], BASES)}"
    cv = _number(row["cv"])
    if not 0.0 <= cv <= 1000.0:
        return f"got a CV of '{row['cv']}'; it is a number of percent from 0 to 1000. Correct it."
    if row["basis"] == "assumed" and cv < LEAST_ASSUMED:
        return (
            f"got a CV of {cv:g} %; what is assumed without data is known no better than "
            f"{LEAST_ASSUMED:g} %. Name the parameters of which more is known."
        )
    if not _number(row["low"] or "0") < _number(row["high"] or "inf", infinite=True):
        return f"got limits '{row['low']}' and '{row['high']}'; the lower is below the upper."
    return "" if row["reason"] else "it has no reason. Write one."


def _doubt(row: CardRow, found: Mapping[str, str]) -> Doubt:
    limits = spread.numbers(row.spread) or {}
    low = max(float(found["low"] or 0.0), limits.get("low", 0.0))
    high = min(float(found["high"] or math.inf), limits.get("high", math.inf))
    cv = float(found["cv"]) / 100.0
    return Doubt(
        row.name, row.value, row.basis, math.sqrt(math.log1p(cv * cv)),
        min(low, row.value), max(high, row.value), found["reason"],
    )  # fmt: skip


def _number(text: str, *, infinite: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if infinite or math.isfinite(value) else math.nan
