# SPDX-License-Identifier: Apache-2.0
"""What is counted in a report: CRS grades and responses, by arm and in pairs.

A patient whose simulation failed is listed, not counted. Every percentage keeps its n, its N and
its exact interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trimer.assess import PairedDifference, Proportion, compare_paired, proportion
from trimer.assess.response import NOT_EVALUABLE

if TYPE_CHECKING:
    from trimer.report.data import RunData
    from trimer.report.manifest import Arm

GRADES = (0, 1, 2, 3, 4)
RESPONSES = ("CR", "CRh", "CRi", "MLFS", "PR", "NR")
"""Best response after ELN 2022, better ones first."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a patient or did not: a column holds one of some values.

    Parameters
    ----------
    name : str
        Words for a table, such as ``"grade 3 or more"``.
    column : str
        Column of the outcomes.
    values : tuple
        Values of the column that count.
    """

    name: str
    column: str
    values: tuple[object, ...]

    def of(self, outcomes: pl.DataFrame, suffix: str = "") -> pl.Series:
        """Whether it happened to each patient; null where it was not assessed."""
        column = outcomes[self.column + suffix]
        unknown = column.is_null() | (column.cast(pl.String) == NOT_EVALUABLE)
        return column.is_in(list(self.values)).set(unknown, None)


CRS_EVENTS = tuple(
    Event("grade 4" if grade == 4 else f"grade {grade} or more", "crs_grade", GRADES[grade:])
    for grade in GRADES[1:]
)
SEVERE = CRS_EVENTS[2]
RESPONSE_EVENTS = (
    Event("CR", "response", RESPONSES[:1]),
    Event("CR or CRh", "response", RESPONSES[:2]),
    Event("CR, CRh or CRi", "response", RESPONSES[:3]),
    Event("blasts below 5 % (with MLFS)", "response", RESPONSES[:4]),
    Event("any response (with PR)", "response", RESPONSES[:5]),
)
REMISSION = RESPONSE_EVENTS[2]


def rate(run: RunData, arm: Arm, event: Event) -> Proportion:
    """How many patients of an arm had an event, of those assessed."""
    happened = event.of(run.finished(arm)).drop_nulls()
    return proportion(int(happened.sum()), len(happened))


def difference(run: RunData, first: Arm, second: Arm, event: Event) -> PairedDifference:
    """Compare two arms patient by patient: first minus second."""
    pairs = run.pairs(first, second)
    one, other = event.of(pairs), event.of(pairs, "_second")
    known = one.is_not_null() & other.is_not_null()
    return compare_paired(one.filter(known).to_numpy(), other.filter(known).to_numpy())
