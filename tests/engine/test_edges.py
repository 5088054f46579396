# SPDX-License-Identifier: Apache-2.0
"""Nobody, nothing to look at, no doses, one state; and what is refused with a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.core.errors import UnknownName
from trimer.engine.population import Population, advance
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule


@pytest.fixture(scope="module")
def decay(compiled):
    """Return the smallest model: one state, nothing varied, no input, no observable."""
    return compiled({"X": 2}, [("X", {"X": -1})])


def begin(model, n=1):
    """Return n patients of a model without varied parameters."""
    return Population.begin(model, np.zeros((n, 0)))


@pytest.mark.parametrize("n", [1, 7, 8, 9, 17])
def test_the_smallest_model_runs_for_any_number_of_patients(decay, n):
    """One state is enough, and no number of patients is special."""
    times = np.array([0.0, 0.5, 1.0])
    got = decay.solve(np.zeros((n, 0)), Schedule.empty(n), 0.0, 1.0, times, ("X",), rtol=1e-9)
    np.testing.assert_allclose(got.values[:, :, 0], np.tile(2 * np.exp(-times), (n, 1)), rtol=1e-8)
    assert not got.status.any()


def test_no_patients_are_a_population_too(busy):
    """Nobody to follow: empty results of the right shape."""
    population = Population.begin(busy, np.zeros((0, 5)))
    got = advance(population, 1.0, None, np.array([0.0, 1.0]), ("D", "conc"))
    assert got.shape == (0, 2, 2)
    assert population.t.shape == (0,)
    assert busy.observe(population.state, population.constants).shape == (0, 4)
    assert busy.route_factors(np.zeros((0, 5))).shape == (0, 2)
    solution = busy.solve(np.zeros((0, 5)), Schedule.empty(0), 0.0, 1.0, np.array([0.5]), ("D",))
    assert solution.values.shape == (0, 1, 1)


@pytest.mark.parametrize(("times", "outputs"), [((), ("X",)), ((0.5,), ()), ((0.0,), ()), ((), ())])
def test_nothing_to_look_at(decay, times, outputs):
    """Without times or outputs the population moves all the same."""
    population = begin(decay, 3)
    got = advance(population, 1.0, None, np.array(times), outputs, rtol=1e-9)
    assert got.shape == (3, len(times), len(outputs))
    np.testing.assert_allclose(population.state, 2 * np.exp(-1.0), rtol=1e-8)


@pytest.mark.parametrize("times", [(0.0,), (1.0,), (0.0, 1.0), (0.3, 1.0), (0.0, 1e-12, 1.0)])
def test_outputs_at_both_ends(decay, times):
    """Output times may be the first and the last moment, or a moment after the first."""
    got = advance(begin(decay), 1.0, None, np.array(times), ("X",), rtol=1e-9)
    np.testing.assert_allclose(got[0, :, 0], 2 * np.exp(-np.array(times)), rtol=1e-8)


def test_many_outputs_within_one_step(decay):
    """A thousand output times between two steps are all written."""
    times = np.linspace(0, 1, 1001)
    got = advance(begin(decay, 9), 1.0, None, times, ("X",) * 11, rtol=1e-6)
    np.testing.assert_allclose(
        got, np.broadcast_to(2 * np.exp(-times)[None, :, None], (9, 1001, 11)), rtol=1e-5
    )


def test_time_may_start_anywhere(decay):
    """Negative and large times are times like others."""
    for start in (-3.0, 1e4):
        population = Population.begin(decay, np.zeros((1, 0)), start)
        got = advance(population, start + 1, None, np.array([start, start + 1]), ("X",), rtol=1e-9)
        np.testing.assert_allclose(got[0, :, 0], [2, 2 * np.exp(-1)], rtol=1e-8)


def test_states_that_nothing_couples_are_followed_together(compiled):
    """Independent states with and without a flow of their own keep to themselves."""
    model = compiled(
        {"A": 1, "B": 1, "C": 1, "Z": 5},
        [("A", {"A": -1}), ("2 * B", {"B": -1}), ("1", {"C": 1}), ("0", {"Z": 1})],
    )
    got = advance(begin(model), 2.0, None, np.array([2.0]), model.species, rtol=1e-10)[0, 0]
    np.testing.assert_allclose(got, [np.exp(-2), np.exp(-4), 3, 5], rtol=1e-8)


def test_the_start_is_computed_per_patient(compiled):
    """Roots, baselines and initial values follow from each patient's parameters."""
    model = compiled(
        {"X": "r + base"},
        [("X", {"X": -1})],
        parameters={"a": 2.0},
        vary=("a",),
        roots={"r": ("r ** 3 - a", 1e-6, 1e6), "none": ("none + a", 1.0, 2.0)},
        baselines={"base": "r ** 2", "next": "base + 1"},
        observables={"seen": "next + 0 * X", "lost": "X + 0 * a"},
        routes=[("drug", "bolus", "X", "3 * a")],
    )
    P = np.array([[0.001], [1.0], [8.0]])
    r = P[:, 0] ** (1 / 3)
    np.testing.assert_allclose(model.initial(P)[:, 0], r + r**2, rtol=1e-14)
    np.testing.assert_allclose(model.route_factors(P)[:, 0], 3 * P[:, 0], rtol=1e-15)
    np.testing.assert_allclose(model.observe(model.initial(P), P)[:, 0], r**2 + 1, rtol=1e-14)
    assert model.baselines == ("base", "next")


