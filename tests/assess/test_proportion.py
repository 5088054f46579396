# SPDX-License-Identifier: Apache-2.0
"""Shares with exact intervals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr
from scipy.stats import binomtest

from trimer.assess import exact_interval, proportion
from trimer.core.errors import InputError

PUBLISHED = [  # counts of flotetuzumab's trials with their Clopper-Pearson intervals in %
    (8, 30, 12.3, 45.9),
    (9, 30, 14.7, 49.4),
    (4, 30, 3.8, 30.7),
    (34, 45, 60.5, 87.1),
    (9, 27, 16.5, 54.0),
    (10, 27, 19.4, 57.6),
    (9, 48, 8.9, 32.6),
]


@pytest.mark.parametrize(("count", "total", "low", "high"), PUBLISHED)
def test_known_intervals(count, total, low, high):
    """The interval is the one worked out elsewhere for the same counts."""
    found = exact_interval(count, total)
    assert [round(100 * limit, 1) for limit in found] == [low, high]


@given(st.integers(1, 3000), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_tails_are_the_level(total, data, level):
    """At each limit the observed count, or one further out, has half of the remaining chance."""
    count = data.draw(st.integers(0, total))
    low, high = exact_interval(count, total, level)
    assert 0 <= low <= count / total <= high <= 1
    tail = (1 - level) / 2
    if count > 0:
        assert 1 - bdtr(count - 1, total, low) == pytest.approx(tail, rel=1e-8)
    if count < total:
        assert bdtr(count, total, high) == pytest.approx(tail, rel=1e-8)


def test_agrees_with_scipy():
    """The interval is SciPy's exact one."""
    theirs = binomtest(87, 1000).proportion_ci(0.95, method="exact")
    assert exact_interval(87, 1000) == pytest.approx((theirs.low, theirs.high), rel=1e-10)


def test_closed_forms_of_none_and_all():
    """Of none in n the upper limit is 1 - (alpha/2)^(1/n), of all the lower one mirrors it."""
    limit = 1 - 0.025 ** (1 / 20)
    assert exact_interval(0, 20) == (0, pytest.approx(limit, rel=1e-12))
    assert exact_interval(20, 20) == (pytest.approx(1 - limit, rel=1e-12), 1)


def test_of_nobody_nothing_is_known():
    """Of no patients the interval is everything and the share is unknown."""
    assert exact_interval(0, 0) == (0, 1)
    nobody = proportion(0, 0)
    assert math.isnan(nobody.share)
    assert str(nobody) == "0/0"


def test_a_share_reads_as_n_of_n():
    """A share is printed as count, total, percent and interval."""
    assert str(proportion(8, 30)) == "8/30 (26.7%, 12.3 to 45.9)"
    assert proportion(8, 30).share == pytest.approx(8 / 30)


@pytest.mark.parametrize(("count", "total"), [(-1, 5), (6, 5), (1.5, 5), ("1", 5), (1, None)])
def test_wrong_counts_are_refused(count, total):
    """Counts are whole numbers, the first not above the second."""
    with pytest.raises(InputError, match="Wrong counts of a share"):
        exact_interval(count, total)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, math.nan])
def test_wrong_levels_are_refused(level):
    """A confidence level lies between 0 and 1."""
    with pytest.raises(InputError, match="Wrong confidence level"):
        exact_interval(1, 5, level)
