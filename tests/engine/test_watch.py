# SPDX-License-Identifier: Apache-2.0
"""Watches find crossings where they are; terminal ones stop the patient there, and only him."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from trimer.core.errors import UnknownName
from trimer.engine.compiled import load_compiled
from trimer.engine.population import BOTH, FALLING, RISING, Population, Watch, advance, carry
from trimer.engine.scipy_path import scipy_compile
from trimer.engine.solution import ADD_TO_SPECIES, OK, SET_INPUT, Schedule

ENGINES = {"lanes": load_compiled, "scipy": scipy_compile}
NOBODY = np.zeros((1, 0))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    """Return each engine in turn."""
    return ENGINES[request.param]


@pytest.fixture(scope="module")
def wave(engine, make_model):
    """Return x = sin t, v = cos t, and a decay d = exp(-t)."""
    model = make_model(
        {"x": 0, "v": 1, "d": 1}, [("v", {"x": 1}), ("x", {"v": -1}), ("d", {"d": -1})],
        observables={"twice": "2 * x", "late": "d * time"},
    )  # fmt: skip
    return engine(model)


@pytest.fixture(scope="module")
def decay(engine, make_model):
    """Return X' = u - k X, dosed and fed."""
    model = make_model(
        {"X": 2}, [("k * X", {"X": -1}), ("u", {"X": 1})], parameters={"k": 1.0}, vary=("k",),
        inputs=("u",),
    )  # fmt: skip
    return engine(model)


@pytest.fixture(scope="module")
def compiled_decay(compiled):
    """Return X' = -k X as machine code."""
    return compiled({"X": 2}, [("k * X", {"X": -1})], parameters={"k": 1.0}, vary=("k",))


def begin(model, n=1):
    """Return n patients of a model without varied parameters."""
    return Population.begin(model, np.zeros((n, 0)))


def seen(crossings):
    """Return what was found as a list of rows."""
    c = crossings
    rows = zip(c.patient.tolist(), c.watch.tolist(), c.direction.tolist(), strict=True)
    return list(rows), c.time


def test_a_decay_stops_at_its_level(decay):
    """X = 2 exp(-k t) reaches a half at log(4)/k, to 1e-8, for each patient's k."""
    k = np.array([0.3, 1.0, 2.7, 11.0])
    population = Population.begin(decay, k[:, None])
    found = carry(population, 10.0, watches=[Watch("X", 0.5, FALLING, terminal=True)], rtol=1e-10)
    rows, time = seen(found.crossings)
    assert rows == [(i, 0, -1) for i in range(4)]
    np.testing.assert_allclose(time, np.log(4) / k, atol=1e-8)
    assert np.array_equal(population.t, time)
    np.testing.assert_allclose(population.state[:, 0], 0.5, rtol=1e-8)
    assert (population.state[:, 0] <= 0.5).all()
    assert not population.status.any()


@given(st.floats(0.05, 20), st.floats(0.01, 1.9), st.floats(1e-4, 3))
def test_any_decay_stops_at_any_level(compiled_decay, k, level, step):
    """Whatever the rate, the level and the first step: the stop is at log(2/level)/k, once."""
    population = Population.begin(compiled_decay, np.array([[k]]))
    population.step[:] = step
    exact = np.log(2 / level) / k
    watch = Watch("X", level, terminal=True)
    found = carry(population, exact + 5.0, watches=[watch], rtol=1e-9)
    assert len(found.crossings) == 1
    assert population.t[0] == pytest.approx(exact, abs=1e-7)
    assert population.state[0, 0] <= level
    assert len(carry(population, exact + 5.0, watches=[watch], rtol=1e-9).crossings) == 0


def test_the_state_where_he_stops_is_as_exact_as_any(decay):
    """At the usual tolerance, the state at the stop is that of a run to there, to the tolerance."""
    population = Population.begin(decay, np.ones((1, 1)))
    carry(population, 10.0, watches=[Watch("X", 0.5, terminal=True)], rtol=1e-6)
    exact = 2 * np.exp(-population.t)
    np.testing.assert_allclose(population.state[:, 0], exact, rtol=2e-6)


