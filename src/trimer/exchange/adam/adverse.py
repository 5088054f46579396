# SPDX-License-Identifier: Apache-2.0
"""ADAE: cytokine release and neurotoxicity as the ward graded them, and other events of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.assess.crs_astct import QUIET_HOURS
from trimer.exchange.adam.subjects import relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects

EVENTS = {
    "CRS": ("Cytokine release syndrome", "Immune system disorders"),
    "ICANS": (
        "Immune effector cell-associated neurotoxicity syndrome",
        "Nervous system disorders",
    ),
}
"""Term and group of each grade of the ward."""

SCALE, CTCAE = "ASTCT 2019", "CTCAE v5"

_ROWS = {
    "arm": pl.String, "id": pl.Int64, "begin": pl.Float64, "end": pl.Float64, "grade": pl.Int64,
    "step": pl.Int64, "AEDECOD": pl.String, "AESOC": pl.String, "AESCALE": pl.String,
}  # fmt: skip


def episodes(grades: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the episodes of a grade: over when it was 0 for a day.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, ``begin``, ``end`` (**day**; null if it goes on), ``grade`` (the worst)
        and ``step`` (that of the first look).
    """
    who = ["arm", "id"]
    stretches = (
        grades.with_columns(pl.col("arm").cast(pl.String))
        .sort(*who, "time", maintain_order=True)
        .with_columns(pl.col("time").shift(-1).over(who).alias("end"))
        .filter(pl.col(name) > 0)
    )
    gap = pl.col("time") - pl.col("end").shift(1).over(who)
    return (
        stretches.with_columns((gap > QUIET_HOURS / 24.0).fill_null(False).alias("apart"))
        .with_columns(pl.col("apart").cum_sum().over(who).alias("episode"))
        .group_by(*who, "episode", maintain_order=True)
        .agg(
            pl.col("time").first().alias("begin"),
            pl.col("end").last(),
            pl.col(name).max().cast(pl.Int64).alias("grade"),
            pl.col("step").first().cast(pl.Int64),
        )
        .drop("episode")
    )


def adae(who: Subjects) -> pl.DataFrame:
    """Return one record per subject and event."""
    run = who.run
    found = [pl.DataFrame(schema=_ROWS)]
    if run.has("grades"):
        grades = run.read("grades")
        for name, (term, group) in EVENTS.items():
            found.append(
                episodes(grades, name).with_columns(
                    pl.lit(term).alias("AEDECOD"),
                    pl.lit(group).alias("AESOC"),
                    pl.lit(SCALE).alias("AESCALE"),
                )
            )
    if run.has("adverse"):
        found.append(_others(run.read("adverse")))
    rows = pl.concat(found, how="diagonal_relaxed")
    rows = who.followed(rows).sort("USUBJID", "begin", "AEDECOD", maintain_order=True)
    return rows.with_columns(
        pl.int_range(1, pl.len() + 1).over("USUBJID").alias("AESEQ"),
        pl.col("AEDECOD").alias("AETERM"),
        who.moment(pl.col("begin")).alias("ASTDTM"),
        who.moment(pl.col("end")).alias("AENDTM"),
        relative_day(pl.col("begin")).alias("ASTDY"),
        relative_day(pl.col("end")).alias("AENDY"),
        (pl.col("end") - pl.col("begin")).alias("ADURN"),
        pl.col("grade").cast(pl.String).alias("AETOXGR"),
        pl.col("step").alias("AESTEP"),
        pl.Series("AEACN", _actions(who, rows), dtype=pl.String),
        pl.lit("").alias("AESER"),
        pl.when(pl.col("begin") >= 0).then(pl.lit("Y")).otherwise(pl.lit("")).alias("TRTEMFL"),
    )


def _others(table: pl.DataFrame) -> pl.DataFrame:
    """Return the other events of a run: worst grade and onset; when they ended is not kept."""
    return table.filter(~pl.col("term").is_in(list(EVENTS))).select(
        pl.col("arm").cast(pl.String),
        "id",
        pl.col("onset").alias("begin"),
        pl.lit(None, dtype=pl.Float64).alias("end"),
        pl.col("grade").cast(pl.Int64),
        pl.lit(None, dtype=pl.Int64).alias("step"),
        pl.col("term").alias("AEDECOD"),
        pl.lit("").alias("AESOC"),
        pl.lit(CTCAE).alias("AESCALE"),
    )


_ACTIONS = ("DOSE NOT CHANGED", "DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN")


def _actions(who: Subjects, rows: pl.DataFrame) -> list[str]:
    """Return what became of the infusion during each event, the worst."""
    numbered = rows.select("arm", "id", "begin", "end").with_row_index("row")
    doses = who.run.read("doses").filter(pl.col("drug") == who.drug)
    if rows.is_empty() or "status" not in doses.columns:
        return [_ACTIONS[0]] * rows.height
    worst = (
        doses.select(
            pl.col("arm").cast(pl.String),
            "id",
            pl.col("time"),
            (pl.col("time") + pl.col("duration")).alias("until"),
            pl.when(pl.col("why") == "stopped for good").then(3)
            .when(pl.col("status").is_in(["held", "missed"])).then(2)
            .when(pl.col("status") == "reduced").then(1)
            .otherwise(0).alias("action"),
        )
        .filter(pl.col("action") > 0)
        .join(numbered, on=["arm", "id"])
        .filter(
            (pl.col("until") > pl.col("begin"))
            & (pl.col("time") <= pl.col("end").fill_null(who.days))
        )
        .group_by("row").agg(pl.col("action").max())
    )  # fmt: skip
    action = numbered.join(worst, on="row", how="left", maintain_order="left")["action"]
    said = [_ACTIONS[code] for code in action.fill_null(0)]
    graded = rows["AESCALE"].to_list()  # of the others it is not known until when they lasted
    return [word if scale == SCALE else "" for word, scale in zip(said, graded, strict=True)]
