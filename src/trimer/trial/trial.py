# SPDX-License-Identifier: Apache-2.0
"""The verb: treat the same virtual patients in every arm and write down what became of them."""

from __future__ import annotations

import contextlib
import itertools
import shlex
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import DiskError, InputError, Problems, ServerError, StoreError
from trimer.core.shown import counted
from trimer.simulate.dosing import resolve
from trimer.simulate.ward import check_on_ward
from trimer.store import RunFolder, StoredRun, open_run
from trimer.store.layout import COMPLETE, INCOMPLETE, INTERRUPTED
from trimer.trial.block import Block, Work, work_for
from trimer.trial.cohorts import find_cohort, prepare_for
from trimer.trial.design.check import endpoint_problems
from trimer.trial.design.conduct import all_comparisons, enrolled
from trimer.trial.detail import Detail
from trimer.trial.hands import block_size, choose_hands
from trimer.trial.interrupt import uninterrupted
from trimer.trial.recipe import shipped
from trimer.trial.record import manifest, model_record
from trimer.trial.redraw import prepared_as, study_of
from trimer.trial.tables import profiles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from trimer.engine.solution import Compiled
    from trimer.simulate.prepare import Engine
    from trimer.trial.cohorts import Patients
    from trimer.trial.here import Hands
    from trimer.trial.study import Study