def test_bouncing(decay):
    """A decay filled up at each stop bounces at equal distances, and starts at no level twice."""
    population = Population.begin(decay, np.ones((1, 1)))
    watch = Watch("X", 1.0, FALLING, terminal=True)
    for bounce in range(1, 30):
        found = carry(population, 100.0, watches=[watch], rtol=1e-10)
        assert len(found.crossings) == 1
        assert population.t[0] == pytest.approx(bounce * np.log(2), abs=1e-8)
        population.give(None, ADD_TO_SPECIES, 0, 1.0)


def test_who_stands_at_the_level_does_not_cross_it_again(decay):
    """Carried on without a change, nothing more is found."""
    population = Population.begin(decay, np.ones((1, 1)))
    watch = Watch("X", 1.0, BOTH, terminal=True)
    assert len(carry(population, 5.0, watches=[watch]).crossings) == 1
    assert len(carry(population, 5.0, watches=[watch]).crossings) == 0
    assert population.t.tolist() == [5.0]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [(RISING, [2, 4]), (FALLING, [1, 3, 5]), (BOTH, [1, 2, 3, 4, 5])],
)
def test_rising_falling_and_both(wave, direction, expected):
    """The zeros of a sine are at multiples of pi, falling and rising in turn."""
    found = carry(begin(wave), 16.0, watches=[Watch("x", 0.0, direction)], rtol=1e-9)
    rows, time = seen(found.crossings)
    np.testing.assert_allclose(time, np.pi * np.array(expected), atol=1e-7)
    assert [way for _, _, way in rows] == [1 if k % 2 == 0 else -1 for k in expected]


def test_several_watches_in_one_step(wave):
    """Levels that lie close together are all found, in the order of time, each with its number."""
    levels = [0.5, 0.4, 0.6, 0.45]
    watches = [Watch("x", level, RISING) for level in levels] + [Watch("twice", 1.0)]
    found = carry(begin(wave), 1.5, watches=watches, rtol=1e-9)
    rows, time = seen(found.crossings)
    assert [which for _, which, _ in rows] == [1, 3, 0, 4, 2]
    want = np.arcsin([0.4, 0.45, 0.5, 0.5, 0.6])
    np.testing.assert_allclose(time, want, atol=1e-7)


def test_there_and_back_within_a_step(wave):
    """A peak that pokes above its level for an eighth of a step is two crossings."""
    population = begin(wave)
    population.step[:] = 3.0
    watch = Watch("x", float(np.sin(np.pi / 2 - 0.3)))
    found = carry(population, 3.0, watches=[watch], rtol=1e-5)
    rows, time = seen(found.crossings)
    assert [way for _, _, way in rows] == [1, -1]
    np.testing.assert_allclose(time, np.pi / 2 + np.array([-0.3, 0.3]), atol=1e-3)


def test_the_first_of_several_terminal_watches_stops(wave):
    """The patient stops at the earliest; what lies behind it is not reported."""
    watches = [
        Watch("x", 0.9, terminal=True), Watch("x", 0.2, terminal=True), Watch("x", 0.3),
        Watch("x", 0.1),
    ]  # fmt: skip
    population = begin(wave)
    found = carry(population, 3.0, watches=watches, rtol=1e-9)
    rows, time = seen(found.crossings)
    assert [which for _, which, _ in rows] == [3, 1]
    assert time[1] == population.t[0] == pytest.approx(np.arcsin(0.2), abs=1e-8)


def test_levels_of_their_own(wave):
    """Each patient has his own level; NaN is nobody's."""
    level = np.array([0.1, np.nan, 0.7, 2.0])
    population = begin(wave, 4)
    watch = Watch("x", level, RISING, terminal=True)
    found = carry(population, 1.5, watches=[watch], rtol=1e-9)
    rows, time = seen(found.crossings)
    assert [row for row, _, _ in rows] == [0, 2]
    np.testing.assert_allclose(time, np.arcsin([0.1, 0.7]), atol=1e-8)
    assert population.t[[1, 3]].tolist() == [1.5, 1.5]


