# SPDX-License-Identifier: Apache-2.0
"""One row per patient: what the treatment did to him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trimer.assess import (
    area_under_curve,
    best_change_percent,
    best_response,
    crs_reference,
    log10_reduction,
    peak,
    time_of_peak,
)
from trimer.assess.response import NOT_EVALUABLE, WINDOWS
from trimer.trial.ward import ward_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from trimer.simulate import Run

    Floats = NDArray[np.float64]

NEEDED = (
    "concentration",
    "IL6",
    "IL6_signal",
    "temperature",
    "vascular_leak",
    "blasts",
    "blood_blasts",
    "LSC_cells",
    "ANC",
    "PLT",
)
"""Observables that the outcomes are made of."""

DEVIATE = "crs_deviate"
"""Parameter that holds a patient's own part of the CRS grade."""

ONE_CELL = 1.0
"""Fewer leukemic stem cells than one are none."""


def outcomes(
    arm: str, run: Run, stored: NDArray[np.intp], *, response_criteria: bool = True
) -> pl.DataFrame:
    """Return the outcomes of a run; a patient who failed has nulls and a reason.

    Peaks and exposure come from every output of the run, response and change of blasts from the
    outputs that are stored, so that the stored profiles give the same.

    Parameters
    ----------
    arm : str
        Name of the arm.
    run : Run
        With the observables in `NEEDED`.
    stored : int array
        Which of the run's output times are stored.
    response_criteria : bool
        Whether response may be judged in these patients; if not, it is not evaluable in anyone.
    """
    times, at = run.times, run.times[stored]
    signal, leak = peak(run.column("IL6_signal")), peak(run.column("vascular_leak"))
    heat = peak(run.column("temperature"))
    blasts, stem = run.column("blasts")[:, stored], run.column("LSC_cells")
    blood, anc, plt = (run.column(name)[:, stored] for name in ("blood_blasts", "ANC", "PLT"))
    failed = run.status != 0
    columns = {
        "id": run.ids,
        **_grades(run, signal, leak, heat),
        "response": best_response(at, blasts, blood, anc, plt)
        if response_criteria
        else np.full(len(run.ids), NOT_EVALUABLE),
        "best_blast_change_percent": best_change_percent(at, blasts, days=WINDOWS),
        "cmax_ng_mL": peak(run.column("concentration")),
        "auc": area_under_curve(times, run.column("concentration")),
        "peak_il6": peak(run.column("IL6")),
        "peak_il6_signal": signal,
        "peak_temperature": heat,
        "peak_vascular_leak": leak,
        "day_of_peak_il6": time_of_peak(times, run.column("IL6")),
        "blast_day28": _on_day(times, run.column("blasts"), 28.0),
        "lsc_log10_reduction": log10_reduction(stem[:, 0], stem.min(axis=1), floor=ONE_CELL),
    }
    facts = {
        "failed": failed,
        "reason": [run.failures.get(int(i), "") for i in run.ids],
        "steps": run.steps,
    }
    frame = pl.DataFrame(columns | facts, strict=True)
    known = [name for name in columns if name != "id"]
    return frame.with_columns(
        pl.when(pl.col("failed")).then(None).otherwise(pl.col(name)).name.keep() for name in known
    ).select(pl.lit(arm).alias("arm"), pl.all())


def _grades(run: Run, signal: Floats, leak: Floats, heat: Floats) -> Mapping[str, NDArray[Any]]:
    """Return what the ward graded, or what the reference model's read-out makes of the peaks."""
    if run.ward is not None:
        return ward_columns(run, run.ward)
    deviate = np.zeros(len(run.ids))
    if DEVIATE in run.cohort.parameters:
        deviate = run.cohort.column(DEVIATE)
    return {"crs_grade": crs_reference(signal, leak, heat, deviate)}


def _on_day(times: Floats, courses: Floats, day: float) -> Floats:
    """Value on a day, or on the last one where the course ends earlier."""
    return courses[:, min(int(np.searchsorted(times, day)), len(times) - 1)]
