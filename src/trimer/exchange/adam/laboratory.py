# SPDX-License-Identifier: Apache-2.0
"""ADLB: blood counts, marrow, T cells and cytokines, once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.assess import ctcae_grade
from trimer.exchange.adam.subjects import relative_day

if TYPE_CHECKING:
    from trimer.exchange.adam.subjects import Subjects

PARAMETERS = {
    "ANC": ("NEUT", "Neutrophils"),
    "PLT": ("PLAT", "Platelets"),
    "hemoglobin": ("HGB", "Hemoglobin"),
    "CRP": ("CRP", "C-Reactive Protein"),
    "IL6": ("IL6", "Interleukin 6"),
    "IFNg": ("IFNG", "Interferon Gamma"),
    "TNF": ("TNFA", "Tumor Necrosis Factor Alpha"),
    "blasts": ("BLASTBM", "Marrow Blasts"),
    "blood_blasts": ("BLASTPB", "Circulating Blasts"),
    "T_cells": ("TCELL", "Blood T Cells"),
}
"""Code and name of each observable."""

GRADED = {"ANC": "ANC", "PLT": "platelets", "hemoglobin": "hemoglobin"}
"""Observables that CTCAE grades, and its term."""


def adlb(who: Subjects) -> pl.DataFrame:
    """Return one record per subject, parameter and day."""
    profiles = who.run.scan("profiles")
    names = [name for name in PARAMETERS if name in profiles.collect_schema().names()]
    units = who.run.manifest["units"]
    whole = (pl.col("time") - pl.col("time").round()).abs() < 1e-6
    days = (
        profiles.filter(whole).select(pl.col("arm").cast(pl.String), "id", "time", *names).collect()
    )
    rows = pl.concat([_parameter(days, name, str(units[name])) for name in names])
    day = relative_day(pl.col("time"))
    at_first = pl.col("time") == 0.0
    return who.followed(rows).with_columns(
        who.moment(pl.col("time")).alias("ADTM"),
        day.alias("ADY"),
        pl.when(at_first)
        .then(pl.lit("Baseline"))
        .otherwise(pl.format("Day {}", day))
        .alias("AVISIT"),
        pl.when(at_first).then(0).otherwise(day).alias("AVISITN"),
        (pl.col("AVAL") - pl.col("BASE")).alias("CHG"),
        pl.when(at_first).then(pl.lit("Y")).otherwise(pl.lit("")).alias("ABLFL"),
    )


def _parameter(days: pl.DataFrame, name: str, unit: str) -> pl.DataFrame:
    code, title = PARAMETERS[name]
    known = days.select("arm", "id", "time", pl.col(name).cast(pl.Float64).alias("AVAL")).filter(
        pl.col("AVAL").is_not_null() & pl.col("AVAL").is_not_nan()
    )
    grade = pl.Series("ATOXGR", [""] * known.height, dtype=pl.String)
    if name in GRADED:
        found = ctcae_grade(GRADED[name], known["AVAL"].clip(0.0).to_numpy())
        grade = pl.Series("ATOXGR", found).cast(pl.String)
    base = known.filter(pl.col("time") == 0.0).select("arm", "id", pl.col("AVAL").alias("BASE"))
    return (
        known.with_columns(
            grade,
            pl.lit(code).alias("PARAMCD"),
            pl.lit(f"{title} ({unit})").alias("PARAM"),
        )
        .join(base, on=["arm", "id"], how="left", maintain_order="left")
        .select("arm", "id", "time", "PARAMCD", "PARAM", "AVAL", "BASE", "ATOXGR")
    )
