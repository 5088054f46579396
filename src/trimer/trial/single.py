# SPDX-License-Identifier: Apache-2.0
"""Write the runs of a plain simulation into a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate import weights_kg
from trimer.store import RunFolder, StoredRun, open_run
from trimer.store.layout import COMPLETE
from trimer.trial.interrupt import uninterrupted
from trimer.trial.recipe import shipped
from trimer.trial.record import manifest, model_record
from trimer.trial.tables import patient_table, profile_table, treatment_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimer.engine.solution import Compiled
    from trimer.simulate import Run
    from trimer.trial.study import Study


TRAJECTORIES = "trajectories"
"""What such a folder holds, as its ``run.json`` says; that of a trial does not say it."""


def write_runs(
    study: Study,
    compiled: Compiled,
    runs: Mapping[str, Run],
    out: Path,
    *,
    rtol: float,
    overwrite: bool = False,
) -> StoredRun:
    """Write runs, by name of the arm, with all their outputs and without outcomes.

    Raises
    ------
    StoreError
        If something is in the way of the run folder.
    DiskError
        If the disk refuses.
    """
    first = next(iter(runs.values()))
    record = {"holds": TRAJECTORIES, **manifest(study, compiled, first.names, rtol)}
    folder = RunFolder(out, record, overwrite=overwrite)
    model = shipped(study.model).build()
    folder.write_model(model_record(model, [arm.protocol for arm in study.arms]))
    if study.text:
        folder.write_study(study.text)
    every = np.arange(len(first.times))
    weight = weights_kg(compiled, first.cohort)
    with uninterrupted():
        folder.add(
            {
                "patients": [patient_table(first.cohort)],
                **treatment_tables(runs, weight),
                "profiles": [
                    profile_table(arm, run, run.names, every) for arm, run in runs.items()
                ],
            }
        )
        folder.close(
            COMPLETE,
            patients_done=len(first.ids),
            failures={
                arm: {str(i): why for i, why in run.failures.items()} for arm, run in runs.items()
            },
            wall_seconds=round(sum(run.wall_seconds for run in runs.values()), 3),
        )
    return open_run(folder.path)


def holds_trajectories(run: StoredRun) -> bool:
    """Whether a run folder is that of a plain simulation, without outcomes."""
    return run.manifest.get("holds") == TRAJECTORIES
