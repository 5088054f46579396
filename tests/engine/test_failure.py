# SPDX-License-Identifier: Apache-2.0
"""A patient who cannot be followed gets a status and a reason; the neighbours do not notice."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.engine import launch as engine
from trimer.engine.population import Population, advance
from trimer.engine.solution import (
    NOT_FINITE,
    OK,
    REASONS,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    Schedule,
)

TIMES = np.linspace(0, 2, 9)


@pytest.fixture(scope="module")
def growth(compiled):
    """Return X' = a X**2, which is infinite at t = 1 / a, next to Y' = -Y."""
    return compiled(
        {"X": 1, "Y": 1},
        [("a * X ** 2", {"X": 1}), ("Y", {"Y": -1})],
        parameters={"a": 0.1, "b": 1.0},
        vary=("a", "b"),
        observables={"scaled": "b * Y"},
    )


def nobody(n):
    """Return the schedule of n patients without doses."""
    return Schedule.empty(n)


def test_infinite_growth_ends_with_a_status(growth):
    """Values are right up to the singularity, NaN from then on, and the reason is in words."""
    P = np.array([[0.1, 1.0], [1.0, 1.0], [0.3, 1.0]])
    got = growth.solve(P, nobody(3), 0.0, 2.0, TIMES, ("X", "Y"), rtol=1e-8)
    assert got.status[[0, 2]].tolist() == [OK, OK]
    assert got.status[1] in (STEP_TOO_SMALL, NOT_FINITE)
    assert got.reason(0) == ""
    assert got.reason(1) in (REASONS[STEP_TOO_SMALL], REASONS[NOT_FINITE])
    before = TIMES < 1
    np.testing.assert_allclose(got.values[1, before, 0], 1 / (1 - TIMES[before]), rtol=1e-6)
    assert np.isnan(got.values[1, TIMES > 1]).all()
    np.testing.assert_allclose(got.values[0, :, 0], 1 / (1 - 0.1 * TIMES), rtol=1e-7)


def test_overflow_ends_with_a_status(compiled):
    """Growth beyond the largest number is a failure, not an infinite result."""
    model = compiled({"X": 1}, [("1000 * X", {"X": 1})])
    got = model.solve(np.zeros((1, 0)), nobody(1), 0.0, 2.0, TIMES, ("X",))
    assert got.status[0] in (STEP_TOO_SMALL, NOT_FINITE)
    assert np.isnan(got.values[0, -1, 0])
    assert np.isfinite(got.values[0, :3, 0]).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", range(5))
def test_a_parameter_that_is_no_number_fails_its_patient_alone(busy, busy_patients, broken, column):
    """NaN or infinity in any one parameter: status, reason, NaN; the others keep their bits."""
    P, schedule = busy_patients(12)
    well = busy.solve(P, schedule, 0.0, 5.0, TIMES, busy.observables)
    P = P.copy()
    P[[3, 8], column] = broken
    got = busy.solve(P, schedule, 0.0, 5.0, TIMES, busy.observables)
    others = np.setdiff1d(np.arange(12), [3, 8])
    assert np.array_equal(got.values[others].view(np.int64), well.values[others].view(np.int64))
    assert np.array_equal(got.state[others], well.state[others])
    assert np.array_equal(got.steps[others], well.steps[others])
    assert got.status[[3, 8]].tolist() == [NOT_FINITE] * 2
    assert got.reason(3) == "a value was not a finite number"
    assert np.isnan(got.values[[3, 8]]).all()


def test_values_before_a_failure_are_kept(busy, busy_patients):
    """A dose that is no number spoils what follows it, not what came before."""
    P, schedule = busy_patients(9)
    well = busy.solve(P, schedule, 0.0, 5.0, TIMES, ("D", "sum"))
    spoiled = np.flatnonzero((schedule.time > 0.3) & (schedule.time < 1.7))[0]
    patient = int(np.searchsorted(schedule.start, spoiled, "right")) - 1
    value = schedule.value.copy()
    value[spoiled] = np.nan
    schedule = Schedule(schedule.start, schedule.time, schedule.kind, schedule.index, value)
    got = busy.solve(P, schedule, 0.0, 5.0, TIMES, ("D", "sum"))
    assert np.flatnonzero(got.status).tolist() == [patient]
    later = schedule.time[spoiled] < TIMES
    assert np.isnan(got.values[patient, later]).all()
    assert np.array_equal(got.values[patient, ~later], well.values[patient, ~later])
    others = np.arange(9) != patient
    assert np.array_equal(got.values[others], well.values[others])


def test_too_many_steps_end_with_a_status(growth, monkeypatch):
    """Who needs more steps than are allowed in one call is given up, at exactly that number."""
    monkeypatch.setattr(engine, "MAX_STEPS", 20)
    P = np.array([[0.1, 1.0], [0.45, 1.0]])
    got = growth.solve(P, nobody(2), 0.0, 2.0, TIMES, ("X",), rtol=1e-11)
    assert got.status.tolist() == [TOO_MANY_STEPS] * 2
    assert (got.steps + got.rejected).tolist() == [20, 20]
    assert got.reason(0) == "too many steps were needed"
    assert np.isfinite(got.values[0, 0, 0])
    assert np.isnan(got.values[0, -1, 0])


def test_the_last_allowed_step_may_reach_the_end(growth, monkeypatch):
    """A patient who gets there with the last step has not failed."""
    P = np.array([[0.1, 1.0]])
    free = growth.solve(P, nobody(1), 0.0, 2.0, TIMES, ("X",))
    monkeypatch.setattr(engine, "MAX_STEPS", int(free.steps[0] + free.rejected[0]))
    got = growth.solve(P, nobody(1), 0.0, 2.0, TIMES, ("X",))
    assert got.status.tolist() == [OK]
    assert np.array_equal(got.values, free.values)


def test_those_who_failed_stay_where_they_are(growth):
    """Further calls leave failed patients alone and carry the others on."""
    P = np.array([[0.1, 1.0], [1.0, 1.0]])
    population = Population.begin(growth, P)
    advance(population, 1.5)
    assert (population.status == OK).tolist() == [True, False]
    state, steps = population.state[1].copy(), population.steps[1]
    got = advance(population, 2.0, None, np.array([1.5, 2.0]), ("X",))
    assert np.isnan(got[1]).all()
    assert np.isfinite(got[0]).all()
    assert np.array_equal(population.state[1], state)
    assert population.steps[1] == steps
    assert population.t[0] == 2.0
    assert population.t[1] < 1.5


def test_when_all_have_failed_nothing_happens(growth):
    """A population without anybody left returns NaN and stays where it is."""
    population = Population.begin(growth, np.full((2, 2), 5.0))
    advance(population, 1.0)
    assert (population.status != OK).all()
    stands = population.t.copy()
    got = advance(population, 2.0, None, np.array([2.0]), ("X",))
    assert np.isnan(got).all()
    assert np.array_equal(population.t, stands)


def test_a_broken_parameter_of_a_read_out_is_a_failure_too(growth):
    """A patient is followed only if all that is known of him is a finite number."""
    P = np.array([[0.1, np.nan], [0.1, 1.0]])
    got = growth.solve(P, nobody(2), 0.0, 2.0, TIMES, ("X", "scaled"))
    assert got.status.tolist() == [NOT_FINITE, OK]
    assert np.isnan(got.values[0]).all()
    assert np.isfinite(got.values[1]).all()


def test_a_nan_that_max_could_hide_is_a_failure(compiled):
    """Max of a state and a broken parameter does not make the patient look healthy."""
    model = compiled(
        {"X": 1}, [("Max(X, floor)", {"X": -1})], parameters={"floor": 0.1}, vary=("floor",)
    )
    got = model.solve(np.array([[np.nan], [0.1]]), nobody(2), 0.0, 2.0, TIMES, ("X",))
    assert got.status.tolist() == [NOT_FINITE, OK]


@pytest.mark.parametrize("exponent", ["1/2", "3/10", "7/10", "3/2"])
def test_a_state_that_runs_empty_is_no_failure(compiled, exponent):
    """X' = -X**p reaches zero and stays there: undershoots by less than the tolerance are fine."""
    model = compiled({"X": 1}, [(f"X ** ({exponent})", {"X": -1})])
    got = model.solve(np.zeros((1, 0)), nobody(1), 0.0, 50.0, np.array([50.0]), ("X",))
    assert got.status.tolist() == [OK]
    exact = (1 + 0.5 * 50) ** -2 if exponent == "3/2" else 0
    assert got.values[0, 0, 0] == pytest.approx(exact, rel=1e-5, abs=1e-5)
