# SPDX-License-Identifier: Apache-2.0
"""``trimer check``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.kinds import kind_of
from trimer.cli.output import note, say, say_json, say_notice
from trimer.core.errors import CardError, InputError, Problems


def check_(file: list[Path], /, *, json: bool = False) -> int:
    """Find everything that is wrong with files: studies, protocols, parameter cards.

    A card is a CSV file; its sources are read from the .bib file beside it. The names of shipped
    models, protocols and studies work as well. The exit code is 1 if anything is wrong.

    Parameters
    ----------
    file
        One or more files.
    json
        Print JSON.
    """
    found: dict[str, list[str]] = {}
    described: dict[str, str] = {}
    for path in file:
        try:
            described[str(path)] = _check(path)
            found[str(path)] = []
        except Problems as error:
            found[str(path)] = list(error.problems)
        except InputError as error:
            found[str(path)] = str(error).splitlines()
    if json:
        say_json({"files": {name: {"problems": problems} for name, problems in found.items()}})
        return 1 if any(found.values()) else 0
    for name, problems in found.items():
        if not problems:
            say(f"'{name}' is in order: {described[name]}.")
        for problem in problems:
            note(problem)
    total = sum(len(problems) for problems in found.values())
    if total:
        note(f"{total} problem{'s' if total > 1 else ''} found.")
        return 1
    say_notice()
    return 0


def _check(path: Path) -> str:
    """Return what a file is, in a few words, or raise what is wrong with it."""
    from trimer import library

    name = str(path)
    if name in library.study_names():
        path = library.study_path(name)
    elif name in library.protocol_names():
        path = library.protocol_path(name)
    elif not path.exists() and not path.suffix:
        return _check_model(name)
    kind = kind_of(path)
    if kind == "study":
        from trimer.simulate import prepare
        from trimer.trial.read import read_study
        from trimer.trial.recipe import shipped
        from trimer.trial.trial import check_treatments

        study = read_study(path)
        check_treatments(study, prepare(shipped(study.model)))
        return f"a study of {study.patients:,} patients in each of {len(study.arms)} arms"
    if kind == "protocol":
        from trimer.protocol.read import read_protocol

        protocol = read_protocol(path)
        return f"a protocol of {len(protocol.infusions)} infusions and {len(protocol.doses)} doses"
    return _check_card(path)


def _check_model(name: str) -> str:
    from trimer import library

    model = library.load(name)
    return f"a model of {len(model.species)} species and {len(model.parameters)} parameters"


def _check_card(path: Path) -> str:
    from trimer.core.sources import read_sources
    from trimer.model.card import read_card
    from trimer.patients.distribution import parse_spread

    beside = sorted(path.parent.glob("*.bib"))
    if not beside:
        raise CardError(
            f"No sources for '{path}': got no .bib file beside it; every row of a card cites one. "
            "Put the BibTeX file into the same folder."
        )
    card = read_card(path, read_sources(beside[0]))
    problems = []
    for row in card.parameters:
        try:
            if row.spread:
                parse_spread(row.spread, name=row.name, value=row.value)
        except InputError as error:
            problems.append(f"'{path}': {error}")
    if problems:
        raise Problems(problems)
    return f"a card of {len(card.parameters)} parameters with sources from '{beside[0].name}'"
