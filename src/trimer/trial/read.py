# SPDX-License-Identifier: Apache-2.0
"""Read a study from TOML, and list everything that is wrong with it.

::

    [study]
    name = "lead-in"
    title = "With and without a lead-in"
    question = "How much cytokine release does a lead-in prevent?"
    model = "flotetuzumab-reference"
    cohort = "reference"                    # or a shipped one, or a file: "my-cohort.toml"
    patients = 1000
    seed = 20260101
    days = 63
    every_hours = 6

    [arms.multi-step]
    protocol = "flotetuzumab-multi-step"    # shipped, or a file: "my-protocol.toml"
    label = "Multi-step lead-in"
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trimer import library
from trimer.core.errors import InputError, Problems, StudyError, UnknownName, did_you_mean
from trimer.core.toml import Document, read_toml
from trimer.protocol.read import read_protocol
from trimer.trial.cohorts import REFERENCE, cohort_names, find_cohort
from trimer.trial.design.tables import (
    DesignTable,
    DesignTables,
    EndpointTable,
    EscalationTable,
    Stated,
)
from trimer.trial.field import Line, Table, field
from trimer.trial.study import Arm, Study, default_visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimer.protocol.protocol import Protocol

MOST_PATIENTS = 100_000_000
LAST_SEED = 2**63 - 1


class _StudyTable(Table):
    name: str = field(
        "a name of letters, digits, '-', '_' and '.'",
        '"lead-in"',
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
    )
    title: Line = field("one line of text", '"With and without a lead-in"', default="")
    question: str = field("text", '"How much does a lead-in prevent?"', default="")
    model: str = field(
        "the name of a shipped model, with options behind a colon if it has any",
        '"flotetuzumab:endothelium=off"',
    )
    cohort: str = field(
        '"reference", the name of a shipped cohort or of a file', '"pif"', default="reference"
    )
    patients: int = field(
        f"a whole number from 1 to {MOST_PATIENTS}", "1000", ge=1, le=MOST_PATIENTS
    )
    seed: int = field(f"a whole number from 0 to {LAST_SEED}", "7", ge=0, le=LAST_SEED)
    days: float = field(
        "a positive number of days up to 36500", "63", gt=0, le=36500, allow_inf_nan=False
    )
    visits: list[float] = field("a rising list of days", "[25, 53]", default=[], max_length=1000)
    every_hours: float = field(
        "a number of hours from 0.1 to 168", "6", default=6.0, ge=0.1, le=168, allow_inf_nan=False
    )


class _ArmTable(Table):
    protocol: str = field(
        "the name of a shipped protocol or of a file", '"flotetuzumab-flat"', min_length=1
    )
    label: Line = field("one line of text", '"No lead-in"', default="")
    maintenance: str = field("a rate", '"300 ng/kg/day"', default="")
    share: int = field("a whole number from 1 to 20", "2", default=1, ge=1, le=20)


class _StudyFile(DesignTables):
    study: _StudyTable = field("a table", "[study]")
    arms: dict[str, _ArmTable] = field("at least one table [arms.NAME]", "", min_length=1)


_TABLES: dict[str, type[Table]] = {
    "study": _StudyTable, "arms": _ArmTable, "design": DesignTable, "endpoints": EndpointTable,
    "escalation": EscalationTable,
}  # fmt: skip
_NAMED = ("arms", "endpoints")
"""Tables of which there may be several, each with a name."""


def find_study(name: str) -> Path:
    """Return the file of a study: the path of one, or the name of a shipped one.

    Raises
    ------
    StudyError
        If it is neither.
    """
    path = Path(name)
    if path.exists() or path.suffix == ".toml":
        return path
    if name in library.protocol_names():
        raise StudyError(_is_protocol(name))
    try:
        return library.study_path(name)
    except UnknownName:
        raise StudyError(
            f"No study '{name}': it is no file and no shipped study."
            f"{did_you_mean(name, library.study_names())}"
        ) from None


def read_study(
    path: Path, *, protocols: Mapping[str, Protocol] | None = None, cohort: str | None = None
) -> Study:
    """Read a study from a TOML file.

    Parameters
    ----------
    path : Path
        The file.
    protocols : mapping of str to Protocol, optional
        Of arms, in place of those that the file names.
    cohort : str, optional
        In place of the one that the file names.

    Raises
    ------
    StudyError
        When the file is missing, empty, not text or not TOML.
    Problems
        When it is TOML but no study: every problem, with file and line.
    """
    document = read_toml(path, StudyError)
    if {"infuse", "give"} & document.data.keys() and not {"study", "arms"} & document.data.keys():
        raise StudyError(_is_protocol(path))
    try:
        table = _StudyFile.model_validate(document.data)
    except ValidationError as error:
        problems = [_sentence(document, problem) for problem in error.errors()]
        # The rest of what can be checked is checked too: one look at the file is enough.
        problems += _resolve(document, protocols or {}, cohort)[1]
        raise Problems(dict.fromkeys(problems)) from None
    found, problems = _resolve(document, protocols or {}, cohort)
    shares = {name: arm.share for name, arm in table.arms.items()}
    days, visits = table.study.days, tuple(table.study.visits)
    if list(visits) != sorted(set(visits)) or (visits and visits[0] <= 0):
        problems.append(
            f"Wrong 'visits' in {document.where('study', 'visits')}: they are days after the first "
            "dose, rising. Write them like visits = [25, 53]."
        )
    stated = Stated(document, table, shares, days, visits or default_visits(days))
    problems += stated.problems
    if problems:
        raise Problems(dict.fromkeys(problems))
    numbers = table.study.model_dump(exclude={"visits"})
    return Study(
        **(numbers | {"cohort": cohort or _cohort_of(document)}),
        arms=tuple(
            Arm(name, arm.label or name, found[name], arm.share) for name, arm in table.arms.items()
        ),
        visits=visits,
        endpoints=stated.endpoints,
        design=stated.design,
        escalation=stated.escalation,
        text=path.read_text(encoding="utf-8"),
        path=path,
    )


def _is_protocol(name: Path | str) -> str:
    return (
        f"'{name}' is a protocol, not a study. Follow it with "
        f"`trimer simulate --protocol {shlex.quote(str(name))}`."
    )


def _sentence(document: Document, problem: Any) -> str:  # noqa: ANN401 (pydantic's own)
    """Say what pydantic found in words of the file."""
    place = tuple(problem["loc"])
    where = document.where(*place)
    named = place[0] in _NAMED
    inside = len(place) > (2 if named else 1)
    # inside a list or a table of numbers, what is wrong is the key that holds it
    key = str(place[2 if named else 1] if inside else place[-1])
    fields = (_TABLES[str(place[0])] if inside else _StudyFile).model_fields
    if problem["type"] == "extra_forbidden":
        # `[arm.flat]` says on which line 'arm' stands only by its first key.
        first = list(problem["input"])[:1] if isinstance(problem["input"], dict) else []
        where = document.where(*place, *first)
        return f"Unknown key '{key}' in {where}.{did_you_mean(key, fields)}"
    if named and not inside:
        return _named_sentence(document, place)
    field = fields[key]
    if problem["type"] == "missing":
        if len(place) == 1:
            return f"No table [{key}] in '{document.path}': a study has one. Add it."
        return (
            f"Missing '{key}' in {where}: it must be {field.description}. "
            f"Write it like {key} = {_example(field)}."
        )
    got = problem["input"]
    if isinstance(got, (dict, list)) or len(place) == 1:
        shown = f"a {type(got).__name__}"
        return f"Wrong '{key}' in {where}: got {shown}; it must be {field.description}."
    return (
        f"Wrong '{key}' in {where}: got {got!r}; it must be {field.description}. "
        f"Write it like {key} = {_example(field)}."
    )


def _named_sentence(document: Document, place: tuple[str | int, ...]) -> str:
    key = 'protocol = "..."' if place[0] == "arms" else 'when = "CRS >= 2"'
    what = "arm" if place[0] == "arms" else "endpoint"
    if len(place) == 2:
        return (
            f"Wrong {what} '{place[1]}' in {document.where(*place)}: it must be a table. "
            f"Write [{place[0]}.{place[1]}] and below it {key}."
        )
    if what == "arm":
        return (
            f"No arm in '{document.path}': a study has at least one. "
            'Add a table [arms.NAME] with protocol = "...".'
        )
    return f"Wrong 'endpoints' in {document.where(*place)}: they are tables [endpoints.NAME]."


def _example(field: Any) -> str:  # noqa: ANN401 (pydantic's own)
    return str(field.examples[0])


def _resolve(
    document: Document, given: Mapping[str, Protocol], cohort: str | None
) -> tuple[dict[str, Protocol], list[str]]:
    """Find model and protocols; return the protocols by arm, and what is wrong."""
    problems: list[str] = []
    study = document.data.get("study")
    model = study.get("model") if isinstance(study, dict) else None
    if isinstance(model, str):
        try:
            library.description(model)
        except UnknownName as error:
            problems.append(f"{document.where('study', 'model')}: {error}")
    if isinstance(study, dict) and isinstance(study.get("cohort"), str):
        try:
            find_cohort(cohort or _cohort_of(document))
        except Problems as error:
            problems += error.problems
        except InputError as error:
            problems.append(f"{document.where('study', 'cohort')}: {error}")
    protocols: dict[str, Protocol] = {}
    for name, reference in _references(document):
        if name in given:
            protocols[name] = given[name]
            continue
        try:
            protocol = read_protocol(_protocol_path(document, name, reference))
            protocols[name] = _at_rate(document, name, protocol)
        except Problems as error:
            problems += error.problems
        except InputError as error:
            problems.append(str(error))
    return protocols, problems


def _cohort_of(document: Document) -> str:
    """Return the cohort a study names; of a file, its path seen from the study file."""
    name = str(document.data["study"].get("cohort", REFERENCE))
    beside = document.path.parent / name
    return str(beside) if name not in cohort_names() and beside.is_file() else name


def _references(document: Document) -> Iterator[tuple[str, str]]:
    arms = document.data.get("arms")
    for name, arm in arms.items() if isinstance(arms, dict) else ():
        reference = arm.get("protocol") if isinstance(arm, dict) else None
        if isinstance(reference, str) and reference:
            yield name, reference


def _at_rate(document: Document, arm: str, protocol: Protocol) -> Protocol:
    """Return the protocol at the maintenance rate that the arm asks for."""
    rate = document.data["arms"][arm].get("maintenance")
    if not isinstance(rate, str) or not rate:
        return protocol
    try:
        return protocol.with_maintenance(rate)
    except InputError as error:
        where = document.where("arms", arm, "maintenance")
        raise Problems(f"{where}: {problem}" for problem in error.problems) from None


def _protocol_path(document: Document, arm: str, reference: str) -> Path:
    """Return the file an arm names, seen from the study file, or a shipped protocol."""
    known = library.protocol_names()
    if reference in known:
        return library.protocol_path(reference)
    path = document.path.parent / reference
    if path.is_file():
        return path
    raise StudyError(
        f"No protocol '{reference}' in {document.where('arms', arm, 'protocol')}: it is no file "
        f"beside the study and no shipped protocol.{did_you_mean(reference, known)}"
    )
