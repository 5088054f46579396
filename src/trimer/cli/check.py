# SPDX-License-Identifier: Apache-2.0
"""``trimer check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.cli.kinds import kind_of
from trimer.cli.output import note, say, say_json, say_notice
from trimer.core.errors import CardError, InputError, Problems, did_you_mean
from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimer.protocol.protocol import Protocol


def check_(file: list[Path], /, *, json: bool = False) -> int:
    """Find everything that is wrong with files: studies, protocols, parameter cards, cohorts.

    A card is a CSV file; its sources are read from the .bib file beside it. A cohort is a file of
    patients, as 'trimer sample' writes it. The names of shipped models, protocols and studies work
    as well. The exit code is 1 if anything is wrong.

    Parameters
    ----------
    file
        One or more files.
    json
        Print JSON.
    """
    found: dict[str, list[str]] = {}
    described: dict[str, tuple[str, ...]] = {}
    for path in file:
        try:
            described[str(path)] = _check(path)
            found[str(path)] = []
        except Problems as error:
            found[str(path)] = list(error.problems)
        except InputError as error:
            found[str(path)] = str(error).splitlines()
    if json:
        record = {
            name: {"problems": problems, "notes": list(described.get(name, ())[1:])}
            for name, problems in found.items()
        }
        say_json({"files": record})
        return 1 if any(found.values()) else 0
    for name, problems in found.items():
        if not problems:
            what, *notes = described[name]
            say(f"'{name}' is in order: {what}")
            for text in notes:
                say(f"  - {text}")
        for problem in problems:
            note(problem)
    total = sum(len(problems) for problems in found.values())
    if total:
        note(f"{counted(total, 'problem')} found.")
        return 1
    say_notice()
    return 0


def _check(path: Path) -> tuple[str, ...]:
    """Return sentences, what a file is and what else to know of it, or raise what is wrong."""
    from trimer import library

    name = str(path)
    if name in library.study_names():
        path = library.study_path(name)
    elif name in library.protocol_names():
        path = library.protocol_path(name)
    elif name in library.cohort_names():
        path = library.cohort_path(name)
    elif not path.exists() and not path.suffix:
        return _check_model(name)
    checks = {
        "study": _check_study,
        "protocol": _check_protocol,
        "card": _check_card,
        "cohort": _check_cohort,
        "definition": _check_definition,
    }
    return checks[kind_of(path)](path)


def _check_model(name: str) -> tuple[str, ...]:
    from trimer import library

    model = library.load(name)
    parameters = counted(len(model.parameters), "parameter")
    return (f"a model of {len(model.species)} species and {parameters}.",)


def _check_study(path: Path) -> tuple[str, ...]:
    from trimer.simulate import prepare
    from trimer.trial.read import read_study
    from trimer.trial.recipe import shipped
    from trimer.trial.trial import check_treatments

    study = read_study(path)
    check_treatments(study, prepare(shipped(study.model)))
    arms = f" in each of {len(study.arms)} arms" if len(study.arms) > 1 else " in 1 arm"
    return (f"a study of {counted(study.patients, 'patient')}{arms}.",)


def _check_protocol(path: Path) -> tuple[str, ...]:
    from trimer import library
    from trimer.protocol.read import read_protocol
    from trimer.simulate.ward.dispensary import NO_EFFECT

    protocol = read_protocol(path)
    infusions = counted(len(protocol.infusions), "infusion")
    doses = counted(len(protocol.doses), "dose")
    known = dict.fromkeys(drug for name in library.names() for drug in library.drugs(name))
    known |= dict.fromkeys(NO_EFFECT)
    what = f"a protocol of {infusions} and {doses}."
    if protocol.course is not None:
        cycles = counted(protocol.course.cycles, "cycle")
        what = f"a protocol of {cycles} and {counted(len(protocol.rules), 'rule')}."
    return (what, *protocol.warnings, *_unknown("drug", _drugs(protocol), known))


def _drugs(protocol: Protocol) -> dict[str, None]:
    infused = [infusion.drug for infusion in protocol.infusions]
    return dict.fromkeys([*infused, *(dose.drug for dose in protocol.doses)])


def _unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each name that no shipped model knows; a user's own may know it."""
    known = list(known)
    return tuple(
        f"No shipped model knows the {kind} '{name}'.{did_you_mean(name, known)}"
        for name in names
        if name not in known
    )


def _check_card(path: Path) -> tuple[str, ...]:
    from trimer.core.sources import read_sources
    from trimer.model.card import read_card

    beside = sorted(path.parent.glob("*.bib"))
    if not beside:
        raise CardError(
            f"No sources for '{path}': got no .bib file beside it; every row of a card cites one. "
            "Put the BibTeX file into the same folder."
        )
    card = read_card(path, read_sources(beside[0]))
    parameters = counted(len(card.parameters), "parameter")
    return (
        f"a card of {parameters} with sources from '{beside[0].name}'.",
        "Whether units fit the flows is seen when a model is built with the card.",
    )


def _check_definition(path: Path) -> tuple[str, ...]:
    from trimer.core.errors import Problems
    from trimer.simulate import prepare
    from trimer.trial.cohorts import find_cohort
    from trimer.trial.recipe import shipped

    source = find_cohort(str(path))
    parts = len(source.definition.variations) if source.definition else 0
    found = f"the definition of a cohort with {counted(parts, 'parameter')} of its own."
    try:
        source.patients(prepare(shipped("flotetuzumab")), seed=0)
    except Problems as error:
        return (found, "It is not for model 'flotetuzumab':", *error.problems)
    return (found,)


def _check_cohort(path: Path) -> tuple[str, ...]:
    from trimer import library
    from trimer.simulate import prepare
    from trimer.trial.cohort_file import read_cohort
    from trimer.trial.recipe import shipped

    cohort = read_cohort(path)
    cards = [prepare(shipped(name)).parameter_table for name in library.names()]
    for card in cards:
        if {row.name for row in card} >= set(cohort.parameters):
            read_cohort(path, card)
            break
    known = dict.fromkeys(row.name for card in cards for row in card)
    parameters = counted(len(cohort.parameters), "parameter")
    return (
        f"a cohort of {counted(len(cohort), 'patient')} with {parameters}.",
        *_unknown("parameter", cohort.parameters, known),
    )
