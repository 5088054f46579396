# SPDX-License-Identifier: Apache-2.0
"""The model's equations as source code for other engines, printed from our engine's graph.

All engines thus solve the same equations, with the fixed parameters already in place, common
subexpressions shared, and what depends on patient and dose alone computed ahead, at no charge.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.engine.differentiate import jacobian
from trimer.engine.lower import lower

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.model import Model

    Scales = NDArray[np.float64]

_SMALLEST = 2.3e-308  # our engine's logarithm takes anything smaller for this
_INFIX = {"add": "+", "sub": "-", "mul": "*"}
_SCALARS = {"exp": exp, "log": log, "sqrt": sqrt, "max": max, "min": min}
_ARRAYS = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "max": np.maximum, "min": np.minimum}


class Equations:
    """A model's derivatives and Jacobian as graph nodes.

    Attributes
    ----------
    n : int
        Number of states.
    n_parameters : int
        Length of the parameter vector: columns of the model, then what is computed ahead.
    entries : dict
        (row, column) of the Jacobian's entries that are not zero, and their nodes.
    """

    def __init__(self, model: Model) -> None:
        low = lower(model)
        self._graph = low.graph
        self._derivatives = list(low.derivatives)
        self.n = len(self._derivatives)
        self.entries = jacobian(self._graph, self._derivatives)
        n_columns = len(low.columns)
        self._ahead = self._graph.frontier([*self._derivatives, *self.entries.values()])
        self._places = {node: n_columns + i for i, node in enumerate(self._ahead)}
        self.n_parameters = n_columns + len(self._ahead)

    def ahead(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        """Append to the model's columns (N, columns) what can be computed ahead."""
        lines, results = self._print(self._ahead, "p[:, {}]".format, str, repr, {})
        body = [f"{left} = {right}" for left, right in lines]
        body += [f"out[:, {i}] = {result}" for i, result in enumerate(results)]
        out = np.empty((len(known), len(self._ahead)))
        _function("ahead", "p, out", body, _ARRAYS)(known, out)
        return np.hstack([known, out])

    def rhs(self, scales: Scales) -> Callable[..., None]:
        """Return ``rhs(y, p, out)`` as a Python function of scalars; states in units of scales."""
        body = self._scalars(self._derivatives, [f"out[{i}]" for i in range(self.n)], scales)
        return _function("rhs", "y, p, out", body, _SCALARS)

    def jacobian(self, scales: Scales) -> Callable[..., None]:
        """Return ``jacobian(y, p, out)``; it writes the entries that are not zero, in raw units."""
        assert (scales == 1).all(), "only solvers that take one tolerance per state use it"
        targets = [f"out[{i}, {j}]" for i, j in self.entries]
        body = self._scalars(list(self.entries.values()), targets, np.ones(len(targets)))
        return _function("jacobian", "y, p, out", body, _SCALARS)

    def assignments(
        self, scales: Scales, state: str, parameter: str
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the right-hand side as named assignments in infix notation, and its results."""
        lines, results = self._print(
            self._derivatives,
            parameter.format,
            lambda i: _times(state.format(i), scales[i]),
            lambda x: f"({x!r})",
            self._places,
        )
        return lines, [_times(r, 1 / s) for r, s in zip(results, scales, strict=True)]

    def _scalars(self, outputs: list[int], targets: Sequence[str], scales: Scales) -> list[str]:
        lines, results = self._print(
            outputs,
            "p[{}]".format,
            lambda i: _times(f"y[{i}]", scales[i]),
            lambda x: f"({x!r})",
            self._places,
        )
        body = [f"{left} = {right}" for left, right in lines]
        found = [_times(r, 1 / s) for r, s in zip(results, scales, strict=True)]
        return body + [f"{t} = {r}" for t, r in zip(targets, found, strict=True)]

    def _print(
        self,
        outputs: list[int],
        parameter: Callable[[int], str],
        state: Callable[[int], str],
        number: Callable[[float], str],
        places: Mapping[int, int],
    ) -> tuple[list[tuple[str, str]], list[str]]:
        g = self._graph
        value: dict[int, str] = {}
        lines: list[tuple[str, str]] = []
        for node in g.live(outputs, places):
            op = g.code[node]
            if node in places:
                value[node] = parameter(places[node])
            elif op[0] == "const":
                value[node] = number(float(op[1]))
            elif op[0] == "load":
                value[node] = (state if op[1] == "y" else parameter)(int(op[2]))
            else:
                value[node] = f"q{node}"
                formula = _formula(str(op[0]), [value[a] for a in g.arguments(node)])
                lines.append((value[node], formula))
        return lines, [value[node] for node in outputs]


def _formula(kind: str, a: list[str]) -> str:
    if kind in _INFIX:
        return f"{a[0]} {_INFIX[kind]} {a[1]}"
    if kind == "neg":
        return f"-{a[0]}"
    if kind == "recip":
        return f"1.0 / {a[0]}"
    if kind == "log":
        return f"log(max({a[0]}, {_SMALLEST}))"
    if kind == "select":
        return f"{a[2]} if {a[0]} > {a[1]} else {a[3]}"
    return f"{kind}({', '.join(a)})"


def _times(value: str, factor: float) -> str:
    return value if factor == 1 else f"({value} * {float(factor)!r})"


def _function(
    name: str, arguments: str, body: list[str], names: Mapping[str, Any]
) -> Callable[..., None]:
    source = f"def {name}({arguments}):\n    " + "\n    ".join(body) + "\n"
    namespace = dict(names)
    exec(compile(source, f"<{name}>", "exec"), namespace)  # noqa: S102 -- our own text
    function: Callable[..., None] = namespace[name]
    return function
