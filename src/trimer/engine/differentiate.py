# SPDX-License-Identifier: Apache-2.0
"""Derivatives on the graph: chain rule, every node once, nothing differentiated twice.

The gradient of a node is kept sparse, by state. The derivative of ``exp(a)`` is the node of
``exp(a)`` itself times that of ``a``, so the Jacobian shares every transcendental with the
right-hand side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.engine.graph import Graph

Gradient = dict[int, int]

#: A node is cut out if it depends on so many unknowns and is used in so many places.
_WIDE, _SHARED = 3, 3

_TINY = 1e-150  # x * (1 / max(x, tiny)) is 0 at x = 0, where x / x would be NaN


def jacobian(
    graph: Graph, outputs: Sequence[int], cuts: Sequence[int] = (), *, n: int | None = None
) -> dict[tuple[int, int], int]:
    """Return the nodes of d outputs[i] / d y[j], those that are not zero by structure.

    A node that many outputs share can be cut out: it becomes unknown number n, n + 1, ... of a
    larger, sparser system, with its own derivative as a row of its own, instead of having its
    derivative multiplied into every output. `factorize` solves either form.

    Parameters
    ----------
    graph : Graph
        Holds the outputs; the derivative's nodes are added to it.
    outputs : sequence of int
        Nodes to differentiate by the entries of array ``y``.
    cuts : sequence of int
        Nodes to cut out, each made after those it depends on.
    n : int, optional
        Number of states: where the numbers of the cuts begin; as many as outputs by default.

    Examples
    --------
    >>> from trimer.engine.graph import Graph
    >>> g = Graph()
    >>> x = g.load("y", 0)
    >>> J = jacobian(g, [g.mul(x, x)])
    >>> J == {(0, 0): g.add(x, x)}
    True
    """
    number = {node: (len(outputs) if n is None else n) + k for k, node in enumerate(cuts)}
    gradients: dict[int, Gradient] = {}
    rows: dict[int, Gradient] = {}
    for node in graph.live([*outputs, *cuts]):
        kind, *rest = graph.code[node]
        if kind == "load":
            gradient = {int(rest[1]): graph.const(1.0)} if rest[0] == "y" else {}  # type: ignore[call-overload]
        else:
            gradient = _gradient(graph, node, gradients)
        if node in number:
            rows[number[node]] = gradient
            gradient = {number[node]: graph.const(1.0)}
        gradients[node] = gradient
    rows.update({i: gradients[node] for i, node in enumerate(outputs)})
    return {(i, j): d for i, row in rows.items() for j, d in row.items()}


def time_derivative(graph: Graph, outputs: Sequence[int], clock: int) -> dict[int, int]:
    """Return the nodes of the partial derivatives of outputs by time, where they are not zero.

    Parameters
    ----------
    graph : Graph
        Holds the outputs; the derivative's nodes are added to it.
    outputs : sequence of int
        Nodes to differentiate.
    clock : int
        The node of the time.
    """
    gradients: dict[int, Gradient] = {}
    for node in graph.live(outputs):
        if graph.code[node][0] == "load":
            gradients[node] = {0: graph.const(1.0)} if node == clock else {}
        else:
            gradients[node] = _gradient(graph, node, gradients)
    return {i: gradients[node][0] for i, node in enumerate(outputs) if gradients[node]}


def worthwhile_cuts(graph: Graph, outputs: Sequence[int]) -> list[int]:
    """Return the nodes that make the Jacobian's system sparser when they are cut out.

    These are the nodes that depend on several states and are used in several places, so that
    their derivative would be multiplied into each: a killing rate, a total of cells, a signal.
    """
    order = graph.live(outputs)
    users: dict[int, set[int]] = {node: set() for node in order}
    for node in order:
        for a in graph.arguments(node):
            users[a].add(node)
    behind: dict[int, set[int]] = {}
    cuts = []
    for node in order:
        op = graph.code[node]
        if op[:2] == ("load", "y"):
            behind[node] = {node}
            continue
        behind[node] = set().union(*(behind[a] for a in graph.arguments(node)), set())
        if len(behind[node]) >= _WIDE and len(users[node]) >= _SHARED:
            cuts.append(node)
            behind[node] = {node}
    return cuts


def _gradient(g: Graph, node: int, known: dict[int, Gradient]) -> Gradient:
    """Return the gradient of a node that is computed from others."""
    kind = g.code[node][0]
    args = g.arguments(node)
    parts = [known[a] for a in args]
    if not any(parts):
        return {}
    if kind == "add":
        return _sum(g, parts[0], parts[1])
    if kind == "sub":
        return _sum(g, parts[0], _scale(g, parts[1], g.const(-1.0)))
    if kind == "neg":
        return _scale(g, parts[0], g.const(-1.0))
    if kind == "mul":
        return _sum(g, _scale(g, parts[0], args[1]), _scale(g, parts[1], args[0]))
    if kind in ("max", "min"):
        left, right = (args[0], args[1]) if kind == "max" else (args[1], args[0])
        zero = g.const(0.0)
        return _kept(
            g,
            {
                j: g.select(left, right, parts[0].get(j, zero), parts[1].get(j, zero))
                for j in dict.fromkeys([*parts[0], *parts[1]])
            },
        )
    return _scale(g, parts[0], _slope(g, str(kind), node, args[0]))


def _slope(g: Graph, kind: str, node: int, a: int) -> int:
    """Return d f(a) / d a for a function of one argument; finite where log and sqrt are not."""
    if kind == "exp":
        return node
    if kind == "log":
        return g.recip(g.max(a, g.const(_TINY)))
    if kind == "sin":
        return g.cos(a)
    if kind == "cos":
        return g.neg(g.sin(a))
    if kind == "recip":
        return g.neg(g.mul(node, node))
    if kind == "sqrt":
        return g.mul(g.const(0.5), g.recip(g.max(node, g.const(_TINY))))
    raise AssertionError(kind)


def _sum(g: Graph, a: Gradient, b: Gradient) -> Gradient:
    out = dict(a)
    for j, d in b.items():
        out[j] = g.add(out[j], d) if j in out else d
    return _kept(g, out)


def _scale(g: Graph, a: Gradient, factor: int) -> Gradient:
    return _kept(g, {j: g.mul(d, factor) for j, d in a.items()})


def _kept(g: Graph, a: Gradient) -> Gradient:
    return {j: d for j, d in a.items() if g.value(d) != 0.0}
