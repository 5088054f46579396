# SPDX-License-Identifier: Apache-2.0
"""Sympy expressions as Python functions, for the SciPy path.

A model's terms become local variables of the printed function, so nothing is expanded and
nothing needs to be searched for common subexpressions. The Jacobian follows the chain rule
through the same terms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.pycode import PythonCodePrinter

from trimer.model.parts import TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.model.model import Model
    from trimer.model.parts import Expr

    ArrayFunction = Callable[..., list[NDArray[np.float64] | float]]
    NumberFunction = Callable[..., list[float]]

PREFIX = "slope_of_"
"""Starts the names of the partial derivatives of terms."""


class Named(NamedTuple):
    """A local variable of a printed function."""

    name: str
    expression: Expr


def split_terms(model: Model) -> tuple[list[Named], list[Named]]:
    """Part the terms into those that are constant within a patient and those that move."""
    moving_names = {s.name for s in model.species} | {u.name for u in model.inputs} | {TIME}
    static: list[Named] = []
    moving: list[Named] = []
    for term in model.terms:
        if _uses(term.expression) & moving_names:
            moving_names.add(term.name)
            moving.append(Named(term.name, term.expression))
        else:
            static.append(Named(term.name, term.expression))
    return static, moving


def uses_time(model: Model) -> bool:
    """Return whether an equation of a model uses the time."""
    parts = [*model.derivatives(), *(t.expression for t in model.terms)]
    parts += [o.expression for o in model.observables]
    return any(TIME in _uses(part) for part in parts)


def chain_rule(
    slopes: Sequence[Expr], terms: Sequence[Named], species: Sequence[str]
) -> tuple[list[Named], list[tuple[int, int]], list[Expr]]:
    """Differentiate the slopes by the species, through the terms.

    Returns
    -------
    partials : list of Named
        Partial derivatives of terms, to be computed after the terms.
    pairs : list of (int, int)
        Row and column of each entry of the Jacobian that is not zero.
    entries : list of sympy expression
        Those entries.
    """
    partials: list[Named] = []
    known: dict[str, dict[str, Expr]] = {name: {name: sympy.Integer(1)} for name in species}

    def by_species(expression: Expr) -> dict[str, Expr]:
        total: dict[str, Expr] = {}
        for symbol in sorted(expression.free_symbols, key=str):
            for name, inner in known.get(str(symbol), {}).items():
                total[name] = (
                    total.get(name, sympy.Integer(0)) + derivative(expression, symbol) * inner
                )
        return total

    for term in terms:
        row: dict[str, Expr] = {}
        for name, partial in by_species(term.expression).items():
            symbol = sympy.Symbol(f"{PREFIX}{term.name}_by_{name}")
            partials.append(Named(symbol.name, partial))
            row[name] = symbol
        known[term.name] = row
    column = {name: j for j, name in enumerate(species)}
    entries = {
        (i, column[name]): entry
        for i, slope in enumerate(slopes)
        for name, entry in by_species(slope).items()
    }
    return partials, list(entries), list(entries.values())


def derivative(expression: Expr, symbol: Expr) -> Expr:
    """Differentiate; unlike sympy's own rule, a power's derivative exists where its base is 0."""
    if symbol not in expression.free_symbols:
        return sympy.Integer(0)
    if expression == symbol:
        return sympy.Integer(1)
    inner = [derivative(arg, symbol) for arg in expression.args]
    if expression.is_Add:
        return sympy.Add(*inner)
    if expression.is_Mul:
        parts = expression.args
        return sympy.Add(
            *(sympy.Mul(*parts[:k], inner[k], *parts[k + 1 :]) for k in range(len(parts)))
        )
    if expression.is_Pow:
        base, exponent = expression.args
        slope = inner[0] * exponent * base ** (exponent - 1)
        return slope + inner[1] * sympy.log(base) * expression if inner[1] else slope
    return sympy.Add(*(expression.fdiff(k + 1) * part for k, part in enumerate(inner) if part))


def to_numbers(
    arguments: Sequence[Sequence[str]], named: Sequence[Named], wanted: Sequence[Expr]
) -> NumberFunction:
    """Print a function of lists of Python floats; it raises where a value does not exist."""
    return _print(arguments, named, wanted, _Numbers(_OPTIONS), {"math": math})


def to_arrays(
    arguments: Sequence[Sequence[str]],
    named: Sequence[Named],
    wanted: Sequence[Expr],
) -> ArrayFunction:
    """Print a function of lists of arrays; it gives NaN where a value does not exist."""
    return _print(arguments, named, wanted, _Arrays(_OPTIONS), {"numpy": np})


_OPTIONS = {"fully_qualified_modules": True, "inline": True}


class _Numbers(PythonCodePrinter):  # type: ignore[misc] # sympy has no types
    """Python's own floats."""

    def _print_Pow(self, expr: Expr, **options: object) -> str:  # noqa: N802
        if expr.exp.is_Integer or expr.exp in {sympy.Rational(1, 2), sympy.Rational(-1, 2)}:
            return str(super()._print_Pow(expr, **options))
        # `**` of a negative float would be a complex number; math.pow says so instead.
        return f"math.pow({self._print(expr.base)}, {self._print(expr.exp)})"

    def _print_Heaviside(self, expr: Expr) -> str:  # noqa: N802
        return f"(1.0 if {self._print(expr.args[0])} > 0.0 else 0.0)"


class _Arrays(NumPyPrinter):  # type: ignore[misc] # sympy has no types
    """NumPy arrays and numbers mixed."""

    def _print_Max(self, expr: Expr) -> str:  # noqa: N802
        return self._nested("numpy.maximum", expr.args)

    def _print_Min(self, expr: Expr) -> str:  # noqa: N802
        return self._nested("numpy.minimum", expr.args)

    def _nested(self, function: str, args: Sequence[Expr]) -> str:
        text = str(self._print(args[0]))
        for arg in args[1:]:
            text = f"{function}({text}, {self._print(arg)})"
        return text


def _print(
    arguments: Sequence[Sequence[str]],
    named: Sequence[Named],
    wanted: Sequence[Expr],
    printer: _Numbers | _Arrays,
    modules: dict[str, object],
) -> Callable[..., Any]:
    locals_ = [(sympy.Symbol(part.name), part.expression) for part in _needed(named, wanted)]
    symbols = [[sympy.Symbol(name) for name in group] for group in arguments]
    function: Callable[..., Any] = sympy.lambdify(
        symbols,
        [sympy.sympify(expression) for expression in wanted],
        modules=[modules],
        printer=printer,
        cse=lambda expressions: (locals_, expressions),
    )
    return function


def _uses(expression: Expr) -> set[str]:
    return {str(symbol) for symbol in sympy.sympify(expression).free_symbols}


def _needed(named: Sequence[Named], wanted: Sequence[Expr]) -> list[Named]:
    """Keep the local variables that the wanted expressions use, in their order."""
    used = set[str]().union(*(_uses(expression) for expression in wanted))
    kept: list[Named] = []
    for part in reversed(named):
        if part.name in used:
            kept.append(part)
            used |= _uses(part.expression)
    return kept[::-1]
