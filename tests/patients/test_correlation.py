# SPDX-License-Identifier: Apache-2.0
"""Correlated factors, and the normal probability they are turned into ranks by."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.elementary import normal_probability, normal_quantile
from trimer.patients.correlation import cholesky, correlated, explained, mixed

RNG = np.random.default_rng(20260101)


def correlation_matrix(size, seed):
    """Return a matrix of correlations that some factors could have."""
    rows = np.random.default_rng(seed).normal(size=(size, size + 2))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    return (rows @ rows.T + np.eye(size)) / 2


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_the_triangle_is_that_of_numpy(size, seed):
    """L Lᵀ is the matrix, as NumPy's own factorization has it."""
    matrix = correlation_matrix(size, seed)
    assert np.allclose(cholesky(matrix.tolist()), np.linalg.cholesky(matrix), atol=1e-12)


@given(st.integers(3, 5), st.integers(0, 10_000))
def test_no_triangle_exactly_where_an_eigenvalue_is_not_positive(size, seed):
    """A matrix with an eigenvalue at or below zero has none."""
    matrix = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1.0)
    least = np.linalg.eigvalsh(matrix).min()
    if abs(least) > 1e-6:
        assert (cholesky(matrix.tolist()) is not None) == (least > 0)


def test_what_loads_on_correlated_factors_correlates_with_them_as_said():
    """One million normals: unit variance, and the correlations that the loadings imply."""
    matrix = [[1.0, 0.5, -0.2], [0.5, 1.0, 0.0], [-0.2, 0.0, 1.0]]
    free = list(RNG.normal(size=(3, 1_000_000)))
    names = ["a", "b", "c"]
    factors = dict(zip(names, correlated(cholesky(matrix), free), strict=True))
    loadings = {"a": 0.3, "c": -0.4}
    share = explained(loadings, names, matrix)
    z = mixed(loadings, factors, RNG.normal(size=1_000_000), share)
    assert share == pytest.approx(0.3**2 + 0.4**2 + 2 * 0.3 * 0.4 * 0.2)
    assert z.std() == pytest.approx(1, abs=0.003)
    found = np.corrcoef([z, *factors.values()])[0, 1:]
    assert found == pytest.approx(np.array(matrix) @ [0.3, 0.0, -0.4], abs=0.004)


def test_the_normal_probability_is_right():
    """It errs by less than 2e-15 against 50 digits, and stays inside 0 and 1."""
    points = np.concatenate([RNG.normal(size=300), RNG.uniform(-8.2, 8.2, 300)])
    with mpmath.workdps(50):
        exact = np.array([float(mpmath.ncdf(mpmath.mpf(float(z)))) for z in points])
    assert np.abs(normal_probability(points) - exact).max() < 2e-15
    ends = normal_probability([-1e9, 1e9])
    assert 0 < ends[0] < ends[1] < 1
    assert np.isfinite(normal_quantile(ends)).all()


def test_the_normal_probability_of_one_does_not_depend_on_the_others():
    """The same bits alone and among a hundred thousand."""
    z = RNG.normal(size=100_000)
    alone = np.array([normal_probability(z[i]).item() for i in range(0, 100_000, 997)])
    assert np.array_equal(normal_probability(z)[::997], alone)
