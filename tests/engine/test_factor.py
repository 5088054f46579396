# SPDX-License-Identifier: Apache-2.0
"""The symbolic LU of W = gh I - J: residual, order, fill."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.engine.differentiate import jacobian, worthwhile_cuts
from trimer.engine.factor import factorize
from trimer.engine.graph import Graph
from trimer.engine.lower import lower

SEEDS = st.integers(0, 2**32 - 1)


def sparse_graph(entries):
    """Return a graph whose Jacobian entries are the numbers of array ``y``."""
    graph = Graph()
    return graph, {at: graph.load("y", k) for k, at in enumerate(entries)}


def solved(evaluate, graph, factors, arrays, b):
    """Return the solution of W x = b by the factors."""
    slots = evaluate(graph, list(factors.slots), arrays, math)
    return np.array(
        evaluate(factors.solve, list(factors.solution), {"lu": slots, "b": b}, math), dtype=float
    )


def backward_error(W, x, b):
    """Return the largest component of |W x - b| / (|W| |x| + |b|)."""
    scale = np.abs(W) @ np.abs(x) + np.abs(b)
    return np.max(np.abs(W @ x - b) / np.where(scale > 0, scale, 1))


@settings(deadline=None)
@given(st.integers(1, 12), st.floats(0, 0.5), SEEDS)
def test_residual_over_random_dominant_matrices(evaluate, n, density, seed):
    """Any sparse matrix with a heavy diagonal is solved to 1e-12, and as numpy solves it."""
    random = np.random.default_rng(seed)
    J = random.normal(size=(n, n)) * 10 ** random.uniform(-3, 3, (n, 1))
    J[random.random((n, n)) > density] = 0
    np.fill_diagonal(J, 0)
    diagonal = random.random(n) < 0.7  # the others have no diagonal of their own
    np.fill_diagonal(J, -np.abs(J).sum(axis=1) * random.uniform(1, 2, n) * diagonal)
    gh = 1.1 * np.abs(J).sum(axis=1).max() + 1
    entries = [(int(i), int(j)) for i, j in np.argwhere(J != 0)]
    graph, nodes = sparse_graph(entries)
    factors = factorize(graph, n, nodes)
    b = random.normal(size=n)
    numbers = [float(J[at]) for at in entries]
    x = solved(evaluate, graph, factors, {"y": numbers, "gh": [gh]}, b.tolist())
    W = gh * np.eye(n) - J
    assert backward_error(W, x, b) < 1e-12
    np.testing.assert_allclose(x, np.linalg.solve(W, b), rtol=1e-9, atol=1e-12 * np.abs(x).max())


def assert_solved(evaluate, lowered, arrays, cuts, seed):
    """Compare the solve of a lowered model with numpy's, for steps of a second up to a year."""
    graph, outputs, n = lowered.graph, list(lowered.derivatives), len(lowered.derivatives)
    J = np.zeros((n, n))
    entries = jacobian(graph, outputs)
    values = evaluate(graph, list(entries.values()), arrays, math)
    for at, value in zip(entries, values, strict=True):
        J[at] = value
    factors = factorize(graph, n, jacobian(graph, outputs, cuts))
    assert len(factors.solution) == n
    grows = np.linalg.eigvals(J).real.max()
    random = np.random.default_rng(seed)
    for step in (1e-5, 1e-2, 1.0, 365.0):
        gh = 1 / (0.21193756319429014 * step)
        if gh < 2 * grows:  # no step is that long while something explodes
            continue
        b = random.normal(size=n)
        x = solved(evaluate, graph, factors, {**arrays, "gh": [gh]}, b.tolist())
        assert backward_error(gh * np.eye(n) - J, x, b) < 1e-12


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.booleans())
def test_residual_over_random_reaction_networks(evaluate, random_model, seed, cut):
    """W of a network is solved to 1e-12, whether or not shared nodes are cut out."""
    lowered = lower(random_model(seed, saturation=0.5 * cut))
    random = np.random.default_rng(seed)
    y = (10 ** random.uniform(-3, 1, len(lowered.derivatives))).tolist()
    p = random.uniform(0.1, 3, len(lowered.columns)).tolist()
    cuts = worthwhile_cuts(lowered.graph, lowered.derivatives) if cut else ()
    assert_solved(evaluate, lowered, {"y": y, "p": p}, cuts, seed)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(0, 6))
