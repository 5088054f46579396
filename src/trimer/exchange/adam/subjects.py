# SPDX-License-Identifier: Apache-2.0
"""ADSL: who is in the trial; and what every other dataset says of a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from trimer.store import StoredRun

REPEAT = 1
"""A run folder keeps the tables of one trial."""

FLOW = pl.col("rate") > 0
"""Rows of the doses in which a drug was infused."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects of a run, and the calendar that its days are put into.

    Parameters
    ----------
    run : StoredRun
        The run.
    start : datetime
        What day 0 is said to have been; without a time zone.
    frame : polars DataFrame
        ``arm``, ``id`` and the variables that every dataset has.
    drug : str
        The study drug: what is infused.
    """

    run: StoredRun
    start: datetime
    frame: pl.DataFrame
    drug: str

    @property
    def days(self) -> float:
        """End of the run, in **days**."""
        return float(self.run.manifest["study"]["days"])

    def followed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of subjects, with the variables that every dataset has."""
        return rows.join(self.frame, on=["arm", "id"], how="inner", maintain_order="left")

    def moment(self, day: pl.Expr) -> pl.Expr:
        """Return the datetime of a time in **days**, to the second."""
        seconds = (day * 86_400.0).round()
        return pl.lit(self.start) + pl.duration(seconds=seconds.cast(pl.Int64))

    def date(self, day: pl.Expr) -> pl.Expr:
        """Return the date of a time in **days**."""
        return self.moment(day).dt.date()


def relative_day(day: pl.Expr) -> pl.Expr:
    """Return the study day of a time in **days**: 1 is the first, and there is no 0."""
    whole = day.floor().cast(pl.Int64)
    return whole + (whole >= 0).cast(pl.Int64)


def subjects_of(run: StoredRun, start: datetime) -> Subjects:
    """Return the subjects of a run of whom everything was kept.

    Raises
    ------
    StoreError
        If nothing was kept of anybody.
    """
    if not run.has("patients") or not run.has("profiles") or not run.has("outcomes"):
        raise StoreError(
            f"Run '{run.path}' keeps too little for analysis datasets: they are made of courses, "
            "doses and outcomes. Run the study with --detail all, or 'first 200'."
        )
    study = f"SIM-{run.manifest['study']['name']}"
    arms = pl.DataFrame(
        {
            "arm": [arm["name"] for arm in run.manifest["arms"]],
            "TRTP": [arm.get("label") or arm["name"] for arm in run.manifest["arms"]],
            "TRTPN": range(1, len(run.manifest["arms"]) + 1),
        }
    )
    kept = run.read("patients").select("id")
    treated = run.read("outcomes").select(pl.col("arm").cast(pl.String), "id")
    frame = (
        treated.join(kept, on="id", how="semi")
        .join(arms, on="arm", maintain_order="left")
        .select(
            "arm",
            "id",
            pl.lit(study).alias("STUDYID"),
            pl.format("{}-{}-{}-{}", pl.lit(study), "arm", pl.lit(REPEAT), "id").alias("USUBJID"),
            pl.col("id").cast(pl.String).alias("SUBJID"),
            "TRTP",
            "TRTPN",
        )
    )
    return Subjects(run, start, frame, study_drug(run))


def study_drug(run: StoredRun) -> str:
    """Return the drug whose concentration a run has: what the model calls it, else the infused."""
    flows = run.scan("doses").filter(FLOW).select("drug")
    infused = [str(drug) for drug in flows.unique(maintain_order=True).collect()["drug"]]
    named = str(run.manifest.get("labels", {}).get("concentration", "")).lower()
    return named if named in infused else next(iter(infused), "")


def adsl(who: Subjects) -> pl.DataFrame:
    """Return one record per subject."""
    run = who.run
    patients = run.read("patients")
    weight = pl.col("WT") if "WT" in patients.columns else pl.lit(None)
    outcomes = run.read("outcomes").select(
        pl.col("arm").cast(pl.String), "id", "failed", pl.col("reason").alias("DCSREAS")
    )
    given = run.scan("doses").filter(pl.col("drug") == who.drug, pl.col("amount") > 0)
    exposed = (
        given.group_by(pl.col("arm").cast(pl.String), "id")
        .agg(
            pl.col("time").min().alias("begin"),
            (pl.col("time") + pl.col("duration")).max().alias("end"),
        )
        .collect()
    )
    blasts = (
        run.scan("profiles")
        .filter(pl.col("time") == 0.0)
        .select(pl.col("arm").cast(pl.String), "id", pl.col("blasts").alias("BLASTBL"))
        .collect()
    )
    frame = (
        who.frame.join(patients.select("id", weight.alias("WEIGHTBL")), on="id", how="left")
        .join(outcomes, on=["arm", "id"], how="left")
        .join(exposed, on=["arm", "id"], how="left")
        .join(blasts, on=["arm", "id"], how="left")
    )
    return frame.with_columns(
        pl.col("TRTP").alias("ARM"),
        pl.col("arm").alias("ARMCD"),
        pl.col("TRTP").alias("TRT01P"),
        pl.col("TRTP").alias("TRT01A"),
        pl.lit("U").alias("SEX"),
        pl.lit(str(run.manifest["study"]["cohort"])).alias("COHORT"),
        pl.lit("Y").alias("SYNFL"),
        pl.lit("Y").alias("ITTFL"),
        pl.when(pl.col("begin").is_null()).then(pl.lit("N")).otherwise(pl.lit("Y")).alias("SAFFL"),
        who.date(pl.col("begin")).alias("TRTSDT"),
        who.date(pl.col("end")).alias("TRTEDT"),
        pl.when(pl.col("failed"))
        .then(pl.lit("DISCONTINUED"))
        .otherwise(pl.lit("COMPLETED"))
        .alias("EOSSTT"),
        who.date(pl.lit(who.days)).alias("EOSDT"),
    ).with_columns((pl.col("TRTEDT") - pl.col("TRTSDT")).dt.total_days().add(1).alias("TRTDURD"))
