# SPDX-License-Identifier: Apache-2.0
"""What is done with one block of patients, here, in another process, or on another machine.

A block depends on the study and its patients alone, so wherever it is done the bits are the same.
"""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.core.errors import ServerError
from trimer.simulate import Run, simulate, weights_kg
from trimer.simulate.prepare import prepare
from trimer.store.tables import as_parquet
from trimer.trial.design.conduct import Trial
from trimer.trial.design.observe import Observation, observe, watched
from trimer.trial.fate_constants import fate_constants
from trimer.trial.outcomes import NEEDED, outcomes
from trimer.trial.recipe import shipped
from trimer.trial.safety.events import adverse_rows, needed_outputs
from trimer.trial.tables import patient_table, profile_table, profiles_of, treatment_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.simulate.prepare import Engine
    from trimer.trial.cohorts import Source
    from trimer.trial.detail import Detail
    from trimer.trial.study import Study

PEAK_HOURS = 1.0
"""Peaks are looked for at least this often, in **hours**."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with every block of a run.

    Parameters
    ----------
    study : Study
        Arms, days and intervals.
    engine : {"lanes", "scipy"}
        The same wherever a block is done.
    vary : tuple of str
        Parameters that the cohort varies although the card gives them no spread.
    model_hash, version : str
        What every worker has to have, or its bits would be others.
    claims : bool
        Whether response criteria may be applied.
    detail : Detail
        Of whom everything is kept.
    rtol : float
        Relative tolerance of a step of the solver.
    """

    study: Study
    engine: Engine
    vary: tuple[str, ...]
    model_hash: str
    version: str
    claims: bool
    detail: Detail
    rtol: float