def test_any_node_may_be_cut_out(evaluate, random_model, seed, count):
    """Cutting nodes out, whichever they are, changes the way to the solution but not it."""
    lowered = lower(random_model(seed, saturation=0.5))
    random = np.random.default_rng(seed)
    graph = lowered.graph
    moving = [
        node
        for node in graph.live(lowered.derivatives)
        if graph.code[node][0] not in ("load", "const") and not graph.static[node]
    ]
    cuts = sorted(random.choice(moving, min(count, len(moving)), replace=False).tolist())
    y = random.uniform(0.5, 2, len(lowered.derivatives)).tolist()
    p = random.uniform(0.1, 3, len(lowered.columns)).tolist()
    assert_solved(evaluate, lowered, {"y": y, "p": p}, cuts, seed)


def test_a_state_waits_for_every_cut_through_which_it_acts_on_itself(evaluate):
    """Through two cuts x' = -1e10 x: its pivot is whole when it is used, and no digit is lost."""
    graph = Graph()
    x = graph.load("y", 0)
    first = graph.mul(graph.const(1e5), x)
    second = graph.mul(graph.const(-1e5), first)
    factors = factorize(graph, 2, jacobian(graph, [second, first], [first, second]))
    got = solved(evaluate, graph, factors, {"y": [1.0, 1.0], "gh": [3.0]}, [7.0, 0.0])
    want = 7 / (3 + 1e10)
    assert got.tolist() == pytest.approx([want, 1e5 * want / 3], rel=1e-15)


@settings(deadline=None)
@given(st.integers(1, 15), SEEDS)
def test_elimination_order_takes_every_state_once(n, seed):
    """The order is a permutation, the same for the same pattern."""
    random = np.random.default_rng(seed)
    entries = [(int(i), int(j)) for i, j in np.argwhere(random.random((n, n)) < 0.3)]
    order = factorize(*ordered(n, entries)).order
    assert sorted(order) == list(range(n))
    assert factorize(*ordered(n, entries[::-1])).order == order


def ordered(n, entries):
    """Return the arguments of factorize for a pattern."""
    graph, nodes = sparse_graph(entries)
    return graph, n, nodes


@pytest.mark.parametrize("hub_first", [True, False])
def test_a_hub_is_eliminated_last(hub_first):
    """An arrow matrix is factorized without any fill: the hub comes when little is left."""
    n = 8
    hub = 0 if hub_first else n - 1
    entries = [(i, hub) for i in range(n) if i != hub] + [(hub, i) for i in range(n) if i != hub]
    graph, nodes = sparse_graph(entries)
    factors = factorize(graph, n, nodes)
    assert len(factors.slots) == len(entries) + n
    assert hub in factors.order[-2:]


def test_chains_and_lone_states_have_no_fill():
    """A chain of compartments and states coupled to nothing need no more slots than entries."""
    n = 6
    chain = [(i, i) for i in range(n)] + [(i + 1, i) for i in range(n - 1)]
    graph, nodes = sparse_graph(chain)
    assert len(factorize(graph, n, nodes).slots) == len(chain)
    graph, nodes = sparse_graph([])
    assert len(factorize(graph, n, nodes).slots) == n


def test_factors_in_machine_code_equal_those_of_the_graph(evaluate, machine):
    """The compiled solve returns what the graph says, to rounding."""
    random = np.random.default_rng(3)
    n = 5
    entries = [(i, j) for i in range(n) for j in range(n) if i != j and random.random() < 0.5]
    graph, nodes = sparse_graph(entries)
    factors = factorize(graph, n, nodes)
    numbers = random.uniform(-1, 1, len(entries))
    slots = evaluate(graph, list(factors.slots), {"y": numbers, "gh": [4.0]}, math)
    # the machine reads arrays y and p: lu and b under other names
    renamed = Graph()
    place = {"lu": "p", "b": "y"}
    made = {}
    for node in factors.solve.live(factors.solution):
        kind, *rest = factors.solve.code[node]
        if kind == "load":
            made[node] = renamed.load(place[rest[0]], rest[1])
        else:
            made[node] = getattr(renamed, kind)(*(made[x] for x in rest))
    b = random.normal(size=(3, n))
    lu = np.tile(np.array(slots, dtype=float), (3, 1))
    got = machine(renamed, [made[x] for x in factors.solution])(b, lu)
    W = 4.0 * np.eye(n)
    for at, value in zip(entries, numbers, strict=True):
        W[at] -= value
    np.testing.assert_allclose(got, np.linalg.solve(W, b.T).T, rtol=1e-13)
