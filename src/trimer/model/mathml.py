# SPDX-License-Identifier: Apache-2.0
"""Print a layout as presentation MathML, which browsers show without help."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from trimer.model.layout import Call, Name, Number, Power, Product, Sum

if TYPE_CHECKING:
    from trimer.model.layout import Node

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "gam": "γ", "delta": "δ", "kappa": "κ", "kap": "κ",
    "lambda": "λ", "mu": "μ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω",
}  # fmt: skip

# How a symbol splits into its base and its subscript; the first rule that fits decides.
_SPLITS = tuple(
    re.compile(rule)
    for rule in (
        rf"({'|'.join(_GREEK)})_?([A-Z0-9]?\w*)",
        r"(\w+?)_(\w+)",  # tpb_m
        r"(\w*[A-Za-z])(0)",  # Prol0
        r"([kK])(\w+)",  # rates and half-effect levels: kon3, KTol
        r"([a-z])([A-Z0-9]\w*)",  # pL, fLSC123
        r"([A-Z])([a-z][A-Z]?|\d\w*)",  # Dc, TmR, C123b
        r"([A-Z]{2,})([a-z])",  # TRm
    )
)


def mathml(node: Node) -> str:
    """Return the MathML of a layout, without the ``<math>`` around it.

    Examples
    --------
    >>> mathml(Product((Name("CL"),), (Name("V"),)))
    '<mfrac><mi>CL</mi><mi>V</mi></mfrac>'
    """
    match node:
        case Number(digits):
            return _number(digits)
        case Name(name):
            return symbol(name)
        case Sum(parts):
            return _row(
                "".join(
                    f"{_sign(minus=minus, first=index == 0)}{_within(part, Sum)}"
                    for index, (minus, part) in enumerate(parts)
                )
            )
        case Product(above, below):
            if not below:
                return _times(above)
            return f"<mfrac>{_times(above)}{_times(below)}</mfrac>"
        case Power(base, exponent):
            return f"<msup>{_within(base, Sum, Product, Power)}{mathml(exponent)}</msup>"
        case Call("sqrt", (argument,)):
            return f"<msqrt>{mathml(argument)}</msqrt>"
        case Call(function, arguments):
            inside = "<mo>,</mo>".join(mathml(argument) for argument in arguments)
            return _row(f"<mi>{escape(function)}</mi><mo>(</mo>{inside}<mo>)</mo>")


def symbol(name: str) -> str:
    """Return the MathML of a symbol, with Greek letters and a subscript where its name has one.

    Examples
    --------
    >>> symbol("kon3")
    '<msub><mi>k</mi><mi>on3</mi></msub>'
    >>> symbol("psiL")
    '<msub><mi>ψ</mi><mi>L</mi></msub>'
    >>> symbol("TNF")
    '<mi>TNF</mi>'
    """
    base, below = split_symbol(name)
    letter = f"<mi>{escape(base)}</mi>"
    return f"<msub>{letter}<mi>{escape(below)}</mi></msub>" if below else letter


def split_symbol(name: str) -> tuple[str, str]:
    """Return base and subscript of a symbol; the base is Greek where it is spelled out.

    Examples
    --------
    >>> split_symbol("psiL"), split_symbol("TNF")
    (('ψ', 'L'), ('TNF', ''))
    """
    for rule in _SPLITS:
        if found := rule.fullmatch(name):
            return _GREEK.get(found[1], found[1]), found[2].replace("_", " ")
    return name, ""


def equation(left: str, right: Node) -> str:
    """Return ``<math>`` for left = right; `left` is MathML."""
    return f"<math>{left}<mo>=</mo>{mathml(right)}</math>"


def derivative(name: str) -> str:
    """Return the MathML of d(name)/dt."""
    return f"<mfrac>{_row(f'<mi>d</mi>{symbol(name)}')}{_row('<mi>d</mi><mi>t</mi>')}</mfrac>"


def _row(inside: str) -> str:
    return f"<mrow>{inside}</mrow>"


def _times(factors: tuple[Node, ...]) -> str:
    alone = len(factors) == 1
    printed = [mathml(factor) if alone else _within(factor, Sum) for factor in factors]
    return printed[0] if alone else _row("<mo>⋅</mo>".join(printed))


def _sign(*, minus: bool, first: bool) -> str:
    if minus:
        return "<mo>−</mo>"
    return "" if first else "<mo>+</mo>"


def _within(node: Node, *loose: type) -> str:
    """Return MathML in brackets if the node binds too loosely where it stands."""
    if isinstance(node, loose):
        return _row(f"<mo>(</mo>{mathml(node)}<mo>)</mo>")
    return mathml(node)


def _number(digits: str) -> str:
    mantissa, _, exponent = digits.partition("e")
    if not exponent:
        return f"<mn>{digits}</mn>"
    power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>"
    return _row(f"<mn>{mantissa}</mn><mo>×</mo>{power}")
