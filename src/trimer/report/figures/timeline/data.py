# SPDX-License-Identifier: Apache-2.0
"""The numbers and the words of a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.report.figures.timeline.curves import MEASURES, readings_of, truth_of
from trimer.report.figures.timeline.ribbon import grade_runs
from trimer.report.flow import BAG, STOPPED, gaps, levels, single_doses, stretches
from trimer.report.numbers import NBSP, day, fixed, listing
from trimer.report.story.phrases import MINUTES, drug_name, lasting
from trimer.report.story.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimer.report.course import PatientCourse

    Row = tuple[str, float, float, float | None, str, str]

_COLUMNS = {
    "lane": pl.String,
    "from_days": pl.Float64,
    "to_days": pl.Float64,
    "value": pl.Float64,
    "unit": pl.String,
    "text": pl.String,
}


def course_table(course: PatientCourse, window: tuple[float, float] | None = None) -> pl.DataFrame:
    """Everything that a timeline draws, one row a step, mark, reading or value of a curve.

    Parameters
    ----------
    course : PatientCourse
        The patient.
    window : (float, float), optional
        Days from and to; the whole course if left out.
    """
    rows = [*_given(course), *_graded(course), *_curves(course)]
    return _within(pl.DataFrame(rows, schema=_COLUMNS, orient="row"), window)


def shown_table(course: PatientCourse, window: tuple[float, float] | None = None) -> pl.DataFrame:
    """What was given and graded; readings and curves are in the CSV alone."""
    rows = [*_given(course), *_graded(course)]
    return _within(pl.DataFrame(rows, schema=_COLUMNS, orient="row"), window)


def finding(course: PatientCourse) -> str:
    """What happened to the patient, in one line: worst grade, times without drug, dose given."""
    found = totals(course)
    worst = found["worst"]["CRS"]
    if worst:
        first = course.grades.filter(pl.col("CRS") == worst)["time"][0]
        parts = [f"CRS grade {worst} on {day(float(int(first)))}"]
    else:
        parts = ["No CRS"]
    if found["worst"]["ICANS"]:
        parts.append(f"ICANS grade {found['worst']['ICANS']}")
    for why, said in (("held", "held for"), ("pump", "pump off for")):
        off = [gap.days for gap in gaps(stretches(course)) if gap.why == why]
        if off:
            length = lasting(60 * round(24 * sum(off))) if sum(off) > 1 / 16 else ""
            parts.append(f"{said} {length or lasting(MINUTES * sum(off))}")
    if any(gap.why == STOPPED for gap in gaps(stretches(course))):
        parts.append("stopped for good")
    if found["dose_intensity_percent"] is not None:
        parts.append(
            f"{fixed(found['dose_intensity_percent'], 0)}{NBSP}% of the planned dose given"
        )
    return ", ".join(parts)


def alt_text(course: PatientCourse) -> str:
    """The timeline in words."""
    found = totals(course)
    drugs = [
        f"{drug_name(d['drug'])} {d['doses']}" for d in found["doses"]
    ]  # fmt: skip
    given = f" Doses given besides: {listing(drugs)}." if drugs else ""
    return (
        f"Lanes over days since first dose for virtual patient {course.id}: infusion and plan, "
        f"drugs given, CRS and ICANS grade, vital signs, blood counts, marrow blasts. "
        f"{finding(course)}.{given}"
    )


def _given(course: PatientCourse) -> Iterator[Row]:
    unit = course.rates.unit
    for part in stretches(course):
        yield "infusion", part.start, part.end, part.rate, unit, part.why
        yield "planned infusion", part.start, part.end, part.planned, unit, ""
    for gap in gaps(stretches(course)):
        text = gap.why if gap.why != BAG else BAG
        yield "without drug", gap.start, gap.end, gap.missed, "ng missed", text
    for row in single_doses(course.doses).iter_rows(named=True):
        yield "drug", row["time"], row["time"], row["amount"], row["unit"], row["drug"]
    for (what,), rows in levels(course.doses).group_by("drug", maintain_order=True):
        times = [*rows["time"], course.days]
        for start, end, level in zip(times, times[1:], rows["amount"], strict=False):
            yield "support", start, end, level, "level", str(what)


def _graded(course: PatientCourse) -> Iterator[Row]:
    for name in ("CRS", "ICANS"):
        for start, end, grade in grade_runs(course, name):
            yield name, start, end, float(grade), "grade, ASTCT 2019", ""


def _curves(course: PatientCourse) -> Iterator[Row]:
    for what in MEASURES:
        for kind, points in (
            ("read", readings_of(course, what.read)),
            ("model", truth_of(course, what.truth)),
            (f"model, {what.second}", truth_of(course, what.second)),
        ):
            for time, value in zip(*points, strict=True):
                yield what.name, float(time), float(time), float(value), what.unit, kind


def _within(table: pl.DataFrame, window: tuple[float, float] | None) -> pl.DataFrame:
    if window is None:
        return table
    start, end = window
    return table.filter((pl.col("to_days") >= start) & (pl.col("from_days") <= end))
