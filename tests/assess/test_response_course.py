# SPDX-License-Identifier: Apache-2.0
"""Days of response and relapse."""

import numpy as np
import pytest

from trimer.assess import best_response, relapse_day, response_day
from trimer.core.errors import InputError

DAYS = np.arange(0.0, 64.0)


def courses(*marrow, anc=2.0, plt=200.0, blood=0.0):
    """Courses of patients whose marrow blasts are given as (day, %) steps."""
    blasts = np.full((len(marrow), DAYS.size), 60.0)
    for row, steps in zip(blasts, marrow, strict=True):
        for day, level in steps:
            row[day <= DAYS] = level
    rest = [np.full_like(blasts, level) for level in (blood, anc, plt)]
    return DAYS, blasts, *rest


def test_a_response_dates_from_the_first_marrow_that_shows_it():
    """Clear on day 10 is seen on day 25, clear on day 26 on day 28, on day 30 in cycle 2."""
    times = courses([(10, 1)], [(26, 1)], [(30, 1)], [(57, 1)], [])
    found = response_day(*times)
    assert found[:3].tolist() == [25.0, 28.0, 53.0]
    assert np.isnan(found[3:]).all()


def test_it_agrees_with_the_best_response():
    """Who has a day of remission has a remission as best response, and no one else."""
    rng = np.random.default_rng(3)
    shape = (300, DAYS.size)
    parts = (rng.uniform(0, 20, shape), rng.uniform(0, 20, shape), rng.uniform(0, 1.5, shape),
             rng.uniform(0, 150, shape))  # fmt: skip
    day, best = response_day(DAYS, *parts), best_response(DAYS, *parts)
    assert 20 < (~np.isnan(day)).sum() < 280
    assert (~np.isnan(day) == np.isin(best, ["CRi", "CRh", "CR"])).all()


def test_kinds_can_be_asked_for():
    """Without platelets there is no CR, but a leukemia-free state."""
    times = courses([(10, 1)], anc=0.2, plt=10.0)
    assert np.isnan(response_day(*times)).all()
    assert response_day(*times, kinds=["MLFS"]).tolist() == [25.0]


def test_a_marrow_after_the_end_is_not_taken():
    """A course of 26 days has one marrow."""
    times, *parts = courses([(26, 1)], [(10, 1)])
    short = [part[:, :27] for part in parts]
    assert response_day(times[:27], *short).tolist() == pytest.approx([np.nan, 25.0], nan_ok=True)


def test_relapse_is_blasts_again_in_marrow_or_blood():
    """The first output after the response with 5 % or 10 per microliter; none without response."""
    times, blasts, blood, *_ = courses([(10, 1), (40, 5)], [(10, 1)], [(10, 1)], [])
    blood[1, 50:] = 10.0
    found = relapse_day(times, blasts, blood, [25.0, 25.0, 25.0, np.nan])
    assert found.tolist() == pytest.approx([40.0, 50.0, np.nan, np.nan], nan_ok=True)


def test_bad_input():
    """Unknown kinds and shapes that do not fit are refused."""
    times, blasts, blood, *rest = courses([])
    with pytest.raises(InputError, match="Unknown response 'cr'"):
        response_day(times, blasts, blood, *rest, kinds=["cr"])
    with pytest.raises(InputError, match="Wrong shape of the courses of blasts"):
        relapse_day(times, blasts, blood, [1.0, 2.0])
