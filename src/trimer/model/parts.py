# SPDX-License-Identifier: Apache-2.0
"""What a model is made of: species, inputs, terms, flows, observables, routes.

All expressions are sympy expressions of plain symbols; a symbol's name is the name of the part
it stands for. Time is in days; the symbol `TIME` stands for it where an equation needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import sympy

    Expr: TypeAlias = sympy.Expr

TIME = "time"
"""Name of the time since the first dose, in **days**; no other symbol of a model may have it."""


@dataclass(frozen=True, slots=True)
class Species:
    """A state of the model: a quantity that flows change.

    Parameters
    ----------
    name, definition, unit : str
        Symbol, meaning and unit.
    scale : float
        Typical magnitude in `unit`; the solver's absolute tolerance is relative to it.
    initial : sympy expression
        Value at the start, of parameters, roots and baselines.
    """

    name: str
    definition: str
    unit: str
    scale: float
    initial: Expr


@dataclass(frozen=True, slots=True)
class Input:
    """A number set by doses: constant between events and zero at the start."""

    name: str
    definition: str
    unit: str


@dataclass(frozen=True, slots=True)
class Root:
    """An unknown of the initial state: the value at which `residual` is zero.

    Parameters
    ----------
    name, definition, unit : str
        Symbol, meaning and unit.
    residual : sympy expression
        Function of parameters and of the root itself; it changes sign once within the bounds.
    lower, upper : float
        Positive bounds, in `unit`, between which it is found by bisection.
    """

    name: str
    definition: str
    unit: str
    residual: Expr
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """A constant of one patient, computed once at the start.

    It may use parameters, roots and earlier baselines, and may itself be used in initial values,
    terms, flows and observables.
    """

    name: str
    definition: str
    unit: str
    expression: Expr


@dataclass(frozen=True, slots=True)
class Term:
    """A named piece of an equation.

    It may use species, parameters, inputs, baselines and earlier terms.
    """

    name: str
    definition: str
    unit: str
    expression: Expr
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One process: it changes one or more species at once.

    Parameters
    ----------
    name, definition, unit : str
        Name (not a symbol), meaning, and unit of `rate`.
    rate : sympy expression
        How fast the process runs.
    changes : tuple of (str, sympy expression)
        Species name and coefficient: the process adds coefficient × rate to d(species)/dt.
    sources : tuple of str
        Keys into the model's list of sources.
    """

    name: str
    definition: str
    unit: str
    rate: Expr
    changes: tuple[tuple[str, Expr], ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observable:
    """What is read from the model: a function of species, parameters, inputs and terms.

    `label` is what a figure writes on its axis.
    """

    name: str
    definition: str
    unit: str
    expression: Expr
    label: str


@dataclass(frozen=True, slots=True)
class Route:
    """How doses of a drug enter the model.

    Parameters
    ----------
    drug : str
        Name of the drug, as a protocol writes it.
    kind : {"infusion", "bolus"}
        An infusion sets the input `target` to rate × coefficient; a bolus adds
        amount × coefficient to the species `target`.
    target : str
        Name of the input or species.
    amount_unit : str
        Unit of the amount, such as ``"ng"``; a rate is in this unit per day.
    coefficient : sympy expression
        Function of parameters.
    definition : str
        Meaning.
    """

    drug: str
    kind: Literal["infusion", "bolus"]
    target: str
    amount_unit: str
    coefficient: Expr
    definition: str
