# SPDX-License-Identifier: Apache-2.0
"""What a run folder says about itself: ``run.json`` and ``model.json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.report.numbers import duration
from trimer.report.record import Record, read_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from trimer.store import StoredRun

WARD = "ward"
"""What ``graded_by`` in ``run.json`` says where a ward graded; elsewhere it is not there."""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of the study: name in the tables, label for people, protocol, its title and text."""

    name: str
    label: str
    protocol: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``run.json``, as far as a report needs it.

    Parameters
    ----------
    run : str
        Name of the run, by default that of its folder.
    status : str
        ``running``, ``complete``, ``interrupted`` or ``incomplete``.
    created : str
        Date and time, ISO 8601.
    study, title, question, cohort : str
        From the study file.
    arms : tuple of Arm
        In the order of the study file.
    seed, patients : int
        Seed, and virtual patients planned in each arm.
    days, every_hours : float
        Length of the simulation and interval of its output.
    model, model_title, model_version, model_hash : str
        The model.
    facts : tuple of (str, str)
        Solver, tolerances, hashes, versions and time taken, as label and text.
    version : str
        Version of Trimer that made the run.
    units, labels : mapping
        Of each observable.
    graded_by : str
        ``ward`` where grades come from a ward; empty where they are the model's read-out.
    policy_notice : str
        What is to be said of the ward's rules wherever they are shown.
    cohort_description : str
        Who the patients are.
    response_criteria : bool
        Whether response criteria of AML may be applied to them.
    """

    run: str
    status: str
    created: str
    study: str
    title: str
    question: str
    cohort: str
    arms: tuple[Arm, ...]
    seed: int
    patients: int
    days: float
    every_hours: float
    model: str
    model_title: str
    model_version: str
    model_hash: str
    facts: tuple[tuple[str, str], ...]
    version: str
    units: Mapping[str, str]
    labels: Mapping[str, str]
    graded_by: str = ""
    policy_notice: str = ""
    cohort_description: str = ""
    response_criteria: bool = True

    @property
    def is_on_ward(self) -> bool:
        """Whether a ward looked at the patients, graded and treated them."""
        return self.graded_by == WARD

    @property
    def date(self) -> str:
        """Day on which the run was made."""
        return self.created[:10]


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation of the model, as text and, where the folder has it, as MathML."""

    name: str
    definition: str
    unit: str
    text: str
    mathml: str
    kind: str


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """``model.json``: everything about the model that a reader may ask for."""

    name: str
    title: str
    version: str
    equations: tuple[Equation, ...]
    parameters: tuple[Mapping[str, str], ...]
    sources: tuple[Mapping[str, str], ...]
    assumptions: tuple[str, ...]
    limits: tuple[str, ...]
    definitions: Mapping[str, str]


def read_manifest(stored: StoredRun) -> Manifest:
    """Read what a report needs from ``run.json`` of an opened run folder.

    Raises
    ------
    StoreError
        If an entry is missing or of the wrong kind.
    """
    record = Record(stored.path / "run.json", stored.manifest)
    study, model = record.part("study"), record.part("model")
    return Manifest(
        run=record.text("run", stored.path.resolve().name),
        status=record.text("status"),
        created=record.text("created"),
        study=study.text("name"),
        title=study.text("title", study.text("name")),
        question=study.text("question", ""),
        cohort=study.text("cohort", "reference"),
        arms=tuple(_arm(arm) for arm in record.parts("arms")),
        seed=int(record.number("seed")),
        patients=int(study.number("patients")),
        days=study.number("days"),
        every_hours=study.number("every_hours"),
        model=model.text("name"),
        model_title=model.text("title", model.text("name")),
        model_version=model.text("version", ""),
        model_hash=record.part("hashes").text("model", ""),
        facts=tuple(_facts(record)),
        version=record.part("versions").text("trimer", "unknown"),
        units=record.part("units").flat(),
        labels=record.part("labels").flat(),
        graded_by=record.text("graded_by", ""),
        policy_notice=record.text("policy_notice", ""),
        cohort_description=study.text("cohort_description", ""),
        response_criteria=study.text("response", "") != "not claimed",
    )


def read_model(folder: Path) -> ModelRecord:
    """Read ``model.json`` of a run folder.

    Raises
    ------
    StoreError
        If the file is missing, is not JSON or lacks an entry.
    """
    record = read_record(folder / "model.json")
    definitions = {
        part.text("name"): part.text("definition", "")
        for kind in ("species", "observables", "parameters")
        for part in record.parts(kind)
    }
    return ModelRecord(
        name=record.text("name"),
        title=record.text("title", record.text("name")),
        version=record.text("version", ""),
        equations=tuple(_equation(part) for part in record.parts("equations")),
        parameters=tuple(part.flat() for part in record.parts("parameters")),
        sources=tuple(part.flat() for part in record.parts("sources")),
        assumptions=record.lines("assumptions"),
        limits=record.lines("limits"),
        definitions=definitions,
    )


def _arm(record: Record) -> Arm:
    name = record.text("name")
    return Arm(
        name=name,
        label=record.text("label", name),
        protocol=record.text("protocol", ""),
        title=record.text("title", ""),
        text=record.text("text", ""),
    )


def _equation(record: Record) -> Equation:
    return Equation(
        name=record.text("name"),
        definition=record.text("definition", ""),
        unit=record.text("unit", ""),
        text=record.text("text", ""),
        mathml=record.text("mathml", ""),
        kind=record.text("kind", ""),
    )


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    """How the run was made, in the order a reviewer asks."""
    yield from record.part("solver").leaves("solver")
    yield "seed", record.text("seed")
    for name in ("wall_seconds", "cpu_seconds"):
        if record.has(name):
            yield name.removesuffix("_seconds") + " time", duration(record.number(name))
    if record.has("machine"):
        yield "machine", record.text("machine")
    yield from record.part("hashes").leaves("hash of")
    yield from record.part("versions").leaves("version of")
    yield "format of the run folder", record.text("format", "1")
