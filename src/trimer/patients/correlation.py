# SPDX-License-Identifier: Apache-2.0
"""Correlated normal numbers: the factors of a patient, and what loads on them.

Additions, multiplications, divisions and square roots only, in a fixed order, so that a patient
is bitwise the same on every machine; a matrix product of a library would not promise that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDING = 1e-9


def cholesky(matrix: Sequence[Sequence[float]]) -> list[list[float]] | None:
    """Return the lower triangle L with ``L Lᵀ = matrix``; None if it is not positive definite.

    Examples
    --------
    >>> cholesky([[1.0, 0.6], [0.6, 1.0]])
    [[1.0, 0.0], [0.6, 0.8]]
    >>> cholesky([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]) is None
    True
    """
    n = len(matrix)
    L = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i][j]
            for k in range(j):
                rest -= L[i][k] * L[j][k]
            if i == j:
                if rest <= _ROUNDING:
                    return None
                L[i][i] = math.sqrt(rest)
            else:
                L[i][j] = rest / L[j][j]
    return L


def explained(
    loadings: Mapping[str, float], names: Sequence[str], matrix: Sequence[Sequence[float]]
) -> float:
    """Return which share of the variance of a parameter its factors explain.

    Examples
    --------
    >>> explained({"a": 0.6, "b": 0.5}, ["a", "b"], [[1.0, 0.5], [0.5, 1.0]])
    0.91
    """
    places = [(names.index(name), loading) for name, loading in loadings.items()]
    share = sum(a * b * matrix[i][j] for i, a in places for j, b in places)
    return round(share, 12)


def mixed(
    loadings: Mapping[str, float], factors: Mapping[str, Floats], own: Floats, share: float
) -> Floats:
    """Return standard normal numbers that load on factors; `own` is what they have to themselves.

    Parameters
    ----------
    loadings : mapping of str to float
        Correlation with each factor, given the others.
    factors : mapping of str to array
        Standard normal numbers of the patients.
    own : array
        Standard normal numbers independent of the factors.
    share : float
        Share of the variance that the factors explain; see `explained`.
    """
    total = math.sqrt(max(0.0, 1.0 - share)) * own
    for name, loading in loadings.items():
        total = total + loading * factors[name]
    return total


def correlated(L: Sequence[Sequence[float]], independent: Sequence[Floats]) -> list[Floats]:
    """Return the combinations of independent standard normal numbers that `cholesky` asks for."""
    rows = []
    for i, row in enumerate(L):
        total = row[0] * independent[0]
        for k in range(1, i + 1):
            total = total + row[k] * independent[k]
        rows.append(total)
    return rows
