# SPDX-License-Identifier: Apache-2.0
"""Doses: order within an instant, left limits, no drift, and populations carried on in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.engine.launch import DOSE_STEP
from trimer.engine.population import Population, advance
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule

NOBODY = np.zeros((1, 0))
K = 0.8


@pytest.fixture(scope="module")
def tank(compiled):
    """Return X' = rate with a clock T' = 1: everything about it is known exactly."""
    return compiled(
        {"X": 0, "T": 0},
        [("rate", {"X": 1}), ("1", {"T": 1})],
        inputs=("rate", "other"),
        observables={"pump": "rate", "spare": "other + 0 * X"},
    )


@pytest.fixture(scope="module")
def drain(compiled):
    """Return X' = rate - K X."""
    return compiled({"X": 0}, [("rate", {"X": 1}), (f"{K} * X", {"X": -1})], inputs=("rate",))


def doses(*events, patients=1):
    """Return a schedule of (time, kind, index, value), the same for everyone."""
    time, kind, index, value = zip(*events, strict=True)
    return Schedule.shared(time, kind, index, np.tile(np.array(value, float), (patients, 1)))


def at(time, value, index=0):
    """Return an event that sets an input."""
    return (time, SET_INPUT, index, value)


def bolus(time, value, index=0):
    """Return an event that adds to a species."""
    return (time, ADD_TO_SPECIES, index, value)


def followed(model, schedule, t1, times, outputs, **options):
    """Return the values of the one patient."""
    return model.solve(NOBODY, schedule, 0.0, t1, np.array(times, float), outputs, **options)


def test_doses_of_one_instant_act_in_the_order_of_the_schedule(tank):
    """Set, add, set: the last setting holds afterwards, and all amounts are added."""
    schedule = doses(at(1, 5), bolus(1, 2), at(1, 3), bolus(1, 4), at(1, 0.5))
    got = followed(tank, schedule, 2, [1, 1.5, 2], ("X", "pump")).values[0]
    np.testing.assert_allclose(got[:, 0], [0, 6.25, 6.5], rtol=1e-12)
    assert got[:, 1].tolist() == [0, 0.5, 0.5]


def test_the_order_within_an_instant_is_kept(tank):
    """The same two settings the other way round leave the other value."""
    for first, second in ((5.0, 3.0), (3.0, 5.0)):
        schedule = doses(at(1, first), at(1, second))
        assert followed(tank, schedule, 2, [2], ("pump",)).values[0, 0, 0] == second


def test_an_output_at_a_dose_is_the_value_before_it(tank):
    """States and inputs at the time of a dose are those just before it."""
    schedule = doses(at(0, 2), bolus(1, 10), at(2, 0), at(2, 7, index=1))
    got = followed(tank, schedule, 3, [0, 1, 1.5, 2, 3], ("X", "pump", "spare")).values[0]
    np.testing.assert_allclose(got[:, 0], [0, 2, 13, 14, 14], rtol=1e-12)
    assert got[:, 1].tolist() == [0, 2, 2, 2, 0]
    assert got[:, 2].tolist() == [0, 0, 0, 0, 7]


def test_a_dose_at_the_start_comes_after_the_first_output(tank):
    """The first output is the initial state; a dose at the start acts right after it."""
    got = followed(tank, doses(bolus(0, 3), at(0, 1)), 1, [0, 0.5], ("X", "pump")).values[0]
    np.testing.assert_allclose(got, [[0, 0], [3.5, 1]], rtol=1e-12)


def test_an_infusion_holds_from_its_start_to_its_end(drain):
    """Between its two doses an infusion runs, and not a moment longer: the closed form holds."""
    a, b, rate = 0.3, 1.7, 4.0
    times = np.linspace(0, 3, 31)
    got = followed(drain, doses(at(a, rate), at(b, 0)), 3, times, ("X",), rtol=1e-10, atol=1e-14)
    on = rate / K * (1 - np.exp(-K * (np.clip(times, a, b) - a)))
    want = on * np.exp(-K * np.maximum(times - b, 0))
    np.testing.assert_allclose(got.values[0, :, 0], want, rtol=1e-8, atol=1e-12)