def test_levels_of_some_rows(wave):
    """With rows, levels are still those of the whole population."""
    level = np.array([0.1, 0.2, 0.3, 0.4])
    population = begin(wave, 4)
    watch = Watch("x", level, terminal=True)
    found = carry(population, 1.5, rows=[3, 1], watches=[watch], rtol=1e-9)
    assert found.crossings.patient.tolist() == [1, 3]
    np.testing.assert_allclose(population.t, [0, np.arcsin(0.2), 0, np.arcsin(0.4)], atol=1e-8)


def test_an_observable_of_the_time_is_watched(wave):
    """The term t exp(-t) rises through 0.3 and falls through it again."""
    found = carry(begin(wave), 4.0, watches=[Watch("late", 0.3)], rtol=1e-10)
    time = found.crossings.time
    np.testing.assert_allclose(time * np.exp(-time), 0.3, atol=1e-8)
    assert found.crossings.direction.tolist() == [1, -1]


def test_too_many_crossings_are_counted(wave):
    """The first are kept, the others told."""
    found = carry(begin(wave), 16.0, watches=[Watch("x", 0.0)], most_crossings=3, rtol=1e-8)
    np.testing.assert_allclose(found.crossings.time, np.pi * np.arange(1, 4), atol=1e-6)
    assert found.crossings.lost == 2


