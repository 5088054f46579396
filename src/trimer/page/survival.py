# SPDX-License-Identifier: Apache-2.0
"""The product-limit curve of a time to an event, with those still at risk.

**Source.** Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. *J Am Stat
Assoc* 1958;53:457-481. The band is Greenwood's, on the log-log scale.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


def kaplan_meier(times: Sequence[float], events: Sequence[bool], until: float) -> dict[str, Any]:
    """Return the curve of the share without the event.

    Parameters
    ----------
    times : sequence of float
        When each was last seen or had the event, in **days**.
    events : sequence of bool
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
    >>> found = kaplan_meier([1.0, 2.0, 2.0, 4.0], [True, True, False, False], 4.0)
    >>> [(step[0], round(step[1], 3)) for step in found["steps"]]
    [(0.0, 1.0), (1.0, 0.75), (2.0, 0.5)]
    """
    order = sorted(zip(times, events, strict=True), key=lambda row: row[0])
    n, share, spread = len(order), 1.0, 0.0
    steps: list[list[float]] = [[0.0, 1.0, 1.0, 1.0]]
    median: float | None = None
    for at in sorted({time for time, event in order if event}):
        risk = sum(time >= at for time, _ in order)
        died = sum(event for time, event in order if time == at)
        share *= 1.0 - died / risk
        spread += died / (risk * (risk - died)) if risk > died else math.inf
        steps.append([at, share, *_band(share, spread)])
        if median is None and share <= 0.5:
            median = at
    apart = 7 * max(1, math.ceil(until / 28)) if until >= 28 else max(until / 4, 1e-9)
    marks = [apart * k for k in range(5) if apart * k <= until + 1e-9]
    return {
        "steps": steps,
        "risk": [[mark, sum(time >= mark for time, _ in order)] for mark in marks],
        "n": n,
        "events": sum(events),
        "median": median,
    }


def _band(share: float, spread: float) -> tuple[float, float]:
    if share <= 0.0 or not math.isfinite(spread):
        return 0.0, share
    if share >= 1.0:
        return 1.0, 1.0
    wide = _Z * math.sqrt(spread) / abs(math.log(share))
    return share ** math.exp(wide), share ** math.exp(-wide)
