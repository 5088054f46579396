# SPDX-License-Identifier: Apache-2.0
"""The portable beta quantile."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from trimer.core.beta import beta_quantile

RNG = np.random.default_rng(7)
PROBABILITIES = np.concatenate(
    [
        RNG.uniform(0, 1, 500),
        10.0 ** RNG.uniform(-15, -1, 100),
        1 - 10.0 ** RNG.uniform(-15, -1, 100),
    ]
)


@pytest.mark.parametrize(
    ("a", "b"),
    [(1.8, 2.3), (0.5, 0.5), (0.05, 3), (30, 0.1), (2, 5), (500, 500), (9000, 1200), (1e4, 0.05)],
)
def test_agrees_with_scipy(a, b):
    """The quantile agrees with SciPy's to twelve digits, also far out and for large shapes."""
    np.testing.assert_allclose(
        beta_quantile(PROBABILITIES, a, b), betaincinv(a, b, PROBABILITIES), rtol=1e-12
    )


def test_closed_forms():
    """Beta(1, 1) is uniform, beta(a, 1) has quantile u^(1/a), beta(1/2, 1/2) is the arcsine law."""
    u = PROBABILITIES
    np.testing.assert_allclose(beta_quantile(u, 1, 1), u, rtol=1e-13)
    np.testing.assert_allclose(beta_quantile(u, 3, 1), u ** (1 / 3), rtol=1e-13)
    np.testing.assert_allclose(beta_quantile(u, 0.5, 0.5), np.sin(np.pi * u / 2) ** 2, rtol=1e-12)


def test_limits():
    """0 and 1 are their own quantiles, what lies outside has none."""
    np.testing.assert_equal(
        beta_quantile([0.0, 1.0, -0.1, 1.1, np.nan], 1.8, 2.3), [0.0, 1.0, np.nan, np.nan, np.nan]
    )


@given(st.floats(1e-9, 1 - 1e-9), st.floats(0.1, 50), st.floats(0.1, 50))
def test_swapping_the_shapes_swaps_the_tails(u, a, b):
    """The quantile of u with shapes a, b and of 1 - u with b, a add up to 1."""
    total = float(beta_quantile(u, a, b)) + float(beta_quantile(1 - u, b, a))
    assert total == pytest.approx(1, abs=1e-7)


def test_place_in_the_array_does_not_matter():
    """A number has the same bits alone, in a long array and reversed."""
    points = RNG.uniform(0, 1, 20_001)
    together = beta_quantile(points, 1.8, 2.3)
    assert np.array_equal(together[::-1], beta_quantile(points[::-1], 1.8, 2.3))
    assert all(together[i] == beta_quantile(points[i], 1.8, 2.3) for i in range(0, 20_001, 997))


def test_the_bits_are_those_of_every_machine():
    """The results have the bits they had where this test was written."""
    bits = beta_quantile(np.arange(1, 4096) / 4096, 1.8, 2.3).astype("<f8").tobytes()
    assert hashlib.sha256(bits).hexdigest()[:16] == "8947b1dce31fa039"
