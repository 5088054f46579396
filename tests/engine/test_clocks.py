# SPDX-License-Identifier: Apache-2.0
"""Each patient at his own time: ends, output times, channels, rows, copies."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.engine.compiled import load_compiled
from trimer.engine.population import Population, advance, carry
from trimer.engine.scipy_path import scipy_compile
from trimer.engine.solution import ADD_TO_SPECIES, NOT_FINITE, SET_INPUT, Schedule

PARTS = ("t", "state", "inputs", "step", "steps", "rejected", "status")


@pytest.fixture(scope="module", params=["lanes", "scipy"])
def model(request, busy, busy_model):
    """Return the busy model on each engine."""
    return busy if request.param == "lanes" else scipy_compile(busy_model)


@pytest.fixture(scope="module", params=["lanes", "scipy"])
def clock(request, make_model):
    """Return X' = 1 with the time as an observable, on each engine."""
    made = make_model(
        {"X": 0}, [("1 + u", {"X": 1})], inputs=("u",), observables={"now": "time", "u_now": "u"}
    )
    return load_compiled(made) if request.param == "lanes" else scipy_compile(made)


def same(a, b, rows=slice(None)):
    """Whether two populations are the same bits."""
    return all(np.array_equal(getattr(a, p)[rows], getattr(b, p)[rows]) for p in PARTS)


def test_each_goes_to_his_own_end(clock):
    """Ends and beginnings differ; who is at his end already takes no step."""
    start, end = np.array([0.0, 1.0, 2.0, -1.0]), np.array([3.0, 1.0, 2.5, 0.5])
    population = Population.begin(clock, np.zeros((4, 0)), start)
    advance(population, end)
    assert np.array_equal(population.t, end)
    np.testing.assert_allclose(population.state[:, 0], end - start, rtol=1e-10)
    assert population.steps[1] == 0
    assert (population.steps[[0, 2, 3]] > 0).all()


def test_who_stays_gets_no_dose_but_is_looked_at(clock):
    """The dose of his instant belongs to the next call; his present value is given."""
    schedule = Schedule.shared([1.0], [ADD_TO_SPECIES], [0], np.full((2, 1), 9.0))
    population = Population.begin(clock, np.zeros((2, 0)), np.array([0.0, 1.0]))
    times = np.array([[1.0, np.inf], [1.0, np.inf]])
    got = advance(population, 1.0, schedule, times, ("X", "now"))
    np.testing.assert_allclose(got[:, 0], [[1, 1], [0, 1]], atol=1e-12)
    assert np.isnan(got[:, 1]).all()
    np.testing.assert_allclose(population.state[:, 0], [1, 0], atol=1e-12)
    advance(population, 2.0, schedule)
    np.testing.assert_allclose(population.state[:, 0], [11, 10], rtol=1e-12)


def test_output_times_of_their_own(model, busy_patients):
    """Rows of times, padded with +inf, give what shared times give; padding is NaN."""
    P, schedule = busy_patients(6)
    shared = np.linspace(0, 5, 11)
    want = advance(Population.begin(model, P), 5.0, schedule, shared, ("D", "conc", "on"))
    own = np.full((6, 11), np.inf)
    for i in range(6):
        own[i, : 11 - i] = shared[i:]
    got = advance(Population.begin(model, P), 5.0, schedule, own, ("D", "conc", "on"))
    for i in range(6):
        assert np.array_equal(got[i, : 11 - i], want[i, i:])
        assert np.isnan(got[i, 11 - i :]).all()


def test_two_channels_do_not_disturb_each_other(model, busy_patients):
    """Each gives what it gives alone; the patients keep their bits."""
    P, schedule = busy_patients(7)
    first, second = np.linspace(0, 5, 6), np.sort(np.random.default_rng(2).uniform(0, 5, (7, 9)))
    alone, both = Population.begin(model, P), Population.begin(model, P)
    want = advance(alone, 5.0, schedule, first, ("D", "sum", "F"))
    found = carry(both, 5.0, schedule, first, ("D", "sum", "F"), looks=(second, ("conc", "A")))
    other = advance(Population.begin(model, P), 5.0, schedule, second, ("conc", "A"))
    assert np.array_equal(found.values, want)
    assert np.array_equal(found.looks, other)
    assert same(alone, both)


