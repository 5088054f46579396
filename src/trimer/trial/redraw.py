# SPDX-License-Identifier: Apache-2.0
"""Do again what a run folder says was done: one of its patients, or what is missing of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.core.errors import StoreError, UnknownName
from trimer.protocol.read import parse_protocol
from trimer.store import RunFolder, StoredRun, open_run
from trimer.store.layout import COHORT, COMPLETE, STUDY
from trimer.trial.block import Block, do_block, work_for
from trimer.trial.cohorts import find_cohort, prepare_for
from trimer.trial.design.record import RANDOMIZED
from trimer.trial.detail import Detail
from trimer.trial.recipe import shipped
from trimer.trial.record import card_hash
from trimer.trial.study import Arm, Study

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.engine.solution import Compiled
    from trimer.simulate.prepare import Engine
    from trimer.trial.cohorts import Source


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A patient who was drawn and simulated again.

    Parameters
    ----------
    run : StoredRun
        A run folder with this patient alone, everything kept.
    differs : tuple of str
        Columns of the outcomes that are not, bit for bit, as the run has them.
    """

    run: StoredRun
    differs: tuple[str, ...]


def study_of(run: StoredRun) -> Study:
    """Return the study of a run, from what its folder keeps alone.

    Raises
    ------
    StoreError
        If the folder does not hold a trial of this version's making.
    Problems
        If this version cannot read what the folder keeps.
    """
    manifest = run.manifest
    if "detail" not in manifest or "arms" not in manifest:
        raise StoreError(
            f"Run '{run.path}' cannot be done again: it is no trial, or was made by a version that "
            "did not keep what this takes. Run its study again with `trimer trial`."
        )
    facts: dict[str, Any] = manifest["study"]
    protocols = {
        arm["name"]: parse_protocol(arm["text"], f"{run.path}: protocol of {arm['name']}")
        for arm in manifest["arms"]
    }
    own = run.path / COHORT
    cohort = str(own) if own.is_file() else str(facts["cohort"])
    patients, seed = int(facts["patients"]), int(manifest["seed"])
    text = run.path / STUDY
    if not text.is_file() and "design" in manifest:
        raise StoreError(
            f"Run '{run.path}' cannot be done again from its folder alone: its study was made in "
            "Python, and a design is kept in a study file. Run the study again."
        )
    if text.is_file():
        from trimer.trial.read import read_study

        return read_study(text, protocols=protocols, cohort=cohort).with_numbers(
            patients=patients, seed=seed, repeats=_repeats(manifest)
        )
    return Study(
        name=facts["name"],
        title=facts["title"],
        question=facts["question"],
        model=manifest["model"]["name"],
        cohort=cohort,
        days=float(facts["days"]),
        every_hours=float(facts["every_hours"]),
        arms=tuple(
            Arm(arm["name"], arm["label"], protocols[arm["name"]]) for arm in manifest["arms"]
        ),
        patients=patients,
        seed=seed,
    )


def _repeats(manifest: dict[str, Any]) -> int | None:
    """How many times a randomized trial was to be conducted; None of any other run."""
    design = manifest.get("design", {})
    return int(design["repeats"]) if design.get("kind") == RANDOMIZED else None


def prepared_as(run: StoredRun, source: Source, study: Study) -> Compiled:
    """Return the model of a run, ready to be solved as it was there.

    Raises
    ------
    StoreError
        If this version's model, card or solver would give other numbers.
    """
    from trimer import __version__

    solver = str(run.manifest["solver"]["engine"])
    engine: Engine = "lanes" if solver.startswith("lanes") else "scipy"
    compiled = prepare_for(source, shipped(study.model), engine)
    theirs, ours = run.manifest["hashes"], {
        "model": compiled.model_hash,
        "card": card_hash(compiled),
    }  # fmt: skip
    others = [f"another {name}" for name, value in ours.items() if theirs.get(name) != value]
    if (version := run.manifest["versions"]["trimer"]) != __version__:
        others.append(f"Trimer {version}, this is {__version__}")
    if others:
        raise StoreError(
            f"Run '{run.path}' was made with {' and '.join(others)}: its numbers would not come "
            "out again. Use the version that made it, or run the study anew."
        )
    return compiled


def is_left_out(run: StoredRun, patient: int) -> bool:
    """Whether a patient's tables were not kept, or are not written yet."""
    manifest = run.manifest
    everyone = manifest.get("detail", "all") == "all" and not _is_randomized(run)
    if "detail" not in manifest or (everyone and run.is_complete):
        return False
    if not run.has("patients"):
        return True
    return run.scan("patients").filter(pl.col("id") == patient).collect().is_empty()


def redraw(run: StoredRun, patient: int, out: Path) -> Redrawn:
    """Draw one patient of a run again, from seed and number, and simulate him in every arm.

    Parameters
    ----------
    run : StoredRun
        The run folder.
    patient : int
        Patient number.
    out : Path
        Where a run folder with this patient alone is written.

    Raises
    ------
    UnknownName
        If the run has no such patient.
    StoreError
        If this version would give other numbers.
    """
    # Of a randomized trial he is shown in every arm: the one he was in, and what would have been.
    study = replace(study_of(run), design=None, patients=1)
    source = find_cohort(study.cohort)
    compiled = prepared_as(run, source, study)
    cohort = source.patients(compiled, study.seed, patient).take(1) if patient >= 0 else None
    stored = _outcomes(run, patient)
    known = not stored.is_empty() or _is_enrolled(run, patient)
    if cohort is None or int(cohort.ids[0]) != patient or (run.is_complete and not known):
        raise UnknownName(
            f"Unknown patient {patient} in run '{run.path}': nobody of this number is in its "
            f"cohort of {run.manifest['study']['patients']:,}. The table of outcomes has the "
            "numbers."
        )
    rtol = float(run.manifest["solver"]["rtol"])
    work = work_for(study, source, compiled, Detail.parse("all"), rtol)
    done = do_block(work, Block(0, 0, cohort))
    folder = RunFolder(out, {k: v for k, v in run.manifest.items() if k not in _OWN})
    folder.manifest["run"] = run.manifest["run"]
    folder.add(done.tables)
    folder.close(COMPLETE, patients_done=1, failures=done.failures, redrawn=patient)
    again = open_run(out)
    return Redrawn(again, _differing(stored, _outcomes(again, patient)))


_OWN = ("format", "notice", "status", "files", "reason", "wall_seconds", "cpu_seconds")
"""Entries of ``run.json`` that are not those of the run that a patient is from."""


def _is_randomized(run: StoredRun) -> bool:
    return bool(run.manifest.get("design", {}).get("kind") == RANDOMIZED)


def _is_enrolled(run: StoredRun, patient: int) -> bool:
    """Whether a patient is in a later repeat of a trial, of which the endpoints alone are kept."""
    if not run.has("endpoints"):
        return False
    return not run.scan("endpoints").filter(pl.col("id") == patient).collect().is_empty()


def _outcomes(run: StoredRun, patient: int) -> pl.DataFrame:
    if not run.has("outcomes"):
        return pl.DataFrame()
    return run.scan("outcomes").filter(pl.col("id") == patient).collect().sort("arm")


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> tuple[str, ...]:
    """Return the columns in which two tables differ; none if there is nothing to compare with."""
    if one.is_empty():
        return ()
    other = other.filter(pl.col("arm").is_in(one["arm"].to_list()))
    return tuple(
        name
        for name in other.columns
        if name not in one.columns
        or not one[name].cast(other[name].dtype).equals(other[name], null_equal=True)
    )
