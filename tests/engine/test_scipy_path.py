# SPDX-License-Identifier: Apache-2.0
"""The SciPy path: closed forms, events, failures."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from trimer.engine.scipy_path import scipy_compile, scipy_solve
from trimer.engine.scipy_path.printed import derivative
from trimer.engine.solution import (
    ADD_TO_SPECIES,
    NOT_FINITE,
    OK,
    SET_INPUT,
    TOO_MANY_STEPS,
    Schedule,
)
from trimer.model.model import Model
from trimer.model.parameter import Parameter
from trimer.model.parts import Baseline, Flow, Input, Observable, Root, Route, Species, Term

X, Y, IN, CL, V, Q, W = sympy.symbols("X Y in CL V Q W")


def parameter(name, value, spread=""):
    """Return a card row of which only the number matters."""
    return Parameter(name, name, value, "1", spread, ("A2020",), "assumed")


def model(*flows, species=("X",), parameters=(), initial=None, **parts):
    """Return an unchecked model: these tests are about numbers, not units."""
    initial = initial or {}
    return Model(
        name="tiny",
        title="tiny",
        version="1",
        species=tuple(
            Species(name, name, "1", 1.0, sympy.sympify(initial.get(name, 0))) for name in species
        ),
        parameters=parameters,
        inputs=(Input("in", "infusion", "1"),),
        roots=parts.get("roots", ()),
        baselines=parts.get("baselines", ()),
        terms=parts.get("terms", ()),
        flows=tuple(
            Flow(f"f{k}", "", "1", rate, changes) for k, (rate, changes) in enumerate(flows)
        ),
        observables=parts.get("observables", ()),
        routes=parts.get("routes", ()),
        sources={},
    )


def one_compartment(**parts):
    """Return X' = in - CL / V X, with a concentration."""
    return model(
        (IN, (("X", sympy.Integer(1)),)),
        (CL * X / V, (("X", sympy.Integer(-1)),)),
        parameters=(
            parameter("CL", 3.0, "lognormal cv 40%"),
            parameter("V", 2.0, "lognormal cv 20%"),
        ),
        observables=(Observable("conc", "", "1", X / V, ""), Observable("pump", "", "1", IN, "")),
        routes=(
            Route("drug", "infusion", "in", "mg", sympy.Integer(1), ""),
            Route("drug", "bolus", "X", "mg", 1 / V, ""),
        ),
        **parts,
    )


def solve(tiny, P, schedule, t1, times, outputs, rtol=1e-9, **options):
    """Solve from day 0."""
    return scipy_solve(
        tiny, P, schedule, 0.0, t1, np.asarray(times, float), outputs, rtol, **options
    )


