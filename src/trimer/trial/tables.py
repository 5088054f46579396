# SPDX-License-Identifier: Apache-2.0
"""The tables of a run folder, a block of patients at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.protocol.ledger import dose_rows
from trimer.trial.ward import ward_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.patients.cohort import Cohort
    from trimer.simulate import Run

PROFILES = (
    "concentration",
    "trimers_per_blast",
    "trimers_per_T",
    "blasts",
    "LSC_cells",
    "T_cells",
    "T_activated",
    "blood_blasts",
    "IL6",
    "IL6_signal",
    "IFNg",
    "TNF",
    "temperature",
    "vascular_leak",
    "ANC",
    "PLT",
)
"""Observables whose course is stored for every patient of a trial."""

WARD_PROFILES = ("MAP", "SpO2", "hemoglobin", "CRP")
"""The same, of a model that has them."""


def profiles_of(observables: Sequence[str]) -> tuple[str, ...]:
    """Return the observables of a model whose course is stored."""
    return (*PROFILES, *(name for name in WARD_PROFILES if name in observables))


def patient_table(cohort: Cohort) -> pl.DataFrame:
    """Return ``id`` and the parameters."""
    return pl.DataFrame(cohort.columns())


def profile_table(
    arm: str, run: Run, names: Sequence[str], stored: NDArray[np.intp]
) -> pl.DataFrame:
    """Return ``arm, id, time`` and one column per observable, at the stored times.

    Courses are 32-bit numbers (7 digits): half the size, and far finer than any of them is known.
    """
    times, ids = run.times[stored], run.ids
    values = run.values[:, stored]
    columns = {
        name: values[:, :, run.names.index(name)].reshape(-1).astype(np.float32) for name in names
    }
    return pl.DataFrame(
        {"id": np.repeat(ids, len(times)), "time": np.tile(times, len(ids)), **columns}
    ).select(pl.lit(arm).alias("arm"), pl.all())


def dose_table(arm: str, run: Run, weight_kg: NDArray[np.float64]) -> pl.DataFrame:
    """Return what each patient is given until the end of the run."""
    rows = dose_rows(run.protocol, run.ids, weight_kg, until_days=float(run.times[-1]))
    return pl.DataFrame(rows).select(pl.lit(arm).alias("arm"), pl.all())


def treatment_tables(
    runs: Mapping[str, Run], weight_kg: NDArray[np.float64]
) -> dict[str, list[pl.DataFrame]]:
    """Return what was given, arm by arm, and the ward's papers of arms that were on a ward."""
    tables: dict[str, list[pl.DataFrame]] = {}
    for arm, run in runs.items():
        if run.ward is None:
            found = {"doses": dose_table(arm, run, weight_kg)}
        else:
            found = ward_tables(arm, run.ward)
        for name, frame in found.items():
            tables.setdefault(name, []).append(frame)
    return tables
