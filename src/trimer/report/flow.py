# SPDX-License-Identifier: Apache-2.0
"""The infusion of one patient as stretches: what flowed, what was planned, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.report.course import PatientCourse

BAG = "bag change"
"""Why no drug flows while a bag is changed: the pump stands, and no alarm went off."""

STOPPED = "stopped for good"
"""Why no drug flows any more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time at one rate.

    Parameters
    ----------
    start, end : float
        In **days**.
    rate, planned : float
        In the protocol's unit.
    amount : float
        Given, in the ledger's unit of amount.
    missed : float
        Planned and not given, in the same.
    step : int
        Of the infusion; 0 without drug.
    status, why : str
        As the ledger has them.
    """

    start: float
    end: float
    rate: float
    planned: float
    amount: float
    missed: float
    step: int
    status: str
    why: str

    @property
    def days(self) -> float:
        """How long it lasts."""
        return self.end - self.start

    @property
    def is_off(self) -> bool:
        """Whether no drug flows though some was planned."""
        return self.rate == 0 and self.planned > 0


@dataclass(frozen=True, slots=True)
class Gap:
    """An unplanned time without drug: the stretches of it, one after the other.

    Parameters
    ----------
    start, end : float
        In **days**.
    why : str
        What began it.
    missed : float
        Not given though planned, in the ledger's unit of amount.
    """

    start: float
    end: float
    why: str
    missed: float

    @property
    def days(self) -> float:
        """How long it lasts."""
        return self.end - self.start


def infusion(doses: pl.DataFrame) -> pl.DataFrame:
    """Rows of the ledger that are stretches of the infusion."""
    planned = pl.col("planned").cast(pl.Float64)
    flows = planned.is_not_null() & planned.is_not_nan() & (pl.col("status") != "not given")
    return doses.filter(flows).with_columns(planned)


def single_doses(doses: pl.DataFrame) -> pl.DataFrame:
    """Rows of the ledger that are doses given at once."""
    return doses.filter((pl.col("status") == "given") & _no_flow())


def refused(doses: pl.DataFrame) -> pl.DataFrame:
    """Rows of the ledger that are doses a rule asked for and did not get."""
    return doses.filter(pl.col("status") == "not given")


def levels(doses: pl.DataFrame) -> pl.DataFrame:
    """Rows of the ledger that set the level of a support."""
    return doses.filter(pl.col("status") == "level")


def stretches(course: PatientCourse) -> list[Stretch]:
    """Stretches of the infusion in order, joined where only the ledger's row ends."""
    alarms = set(
        course.decisions.filter(
            (pl.col("rule") == "pump") & pl.col("action").str.starts_with("alarm")
        )["time"]
    )
    found: list[Stretch] = []
    for row in infusion(course.doses).iter_rows(named=True):
        due = row["planned"] * row["duration"]
        why = row["why"] or ""
        if why == "pump":
            starts = not (found and found[-1].is_off and found[-1].why in {"pump", BAG})
            why = ("pump" if row["time"] in alarms else BAG) if starts else found[-1].why
        new = Stretch(
            start=row["time"],
            end=row["time"] + row["duration"],
            rate=course.rates.of(row["rate"]),
            planned=course.rates.of(row["planned"]),
            amount=row["amount"],
            missed=max(due - row["amount"], 0.0),
            step=row["step"],
            status=row["status"],
            why=why,
        )
        waits = not found and new.planned == 0 and new.rate == 0  # before anything was due
        if new.days > 0 and not waits:
            found.append(new)
    return _joined(found)


def gaps(parts: Sequence[Stretch]) -> list[Gap]:
    """Unplanned times without drug, each with what began it.

    A gap that turns into the end of treatment is two: until then, and from then on.
    """
    found: list[Gap] = []
    last: Stretch | None = None
    for part in parts:
        if part.is_off:
            if found and last is not None and last.is_off and not _is_end(last, part):
                before = found[-1]
                found[-1] = Gap(before.start, part.end, before.why, before.missed + part.missed)
            else:
                found.append(Gap(part.start, part.end, part.why, part.missed))
        last = part
    return found


def _is_end(before: Stretch, after: Stretch) -> bool:
    return after.why == STOPPED and before.why != STOPPED


def _no_flow() -> pl.Expr:
    planned = pl.col("planned").cast(pl.Float64)
    return planned.is_null() | planned.is_nan()


def _joined(parts: Sequence[Stretch]) -> list[Stretch]:
    whole: list[Stretch] = []
    for part in parts:
        same = whole and (whole[-1].rate, whole[-1].planned, whole[-1].why, whole[-1].step) == (
            part.rate,
            part.planned,
            part.why,
            part.step,
        )
        if same:
            a = whole[-1]
            whole[-1] = Stretch(
                a.start, part.end, a.rate, a.planned, a.amount + part.amount,
                a.missed + part.missed, a.step, a.status, a.why,
            )  # fmt: skip
        else:
            whole.append(part)
    return whole
