# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a row that its fields do not show one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.assess import exact_interval
from trimer.core.errors import did_you_mean
from trimer.trial.targets.measures import known_measures, takes, takes_scale
from trimer.trial.targets.target import EXACT, NO_SCALE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from trimer.trial.targets.target import Part, Target

_ROUNDED = 0.051
"""Published percentages have one decimal place."""

_ROUNDED_VALUE = 1.0
"""A share may be published as a whole percentage, or its count be derived."""


def row_problems(row: Target, where: str) -> Iterator[str]:
    """Yield what is wrong with a row as a whole."""
    if row.use == "not applicable":
        if not row.reason:
            yield (
                f"Missing 'reason' of target '{row.id}' in {where}: a row that is not applicable "
                "says why. Add a sentence."
            )
        return
    if row.reason and row.use != "by construction":
        yield (
            f"A reason why target '{row.id}' is not applicable in {where}, but its use is "
            f"'{row.use}'. Remove one of them."
        )
    if not row.parts and not row.reason:
        yield f"Nothing to compare for target '{row.id}' in {where}: add 'where' and 'measure'."
    if row.kind == "ordering" and (len(row.parts) < 2 or not row.order):
        yield (
            f"No order of target '{row.id}' in {where}: an ordering has at least two parts, and "
            "'order' says whether they are falling or rising."
        )
    counts = [part.count for part in row.parts]
    if row.kind == "shares" and (None in counts or row.within_points is None):
        yield (
            f"Incomplete shares of target '{row.id}' in {where}: each part has a 'count', and the "
            "row says 'within_points'."
        )
    if row.scale == NO_SCALE and any(takes_scale(part.measure) for part in row.parts):
        yield (
            f"No scale of target '{row.id}' in {where}: it reads grades of CRS. Say by which "
            "scale its source graded."
        )


def part_problems(
    row_id: str, kind: str, part: Part, where: str, places: Collection[str]
) -> Iterator[str]:
    """Yield what is wrong with one number of a row."""
    who = f"target '{row_id}'" + (f", part '{part.label}'," if part.label else "")
    yield from _place_problems(who, part, where, places)
    yield from _measure_problems(who, part, where)
    if kind == "limit":
        if part.at_least is None and part.at_most is None:
            yield f"No limit of {who} in {where}: give 'at_least' or 'at_most'."
        return
    if kind == "ordering":
        return
    if part.value is None:
        yield f"Missing 'value' of {who} in {where}: what was published? Give the number."
        return
    yield from _interval_problems(who, part, where)
    if kind == "share" and (part.count is None or part.n is None):
        yield f"Missing 'count' or 'n' of {who} in {where}: a share is a count of so many."


def _place_problems(who: str, part: Part, where: str, places: Collection[str]) -> Iterator[str]:
    for place in (part.where, part.against):
        if place and place not in places:
            yield f"Unknown scenario '{place}' of {who} in {where}.{did_you_mean(place, places)}"
    if not part.where:
        yield f"Missing 'where' of {who} in {where}: name the scenario or pool that is read out."


def _measure_problems(who: str, part: Part, where: str) -> Iterator[str]:
    known = known_measures()
    if part.measure not in known:
        yield (
            f"Unknown measure '{part.measure}' of {who} in {where}."
            f"{did_you_mean(part.measure, known)}"
        )
        return
    options, compares = takes(part.measure)
    for name in part.options:
        if name not in options:
            yield f"Unknown option '{name}' of {who} in {where}.{did_you_mean(name, options)}"
    for name, needed in options.items():
        if needed and name not in part.options:
            yield f"Missing option '{name}' of {who} in {where}: '{part.measure}' needs it."
    if compares != bool(part.against):
        yield (
            f"Wrong 'against' of {who} in {where}: '{part.measure}' compares "
            f"{'two scenarios; name the other one' if compares else 'nothing; leave it out'}."
        )


def _interval_problems(who: str, part: Part, where: str) -> Iterator[str]:
    value, low, high = part.value or 0.0, part.low, part.high
    if (low is None) != (high is None) or (low is None) != (part.interval == "none"):
        yield (
            f"Half an interval of {who} in {where}: 'low', 'high' and 'interval' belong together; "
            "without them the interval is none."
        )
        return
    if low is not None and high is not None and not low <= value <= high:
        yield (
            f"Wrong interval of {who} in {where}: got {value:g} ({low:g} to {high:g}); the value "
            "lies inside."
        )
    if part.count is None or part.n is None:
        return
    if part.count > part.n or part.n == 0:
        yield f"Wrong count of {who} in {where}: got {part.count} of {part.n}."
        return
    if abs(value - 100 * part.count / part.n) > _ROUNDED_VALUE:
        yield (
            f"Wrong value of {who} in {where}: got {value:g} %, but {part.count} of {part.n} is "
            f"{100 * part.count / part.n:.1f} %."
        )
    if part.interval == EXACT and low is not None and high is not None:
        exact = [100 * limit for limit in exact_interval(part.count, part.n)]
        if abs(low - exact[0]) > _ROUNDED or abs(high - exact[1]) > _ROUNDED:
            yield (
                f"Wrong interval of {who} in {where}: got {low:g} to {high:g}, but the exact one "
                f"of {part.count} of {part.n} is {exact[0]:.1f} to {exact[1]:.1f}."
            )
