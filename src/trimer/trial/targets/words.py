# SPDX-License-Identifier: Apache-2.0
"""Published and simulated numbers in words, and a sentence for each miss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimer.trial.targets.target import EXACT, RANGE
from trimer.trial.targets.verdict import accepted, in_order, judged_by_interval, part_is_met

if TYPE_CHECKING:
    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.figures import Simulated
    from trimer.trial.targets.target import Part, Target

_INTERVALS = {
    EXACT: "95 % interval",
    "quartiles": "quartiles",
    "stated range": "range as stated",
    "derived": "derived interval",
    RANGE: "range of patients",
}


def number_text(value: float) -> str:
    """Return a number with three significant digits, and commas from a thousand on.

    Examples
    --------
    >>> [number_text(x) for x in (75.56, 7.0, 0.0313, 1314.2, 55303, 6.3e-10)]
    ['75.6', '7', '0.0313', '1,314', '55,303', '6.3e-10']
    """
    if math.isnan(value):
        return "-"
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit, if it has one."""
    return f"{text} {unit}" if unit else text


def interval_name(part: Part) -> str:
    """Return what a published interval is, in words; empty if there is none."""
    return _INTERVALS.get(part.interval, "")


def published_text(target: Target, part: Part) -> str:
    """Return a published number with its interval, or what is asked of the simulated one."""
    if target.kind == "limit":
        limits = []
        if part.at_least is not None:
            limits.append(f"at least {number_text(part.at_least)}")
        if part.at_most is not None:
            limits.append(f"at most {number_text(part.at_most)}")
        return with_unit(", ".join(limits), part.unit)
    if part.value is None:
        is_first = part is target.parts[0]
        return "higher" if is_first == (target.order == "falling") else "lower"
    text = number_text(part.value)
    if part.low is not None and part.high is not None:
        text += f" ({number_text(part.low)} to {number_text(part.high)})"
    return with_unit(text, part.unit)


def simulated_text(found: Estimate, unit: str) -> str:
    """Return a simulated number with its interval."""
    text = number_text(found.value)
    if not math.isnan(found.low):
        text += f" ({number_text(found.low)} to {number_text(found.high)})"
    return with_unit(text, unit)


def rule_text(target: Target) -> str:
    """Return by which rule a row is met."""
    rules = []
    if target.kind == "limit":
        rules.append("inside the limits")
    elif target.within_points is not None:
        rules.append(f"within {number_text(target.within_points)} points")
    elif target.kind != "ordering":
        parts = [part for part in target.parts if part.value is not None]
        if any(judged_by_interval(part) for part in parts):
            rules.append("inside the published interval")
        if not all(judged_by_interval(part) for part in parts):
            rules.append(f"within a factor {number_text(target.factor)}")
    if target.order:
        rules.append(f"{target.order} in the order given")
    return ", and ".join(rules)


def miss_sentence(target: Target, simulated: Simulated) -> str:
    """Return why a row is missed: which number, in which direction, by how much.

    What the targets file says of the miss stands behind it.
    """
    said = [
        _part_sentence(target, part, found)
        for part, found in zip(target.parts, simulated.parts, strict=True)
        if not part_is_met(target, part, found)
    ]
    if not in_order(target, simulated):
        said.append(_order_sentence(target, simulated))
    if target.if_missed:
        said.append(target.if_missed)
    return " ".join(said)


def _part_sentence(target: Target, part: Part, found: Estimate) -> str:
    low, high = accepted(target, part)
    is_below = found.value < low
    shown = with_unit(number_text(found.value), part.unit)
    name = f"{part.label[0].upper()}{part.label[1:]}: simulated" if part.label else "Simulated"
    way = "below" if is_below else "above"
    by = abs(found.value - (low if is_below else high))
    if target.kind == "limit":
        limit = number_text(low if is_below else high)
        return f"{name} {shown}, {way} the limit of {limit}."
    published = number_text(part.value or 0.0)
    if target.within_points is not None:
        points = number_text(target.within_points)
        return f"{name} {shown}, {way} {published} ± {points} by {number_text(by)} points."
    if not judged_by_interval(part):
        ratio = number_text(found.value / (part.value or math.nan))
        factor = number_text(target.factor)
        return f"{name} {shown}, {ratio} times the published {published}; met is a factor {factor}."
    text = f"{name} {shown}, {way} the published {number_text(low)} to {number_text(high)}"
    return f"{text} by {number_text(by)} points." if target.kind == "share" else f"{text}."


def _order_sentence(target: Target, simulated: Simulated) -> str:
    shown = ", ".join(
        f"{part.label} {with_unit(number_text(found.value), part.unit)}"
        for part, found in zip(target.parts, simulated.parts, strict=True)
    )
    return f"The numbers should be {target.order}: {shown}."
