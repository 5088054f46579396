# SPDX-License-Identifier: Apache-2.0
"""The portable exponential, logarithm and quantiles."""

import hashlib

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.elementary import exp, log, logistic_quantile, normal_quantile

RNG = np.random.default_rng(20260101)
PROBABILITIES = np.concatenate(
    [RNG.uniform(0, 1, 700), 10.0 ** RNG.uniform(-16, -1, 200), RNG.uniform(0.45, 0.55, 200)]
)


def largest_error(function, exact, points):
    """Largest error of a function, in units in the last place of the exact result."""
    with mpmath.workdps(50):
        errors = []
        for point, value in zip(points, function(points), strict=True):
            truth = exact(mpmath.mpf(float(point)))
            unit = np.spacing(abs(float(truth))) if truth else np.nextafter(0, 1)
            errors.append(float(abs(mpmath.mpf(float(value)) - truth) / mpmath.mpf(float(unit))))
    return max(errors)


def test_exp_is_right_to_one_unit():
    """The exponential errs by less than one unit in the last place."""
    points = np.concatenate([RNG.uniform(-708, 709, 500), RNG.uniform(-1, 1, 500)])
    assert largest_error(exp, mpmath.exp, points) < 1


def test_log_is_right_to_one_unit():
    """The logarithm errs by less than one unit in the last place."""
    points = np.concatenate([10.0 ** RNG.uniform(-300, 300, 500), RNG.uniform(0.5, 2, 500)])
    assert largest_error(log, mpmath.log, points) < 1


def test_normal_quantile_is_right_to_five_units():
    """The normal quantile errs by less than five units in the last place."""

    def exact(u):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * u - 1)

    assert largest_error(normal_quantile, exact, PROBABILITIES) < 5


def test_logistic_quantile_is_right_to_three_units():
    """The logistic quantile errs by less than three units in the last place."""

    def exact(u):
        return mpmath.log(u / (1 - u))

    assert largest_error(logistic_quantile, exact, PROBABILITIES) < 3


@pytest.mark.parametrize(
    ("function", "point", "expected"),
    [
        (exp, 0.0, 1.0),
        (exp, np.inf, np.inf),
        (exp, -np.inf, 0.0),
        (exp, 710.0, np.inf),
        (exp, -746.0, 0.0),
        (exp, np.nan, np.nan),
        (log, 1.0, 0.0),
        (log, 0.0, -np.inf),
        (log, -1.0, np.nan),
        (log, -np.inf, np.nan),
        (log, np.inf, np.inf),
        (log, np.nan, np.nan),
        (normal_quantile, 0.5, 0.0),
        (normal_quantile, 0.0, -np.inf),
        (normal_quantile, 1.0, np.inf),
        (normal_quantile, -0.1, np.nan),
        (normal_quantile, 1.1, np.nan),
        (normal_quantile, np.nan, np.nan),
        (logistic_quantile, 0.5, 0.0),
        (logistic_quantile, 0.0, -np.inf),
        (logistic_quantile, 1.0, np.inf),
        (logistic_quantile, -0.1, np.nan),
        (logistic_quantile, 1.1, np.nan),
        (logistic_quantile, np.nan, np.nan),
    ],
)
def test_limits(function, point, expected):
    """At the ends of its range each function gives the limit, outside NaN, without a warning."""
    np.testing.assert_equal(float(function(point)), expected)


INSIDE = st.floats(0, 1, exclude_min=True, exclude_max=True)


@given(INSIDE, INSIDE)
def test_quantiles_do_not_decrease(u, v):
    """A larger probability never has a smaller quantile."""
    low, high = min(u, v), max(u, v)
    for quantile in (normal_quantile, logistic_quantile):
        first, second = quantile([low, high])
        # Rounding may turn two neighbors around: by no more than the error allows.
        assert second >= first - 2e-15 * abs(first)


@given(st.integers(1, 2**52 - 1))
def test_quantiles_are_odd_about_one_half(k):
    """The quantiles of u and 1 - u are the same but for the sign."""
    u = k * 2.0**-52
    for quantile in (normal_quantile, logistic_quantile):
        low, high = quantile([u, 1 - u])
        assert low == pytest.approx(-high, rel=2e-15, abs=1e-300)


@pytest.mark.parametrize("function", [exp, log, normal_quantile, logistic_quantile])
def test_place_in_the_array_does_not_matter(function):
    """A number has the same bits alone, in a long array, reversed and in columns."""
    points = RNG.uniform(0, 1, 20_001)
    together = function(points)
    assert np.array_equal(together[::-1], function(points[::-1]))
    assert np.array_equal(together[1:], function(points[1:]))
    assert np.array_equal(
        together[:20_000].reshape(100, 200), function(points[:20_000].reshape(100, 200))
    )
    assert all(together[i] == function(points[i]) for i in range(0, 20_001, 997))


def test_the_bits_are_those_of_every_machine():
    """The results have the bits they had where this test was written."""
    points = np.arange(1, 4096) / 4096
    bits = b"".join(
        function(points).astype("<f8").tobytes()
        for function in (exp, log, normal_quantile, logistic_quantile)
    )
    assert hashlib.sha256(bits).hexdigest()[:16] == "a7fa4ec91676eac0"