def test_one_compartment_infusion_follows_the_closed_form():
    """Amount during and after a constant infusion equals the textbook formula."""
    P = np.array([[3.0, 2.0], [1.0, 4.0]])
    schedule = Schedule.shared([0.0, 2.0], [SET_INPUT] * 2, [0, 0], np.array([[5.0, 0.0]] * 2))
    times = np.linspace(0, 4, 17)
    got = solve(one_compartment(), P, schedule, 4.0, times, ("X", "conc"))
    for i, (clearance, volume) in enumerate(P):
        k = clearance / volume
        on = 5 / k * (1 - np.exp(-k * np.minimum(times, 2)))
        want = on * np.exp(-k * np.maximum(times - 2, 0))
        np.testing.assert_allclose(got.values[i, :, 0], want, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(got.values[i, :, 1], want / volume, rtol=1e-7, atol=1e-9)
    assert got.status.tolist() == [OK, OK]
    assert (got.steps > 0).all()


def test_two_compartment_infusion_follows_the_closed_form():
    """Central amount under infusion equals the matrix-exponential solution."""
    tiny = model(
        (IN, (("X", sympy.Integer(1)),)),
        (CL * X, (("X", sympy.Integer(-1)),)),
        (Q * X - Q / V * Y, (("X", sympy.Integer(-1)), ("Y", sympy.Integer(1)))),
        species=("X", "Y"),
        parameters=(parameter("CL", 1.5), parameter("V", 2.0), parameter("Q", 4.0)),
    )
    schedule = Schedule.shared([0.0], [SET_INPUT], [0], np.array([[7.0]]))
    times = np.linspace(0, 3, 13)
    got = solve(tiny, np.empty((1, 0)), schedule, 3.0, times, ("X", "Y"))
    A = np.array([[-5.5, 2.0], [4.0, -2.0]])
    rates, vectors = np.linalg.eig(A)
    steady = -np.linalg.solve(A, [7.0, 0.0])
    weights = np.linalg.solve(vectors, -steady)
    want = steady + (weights * np.exp(np.outer(times, rates))) @ vectors.T
    np.testing.assert_allclose(got.values[0], want, rtol=1e-7, atol=1e-9)


def test_value_at_an_event_is_the_one_before_it():
    """A bolus and an infusion show only after the instant at which they happen."""
    schedule = Schedule.shared(
        [0.0, 1.0, 1.0], [ADD_TO_SPECIES, ADD_TO_SPECIES, SET_INPUT], [0, 0, 0],
        np.array([[8.0, 8.0, 2.0]]),
    )  # fmt: skip
    got = solve(one_compartment(), np.array([[3.0, 2.0]]), schedule, 2.0, [0, 1, 2], ("X", "pump"))
    decay = np.exp(-1.5)
    last = (8 * decay + 8) * decay + 2 / 1.5 * (1 - decay)
    np.testing.assert_allclose(got.values[0, :, 0], [0, 8 * decay, last], rtol=1e-8)
    np.testing.assert_array_equal(got.values[0, :, 1], [0, 0, 2])


def test_events_of_one_instant_are_carried_out_in_their_order():
    """The last setting of an input at one instant wins; boluses of that instant add up."""
    P = np.array([[3.0, 2.0]])
    kinds = [SET_INPUT, ADD_TO_SPECIES, ADD_TO_SPECIES, SET_INPUT]
    values = np.array([[9.0, 1.0, 2.0, 4.0]])
    got = solve(
        one_compartment(), P, Schedule.shared([0.5] * 4, kinds, [0] * 4, values), 1.0,
        [0.5, 1.0], ("X", "pump"),
    )  # fmt: skip
    decay = np.exp(-0.75)
    np.testing.assert_allclose(got.values[0, :, 0], [0, 3 * decay + 4 / 1.5 * (1 - decay)])
    assert got.values[0, 1, 1] == 4


def test_events_at_the_end_belong_to_what_follows():
    """A dose at the very end changes neither the last output nor the final state."""
    P = np.array([[3.0, 2.0]])
    schedule = Schedule.shared([1.0], [ADD_TO_SPECIES], [0], np.array([[8.0]]))
    got = solve(one_compartment(), P, schedule, 1.0, [1.0], ("X",))
    assert got.values[0, 0, 0] == 0
    assert got.state[0, 0] == 0


def test_no_drift_after_a_thousand_intervals():
    """A thousand stops cost no accuracy: each ends exactly on its time."""
    n = 1000
    times = np.arange(n) / 7
    schedule = Schedule.shared(times, [ADD_TO_SPECIES] * n, [0] * n, np.ones((1, n)))
    got = solve(one_compartment(), np.array([[3.0, 2.0]]), schedule, n / 7, [n / 7], ("X",))
    q = np.exp(-1.5 / 7)
    np.testing.assert_allclose(got.values[0, 0, 0], q * (1 - q**n) / (1 - q), rtol=1e-7)


def blow_up():
    """Return X' = W X², which reaches infinity at day 1 / W."""
    return model(
        (W * X**2, (("X", sympy.Integer(1)),)),
        parameters=(parameter("W", 0.1, "lognormal cv 10%"),),
        initial={"X": 1},
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.0])
def test_a_patient_who_fails_leaves_his_neighbors_untouched(bad):
    """He becomes a row of NaN with a reason; the rows beside him stay bitwise the same."""
    times = np.linspace(0, 1, 5)
    alone = solve(blow_up(), np.array([[0.1], [0.3]]), Schedule.empty(2), 1.0, times, ("X",))
    got = solve(blow_up(), np.array([[0.1], [bad], [0.3]]), Schedule.empty(3), 1.0, times, ("X",))
    np.testing.assert_array_equal(got.values[[0, 2]], alone.values)
    assert got.status[1] != OK
    assert got.reason(1)
    assert got.reason(0) == ""
    assert np.isnan(got.values[1, -1, 0])
    if bad == 2.0:
        np.testing.assert_allclose(got.values[1, :2, 0], [1, 2], rtol=1e-6)