def test_only_some_rows_move(model, busy_patients):
    """Chosen rows go their way, in the order asked for; the others do not change by a bit."""
    P, schedule = busy_patients(9)
    whole, part = Population.begin(model, P), Population.begin(model, P)
    before = part.copy()
    times = np.array([0.5, 2.0])
    want = advance(whole, 3.0, schedule, times, ("D", "sum"))
    rows = np.array([7, 2, 5])
    got = advance(part, 3.0, schedule, times, ("D", "sum"), rows=rows)
    assert np.array_equal(got, want[rows])
    assert same(part, whole, rows)
    assert same(part, before, np.setdiff1d(np.arange(9), rows))
    mask = np.zeros(9, dtype=bool)
    mask[rows] = True
    again = before.copy()
    assert np.array_equal(
        advance(again, 3.0, schedule, times, ("D", "sum"), rows=mask), want[np.sort(rows)]
    )


def test_own_stops_one_by_one_or_together(busy, busy_patients):
    """Patients with stops of their own have the same bits in any company and order of calls."""
    P, schedule = busy_patients(20)
    stops = np.sort(np.random.default_rng(4).uniform(0, 5, (20, 5)), axis=1)
    stops[:, -1] = 5.0
    together, alone = Population.begin(busy, P), Population.begin(busy, P)
    for k in range(5):
        advance(together, stops[:, k], schedule)
    for i in np.random.default_rng(5).permutation(20):
        for k in range(5):
            advance(alone, stops[i, k], schedule, rows=[i])
    assert same(together, alone)
    assert (together.rejected > 0).any()


def test_a_window_is_rolled_back(model, busy_patients):
    """Saved, carried, put back and carried again: the same bits as the first time."""
    P, schedule = busy_patients(8)
    population = Population.begin(model, P)
    advance(population, 1.0, schedule)
    saved = population.copy([1, 3, 6])
    advance(population, 2.0, schedule)
    first = population.copy()
    population.put([3, 6], saved, [1, 2])
    assert population.t.tolist() == [2, 2, 2, 1, 2, 2, 1, 2]
    advance(population, 2.0, schedule, rows=[3, 6])
    assert same(population, first)
    population.put([1, 3, 6], saved)
    assert same(population.copy([1, 3, 6]), saved)


def test_now_reads_the_present(clock):
    """Each patient's observables at his own time, with his inputs; NaN for who has failed."""
    population = Population.begin(clock, np.zeros((4, 0)), np.array([0.0, 2.0, 4.0, 6.0]))
    population.give([1, 2], SET_INPUT, 0, [5.0, 7.0])
    advance(population, population.t + 1.0)
    population.status[3] = NOT_FINITE
    got = population.now(("now", "X", "u_now"))
    np.testing.assert_allclose(got, [[1, 1, 0], [3, 6, 5], [5, 8, 7], [np.nan] * 3], rtol=1e-9)
    assert np.array_equal(population.now(("X",), [2, 0]), got[[2, 0], 1:2])
    assert population.now((), [1]).shape == (1, 0)
    assert population.now(("X",), []).shape == (0, 1)


def test_now_is_what_an_output_is(busy, busy_patients):
    """The present state read at once and the last output are the same bits."""
    P, schedule = busy_patients(11)
    population = Population.begin(busy, P)
    names = ("D", "conc", "bound", "sum", "F")
    last = advance(population, 3.3, schedule, np.array([3.3]), names)[:, 0]
    assert np.array_equal(population.now(names), last)
    assert np.array_equal(
        population.now(("conc", "on", "bound", "sum")),
        busy.observe(population.state, population.constants, population.inputs),
    )


