# SPDX-License-Identifier: Apache-2.0
"""Show a model: its equations as text and MathML, and short cards."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import TYPE_CHECKING

from trimer.core.notice import SHORT_NOTICE
from trimer.model import mathml
from trimer.model.layout import Layout
from trimer.model.layout import text as plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimer.model.model import Model
    from trimer.model.parts import Expr

_HEADINGS = {
    "root": "Start: solved",
    "baseline": "Start: constants of a patient",
    "initial": "Start: species (all others start at 0)",
    "term": "Terms",
    "species": "Rates of change",
    "observable": "Observables",
}


@dataclass(frozen=True, slots=True)
class Equation:
    """One printed equation.

    Parameters
    ----------
    name : str
        What stands on its left: a species, term, baseline, root or observable.
    text, mathml : str
        The whole equation in one line of text and as a ``<math>`` element.
    unit : str
        Unit of both sides; that of a species' equation is its unit per day.
    definition : str
        What it is, in words.
    kind : str
        ``root``, ``baseline``, ``initial``, ``term``, ``species`` or ``observable``.
    """

    name: str
    text: str
    mathml: str
    unit: str
    definition: str
    kind: str


def equations(model: Model) -> list[Equation]:
    """Return every equation of a model in reading order.

    First what is computed at the start (roots, baselines, initial values that are not zero), then
    terms, rates of change and observables.
    """
    return list(chain(_start(model), _terms(model), _rates_of_change(model), _observables(model)))


def text(model: Model) -> str:
    """Return a model as text: equations, parameters, assumptions, limits."""
    lines = [f"{model.name} {model.version}: {model.title}", f"({SHORT_NOTICE}; time in days)"]
    shown = equations(model)
    for kind, heading in _HEADINGS.items():
        group = [equation for equation in shown if equation.kind == kind]
        if group:
            lines += ["", heading, *chain.from_iterable(map(_described, group))]
    lines += ["", "Parameters", *(f"  {parameter!r}" for parameter in model.parameters)]
    for heading, sentences in (("Assumptions", model.assumptions), ("Limits", model.limits)):
        if sentences:
            lines += ["", heading, *(f"  {sentence}" for sentence in sentences)]
    return "\n".join(lines)


def html_card(model: Model) -> str:
    """Return a small HTML table that says what a model holds."""
    rows = {
        "version": model.version,
        "species": f"{len(model.species)}",
        "parameters": f"{len(model.parameters)}, of which {len(model.varied)} differ in patients",
        "flows": f"{len(model.flows)}",
        "observables": ", ".join(observable.name for observable in model.observables),
        "drugs": ", ".join(dict.fromkeys(route.drug for route in model.routes)),
        "notice": SHORT_NOTICE,
    }
    body = "".join(
        f"<tr><th scope='row'>{head}</th><td>{escape(cell)}</td></tr>"
        for head, cell in rows.items()
        if cell
    )
    return f"<table><caption>{escape(model.title)}</caption>{body}</table>"


def layout(model: Model) -> Layout:
    """Return a layout that knows the model's symbols: parameters and rates before levels."""
    kinds: tuple[Iterable[str], ...] = (
        (part.name for part in model.parameters),
        (part.name for part in model.inputs),
        (part.name for part in model.roots),
        (part.name for part in model.baselines),
        (part.name for part in model.terms if part.unit == "1/day"),
        (part.name for part in model.species),
        (part.name for part in model.terms if part.unit != "1/day"),
    )
    return Layout({name: place for place, name in enumerate(chain.from_iterable(kinds))})


def _described(equation: Equation) -> list[str]:
    unit = "" if equation.unit == "1" else f" [{equation.unit}]"
    return [f"  {equation.text}", f"      {equation.definition}{unit}"]


def _start(model: Model) -> Iterator[Equation]:
    lay = layout(model)
    for root in model.roots:
        node = lay(root.residual)
        yield Equation(
            root.name,
            f"0 = {plain(node)}",
            mathml.equation("<mn>0</mn>", node),
            "1",
            f"{root.definition}: {root.name} between {root.lower:g} and {root.upper:g}",
            "root",
        )
    for baseline in model.baselines:
        yield _plain(
            lay, baseline.name, baseline.expression, baseline.unit, baseline.definition, "baseline"
        )
    for species in model.species:
        if species.initial != 0:
            node = lay(species.initial)
            left = f"<mrow>{mathml.symbol(species.name)}<mo>(</mo><mn>0</mn><mo>)</mo></mrow>"
            yield Equation(
                species.name,
                f"{species.name}(0) = {plain(node)}",
                mathml.equation(left, node),
                species.unit,
                species.definition,
                "initial",
            )


def _terms(model: Model) -> Iterator[Equation]:
    lay = layout(model)
    for term in model.terms:
        yield _plain(lay, term.name, term.expression, term.unit, term.definition, "term")


def _rates_of_change(model: Model) -> Iterator[Equation]:
    lay = layout(model)
    for species, expression in zip(model.species, model.derivatives(), strict=True):
        node = lay(expression)
        yield Equation(
            species.name,
            f"d{species.name}/dt = {plain(node)}",
            mathml.equation(mathml.derivative(species.name), node),
            "1/day" if species.unit == "1" else f"{species.unit}/day",
            species.definition,
            "species",
        )


def _observables(model: Model) -> Iterator[Equation]:
    lay = layout(model)
    for part in model.observables:
        yield _plain(lay, part.name, part.expression, part.unit, part.definition, "observable")


def _plain(
    lay: Layout, name: str, expression: Expr, unit: str, definition: str, kind: str
) -> Equation:
    node = lay(expression)
    return Equation(
        name,
        f"{name} = {plain(node)}",
        mathml.equation(mathml.symbol(name), node),
        unit,
        definition,
        kind,
    )
