# SPDX-License-Identifier: Apache-2.0
"""Share of patients with each of several competing events over time, by Aalen and Johansen.

One minus Kaplan and Meier's curve of relapse is too high where patients die first: who is dead
relapses no more. Here the shares of all causes and of those without an event add up to 1.

**Source.** Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains
based on censored observations. *Scand J Stat* 1978;5:141-150. Variance by the delta method
(Marubini E, Valsecchi MG. *Analysing survival data from clinical trials*. Wiley, 1995, chapter 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.censored import checked_times, log_log, normal_limit
from trimer.assess.proportion import checked_level

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Shares of patients who have had each event.

    Attributes
    ----------
    days : ndarray of float, shape (T,)
        Distinct times, in **days**.
    at_risk : ndarray of int, shape (T,)
        Patients under observation just before.
    share, low, high, error : ndarray of float, shape (K, T)
        Share with event k + 1 up to each time, limits of its interval (on the scale of log(-log))
        and standard error.
    free : ndarray of float, shape (T,)
        Share without any of the events.
    level : float
        Confidence level.
    """

    days: Floats
    at_risk: Numbers
    share: Floats
    low: Floats
    high: Floats
    error: Floats
    free: Floats
    level: float

    def at(self, days: float, cause: int = 1) -> tuple[float, float, float]:
        """Return the share with an event up to a time, and its limits."""
        k = int(np.searchsorted(self.days, days, side="right")) - 1
        if k < 0:
            return 0.0, 0.0, 0.0
        row = cause - 1
        return float(self.share[row, k]), float(self.low[row, k]), float(self.high[row, k])


def aalen_johansen(
    days: ArrayLike, cause: ArrayLike, *, causes: int | None = None, level: float = 0.95
) -> CumulativeIncidence:
    """Return the cumulative incidence of competing events.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        Time to the first event or to the end of observation, in **days**; NaN is left out.
    cause : array_like of int, shape (N,)
        Which event came first, from 1; 0 where none did.
    causes : int, optional
        How many events there are; the highest number in `cause` if left out.
    level : float
        Confidence level of the intervals.

    Examples
    --------
    >>> found = aalen_johansen([10.0, 20.0, 30.0, 40.0], [1, 2, 0, 1])
    >>> found.share.tolist()
    [[0.25, 0.25, 0.25, 0.75], [0.0, 0.25, 0.25, 0.25]]
    """
    z = normal_limit(checked_level(level))
    length, code, _ = checked_times(days, cause)
    many = max(int(code.max()), 1) if causes is None else causes
    when, place = np.unique(length, return_inverse=True)
    ended = np.bincount(place, minlength=when.size)
    at_risk = length.size - np.cumsum(ended) + ended
    of = np.stack([np.bincount(place[code == k + 1], minlength=when.size) for k in range(many)])
    every = np.bincount(place[code > 0], minlength=when.size)
    free: Floats = np.cumprod(1.0 - every / at_risk).astype(np.float64)
    before = np.append(1.0, free[:-1])
    share = np.cumsum(before * of / at_risk, axis=1)
    error = np.sqrt(np.maximum(_variance(share, of, every, at_risk, before), 0.0))
    # one minus the share on the scale of log(-log) would not keep the lower limit above 0
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = log_log(share, np.where(share > 0.0, error / share, 0.0), z)
    none = share == 0.0
    low, high = np.where(none, 0.0, low), np.where(none, 0.0, high)
    return CumulativeIncidence(when, at_risk, share, low, high, error, free, level)


def _variance(
    share: Floats, of: Numbers, every: Numbers, at_risk: Numbers, before: Floats
) -> Floats:
    """Variance of each share, by sums that run along the times."""
    left = at_risk - every
    # where nobody is left nothing follows, and the factor of this term is 0
    a = np.where(left > 0, every / (at_risk * np.maximum(left, 1)), 0.0)
    b = before**2 * of * (at_risk - of) / at_risk**3
    c = before * of / at_risk**2
    total: Floats = (
        share**2 * np.cumsum(a)
        - 2.0 * share * np.cumsum(share * a, axis=1)
        + np.cumsum(share**2 * a, axis=1)
        + np.cumsum(b, axis=1)
        - 2.0 * (share * np.cumsum(c, axis=1) - np.cumsum(share * c, axis=1))
    )
    return total
