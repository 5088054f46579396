# SPDX-License-Identifier: Apache-2.0
"""Check a model: names, values, sources, units. Every problem is a sentence; all are collected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import sympy

from trimer.core import spread
from trimer.core.errors import did_you_mean
from trimer.model.check_units import unit_problems
from trimer.model.parameter import BASES
from trimer.model.parts import TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimer.model.card import Card
    from trimer.model.model import Model
    from trimer.model.parts import Expr


def check(model: Model, card: Card) -> list[str]:
    """Return what is wrong with a model, one sentence each; empty when nothing is.

    Parameters
    ----------
    model : Model
        What to check.
    card : Card
        Its parameter card, which knows where each parameter is written.
    """
    return [
        *_names(model),
        *_scopes(model),
        *_flows(model),
        *_routes(model),
        *_values(model, card),
        *_citations(model, card),
        *unit_problems(model, card),
    ]


def _names(model: Model) -> Iterator[str]:
    """Each symbol has one meaning, and can be written in any programming language."""
    first: dict[str, str] = {}
    for kind, name in _symbols(model):
        if not (name.isascii() and name.isidentifier()):
            yield f"Name of {kind} '{name}' of '{model.name}': use letters, digits and underscores."
        if name in first:
            yield f"Name '{name}' of '{model.name}' is used twice: {first[name]} and {kind}."
        first.setdefault(name, kind)
    for kind, names in (
        ("Flow", [flow.name for flow in model.flows]),
        ("Observable", [observable.name for observable in model.observables]),
        ("Route", [f"{route.drug} {route.kind}" for route in model.routes]),
    ):
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield f"{kind} '{name}' of '{model.name}' is declared twice."
    states = {species.name for species in model.species}
    for observable in model.observables:
        if observable.name in states and str(observable.expression) != observable.name:
            yield (
                f"Observable '{observable.name}' of '{model.name}' has the name of a species and "
                "is something else. Give it another name."
            )


def _symbols(model: Model) -> Iterator[tuple[str, str]]:
    yield "time", TIME
    yield from (("parameter", parameter.name) for parameter in model.parameters)
    yield from ((kind, part.name) for kind, part in model.quantities())


def expressions(model: Model) -> Iterator[tuple[str, Expr, frozenset[str]]]:
    """Yield every expression: where it stands, itself, and the names it may use."""
    at_start = frozenset(part.name for part in model.parameters)
    for route in model.routes:
        yield f"route '{route.drug} {route.kind}'", route.coefficient, at_start
    for root in model.roots:
        yield f"root '{root.name}'", root.residual, at_start | {root.name}
    at_start |= {part.name for part in model.roots}
    for baseline in model.baselines:
        yield f"baseline '{baseline.name}'", baseline.expression, at_start
        at_start |= {baseline.name}
    for species in model.species:
        yield f"initial value of '{species.name}'", species.initial, at_start
    # While it runs, roots are gone: what a flow needs of them is kept in a baseline.
    later = at_start - {part.name for part in model.roots}
    later |= {part.name for part in model.species} | {part.name for part in model.inputs} | {TIME}
    for term in model.terms:
        yield f"term '{term.name}'", term.expression, later
        later |= {term.name}
    for flow in model.flows:
        yield f"flow '{flow.name}'", flow.rate, later
        for name, coefficient in flow.changes:
            yield f"change of '{name}' by flow '{flow.name}'", coefficient, later
    for observable in model.observables:
        yield f"observable '{observable.name}'", observable.expression, later


def _scopes(model: Model) -> Iterator[str]:
    """Expressions use what is declared before them; every parameter and input is used."""
    declared = {name: kind for kind, name in _symbols(model)}
    used: set[str] = {model.weight, *model.read_outs}
    for place, expression, allowed in expressions(model):
        names = sorted(symbol.name for symbol in expression.free_symbols)
        used.update(names)
        for name in names:
            if name not in declared:
                hint = did_you_mean(name, sorted(allowed))
                yield f"Unknown symbol '{name}' in {place} of '{model.name}'.{hint}"
            elif name == TIME and name not in allowed:
                yield (
                    f"Time cannot be used in {place} of '{model.name}': that is computed once, "
                    "at the start. Use it in terms, flows and observables."
                )
            elif name not in allowed:
                yield (
                    f"The {declared[name]} '{name}' cannot be used in {place} of '{model.name}': "
                    "it is not known there yet. Declare it earlier, or use a baseline."
                )
        if expression.has(sympy.nan, sympy.oo, sympy.zoo, sympy.I):
            yield f"The {place} of '{model.name}' is not a finite real number: {expression}."
    for name, kind in declared.items():
        if kind in ("parameter", "input") and name not in used:
            yield (
                f"The {kind} '{name}' of '{model.name}' is used by no equation. "
                "Remove it, or name it as a read-out."
            )


def _flows(model: Model) -> Iterator[str]:
    """Flows change species, and every species has a flow."""
    species = [part.name for part in model.species]
    changed = [name for flow in model.flows for name, _ in flow.changes]
    for flow in model.flows:
        if not flow.changes:
            yield f"Flow '{flow.name}' of '{model.name}' changes no species."
        for name, _ in flow.changes:
            if name not in species:
                yield (
                    f"Flow '{flow.name}' of '{model.name}' changes '{name}', which is no species."
                    f"{did_you_mean(name, species)}"
                )
    for part in model.species:
        if part.name not in changed:
            yield f"Species '{part.name}' of '{model.name}' has no flow: nothing changes it."


def _routes(model: Model) -> Iterator[str]:
    """Routes lead somewhere; weight and read-outs are parameters."""
    species = [part.name for part in model.species]
    inputs = [part.name for part in model.inputs]
    for route in model.routes:
        wanted, kind = (inputs, "input") if route.kind == "infusion" else (species, "species")
        if route.target not in wanted:
            yield (
                f"Route '{route.drug} {route.kind}' of '{model.name}' leads to '{route.target}', "
                f"which is no {kind}.{did_you_mean(route.target, wanted)}"
            )
    known = [parameter.name for parameter in model.parameters]
    for role, name in (("weight", model.weight), *(("read-out", it) for it in model.read_outs)):
        if name and name not in known:
            yield (
                f"Unknown parameter '{name}' as {role} of '{model.name}'."
                f"{did_you_mean(name, known)}"
            )


def _values(model: Model, card: Card) -> Iterator[str]:
    for parameter in model.parameters:
        place = card.place(parameter.name, "value")
        value = parameter.value
        if not math.isfinite(value):
            yield f"Value of '{parameter.name}' in {place}: got {value}; it must be finite."
        elif value < 0 and not parameter.may_be_negative:
            yield f"Value of '{parameter.name}' in {place}: got {value}; it must not be negative."
        elif parameter.spread and (problem := spread.check(parameter.spread, value)):
            place = card.place(parameter.name, "spread")
            yield f"Spread of '{parameter.name}' in {place}: {problem}."
        if parameter.basis not in BASES:
            yield (
                f"Unknown basis '{parameter.basis}' in {card.place(parameter.name, 'basis')}: "
                f"it must be one of {', '.join(BASES)}."
            )
    for species in model.species:
        if not (math.isfinite(species.scale) and species.scale > 0):
            yield (
                f"Scale of species '{species.name}' of '{model.name}': got {species.scale}; "
                "it must be positive."
            )
    for root in model.roots:
        if not 0 < root.lower < root.upper < math.inf:
            yield (
                f"Bounds of root '{root.name}' of '{model.name}': got {root.lower} and "
                f"{root.upper}; they must be positive and in this order."
            )


def _citations(model: Model, card: Card) -> Iterator[str]:
    for parameter in model.parameters:
        place = card.place(parameter.name, "source")
        if not parameter.sources:
            yield f"No source of '{parameter.name}' in {place}: every parameter cites a source."
        yield from _unknown(model, parameter.sources, place)
    for term in model.terms:
        yield from _unknown(model, term.sources, f"term '{term.name}' of '{model.name}'")
    for flow in model.flows:
        yield from _unknown(model, flow.sources, f"flow '{flow.name}' of '{model.name}'")


def _unknown(model: Model, keys: Iterable[str], place: str) -> Iterator[str]:
    for key in keys:
        if key not in model.sources:
            yield f"Unknown source '{key}' in {place}.{did_you_mean(key, model.sources)}"
