# SPDX-License-Identifier: Apache-2.0
"""Evaluate expressions of a model over many states at once, to see which way a thing acts."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trimer.model.parts import TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.model.model import Model
    from trimer.model.parts import Expr

Values: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"

STATES = 64
"""How many states are looked at."""
_DECADES = 1.0
"""How far a level is from its scale, up and down: a share of scale 0.1 stays below 1."""

_FUNCTIONS = {"exp": np.exp, "cos": np.cos, "log": np.log}
_FOLDS = {"Add": np.add, "Mul": np.multiply, "Max": np.maximum, "Min": np.minimum}


def evaluate(expression: Expr, values: Mapping[str, Values]) -> Values:
    """Return an expression at every state.

    Raises
    ------
    TypeError
        If it has a function that no model uses so far.

    Examples
    --------
    >>> import sympy
    >>> C = sympy.Symbol("C")
    >>> evaluate(sympy.Max(C, 0) ** 2 / 2, {"C": np.array([-1.0, 3.0])}).tolist()
    [0.0, 4.5]
    """
    if expression.is_Symbol:
        return values[expression.name]
    if not expression.args:
        return np.asarray(float(expression))
    parts = [evaluate(argument, values) for argument in expression.args]
    kind = type(expression).__name__
    if kind == "Pow":
        return np.asarray(np.power(*parts))
    if kind in _FOLDS:
        return np.asarray(reduce(_FOLDS[kind], parts))
    if kind not in _FUNCTIONS:
        raise TypeError(f"no rule for {kind}")
    return np.asarray(_FUNCTIONS[kind](parts[0]))


def states(model: Model) -> dict[str, Values]:
    """Return every symbol of a model at `STATES` states of the typical patient.

    Levels spread evenly over decades around their scale, by multiples of irrational numbers: no
    chance, so the answer is the same everywhere.
    """
    values: dict[str, Values] = {row.name: np.full(STATES, row.value) for row in model.parameters}
    steps = np.arange(1, STATES + 1)
    values[TIME] = steps / 4.0
    free = [(part.name, part.scale) for part in model.species]
    free += [(part.name, 1.0) for part in model.inputs]
    for place, (name, scale) in enumerate(free):
        even = np.mod(steps * np.sqrt(5.0) / 2 + place * np.sqrt(2.0), 1.0)
        even = np.mod(even + steps * place * np.sqrt(3.0), 1.0)
        values[name] = scale * 10 ** (_DECADES * (2 * even - 1))
    for root in model.roots:
        values[root.name] = np.full(STATES, np.sqrt(root.lower * root.upper))
    named = [(part.name, part.expression) for part in model.baselines]
    named += [(part.name, part.expression) for part in model.terms]
    for name, expression in named:
        values[name] = np.broadcast_to(evaluate(expression, values), (STATES,))
    return values
