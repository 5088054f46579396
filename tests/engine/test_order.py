# SPDX-License-Identifier: Apache-2.0
"""The order of the method, observed: steps of a size that we choose, errors against exact values.

A step is chosen by carrying a population to t + h with a tolerance that accepts everything and a
proposed step that is longer.
"""

from __future__ import annotations

import numpy as np
import pytest

from trimer.engine.population import Population, advance

#: Accepts any step.
ANYTHING = 1e12
END = 2.0


@pytest.fixture(scope="module", params=[1.0, 0.1], ids=["mild", "stiff"])
def kaps(request, compiled):
    """Return the problem of Kaps: a = exp(-2t), b = exp(-t) for any stiffness."""
    return compiled(
        {"a": 1, "b": 1},
        [
            (f"({1 / request.param} + 2) * a", {"a": -1}),
            (f"{1 / request.param} * b ** 2", {"a": 1}),
            ("a", {"b": 1}),
            ("b + b ** 2", {"b": -1}),
        ],
        observables={"sum": "a + b"},
    )


@pytest.fixture(scope="module")
def pendulum(compiled):
    """Return a system of three states that does not decay: no equilibrium hides an error."""
    return compiled(
        {"x": 1, "v": 0, "s": 0.5},
        [
            ("v", {"x": 1}),
            ("x ** 3 + x * s", {"v": -1}),
            ("s * v / (1 + x ** 2)", {"s": 1}),
        ],
    )


def stepped(model, count, times_within=()):
    """Return the end state of ``count`` equal steps, and what dense output says in each."""
    population = Population.begin(model, np.zeros((1, 0)))
    h = END / count
    seen_at, seen = [], []
    for i in range(count):
        population.step[:] = 100 * END  # longer than what is left: one step it is
        end = END if i == count - 1 else (i + 1) * h
        times = population.t + np.array(times_within) * (end - population.t)
        seen.append(advance(population, end, None, times, model.species, rtol=ANYTHING)[0])
        seen_at.append(times)
    assert population.steps.tolist() == [count]
    assert population.rejected.tolist() == [0]
    return population.state[0], np.concatenate(seen_at), np.concatenate(seen)


def orders(errors):
    """Return observed orders from errors of steps that are halved again and again."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def test_step_has_order_five(kaps):
    """Halving the step divides the error by at least 2**4.7."""
    exact = np.exp([-2 * END, -END])
    errors = [np.abs(stepped(kaps, n)[0] - exact).max() for n in (16, 32, 64, 128)]
    assert orders(errors)[-1] >= 4.7


def test_dense_output_has_order_four(kaps):
    """Between the steps, halving the step divides the error by at least 2**3.7."""
    errors = []
    for n in (16, 32, 64, 128):
        _, at, seen = stepped(kaps, n, (0.1, 0.35, 0.5, 0.8))
        errors.append(np.abs(seen - np.exp(np.outer(at, [-2, -1]))).max())
    assert orders(errors)[-1] >= 3.7


def test_orders_without_a_closed_form(pendulum):
    """The same orders on an oscillation, against 1024 steps."""
    reference, _, between = stepped(pendulum, 1024, (0.5,))
    by_time = dict(zip((np.arange(1024) + 0.5).tolist(), between, strict=True))
    step_errors, dense_errors = [], []
    for n in (16, 32, 64, 128):
        state, _, seen = stepped(pendulum, n, (1 / 2 + n / 2048,))
        step_errors.append(np.abs(state - reference).max())
        wanted = [by_time[(i + 0.5) * 1024 / n + 0.5] for i in range(n)]
        dense_errors.append(np.abs(seen - wanted).max())
    assert orders(step_errors)[-1] >= 4.7
    assert orders(dense_errors)[-1] >= 3.7


def test_dense_output_meets_the_steps_at_both_ends(kaps):
    """At the end of a step dense output is the new state, bit for bit; at its start nearly."""
    state, _, seen = stepped(kaps, 5, (1e-9, 1.0))
    assert np.array_equal(seen[-1], state)
    np.testing.assert_allclose(seen[2], seen[1], rtol=1e-8)


def test_observables_are_interpolated_as_the_states_are(kaps):
    """An observable inside a step is computed from the interpolated state."""
    population = Population.begin(kaps, np.zeros((1, 0)))
    population.step[:] = 100
    names = ("sum", "a", "b")
    got = advance(population, 0.3, None, np.array([0.1, 0.2, 0.3]), names, rtol=ANYTHING)[0]
    assert np.array_equal(got[:, 0], got[:, 1] + got[:, 2])


def test_error_follows_the_tolerance(kaps):
    """A hundred times tighter tolerance gives an error at least twenty times smaller."""
    times = np.linspace(0, END, 21)[1:]
    exact = np.exp(np.outer(times, [-2, -1]))
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        population = Population.begin(kaps, np.zeros((1, 0)))
        got = advance(population, END, None, times, ("a", "b"), rtol=rtol)[0]
        errors.append(np.abs(got / exact - 1).max())
    assert errors[0] < 1e-3
    assert errors[1] < errors[0] / 20
    assert errors[2] < errors[1] / 20
