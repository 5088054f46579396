# SPDX-License-Identifier: Apache-2.0
"""Quantile of the beta distribution, the same bits on every machine.

SciPy has one, but its last bits follow the machine's mathematical library, and loading SciPy
takes longer than drawing a cohort. This one stands on `trimer.core.elementary` alone.

With *t* = log *x* the distribution function is ``I = x^a (1-x)^b F(x) / (a B(a, b))``, where *F* is
the continued fraction of DLMF 8.17.22. Its logarithm is an increasing concave function of *t*
whose slope is ``a / ((1-x) F)``, so Newton's method always gets there: after one step it
approaches from the left.

**Source.** NIST Digital Library of Mathematical Functions, 8.17 and 5.11.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.core.elementary import exp, log

_Array = NDArray[np.float64]

_BLOCK = 1 << 13
_MOST_STEPS = 200
_CLOSE = 1e-9  # Newton doubles the digits: after a step this small nothing is left to gain

# Stirling's series of log(gamma): B(2n) / (2n (2n-1) z^(2n-1)), at least to 1e-17 for z >= 16.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_HALF_LOG_2PI = float.fromhex("0x1.d67f1c864beb5p-1")


def beta_quantile(u: ArrayLike, a: float, b: float) -> _Array:
    """Return the value a beta variable stays below with probability `u`.

    Parameters
    ----------
    u : array_like of float
        Probabilities; 0 gives 0, 1 gives 1, what lies outside gives NaN.
    a, b : float
        Shapes, positive; meant for 0.05 to 10,000.

    Returns
    -------
    ndarray of float64
        Same shape as `u`; relative error near 1e-14.

    Examples
    --------
    >>> beta_quantile([0.25, 0.5], 1, 1).round(12).tolist()
    [0.25, 0.5]
    """
    array = np.asarray(u, dtype=np.float64)
    flat = array.reshape(-1)
    result = np.full_like(flat, np.nan)
    result[flat == 0.0] = 0.0
    result[flat == 1.0] = 1.0
    # The fraction converges fast left of the point near the mean; right of it the tails swap.
    turn = (a + 1) / (a + b + 2)
    lower = _LowerTail(a, b, turn)
    upper = _LowerTail(b, a, 1 - turn)
    inside = (flat > 0.0) & (flat < 1.0)
    left = np.flatnonzero(inside & (flat <= lower.share))
    right = np.flatnonzero(inside & (flat > lower.share))
    result[left] = lower.quantile(flat[left])
    result[right] = 1.0 - upper.quantile(1.0 - flat[right])
    return result.reshape(array.shape)


class _LowerTail:
    """The beta distribution from 0 to `turn`."""

    def __init__(self, a: float, b: float, turn: float) -> None:
        self.a = a
        self.b = b
        self.log_turn = _log(turn)
        self.log_scale = _log(a) + _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)
        self.fraction = _fraction(a, b, turn)
        log_share, _ = self._log_share(np.array([self.log_turn]))
        self.share = float(exp(log_share)[0])

    def quantile(self, u: _Array) -> _Array:
        """Where the distribution function is `u`, for ``0 < u <= share``."""
        result = np.empty_like(u)
        for start in range(0, u.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            result[block] = exp(self._solve(log(u[block])))
        return result

    def _solve(self, log_u: _Array) -> _Array:
        t = np.minimum((log_u + self.log_scale) / self.a, self.log_turn)
        todo = np.arange(t.size)
        # Each element stops by itself, so that it never depends on its neighbors.
        for _ in range(_MOST_STEPS):
            log_share, per_slope = self._log_share(t[todo])
            step = (log_u[todo] - log_share) * per_slope
            t[todo] = np.minimum(t[todo] + step, self.log_turn)
            todo = todo[np.abs(step) > _CLOSE]
            if not todo.size:
                break
        return t

    def _log_share(self, t: _Array) -> tuple[_Array, _Array]:
        """Logarithm of the distribution function at ``exp(t)``, and one over its slope."""
        x = exp(t)
        rest = 1.0 - x
        fraction = np.ones_like(x)
        for term in self.fraction:
            fraction = 1.0 + term * x / fraction
        # a, b may be large: their products carry the error of the logarithms.
        log_share = self.a * t + self.b * log(rest) - self.log_scale - log(fraction)
        return log_share, rest / (self.a * fraction)


def _fraction(a: float, b: float, turn: float) -> tuple[float, ...]:
    """Terms of the continued fraction, last first, as many as count at its slowest point."""
    terms: list[float] = []
    last = 0.0
    while True:
        for _ in range(8):
            terms.append(_term(len(terms) + 1, a, b))
        value = 1.0
        for term in reversed(terms):
            value = 1.0 + term * turn / value
        if abs(value - last) <= 1e-16 * value:
            return tuple(reversed(terms))
        last = value


def _term(n: int, a: float, b: float) -> float:
    m = n // 2
    if n % 2:
        return -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))


def _log(x: float) -> float:
    return float(log(x))


def _log_gamma(z: float) -> float:
    shift = 1.0
    while z < 16:
        shift *= z
        z += 1.0
    series = 0.0
    for coefficient in reversed(_STIRLING):
        series = series / (z * z) + coefficient
    return (z - 0.5) * _log(z) - z + _HALF_LOG_2PI + series / z - _log(shift)
