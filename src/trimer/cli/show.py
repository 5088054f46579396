# SPDX-License-Identifier: Apache-2.0
"""``trimer show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.kinds import kind_of
from trimer.cli.output import say, say_json, say_notice
from trimer.core.errors import InputError, UnknownName, did_you_mean

if TYPE_CHECKING:
    from trimer.protocol.protocol import Protocol
    from trimer.trial.study import Study


def show_(name: str, /, *, json: bool = False, docs: Path | None = None) -> None:
    """Show a model, a cohort, a protocol or a study.

    A model is shown with its equations, parameters, sources, assumptions and limits.

    Parameters
    ----------
    name
        Name of a shipped model, cohort, protocol or study, or a TOML file.
    json
        Print JSON.
    docs
        Write pages of a model into this folder instead: pictures, equations, parameters,
        variants, credibility (Markdown and SVG). Files of the same names are replaced.
    """
    if docs is not None:
        _write_docs(name, docs)
        return
    shown, record = _find(name)
    if json:
        say_json(record())
        return
    say(shown())
    say_notice()


def _write_docs(name: str, folder: Path) -> None:
    from trimer import library
    from trimer.report.model_pages import write_pages

    library.description(name)  # an unknown name is one here too
    files = write_pages(name, folder)
    say(f"{len(files)} files in {folder}; begin with {folder / 'index.md'}.")
    say_notice()


def _find(name: str) -> Any:  # noqa: ANN401 (two functions: text, and record for JSON)
    """Return what makes the text and what makes the record of what is called so."""
    from trimer import library
    from trimer.protocol.read import read_protocol

    if name in library.study_names():
        return _of_study(library.study_path(name))
    if name in library.protocol_names():
        return _of_protocol(read_protocol(library.protocol_path(name)))
    if name in library.cohort_names():
        return _of_cohort(name)
    path = Path(name)
    if path.exists() or path.suffix:
        kind = kind_of(path)
        if kind in ("card", "cohort"):
            raise InputError(
                f"'{path}' is a {kind}, and only models, definitions of cohorts, protocols and "
                "studies are shown. "
                f"Check it with `trimer check {path}`."
            )
        if kind == "definition":
            return _of_cohort(name)
        return _of_study(path) if kind == "study" else _of_protocol(read_protocol(path))
    try:
        library.description(name)
    except UnknownName:
        known = (
            *library.names(),
            *library.cohort_names(),
            *library.protocol_names(),
            *library.study_names(),
        )
        raise UnknownName(
            f"Nothing shipped is called '{name}', and no file is.{did_you_mean(name, known)}"
        ) from None
    return _of_model(name)


def _of_model(name: str) -> Any:  # noqa: ANN401
    from trimer import library
    from trimer.trial.record import model_record

    model = library.load(name)

    def text() -> str:
        sources = "\n".join(f"  {key}: {source}" for key, source in model.sources.items())
        return f"{model}\n\nSources\n{sources}{_variants(name)}"

    return text, lambda: model_record(model)


def _of_cohort(name: str) -> Any:  # noqa: ANN401
    from trimer.cli.definition_text import definition_record, definition_text
    from trimer.trial.cohorts import find_cohort

    definition = find_cohort(name).definition
    if definition is None:  # the reference cohort, which has no file
        raise UnknownName(f"Cohort '{name}' has no definition: it is drawn from the card alone.")
    return lambda: definition_text(definition), lambda: definition_record(definition)


def _variants(name: str) -> str:
    """Return the structural choices of a model, how to write them and what they mean."""
    from trimer import library

    plain = name.partition(":")[0]
    choices = library.choices(plain)
    if not choices:
        return ""
    lines = [
        f"  {key}: {', '.join(values)} ({library.MEANINGS[key]})" for key, values in choices.items()
    ]
    key, values = next(reversed(list(choices.items())))
    head = f"Options, the model's own first; write them like '{plain}:{key}={values[1]}'"
    return "\n\n" + "\n".join([head, *lines])


def _of_protocol(protocol: Protocol) -> Any:  # noqa: ANN401
    from trimer.protocol.write import to_toml

    lines = [protocol.title, repr(protocol), protocol.note.strip()]
    lines += [f"Sources: {', '.join(protocol.sources)}"] if protocol.sources else []
    record = {"name": protocol.name, "title": protocol.title, "toml": to_toml(protocol)}
    return lambda: "\n".join(line for line in lines if line), lambda: record


def _of_study(path: Path) -> Any:  # noqa: ANN401
    from trimer.trial.read import read_study

    study = read_study(path)
    return lambda: _study_text(study), lambda: _study_record(study)


def _study_text(study: Study) -> str:
    arms = "\n\n".join(f"[{arm.name}] {arm.label}\n{arm.protocol!r}" for arm in study.arms)
    question = f"\n\nQuestion: {study.question}" if study.question else ""
    return f"{study!r}{question}\n\n{arms}"


def _study_record(study: Study) -> dict[str, Any]:
    return {
        "name": study.name,
        "title": study.title,
        "question": study.question,
        "model": study.model,
        "cohort": study.cohort,
        "patients": study.patients,
        "seed": study.seed,
        "days": study.days,
        "every_hours": study.every_hours,
        "arms": {
            arm.name: {"label": arm.label, "protocol": arm.protocol.name} for arm in study.arms
        },
    }