def run_study(  # noqa: PLR0913 (a noun and a place; the rest are options by keyword)
    study: Study,
    out: Path | None = None,
    *,
    overwrite: bool = False,
    engine: Engine = "auto",
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    detail: str = "all",
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
    detail : str
        Of whom everything is kept: ``all``, ``none``, ``first 200``, or patient numbers such as
        ``3, 40-60``. Outcomes are kept of everyone.

    Other Parameters
    ----------------
    engine : {"auto", "lanes", "scipy"}
        See `trimer.simulate.prepare`.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    processes : int, optional
        Processes to share the patients between; chosen if left out. Results do not depend on it.
    cluster : str, optional
        Address of a Dask scheduler, or ``local:4``. Results do not depend on it.
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
    ServerError
        If workers or a cluster fail; what was done is kept and marked incomplete.
    KeyboardInterrupt
        If interrupted; what was done is kept and marked interrupted.
    """
    kept = Detail.parse(detail)
    source = find_cohort(study.cohort)
    compiled = prepare_for(source, shipped(study.model), engine)
    check_treatments(study, compiled, response_criteria=source.response_criteria)
    if study.design is not None and not kept.is_all:
        raise InputError(
            f"A randomized trial keeps everything of its first repeat and the endpoints of all: "
            f"got --detail '{kept}' for study '{study.name}'. Leave --detail out."
        )
    hands = choose_hands(study, compiled, threads=threads, processes=processes, cluster=cluster)
    size = block_size(study, compiled, hands, kept, block)
    patients = source.patients(compiled, study.seed, threads=threads)
    # The first block before anything is written: a screen that keeps nobody says so here.
    blocks = _blocks(study, patients, size)
    blocks = itertools.chain([next(blocks)], blocks)
    folder = RunFolder(
        out or default_folder(study.name),
        {
            **manifest(study, compiled, profiles_of(compiled.observables), rtol),
            "detail": str(kept),
            "block": size,
            "done_by": str(hands),
        },
        overwrite=overwrite,
    )
    work = work_for(study, source, compiled, kept, rtol)
    return _carry_out(folder, work, hands, blocks, patients, progress)


def resume_study(
    study: Study,
    run: StoredRun,
    *,
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> StoredRun:
    """Take up a run that did not end; it ends with the bits it would have had.

    Parameters
    ----------
    study : Study
        As `trimer.trial.redraw.study_of` reads it from the run folder.
    run : StoredRun
        The run folder.

    Other Parameters
    ----------------
    threads, processes, cluster, progress
        See `run_study`.

    Raises
    ------
    StoreError
        If the run is complete, is being written, or was made with another model or card.
    """
    if run.is_complete:
        raise StoreError(_COMPLETE.format(run.path))
    source = find_cohort(study.cohort)
    compiled = prepared_as(run, source, study)
    hands = choose_hands(study, compiled, threads=threads, processes=processes, cluster=cluster)
    kept, size = Detail.parse(str(run.manifest["detail"])), int(run.manifest["block"])
    folder = RunFolder(run.path, run.manifest, resume=True)
    folder.manifest["resumed"] = int(run.manifest.get("resumed", 0)) + 1
    patients = source.patients(compiled, study.seed, threads=threads)
    every = _blocks(study, patients, size)
    missing = (block for block in every if block.number not in folder.done)
    work = work_for(study, source, compiled, kept, float(run.manifest["solver"]["rtol"]))
    return _carry_out(folder, work, hands, missing, patients, progress)


def resume_run(
    path: Path | str,
    *,
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> StoredRun:
    """Go on with a run that was interrupted or killed; its folder is enough.

    Parameters
    ----------
    path : Path or str
        The run folder.

    Other Parameters
    ----------------
    threads, processes, cluster, progress
        See `run_study`.

    Raises
    ------
    StoreError
        If the run is complete, is being written, or was made with another version or model.
    """
    run = open_run(path)
    if run.is_complete:
        raise StoreError(_COMPLETE.format(path))
    return resume_study(
        study_of(run),
        run,
        threads=threads,
        processes=processes,
        cluster=cluster,
        progress=progress,
    )


_COMPLETE = "Run '{}' is complete: there is nothing to go on with."


def _blocks(study: Study, patients: Patients, size: int) -> Iterator[Block]:
    """Draw the patients, block by block."""
    place = 0
    if study.design is None:
        for number, cohort in enumerate(patients.blocks(study.patients, size)):
            yield Block(number, place, cohort)
            place += len(cohort)
        return
    for number, (cohort, first, last) in enumerate(enrolled(study, study.design, patients, size)):
        yield Block(number, place, cohort, (first, last))
        place += len(cohort)


def _carry_out(
    folder: RunFolder,
    work: Work,
    hands: Hands,
    blocks: Iterator[Block],
    patients: Patients,
    progress: Callable[[int], None] | None,
) -> StoredRun:
    """Do the blocks that are missing, and write each down when it is done."""
    study = work.study
    began = time.perf_counter()
    each = len(study.arms) if study.design is None else 1
    finished = _patients_done(folder) * each

    def tell(simulations: int) -> None:
        nonlocal finished
        finished += simulations
        if progress is not None and simulations > 0:
            progress(finished)

    def ended() -> dict[str, Any]:
        return {
            **_facts(folder, study),
            **patients.record(),
            "wall_seconds": round(time.perf_counter() - began, 3),
        }

    try:
        protocols = [arm.protocol for arm in study.arms]
        folder.write_model(model_record(shipped(study.model).build(), protocols))
        if study.text:
            folder.write_study(study.text)
        if (cohort := Path(study.cohort)).suffix == ".toml" and cohort.is_file():
            folder.write_cohort(cohort.read_text(encoding="utf-8"))
        with contextlib.closing(hands.run(work, blocks, tell)) as results:
            for done in results:
                with uninterrupted():
                    folder.add(done.tables, done.number, {
                        "patients": done.patients,
                        "failures": done.failures,
                        "cpu_seconds": round(done.cpu_seconds, 3),
                    })  # fmt: skip
        with uninterrupted():
            _compare(folder, study)
            folder.close(COMPLETE, **ended())
    except (DiskError, ServerError) as error:
        with uninterrupted():
            folder.mark(INCOMPLETE, reason=str(error), **ended())
        raise type(error)(f"{error} {_kept(folder, study)}") from error
    except KeyboardInterrupt:
        with uninterrupted():
            folder.mark(INTERRUPTED, **ended())
        raise KeyboardInterrupt(_kept(folder, study)) from None
    except Exception as error:
        with uninterrupted():
            folder.mark(INCOMPLETE, reason=f"{type(error).__name__}: {error}", **ended())
        raise
    return open_run(folder.path)


COMPARED = 999_999
"""Number of the block that holds the comparisons of a randomized trial, behind all others."""


def _compare(folder: RunFolder, study: Study) -> None:
    """Add the comparisons of a randomized trial, when all its repeats are there."""
    if study.design is None or COMPARED in folder.done:
        return
    endpoints = open_run(folder.path).read("endpoints")
    table = all_comparisons(study, study.design, endpoints)
    folder.add({"comparisons": [table]}, COMPARED, {})


def _patients_done(folder: RunFolder) -> int:
    return sum(int(facts.get("patients", 0)) for facts in folder.done.values())


def _facts(folder: RunFolder, study: Study) -> dict[str, Any]:
    """Return what was written down of the blocks, all together and in their order."""
    failures: dict[str, dict[str, str]] = {arm.name: {} for arm in study.arms}
    blocks: list[Mapping[str, Any]] = [folder.done[number] for number in sorted(folder.done)]
    for facts in blocks:
        for arm, failed in facts.get("failures", {}).items():
            failures[arm] |= failed
    return {
        "patients_done": _patients_done(folder),
        "failures": failures,
        "cpu_seconds": round(sum(facts.get("cpu_seconds", 0.0) for facts in blocks), 3),
    }


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


def _kept(folder: RunFolder, study: Study) -> str:
    """Say what is left of a run that did not end."""
    done = _patients_done(folder)
    arms = f", in every one of the {len(study.arms)} arms" if len(study.arms) > 1 else ""
    if study.design is not None:
        arms = ", each in one arm"
    total = study.patients * study.repeats
    verb = "is" if total == 1 else "are"
    return (
        f"{done:,} of {counted(total, 'patient')} {verb} kept in '{folder.path}'{arms}. "
        f"Go on with `trimer runs resume {shlex.quote(str(folder.path))}`, or run again with "
        "--overwrite to start afresh."
    )
