# SPDX-License-Identifier: Apache-2.0
"""Treatments by name: arms of a study, or a protocol alone."""

from __future__ import annotations

from pathlib import Path

from trimer import library
from trimer.core.errors import InputError, ProtocolError, did_you_mean
from trimer.protocol import read_protocol
from trimer.trial.read import read_study
from trimer.trial.study import Arm, Study

DAYS = 28.0
"""How long a protocol alone is followed if nothing is said, in **days**: one cycle."""


def find_treatment(name: str, *, model: str | None = None, days: float | None = None) -> Study:
    """Return a study, or a study of one arm for a protocol.

    Parameters
    ----------
    name : str
        A shipped study or protocol, or a file that holds one.
    model : str, optional
        Name of a shipped model; that of the study, or the one that knows the protocol's drugs.
    days : float, optional
        For how long, in **days**; that of the study, or 28.

    Raises
    ------
    InputError
        If there is no such thing, or it is wrong.
    """
    from dataclasses import replace

    if name in library.study_names():
        study = read_study(library.study_path(name))
    elif name in library.protocol_names():
        study = _alone(library.protocol_path(name), model)
    elif Path(name).is_file():
        study = _from_file(Path(name), model)
    else:
        known = (*library.study_names(), *library.protocol_names())
        raise InputError(
            f"No study or protocol '{name}': it is no file and nothing shipped."
            f"{did_you_mean(name, known)}"
        )
    return replace(
        study,
        model=study.model if model is None else model,
        days=study.days if days is None else days,
    )


def _from_file(path: Path, model: str | None) -> Study:
    """Return the study of a file, or a study of the protocol in it."""
    from trimer.core.toml import read_toml

    keys = read_toml(path).data.keys()
    return read_study(path) if {"study", "arms"} & keys else _alone(path, model)


def _alone(path: Path, model: str | None) -> Study:
    protocol = read_protocol(path)
    # Premedication that a model does not know is no matter: a ward gives it all the same.
    drugs = {part.drug for part in protocol.infusions or protocol.doses}
    chosen = model or _model_for(protocol.name, drugs)
    return Study(
        name=protocol.name, arms=(Arm(protocol.name, protocol.title or protocol.name, protocol),),
        title=protocol.title or protocol.name, model=chosen, days=DAYS,
    )  # fmt: skip


def _model_for(name: str, drugs: set[str]) -> str:
    """Return the first shipped model that knows all that is infused."""
    for model in library.names():
        if drugs <= set(library.drugs(model)):
            return model
    raise ProtocolError(
        f"No shipped model knows what is infused in protocol '{name}': {', '.join(sorted(drugs))}. "
        "Name one with --model to see which drug it lacks."
    )
