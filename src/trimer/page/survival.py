# SPDX-License-Identifier: Apache-2.0
"""Kaplan-Meier curves as the page draws them: steps, band, numbers at risk."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess.kaplan_meier import kaplan_meier
from trimer.page.plain import rounded

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def curve(days: ArrayLike, event: ArrayLike, until: float) -> dict[str, Any]:
    """Return the curve of the share without an event.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        When each had the event, or was last seen, in **days**.
    event : array_like of bool, shape (N,)
        Whether it was the event.
    until : float
        End of the axis, in **days**.

    Returns
    -------
    dict
        ``steps``: rows of time, share, low, high; ``risk``: rows of time and number at risk;
        ``n``, ``events``, and ``median`` (null if not reached).

    Examples
    --------
    >>> found = curve([1.0, 2.0, 2.0, 4.0], [True, True, False, False], 4.0)
    >>> [(step[0], step[1]) for step in found["steps"]]
    [(0, 1), (1, 0.75), (2, 0.5)]
    >>> found["median"]
    2.0
    """
    found = kaplan_meier(days, event)
    some = np.flatnonzero(found.events > 0)
    low, high = (np.where(np.isnan(limit), found.share, limit) for limit in (found.low, found.high))
    rows = zip(found.days[some], found.share[some], low[some], high[some], strict=True)
    apart = 7.0 * max(1, math.ceil(until / 28)) if until >= 28 else until / 4
    marks = [apart * k for k in range(5) if apart * k <= until + 1e-9]
    median = found.quantile()[0]
    return {
        "steps": [[0, 1, 1, 1], *(rounded(row) for row in rows)],
        "risk": [[mark, int(found.number_at_risk(mark))] for mark in marks],
        "n": found.total,
        "events": int(found.events.sum()),
        "median": median if math.isfinite(median) else None,
    }
