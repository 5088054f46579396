# SPDX-License-Identifier: Apache-2.0
"""A small writer of SBML (level 3 version 2): states with rate rules, the rest assignment rules."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="bench">
"""
_OPERATORS = {ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "divide"}
_FUNCTIONS = {"exp": "exp", "log": "ln", "sqrt": "root", "max": "max", "min": "min"}


def sbml(
    constants: Iterable[str],
    states: Iterable[str],
    assignments: list[tuple[str, str]],
    rates: Iterable[str],
) -> str:
    """Return a model as SBML.

    Parameters
    ----------
    constants, states : iterable of str
        Names of what is set from outside, and of what the rates change.
    assignments : list of (str, str)
        Name and formula (infix) of what is computed from them.
    rates : iterable of str
        Formula of d(state)/dt, for each state.
    """
    states = list(states)
    declared = [(name, "true") for name in constants]
    declared += [(name, "false") for name in states]
    declared += [(name, "false") for name, _ in assignments]
    rules = [_rule("assignmentRule", name, formula) for name, formula in assignments]
    rules += [_rule("rateRule", name, f) for name, f in zip(states, rates, strict=True)]
    return (
        f"{_HEADER}<listOfParameters>\n"
        + "\n".join(f'<parameter id="{n}" value="0" constant="{c}"/>' for n, c in declared)
        + "\n</listOfParameters>\n<listOfRules>\n"
        + "\n".join(rules)
        + "\n</listOfRules>\n</model>\n</sbml>\n"
    )


def _rule(kind: str, name: str, formula: str) -> str:
    math = _math(ast.parse(formula, mode="eval").body)
    namespace = "http://www.w3.org/1998/Math/MathML"
    return f'<{kind} variable="{name}"><math xmlns="{namespace}">{math}</math></{kind}>'


def _math(node: ast.expr) -> str:
    """Return a formula as MathML."""
    match node:
        case ast.Name(name):
            return f"<ci> {name} </ci>"
        case ast.Constant(value):
            mantissa, _, exponent = repr(float(value)).partition("e")
            if not exponent:
                return f"<cn> {mantissa} </cn>"
            return f'<cn type="e-notation"> {mantissa} <sep/> {int(exponent)} </cn>'
        case ast.UnaryOp(ast.USub(), operand):
            return f"<apply><minus/>{_math(operand)}</apply>"
        case ast.BinOp(left, operator, right):
            name = _OPERATORS[type(operator)]
            return f"<apply><{name}/>{_math(left)}{_math(right)}</apply>"
        case ast.Call(ast.Name(name), arguments):
            inner = "".join(_math(a) for a in arguments)
            return f"<apply><{_FUNCTIONS[name]}/>{inner}</apply>"
    raise AssertionError(ast.dump(node))
