# SPDX-License-Identifier: Apache-2.0
"""Print a layout as TeX mathematics, which Markdown pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.layout import Call, Name, Number, Power, Product, Sum
from trimer.model.mathml import split_symbol

if TYPE_CHECKING:
    from trimer.model.layout import Node

_GREEK = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "κ": r"\kappa",
    "λ": r"\lambda", "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\phi",
    "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega",
}  # fmt: skip
_FUNCTIONS = {"max": r"\max", "min": r"\min", "exp": r"\exp", "log": r"\ln", "cos": r"\cos"}
_LINE = 90
"""Letters of plain text after which a sum goes on in a new line."""


def tex(node: Node) -> str:
    r"""Return the TeX of a layout, without what sets mathematics off from text.

    Examples
    --------
    >>> print(tex(Product((Name("CL"), Name("C")), (Name("V"),))))
    \frac{\mathrm{CL} \, C}{V}
    """
    match node:
        case Number(digits):
            return _number(digits)
        case Name(name):
            return symbol(name)
        case Sum(parts):
            return "".join(
                f"{_sign(minus=minus, first=index == 0)}{_within(part, Sum)}"
                for index, (minus, part) in enumerate(parts)
            )
        case Product(above, below):
            return rf"\frac{{{_times(above)}}}{{{_times(below)}}}" if below else _times(above)
        case Power(base, exponent):
            return f"{_within(base, Sum, Product, Power)}^{{{tex(exponent)}}}"
        case Call("sqrt", (argument,)):
            return rf"\sqrt{{{tex(argument)}}}"
        case Call(function, arguments):
            name = _FUNCTIONS.get(function, rf"\operatorname{{{function}}}")
            inside = ",\\; ".join(tex(argument) for argument in arguments)
            return rf"{name}\left({inside}\right)"


def symbol(name: str) -> str:
    r"""Return the TeX of a symbol, split into base and subscript as in MathML.

    Examples
    --------
    >>> print(symbol("kon3"), symbol("psiL"), symbol("TNF"))
    k_{\mathrm{on3}} \psi_{\mathrm{L}} \mathrm{TNF}
    """
    base, below = split_symbol(name)
    return _letters(base) + (rf"_{{{_upright(below)}}}" if below else "")


def equation(left: str, right: Node, length: int) -> str:
    """Return left = right, a long sum with a line for each of its parts.

    Parameters
    ----------
    left : str
        TeX.
    right : layout
        Right side.
    length : int
        Letters of the equation in plain text.
    """
    if length <= _LINE or not isinstance(right, Sum) or len(right.parts) < 2:
        return f"{left} = {tex(right)}"
    first, *others = [
        f"{_sign(minus=minus, first=index == 0)}{_within(part, Sum)}"
        for index, (minus, part) in enumerate(right.parts)
    ]
    lines = [rf"{left} ={{}} & {first}", *(rf"& {part.strip()}" for part in others)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def derivative(name: str) -> str:
    """Return the TeX of d(name)/dt."""
    return rf"\frac{{d\,{symbol(name)}}}{{dt}}"


def _letters(base: str) -> str:
    if base in _GREEK:
        return _GREEK[base]
    if base == "pi":
        return r"\pi"
    return base if len(base) == 1 else _upright(base)


def _upright(text: str) -> str:
    escaped = text.replace("_", r"\_").replace(" ", r"\ ")
    return rf"\mathrm{{{escaped}}}"


def _number(digits: str) -> str:
    mantissa, _, exponent = digits.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def _times(factors: tuple[Node, ...]) -> str:
    if len(factors) == 1:
        return tex(factors[0])
    return r" \, ".join(_within(factor, Sum) for factor in factors)


def _within(node: Node, *loose: type) -> str:
    """Return TeX in brackets if the node binds too loosely where it stands."""
    return rf"\left({tex(node)}\right)" if isinstance(node, loose) else tex(node)


def _sign(*, minus: bool, first: bool) -> str:
    if first:
        return "-" if minus else ""
    return " - " if minus else " + "
