# SPDX-License-Identifier: Apache-2.0
"""Acceptance: virtual patients outside what is plausible are left out.

A CSV file with the columns ``name,low,high,unit,reason`` says what is plausible. A name is a
parameter of the card, or something that was worked out for each patient, such as an observable
before the first dose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import CohortError, Problems, did_you_mean
from trimer.trial.calibration.fit_file import csv_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from trimer.patients import Cohort

COLUMNS = ("name", "low", "high", "unit", "reason")
MOST_REJECTED = 0.95
"""A screen that leaves out a larger share is refused."""


@dataclass(frozen=True, slots=True)
class Range:
    """What is plausible of one quantity.

    Parameters
    ----------
    name : str
        Of a parameter or of something worked out for each patient.
    low, high : float
        Limits, in `unit`; infinite where there is none.
    unit : str
        Unit of the limits.
    reason : str
        Why.
    """

    name: str
    low: float
    high: float
    unit: str
    reason: str

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.name} {self.low:g} to {self.high:g}{unit}"


@dataclass(frozen=True, slots=True, eq=False)
class Accepted:
    """What acceptance left.

    Parameters
    ----------
    cohort : Cohort
        Who was accepted.
    keep : bool array (N,)
        Who of the candidates that is.
    rejected : mapping of str to int
        How many each range alone leaves out.
    """

    cohort: Cohort
    keep: NDArray[np.bool_]
    rejected: Mapping[str, int]


def read_ranges(path: Path) -> tuple[Range, ...]:
    """Read what is plausible.

    Raises
    ------
    InputError
        If the file is missing or has other columns.
    Problems
        With one sentence for each row that is wrong.
    """
    problems, ranges = [], []
    for place, row in csv_rows(path, COLUMNS):
        try:
            low = float(row["low"] or "-inf")
            high = float(row["high"] or "inf")
        except ValueError:
            low = high = math.nan
        if not row["name"] or not row["reason"] or not low < high:
            problems.append(
                f"Wrong range in {place}: got '{row['name']}' from '{row['low']}' to "
                f"'{row['high']}'; it needs a name, a lower limit below the upper one (either may "
                "be empty) and a reason. Correct it."
            )
            continue
        ranges.append(Range(row["name"], low, high, row["unit"], row["reason"]))
    if problems:
        raise Problems(problems)
    return tuple(ranges)


def accept(
    cohort: Cohort,
    ranges: Sequence[Range],
    worked_out: Mapping[str, NDArray[np.float64]] | None = None,
) -> Accepted:
    """Leave out patients who are not plausible.

    Parameters
    ----------
    cohort : Cohort
        The candidates.
    ranges : sequence of Range
        What is plausible.
    worked_out : mapping of str to float64 array (N,), optional
        What is not a parameter, such as observables before the first dose.

    Raises
    ------
    CohortError
        If a range names nothing, or more than 95 % are left out: the sentence says by what.
    """
    known = {**{name: cohort.column(name) for name in cohort.parameters}, **(worked_out or {})}
    keep = np.ones(len(cohort), dtype=bool)
    rejected: dict[str, int] = {}
    for limits in ranges:
        if limits.name not in known:
            raise CohortError(
                f"Unknown quantity '{limits.name}' in the plausible ranges."
                f"{did_you_mean(limits.name, known)}"
            )
        values = known[limits.name]
        inside = (values >= limits.low) & (values <= limits.high)
        rejected[str(limits)] = int((~inside).sum())
        keep &= inside
    left = int(keep.sum())
    if left < (1 - MOST_REJECTED) * len(cohort) or not left:
        worst = max(rejected, key=lambda name: rejected[name])
        raise CohortError(
            f"Too few plausible patients in cohort '{cohort.name}': {left:,} of {len(cohort):,} "
            f"are left; it must be at least 5 %. Most are left out by '{worst}': "
            f"{rejected[worst]:,}. Widen that range, or mend the spreads of the card."
        )
    chosen = replace(cohort, ids=cohort.ids[keep], values=cohort.values[keep], screened=True)
    return Accepted(chosen, keep, rejected)