def test_a_root_without_a_change_of_sign_is_nan(compiled):
    """A patient whose initial state does not exist fails; a root at a bound is a root."""
    model = compiled(
        {"X": "r"}, [("X", {"X": -1})], parameters={"a": 2.0}, vary=("a",),
        roots={"r": ("r - a", 1.0, 10.0)},
    )  # fmt: skip
    P = np.array([[2.0], [20.0], [10.0], [1.0], [0.5]])
    got = model.solve(P, Schedule.empty(5), 0.0, 1.0, np.array([0.0, 1.0]), ("X",))
    assert (got.status == 0).tolist() == [True, False, True, True, False]
    np.testing.assert_allclose(got.values[[0, 2, 3], 0, 0], [2, 10, 1], rtol=1e-14)
    assert np.isnan(got.values[[1, 4]]).all()


def test_a_parameter_may_be_varied_on_demand(make_model):
    """`vary` gives a parameter without a spread a column; an unknown name is refused."""
    from trimer.engine.compiled import load_compiled

    model = make_model({"X": 1}, [("k * X", {"X": -1})], parameters={"k": 1.0})
    assert load_compiled(model).parameters == ()
    varied = load_compiled(model, vary=("k",))
    assert varied.parameters == ("k",)
    got = varied.solve(
        np.array([[1.0], [2.0]]), Schedule.empty(2), 0.0, 1.0, np.array([1.0]), ("X",), rtol=1e-9
    )
    np.testing.assert_allclose(got.values[:, 0, 0], np.exp([-1, -2]), rtol=1e-8)
    with pytest.raises(UnknownName, match="'kk'"):
        load_compiled(model, vary=("kk",))


@pytest.mark.parametrize(
    "times", [(0.5, 0.4), (0.5, 0.5), (-0.1,), (1.1,), (np.nan,), (0.1, np.nan)]
)
def test_output_times_outside_or_out_of_order_are_refused(decay, times):
    """Times must rise and lie within the span."""
    with pytest.raises(ValueError, match="Output times must rise"):
        advance(begin(decay), 1.0, None, np.array(times), ("X",))


@pytest.mark.parametrize("end", [0.0, -1.0, np.nan, np.inf])
def test_time_must_go_forward(decay, end):
    """The end must be a later time."""
    with pytest.raises(ValueError, match="give a later time"):
        advance(begin(decay), end)


@pytest.mark.parametrize("rtol", [0.0, -1e-6, np.nan, np.inf])
def test_the_tolerance_must_be_positive(decay, rtol):
    """A tolerance of zero or less could never be met."""
    with pytest.raises(ValueError, match="tolerance"):
        advance(begin(decay), 1.0, rtol=rtol)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (2, 3, 5)])
def test_parameters_of_the_wrong_shape_are_refused(busy, shape):
    """Compiled code reads what it is told to: shapes are checked before."""
    for wrong in (busy.initial, busy.route_factors, lambda P: Population.begin(busy, P)):
        with pytest.raises(ValueError, match="shape"):
            wrong(np.ones(shape))


@pytest.mark.parametrize(("kind", "index"), [(SET_INPUT, 2), (ADD_TO_SPECIES, 4), (SET_INPUT, -1)])
def test_doses_into_nothing_are_refused(busy, busy_patients, kind, index):
    """An input or species that the model does not have cannot be dosed."""
    schedule = Schedule.shared([0.5], [kind], [index], np.ones((3, 1)))
    with pytest.raises(ValueError, match="does not have"):
        busy.solve(busy_patients(3)[0], schedule, 0.0, 1.0, np.empty(0), ())


def test_doses_for_others_are_refused(busy, busy_patients):
    """A schedule must have as many patients as the population."""
    with pytest.raises(ValueError, match="4 patients"):
        busy.solve(busy_patients(3)[0], Schedule.empty(4), 0.0, 1.0, np.empty(0), ())


def test_unsorted_doses_are_refused():
    """The doses of a patient must be in the order of time."""
    with pytest.raises(ValueError, match="sorted"):
        Schedule.shared([1.0, 0.5], [0, 0], [0, 0], np.ones((2, 2)))


def test_schedules_of_other_number_types_are_understood(busy, busy_patients):
    """Plain Python lists of whole numbers do what exact types do."""
    P, exact = busy_patients(3)
    loose = Schedule(
        exact.start, exact.time, exact.kind.astype(int), exact.index.astype(int), exact.value
    )
    times = np.array([1.0, 5.0])
    want = busy.solve(P, exact, 0.0, 5.0, times, ("D",)).values
    assert np.array_equal(busy.solve(P, loose, 0.0, 5.0, times, ("D",)).values, want)


def test_an_unknown_output_is_refused_with_a_suggestion(busy, busy_patients):
    """The name is told, and one that is like it."""
    P, schedule = busy_patients(2)
    with pytest.raises(UnknownName, match=r"'bund'.*bound"):
        busy.solve(P, schedule, 0.0, 1.0, np.array([1.0]), ("bund",))
