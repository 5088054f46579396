# SPDX-License-Identifier: Apache-2.0
"""What the ward's papers of a run say of each patient: worst grades, rescue, what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from trimer.simulate import Run
    from trimer.simulate.ward.record import WardRecord

WARD_TABLES = ("decisions", "grades", "verdicts")
"""Tables that only a run on a ward has."""


def ward_columns(run: Run, record: WardRecord) -> Mapping[str, NDArray[Any]]:
    """Return columns of the outcomes, one value for each patient of the run.

    Returns
    -------
    mapping of str to array (N,)
        ``crs_grade``, ``crs_lee``, ``icans_grade``: the worst; ``crs_onset``: day of the first
        grade above 0, NaN if none; ``tocilizumab_doses``, ``steroid_doses`` (rescue, not
        premedication); ``hold_days``: days without drug that was planned; ``dose_intensity``:
        given over planned, in %; ``stopped``: whether treatment was stopped for good.
    """
    grades, doses = record.grades(), record.doses()
    worst = _by_patient(run, grades.group_by("id").agg(pl.col("CRS", "CRS_Lee", "ICANS").max()))
    onset = _by_patient(
        run, grades.filter(pl.col("CRS") > 0).group_by("id").agg(pl.col("time").min())
    )
    flow = doses.filter(pl.col("planned").is_not_null() & pl.col("planned").is_not_nan())
    flow = flow.filter(pl.col("status") != "not given")
    missed = flow.filter((pl.col("rate") == 0) & (pl.col("planned") > 0))
    hold = _by_patient(run, missed.group_by("id").agg(pl.col("duration").sum()))
    given = _by_patient(
        run,
        flow.group_by("id").agg(
            pl.col("amount").sum(), (pl.col("planned") * pl.col("duration")).sum().alias("due")
        ),
    )
    rescue = doses.filter(
        (pl.col("status") == "given")
        & (pl.col("rate") == 0)
        & ~pl.col("by").str.starts_with("premedication")
    )
    steroids = pl.col("drug").is_in(["dexamethasone", "methylprednisolone"])
    stopped = doses.filter(pl.col("why") == "stopped for good").group_by("id").agg(pl.len())
    with np.errstate(invalid="ignore", divide="ignore"):
        intensity = 100.0 * given["amount"].to_numpy() / given["due"].to_numpy()
    return {
        "crs_grade": worst["CRS"].fill_null(0).to_numpy().astype(np.int8),
        "crs_lee": worst["CRS_Lee"].fill_null(0).to_numpy().astype(np.int8),
        "icans_grade": worst["ICANS"].fill_null(0).clip(0).to_numpy().astype(np.int8),
        "crs_onset": onset["time"].to_numpy(),
        "tocilizumab_doses": _count(run, rescue.filter(pl.col("drug") == "tocilizumab")),
        "steroid_doses": _count(run, rescue.filter(steroids)),
        "hold_days": hold["duration"].fill_null(0.0).to_numpy(),
        "dose_intensity": intensity,
        "stopped": _by_patient(run, stopped)["len"].is_not_null().to_numpy(),
    }


def ward_tables(arm: str, record: WardRecord) -> dict[str, pl.DataFrame]:
    """Return the ward's tables of an arm, the name of the arm in front."""
    frames = {
        "doses": record.doses(),
        "decisions": record.decisions(),
        "grades": record.grades(),
        "verdicts": record.verdicts(),
    }
    readings = record.readings()
    if not readings.is_empty():
        frames["readings"] = readings
    return {
        name: frame.select(pl.lit(arm).alias("arm"), pl.all()) for name, frame in frames.items()
    }


def _by_patient(run: Run, frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each patient of the run, in its order."""
    return pl.DataFrame({"id": run.ids}).join(frame, on="id", how="left", maintain_order="left")


def _count(run: Run, frame: pl.DataFrame) -> NDArray[np.int32]:
    counted = _by_patient(run, frame.group_by("id").agg(pl.len()))
    return counted["len"].fill_null(0).to_numpy().astype(np.int32)
