# SPDX-License-Identifier: Apache-2.0
"""Symbolic sparse LU of W = I/(h gamma) - J, without pivoting, as graph nodes.

All entries off the diagonal are kept with the sign of J, which makes every update of the
elimination and of the solves a plain fused multiply-add: with M = -W off the diagonal and pivots
d, row i gains (M_ik / d_k) times row k.

Mass action and compartment models have heavy diagonals, so a fixed order chosen by Markowitz
counts is safe; the tests keep a check on the residual. The factors are stored as a flat list of
slots in the order in which the triangular solves read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.engine.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Factors:
    """The factorization of one sparsity pattern.

    Attributes
    ----------
    order : tuple of int
        Elimination order of the states.
    slots : tuple of int
        Nodes (of the graph that holds J) stored one after the other: -L by columns, then for the
        states in reverse order a row of -U and the reciprocal of its pivot.
    solve : Graph
        The two triangular solves, reading arrays ``lu`` and ``b``.
    solution : tuple of int
        Nodes of ``solve``, one per state.
    """

    order: tuple[int, ...]
    slots: tuple[int, ...]
    solve: Graph
    solution: tuple[int, ...]


def elimination_order(n: int, size: int, pattern: set[tuple[int, int]]) -> tuple[int, ...]:
    """Return the unknowns in the order that Markowitz counts propose (least fill first).

    Unknowns n, n + 1, ... were cut out of the Jacobian. A state waits for those through which it
    acts on itself, so that its pivot is whole before it is divided by.

    Among equals the one that waits for the shortest chain of earlier pivots goes first: chains
    of dependent operations, not their number, are what a processor waits for.
    """
    rows = [{j for i, j in pattern if i == r} | {r} for r in range(size)]
    columns = [{i for i, j in pattern if j == c} | {c} for c in range(size)]
    behind: dict[int, set[int]] = {}  # what each cut depends on, through other cuts too
    for z in range(n, size):
        direct = rows[z] - {z}
        behind[z] = direct.union(*(behind[j] for j in direct if j >= n))
    waits = []
    for i in range(n):
        used = {z for z in rows[i] if z >= n}
        used |= {z for u in used for z in behind[u] if z >= n}
        waits.append({z for z in used if i in behind[z]})
    depth = [0] * size
    left = set(range(size))
    order: list[int] = []

    def cost(i: int) -> tuple[int, int, int]:
        count = (len(rows[i] & left) - 1) * (len(columns[i] & left) - 1)
        return count, depth[i], i

    while left:
        ready = (i for i in left if i >= n or not waits[i] & left)
        pivot = min(ready, key=cost)
        left.discard(pivot)
        order.append(pivot)
        for i in columns[pivot] & left:
            rows[i] |= rows[pivot] & left
            depth[i] = max(depth[i], depth[pivot] + 1)
        for j in rows[pivot] & left:
            columns[j] |= columns[pivot] & left
            depth[j] = max(depth[j], depth[pivot] + 1)
    return tuple(order)


def factorize(graph: Graph, n: int, jacobian: Mapping[tuple[int, int], int]) -> Factors:
    """Return the LU factors of W = diag(gh) - J as nodes, and the solve that uses them.

    Parameters
    ----------
    graph : Graph
        Holds the Jacobian's nodes; the factors are added to it. ``gh`` (1 / (h gamma)) is read
        as entry 0 of array ``gh``.
    n : int
        Number of states.
    jacobian : mapping
        (row, column) to node; rows and columns from n on were cut out.
    """
    size = max([n, *(max(at) + 1 for at in jacobian)])
    w = _system(graph, n, size, jacobian)
    order = elimination_order(n, size, set(w))
    lower, upper, reciprocal = _eliminate(graph, w, order)
    slots: list[int] = []
    solve = Graph()

    def factor(node: int) -> int:
        """Return the solve's node of a factor: a number, or the next slot."""
        known = graph.value(node)
        if known is not None:
            return solve.const(known)
        slots.append(node)
        return solve.load("lu", len(slots) - 1)

    x = [solve.load("b", i) if i < n else solve.const(0.0) for i in range(size)]
    for (i, k), multiplier in lower.items():
        if solve.value(x[k]) != 0.0:  # what was cut out begins at zero
            x[i] = solve.fma(factor(multiplier), x[k], x[i])
    for k in reversed(order):
        total = x[k]
        for j in upper[k]:
            total = solve.fma(factor(w[k, j]), x[j], total)
        x[k] = solve.mul(total, factor(reciprocal[k]))
    return Factors(order, tuple(slots), solve, tuple(x[:n]))


def _system(
    graph: Graph, n: int, size: int, jacobian: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """Return W on the diagonal and -W off it."""
    gh = graph.load("gh", 0)
    w = {(i, j): v for (i, j), v in jacobian.items() if i != j}
    for i in range(n):
        w[i, i] = graph.sub(gh, jacobian[i, i]) if (i, i) in jacobian else gh
    w.update({(i, i): graph.const(1.0) for i in range(n, size)})
    return w


def _eliminate(
    graph: Graph, w: dict[tuple[int, int], int], order: tuple[int, ...]
) -> tuple[dict[tuple[int, int], int], dict[int, list[int]], dict[int, int]]:
    """Eliminate in place; return multipliers, columns of each row of U, reciprocal pivots."""
    rank = {state: r for r, state in enumerate(order)}
    by_row: dict[int, set[int]] = {k: set() for k in order}
    by_column: dict[int, set[int]] = {k: set() for k in order}
    for i, j in w:
        by_row[i].add(j)
        by_column[j].add(i)
    lower: dict[tuple[int, int], int] = {}
    upper: dict[int, list[int]] = {}
    reciprocal: dict[int, int] = {}
    for k in order:
        reciprocal[k] = graph.recip(w[k, k])
        # The back substitution knows the last states first.
        upper[k] = sorted((j for j in by_row[k] if rank[j] > rank[k]), key=rank.__getitem__)[::-1]
        for i in sorted((i for i in by_column[k] if rank[i] > rank[k]), key=rank.__getitem__):
            lower[i, k] = graph.mul(w[i, k], reciprocal[k])
            for j in upper[k]:
                w[i, j] = _updated(graph, lower[i, k], w[k, j], w.get((i, j)), diagonal=i == j)
                by_row[i].add(j)
                by_column[j].add(i)
    return lower, upper, reciprocal


def _updated(graph: Graph, multiplier: int, u: int, old: int | None, *, diagonal: bool) -> int:
    """Return an entry after elimination of one state; the diagonal has the other sign."""
    if old is None:
        return graph.mul(multiplier, u)
    return graph.fma(graph.neg(multiplier) if diagonal else multiplier, u, old)
