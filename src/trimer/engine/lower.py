# SPDX-License-Identifier: Apache-2.0
"""From a model's sympy expressions to the engine's graph, once.

Parameters that are the same in every patient become numbers here, so a Hill coefficient of one
costs nothing. What differs between patients is read from array ``p``: the varied parameters, the
baselines (constants of one patient, computed at the start) and the inputs that doses set. In a
model whose equations use the time, it stands behind them in ``p``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import sympy

from trimer.core.errors import EngineError, UnknownName, did_you_mean
from trimer.engine.graph import Graph
from trimer.model.parts import TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trimer.model import Model


@dataclass(frozen=True)
class Lowered:
    """A model as graph nodes.

    Attributes
    ----------
    columns : tuple of str
        What array ``p`` holds: varied parameters, baselines, inputs, in this order.
    n_varied, n_baselines : int
        How many of the columns are varied parameters, and baselines.
    graph : Graph
        Holds the derivatives and observables; reads ``y`` and ``p``.
    derivatives, observables : tuple of int
        Nodes of ``graph``.
    clock : int or None
        Node of the time, in entry ``len(columns)`` of ``p``; None if no equation uses it.
    start : Graph
        Holds what is needed once per patient; reads ``y`` (here: the roots) and ``p``.
    residuals, initial, routes : tuple of int
        Nodes of ``start``: one residual per root; initial species then baselines; dose factors.
    """

    columns: tuple[str, ...]
    n_varied: int
    n_baselines: int
    graph: Graph
    derivatives: tuple[int, ...]
    observables: tuple[int, ...]
    clock: int | None
    start: Graph
    residuals: tuple[int, ...]
    initial: tuple[int, ...]
    routes: tuple[int, ...]


def lower(model: Model, vary: Iterable[str] = ()) -> Lowered:
    """Return a model as graph nodes.

    Parameters
    ----------
    model : Model
        A checked model.
    vary : iterable of str
        Parameters to read per patient besides those that have a spread.

    Raises
    ------
    UnknownName
        If ``vary`` names something that is not a parameter.
    """
    names = [p.name for p in model.parameters]
    for name in vary:
        if name not in names:
            message = f"Unknown parameter '{name}' of '{model.name}'.{did_you_mean(name, names)}"
            raise UnknownName(message)
    extra = set(vary)
    varied = [p.name for p in model.parameters if p.spread or p.name in extra]
    baselines = [b.name for b in model.baselines]
    columns = (*varied, *baselines, *(i.name for i in model.inputs))
    fixed = {p.name: p.value for p in model.parameters if p.name not in set(varied)}

    moving = _Lowering(fixed, {name: ("p", i) for i, name in enumerate(columns)})
    moving.places.update({s.name: ("y", i) for i, s in enumerate(model.species)})
    moving.clock = len(columns)
    for term in model.terms:
        moving.define(term.name, term.expression)
    derivatives = tuple(moving(e) for e in model.derivatives())
    observables = tuple(moving(o.expression) for o in model.observables)

    once = _Lowering(fixed, {name: ("p", i) for i, name in enumerate(varied)})
    routes = tuple(once(r.coefficient) for r in model.routes)  # of parameters alone
    once.places.update({r.name: ("y", i) for i, r in enumerate(model.roots)})
    residuals = tuple(once(r.residual) for r in model.roots)
    for baseline in model.baselines:
        once.define(baseline.name, baseline.expression)
    initial = tuple(once(s.initial) for s in model.species)
    initial += tuple(once.defined(name) for name in baselines)
    return Lowered(
        columns, len(varied), len(baselines), moving.graph, derivatives, observables,
        moving.made_clock, once.graph, residuals, initial, routes,
    )  # fmt: skip


#: Functions of one argument, and of several that may be taken two at a time.
_FUNCTIONS = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.Max: "max",
    sympy.Min: "min",
}


class _Lowering:
    """Turns expressions into nodes of one graph."""

    def __init__(self, fixed: Mapping[str, float], places: Mapping[str, tuple[str, int]]) -> None:
        self.graph = Graph()
        self.fixed = fixed
        self.places = dict(places)
        self.clock: int | None = None  # where the time stands in `p`
        self.made_clock: int | None = None
        self._named: dict[str, int] = {}
        self._known: dict[sympy.Basic, int] = {}

    def define(self, name: str, expression: sympy.Expr) -> None:
        """Give a name to an expression, for later ones to use."""
        self._named[name] = self(expression)

    def defined(self, name: str) -> int:
        """Return the node of a defined name."""
        return self._named[name]

    def __call__(self, expression: sympy.Expr) -> int:
        """Return the node of an expression."""
        node = self._known.get(expression)
        if node is None:
            node = self._lower(expression)
            self._known[expression] = node
        return node

    def _lower(self, e: sympy.Expr) -> int:
        g = self.graph
        if e.is_Symbol:
            return self._symbol(str(e.name))
        if e.is_number and not e.args:
            return g.const(float(e))
        if e.is_Add:
            return self._sum(e.args)
        if e.is_Mul:
            return self._product(e.args)
        if e.is_Pow:
            return self._power(*e.args)
        name = _FUNCTIONS.get(e.func, "")
        if len(e.args) == 1 and name:
            return int(getattr(g, name)(self(e.args[0])))
        if name:
            nodes = sorted(self(a) for a in e.args)
            return int(reduce(getattr(g, name), nodes))
        message = (
            f"The engine cannot compute '{type(e).__name__}' in {e}. "
            "Use + - * /, powers, exp, log, cos, sin, sqrt, Max and Min."
        )
        raise EngineError(message)

    def _symbol(self, name: str) -> int:
        if name in self.fixed:
            return self.graph.const(self.fixed[name])
        if name in self._named:
            return self._named[name]
        if name in self.places:
            return self.graph.load(*self.places[name])
        if name == TIME and self.clock is not None:
            self.made_clock = self.graph.clock(self.clock)
            return self.made_clock
        message = f"'{name}' is used in an equation before it has a value. This is a bug in Trimer."
        raise EngineError(message)

    def _ordered(self, nodes: Sequence[int]) -> list[int]:
        """Put what is constant per patient first, so that it forms one node computed ahead."""
        static = self.graph.static
        return [x for x in nodes if static[x]] + [x for x in nodes if not static[x]]

    def _sum(self, parts: Sequence[sympy.Expr]) -> int:
        nodes = self._ordered([self(a) for a in parts])
        result = nodes[0]
        for node in nodes[1:]:
            result = self.graph.add(result, node)
        return result

    def _product(self, parts: Sequence[sympy.Expr]) -> int:
        nodes = self._ordered([self(a) for a in parts])
        result = nodes[0]
        for node in nodes[1:]:
            result = self.graph.mul(result, node)
        return result

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> int:
        g = self.graph
        x, n = self(base), self(exponent)
        value = g.value(n)
        if value is not None:
            return g.power(x, value)
        return g.exp(g.mul(n, g.log(x)))