def test_outputs_end_where_the_patient_stops(wave):
    """Output times behind a stop are NaN, those before are the usual values."""
    times = np.array([0.0, 0.2, 0.5, 1.0])
    stop = float(np.sin(0.6))
    population = begin(wave)
    found = carry(
        population, 1.0, None, times, ("x",), looks=(times[:3], ("v",)),
        watches=[Watch("x", stop, terminal=True)], rtol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(found.values[0, :3, 0], np.sin(times[:3]), atol=1e-8)
    assert np.isnan(found.values[0, 3, 0])
    np.testing.assert_allclose(found.looks[0, :, 0], np.cos(times[:3]), atol=1e-8)


def test_a_dose_at_the_instant_of_a_stop_comes_after_it(decay):
    """The stop is the left limit: its dose is given when the patient is carried on, once."""
    k = 1.0
    at = float(np.log(4) / k)
    population = Population.begin(decay, np.array([[k]]))
    probe = Population.begin(decay, np.array([[k]]))
    watch = Watch("X", 0.5, FALLING, terminal=True)
    carry(probe, 5.0, watches=[watch], rtol=1e-9)
    at = float(probe.t[0])
    schedule = Schedule.shared([at], [ADD_TO_SPECIES], [0], np.array([[3.0]]))
    carry(population, 5.0, schedule, watches=[watch], rtol=1e-9)
    assert population.t[0] == pytest.approx(at, abs=1e-7)
    if population.t[0] < at:  # found a rounding error before the dose
        assert population.state[0, 0] == pytest.approx(0.5, rel=1e-6)
    advance(population, at + 1.0, schedule, rtol=1e-9)
    assert population.state[0, 0] == pytest.approx(3.5 * np.exp(-1.0), rel=1e-6)


def test_a_jump_is_no_crossing(decay):
    """A dose lifts the state over the level at once; only the way down through it is found."""
    schedule = Schedule.shared([1.0], [ADD_TO_SPECIES], [0], np.array([[5.0]]))
    population = Population.begin(decay, np.ones((1, 1)))
    found = carry(population, 4.0, schedule, watches=[Watch("X", 3.0)], rtol=1e-9)
    after = 2 * np.exp(-1) + 5
    np.testing.assert_allclose(found.crossings.time, [1 + np.log(after / 3)], atol=1e-7)
    assert found.crossings.direction.tolist() == [-1]


def test_watches_change_nothing_for_who_does_not_stop(busy, busy_patients):
    """Patients without a terminal crossing keep every bit, watched or not."""
    P, schedule = busy_patients(48)
    level = np.full(48, np.nan)
    level[::3] = 0.4
    plain, watched = Population.begin(busy, P), Population.begin(busy, P)
    times = np.linspace(0, 5, 21)
    want = advance(plain, 5.0, schedule, times, ("D", "sum"))
    found = carry(
        watched, 5.0, schedule, times, ("D", "sum"),
        watches=[Watch("D", level, RISING, terminal=True), Watch("sum", 2.0), Watch("F", 0.7)],
    )  # fmt: skip
    stopped = watched.t < 5.0
    assert 0 < stopped.sum() <= 16
    assert not stopped[level != 0.4].any()
    assert np.array_equal(found.values[~stopped], want[~stopped])
    for name in ("state", "step", "inputs", "steps", "rejected"):
        assert np.array_equal(getattr(plain, name)[~stopped], getattr(watched, name)[~stopped])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_bits_do_not_depend_on_company(busy, busy_patients, threads):
    """Together, in parts, backwards or one by one: the same stops and the same bits."""
    P, schedule = busy_patients(24)
    level = np.linspace(0.2, 2.5, 24)
    watches = [Watch("D", level, RISING, terminal=True), Watch("sum", 2.0)]

    def carried(groups):
        population = Population.begin(busy, P)
        found = [
            carry(population, 5.0, schedule, rows=rows, watches=watches, threads=threads)
            for rows in groups
        ]
        by = sorted(
            (int(p), int(w), float(t))
            for f in found
            for p, w, t in zip(
                f.crossings.patient, f.crossings.watch, f.crossings.time, strict=True
            )
        )
        return population, by

    want, crossings = carried([np.arange(24)])
    for groups in (
        [[i] for i in range(24)],
        [np.arange(24)[::-1]],
        [np.arange(7), np.arange(7, 24)],
    ):
        got, by = carried(groups)
        assert by == crossings
        for name in ("t", "state", "step", "inputs", "steps", "rejected"):
            assert np.array_equal(getattr(got, name), getattr(want, name))
    assert (want.status == OK).all()


def test_scipys_own_events_agree(compiled):
    """Crossings of an oscillation with saturation are where solve_ivp finds them."""
    model = compiled(
        {"x": 2, "v": 0}, [("v", {"x": 1}), ("(1 - x ** 2) * v - x", {"v": 1})],
    )  # fmt: skip

    def event(_t, y):
        return y[0] - 0.7

    oracle = solve_ivp(
        lambda _t, y: [y[1], (1 - y[0] ** 2) * y[1] - y[0]], (0, 20), [2.0, 0.0], events=event,
        rtol=1e-11, atol=1e-12, method="DOP853",
    )  # fmt: skip
    found = carry(begin(model), 20.0, watches=[Watch("x", 0.7)], rtol=1e-10)
    np.testing.assert_allclose(found.crossings.time, oracle.t_events[0], atol=1e-7)
    assert len(found.crossings) > 4


def test_a_wrong_watch_is_refused(wave):
    """An unknown output, direction or shape of levels is told before anybody moves."""
    population = begin(wave, 2)
    with pytest.raises(UnknownName, match=r"'twise'.*twice"):
        carry(population, 1.0, watches=[Watch("twise", 1.0)])
    with pytest.raises(ValueError, match="Unknown direction in a watch of 'x': got 2"):
        Watch("x", 1.0, 2)
    with pytest.raises(
        ValueError, match=r"Wrong shape of the levels in a watch of 'x': got \(3,\)"
    ):
        carry(population, 1.0, watches=[Watch("x", np.ones(3))])
    assert not population.t.any()
    assert (population.status == OK).all()


def test_an_input_set_at_a_stop_acts_from_there(decay):
    """A controller: feed from the moment the level falls to one, and stay there."""
    population = Population.begin(decay, np.ones((1, 1)))
    carry(population, 9.0, watches=[Watch("X", 1.0, terminal=True)], rtol=1e-9)
    population.give([0], SET_INPUT, 0, 1.0)
    advance(population, 9.0, rtol=1e-9)
    assert population.state[0, 0] == pytest.approx(1.0, rel=1e-8)
