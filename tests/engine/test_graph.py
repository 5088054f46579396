# SPDX-License-Identifier: Apache-2.0
"""The expression graph: equal nodes once, algebra that keeps values, order of computation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.engine.graph import Graph

VARIABLES = 3
LEAVES = st.one_of(
    st.integers(-3, 3).map(lambda c: ("const", c)),
    st.integers(0, VARIABLES - 1).map(lambda i: ("load", i)),
)


def combined(parts):
    """Return a strategy of one operation on expressions."""
    two = st.tuples(st.sampled_from(("add", "sub", "mul", "max", "min")), parts, parts)
    one = st.tuples(st.just("neg"), parts)
    three = st.tuples(st.just("fma"), parts, parts, parts)
    four = st.tuples(st.just("select"), parts, parts, parts, parts)
    return st.one_of(two, one, three, four)


EXPRESSIONS = st.recursive(LEAVES, combined, max_leaves=14)
#: Products of 14 leaves of at most 3 are whole numbers that doubles hold exactly.
POINT = st.lists(st.integers(-3, 3), min_size=VARIABLES, max_size=VARIABLES)


def built(graph, tree):
    """Return the node of an expression tree."""
    kind, *rest = tree
    if kind == "const":
        return graph.const(rest[0])
    if kind == "load":
        return graph.load("y", rest[0])
    return getattr(graph, kind)(*(built(graph, part) for part in rest))


def meant(tree, point, meaning):
    """Return the value of an expression tree, without a graph."""
    kind, *rest = tree
    if kind == "const":
        return rest[0]
    if kind == "load":
        return point[rest[0]]
    return meaning[kind](*(meant(part, point, meaning) for part in rest))


WHOLE = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "max": max,
    "min": min,
    "fma": lambda a, b, c: a * b + c,
    "select": lambda a, b, x, y: x if a > b else y,
}


@given(EXPRESSIONS, POINT)
def test_simplification_never_changes_the_value(evaluate, tree, point):
    """Whatever the graph folds, drops or turns round, whole numbers come out exactly."""
    graph = Graph()
    node = built(graph, tree)
    assert evaluate(graph, [node], {"y": point}, math) == [meant(tree, point, WHOLE)]


@given(EXPRESSIONS)
def test_equal_expressions_are_one_node(tree):
    """Building an expression again makes no new node, and every stored operation is distinct."""
    graph = Graph()
    node = built(graph, tree)
    size = len(graph.code)
    assert built(graph, tree) == node
    assert len(graph.code) == size
    assert len(set(graph.code)) == size


def test_sums_and_products_do_not_depend_on_the_order_of_their_parts():
    """One node each: a + b is b + a, and a b is b a."""
    graph = Graph()
    a, b = graph.load("y", 0), graph.load("p", 0)
    assert graph.add(a, b) == graph.add(b, a)
    assert graph.mul(a, b) == graph.mul(b, a)
    assert graph.max(a, b) == graph.max(b, a)
    assert graph.min(a, b) == graph.min(b, a)


def test_neutral_elements_vanish():
    """Adding 0, multiplying by 1 or 0, double signs and double reciprocals leave no work."""
    graph = Graph()
    x, zero, one = graph.load("y", 0), graph.const(0), graph.const(1)
    assert graph.add(x, zero) == graph.sub(x, zero) == graph.mul(one, x) == x
    assert graph.mul(x, zero) == graph.sub(x, x) == zero
    assert graph.neg(graph.neg(x)) == x
    assert graph.recip(graph.recip(x)) == x
    assert graph.max(x, x) == graph.min(x, x) == graph.select(x, one, x, x) == x
    assert graph.fma(zero, x, one) == one
    assert graph.const(-0.0) == zero


def test_transcendental_functions_of_numbers_are_left_to_the_engine():
    """exp(2) and log(2) are not folded: the C library of this machine must not matter."""
    graph = Graph()
    two = graph.const(2)
    assert graph.value(graph.exp(two)) is None
    assert graph.value(graph.log(two)) is None
    assert graph.value(graph.exp(graph.const(0))) == 1
    assert graph.value(graph.log(graph.const(1))) == 0


@given(
    st.integers(-32, 32).map(lambda twice: twice / 2),
    st.floats(0.1, 5.0),
)
def test_whole_and_half_powers_use_products_and_roots_only(evaluate, exponent, base):
    """x**n for n = -16, -15.5 ... 16 needs neither exp nor log and equals the power."""
    graph = Graph()
    node = graph.power(graph.load("y", 0), exponent)
    kinds = {graph.code[v][0] for v in graph.live([node])}
    assert kinds <= {"const", "load", "mul", "sqrt", "recip", "max"}
    got = evaluate(graph, [node], {"y": [base]}, math)[0]
    assert got == pytest.approx(base**exponent, rel=1e-14)


@given(st.floats(-20, 20), st.floats(0.01, 100.0))
def test_any_power_equals_the_power(evaluate, exponent, base):
    """x**p is exp(p log x) where products do not do."""
    graph = Graph()
    node = graph.power(graph.load("y", 0), exponent)
    got = evaluate(graph, [node], {"y": [base]}, math)[0]
    assert got == pytest.approx(base**exponent, rel=1e-13)


@pytest.mark.parametrize("exponent", [2, 3, 7, 16, 21, -1, -3])
def test_whole_powers_take_negative_numbers(evaluate, exponent):
    """(-1.5)**n keeps its sign."""
    graph = Graph()
    node = graph.power(graph.load("y", 0), exponent)
    got = evaluate(graph, [node], {"y": [-1.5]}, math)[0]
    assert got == pytest.approx((-1.5) ** exponent)


@pytest.mark.parametrize("exponent", [0.5, 1.5, 2.5])
def test_half_powers_of_an_undershoot_are_zero(evaluate, exponent):
    """A state a little below zero gives 0, not NaN, as other powers do."""
    graph = Graph()
    node = graph.power(graph.load("y", 0), exponent)
    assert evaluate(graph, [node], {"y": [-1e-20]}, math) == [0]


@given(st.lists(EXPRESSIONS, min_size=1, max_size=4))
def test_live_nodes_come_after_what_they_are_computed_from(trees):
    """Every node is listed once, after its arguments, and nothing is listed that is not needed."""
    graph = Graph()
    outputs = [built(graph, tree) for tree in trees]
    order = graph.live(outputs)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    used = set(outputs)
    for node in order:
        assert all(place[a] < place[node] for a in graph.arguments(node))
        used.update(graph.arguments(node))
    assert used == set(order)


def test_nothing_behind_a_given_node_is_followed():
    """A node that was computed ahead is listed without what it was computed from."""
    graph = Graph()
    x, c = graph.load("y", 0), graph.load("p", 0)
    ahead = graph.exp(c)
    out = graph.mul(ahead, x)
    assert graph.live([out], given={ahead}) == [x, ahead, out]


def test_what_is_constant_per_patient_is_found():
    """The frontier is the largest work that no state enters, numbers and loads apart."""
    graph = Graph()
    x, c, d = graph.load("y", 0), graph.load("p", 0), graph.load("p", 1)
    inner = graph.mul(c, d)
    ahead = graph.exp(inner)
    alone = graph.sqrt(c)
    outputs = [graph.mul(ahead, x), graph.add(x, c), alone, graph.const(3.0)]
    assert graph.frontier(outputs) == [ahead, alone]
