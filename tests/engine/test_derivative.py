# SPDX-License-Identifier: Apache-2.0
"""The derivative by chain rule, against differences of 60-digit numbers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.engine.differentiate import jacobian
from trimer.engine.graph import Graph
from trimer.engine.lower import lower

VARIABLES = 3
H = mpmath.mpf(10) ** -20
SEEDS = st.integers(0, 2**32 - 1)

LEAVES = st.one_of(
    st.sampled_from((0.5, 1.0, 3.0)).map(lambda c: ("const", c)),
    st.integers(0, VARIABLES - 1).map(lambda i: ("load", i)),
)


def combined(parts):
    """Return a strategy of one operation on expressions."""
    two = st.tuples(st.sampled_from(("add", "sub", "mul", "max", "min")), parts, parts)
    one = st.tuples(st.sampled_from(("neg", "recip", "sqrt", "log", "exp")), parts)
    power = st.tuples(st.just("power"), parts, st.sampled_from((0.5, 2, -1, 1.5, 0.7, -2.3)))
    return st.one_of(two, one, power)


EXPRESSIONS = st.recursive(LEAVES, combined, max_leaves=10)


def built(g, tree):
    """Return the node of a tree; what a function must not meet is kept away by a square."""
    kind, *rest = tree
    if kind == "const":
        return g.const(rest[0])
    if kind == "load":
        return g.load("y", rest[0])
    first = built(g, rest[0])
    if kind == "neg":
        return g.neg(first)
    if len(rest) == 2 and kind != "power":
        return getattr(g, kind)(first, built(g, rest[1]))
    square = g.mul(first, first)
    if kind == "exp":
        return g.exp(g.neg(square))
    positive = g.add(square, g.const(0.5))
    return g.power(positive, rest[1]) if kind == "power" else getattr(g, kind)(positive)


def differences(value, point):
    """Return central differences of a function that returns a list of many-digit numbers."""
    columns = []
    for j in range(len(point)):
        above, below = (
            value([x + sign * H if i == j else x for i, x in enumerate(point)]) for sign in (1, -1)
        )
        columns.append([(a - b) / (2 * H) for a, b in zip(above, below, strict=True)])
    return columns


def assert_jacobian(graph, outputs, entries, evaluate, point, p=()):
    """Compare every entry, those that are zero by structure included."""

    def value(y):
        return evaluate(graph, outputs, {"y": y, "p": p}, mpmath.mp)

    nodes = list(entries.values())
    found = dict(zip(entries, evaluate(graph, nodes, {"y": point, "p": p}, mpmath.mp), strict=True))
    for j, column in enumerate(differences(value, point)):
        for i, want in enumerate(column):
            got = found.get((i, j), 0)
            assert abs(got - want) < 1e-15 * (1 + abs(want)), (i, j)


@settings(deadline=None)
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), SEEDS)
def test_derivative_of_any_expression_is_its_difference_quotient(evaluate, trees, seed):
    """The chain rule over random expressions agrees with central differences to 15 digits."""
    graph = Graph()
    outputs = [built(graph, tree) for tree in trees]
    entries = jacobian(graph, outputs)
    with mpmath.workdps(60):
        point = [mpmath.mpf(x) for x in np.random.default_rng(seed).uniform(-2, 2, VARIABLES)]
        assert_jacobian(graph, outputs, entries, evaluate, point)


@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_jacobian_of_any_model_is_its_difference_quotient(evaluate, random_model, seed):
    """The Jacobian of a random reaction network agrees with central differences to 15 digits."""
    lowered = lower(random_model(seed))
    outputs = list(lowered.derivatives)
    entries = jacobian(lowered.graph, outputs)
    random = np.random.default_rng(seed)
    with mpmath.workdps(60):
        point = [mpmath.mpf(x) for x in random.uniform(0.1, 3, len(outputs))]
        p = [mpmath.mpf(x) for x in random.uniform(0.1, 3, len(lowered.columns))]
        assert_jacobian(lowered.graph, outputs, entries, evaluate, point, p)


@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_lowering_keeps_the_value_of_every_equation(evaluate, random_model, seed):
    """The graph's right-hand side equals sympy's own evaluation of the model's equations."""
    model = random_model(seed)
    lowered = lower(model)
    random = np.random.default_rng(seed)
    y = dict(zip((s.name for s in model.species), random.uniform(0.1, 3, 9), strict=False))
    values = model.values()
    p = [values[name] for name in lowered.columns]
    got = evaluate(
        lowered.graph, list(lowered.derivatives), {"y": list(y.values()), "p": p}, mpmath.mp
    )
    for node, expression in zip(got, model.derivatives(), strict=True):
        want = expression.subs({**y, **values})
        scale = sum(abs(part.subs({**y, **values})) for part in expression.as_ordered_terms())
        assert abs(node - want) <= 1e-13 * scale


@pytest.mark.parametrize(("name", "slopes"), [("max", {1.0, 2.0}), ("min", {1.0, 2.0})])
def test_slope_at_a_kink_is_that_of_one_side(evaluate, name, slopes):
    """Where both parts of Max or Min are equal, the slope is that of one of them."""
    graph = Graph()
    x = graph.load("y", 0)
    entries = jacobian(graph, [getattr(graph, name)(x, graph.mul(graph.const(2), x))])
    for at, side in ((-1.0, {"max": 1.0, "min": 2.0}), (1.0, {"max": 2.0, "min": 1.0})):
        assert evaluate(graph, [entries[0, 0]], {"y": [at]}, mpmath.mp) == [side[name]]
    assert evaluate(graph, [entries[0, 0]], {"y": [0.0]}, mpmath.mp)[0] in slopes


@pytest.mark.parametrize("exponent", [0.3, 0.5, 0.7, 1.5, 2.3, "log", "sqrt", "x log x"])
def test_slopes_at_zero_are_finite(machine, exponent):
    """Powers, roots and logarithms of an empty or slightly negative state give finite slopes."""
    graph = Graph()
    x = graph.load("y", 0)
    if exponent == "log":
        node = graph.log(x)
    elif exponent == "sqrt":
        node = graph.sqrt(x)
    elif exponent == "x log x":
        node = graph.mul(x, graph.log(x))
    else:
        node = graph.power(x, exponent)
    slope = jacobian(graph, [node])[0, 0]
    at = [[0.0]] if exponent == "sqrt" else [[0.0], [-1e-20]]
    assert np.isfinite(machine(graph, [node, slope])(np.array(at))).all()


def test_jacobian_adds_no_transcendental(busy_model):
    """The derivative shares every exp and log with the right-hand side."""
    lowered = lower(busy_model)

    def expensive():
        return sum(op[0] in ("exp", "log") for op in lowered.graph.code)

    before = expensive()
    assert before > 0
    jacobian(lowered.graph, list(lowered.derivatives))
    assert expensive() == before


def test_states_that_nothing_couples_give_a_diagonal():
    """Entries that are zero by structure are not stored."""
    graph = Graph()
    outputs = [graph.neg(graph.load("y", i)) for i in range(4)]
    assert set(jacobian(graph, outputs)) == {(i, i) for i in range(4)}
    assert jacobian(graph, [graph.const(2), graph.load("p", 0)]) == {}
