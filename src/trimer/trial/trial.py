# SPDX-License-Identifier: Apache-2.0
"""The verb: treat the same virtual patients in every arm and write down what became of them."""

from __future__ import annotations

import itertools
import math
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import DiskError, InputError, Problems
from trimer.core.shown import counted
from trimer.simulate import Run, simulate, weights_kg
from trimer.simulate.dosing import resolve
from trimer.simulate.ward import check_on_ward
from trimer.store import RunFolder, StoredRun, open_run
from trimer.store.layout import COMPLETE, INCOMPLETE, INTERRUPTED
from trimer.trial.cohorts import find_cohort, prepare_for
from trimer.trial.design.check import endpoint_problems
from trimer.trial.design.conduct import Block, Trial
from trimer.trial.design.observe import Observation, observe, watched
from trimer.trial.fate_constants import fate_constants
from trimer.trial.interrupt import uninterrupted
from trimer.trial.outcomes import NEEDED, outcomes
from trimer.trial.recipe import shipped
from trimer.trial.record import manifest, model_record
from trimer.trial.safety.events import adverse_rows, needed_outputs
from trimer.trial.tables import patient_table, profile_table, profiles_of, treatment_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl
    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.simulate.prepare import Engine
    from trimer.trial.study import Study

PEAK_HOURS = 1.0
"""Peaks are looked for at least this often, in **hours**."""

BLOCK = 500
"""Patients in memory at a time."""

SCIPY_BLOCK = 20
"""The same where each patient takes a tenth of a second: progress should move, and Ctrl-C lose
little."""


