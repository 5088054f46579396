# SPDX-License-Identifier: Apache-2.0
"""ADPC: the concentration of the study drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.exchange.adam.subjects import FLOW, relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects


def adpc(who: Subjects) -> pl.DataFrame:
    """Return one record per subject and stored time."""
    unit = str(who.run.manifest["units"]["concentration"])
    courses = (
        who.run.scan("profiles")
        .select(pl.col("arm").cast(pl.String), "id", "time", pl.col("concentration").alias("AVAL"))
        .filter(pl.col("AVAL").is_not_null() & pl.col("AVAL").is_not_nan())
        .collect()
    )
    changes = (
        who.run.scan("doses")
        .filter(pl.col("drug") == who.drug, FLOW)
        .select(pl.col("arm").cast(pl.String), "id", "time", pl.col("time").alias("reference"))
        .collect()
    )
    rows = courses.sort("time").join_asof(
        changes.sort("time"),
        on="time",
        by=["arm", "id"],
        strategy="backward",
        check_sortedness=False,
    )
    hours, day = pl.col("time") * 24.0, relative_day(pl.col("time"))
    since = (pl.col("time") - pl.col("reference")) * 24.0
    return who.followed(rows).with_columns(
        pl.lit(_code(who.drug)).alias("PARAMCD"),
        pl.lit(f"{who.drug.capitalize()} ({unit})").alias("PARAM"),
        pl.lit(unit).alias("AVALU"),
        who.moment(pl.col("time")).alias("ADTM"),
        day.alias("ADY"),
        pl.format("Day {}", day).alias("AVISIT"),
        day.alias("AVISITN"),
        pl.format("{} h", (hours % 24.0).round(2)).alias("ATPT"),
        *(hours.alias(name) for name in ("NFRLT", "AFRLT")),
        *(since.alias(name) for name in ("NRRLT", "ARRLT")),
    )


def _code(drug: str) -> str:
    """Return a parameter code: at most eight letters."""
    return "".join(letter for letter in drug.upper() if letter.isalnum())[:8]
