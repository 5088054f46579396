# SPDX-License-Identifier: Apache-2.0
"""Judge what was simulated by what was published.

============ ============================================================================
kind         met if
============ ============================================================================
share        inside the published interval; without one, within `within_points`
shares       every category within `within_points`
median       inside quartiles, a stated range or a derived interval; where only the range of
             patients or nothing is known, within a factor (2 unless the row says another)
number       as a median
ordering     every number is below (or above) the one before it
limit        not below `at_least` and not above `at_most`
============ ============================================================================

A row that has an `order` besides has to keep it too. Limits of an interval belong to it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from trimer.trial.targets.target import RANGE

if TYPE_CHECKING:
    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.figures import Simulated
    from trimer.trial.targets.target import Part, Target

Verdict: TypeAlias = Literal["met", "missed", "n/a"]

_SLACK = 1e-9


def verdict(target: Target, simulated: Simulated) -> Verdict:
    """Return whether a row is met, missed or cannot be judged.

    Parameters
    ----------
    target : Target
        What was published.
    simulated : Simulated
        What was simulated for it.
    """
    if simulated.reason or not simulated.parts:
        return "n/a"
    pairs = list(zip(target.parts, simulated.parts, strict=True))
    good = all(part_is_met(target, part, found) for part, found in pairs)
    return "met" if good and in_order(target, simulated) else "missed"


def part_is_met(target: Target, part: Part, found: Estimate) -> bool:
    """Return whether one number of a row is near enough to the published one."""
    if target.kind == "ordering":
        return True
    bounds = accepted(target, part)
    return bounds[0] - _SLACK <= found.value <= bounds[1] + _SLACK


def accepted(target: Target, part: Part) -> tuple[float, float]:
    """Return between what two numbers the simulated one has to lie."""
    infinity = float("inf")
    if target.kind == "limit":
        low = -infinity if part.at_least is None else part.at_least
        return low, infinity if part.at_most is None else part.at_most
    if target.kind == "ordering" or part.value is None:
        return -infinity, infinity
    if target.within_points is not None:
        return part.value - target.within_points, part.value + target.within_points
    if judged_by_interval(part) and part.low is not None and part.high is not None:
        return part.low, part.high
    return part.value / target.factor, part.value * target.factor


def judged_by_interval(part: Part) -> bool:
    """Return whether the published interval says how well the number is known."""
    return part.interval not in {RANGE, "none"}


def in_order(target: Target, simulated: Simulated) -> bool:
    """Return whether the simulated numbers of a row follow one another as they have to."""
    values = [found.value for found in simulated.parts]
    # equal but for rounding is no order
    slack = _SLACK * max(1.0, *(abs(value) for value in values)) if values else 0.0
    if target.order == "rising":
        return all(b - a > slack for a, b in pairwise(values))
    if target.order == "falling":
        return all(a - b > slack for a, b in pairwise(values))
    return True
