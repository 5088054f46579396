# SPDX-License-Identifier: Apache-2.0
"""Machine code of single operations: our own exp and log, NaN, and products fused into sums."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.engine.graph import Graph
from trimer.engine.ir import Writer


@pytest.fixture(scope="module")
def of_one(machine):
    """Return a function that applies an operation of one argument to an array of numbers."""
    made = {}

    def apply(name, x):
        if name not in made:
            graph = Graph()
            made[name] = machine(graph, [getattr(graph, name)(graph.load("y", 0))])
        return made[name](np.asarray(x, dtype=float).reshape(-1, 1))[:, 0]

    return apply


def error_in_ulp(got, x, function):
    """Return the largest error in units of the last place, against 40 digits."""
    worst = 0.0
    with mpmath.workdps(40):
        for value, at in zip(got.tolist(), x.tolist(), strict=True):
            exact = function(mpmath.mpf(at))
            worst = max(worst, abs(float((mpmath.mpf(value) - exact) / math.ulp(float(exact)))))
    return worst


def test_exp_is_exact_to_three_units_of_the_last_place(of_one):
    """Over its whole range, and densely around zero."""
    random = np.random.default_rng(1)
    x = np.concatenate(
        [random.uniform(-707, 709, 3000), random.uniform(-1, 1, 1000), random.normal(0, 1e-8, 100)]
    )
    assert error_in_ulp(of_one("exp", x), x, mpmath.exp) <= 3


def test_log_is_exact_to_one_unit_of_the_last_place(of_one):
    """Over all magnitudes, and densely around one, where the result passes through zero."""
    random = np.random.default_rng(2)
    x = np.concatenate(
        [
            10 ** random.uniform(-307, 308, 3000),
            random.uniform(0.5, 2, 1000),
            1 + random.normal(0, 1e-6, 300),
        ]
    )
    assert error_in_ulp(of_one("log", x), x, mpmath.log) <= 1


def test_exp_and_log_of_simple_numbers_are_exact(of_one):
    """exp(0) is 1 and log(1) is 0."""
    assert of_one("exp", [0.0, -0.0]).tolist() == [1.0, 1.0]
    assert of_one("log", [1.0]).tolist() == [0.0]


def test_exp_is_clamped(of_one):
    """Outside [-708, 709] exp stays what it is at the ends: finite, and never zero."""
    low, high = of_one("exp", [-708.0, 709.0])
    assert 0 < low < 1e-307
    assert 8e307 < high < math.inf
    got = of_one("exp", [-709.0, -1e300, -math.inf, 710.0, 1e300, math.inf])
    assert got.tolist() == [low] * 3 + [high] * 3


def test_log_is_clamped(of_one):
    """Zero, negative and denormal numbers count as 2.3e-308."""
    got = of_one("log", [2.3e-308, 0.0, -0.0, -1.0, -math.inf, 5e-324])
    assert got.tolist() == [got[0]] * 6
    assert got[0] == pytest.approx(math.log(2.3e-308))


def test_the_rough_root_of_the_step_size_is_within_seven_percent(loaded):
    """x**(-1/10) is never too small and at most 7 % too large, over all sizes of an error."""
    w = Writer()
    w.write(w.vector, w.tenth_root(w.read(w.vector, "%y")), "%o")
    root = loaded(w.function("nodes", "ptr noalias %y, ptr noalias %p, ptr noalias %o"), 1)
    x = 10 ** np.random.default_rng(3).uniform(-20, 300, 3000)
    ratio = root(x.reshape(-1, 1))[:, 0] * x**0.1
    assert ratio.min() >= 1 - 1e-12
    assert ratio.max() <= 1.07


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "recip", "neg"])
def test_nan_stays_nan(of_one, name):
    """A function of NaN is NaN; the neighbours are what they are without it."""
    x = np.array([1.0, np.nan, 2.0, 3.0])
    got = of_one(name, x)
    assert np.isnan(got).tolist() == [False, True, False, False]
    assert np.array_equal(got[[0, 2, 3]], of_one(name, [1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("number_first", [True, False])
def test_nan_survives_comparison_with_a_number(machine, name, number_first):
    """Max(NaN, 0) is NaN, whichever comes first: a broken state must not look healthy."""
    graph = Graph()
    parts = [graph.const(0.5), graph.load("y", 0)]
    node = getattr(graph, name)(*(parts if number_first else parts[::-1]))
    got = machine(graph, [node])(np.array([[math.nan], [1.0], [0.0]]))[:, 0]
    assert math.isnan(got[0])
    assert got[1:].tolist() == ([1.0, 0.5] if name == "max" else [0.5, 0.0])


def random_graph(seed):
    """Return a graph of sums and products of three states and two constants, and its outputs."""
    random = np.random.default_rng(seed)
    graph = Graph()
    nodes = [graph.load("y", i) for i in range(3)] + [graph.load("p", i) for i in range(2)]
    for _ in range(int(random.integers(1, 25))):
        a, b = (int(x) for x in random.choice(nodes, 2))
        kind = str(random.choice(["add", "sub", "mul", "mul", "max", "min", "exp", "log", "sqrt"]))
        if kind in ("exp", "log", "sqrt"):
            square = graph.mul(a, a)
            made = graph.exp(graph.neg(square)) if kind == "exp" else square
            made = getattr(graph, kind)(graph.add(square, nodes[3])) if kind != "exp" else made
        else:
            made = getattr(graph, kind)(a, b)
        nodes.append(made)
    return graph, [int(x) for x in random.choice(nodes, 3)]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_machine_code_computes_what_the_graph_says(evaluate, machine, seed):
    """Random expressions, fused products included, agree with 40 digits to rounding."""
    graph, outputs = random_graph(seed)
    random = np.random.default_rng(seed)
    Y, P = random.uniform(0.3, 1.2, (9, 3)), random.uniform(0.5, 1.5, (9, 2))
    got = machine(graph, outputs)(Y, P)
    with mpmath.workdps(40):
        for row in range(9):
            arrays = {"y": [mpmath.mpf(x) for x in Y[row]], "p": [mpmath.mpf(x) for x in P[row]]}
            every = graph.live(outputs)
            size = max(1, *(abs(v) for v in evaluate(graph, every, arrays, mpmath.mp)))
            want = evaluate(graph, outputs, arrays, mpmath.mp)
            for a, b in zip(got[row], want, strict=True):
                assert abs(a - b) <= 1e-11 * size
