# SPDX-License-Identifier: Apache-2.0
"""A model: species, parameters, flows and observables, declared once."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trimer.core.errors import ModelError, UnknownName, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimer.core.sources import Source
    from trimer.model.parameter import Parameter
    from trimer.model.parts import (
        Baseline,
        Expr,
        Flow,
        Input,
        Observable,
        Root,
        Route,
        Species,
        Term,
    )


@dataclass(frozen=True, repr=False, eq=False)
class Model:
    """A checked model of ordinary differential equations; time is in days.

    A `Builder` makes one. Nothing in it changes; `with_values` returns a new model.

    Parameters
    ----------
    name, title, version : str
        Name to load it by, one line for people, and version of the model (not of Trimer).
    species : tuple of Species
        The states, in the order of the state vector.
    parameters : tuple of Parameter
        The parameter card.
    inputs : tuple of Input
        Numbers set by doses.
    roots, baselines : tuple of Root, tuple of Baseline
        What is computed once for each patient before the start, in this order.
    terms : tuple of Term
        Named pieces of equations; each uses only earlier ones.
    flows : tuple of Flow
        The processes.
    observables : tuple of Observable
        What can be read.
    routes : tuple of Route
        How doses enter.
    sources : mapping of str to Source
        Everything cited, by key.
    assumptions, limits : tuple of str
        Sentences: what is taken for granted, and what the model is not for.
    weight : str
        Name of the parameter that holds body weight, in kg.
    read_outs : tuple of str
        Names of parameters that no equation uses but a read-out of the results does.
    """

    name: str
    title: str
    version: str
    species: tuple[Species, ...]
    parameters: tuple[Parameter, ...]
    inputs: tuple[Input, ...]
    roots: tuple[Root, ...]
    baselines: tuple[Baseline, ...]
    terms: tuple[Term, ...]
    flows: tuple[Flow, ...]
    observables: tuple[Observable, ...]
    routes: tuple[Route, ...]
    sources: Mapping[str, Source]
    assumptions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    weight: str = "WT"
    read_outs: tuple[str, ...] = ()

    def derivatives(self) -> tuple[Expr, ...]:
        """Return d(species)/dt in the order of `species`, per day.

        Terms, baselines and parameters stay symbols: nothing is inlined.
        """
        return self._derivatives

    @cached_property
    def _derivatives(self) -> tuple[Expr, ...]:
        import sympy

        sums: dict[str, list[Expr]] = {species.name: [] for species in self.species}
        for flow in self.flows:
            for name, coefficient in flow.changes:
                sums[name].append(coefficient * flow.rate)
        return tuple(sympy.Add(*parts) for parts in sums.values())

    def quantities(self) -> Iterator[tuple[str, Species | Input | Root | Baseline | Term]]:
        """Yield every symbol that is not a parameter, with what kind it is."""
        yield from (("species", part) for part in self.species)
        yield from (("input", part) for part in self.inputs)
        yield from (("root", part) for part in self.roots)
        yield from (("baseline", part) for part in self.baselines)
        yield from (("term", part) for part in self.terms)

    def parameter(self, name: str) -> Parameter:
        """Return one row of the parameter card.

        Raises
        ------
        UnknownName
            If no parameter has this name.
        """
        try:
            return self._by_name[name]
        except KeyError:
            hint = did_you_mean(name, self._by_name)
            message = f"Unknown parameter '{name}' of '{self.name}'.{hint}"
            raise UnknownName(message) from None

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters}

    def values(self, **overrides: float) -> dict[str, float]:
        """Return every parameter's typical value by name, some of them replaced.

        Raises
        ------
        UnknownName
            If an override names no parameter.
        ModelError
            If an override is negative or not a finite number.
        """
        values = {parameter.name: parameter.value for parameter in self.parameters}
        for name, value in overrides.items():
            allows_negative = self.parameter(name).may_be_negative
            if not (math.isfinite(value) and (value >= 0 or allows_negative)):
                message = (
                    f"Parameter '{name}' of '{self.name}': got {value}; "
                    "it must be a finite number that is not negative."
                )
                raise ModelError(message)
            values[name] = float(value)
        return values

    def with_values(self, **numbers: float) -> Model:
        """Return this model with some typical values replaced.

        Raises
        ------
        UnknownName, ModelError
            As `values` does.
        """
        values = self.values(**numbers)
        return dataclasses.replace(
            self,
            parameters=tuple(
                dataclasses.replace(parameter, value=values[parameter.name])
                if parameter.name in numbers
                else parameter
                for parameter in self.parameters
            ),
        )

    @property
    def varied(self) -> tuple[str, ...]:
        """Names of the parameters in which patients differ, in card order."""
        return tuple(parameter.name for parameter in self.parameters if parameter.is_varied)

    def __str__(self) -> str:
        """Return the equations with their units and definitions."""
        from trimer.model.show import text

        return text(self)

    def __repr__(self) -> str:
        """Return a short card."""
        return (
            f"<Model {self.name} {self.version}: {len(self.species)} species, "
            f"{len(self.parameters)} parameters ({len(self.varied)} varied), "
            f"{len(self.flows)} flows, {len(self.observables)} observables>"
        )

    def _repr_html_(self) -> str:
        from trimer.model.show import html_card

        return html_card(self)
