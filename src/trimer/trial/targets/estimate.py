# SPDX-License-Identifier: Apache-2.0
"""Simulated numbers with their intervals: shares, medians, means, areas, correlations.

Patients of a pool count by their weights. A share has an exact interval for the effective number
of patients, ``(sum w)**2 / sum w**2``; a median has the quartiles of patients, as its published
counterpart; what else has an interval of the mean, or none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import exact_interval
from trimer.trial.targets.result import Unavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.trial.targets.group import Sample

OF_THE_DRAW = "95 % of the draw"
QUARTILES = "quartiles of patients"
NO_INTERVAL = "none"

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated number.

    Parameters
    ----------
    value : float
        In the unit of what it is compared with.
    low, high : float
        Its interval; NaN if there is none.
    interval : str
        What that is: `OF_THE_DRAW`, `QUARTILES` or `NO_INTERVAL`.
    n : float
        Values behind it; of a pool, how many equally weighted ones would tell as much.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    interval: str = NO_INTERVAL
    n: float = math.nan


def effective(weights: NDArray[np.float64]) -> float:
    """Return how many equally weighted values would tell as much."""
    total = float(weights.sum())
    return total * total / float(np.square(weights).sum()) if total > 0 else 0.0


def share(sample: Sample) -> Estimate:
    """Return the share of true values, in **%**."""
    n = _need(sample, "patients")
    part = float(sample.weights[sample.values].sum() / sample.weights.sum())
    whole = max(1, round(n))
    low, high = exact_interval(min(whole, round(part * whole)), whole)
    return Estimate(100 * part, 100 * low, 100 * high, OF_THE_DRAW, n)


def quantile(sample: Sample, q: float) -> float:
    """Return a weighted quantile, between neighbors as NumPy does for equal weights.

    Examples
    --------
    >>> from trimer.trial.targets.group import Sample
    >>> quantile(Sample(np.array([3.0, 1.0, 2.0]), np.ones(3)), 0.5)
    2.0
    """
    order = np.argsort(sample.values, kind="stable")
    values, weights = sample.values[order], sample.weights[order]
    # each value stands at the middle of its weight; the outermost at 0 and 1
    place = np.cumsum(weights) - weights / 2
    span = place[-1] - place[0]
    place = (place - place[0]) / span if span > 0 else place * 0.0
    return float(np.interp(q, place, values))


def median(sample: Sample) -> Estimate:
    """Return the median and the quartiles of patients."""
    known = sample.where(~np.isnan(sample.values))
    n = _need(known, "patients with a value")
    low, middle, high = (quantile(known, q) for q in (0.25, 0.5, 0.75))
    return Estimate(middle, low, high, QUARTILES, n)


def mean(sample: Sample) -> Estimate:
    """Return the mean and the interval of its chance."""
    n = _need(sample, "patients")
    weights = sample.weights / sample.weights.sum()
    values = sample.values.astype(np.float64)
    middle = float(weights @ values)
    error = math.sqrt(float(weights @ np.square(values - middle)) / max(1.0, n - 1))
    return Estimate(middle, middle - _Z * error, middle + _Z * error, OF_THE_DRAW, n)


def area_under_roc(score: Sample, is_case: NDArray[np.bool_]) -> Estimate:
    """Return how often a case has the higher score, with the interval of Hanley and McNeil."""
    cases, others = score.where(is_case), score.where(~is_case)
    if not (len(cases.values) and len(others.values)):
        raise Unavailable("there are no patients of one of the two kinds")
    order = np.argsort(others.values, kind="stable")
    values = others.values[order]
    below = np.concatenate([[0.0], np.cumsum(others.weights[order])])
    under = below[np.searchsorted(values, cases.values, side="left")]
    upto = below[np.searchsorted(values, cases.values, side="right")]
    area = float(cases.weights @ ((under + upto) / 2) / (cases.weights.sum() * below[-1]))
    error = auroc_error(area, effective(cases.weights), effective(others.weights))
    low, high = max(0.0, area - _Z * error), min(1.0, area + _Z * error)
    return Estimate(area, low, high, OF_THE_DRAW, effective(score.weights))


def auroc_error(area: float, cases: float, others: float) -> float:
    """Return the standard error of an area under the ROC curve by Hanley and McNeil (1982).

    Examples
    --------
    >>> round(auroc_error(0.904, 9, 21), 4)
    0.0717
    """
    q1, q2 = area / (2 - area), 2 * area * area / (1 + area)
    square = area * area
    variance = area * (1 - area) + (cases - 1) * (q1 - square) + (others - 1) * (q2 - square)
    return math.sqrt(max(0.0, variance) / (cases * others))


def correlation(first: Sample, second: NDArray[np.float64]) -> Estimate:
    """Return the rank correlation of two values of the same patients (Spearman)."""
    x, y = (_ranks(np.asarray(v, dtype=np.float64)) for v in (first.values, second))
    weights = first.weights / first.weights.sum()
    x, y = x - weights @ x, y - weights @ y
    spread = math.sqrt(float(weights @ (x * x)) * float(weights @ (y * y)))
    n = effective(first.weights)
    if spread < 1e-12 or n <= 4:
        raise Unavailable("all patients have the same value")
    r = float(weights @ (x * y)) / spread
    z, error = math.atanh(min(max(r, -0.999999), 0.999999)), 1 / math.sqrt(n - 3)
    return Estimate(r, math.tanh(z - _Z * error), math.tanh(z + _Z * error), OF_THE_DRAW, n)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks, the mean of them where values are equal."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return ranks


def _need(sample: Sample, what: str) -> float:
    n = effective(sample.weights)
    if n == 0:
        raise Unavailable(f"there are no {what} in the simulation")
    return n
