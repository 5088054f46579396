# SPDX-License-Identifier: Apache-2.0
"""Times to an event of which some are cut off: what is common to every estimate from them."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.elementary import normal_quantile
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]


def checked_times(days: ArrayLike, event: ArrayLike) -> tuple[Floats, Codes, NDArray[np.bool_]]:
    """Return times and events of those whose time is known, and who they are.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        How long each patient was followed, in **days**; NaN where that is not known.
    event : array_like of bool or int, shape (N,)
        What it ended in; 0 where it was cut off.

    Raises
    ------
    InputError
        When the two do not fit, a time is negative, or none is known.
    """
    length, code = np.asarray(days, dtype=np.float64), np.asarray(event)
    if length.ndim != 1 or length.shape != code.shape or code.dtype.kind not in "biu":
        raise InputError(
            f"Wrong times to an event: got times {length.shape} and events {code.shape} of "
            f"{code.dtype}; each patient has one time, and one event that is true, false or the "
            "number of a cause. Give as many of one as of the other."
        )
    known = ~np.isnan(length)
    if not known.any() or length[known].min() < 0 or code.astype(np.int64).min() < 0:
        raise InputError(
            "Wrong times to an event: they are days, not negative, at least one is known, and "
            "causes are numbered from 1. Give 0 for those who were cut off."
        )
    return length[known], code[known].astype(np.int64), known


def checked_groups(name: str, group: ArrayLike, known: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the groups of those whose time is known, or say what is wrong."""
    found = np.asarray(group)
    if found.shape != known.shape:
        raise InputError(
            f"Wrong {name}: got shape {found.shape} for {known.size} patients; each is in one. "
            "Give as many as there are times."
        )
    return found[known]


@cache
def normal_limit(level: float) -> float:
    """Return how many standard errors an interval reaches to either side."""
    return -float(normal_quantile((1.0 - level) / 2.0))


def p_normal(z: float) -> float:
    """Return the two-sided p-value of a standard normal statistic.

    Examples
    --------
    >>> round(p_normal(1.959963985), 6)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2.0))


def p_chi_square(statistic: float, freedom: int) -> float:
    """Return the upper tail of a chi-square variable.

    Examples
    --------
    >>> round(p_chi_square(5.991, 2), 3)
    0.05
    """
    if freedom == 1:
        return math.erfc(math.sqrt(max(statistic, 0.0) / 2.0))
    if freedom < 1:
        return 1.0
    from scipy.special import chdtrc  # loads slowly

    return float(chdtrc(freedom, statistic))


def log_log(share: Floats, deviation: Floats, z: float) -> tuple[Floats, Floats]:
    """Return limits of a share on the scale of log(-log): never below 0 nor above 1.

    Parameters
    ----------
    share : array of float
        Estimates.
    deviation : array of float
        Standard error of the *logarithm* of each.
    z : float
        How many standard errors to either side.

    Returns
    -------
    tuple of array
        1 and 1 where the share is 1; NaN where it is 0, of which nothing can be said.
    """
    inside = (share > 0.0) & (share < 1.0)
    logs = np.log(np.where(inside, share, 0.5))
    width = z * np.where(inside, deviation, 0.0) / logs
    low = np.exp(logs * np.exp(-width))
    high = np.exp(logs * np.exp(width))
    edge = np.where(share >= 1.0, 1.0, np.nan)
    return np.where(inside, low, edge), np.where(inside, high, edge)
