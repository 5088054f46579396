# SPDX-License-Identifier: Apache-2.0
"""ADEX: what was given, and what had been planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.exchange.adam.subjects import relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects


def adex(who: Subjects) -> pl.DataFrame:
    """Return one record per subject and dose, or stretch of infusion."""
    doses = who.run.read("doses").with_columns(pl.col("arm").cast(pl.String))
    if "status" not in doses.columns:  # a fixed schedule is given as it is planned
        doses = doses.with_columns(pl.lit(None, dtype=pl.String).alias("status"))
    fixed = pl.col("status").is_null()  # so are arms of one beside arms on a ward
    blank = [name for name in ("planned", "why", "by") if name not in doses.columns]
    doses = doses.with_columns(pl.lit(None).alias(name) for name in blank).with_columns(
        pl.when(fixed).then("rate").otherwise("planned").cast(pl.Float64).alias("planned"),
        pl.col("status").fill_null("given"),
        pl.col("why", "by").cast(pl.String).fill_null(""),
        pl.col("step").cast(pl.Int64, strict=False).fill_null(0),
    )
    single = pl.col("duration") == 0
    begin, end = pl.col("time"), pl.col("time") + pl.col("duration")
    return who.followed(doses).with_columns(
        pl.col("drug").str.to_uppercase().alias("EXTRT"),
        who.moment(begin).alias("ASTDTM"),
        who.moment(end).alias("AENDTM"),
        relative_day(begin).alias("ASTDY"),
        relative_day(end).alias("AENDY"),
        pl.col("amount").alias("EXDOSE"),
        pl.col("unit").alias("EXDOSU"),
        pl.when(~single).then("rate").alias("EXRATE"),
        pl.when(~single).then(pl.col("planned") * pl.col("duration")).alias("DOSEP"),
        pl.col("why").alias("EXADJ"),
        pl.col("status").alias("EXSTAT"),
        pl.col("step").alias("EXSTEP"),
        pl.col("by").alias("EXBASIS"),
    )
