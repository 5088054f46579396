# SPDX-License-Identifier: Apache-2.0
"""Declare a model so that its file reads like the methods section of a paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import sympy

from trimer.core.errors import ModelError, UnknownName, did_you_mean
from trimer.model.check import check
from trimer.model.model import Model
from trimer.model.parts import (
    TIME,
    Baseline,
    Flow,
    Input,
    Observable,
    Root,
    Route,
    Species,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from trimer.model.card import Card
    from trimer.model.parts import Expr

# sympy has no type hints; an expression or a number that it can turn into one.
Formula: TypeAlias = Any


class Symbols:
    """Symbols by name: ``symbols.kon`` is the symbol of that name.

    An unknown name is an error with a suggestion, at the line that uses it.
    """

    def __init__(self, kind: str, model: str, names: Iterable[str] = ()) -> None:
        self._kind = kind
        self._model = model
        self._known = {name: sympy.Symbol(name) for name in names}

    def __getattr__(self, name: str) -> sympy.Symbol:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> sympy.Symbol:
        """Return the symbol of a name that is put together, as in ``symbols["C3" + place]``."""
        try:
            return self._known[name]
        except KeyError:
            hint = did_you_mean(name, self._known)
            message = f"Unknown {self._kind} '{name}' of '{self._model}'.{hint}"
            raise UnknownName(message) from None

    def __iter__(self) -> Iterator[sympy.Symbol]:
        """Iterate over the symbols in the order they were declared."""
        return iter(self._known.values())

    def __dir__(self) -> list[str]:
        """Return the names, for completion in an editor."""
        return list(self._known)

    def _add(self, name: str) -> sympy.Symbol:
        return self._known.setdefault(name, sympy.Symbol(name))


class Builder:
    """Collects the parts of a model; `build` checks them all and returns the model.

    Every method that names a quantity returns its symbol, for use in later expressions.

    Parameters
    ----------
    name, title, version : str
        As in `Model`.
    card : Card
        Parameters and sources.
    assumptions, limits : iterable of str
        Sentences: what is taken for granted, and what the model is not for.
    weight : str
        Name of the parameter that holds body weight, in kg; used for doses per kg.
    read_outs : iterable of str
        Parameters that no equation uses but a read-out of the results does.

    Attributes
    ----------
    parameters, states, terms : Symbols
        Symbols declared so far; `terms` holds inputs, roots, baselines and terms.
    time : sympy symbol
        Time since the first dose, in days, for terms, flows and observables: a rhythm of one
        day is ``sympy.cos(2 * sympy.pi * m.time / day)`` with a parameter ``day`` of one day.

    Examples
    --------
    >>> from trimer.core.sources import Source
    >>> from trimer.model import Card, Parameter
    >>> card = Card(
    ...     (Parameter("CL", "clearance", 2.0, "L/day", "", ("A2020",), "assumed"),
    ...      Parameter("V", "volume", 4.0, "L", "", ("A2020",), "assumed")),
    ...     {"A2020": Source("A2020", "misc", title="An example")})
    >>> m = Builder("example", title="One compartment", version="1", card=card, weight="")
    >>> p = m.parameters
    >>> C = m.species("C", "concentration", "nmol/L", scale=1.0)
    >>> m.initial(C, 0)
    >>> rate = m.input("rate", "infusion", "nmol/day")
    >>> m.flow("infusion", "drug given", "nmol/day", rate, {C: 1 / p.V})
    >>> m.flow("elimination", "drug cleared", "nmol/day", p.CL * C, {C: -1 / p.V})
    >>> m.build().derivatives()
    (-C*CL/V + rate/V,)
    """

    def __init__(
        self,
        name: str,
        *,
        title: str,
        version: str,
        card: Card,
        assumptions: Iterable[str] = (),
        limits: Iterable[str] = (),
        weight: str = "WT",
        read_outs: Iterable[str] = (),
    ) -> None:
        self._name = name
        self._title = title
        self._version = version
        self._card = card
        self._assumptions = tuple(assumptions)
        self._limits = tuple(limits)
        self._weight = weight
        self._read_outs = tuple(read_outs)
        self._species: dict[str, tuple[str, str, float]] = {}
        self._initial: dict[str, Expr] = {}
        self._inputs: list[Input] = []
        self._roots: list[Root] = []
        self._baselines: list[Baseline] = []
        self._terms: list[Term] = []
        self._flows: list[Flow] = []
        self._observables: list[Observable] = []
        self._routes: list[Route] = []
        self._problems: list[str] = []
        self.parameters = Symbols(
            "parameter", name, (parameter.name for parameter in card.parameters)
        )
        self.states = Symbols("species", name)
        self.terms = Symbols("term", name)
        self.time = sympy.Symbol(TIME)

    def species(self, name: str, definition: str, unit: str, *, scale: float) -> sympy.Symbol:
        """Declare a state; `scale` is its typical magnitude in `unit`."""
        if name in self._species:
            self._problems.append(f"Species '{name}' of '{self._name}' is declared twice.")
        self._species[name] = (definition, unit, scale)
        return self.states._add(name)  # noqa: SLF001

    def initial(self, species: sympy.Symbol, value: Formula) -> None:
        """Set the value of a species at the start, from parameters, roots and baselines."""
        if species.name in self._initial:
            self._problems.append(
                f"Species '{species.name}' of '{self._name}' has two initial values."
            )
        self._initial[species.name] = sympy.sympify(value)

    def input(self, name: str, definition: str, unit: str) -> sympy.Symbol:
        """Declare a number that doses set."""
        self._inputs.append(Input(name, definition, unit))
        return self.terms._add(name)  # noqa: SLF001

    def root(
        self,
        name: str,
        definition: str,
        unit: str,
        residual: Callable[[sympy.Symbol], Formula],
        *,
        lower: float,
        upper: float,
    ) -> sympy.Symbol:
        """Declare an unknown of the initial state: where `residual` of it is zero."""
        symbol = self.terms._add(name)  # noqa: SLF001
        expression = sympy.sympify(residual(symbol))
        self._roots.append(Root(name, definition, unit, expression, lower, upper))
        return symbol

    def baseline(self, name: str, definition: str, unit: str, expression: Formula) -> sympy.Symbol:
        """Declare a constant of one patient, computed at the start."""
        self._baselines.append(Baseline(name, definition, unit, sympy.sympify(expression)))
        return self.terms._add(name)  # noqa: SLF001

    def term(
        self,
        name: str,
        definition: str,
        unit: str,
        expression: Formula,
        *,
        sources: Iterable[str] = (),
    ) -> sympy.Symbol:
        """Declare a named piece of an equation."""
        value = sympy.sympify(expression)
        self._terms.append(Term(name, definition, unit, value, tuple(sources)))
        return self.terms._add(name)  # noqa: SLF001

    def refine(
        self, name: str, change: Callable[[sympy.Symbol], Formula], definition: str = ""
    ) -> sympy.Symbol:
        """Put something between a term and whoever uses it.

        The term keeps its name, place and unit and becomes `change` of what it was; what it was
        is kept as the term ``<name>_plain`` (``<name>_plain2`` when it is refined again). So a
        mechanism in a file of its own can stand in a chain that other files declare.

        Parameters
        ----------
        name : str
            A term that is declared.
        change : callable
            Gets the symbol of the plain term and returns the new expression, which may use what
            was declared before that term, and any state.
        definition : str
            Of the changed term; that of the plain one if left out.

        Returns
        -------
        sympy symbol
            The plain term.

        Raises
        ------
        UnknownName
            If no such term is declared.
        """
        names = [term.name for term in self._terms]
        if name not in names:
            raise UnknownName(
                f"Unknown term '{name}' of '{self._name}' to refine.{did_you_mean(name, names)}"
            )
        at = names.index(name)
        old = self._terms[at]
        behind = sum(other.startswith(f"{name}_plain") for other in names)
        under = f"{name}_plain" + (str(behind + 1) if behind else "")
        plain = self.terms._add(under)  # noqa: SLF001 (its own symbols)
        self._terms[at : at + 1] = [
            replace(old, name=plain.name),
            Term(
                name, definition or old.definition, old.unit,
                sympy.sympify(change(plain)), old.sources,
            ),
        ]  # fmt: skip
        return plain

    def flow(
        self,
        name: str,
        definition: str,
        unit: str,
        rate: Formula,
        changes: Mapping[sympy.Symbol, Formula],
        *,
        sources: Iterable[str] = (),
    ) -> None:
        """Declare a process: it adds coefficient × rate to d(species)/dt, for each change."""
        coefficients = tuple(
            (species.name, sympy.sympify(coefficient)) for species, coefficient in changes.items()
        )
        self._flows.append(
            Flow(name, definition, unit, sympy.sympify(rate), coefficients, tuple(sources))
        )

    def observable(
        self, name: str, definition: str, unit: str, expression: Formula, *, label: str = ""
    ) -> None:
        """Declare what can be read; `label` (default: the definition) is for figures."""
        value = sympy.sympify(expression)
        self._observables.append(Observable(name, definition, unit, value, label or definition))

    def route(
        self,
        drug: str,
        kind: Literal["infusion", "bolus"],
        target: sympy.Symbol,
        *,
        amount_unit: str,
        coefficient: Formula,
        definition: str,
    ) -> None:
        """Declare how doses of a drug enter: target gets amount (or rate) × coefficient."""
        value = sympy.sympify(coefficient)
        self._routes.append(Route(drug, kind, target.name, amount_unit, value, definition))

    def build(self) -> Model:
        """Check everything and return the model.

        Raises
        ------
        ModelError
            With one sentence for each thing that is wrong.
        """
        missing = [name for name in self._species if name not in self._initial]
        problems = self._problems + [
            f"Species '{name}' of '{self._name}' has no initial value. Give it one."
            for name in missing
        ]
        model = self._assembled()
        problems += check(model, self._card)
        if problems:
            raise ModelError(*problems)
        return model

    def _assembled(self) -> Model:
        return Model(
            name=self._name,
            title=self._title,
            version=self._version,
            species=tuple(
                Species(name, definition, unit, scale, self._initial.get(name, sympy.Integer(0)))
                for name, (definition, unit, scale) in self._species.items()
            ),
            parameters=self._card.parameters,
            inputs=tuple(self._inputs),
            roots=tuple(self._roots),
            baselines=tuple(self._baselines),
            terms=tuple(self._terms),
            flows=tuple(self._flows),
            observables=tuple(self._observables),
            routes=tuple(self._routes),
            sources=self._card.sources,
            assumptions=self._assumptions,
            limits=self._limits,
            weight=self._weight,
            read_outs=self._read_outs,
        )