def run_study(
    study: Study,
    out: Path | None = None,
    *,
    overwrite: bool = False,
    engine: Engine = "auto",
    threads: int | None = None,
    rtol: float = 1e-6,
    block: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> StoredRun:
    """Run a study and write a run folder.

    Parameters
    ----------
    study : Study
        What to do.
    out : Path, optional
        The run folder; ``runs/<date>_<time>_<study>`` if left out.
    overwrite : bool
        Whether a run that is there already may be replaced.

    Other Parameters
    ----------------
    engine : {"auto", "lanes", "scipy"}
        See `trimer.simulate.prepare`.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    rtol : float
        Relative tolerance of a step of the solver.
    block : int, optional
        Patients simulated at a time. Results do not depend on it.
    progress : callable, optional
        Called with the number of simulations done: patients times arms.

    Returns
    -------
    StoredRun
        The run folder, complete.

    Raises
    ------
    Problems
        If the model does not know a drug of the study.
    StoreError
        If something is in the way of the run folder.
    DiskError
        If the disk refuses; what was done is kept and marked incomplete.
    KeyboardInterrupt
        If interrupted; what was done is kept and marked interrupted.
    """
    recipe, source = shipped(study.model), find_cohort(study.cohort)
    compiled = prepare_for(source, recipe, engine)
    check_treatments(study, compiled, response_criteria=source.response_criteria)
    size = block or (BLOCK if compiled.engine.startswith("lanes") else SCIPY_BLOCK)
    patients = source.patients(compiled, study.seed, threads=threads)
    trial = None
    if study.design is None:
        # The first block before anything is written: a screen that keeps nobody says so here.
        cohorts = patients.blocks(study.patients, size)
        cohorts = itertools.chain([next(cohorts)], cohorts)
        parts = _paired(
            study, compiled, cohorts, rtol=rtol, threads=threads, progress=progress,
            claims=source.response_criteria,
        )  # fmt: skip
    else:
        trial = Trial(
            study, study.design, compiled, patients, rtol=rtol, threads=threads,
            finer=_finer(study), claims=source.response_criteria,
        )  # fmt: skip
        parts = trial.blocks(block, progress)
    folder = RunFolder(
        out or default_folder(study.name),
        manifest(study, compiled, profiles_of(compiled.observables), rtol),
        overwrite=overwrite,
    )
    began, cpu = time.perf_counter(), time.process_time()
    done = 0
    failed: dict[str, dict[str, str]] = {arm.name: {} for arm in study.arms}

    def ended() -> dict[str, object]:
        return {
            "patients_done": done,
            "failures": failed,
            **patients.record(),
            "wall_seconds": round(time.perf_counter() - began, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
        }

    try:
        protocols = [arm.protocol for arm in study.arms]
        folder.write_model(model_record(recipe.build(), protocols))
        if study.text:
            folder.write_study(study.text)
        for part in parts:
            with uninterrupted():
                folder.add(part.tables)
                done += part.patients
                for name, failures in part.failures.items():
                    failed[name] |= failures
        with uninterrupted():
            if trial is not None:
                folder.add({"comparisons": [trial.comparisons()]})
            folder.close(COMPLETE, **ended())
    except DiskError as error:
        with uninterrupted():
            folder.mark(INCOMPLETE, reason=str(error), **ended())
        raise DiskError(f"{error} {_kept(folder.path, done, study)}") from error
    except KeyboardInterrupt:
        with uninterrupted():
            folder.close(INTERRUPTED, **ended())
        raise KeyboardInterrupt(_kept(folder.path, done, study)) from None
    except Exception as error:
        with uninterrupted():
            folder.mark(INCOMPLETE, reason=f"{type(error).__name__}: {error}", **ended())
        raise
    return open_run(folder.path)


def check_treatments(study: Study, compiled: Compiled, *, response_criteria: bool = True) -> None:
    """Make sure that every arm can be given, and gives what is asked for, before all else.

    Raises
    ------
    Problems
        With a sentence for each arm that cannot be given, and each endpoint that one cannot give.
    """
    problems = []
    kinds = {arm.protocol.is_closed_loop for arm in study.arms}
    if len(kinds) > 1 and study.design is None:
        problems.append(
            f"Arms that cannot be compared in study '{study.name}': some protocols have a course "
            "and are followed on a ward, others are fixed schedules. Give all of them a course, or "
            "none."
        )
    for arm in study.arms:
        try:
            if arm.protocol.is_closed_loop:
                check_on_ward(compiled, arm.protocol)
            else:
                resolve(compiled, arm.protocol.events(), arm.protocol.name)
        except InputError as error:
            problems.append(str(error))
    problems += endpoint_problems(study, compiled.units, response_criteria=response_criteria)
    if problems:
        raise Problems(dict.fromkeys(problems))


def default_folder(name: str) -> Path:
    """Return a new folder under ``runs`` that says when and what."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H%M%S")
    path = Path("runs") / f"{stamp}_{name}"
    number = 2
    while path.exists():
        path = Path("runs") / f"{stamp}_{name}_{number}"
        number += 1
    return path


def _paired(
    study: Study,
    compiled: Compiled,
    cohorts: Iterator[Cohort],
    *,
    rtol: float,
    threads: int | None,
    progress: Callable[[int], None] | None,
    claims: bool,
) -> Iterator[Block]:
    """Treat every patient in every arm, block by block."""
    done = 0
    for cohort in cohorts:
        runs = {}
        for k, arm in enumerate(study.arms):
            runs[arm.name] = _simulate(study, compiled, cohort, k, rtol=rtol, threads=threads)
            if progress is not None:
                progress(done * len(study.arms) + (k + 1) * len(cohort))
        done += len(cohort)
        failures = {
            name: {str(i): why for i, why in run.failures.items()} for name, run in runs.items()
        }
        yield Block(_tables(study, compiled, cohort, runs, claims=claims), len(cohort), failures)


def _simulate(
    study: Study, compiled: Compiled, cohort: Cohort, arm: int, *, rtol: float, threads: int | None
) -> Run:
    return simulate(
        compiled,
        cohort,
        watched(study.arms[arm].protocol, study.endpoints),
        days=study.days,
        every_hours=study.every_hours / _finer(study),
        outputs=_outputs(study, compiled),
        rtol=rtol,
        threads=threads,
    )


def _outputs(study: Study, compiled: Compiled) -> tuple[str, ...]:
    names = (*profiles_of(compiled.observables), *NEEDED)
    if study.endpoints:
        known = tuple(compiled.units)
        names += Observation(study.endpoints, study.visit_days).outputs(known)
        names += needed_outputs(known)
    return tuple(dict.fromkeys(names))


def _finer(study: Study) -> int:
    """How many outputs there are for each one stored."""
    return math.ceil(study.every_hours / PEAK_HOURS)


def _tables(
    study: Study, compiled: Compiled, cohort: Cohort, runs: dict[str, Run], *, claims: bool
) -> dict[str, list[pl.DataFrame]]:
    """Return the block's part of every table, arm by arm."""
    stored = _stored(next(iter(runs.values())).times, _finer(study))
    weight = weights_kg(compiled, cohort)
    return {
        **_endpoint_tables(study, runs, stored),
        "patients": [patient_table(cohort)],
        **treatment_tables(runs, weight),
        "profiles": [
            profile_table(arm, run, profiles_of(compiled.observables), stored)
            for arm, run in runs.items()
        ],
        "outcomes": [
            outcomes(arm, run, stored, response_criteria=claims) for arm, run in runs.items()
        ],
    }


def _endpoint_tables(
    study: Study, runs: dict[str, Run], stored: NDArray[np.intp]
) -> dict[str, list[pl.DataFrame]]:
    """Return the tables of a study that states endpoints."""
    if not study.endpoints:
        return {}
    # of an escalation, who leaves is replaced
    leaves = 0.0 if study.escalation is not None else fate_constants().withdraws
    how = Observation(study.endpoints, study.visit_days, leaves)
    return {
        "endpoints": [observe(arm, run, stored, how) for arm, run in runs.items()],
        "adverse": [adverse_rows(arm, run, stored) for arm, run in runs.items()],
    }


def _stored(times: NDArray[np.float64], finer: int) -> NDArray[np.intp]:
    """Return which output times are stored: one of so many, and the last."""
    stored = np.arange(0, len(times), finer)
    return stored if stored[-1] == len(times) - 1 else np.append(stored, len(times) - 1)


def _kept(path: Path, done: int, study: Study) -> str:
    """Say what is left of a run that did not end."""
    arms = f", in every one of the {len(study.arms)} arms" if len(study.arms) > 1 else ""
    if study.design is not None:
        arms = ", each in one arm"
    total = study.patients * study.repeats
    verb = "is" if total == 1 else "are"
    return (
        f"{done:,} of {counted(total, 'patient')} {verb} kept in '{path}'{arms}. "
        "Run again with --overwrite to start afresh."
    )