def test_a_dose_by_hand_is_a_dose(model, busy_patients):
    """`give` between two calls acts as an event of the schedule at that time."""
    P, _ = busy_patients(3)
    schedule = Schedule.shared(
        [1.0, 1.0], [SET_INPUT, ADD_TO_SPECIES], [0, 0], np.array([[1.0, 2.0]] * 3)
    )
    planned, by_hand = Population.begin(model, P), Population.begin(model, P)
    advance(planned, 1.0, schedule)
    advance(planned, 2.0, schedule)
    advance(by_hand, 1.0)
    by_hand.give(None, SET_INPUT, 0, 1.0)
    by_hand.give([0, 1, 2], ADD_TO_SPECIES, 0, 2.0)
    advance(by_hand, 2.0)
    assert same(planned, by_hand)


@pytest.mark.parametrize(
    ("end", "match"),
    [
        ([1.0, -1.0], "at day 0.0 cannot be carried to day -1.0"),
        ([1.0, np.nan], "cannot be carried to day nan"),
        ([1.0, np.inf], "cannot be carried to day inf"),
        ([1.0], r"Wrong shape of the end times: got \(1,\)"),
    ],
)
def test_ends_that_make_no_sense_are_refused(clock, end, match):
    """Backwards, never, or not one for each row."""
    with pytest.raises(ValueError, match=match):
        advance(Population.begin(clock, np.zeros((2, 0))), end)


@pytest.mark.parametrize(
    "times",
    [
        [[0.5, 0.4], [0.1, 0.2]],
        [[0.5, 1.5], [0.1, 0.2]],
        [[-0.1, 0.5], [0.1, 0.2]],
        [[np.inf, 0.5], [0.1, 0.2]],
        [[np.nan, 0.5], [0.1, 0.2]],
        [[0.5, np.nan], [0.1, 0.2]],
    ],
)
def test_output_times_of_their_own_must_rise_within_the_span(clock, times):
    """As shared times must; +inf stands at the end only."""
    with pytest.raises(ValueError, match="Output times must rise"):
        advance(Population.begin(clock, np.zeros((2, 0))), 1.0, None, np.array(times), ("X",))


@pytest.mark.parametrize("rows", [[0, 0], [-1], [4], [0.5], [[0, 1]]])
def test_rows_that_are_none_are_refused(clock, rows):
    """Compiled code trusts every index."""
    population = Population.begin(clock, np.zeros((4, 0)))
    with pytest.raises(ValueError, match="Rows of a population"):
        advance(population, 1.0, rows=rows)


@pytest.mark.parametrize(("kind", "index"), [(SET_INPUT, 1), (ADD_TO_SPECIES, -1), (7, 0)])
def test_a_dose_by_hand_into_nothing_is_refused(clock, kind, index):
    """The same check as for schedules."""
    with pytest.raises(ValueError, match="does not have"):
        Population.begin(clock, np.zeros((1, 0))).give(None, kind, index, 1.0)


def test_put_wants_as_many(clock):
    """Three saved patients do not go into two rows."""
    population = Population.begin(clock, np.zeros((4, 0)))
    with pytest.raises(ValueError, match="got 3 for 2 rows"):
        population.put([0, 1], population.copy([0, 1, 2]))


def test_threads_are_kept_for_a_moment_and_then_gone(busy, busy_patients):
    """Two calls in a row use the same threads; a while later there are none."""
    import threading
    import time

    P, schedule = busy_patients(40)

    def workers():
        return {t for t in threading.enumerate() if t.name == "trimer-engine"}

    population = Population.begin(busy, P)
    advance(population, 1.0, schedule, threads=2)
    first = workers()
    advance(population, 2.0, schedule, threads=2)
    assert workers() <= first
    end = time.monotonic() + 20
    while workers() and time.monotonic() < end:
        time.sleep(0.01)
    assert not workers()


@pytest.mark.parametrize("wrong", [1.0, np.zeros(3), np.zeros(8)[::2], np.zeros(4, np.float32)])
def test_an_array_that_does_not_fit_is_refused(busy, busy_patients, wrong):
    """A time put in place of the array of times is told before compiled code reads it."""
    population = Population.begin(busy, busy_patients(4)[0])
    population.t = wrong
    with pytest.raises((ValueError, TypeError, IndexError)):
        advance(population, 1.0)
