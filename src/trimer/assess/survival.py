# SPDX-License-Identifier: Apache-2.0
"""Times to an event of which some are cut off: a few numbers of Kaplan and Meier's curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.kaplan_meier import kaplan_meier

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def survival_curve(days: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats]:
    """Return the times at which the estimate falls, and its value from then on.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        How long each patient was followed, in **days**; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether it ended in the event; else it was cut off.

    Examples
    --------
    >>> days, left = survival_curve([10.0, 20.0, 30.0, 40.0], [True, False, True, False])
    >>> days.tolist(), left.round(3).tolist()
    ([10.0, 20.0, 30.0, 40.0], [0.75, 0.75, 0.375, 0.375])
    """
    curve = kaplan_meier(days, event)
    return curve.days, curve.share


def survival_at(days: ArrayLike, event: ArrayLike, at: float) -> float:
    """Return the estimated share without the event at a time, in **days**.

    Examples
    --------
    >>> survival_at([10.0, 20.0, 30.0, 40.0], [True, False, True, False], 25.0)
    0.75
    """
    when, left = survival_curve(days, event)
    k = int(np.searchsorted(when, at, side="right"))
    return float(left[k - 1]) if k else 1.0


def median_survival(days: ArrayLike, event: ArrayLike) -> float:
    """Return the time at which half have had the event, in **days**; NaN if it is not reached.

    Examples
    --------
    >>> median_survival([10.0, 20.0, 30.0, 40.0], [True, True, True, False])
    20.0
    """
    when, left = survival_curve(days, event)
    half = np.flatnonzero(left <= 0.5 + 1e-12)
    return float(when[half[0]]) if half.size else float("nan")
