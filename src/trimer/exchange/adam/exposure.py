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
    on_ward = "status" in doses.columns
    if not on_ward:  # a fixed schedule is given as it is planned
        doses = doses.with_columns(
            status=pl.lit("given"), planned=pl.col("rate"), why=pl.lit(""), by=pl.lit(""),
            step=pl.lit(0),
        )  # fmt: skip
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
        pl.col("step").cast(pl.Int64).alias("EXSTEP"),
        pl.col("by").alias("EXBASIS"),
    )
