# SPDX-License-Identifier: Apache-2.0
"""Simulated numbers: NumPy and SciPy say the same where all weights are equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, spearmanr

from trimer.assess import exact_interval
from trimer.trial.targets.estimate import (
    area_under_roc,
    correlation,
    effective,
    mean,
    median,
    quantile,
    share,
)
from trimer.trial.targets.group import Group, Sample
from trimer.trial.targets.result import Unavailable

RNG = np.random.default_rng(5)
EQUAL = np.full(40, 1 / 40)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.floats(0, 1))
def test_quantiles_of_equal_weights_are_those_of_numpy(values, q):
    """Any quantile, of any values."""
    sample = Sample(np.array(values), np.full(len(values), 1 / len(values)))
    assert quantile(sample, q) == pytest.approx(np.quantile(values, q), abs=1e-9)


def test_a_heavy_value_pulls_the_median():
    """Weights count."""
    values = np.array([1.0, 2.0, 3.0])
    assert median(Sample(values, np.array([0.1, 0.1, 0.8]))).value > 2.3


def test_a_share_has_an_exact_interval():
    """As many patients as their weights are worth."""
    had = Sample(np.arange(40) < 12, EQUAL)
    found = share(had)
    low, high = exact_interval(12, 40)
    assert found.value == pytest.approx(30.0)
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high))
    assert found.n == pytest.approx(40)


def test_pools_count_by_their_weights(result):
    """Two scenarios of unlike size: each patient counts by what his scenario stands for."""
    few, many = result([0.0], x=np.ones((2, 1))), result([0.0], x=np.zeros((8, 1)))
    group = Group([(few, 30.0), (many, 10.0)])
    had = group.per_patient(lambda one: one.column("x")[:, 0] > 0)
    assert share(had).value == pytest.approx(75.0)
    assert effective(had.weights) < 10


def test_a_mean_has_the_interval_of_its_chance():
    """Of about 1.96 standard errors."""
    values = RNG.standard_normal(40)
    found = mean(Sample(values, EQUAL))
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.value == pytest.approx(1.96 * values.std(ddof=1) / 40**0.5, rel=1e-3)


def test_the_area_under_the_curve_is_that_of_mann_and_whitney():
    """Ties count half."""
    scores = RNG.integers(0, 12, 40).astype(float)
    cases = np.arange(40) < 15
    expected = mannwhitneyu(scores[cases], scores[~cases]).statistic / (15 * 25)
    assert area_under_roc(Sample(scores, EQUAL), cases).value == pytest.approx(expected)


def test_the_correlation_is_that_of_spearman():
    """With ties."""
    x, y = RNG.integers(0, 5, 40).astype(float), RNG.integers(0, 5, 40).astype(float)
    assert correlation(Sample(x, EQUAL), y).value == pytest.approx(spearmanr(x, y).statistic)


@pytest.mark.parametrize(
    "read",
    [
        lambda: median(Sample(np.array([np.nan]), np.ones(1))),
        lambda: share(Sample(np.array([], dtype=bool), np.array([]))),
        lambda: area_under_roc(Sample(np.ones(3), np.ones(3)), np.ones(3, dtype=bool)),
        lambda: correlation(Sample(np.ones(9), np.ones(9)), np.ones(9)),
    ],
    ids=["median", "share", "area", "correlation"],
)
def test_nothing_to_read_is_said(read):
    """Of nobody there is no number."""
    with pytest.raises(Unavailable):
        read()
