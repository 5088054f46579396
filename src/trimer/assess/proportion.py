# SPDX-License-Identifier: Apache-2.0
"""Shares of patients, with exact intervals.

**Source.** Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the
case of the binomial. *Biometrika* 1934;26:404-413.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import SupportsIndex

from trimer.core.beta import beta_quantile
from trimer.core.errors import InputError
from trimer.core.shown import shown


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of patients with its exact (Clopper-Pearson) interval.

    Parameters
    ----------
    count, total : int
        How many of how many.
    low, high : float
        Limits of the interval, 0 to 1.
    level : float
        Confidence level of the interval.
    """

    count: int
    total: int
    low: float
    high: float
    level: float

    @property
    def share(self) -> float:
        """The share, 0 to 1; NaN of nobody."""
        return self.count / self.total if self.total else float("nan")

    def __str__(self) -> str:
        if not self.total:
            return "0/0"
        return (
            f"{self.count}/{self.total} ({100 * self.share:.1f}%, "
            f"{100 * self.low:.1f} to {100 * self.high:.1f})"
        )


def exact_interval(
    count: SupportsIndex, total: SupportsIndex, level: float = 0.95
) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a share.

    Parameters
    ----------
    count, total : int
        How many of how many.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper limit, 0 to 1; of nobody, 0 and 1.

    Raises
    ------
    InputError
        When the counts are no counts or the level is no level.

    Examples
    --------
    >>> low, high = exact_interval(8, 30)
    >>> f"{100 * low:.1f} to {100 * high:.1f}"
    '12.3 to 45.9'
    """
    n, of = checked_counts(count, total)
    tail = (1 - checked_level(level)) / 2
    low = float(beta_quantile(tail, n, of - n + 1)) if n > 0 else 0.0
    high = 1 - float(beta_quantile(tail, of - n, n + 1)) if n < of else 1.0
    return low, high


def proportion(count: SupportsIndex, total: SupportsIndex, level: float = 0.95) -> Proportion:
    """Return a share with its exact interval; see `exact_interval`.

    Examples
    --------
    >>> print(proportion(8, 30))
    8/30 (26.7%, 12.3 to 45.9)
    """
    n, of = checked_counts(count, total)
    low, high = exact_interval(n, of, level)
    return Proportion(n, of, low, high, float(level))


def checked_counts(count: SupportsIndex, total: SupportsIndex) -> tuple[int, int]:
    """Return two counts as ints, or say what is wrong with them."""
    try:
        n, of = operator.index(count), operator.index(total)
    except TypeError:
        n, of = -1, -1
    if not 0 <= n <= of:
        raise InputError(
            f"Wrong counts of a share: got {shown(count)} of {shown(total)}; both are whole "
            "numbers, the first from 0 to the second."
        )
    return n, of


def checked_level(level: float) -> float:
    """Return a confidence level, or say what it is."""
    if not 0 < level < 1:
        raise InputError(
            f"Wrong confidence level: got {level!r}; it lies between 0 and 1. Write 95 % as 0.95."
        )
    return float(level)
