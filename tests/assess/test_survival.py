# SPDX-License-Identifier: Apache-2.0
"""Estimates of survival."""

import numpy as np
import pytest

from trimer.assess import median_survival, survival_at, survival_curve
from trimer.core.errors import InputError


def test_the_textbook_product():
    """At each death the estimate falls by the share of those still seen (done by hand)."""
    days = [6.0, 6.0, 6.0, 6.0, 7.0, 9.0, 10.0]
    event = [True, True, True, False, True, False, True]
    when, left = survival_curve(days, event)
    assert when.tolist() == [6.0, 7.0, 9.0, 10.0]
    assert left == pytest.approx([4 / 7, 4 / 7 * 2 / 3, 4 / 7 * 2 / 3, 0.0])
    assert survival_at(days, event, 5.9) == 1
    assert survival_at(days, event, 7.5) == pytest.approx(8 / 21)
    assert median_survival(days, event) == 7.0


def test_exponential_times_have_their_median():
    """With hazard 0.01 and cut off at 100 days, the median is ln 2 / 0.01."""
    life = -np.log(np.random.default_rng(1).uniform(size=20_000)) / 0.01
    days, event = np.minimum(life, 100.0), life < 100.0
    assert median_survival(days, event) == pytest.approx(np.log(2) / 0.01, rel=0.03)
    assert survival_at(days, event, 50.0) == pytest.approx(np.exp(-0.5), abs=0.01)


def test_a_median_that_is_not_reached_is_none():
    """Nobody dies: no median; patients who could not be followed are left out."""
    assert np.isnan(median_survival([5.0, 9.0, np.nan], [False, False, False]))
    assert survival_at([5.0, np.nan], [True, True], 6.0) == 0


@pytest.mark.parametrize("days", [[], [np.nan], [-1.0], [[1.0]]])
def test_bad_input(days):
    """There has to be someone, followed for some time."""
    with pytest.raises(InputError, match="Wrong"):
        survival_curve(days, [True] * len(days))
