# SPDX-License-Identifier: Apache-2.0
"""Check the units of every expression of a model.

What is added or compared has one unit, up to a factor of exactly 1; exponents and arguments of
exp, log, cos and sin are plain numbers; a zero has any unit. A number in an equation is a plain
number: one that carries a unit belongs on the parameter card.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from trimer.core.errors import UnitError
from trimer.core.units import NUMBER, Dimension, dimension
from trimer.model.layout import text
from trimer.model.parts import TIME
from trimer.model.show import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimer.model.card import Card
    from trimer.model.model import Model
    from trimer.model.parts import Expr

_LONGEST = 90
_MOST_NAMED = 3


def unit_problems(model: Model, card: Card) -> Iterator[str]:
    """Yield a sentence for each unit that cannot be read or does not fit."""
    units: dict[str, Dimension] = {TIME: dimension("day")}
    for place, symbol, unit in _declared(model, card):
        try:
            units[symbol] = dimension(unit)
        except UnitError as error:
            before, _, after = str(error).rpartition(repr(unit))
            yield f"{before}{unit!r} in {place}{after}"
    checker = _Checker(model, units)
    for place, expression, unit, *per in _expected(model):
        yield from checker.problem(place, expression, unit, per)


class _Misfit(Exception):
    """Two units in an expression do not fit together."""


class _Unreadable(Exception):
    """A symbol in an expression has no known unit."""


class _Checker:
    """Derives the unit of expressions from those of their symbols."""

    def __init__(self, model: Model, units: Mapping[str, Dimension]) -> None:
        self._model = model.name
        self._parameters = [parameter.name for parameter in model.parameters]
        self._units = units
        self._layout = layout(model)
        self._known: dict[Expr, Dimension | None] = {}

    def problem(self, place: str, expression: Expr, unit: str, per: Sequence[str]) -> Iterator[str]:
        """Yield the sentence on an expression that does not have the unit it needs, if so."""
        where = f"Unit mismatch in {place} of '{self._model}'"
        try:
            needed = dimension(unit)
            for divisor in per:
                needed /= dimension(divisor)
            # A sum is looked at part by part, to name the part that is wrong.
            for part in sympy.Add.make_args(expression):
                yield from self._misfit(where, part, needed, unit if not per else str(needed))
        except (_Unreadable, UnitError):
            return  # a sentence on the unit itself was given already
        except _Misfit as misfit:
            yield f"{where}: {misfit}"

    def _misfit(
        self, where: str, expression: Expr, needed: Dimension, written: str
    ) -> Iterator[str]:
        found = self._of(expression)
        if found is None or found == needed:
            return
        what = where.removeprefix("Unit mismatch in ").split()[0]
        factor = ""
        if found.measures_as(needed):
            factor = f"; a factor of {found.factor / needed.factor:.6g} is missing"
        yield (
            f"{where}: {self._text(expression)} {_has(found)}, the {what} needs {written}{factor}. "
            f"{self._advice(expression)}"
        )

    def _of(self, expression: Expr) -> Dimension | None:
        """Return the unit of an expression, None for a zero, which has any."""
        if expression not in self._known:
            self._known[expression] = self._derived(expression)
        return self._known[expression]

    def _derived(self, expression: Expr) -> Dimension | None:
        if isinstance(expression, sympy.Symbol):
            if expression.name not in self._units:
                raise _Unreadable
            return self._units[expression.name]
        if expression.is_number:
            return None if expression == 0 else NUMBER
        if isinstance(expression, sympy.Mul):
            product = NUMBER
            for factor in expression.args:
                product *= self._of(factor) or NUMBER
            return product
        if isinstance(expression, sympy.Pow):
            return self._power(expression)
        if isinstance(expression, sympy.Add | sympy.Max | sympy.Min):
            return self._common(expression)
        if isinstance(expression, sympy.exp | sympy.log | sympy.cos | sympy.sin):
            self._must_be_number(expression.args[0], f"the argument of {expression.func}")
            return NUMBER
        message = (
            f"{expression.func} is not known here; "
            "use + - * / powers, exp, log, cos, sin, sqrt, Max, Min."
        )
        raise _Misfit(message)

    def _power(self, expression: Expr) -> Dimension:
        base, exponent = expression.args
        if isinstance(exponent, sympy.Rational):
            return (self._of(base) or NUMBER) ** Fraction(int(exponent.p), int(exponent.q))
        if isinstance(exponent, sympy.Float):
            return (self._of(base) or NUMBER) ** Fraction(float(exponent)).limit_denominator(1000)
        self._must_be_number(exponent, "an exponent")
        self._must_be_number(base, "what is raised to a varying exponent")
        return NUMBER

    def _common(self, expression: Expr) -> Dimension | None:
        """Return the one unit of what is added or compared."""
        units = [(part, unit) for part in expression.args if (unit := self._of(part)) is not None]
        for part, unit in units[1:]:
            first, other = units[0]
            if unit != other:
                message = (
                    f"{self._text(first)} {_has(other)} and {self._text(part)} {_has(unit)}, but "
                    f"they are {'added' if isinstance(expression, sympy.Add) else 'compared'}. "
                    f"{self._advice(first + part)}"
                )
                raise _Misfit(message)
        return units[0][1] if units else None

    def _must_be_number(self, expression: Expr, role: str) -> None:
        unit = self._of(expression)
        if unit is not None and unit != NUMBER:
            message = (
                f"{self._text(expression)} {_has(unit)}, but {role} must be a plain number. "
                f"{self._advice(expression)}"
            )
            raise _Misfit(message)

    def _text(self, expression: Expr) -> str:
        full = text(self._layout(expression)).removeprefix("−")
        return full if len(full) <= _LONGEST else f"{full[: _LONGEST - 1]}…"

    def _advice(self, expression: Expr) -> str:
        used = {symbol.name for symbol in expression.free_symbols}
        names = [name for name in self._parameters if name in used] or sorted(used)
        if not names:
            return "Give a number that has a unit a row on the parameter card."
        if len(names) > _MOST_NAMED:
            return f"Check the units of {', '.join(names[:_MOST_NAMED])} and the other symbols."
        if len(names) == 1:
            return f"Check the unit of {names[0]}."
        return f"Check the units of {', '.join(names[:-1])} and {names[-1]}."


def _has(unit: Dimension) -> str:
    return "is a plain number" if unit == NUMBER else f"has unit {unit}"


def _declared(model: Model, card: Card) -> Iterator[tuple[str, str, str]]:
    """Yield where each unit stands, the symbol that has it (if it is one), and the unit."""
    for parameter in model.parameters:
        yield card.place(parameter.name, "unit"), parameter.name, parameter.unit
    for kind, part in model.quantities():
        yield f"{kind} '{part.name}' of '{model.name}'", part.name, part.unit
    for flow in model.flows:
        yield f"flow '{flow.name}' of '{model.name}'", "", flow.unit
    for observable in model.observables:
        yield f"observable '{observable.name}' of '{model.name}'", "", observable.unit
    for route in model.routes:
        yield f"route '{route.drug} {route.kind}' of '{model.name}'", "", route.amount_unit


def _expected(model: Model) -> Iterator[tuple[Any, ...]]:
    """Yield where each expression stands, itself, its unit and what that is divided by."""
    for root in model.roots:
        yield f"residual of root '{root.name}'", root.residual, "1"
    for baseline in model.baselines:
        yield f"baseline '{baseline.name}'", baseline.expression, baseline.unit
    for term in model.terms:
        yield f"term '{term.name}'", term.expression, term.unit
    for species in model.species:
        yield f"initial value of '{species.name}'", species.initial, species.unit
    for flow in model.flows:
        yield f"flow '{flow.name}'", flow.rate, flow.unit
    for observable in model.observables:
        yield f"observable '{observable.name}'", observable.expression, observable.unit
    yield from _coefficients(model)


def _coefficients(model: Model) -> Iterator[tuple[Any, ...]]:
    units = {species.name: species.unit for species in model.species}
    units |= {part.name: part.unit for part in model.inputs}
    for flow in model.flows:
        for name, coefficient in flow.changes:
            if name in units:
                place = f"change of '{name}' by flow '{flow.name}'"
                yield place, coefficient, units[name], "day", flow.unit
    for route in model.routes:
        if route.target in units:
            place = f"coefficient of route '{route.drug} {route.kind}'"
            unit = units[route.target]
            per = ("1/day",) if route.kind == "infusion" else ()
            yield place, route.coefficient, unit, route.amount_unit, *per