@dataclass(frozen=True, slots=True)
class Block:
    """Patients that are simulated together.

    Parameters
    ----------
    number : int
        Its place among the blocks.
    place : int
        How many patients come before it.
    cohort : Cohort
        The patients.
    repeats : (int, int) or None
        Of a randomized trial, the first repeat they are in, and the one after the last.
    """

    number: int
    place: int
    cohort: Cohort
    repeats: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came out of a block.

    Parameters
    ----------
    number, patients : int
        Which block, and how many patients it had.
    tables : dict of str to list of bytes
        Of each table, arm by arm, the content of a Parquet file.
    failures : dict of str to dict
        Of each arm, who could not be followed, and why.
    cpu_seconds : float
        Processor time that it took, in **seconds**.
    """

    number: int
    patients: int
    tables: dict[str, list[bytes]] = field(repr=False)
    failures: dict[str, dict[str, str]]
    cpu_seconds: float


def work_for(study: Study, source: Source, compiled: Compiled, detail: Detail, rtol: float) -> Work:
    """Return what is to be done with every block of a study."""
    from trimer import __version__

    return Work(
        study=study,
        engine="lanes" if compiled.engine.startswith("lanes") else "scipy",
        vary=source.varied(compiled.parameter_table),
        model_hash=compiled.model_hash,
        version=__version__,
        claims=source.response_criteria,
        detail=detail,
        rtol=rtol,
    )


def do_block(
    work: Work,
    block: Block,
    *,
    threads: int | None = None,
    tell: Callable[[int], None] | None = None,
) -> Done:
    """Follow the patients of a block through every arm.

    Parameters
    ----------
    work : Work
        What is to be done.
    block : Block
        With whom.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    tell : callable, optional
        Called after each arm with the number of simulations that it was.

    Raises
    ------
    ServerError
        If this process has another version of Trimer or of the model.
    """
    began = time.process_time()
    compiled = _compiled(work)
    if work.study.design is None or block.repeats is None:
        frames, failures = _paired(work, block, compiled, threads, tell)
    else:
        trial = Trial(
            work.study, work.study.design, compiled, rtol=work.rtol, threads=threads,
            finer=_finer(work.study), claims=work.claims,
        )  # fmt: skip
        frames, failures = trial.conduct(block.cohort, *block.repeats, tell)
    tables = {name: [as_parquet(frame) for frame in arms] for name, arms in frames.items()}
    seconds = time.process_time() - began
    return Done(block.number, len(block.cohort), tables, failures, seconds)


def simulations(work: Work, block: Block) -> int:
    """Return how many simulations a block is."""
    return len(block.cohort) * (1 if block.repeats is not None else len(work.study.arms))


def memory_per_patient(study: Study, outputs: int) -> int:
    """Return how many **bytes** a patient of a block takes while an arm is simulated."""
    times = math.ceil(study.days * 24.0 / study.every_hours * _finer(study)) + 1
    return 8 * times * outputs


def _compiled(work: Work) -> Compiled:
    from trimer import __version__

    compiled = _prepared(work.study.model, work.engine, work.vary)
    if (__version__, compiled.model_hash) != (work.version, work.model_hash):
        raise ServerError(
            f"A worker has Trimer {__version__} with model {compiled.model_hash}, the run needs "
            f"{work.version} with {work.model_hash}: its numbers would be others. Install the same "
            "version on every worker."
        )
    return compiled


@functools.lru_cache(maxsize=4)
def _prepared(model: str, engine: Engine, vary: tuple[str, ...]) -> Compiled:
    return prepare(shipped(model), engine, vary)


def _paired(
    work: Work,
    block: Block,
    compiled: Compiled,
    threads: int | None,
    tell: Callable[[int], None] | None,
) -> tuple[dict[str, list[pl.DataFrame]], dict[str, dict[str, str]]]:
    """Treat every patient in every arm."""
    study = work.study
    runs: dict[str, Run] = {}
    for arm in study.arms:
        counted = None if tell is None else _Counted(tell, len(block.cohort))
        runs[arm.name] = simulate(
            compiled,
            block.cohort,
            watched(arm.protocol, study.endpoints),
            days=study.days,
            every_hours=study.every_hours / _finer(study),
            outputs=_outputs(work, block, compiled),
            rtol=work.rtol,
            threads=threads,
            progress=counted,
        )
        if counted is not None:
            counted(len(block.cohort))
    failures = {
        name: {str(i): why for i, why in run.failures.items()} for name, run in runs.items()
    }
    return _tables(work, block, compiled, runs), failures


class _Counted:
    """Turns how many simulations are done into how many more are, each told once."""

    def __init__(self, tell: Callable[[int], None], most: int) -> None:
        self._tell, self._most, self._told = tell, most, 0

    def __call__(self, done: int) -> None:
        more = min(done, self._most) - self._told
        if more > 0:
            self._told += more
            self._tell(more)


def _outputs(work: Work, block: Block, compiled: Compiled) -> tuple[str, ...]:
    study = work.study
    names: tuple[str, ...] = NEEDED
    if work.detail.of(block.cohort.ids, block.place).any():
        names = (*profiles_of(compiled.observables), *names)
    if study.endpoints:
        known = tuple(compiled.units)
        names += Observation(study.endpoints, study.visit_days).outputs(known)
        names += needed_outputs(known)
    return tuple(dict.fromkeys(names))


def _finer(study: Study) -> int:
    """How many outputs there are for each one stored."""
    return math.ceil(study.every_hours / PEAK_HOURS)


def _tables(
    work: Work, block: Block, compiled: Compiled, runs: dict[str, Run]
) -> dict[str, list[pl.DataFrame]]:
    """Return the block's part of every table, arm by arm."""
    stored = _stored(next(iter(runs.values())).times, _finer(work.study))
    of_everyone = _endpoint_tables(work.study, runs, stored) | {
        "outcomes": [
            outcomes(arm, run, stored, response_criteria=work.claims) for arm, run in runs.items()
        ]
    }
    kept = work.detail.of(block.cohort.ids, block.place)
    if not kept.any():
        return of_everyone
    names = profiles_of(compiled.observables)
    full = {
        "patients": [patient_table(block.cohort)],
        **treatment_tables(runs, weights_kg(compiled, block.cohort)),
        "profiles": [profile_table(arm, run, names, stored) for arm, run in runs.items()],
    }
    if not kept.all():
        mine = pl.col("id").is_in(block.cohort.ids[kept].tolist())
        full = {name: [frame.filter(mine) for frame in arms] for name, arms in full.items()}
    return full | of_everyone


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
