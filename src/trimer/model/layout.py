# SPDX-License-Identifier: Apache-2.0
"""Lay a sympy expression out the way a paper prints it.

sympy sorts what it is given; this puts it back into a reader's order: numbers, then parameters,
then what changes; positive parts of a sum before negative ones; one fraction bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import sympy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.model.parts import Expr


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed."""

    digits: str


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Parts, each with whether it is subtracted."""

    parts: tuple[tuple[bool, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors above and below the fraction bar."""

    above: tuple[Node, ...]
    below: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Power:
    """A base and its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of arguments."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Name | Sum | Product | Power | Call

_LAST = 1 << 30


class Layout:
    """Turns expressions into nodes.

    Parameters
    ----------
    rank : mapping of str to int
        Place of each symbol in a product; unknown symbols come last.
    """

    def __init__(self, rank: Mapping[str, int]) -> None:
        self._rank = rank

    def __call__(self, expression: Expr) -> Node:
        """Return the layout of an expression."""
        if isinstance(expression, sympy.Symbol):
            return Name(expression.name)
        if isinstance(expression, sympy.Add):
            return self._sum(expression)
        if expression.is_Number and _is_negative(expression):
            return Sum(((True, self(-expression)),))
        if isinstance(expression, sympy.Rational) and expression.q != 1:
            return Product((Number(str(expression.p)),), (Number(str(expression.q)),))
        if expression.is_Number:
            return Number(_digits(expression))
        if isinstance(expression, sympy.Mul | sympy.Pow):
            return self._product(expression)
        if not expression.args:
            return Name(str(expression))
        # What is bounded first, its bound (a number or a parameter) last.
        arguments = sorted(expression.args, key=self._place, reverse=True)
        return Call(str(expression.func).lower(), tuple(self(part) for part in arguments))

    def _sum(self, expression: Expr) -> Node:
        def order(part: Expr) -> tuple[bool, bool, int, str]:
            return (_is_negative(part), not part.is_Number, self._place(part), str(part))

        parts = sorted(expression.args, key=order)
        return Sum(
            tuple(
                (_is_negative(part), self(-part if _is_negative(part) else part)) for part in parts
            )
        )

    def _product(self, expression: Expr) -> Node:
        if _is_negative(expression):
            return Sum(((True, self(-expression)),))
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in sympy.Mul.make_args(expression):
            if isinstance(factor, sympy.Rational):
                above += [sympy.Integer(factor.p)] * (factor.p != 1)
                below += [sympy.Integer(factor.q)] * (factor.q != 1)
            elif isinstance(factor, sympy.Pow) and _is_negative(factor.exp):
                below.append(1 / factor)
            else:
                above.append(factor)
        if not below and len(above) == 1:
            return self._power(above[0])
        return Product(self._factors(above) or (Number("1"),), self._factors(below))

    def _factors(self, factors: list[Expr]) -> tuple[Node, ...]:
        return tuple(self._power(factor) for factor in sorted(factors, key=self._place))

    def _power(self, factor: Expr) -> Node:
        if not isinstance(factor, sympy.Pow):
            return self(factor)
        if factor.exp == sympy.S.Half:
            return Call("sqrt", (self(factor.base),))
        return Power(self(factor.base), self(factor.exp))

    def _place(self, expression: Expr) -> int:
        """Return where an expression stands among others: numbers first, sums last."""
        if expression.is_Number:
            return -1
        if isinstance(expression, sympy.Add | sympy.Max | sympy.Min):
            return _LAST
        names = (symbol.name for symbol in expression.free_symbols)
        return min((self._rank.get(name, _LAST) for name in names), default=0)


def _is_negative(expression: Expr) -> bool:
    return bool(expression.as_coeff_Mul()[0].is_negative)


def _digits(number: Expr) -> str:
    """Return the shortest digits that read back as the same number."""
    if isinstance(number, sympy.Integer):
        return str(number)
    digits = repr(float(number))
    return digits.removesuffix(".0")


def text(node: Node) -> str:
    """Return a layout in one line of plain text.

    Examples
    --------
    >>> text(Product((Name("CL"), Name("C")), (Name("V"),)))
    'CL·C/V'
    >>> text(Sum(((False, Number("1")), (True, Name("E")))))
    '1 − E'
    """
    match node:
        case Number(digits):
            return digits
        case Name(name):
            return name
        case Sum(parts):
            (minus, first), *others = parts
            head = f"−{_within(first, Sum)}" if minus else text(first)
            tail = (f" {'−' if minus else '+'} {_within(part, Sum)}" for minus, part in others)
            return head + "".join(tail)
        case Product(above, below):
            top = "·".join(_within(factor, Sum) for factor in above)
            if not below:
                return top
            bottom = "·".join(_within(factor, Sum, Product) for factor in below)
            return f"{top}/({bottom})" if len(below) > 1 else f"{top}/{bottom}"
        case Power(base, exponent):
            return f"{_within(base, Sum, Product, Power)}^{_within(exponent, Sum, Product, Power)}"
        case Call(function, arguments):
            return f"{function}({', '.join(text(argument) for argument in arguments)})"


def _within(node: Node, *loose: type) -> str:
    """Return text in brackets if the node binds too loosely where it stands."""
    return f"({text(node)})" if isinstance(node, loose) else text(node)
