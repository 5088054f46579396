# SPDX-License-Identifier: Apache-2.0
"""Two arms with the same virtual patients: shares compared in pairs.

What counts is who changes: patients with the event in one arm only. McNemar's exact test asks
whether they fall evenly on both arms; the interval of the difference is Newcombe's.

**Sources.** McNemar Q. Note on the sampling error of the difference between correlated
proportions or percentages. *Psychometrika* 1947;12:153-157. Newcombe RG. Improved confidence
intervals for the difference between binomial proportions based on paired data. *Statistics in
Medicine* 1998;17:2635-2650 (method 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.proportion import checked_counts, checked_level
from trimer.core.elementary import normal_quantile
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How an event differs between two arms with the same patients.

    Parameters
    ----------
    both, first_only, second_only, neither : int
        Patients with the event in both arms, in one arm alone, in none.
    low, high : float
        Newcombe's interval of the difference, -1 to 1.
    p_value : float
        McNemar's exact test, two-sided.
    level : float
        Confidence level of the interval.
    """

    both: int
    first_only: int
    second_only: int
    neither: int
    low: float
    high: float
    p_value: float
    level: float

    @property
    def total(self) -> int:
        """How many pairs."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def difference(self) -> float:
        """Share of the first arm less that of the second; NaN of no pair."""
        return _ratio(self.first_only - self.second_only, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "no pairs"
        return (
            f"{100 * self.difference:+.1f} points ({100 * self.low:+.1f} to "
            f"{100 * self.high:+.1f}), p = {self.p_value:.2g}"
        )


def compare_paired(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> PairedDifference:
    """Compare an event between two arms with the same patients.

    Parameters
    ----------
    first, second : array_like of bool, shape (N,)
        Whether each patient has the event in the first and in the second arm, in the same order.
        Leave patients out (from both) who are not evaluable in either.
    level : float
        Confidence level of the interval.

    Raises
    ------
    InputError
        When the two are not of one length or not of truth values.

    Examples
    --------
    >>> first = [True] * 5 + [False] * 36
    >>> second = [False] * 41
    >>> print(compare_paired(first, second))
    +12.2 points (+1.2 to +25.5), p = 0.062
    """
    one, two = np.asarray(first), np.asarray(second)
    if one.shape != two.shape or one.ndim != 1 or not one.dtype == two.dtype == np.bool_:
        raise InputError(
            f"Wrong pairs: got {one.shape} of {one.dtype} and {two.shape} of {two.dtype}; each "
            "patient has one truth value in either arm."
        )
    return compare_counts(
        both=int(np.count_nonzero(one & two)),
        first_only=int(np.count_nonzero(one & ~two)),
        second_only=int(np.count_nonzero(~one & two)),
        neither=int(np.count_nonzero(~one & ~two)),
        level=level,
    )


def compare_counts(
    *, both: int, first_only: int, second_only: int, neither: int, level: float = 0.95
) -> PairedDifference:
    """Compare an event between two arms, given how many pairs are of each kind.

    Parameters
    ----------
    both, first_only, second_only, neither : int
        Patients with the event in both arms, in one arm alone, in none.
    level : float
        Confidence level of the interval.
    """
    counts = (both, first_only, second_only, neither)
    for count in counts:
        checked_counts(count, sum(counts))
    low, high = _newcombe(*counts, checked_level(level))
    p_value = mcnemar_exact(first_only, second_only)
    return PairedDifference(*counts, low, high, p_value, level)


def mcnemar_exact(first_only: int, second_only: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    first_only, second_only : int
        Patients with the event in one arm alone.

    Returns
    -------
    float
        Twice the smaller binomial tail at one half, at most 1; 1 where nobody differs.

    Examples
    --------
    >>> mcnemar_exact(5, 0)
    0.0625
    """
    n, fewer = first_only + second_only, min(first_only, second_only)
    term, tail = 1, 0
    for k in range(fewer + 1):
        tail += term
        term = term * (n - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << n))


def _newcombe(
    both: int, first_only: int, second_only: int, neither: int, level: float
) -> tuple[float, float]:
    """Interval of the difference, from the two Wilson intervals and their correlation."""
    n = both + first_only + second_only + neither
    if n == 0:
        return -1.0, 1.0
    one, two = both + first_only, both + second_only
    phi = _correlation(both, first_only, second_only, neither)
    low_one, high_one = wilson(one, n, level)
    low_two, high_two = wilson(two, n, level)
    below_one, above_one = one / n - low_one, high_one - one / n
    below_two, above_two = two / n - low_two, high_two - two / n
    difference = (one - two) / n
    down = below_one**2 - 2 * phi * below_one * above_two + above_two**2
    up = above_one**2 - 2 * phi * above_one * below_two + below_two**2
    # Rounding may leave either a hair below 0.
    return difference - math.sqrt(max(down, 0.0)), difference + math.sqrt(max(up, 0.0))


def _correlation(both: int, first_only: int, second_only: int, neither: int) -> float:
    """Newcombe's phi, with a continuity correction where it is positive."""
    n = both + first_only + second_only + neither
    margins = (
        (both + first_only)
        * (second_only + neither)
        * (both + second_only)
        * (first_only + neither)
    )
    cross = both * neither - first_only * second_only
    if cross > 0:
        return _ratio(max(cross - n / 2, 0.0), math.sqrt(margins))
    return _ratio(cross, math.sqrt(margins)) if margins else 0.0


def wilson(count: int, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share, 0 to 1."""
    z = -float(normal_quantile((1 - level) / 2))
    center = 2 * count + z * z
    width = z * math.sqrt(z * z + 4 * count * (n - count) / n)
    scale = 2 * (n + z * z)
    return max(0.0, (center - width) / scale), min(1.0, (center + width) / scale)


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else float("nan")
