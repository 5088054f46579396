# SPDX-License-Identifier: Apache-2.0
"""Where a number comes from: what it is, its basis, its equation, its sources."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer import library
from trimer.core.errors import UnknownName, did_you_mean
from trimer.core.sources import read_sources
from trimer.model.show import equations

if TYPE_CHECKING:
    from trimer.core.sources import Source
    from trimer.model.model import Model


@cache
def own() -> dict[str, dict[str, str]]:
    """Return what is said of numbers that are no parameter and no observable."""
    path = Path(__file__).with_name("numbers.toml")
    found: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def _model(name: str) -> Model:
    return library.load(name)


@cache
def _equations(name: str) -> dict[str, Any]:
    return {equation.name: equation for equation in equations(_model(name))}


def source_of(model: str, kind: str, name: str) -> dict[str, Any]:
    """Return where a number comes from.

    Parameters
    ----------
    model : str
        A shipped model.
    kind : {"parameter", "observable", "species", "own", "citation"}
        What the number is.
    name : str
        Its name.

    Raises
    ------
    UnknownName
        If nothing is known under this name.
    """
    if kind == "own":
        return _own(name)
    if kind == "citation":
        return _citation(name)
    found = _model(model)
    if kind == "parameter":
        for row in found.parameters:
            if row.name == name:
                return {
                    "title": row.definition, "name": name, "value": f"{row.value:g}",
                    "unit": row.unit, "basis": row.basis, "spread": row.spread,
                    "details": row.details,
                    "sources": [_cited(found.sources[key]) for key in row.sources],
                    "used_in": f"model {found.name} {found.version}",
                }  # fmt: skip
        known = [row.name for row in found.parameters]
        raise UnknownName(f"No parameter '{name[:60]}'.{did_you_mean(name[:60], known)}")
    parts = found.observables if kind == "observable" else found.species
    for part in parts:
        if part.name == name:
            return _part(model, found, name, part)
    raise UnknownName(
        f"No {kind} '{name[:60]}'.{did_you_mean(name[:60], [part.name for part in parts])}"
    )


def _part(model: str, found: Model, name: str, part: Any) -> dict[str, Any]:  # noqa: ANN401
    text = _text(model, name)
    whole = _followed(model, text)
    used = [row for row in found.parameters if _names(whole, row.name)]
    keys = dict.fromkeys(key for row in used for key in row.sources)
    return {
        "title": part.definition, "name": name, "value": "", "unit": part.unit,
        "basis": "derived", "spread": "", "equation": text,
        "details": "Read from the model's states at this time"
        + (f"; parameters in the equation: {', '.join(r.name for r in used)}." if used else "."),
        "sources": [_cited(found.sources[key]) for key in keys],
        "used_in": f"model {found.name} {found.version}",
    }  # fmt: skip


def _text(model: str, name: str) -> str:
    equation = _equations(model).get(name)
    return str(equation.text) if equation is not None and equation.kind != "species" else ""


def _followed(model: str, text: str, steps: int = 2) -> str:
    """Return an equation with those of the terms in it, so many steps down."""
    for _ in range(steps):
        words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
        more = [_text(model, word) for word in sorted(words)]
        text = " ".join([text, *(part for part in more if part)])
    return text


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) is not None


def _own(name: str) -> dict[str, Any]:
    if name not in own():
        raise UnknownName(f"No number is called '{name[:60]}'.{did_you_mean(name[:60], own())}")
    blank = {"name": "", "value": "", "unit": "", "spread": "", "sources": [], "used_in": "Trimer"}
    return {**blank, **own()[name]}


@cache
def _library_sources() -> dict[str, Source]:
    found: dict[str, Source] = {}
    root = library.protocol_path(library.protocol_names()[0]).parent.parent
    for path in sorted(root.rglob("*.bib")):
        found |= read_sources(path)
    return found


def _citation(key: str) -> dict[str, Any]:
    known = _library_sources()
    if key not in known:
        raise UnknownName(f"No source '{key[:60]}'.{did_you_mean(key[:60], known)}")
    return {"title": known[key].title or key, "name": key, "value": "", "unit": "", "basis": "",
            "spread": "", "details": "", "sources": [_cited(known[key])],
            "used_in": "Trimer"}  # fmt: skip


def _cited(source: Source) -> dict[str, str]:
    link = f"https://doi.org/{source.doi}" if source.doi else source.url
    return {"key": source.key, "text": str(source), "year": source.year,
            "link": link if link.startswith("https://") else ""}  # fmt: skip