def test_a_dose_at_the_end_belongs_to_the_next_call(tank):
    """What happens at t1 is not given; given again, it acts at the beginning of the next call."""
    schedule = doses(at(0, 1), bolus(1, 5), at(1, 2))
    population = Population.begin(tank, NOBODY)
    first = advance(population, 1.0, schedule, np.array([1.0]), ("X", "pump"))[0]
    np.testing.assert_allclose(first, [[1, 1]], rtol=1e-12)
    assert population.state[0, 0] == first[0, 0]
    second = advance(population, 2.0, schedule, np.array([1.0, 2.0]), ("X", "pump"))[0]
    assert np.array_equal(second[0], first[0])
    np.testing.assert_allclose(second[1], [8, 2], rtol=1e-12)


def test_doses_of_the_past_are_not_given_again(tank):
    """The whole schedule may be passed to every call: each dose acts once."""
    schedule = doses(bolus(0, 1), bolus(0.5, 1), bolus(1, 1), bolus(1.5, 1), patients=3)
    population = Population.begin(tank, np.zeros((3, 0)))
    for end in (0.25, 0.5, 1.25, 2.0):
        advance(population, end, schedule)
    assert population.state[:, 0].tolist() == [4, 4, 4]


def test_doses_a_rounding_error_apart_are_two_instants(tank):
    """0.1 + 0.2 is not 0.3: the two doses come one after the other, and nothing breaks."""
    assert 0.1 + 0.2 > 0.3
    schedule = doses(at(0.3, 1), at(0.1 + 0.2, 2))
    got = followed(tank, schedule, 1, [0.3, 0.1 + 0.2, 1], ("X", "pump"))
    assert got.status.tolist() == [0]
    assert got.values[0, :, 1].tolist() == [0, 1, 2]
    assert got.values[0, 2, 0] == pytest.approx(1.4, rel=1e-12)


def test_a_thousand_intervals_do_not_drift(tank):
    """500 infusions switched on and off at k/10 days: amounts and times stay exact."""
    stops = np.arange(1001) * 0.1
    rates = np.where(np.arange(1000) % 2 == 0, 1 + np.arange(1000) % 7, 0)
    schedule = doses(*(at(t, r) for t, r in zip(stops[:-1], rates, strict=True)))
    end = float(stops[-1])
    got = followed(tank, schedule, end, stops, ("X", "T", "pump"))
    assert got.status.tolist() == [0]
    amount = np.concatenate([[0], np.cumsum(rates * np.diff(stops))])
    np.testing.assert_allclose(got.values[0, :, 0], amount, rtol=1e-10)
    np.testing.assert_allclose(got.values[0, :, 1], stops, rtol=1e-12)
    assert np.array_equal(got.values[0, 1:, 2], rates)  # left limits, every one


def test_amounts_of_a_draining_tank_after_a_thousand_intervals(drain):
    """With elimination too, a thousand switches leave the closed form to 1e-10."""
    stops = np.arange(1001) * 0.1
    rates = np.where(np.arange(1000) % 2 == 0, 3.0, 0.0)
    schedule = doses(*(at(t, r) for t, r in zip(stops[:-1], rates, strict=True)))
    got = followed(drain, schedule, float(stops[-1]), stops[-1:], ("X",), rtol=1e-11)
    want = 0.0
    for rate, length in zip(rates, np.diff(stops), strict=True):
        want = want * np.exp(-K * length) + rate / K * -np.expm1(-K * length)
    assert got.values[0, 0, 0] == pytest.approx(want, rel=1e-10)


def test_doses_differ_between_patients(tank):
    """Every patient gets his own doses at his own times; one gets none."""
    schedule = Schedule(
        np.array([0, 2, 2, 3]), np.array([0.2, 0.7, 0.5]),
        np.array([ADD_TO_SPECIES] * 3, np.int8), np.zeros(3, np.int32), np.array([1.0, 2.0, 4.0]),
    )  # fmt: skip
    got = tank.solve(np.zeros((3, 0)), schedule, 0.0, 1.0, np.array([0.6, 1.0]), ("X",))
    assert got.values[:, :, 0].tolist() == [[1, 3], [0, 0], [4, 4]]


