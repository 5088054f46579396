# SPDX-License-Identifier: Apache-2.0
"""Equations that use the time: order of the method, df/dt, sine and cosine, second opinion."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp

from trimer.engine.differentiate import time_derivative
from trimer.engine.graph import Graph
from trimer.engine.lower import lower
from trimer.engine.population import Population, advance
from trimer.engine.rodas5p import DRIFT, GAMMA, TIMES, A, C
from trimer.engine.solution import Schedule

NOBODY = np.zeros((1, 0))
#: Accepts any step.
ANYTHING = 1e12


@pytest.fixture(scope="module")
def driven(compiled):
    """Return y' = -k (y - cos t), which forgets its start and follows the cosine."""
    return compiled(
        {"y": 0}, [("k * (cos(time) - y)", {"y": 1})], parameters={"k": 3.0},
        observables={"wave": "y * sin(time)", "clock": "time"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def prothero(compiled):
    """Return the problem of Prothero and Robinson: y' = -L (y - sin t) + cos t, y = sin t."""
    return compiled({"y": 0}, [("50 * (sin(time) - y) + cos(time)", {"y": 1})])


def followed(t, k=3.0):
    """Return the solution of `driven` from y(0) = 0."""
    return k / (1 + k * k) * (k * np.cos(t) + np.sin(t) - k * np.exp(-k * t))


def stepped(model, count, end, within=()):
    """Return the end state of ``count`` equal steps, and what dense output says in each."""
    population = Population.begin(model, NOBODY)
    seen, at = [], []
    for i in range(count):
        population.step[:] = 100 * end  # longer than what is left: one step it is
        stop = end if i == count - 1 else (i + 1) * end / count
        times = population.t + np.array(within) * (stop - population.t)
        at.append(times)
        seen.append(advance(population, stop, None, times, ("y",), rtol=ANYTHING)[0, :, 0])
    assert population.steps.tolist() == [count]
    return population.state[0, 0], np.concatenate(at), np.concatenate(seen)


def orders(errors):
    """Return observed orders from errors of steps that are halved again and again."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def test_stage_times_follow_from_the_table():
    """The c_i and d_i are what the coefficients say: Gamma = inv(diag(1/gamma) - C)."""
    table, coupling = np.zeros((8, 8)), np.zeros((8, 8))
    for i in range(8):
        table[i, : len(A[i])] = A[i]
        coupling[i, : len(C[i])] = C[i]
    inverse = np.linalg.inv(np.eye(8) / GAMMA - coupling)
    np.testing.assert_allclose((table @ inverse).sum(axis=1), TIMES, atol=1e-12)
    np.testing.assert_allclose(inverse.sum(axis=1), DRIFT, atol=1e-12)


def test_step_has_order_five(driven):
    """Halving the step divides the error by at least 2**4.7 where the time drives the state."""
    errors = [abs(stepped(driven, n, 4.0)[0] - followed(4.0)) for n in (8, 16, 32, 64)]
    assert orders(errors)[-1] >= 4.7


def test_dense_output_has_order_four(driven):
    """Between the steps, halving the step divides the error by at least 2**3.7."""
    errors = []
    for n in (8, 16, 32, 64):
        _, at, seen = stepped(driven, n, 4.0, (0.1, 0.35, 0.5, 0.8))
        errors.append(np.abs(seen - followed(at)).max())
    assert orders(errors)[-1] >= 3.7


def test_a_stiff_state_is_led_by_the_time(prothero):
    """Prothero and Robinson's problem keeps its order where the steps resolve the stiffness."""
    errors = [abs(stepped(prothero, n, 1.5)[0] - np.sin(1.5)) for n in (64, 128, 256, 512)]
    assert errors[0] < 1e-7
    assert orders(errors)[0] >= 4.0


def test_observables_get_the_time_of_the_output(driven):
    """At the beginning, inside and at the end, the time and what depends on it are exact."""
    times = np.array([0.0, 0.3, 1.0, 2.5, 4.0])
    names = ("y", "wave", "clock")
    got = advance(Population.begin(driven, NOBODY), 4.0, None, times, names, rtol=1e-10)[0]
    np.testing.assert_allclose(got[:, 0], followed(times), atol=1e-9)
    np.testing.assert_allclose(got[:, 1], got[:, 0] * np.sin(times), atol=1e-15)
    assert np.array_equal(got[:, 2], times)


def test_a_start_at_another_time_is_another_phase(driven):
    """Patients who begin at times of their own follow the cosine from there."""
    start = np.array([0.0, 1.0, -3.0, 400.0])
    population = Population.begin(driven, np.zeros((4, 0)), start)
    times = start[:, None] + np.array([0.0, 5.0])
    got = advance(population, start + 5, None, times, ("y", "clock"), rtol=1e-10)
    want = [
        solve_ivp(lambda t, y: 3 * (np.cos(t) - y), (s, s + 5), [0.0], rtol=1e-11, atol=1e-12).y[
            0, -1
        ]
        for s in start
    ]
    np.testing.assert_allclose(got[:, 1, 0], want, atol=1e-8)
    assert np.array_equal(got[:, :, 1], times)


def test_both_engines_agree(make_model):
    """The compiled engine and LSODA follow a daily rhythm with doses alike."""
    from trimer.engine.compiled import load_compiled
    from trimer.engine.scipy_path import scipy_compile

    model = make_model(
        {"x": 1, "z": 0.5},
        [
            ("rhythm * x", {"x": -1, "z": 0.5}),
            ("q + z ** 2 * (1 + sin(w * time) / 2)", {"z": -1}),
            ("1 + cos(w * time) ** 2", {"x": 1}),
        ],
        parameters={"w": 6.283185307179586, "k": 1.0}, vary=("k",), inputs=("q",),
        terms={"rhythm": "k * (2 + cos(w * (time - 1/3)))"},
        observables={"o": "x + z * cos(w * time)"},
    )  # fmt: skip
    P = np.array([[0.5], [2.0]])
    schedule = Schedule.shared([0.2, 1.1], [0, 1], [0, 1], np.array([[0.1, 1.0], [0.2, 2.0]]))
    times = np.linspace(0, 3, 31)
    names = ("x", "z", "o")
    fast = load_compiled(model).solve(P, schedule, 0.0, 3.0, times, names, rtol=1e-9)
    slow = scipy_compile(model).solve(P, schedule, 0.0, 3.0, times, names, rtol=1e-9)
    np.testing.assert_allclose(fast.values, slow.values, rtol=1e-7, atol=1e-8)


def test_a_model_without_time_has_no_place_for_it(busy, busy_model, driven):
    """Only a model that uses the time carries it."""
    assert lower(busy_model).clock is None
    assert not busy.uses_time
    assert driven.uses_time


def test_what_depends_on_time_is_not_computed_ahead(make_model):
    """A term of time and parameters alone moves: it is no constant of a patient."""
    model = make_model(
        {"x": 1}, [("a * cos(a * time) * exp(a)", {"x": 1})], parameters={"a": 2.0}, vary=("a",)
    )
    lowered = lower(model)
    ahead = lowered.graph.frontier(list(lowered.derivatives))
    assert [lowered.graph.code[node][0] for node in ahead] in (["mul"], ["exp"])


def test_the_derivative_by_time_is_exact(evaluate, make_model):
    """Symbolic d/dt agrees with sympy's, through sums, products, powers, exp, log, sin and cos."""
    text = "exp(-time) * sin(3 * time) ** 2 / (1 + time) + log(2 + cos(time * x)) * x ** 2"
    model = make_model({"x": 1}, [(text, {"x": 1}), ("x", {"x": 1})])
    lowered = lower(model)
    g = lowered.graph
    (node,) = time_derivative(g, lowered.derivatives, lowered.clock).values()
    time, x = sympy.symbols("time x")
    want = sympy.lambdify((time, x), sympy.diff(sympy.sympify(text), time))
    for t in (0.0, 0.7, 5.0):
        (got,) = evaluate(g, [node], {"y": [1.3], "p": [t]}, sympy)
        assert float(got) == pytest.approx(float(want(t, 1.3)), rel=1e-12)


def test_sine_and_cosine_are_exact_to_two_units(machine):
    """Against 40 digits, up to 1e5 and around multiples of pi/2; NaN where there is no sine."""
    mpmath = pytest.importorskip("mpmath")
    g = Graph()
    x = g.load("y", 0)
    function = machine(g, [g.sin(x), g.cos(x)])
    random = np.random.default_rng(1)
    k = np.arange(-200, 200)
    at = np.concatenate(
        [
            random.uniform(-4, 4, 500),
            random.uniform(-1e5, 1e5, 1000),
            k * np.pi / 2,
            k * 150.0 * np.pi,
        ]
    )
    got = function(at[:, None])
    with mpmath.workdps(40):
        for column, exact in enumerate((mpmath.sin, mpmath.cos)):
            want = [exact(mpmath.mpf(float(v))) for v in at]
            error = [
                abs(float((mpmath.mpf(float(g)) - e) / max(np.spacing(abs(float(e))), 5e-324)))
                for g, e in zip(got[:, column], want, strict=True)
            ]
            assert max(error) <= 2
    lost = function(np.array([[np.nan], [np.inf], [-np.inf], [1e10]]))
    assert np.isnan(lost).all()
