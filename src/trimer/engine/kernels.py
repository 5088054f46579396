# SPDX-License-Identifier: Apache-2.0
"""From graph to straight-line LLVM functions over one vector of patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.engine.circular import cosine, sine
from trimer.engine.ir import LANES, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimer.engine.graph import Graph


def kernel(
    name: str,
    graph: Graph,
    reads: tuple[str, ...],
    writes: Mapping[str, Sequence[int]],
    *,
    accumulate: bool = False,
    hoisted: Mapping[int, int] | None = None,
    strides: Mapping[str, int] | None = None,
    internal: bool = True,
    lanes: int = LANES,
) -> str:
    """Return a function that evaluates nodes of a graph for one vector of patients.

    Parameters
    ----------
    name : str
        Name of the function; its arguments are the arrays, read first, then written.
    graph : Graph
        Holds the nodes.
    reads : tuple of str
        Names of the arrays (pointers to vectors) that the graph loads from. ``gh`` is passed by
        value.
    writes : mapping of str to sequence of int
        For each array written, the nodes that go to its vectors 0, 1, ... It may be read too.
    accumulate : bool
        Add to what the written arrays hold instead of replacing it.
    hoisted : mapping, optional
        Nodes that were computed ahead, and their place in array ``p``.
    strides : mapping, optional
        Arrays whose vectors do not lie side by side, and how many vectors apart they lie.
    internal : bool
        True if only functions of the same module call it.
    lanes : int
        Patients per vector.
    """
    w = Writer(lanes)
    hoisted, strides = hoisted or {}, strides or {}
    outputs = [node for nodes in writes.values() for node in nodes]
    order = graph.live(outputs, hoisted)
    fused = _fusable(graph, order, outputs, hoisted)
    value: dict[int, str] = {}
    for node in order:
        if node in hoisted:
            value[node] = w.read(w.vector, "%p", hoisted[node])
        elif node not in fused:
            value[node] = _emit(w, graph, node, value, fused, strides)
    for array, nodes in writes.items():
        for i, node in enumerate(nodes):
            result, at = value[node], i * strides.get(array, 1)
            if accumulate:
                result = w.binary("fadd", result, w.read(w.vector, f"%{array}", at))
            w.write(w.vector, result, f"%{array}", at)
    listed = ", ".join(
        f"{w.vector} %gh" if a == "gh" else f"ptr noalias %{a}" for a in (*reads, *writes)
    )
    return w.function(name, listed, internal=internal)


def _fusable(
    g: Graph, order: list[int], outputs: list[int], hoisted: Mapping[int, int]
) -> set[int]:
    """Return the products that are used once, by a sum, and become part of its fma."""
    uses: dict[int, int] = {}
    order = [node for node in order if node not in hoisted]
    for node in order:
        for a in g.arguments(node):
            uses[a] = uses.get(a, 0) + 1
    for node in outputs:
        uses[node] = uses.get(node, 0) + 1
    fused: set[int] = set()
    for node in order:
        if g.code[node][0] in ("add", "sub"):
            left, right = g.arguments(node)
            for a in (right, left):
                if g.code[a][0] == "mul" and uses[a] == 1 and a not in hoisted:
                    fused.add(a)
                    break
    return fused


_MEANING: dict[str, Callable[..., str]] = {
    "add": lambda w, a, b: w.binary("fadd", a, b),
    "sub": lambda w, a, b: w.binary("fsub", a, b),
    "mul": lambda w, a, b: w.binary("fmul", a, b),
    "fma": lambda w, a, b, c: w.fma(a, b, c),
    "neg": lambda w, a: w.negative(a),
    "recip": lambda w, a: w.binary("fdiv", w.number(1.0), a),
    "sqrt": lambda w, a: w.unary("sqrt", a),
    "exp": lambda w, a: w.exp(a),
    "log": lambda w, a: w.log(a),
    "sin": sine,
    "cos": cosine,
    "max": lambda w, a, b: w.largest(a, b),
    "min": lambda w, a, b: w.smallest(a, b),
    "select": lambda w, a, b, x, y: w.choose(w.compare("ogt", a, b), x, y),
}


def _emit(
    w: Writer,
    g: Graph,
    node: int,
    value: dict[int, str],
    fused: set[int],
    strides: Mapping[str, int],
) -> str:
    op = g.code[node]
    kind = str(op[0])
    if kind == "const":
        return w.number(float(op[1]))  # type: ignore[arg-type]
    if kind == "load":
        array, index = str(op[1]), int(op[2])  # type: ignore[call-overload]
        return (
            "%gh" if array == "gh" else w.read(w.vector, f"%{array}", index * strides.get(array, 1))
        )
    args = g.arguments(node)
    if kind in ("add", "sub") and (args[0] in fused or args[1] in fused):
        return _fused(w, g, node, value, fused)
    if kind in ("max", "min") and g.value(args[0]) is not None:
        args = args[::-1]  # the variable first: its NaN must survive
    return _MEANING[kind](w, *(value[a] for a in args))


def _fused(w: Writer, g: Graph, node: int, value: dict[int, str], fused: set[int]) -> str:
    """Return x + p*q, x - p*q or p*q - y as one fused multiply-add."""
    left, right = g.arguments(node)
    minus = g.code[node][0] == "sub"
    if right in fused:
        p, q = (value[x] for x in g.arguments(right))
        return w.fma(w.negative(p) if minus else p, q, value[left])
    p, q = (value[x] for x in g.arguments(left))
    return w.fma(p, q, w.negative(value[right]) if minus else value[right])
