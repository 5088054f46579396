# SPDX-License-Identifier: Apache-2.0
"""What a ward wrote down about all patients: CRS by day and by step, how long, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import StoreError
from trimer.report.flow import infusion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.report.data import RunData
    from trimer.report.manifest import Arm
    from trimer.store import StoredRun

SHOWN_DAYS = 28
"""CRS is shown day by day for so long."""

EPISODE_GAP = 1.0
"""**Days** without CRS between two episodes; assumed. Fever comes and goes by the hour."""


@dataclass(frozen=True, slots=True, eq=False)
class WardData:
    """Tables of the ward, patients whose simulation failed left out.

    Parameters
    ----------
    grades : polars DataFrame
        ``arm``, ``id``, ``time`` (**day**) and grades, whenever one changes.
    flows : polars DataFrame
        ``arm``, ``id``, ``time``, ``duration`` (**day**), ``step``: stretches of the infusion.
    """

    grades: pl.DataFrame
    flows: pl.DataFrame


def read_ward(stored: StoredRun, outcomes: pl.DataFrame) -> WardData:
    """Read the tables of the ward.

    Raises
    ------
    StoreError
        If they are missing or damaged.
    """
    failed = outcomes.filter(pl.col("failed")).select("arm", "id")

    def rows(table: str) -> pl.DataFrame:
        frame = stored.scan(table).with_columns(pl.col("arm").cast(pl.String))
        return frame.join(failed.lazy(), on=["arm", "id"], how="anti").collect()

    try:
        doses = infusion(rows("doses")).select("arm", "id", "time", "duration", "step")
        grades = rows("grades").sort("arm", "id", "time", maintain_order=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise StoreError(
            f"The ward's tables of run folder '{stored.path}' cannot be read: "
            f"{str(error).splitlines()[0]}. Run the study again."
        ) from error
    return WardData(grades, doses.sort("arm", "id", "time", maintain_order=True))


def crs_times(run: RunData, arm: Arm) -> pl.DataFrame:
    """Times with CRS in an arm: ``id``, ``start``, ``end`` (**day**), ``grade``, at one grade."""
    end = pl.col("time").shift(-1).over("id").fill_null(run.manifest.days)
    return (
        _ward(run)
        .grades.filter(pl.col("arm") == arm.name)
        .select("id", start="time", end=end, grade=pl.col("CRS").cast(pl.Int64))
        .filter((pl.col("grade") > 0) & (pl.col("end") > pl.col("start")))
    )


def episodes(run: RunData, arm: Arm) -> pl.DataFrame:
    """Episodes of CRS in an arm: ``id``, ``start``, ``end`` (**day**), worst ``grade``.

    Times with CRS that are less than `EPISODE_GAP` apart are one episode.
    """
    last = pl.col("end").shift(1).over("id")
    starts = (pl.col("start") >= last + EPISODE_GAP).fill_null(value=True)
    return (
        crs_times(run, arm)
        .with_columns(number=starts.cum_sum().over("id"))
        .group_by("id", "number", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max(), pl.col("grade").max())
        .drop("number")
    )


def crs_by_day(run: RunData, arm: Arm) -> pl.DataFrame:
    """How many have which worst grade on each day: ``day``, ``grade``, ``n``, ``N``.

    Day 0 is the first 24 hours. A grade counts on every day that it lasts into.
    """
    days = min(SHOWN_DAYS, -int(-run.manifest.days // 1))
    last = pl.max_horizontal(pl.col("end").ceil().cast(pl.Int64), pl.col("start").floor() + 1)
    each = pl.int_ranges(pl.col("start").floor().cast(pl.Int64), last.cast(pl.Int64))
    worst = (
        crs_times(run, arm)
        .with_columns(day=each)
        .explode("day")
        .group_by("id", "day")
        .agg(pl.col("grade").max())
    )
    return _counts(worst, "day", list(range(days)), {}, len(run.finished(arm)))


def crs_by_step(run: RunData, arm: Arm) -> pl.DataFrame:
    """How many had which worst grade at each step: ``step``, ``grade``, ``n``, ``N``.

    A step lasts until the next one begins, times without drug included; N have reached it.
    """
    flows = _ward(run).flows.filter(pl.col("arm") == arm.name)
    steps = flows.select(
        "id",
        from_="time",
        to=pl.col("time") + pl.col("duration"),
        step=pl.when(pl.col("step") > 0)
        .then(pl.col("step"))
        .otherwise(None)
        .forward_fill()
        .over("id")
        .cast(pl.Int64),
    ).drop_nulls("step")
    last = pl.col("time").max().over("id") == pl.col("from_")
    steps = steps.rename({"from_": "time"}).with_columns(from_=pl.col("time"))
    steps = steps.with_columns(to=pl.when(last).then(run.manifest.days).otherwise(pl.col("to")))
    worst = (
        steps.join(crs_times(run, arm), on="id")
        .filter((pl.col("start") < pl.col("to")) & (pl.col("end") > pl.col("from_")))
        .group_by("id", "step")
        .agg(pl.col("grade").max())
    )
    reached = dict(steps.unique(["id", "step"]).group_by("step").len().iter_rows())
    return _counts(worst, "step", sorted(reached), reached, 0)


def _counts(
    worst: pl.DataFrame, by: str, places: Sequence[int], totals: dict[int, int], total: int
) -> pl.DataFrame:
    """Count patients by place and grade, grade 0 being those without CRS."""
    found = {(place, grade): n for place, grade, n in worst.group_by(by, "grade").len().iter_rows()}
    rows = []
    for place in places:
        whole = totals.get(place, total)
        some = [int(found.get((place, grade), 0)) for grade in (1, 2, 3, 4)]
        for grade, n in zip((0, 1, 2, 3, 4), (whole - sum(some), *some), strict=True):
            rows.append((place, grade, n, whole))
    schema = {by: pl.Int64, "grade": pl.Int64, "n": pl.Int64, "N": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def examples(run: RunData) -> list[tuple[str, int]]:
    """Patients to show one by one, chosen by rule: (why, id), from the first arm.

    Finished patients are put in order of their worst CRS grade, then of the time with CRS, then
    of their number: the last in this order, and the one in the middle.
    """
    arm = run.arms[0]
    spent = crs_times(run, arm).group_by("id").agg(days=(pl.col("end") - pl.col("start")).sum())
    order = (
        run.finished(arm)
        .select("id", "crs_grade")
        .join(spent, on="id", how="left")
        .with_columns(pl.col("days").fill_null(0.0))
        .sort("crs_grade", "days", "id", descending=[False, False, True])
    )
    worst, middle = int(order["id"][-1]), int(order["id"][(len(order) - 1) // 2])
    found = [("the worst CRS of its arm: highest grade, then longest", worst)]
    if middle != worst:
        found.append(("the middle of its arm in order of CRS grade and length", middle))
    return found


def _ward(run: RunData) -> WardData:
    if run.ward is None:
        raise AssertionError("a run without a ward has no CRS by day")
    return run.ward
