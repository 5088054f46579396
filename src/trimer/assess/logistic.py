# SPDX-License-Identifier: Apache-2.0
"""The chance of an event against exposure: logistic regression, with a band.

**Source.** Cox DR. The regression analysis of binary sequences. *J R Stat Soc B* 1958;20:215-242.
Maximum likelihood by Newton's method; Wald intervals; the band by the delta method on the logit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.censored import normal_limit, p_normal
from trimer.assess.proportion import Proportion, checked_level, proportion
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

MOST_STEPS = 40
_FAR = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A logistic curve: ``logit(p) = intercept + slope x``.

    Attributes
    ----------
    intercept, slope : float
        Fitted; NaN where they are not finite.
    covariance : ndarray of float, shape (2, 2)
        Of the two.
    odds_ratio, low, high : float
        Per unit of x, with limits.
    p_value : float
        Of Wald's test of the slope, two-sided.
    events, patients : int
        How many.
    converged : bool
        False where x separates those with the event from those without, or nobody or everybody
        has it: then no finite curve fits best.
    level : float
        Confidence level.
    """

    intercept: float
    slope: float
    covariance: Floats
    odds_ratio: float
    low: float
    high: float
    p_value: float
    events: int
    patients: int
    converged: bool
    level: float

    def curve(self, x: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return the fitted chance at each x, and the limits of its band."""
        at = np.asarray(x, dtype=np.float64)
        z = normal_limit(self.level)
        logit = self.intercept + self.slope * at
        design = np.stack([np.ones_like(at), at])
        width = z * np.sqrt(np.einsum("i...,ij,j...->...", design, self.covariance, design))
        return _share(logit), _share(logit - width), _share(logit + width)

    def __str__(self) -> str:
        if not self.converged:
            return "no finite curve fits"
        return (
            f"odds ratio {self.odds_ratio:.3g} ({self.low:.3g} to {self.high:.3g}), "
            f"p = {self.p_value:.2g}"
        )


@dataclass(frozen=True, slots=True)
class ExposureGroup:
    """Patients of like exposure.

    Parameters
    ----------
    low, high, median : float
        Range and median of exposure, in its own unit.
    share : Proportion
        How many of them have the event.
    """

    low: float
    high: float
    median: float
    share: Proportion


def logistic(x: ArrayLike, event: ArrayLike, *, level: float = 0.95) -> LogisticFit:
    """Fit the chance of an event against one number.

    Parameters
    ----------
    x : array_like of float, shape (N,)
        Such as the logarithm of exposure; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether each has the event.
    level : float
        Confidence level.

    Raises
    ------
    InputError
        When the two do not fit, or x is the same in everybody.

    Examples
    --------
    >>> fit = logistic([1, 2, 3, 4, 5, 6], [False, False, True, False, True, True])
    >>> round(fit.slope, 2)
    1.21
    """
    z = normal_limit(checked_level(level))
    value, has = _pairs(x, event)
    if np.ptp(value) == 0.0:
        raise InputError(
            f"Exposure does not vary: it is {value[0]:g} in every patient, so nothing can be "
            "fitted. Pool arms of different doses."
        )
    center, scale = float(value.mean()), float(value.std())
    beta, spread = _newton((value - center) / scale, has)
    turn = np.array([[1.0, -center / scale], [0.0, 1.0 / scale]])
    intercept, slope = turn @ beta
    covariance = turn @ spread @ turn.T
    error = float(np.sqrt(covariance[1, 1]))
    return LogisticFit(
        intercept=float(intercept), slope=float(slope), covariance=covariance,
        odds_ratio=float(np.exp(slope)), low=float(np.exp(slope - z * error)),
        high=float(np.exp(slope + z * error)), p_value=p_normal(float(slope / error)),
        events=int(has.sum()), patients=has.size, converged=bool(np.isfinite(slope)), level=level,
    )  # fmt: skip


def exposure_groups(
    x: ArrayLike, event: ArrayLike, *, groups: int = 4, level: float = 0.95
) -> tuple[ExposureGroup, ...]:
    """Return shares with the event in groups of like exposure, from the lowest on.

    Parameters
    ----------
    x : array_like of float, shape (N,)
        Exposure; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether each has the event.
    groups : int
        How many; patients of equal exposure stay together, so there may be fewer.
    level : float
        Confidence level of the exact intervals.
    """
    value, has = _pairs(x, event)
    edges = np.unique(np.quantile(value, np.linspace(0.0, 1.0, groups + 1)[1:-1]))
    place = np.searchsorted(edges, value, side="left")
    found = []
    for k in np.unique(place):
        own = place == k
        part = value[own]
        share = proportion(int(has[own].sum()), int(own.sum()), level)
        found.append(
            ExposureGroup(float(part.min()), float(part.max()), float(np.median(part)), share)
        )
    return tuple(found)


def _newton(x: Floats, has: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    lost = np.full(2, np.nan), np.full((2, 2), np.nan)
    design = np.stack([np.ones_like(x), x], axis=1)
    beta = np.zeros(2)
    for _ in range(MOST_STEPS):
        share = _share(design @ beta)
        weight = share * (1.0 - share)
        curve = design.T @ (design * weight[:, None])
        if np.linalg.cond(curve) > 1e12:
            return lost
        step = np.linalg.solve(curve, design.T @ (has - share))
        # a long step may overshoot: no more than 4 at once
        step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        beta = beta + step
        if np.abs(beta).max() > _FAR:
            return lost
        if np.abs(step).max() < 1e-10:
            return beta, np.asarray(np.linalg.inv(curve), dtype=np.float64)
    return lost


def _share(logit: Floats) -> Floats:
    small = np.exp(-np.abs(logit))
    return np.asarray(np.where(logit >= 0, 1.0, small) / (1.0 + small))


def _pairs(x: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    value, has = np.asarray(x, dtype=np.float64), np.asarray(event)
    if value.ndim != 1 or value.shape != has.shape or has.dtype != np.bool_:
        raise InputError(
            f"Wrong exposure and events: got {value.shape} and {has.shape} of {has.dtype}; each "
            "patient has one number and one truth value."
        )
    known = np.isfinite(value)
    if not known.any():
        raise InputError("No exposure is known: nothing can be grouped or fitted.")
    return value[known], has[known]
