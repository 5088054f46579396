# SPDX-License-Identifier: Apache-2.0
"""The score is a negative log-likelihood: SciPy says the same."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, multinomial, norm

from trimer.trial.targets import score
from trimer.trial.targets.score import expected_range
from trimer.trial.targets.target import EXACT, RANGE

N = 1000.0


def smoothed(percent, n=N):
    """Return a simulated share, drawn towards the middle by half a patient."""
    return (percent / 100 * n + 0.5) / (n + 1)


@pytest.mark.parametrize("simulated", [0.0, 2.5, 13.3, 60.0, 100.0])
def test_a_share_is_binomial(part, row, found, simulated):
    """The published count, given the simulated share."""
    target = row("share", part(13.3, 3.8, 30.7, EXACT, count=4, n=30))
    expected = -binom.logpmf(4, 30, smoothed(simulated))
    assert score(target, found(simulated, n=N)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("simulated", [(42, 40, 18), (80, 20, 0), (33.3, 33.3, 33.4)])
def test_shares_of_one_whole_are_multinomial(part, row, found, simulated):
    """The published counts, given the simulated shares."""
    counts = [20, 19, 9]
    parts = [part(100 * count / 48, count=count, n=48) for count in counts]
    shares = np.array([smoothed(share) for share in simulated])
    expected = -multinomial.logpmf(counts, 48, shares / shares.sum())
    target = row("shares", *parts, within_points=10.0)
    assert score(target, found(*simulated, n=N)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("simulated", [3.0, 7.0, 30.0])
def test_a_median_with_quartiles_is_log_normal(part, row, found, simulated):
    """Standard error from the quartiles and n."""
    target = row("median", part(7.0, 3.0, 18.0, "quartiles", n=19))
    spread = math.log(18 / 3) / (norm.ppf(0.75) - norm.ppf(0.25))
    error = math.sqrt(math.pi / 2) * spread / math.sqrt(19)
    expected = -norm.logpdf(math.log(simulated), math.log(7.0), error)
    assert score(target, found(simulated)) == pytest.approx(expected, rel=1e-9)


def test_the_range_of_patients_tells_their_spread(part, row, found):
    """By the expected range of n normal numbers."""
    target = row("median", part(504.0, 11.0, 55303.0, RANGE, n=36))
    spread = math.log(55303 / 11) / expected_range(36)
    error = math.sqrt(math.pi / 2) * spread / 6
    expected = -norm.logpdf(math.log(300), math.log(504), error)
    assert score(target, found(300.0)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [2, 5, 12, 36])
def test_the_expected_range_is_that_of_samples(n):
    """A hundred thousand samples agree to a hundredth."""
    drawn = np.random.default_rng(1).standard_normal((100_000, n))
    assert expected_range(n) == pytest.approx(np.ptp(drawn, axis=1).mean(), abs=0.01)


def test_where_nothing_is_known_the_factor_is_a_95_percent_interval(part, row, found):
    """Twice the value is 1.96 standard errors away."""
    target = row("median", part(2.0))
    further = score(target, found(4.0)) - score(target, found(2.0))
    assert further == pytest.approx(norm.ppf(0.975) ** 2 / 2, rel=1e-9)


def test_the_best_fit_costs_least(part, row, found):
    """Any other share, and any other median, costs more."""
    counted = row("share", part(13.3, 3.8, 30.7, EXACT, count=4, n=30))
    middle = row("median", part(7.0, 3.0, 18.0, "quartiles", n=19))
    assert score(counted, found(13.3)) < min(score(counted, found(x)) for x in (5.0, 30.0))
    assert score(middle, found(7.0)) < min(score(middle, found(x)) for x in (5.0, 9.0))


@given(st.floats(0, 100), st.integers(0, 30))
def test_no_simulated_share_is_impossible(simulated, count):
    """The score is a finite number, not negative: a search can go on from anywhere."""
    from trimer.trial.targets import Part, Target
    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.figures import Simulated

    part = Part("", "grade_share", {}, "x", "", "%", 100 * count / 30, None, None, "none", 30,
                count, None, None)  # fmt: skip
    target = Target("V0", "x", "share", "Q", "fit", "none", (), "found", "30", (part,))
    cost = score(target, Simulated("V0", (Estimate(simulated, n=100.0),)))
    assert math.isfinite(cost)
    assert cost >= 0


def test_an_order_is_told_and_not_searched_by(part, row, found):
    """Right or wrong, whatever the distance."""
    target = row("ordering", part(), part(), order="falling")
    assert score(target, found(2, 1)) == score(target, found(200, 1)) == -math.log(0.95)
    assert score(target, found(1, 2)) == score(target, found(1, 200)) == -math.log(0.05)


def test_what_is_not_applicable_costs_nothing(part, row, found):
    """It says nothing of the card."""
    assert score(row("share", part(10.0)), found(reason="No output.")) == 0.0
