# SPDX-License-Identifier: Apache-2.0
"""Share of patients without an event over time, by Kaplan and Meier.

**Source.** Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. *JASA*
1958;53:457-481. Variance by Greenwood; intervals on the scale of log(-log) (Kalbfleisch and
Prentice), or plain; the interval of a median by Brookmeyer and Crowley (*Biometrics* 1982;38:29-41)
from that of the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from trimer.assess.censored import checked_times, log_log, normal_limit
from trimer.assess.proportion import checked_level

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

Scale = Literal["log-log", "plain"]

_HAIR = 1e-12  # products of shares may end a hair above one half


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A curve of Kaplan and Meier; the estimate holds from each time to the next.

    Attributes
    ----------
    days : ndarray of float, shape (T,)
        Distinct times at which a patient had the event or was cut off, in **days**.
    at_risk, events, cut_off : ndarray of int, shape (T,)
        Patients under observation just before, with the event, and cut off at each time.
    share, low, high : ndarray of float, shape (T,)
        Share without the event from that time on, and limits of its interval; NaN where the share
        is 0.
    error : ndarray of float, shape (T,)
        Greenwood's standard error of the share.
    level : float
        Confidence level.
    """

    days: Floats
    at_risk: Numbers
    events: Numbers
    cut_off: Numbers
    share: Floats
    low: Floats
    high: Floats
    error: Floats
    level: float

    @property
    def total(self) -> int:
        """How many patients."""
        return int(self.at_risk[0])

    def at(self, days: float) -> tuple[float, float, float]:
        """Return the share without the event at a time, and its limits.

        All are NaN after the last time at which anybody was under observation, unless the curve
        has come to 0.
        """
        k = int(np.searchsorted(self.days, days, side="right")) - 1
        if k < 0:
            return 1.0, 1.0, 1.0
        if days > self.days[-1] and self.share[-1] > 0.0:
            return float("nan"), float("nan"), float("nan")
        return float(self.share[k]), float(self.low[k]), float(self.high[k])

    def number_at_risk(self, days: ArrayLike) -> Numbers:
        """Return how many are under observation just before each time."""
        after = np.searchsorted(self.days, np.asarray(days, dtype=np.float64), side="left")
        left = np.append(self.at_risk, 0)
        return np.asarray(left[after])

    def quantile(self, share: float = 0.5) -> tuple[float, float, float]:
        """Return when so many have had the event, and the limits of that time, in **days**.

        NaN where a curve or a limit does not come down so far; the median if `share` is left out.
        """
        left = 1.0 - share + _HAIR
        first = (self._first(curve <= left) for curve in (self.share, self.low, self.high))
        middle, low, high = first
        return middle, low, high

    def mean_until(self, days: float) -> float:
        """Return the mean time without the event up to a horizon (restricted mean), in **days**."""
        inner = self.days[self.days < days]
        edges = np.concatenate(([0.0], inner, [days]))
        heights = np.concatenate(([1.0], self.share[: inner.size]))
        return float(np.sum(np.diff(edges) * heights))

    def _first(self, reached: NDArray[np.bool_]) -> float:
        # a share of 0 has no limits: there the lower limit has certainly come down
        reached = reached | (self.share == 0.0)
        return float(self.days[reached.argmax()]) if reached.any() else float("nan")


def kaplan_meier(
    days: ArrayLike, event: ArrayLike, *, level: float = 0.95, scale: Scale = "log-log"
) -> KaplanMeier:
    """Return the curve of Kaplan and Meier.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        How long each patient was followed, in **days**; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether it ended in the event; else it was cut off.
    level : float
        Confidence level of the intervals.
    scale : {"log-log", "plain"}
        Scale of the intervals.

    Raises
    ------
    InputError
        When the two do not fit or no time is known.

    Examples
    --------
    >>> curve = kaplan_meier([10.0, 20.0, 30.0, 40.0], [True, False, True, False])
    >>> curve.share.round(3).tolist()
    [0.75, 0.75, 0.375, 0.375]
    >>> curve.quantile()[0]
    30.0
    """
    z = normal_limit(checked_level(level))
    length, code, _ = checked_times(days, event)
    when, place = np.unique(length, return_inverse=True)
    died = np.bincount(place[code > 0], minlength=when.size)
    ended = np.bincount(place, minlength=when.size)
    at_risk = length.size - np.cumsum(ended) + ended
    share: Floats = np.cumprod(1.0 - died / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(died / (at_risk * (at_risk - died)))
        deviation: Floats = np.sqrt(greenwood).astype(np.float64)
        error = np.where(share > 0.0, share * deviation, 0.0)
    if scale == "log-log":
        low, high = log_log(share, deviation, z)
    else:
        low, high = np.maximum(share - z * error, 0.0), np.minimum(share + z * error, 1.0)
    return KaplanMeier(when, at_risk, died, ended - died, share, low, high, error, level)