def test_a_value_that_does_not_exist_is_a_reason():
    """The square root of what became negative stops the patient, not the run."""
    tiny = model((sympy.sqrt(1 - X) + 5, (("X", sympy.Integer(1)),)))
    got = solve(tiny, np.empty((1, 0)), Schedule.empty(1), 1.0, [0.1, 1.0], ("X",))
    assert got.status[0] == NOT_FINITE
    assert np.isnan(got.values[0, 1, 0])


def test_a_patient_who_needs_too_many_steps_is_given_up(monkeypatch):
    """The cap on steps is a status, not an endless run."""
    monkeypatch.setattr("trimer.engine.scipy_path.path.MAX_STEPS", 5)
    got = solve(one_compartment(initial={"X": 1}), np.array([[3.0, 2.0]]), Schedule.empty(1), 9.0,
                [9.0], ("X",))  # fmt: skip
    assert got.status[0] == TOO_MANY_STEPS


def test_initial_state_uses_roots_and_baselines():
    """A root is found by bisection in each patient; baselines build on it."""
    tiny = model(
        (sympy.Integer(0), (("X", sympy.Integer(1)),)),
        parameters=(parameter("V", 2.0, "lognormal cv 20%"),),
        roots=(Root("W", "", "1", V - W**2, 1e-3, 10.0),),
        baselines=(Baseline("Q", "", "1", 3 * W),),
        initial={"X": Q + 1},
    )
    compiled = scipy_compile(tiny)
    want = 3 * np.sqrt([2.0, 9.0]) + 1
    np.testing.assert_allclose(compiled.initial(np.array([[2.0], [9.0]]))[:, 0], want, rtol=1e-15)
    assert np.isnan(compiled.initial(np.array([[1e6]]))).all()


def test_jacobian_agrees_with_finite_differences():
    """The chain rule through terms, maxima and powers gives the slope of the slopes."""
    S, T = sympy.symbols("S T")
    tiny = model(
        (T * X, (("X", sympy.Integer(-1)), ("Y", 2 * V))),
        (sympy.exp(-Y) * S, (("Y", sympy.Integer(1)),)),
        species=("X", "Y"),
        parameters=(parameter("V", 1.7),),
        terms=(
            Term("S", "", "1", sympy.Max(X - 1, 0) + sympy.Min(Y, 3)),
            Term("T", "", "1", S**V / (1 + S**V) + sympy.log(Y)),
        ),
    )
    equations, constants = scipy_compile(tiny).equations, [1.7]
    slope = lambda y: np.array(equations.slope(constants, list(y), [0.0]))  # noqa: E731
    for y in ([2.0, 1.5], [0.4, 4.0]):
        got = np.zeros((2, 2))
        got[equations.rows, equations.columns] = equations.jacobian(constants, y, [0.0])
        for j in range(2):
            h = 1e-6 * np.eye(2)[j]
            want = (slope(y + h) - slope(y - h)) / 2e-6
            np.testing.assert_allclose(got[:, j], want, rtol=1e-7, atol=1e-8)


def test_derivative_of_a_power_exists_at_zero():
    """x^n has slope 0 at 0 for n > 1, where n x^n / x would be 0 / 0."""
    assert derivative(X**V, X).subs({V: sympy.Float(1.5), X: 0}) == 0


def test_metadata_is_plain():
    """What a simulation asks of a model is there without touching its equations."""
    compiled = scipy_compile(one_compartment())
    assert compiled.parameters == ("CL", "V")
    assert compiled.units == {"X": "1", "conc": "1", "pump": "1"}
    assert [(r.drug, r.kind, r.index) for r in compiled.routes] == [
        ("drug", "infusion", 0), ("drug", "bolus", 0)
    ]  # fmt: skip
    np.testing.assert_array_equal(compiled.route_factors(np.array([[3.0, 2.0]])), [[1, 0.5]])
    np.testing.assert_array_equal(
        compiled.observe(np.array([[4.0]]), np.array([[3.0, 2.0]])), [[2, 0]]
    )
    assert len(compiled.model_hash) == 16


def test_a_schedule_is_checked():
    """Rows out of order or arrays that do not fit are refused."""
    with pytest.raises(ValueError, match="sorted by time"):
        Schedule.shared([2.0, 1.0], [0, 0], [0, 0], np.ones((1, 2)))
    with pytest.raises(ValueError, match="one row per event"):
        Schedule.shared([2.0], [0, 0], [0, 0], np.ones((1, 2)))
    Schedule.shared([0.0, 1.0], [0, 0], [0, 0], np.ones((3, 2)))
