# SPDX-License-Identifier: Apache-2.0
"""Who is visited stops where he has to, and replays to the last bit with the same visits."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.core.errors import EngineError
from trimer.engine.compiled import load_compiled
from trimer.engine.population import RISING, Population, Watch, advance, carry
from trimer.engine.scipy_path import scipy_compile
from trimer.engine.visit import Visit

ENGINES = {"lanes": load_compiled, "scipy": scipy_compile}
SIX = np.zeros((6, 0))
WHEN = np.array([0.3, 1.7, np.inf, 2.0, 1e-3, 1.9999])


@pytest.fixture(name="wave", params=ENGINES)
def _wave(request, make_model):
    """Return x = sin t, v = cos t in each engine."""
    model = make_model({"x": 0, "v": 1}, [("v", {"x": 1}), ("x", {"v": -1})])
    return ENGINES[request.param](model)


def test_a_visit_stops_exactly_at_its_time(wave):
    """Everybody stands at his visit or at the goal, in a state as exact as any."""
    people = Population.begin(wave, SIX)
    carry(people, 2.0, visit=Visit(WHEN))
    np.testing.assert_array_equal(people.t, np.minimum(WHEN, 2.0))
    np.testing.assert_allclose(people.state[:, 0], np.sin(people.t), atol=2e-5)


def test_where_he_stops_he_goes_on_as_if_it_were_known(wave):
    """Outputs on the way are those before the stop; later ones come with the next call."""
    people = Population.begin(wave, SIX)
    times = np.array([0.0, 0.25, 1.0, 2.0])
    first = carry(people, 2.0, None, times, ("x",), visit=Visit(WHEN)).values[..., 0]
    seen = times <= np.minimum(WHEN, 2.0)[:, None]
    np.testing.assert_allclose(first[seen], np.broadcast_to(np.sin(times), (6, 4))[seen], atol=2e-5)
    assert np.isnan(first[~seen]).all()
    advance(people, np.full(6, 2.0))
    np.testing.assert_allclose(people.state[:, 0], np.sin(2.0), atol=2e-5)


def test_who_crosses_is_left_where_he_was(make_model):
    """While visits are made a crossing sends the patient back to the beginning."""
    wave = load_compiled(make_model({"x": 0, "v": 1}, [("v", {"x": 1}), ("x", {"v": -1})]))
    people = Population.begin(wave, SIX)
    before = people.copy()
    watch = Watch("x", np.array([0.5, 0.5, 0.5, np.nan, np.nan, 0.99]), RISING)
    met = carry(people, 3.0, visit=Visit(np.full(6, np.inf)), watches=[watch]).crossings
    np.testing.assert_array_equal(met.patient, [0, 1, 2, 5])
    np.testing.assert_allclose(met.time[:3], np.arcsin(0.5), atol=1e-4)
    back = np.isin(np.arange(6), met.patient)
    np.testing.assert_array_equal(people.t, np.where(back, 0.0, 3.0))
    np.testing.assert_array_equal(people.state[back], before.state[back])
    assert (people.status == 0).all()


def test_bad_visits_are_refused(wave):
    """A first time for each row; and compiled visitors only where code is compiled."""
    people = Population.begin(wave, SIX)
    if wave.engine.startswith("lanes"):
        with pytest.raises(ValueError, match="a first time for each row"):
            carry(people, 1.0, visit=Visit(np.zeros(2) + 0.5))
    else:
        with pytest.raises(EngineError, match="no compiled code"):
            carry(people, 1.0, visit=Visit(WHEN, (), 1))
