# SPDX-License-Identifier: Apache-2.0
"""How the share of patients with an event differs between two separate groups.

Where both arms treat the *same* virtual patients, `trimer.assess.compare_paired` is the tool.

**Source.** Fisher RA. *Statistical methods for research workers*, 1934 (exact test). Newcombe RG.
Interval estimation for the difference between independent proportions. *Statistics in Medicine*
1998;17:873-890 (method 10, hybrid score). Cochran WG, *Biometrics* 1954;10:417-451, and Mantel N,
Haenszel W, *J Natl Cancer Inst* 1959;22:719-748 (strata).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.censored import p_chi_square
from trimer.assess.paired import wilson
from trimer.assess.proportion import checked_counts, checked_level
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """A difference of two independent shares, first less second.

    Parameters
    ----------
    first, first_total, second, second_total : int
        How many of how many.
    low, high : float
        Newcombe's interval of the difference, -1 to 1.
    p_value : float
        Fisher's exact test, two-sided.
    level : float
        Confidence level.
    """

    first: int
    first_total: int
    second: int
    second_total: int
    low: float
    high: float
    p_value: float
    level: float

    @property
    def difference(self) -> float:
        """The difference; NaN where a group is empty."""
        if not self.first_total or not self.second_total:
            return float("nan")
        return self.first / self.first_total - self.second / self.second_total

    def __str__(self) -> str:
        return (
            f"{100 * self.difference:+.1f} points ({100 * self.low:+.1f} to "
            f"{100 * self.high:+.1f}), p = {self.p_value:.2g}"
        )


def compare_groups(
    first: int, first_total: int, second: int, second_total: int, level: float = 0.95
) -> GroupDifference:
    """Compare the shares of two separate groups.

    Parameters
    ----------
    first, first_total, second, second_total : int
        How many of how many in each.
    level : float
        Confidence level of the interval.

    Examples
    --------
    >>> print(compare_groups(56, 70, 48, 80))
    +20.0 points (+5.2 to +33.4), p = 0.013
    """
    a, n = checked_counts(first, first_total)
    b, m = checked_counts(second, second_total)
    low, high = -1.0, 1.0
    if n and m:
        low_one, high_one = wilson(a, n, checked_level(level))
        low_two, high_two = wilson(b, m, level)
        one, two = a / n, b / m
        low = one - two - math.hypot(one - low_one, high_two - two)
        high = one - two + math.hypot(high_one - one, two - low_two)
    return GroupDifference(a, n, b, m, low, high, fisher_exact(a, n, b, m), level)


def fisher_exact(first: int, first_total: int, second: int, second_total: int) -> float:
    """Return the two-sided p-value of Fisher's exact test.

    All tables with the same margins that are no likelier than the one seen.

    Examples
    --------
    >>> round(fisher_exact(8, 10, 1, 10), 4)
    0.0055
    """
    a, n = checked_counts(first, first_total)
    b, m = checked_counts(second, second_total)
    events = a + b
    low, high = max(0, events - m), min(n, events)
    weights = [math.comb(n, k) * math.comb(m, events - k) for k in range(low, high + 1)]
    seen = weights[a - low]
    # whole numbers: nothing is lost, and equal means equal
    return sum(w for w in weights if w <= seen) / sum(weights)


def mantel_haenszel(
    event: ArrayLike, group: ArrayLike, strata: ArrayLike
) -> tuple[float, float, float]:
    """Compare two groups within strata.

    Parameters
    ----------
    event, group : array_like of bool, shape (N,)
        Whether each patient has the event, and is in the first group.
    strata : array_like, shape (N,)
        Which stratum each is in.

    Returns
    -------
    tuple of float
        Difference of shares (first less second, weighted as by Mantel and Haenszel), common odds
        ratio, and p-value of the test of Cochran, Mantel and Haenszel without correction; NaN
        where no stratum has both groups, 1 for the p-value then.
    """
    has, one, stratum = np.asarray(event), np.asarray(group), np.asarray(strata)
    if not has.shape == one.shape == stratum.shape or not has.dtype == one.dtype == np.bool_:
        raise InputError(
            f"Wrong groups: got {has.shape} events, {one.shape} groups and {stratum.shape} strata; "
            "each patient has one truth value of either and one stratum."
        )
    rows = []
    for name in np.unique(stratum):
        own = stratum == name
        a, n = int((has & one & own).sum()), int((one & own).sum())
        b, m = int((has & ~one & own).sum()), int((~one & own).sum())
        if n and m:
            rows.append((a, n, b, m))
    if not rows:
        return float("nan"), float("nan"), 1.0
    a, n, b, m = np.array(rows, dtype=np.float64).T
    total, events = n + m, a + b
    difference = float(np.sum((a * m - b * n) / total) / np.sum(n * m / total))
    top, bottom = np.sum(a * (m - b) / total), np.sum(b * (n - a) / total)
    ratio = float(top / bottom) if bottom > 0 else float("nan")
    spread = n * m * events * (total - events) / (total**2 * np.maximum(total - 1.0, 1.0))
    if spread.sum() == 0.0:
        return difference, ratio, 1.0
    statistic = float(np.sum(a - n * events / total) ** 2 / spread.sum())
    return difference, ratio, p_chi_square(statistic, 1)