def test_step_sizes_are_carried_over(busy, busy_patients):
    """Fifty calls cost far fewer steps than fifty cold starts, and hardly more than one call."""
    P, _ = busy_patients(8)
    ends = np.linspace(0, 5, 51)[1:]
    kept, cold, once = (Population.begin(busy, P) for _ in range(3))
    for end in ends:
        advance(kept, end)
        cold.step[:] = DOSE_STEP
        advance(cold, end)
    advance(once, 5.0)
    assert kept.steps.sum() < 0.6 * cold.steps.sum()
    assert kept.steps.sum() < once.steps.sum() + 8 * 2 * len(ends)


def test_a_step_ends_exactly_on_its_stop(tank):
    """Where t + (stop - t) is not the stop in doubles, one step gets there all the same."""
    start = -3.3
    stops = [s for s in np.random.default_rng(1).uniform(0, 1, 60) if start + (s - start) != s]
    assert len(stops) > 20
    for stop in stops:
        population = Population.begin(tank, NOBODY, start)
        population.step[:] = 100.0
        got = advance(population, stop, None, np.array([stop]), ("T",))
        assert population.steps.tolist() == [1]
        assert got[0, 0, 0] == population.state[0, 1]


def test_after_a_dose_steps_begin_small_again(tank):
    """The step after a dose is at most `DOSE_STEP`: the state may change fast from there."""
    alone, dosed = Population.begin(tank, NOBODY), Population.begin(tank, NOBODY)
    advance(alone, 5.0)
    advance(dosed, 10.0, doses(at(5, 1)))
    assert dosed.steps[0] == 2 * alone.steps[0]
    assert alone.step[0] > 5 * DOSE_STEP


def test_pieces_give_what_one_call_gives(busy, busy_patients):
    """Carried forward in pieces, with doses in all of them, a population ends where it must."""
    P, schedule = busy_patients(16)
    ends = np.array([0.1, 0.9, 1.0, 2.5, 3.7, 5.0])
    whole = busy.solve(P, schedule, 0.0, 5.0, ends, ("D", "F", "conc", "on"), rtol=1e-8)
    population = Population.begin(busy, P)
    pieces = [
        advance(population, end, schedule, np.array([end]), whole.names, rtol=1e-8) for end in ends
    ]
    np.testing.assert_allclose(np.hstack(pieces), whole.values, rtol=1e-6, atol=1e-9)
    assert population.t.tolist() == [5.0] * len(population)


def test_those_who_failed_take_their_doses_with_them(busy, busy_patients):
    """After some have failed, the others get their own doses still, bit for bit."""
    P, schedule = busy_patients(24)
    well, mixed = Population.begin(busy, P), Population.begin(busy, P)
    mixed.state[[0, 5, 13, 23], 2] = np.nan
    for end in (1.0, 2.0, 5.0):
        times = np.array([end - 0.5, end])
        want = advance(well, end, schedule, times, ("D", "sum"))
        got = advance(mixed, end, schedule, times, ("D", "sum"))
        alive = mixed.status == 0
        assert np.flatnonzero(~alive).tolist() == [0, 5, 13, 23]
        assert np.array_equal(got[alive], want[alive])
        assert np.isnan(got[~alive]).all()
    for name in ("state", "step", "inputs", "steps", "rejected"):
        assert np.array_equal(getattr(mixed, name)[alive], getattr(well, name)[alive])


def test_a_callback_may_change_inputs_and_states_between_calls(tank):
    """What is set on the population by hand acts from then on."""
    population = Population.begin(tank, NOBODY)
    advance(population, 1.0)
    population.inputs[:, 0] = 2.0
    population.state[:, 0] += 10.0
    got = advance(population, 2.0, None, np.array([1.0, 2.0]), ("X", "pump"))[0]
    np.testing.assert_allclose(got, [[10, 2], [12, 2]], rtol=1e-12)


@pytest.mark.parametrize("time", [np.nan, np.inf])
def test_a_dose_at_no_time_is_refused(time):
    """A dose that is never due would hold back all that follow it."""
    with pytest.raises(ValueError, match="times of a schedule must be finite"):
        Schedule.shared([time], [SET_INPUT], [0], np.ones((2, 1)))
