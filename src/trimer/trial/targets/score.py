# SPDX-License-Identifier: Apache-2.0
"""How badly a simulated row fits: a negative log-likelihood with the trial's number of patients.

share
    Binomial: the published count out of n, given the simulated share.
shares
    Multinomial: the published counts, given the simulated shares.
median, number
    Normal around the published value, of logarithms for a median: the standard error comes from
    the quartiles or the range of patients and n (that of a median is 1.253 times that of a mean),
    from the interval itself where it is one of the number (a 95 % interval), and where nothing is
    known from the factor within which the row is met (as if that were a 95 % interval).
ordering, limit
    ``-log(0.95)`` where it is met and ``-log(0.05)`` where it is not: something to be told, not
    to be searched by.

Simulated shares are drawn towards the middle by half a patient, so that a share of 0 or 1 is
unlikely and not impossible. A row that is not applicable costs nothing.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from trimer.trial.targets.target import EXACT, RANGE
from trimer.trial.targets.verdict import judged_by_interval, verdict

if TYPE_CHECKING:
    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.figures import Simulated
    from trimer.trial.targets.target import Part, Target

_Z = 1.959963984540054
_QUARTILE = 0.6744897501960817
_MEDIAN_OVER_MEAN = math.sqrt(math.pi / 2)


def score(target: Target, simulated: Simulated) -> float:
    """Return the negative log-likelihood of a published row, given what was simulated.

    Parameters
    ----------
    target : Target
        What was published.
    simulated : Simulated
        What was simulated for it.

    Returns
    -------
    float
        Not negative for counts; for medians and numbers a density, which may be.
    """
    if simulated.reason or not simulated.parts:
        return 0.0
    pairs = list(zip(target.parts, simulated.parts, strict=True))
    if target.kind in {"ordering", "limit"}:
        return -math.log(0.95 if verdict(target, simulated) == "met" else 0.05)
    if target.kind == "shares":
        return _multinomial(
            [part.count or 0 for part, _ in pairs], [_smoothed(found) for _, found in pairs]
        )
    total = 0.0
    for part, found in pairs:
        if target.kind == "share" and part.count is not None and part.n is not None:
            p = _smoothed(found)
            total += _multinomial([part.count, part.n - part.count], [p, 1 - p])
        elif part.value is not None:
            total += _normal(target, part, found)
    return total


def _smoothed(found: Estimate) -> float:
    """Return a simulated share from 0 to 1, drawn towards the middle by half a patient."""
    n = max(1.0, found.n)
    return (found.value / 100 * n + 0.5) / (n + 1)


def _multinomial(counts: list[int], shares: list[float]) -> float:
    whole = sum(shares)
    return -math.lgamma(sum(counts) + 1) + sum(
        math.lgamma(count + 1) - (count * math.log(p / whole) if count else 0.0)
        for count, p in zip(counts, shares, strict=True)
    )


def _normal(target: Target, part: Part, found: Estimate) -> float:
    value, at = float(part.value or 0.0), found.value
    on_logs = target.kind != "number" and value > 0
    if on_logs:
        # a simulated 0 is far away, not nowhere
        value, at = math.log(value), math.log(max(at, value * 1e-6))
    error = standard_error(target, part, on_logs=on_logs)
    return 0.5 * ((at - value) / error) ** 2 + math.log(error * math.sqrt(2 * math.pi))


def standard_error(target: Target, part: Part, *, on_logs: bool) -> float:
    """Return how well a published number is known, of its logarithm if `on_logs`."""

    def scaled(x: float) -> float:
        return math.log(max(x, 1e-9)) if on_logs else x

    value = float(part.value or 0.0)
    known = part.low is not None and part.high is not None
    if target.within_points is not None:
        return target.within_points / _Z
    if known and part.interval in {"quartiles", RANGE} and part.n:
        width = scaled(part.high or 0.0) - scaled(part.low or 0.0)
        over = 2 * _QUARTILE if part.interval == "quartiles" else expected_range(part.n)
        return max(_MEDIAN_OVER_MEAN * width / over / math.sqrt(part.n), 1e-6)
    if known and (part.interval == EXACT or judged_by_interval(part)):
        return max((scaled(part.high or 0.0) - scaled(part.low or 0.0)) / (2 * _Z), 1e-6)
    if on_logs:
        return math.log(target.factor) / _Z
    return max(abs(value) * (target.factor - 1) / _Z, 1e-6)


@cache
def expected_range(n: int) -> float:
    """Return the expected range of n standard normal numbers.

    Examples
    --------
    >>> round(expected_range(2), 3), round(expected_range(30), 2)
    (1.128, 4.09)
    """
    from scipy.special import ndtr

    x = np.linspace(-9.0, 9.0, 7201)
    below = ndtr(x)
    return float(np.trapezoid(1 - below**n - (1 - below) ** n, x))
