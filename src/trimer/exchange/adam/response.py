# SPDX-License-Identifier: Apache-2.0
"""ADRS: response at each marrow, and the best of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess.response import NOT_EVALUABLE, RESPONSES, WINDOWS, best_response
from trimer.exchange.adam.subjects import relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects

NEEDED = ("blasts", "blood_blasts", "ANC", "PLT")
BEST, AT_VISIT = ("BESTRESP", "Best Overall Response"), ("OVRLRESP", "Overall Response by Visit")


def responses(who: Subjects) -> pl.DataFrame:
    """Return the response at each marrow: ``arm``, ``id``, ``time`` (**day**), ``AVALC``."""
    parts = [pl.DataFrame(schema={"arm": pl.String, "id": pl.Int64, "time": pl.Float64,
                                  "AVALC": pl.String})]  # fmt: skip
    for arm in who.frame["arm"].unique(maintain_order=True):
        courses = (
            who.run.scan("profiles")
            .filter(pl.col("arm").cast(pl.String) == arm)
            .select("id", "time", *NEEDED)
            .sort("id", "time")
            .collect()
        )
        ids = courses["id"].unique(maintain_order=True).to_numpy()
        if not len(ids):
            continue
        times = courses["time"].to_numpy().reshape(len(ids), -1)[0]
        blasts, blood, anc, plt = (
            courses[name].to_numpy().astype(np.float64).reshape(len(ids), -1) for name in NEEDED
        )
        for day in WINDOWS:
            at = times[min(int(np.searchsorted(times, day)), len(times) - 1)]
            if at < day:
                break  # the run ended before this marrow
            found = best_response(times, blasts, blood, anc, plt, [day])
            parts.append(
                pl.DataFrame({"id": ids, "AVALC": found.tolist()}).select(
                    pl.lit(arm).alias("arm"), "id", pl.lit(float(at)).alias("time"), "AVALC"
                )
            )
    return pl.concat(parts)


def adrs(who: Subjects) -> pl.DataFrame:
    """Return one record per subject and marrow, and one for the best response."""
    best = who.run.read("outcomes").select(
        pl.col("arm").cast(pl.String),
        "id",
        pl.lit(None, dtype=pl.Float64).alias("time"),
        pl.col("response").fill_null(NOT_EVALUABLE).alias("AVALC"),
        pl.lit(BEST[0]).alias("PARAMCD"),
        pl.lit(BEST[1]).alias("PARAM"),
    )
    judged = (best["AVALC"] != NOT_EVALUABLE).any()
    rows = [best]
    if judged:  # of a cohort without criteria nothing is claimed
        rows.append(
            responses(who).with_columns(
                pl.lit(AT_VISIT[0]).alias("PARAMCD"), pl.lit(AT_VISIT[1]).alias("PARAM")
            )
        )
    day = relative_day(pl.col("time"))
    place = {word: number for number, word in enumerate(RESPONSES)}
    return who.followed(pl.concat(rows)).with_columns(
        pl.col("AVALC").replace_strict(place, default=None, return_dtype=pl.Int64).alias("AVAL"),
        who.date(pl.col("time")).alias("ADT"),
        day.alias("ADY"),
        pl.when(pl.col("time").is_null())
        .then(pl.lit("Overall"))
        .otherwise(pl.format("Day {}", day))
        .alias("AVISIT"),
    )
