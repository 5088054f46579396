# SPDX-License-Identifier: Apache-2.0
"""ADTTE: time to cytokine release, neurotoxicity, rescue, response, and a study's endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.exchange.adam.response import responses
from trimer.exchange.adam.subjects import relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects

REMISSIONS = ("CR", "CRh", "CRi")
CODES = {"death": "OS", "failure": "EFS", "relapse": "DOR", "response": "TTRESP"}
"""Codes of what a study's endpoints may be the time to."""

END = "End of the simulated follow-up"


def adtte(who: Subjects) -> pl.DataFrame:
    """Return one record per subject and parameter; those whose simulation failed have none."""
    run = who.run
    followed = (
        run.read("outcomes")
        .filter(~pl.col("failed"))
        .select(pl.col("arm").cast(pl.String), "id", "response")
    )
    first: dict[tuple[str, str, str], pl.DataFrame] = {}
    if run.has("grades"):
        grades = run.read("grades")
        for code, title, what, event in (
            ("TTCRS", "Time to First CRS of Any Grade (Days)", pl.col("CRS") >= 1, "CRS"),
            ("TTCRS2", "Time to First CRS Grade 2 or More (Days)", pl.col("CRS") >= 2, "CRS >= 2"),
            ("TTCRS3", "Time to First CRS Grade 3 or More (Days)", pl.col("CRS") >= 3, "CRS >= 3"),
            ("TTICANS", "Time to First ICANS of Any Grade (Days)", pl.col("ICANS") >= 1, "ICANS"),
        ):
            first[code, title, event] = _first(grades.filter(what))
        toci = run.read("doses").filter(
            pl.col("drug") == "tocilizumab", pl.col("status") == "given"
        )
        first["TTTOCI", "Time to First Tocilizumab (Days)", "Tocilizumab"] = _first(toci)
    if not followed["response"].is_in(["NE"]).all():
        remission = responses(who).filter(pl.col("AVALC").is_in(REMISSIONS))
        first["TTREM", "Time to First CR, CRh or CRi (Days)", "Remission"] = _first(remission)
    rows = [
        followed.join(found, on=["arm", "id"], how="left", maintain_order="left").select(
            "arm",
            "id",
            pl.lit(code).alias("PARAMCD"),
            pl.lit(title).alias("PARAM"),
            pl.col("event").fill_null(who.days).alias("AVAL"),
            pl.col("event").is_null().cast(pl.Int64).alias("CNSR"),
            pl.when(pl.col("event").is_null())
            .then(pl.lit(END))
            .otherwise(pl.lit(event))
            .alias("EVNTDESC"),
        )
        for (code, title, event), found in first.items()
    ]
    rows += _endpoints(who, taken={code for code, _, _ in first})
    if not rows:
        return who.frame.head(0)
    day = pl.col("AVAL")
    return who.followed(pl.concat(rows)).with_columns(
        who.date(pl.lit(0.0)).alias("STARTDT"),
        who.date(day).alias("ADT"),
        relative_day(day).alias("ADY"),
    )


def _first(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the first time of each subject, as ``event``."""
    return rows.group_by(pl.col("arm").cast(pl.String), "id").agg(
        pl.col("time").min().clip(lower_bound=0.0).alias("event")
    )


def _endpoints(who: Subjects, taken: set[str]) -> list[pl.DataFrame]:
    """Return the times that the study itself states as endpoints."""
    if not who.run.has("endpoints"):
        return []
    table = who.run.read("endpoints").with_columns(pl.col("arm").cast(pl.String))
    rows = []
    for number, endpoint in enumerate(who.run.manifest["design"]["endpoints"], start=1):
        name, what = str(endpoint["name"]), str(endpoint.get("time_to") or "")
        if not what or f"{name}_days" not in table.columns:
            continue
        code = CODES.get(what, "")
        if not code or code in taken:
            code = f"TTE{number}"
        taken.add(code)
        event = pl.col(f"{name}_event")
        rows.append(
            table.filter(pl.col(f"{name}_days").is_not_null()).select(
                "arm",
                "id",
                pl.lit(code).alias("PARAMCD"),
                pl.lit(f"{endpoint['label'] or name} (Days)").alias("PARAM"),
                pl.col(f"{name}_days").cast(pl.Float64).alias("AVAL"),
                (~event).cast(pl.Int64).alias("CNSR"),
                pl.when(event)
                .then(pl.lit(what.capitalize()))
                .otherwise(pl.lit("Censored: end of follow-up or withdrawal"))
                .alias("EVNTDESC"),
            )
        )
    return rows
