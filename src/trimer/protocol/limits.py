# SPDX-License-Identifier: Apache-2.0
"""Caps of drugs, and the limits of an engager's rates that need a reason to be passed.

The limits of rates are in ``rate_limits.toml`` beside this file, by drug; each is assumed or has
its source there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import ProtocolError
from trimer.core.toml import read_toml
from trimer.protocol.dose import in_unit, parse_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.protocol.course import Course
    from trimer.protocol.dose import Amount, Rate
    from trimer.protocol.examine import Where


OTHER_UNITS = "rate in other units"
"""Allows rates in a unit that the limits of the drug are not in."""


@dataclass(frozen=True, slots=True)
class DrugLimits:
    """How a drug may be given.

    Parameters
    ----------
    drug : str
        Its name.
    dose : Amount or None
        The usual dose, for actions that name only the drug.
    small_kg : float or None
        Below this body weight, in **kg**, `small_dose` holds.
    small_dose : Amount or None
        See `small_kg`.
    max_dose : Amount or None
        No dose is larger.
    apart_minutes : int or None
        Least time between two doses.
    in_24_h, in_all : int or None
        Most doses.
    """

    drug: str
    dose: Amount | None = None
    small_kg: float | None = None
    small_dose: Amount | None = None
    max_dose: Amount | None = None
    apart_minutes: int | None = None
    in_24_h: int | None = None
    in_all: int | None = None

    def is_passed_by(self, amount: Amount) -> bool:
        """Whether a dose is larger than `max_dose` whoever gets it."""
        most = self.max_dose
        if most is None or amount.size != most.size:
            return False  # a dose per kg is cut for whom it would be more
        if amount.unit == most.unit:
            return amount.value > most.value
        masses = ("ng", "ug", "mg")
        if amount.unit not in masses or most.unit not in masses:
            return False
        return float(in_unit(amount.value, amount.unit, most.unit)) > most.value

    def over(self, other: DrugLimits | None) -> DrugLimits:
        """Return these limits, and those of another where these say nothing."""
        if other is None:
            return self
        names = [part.name for part in fields(self)]
        said = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return replace(other, **said)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit that may be passed, and why.

    Parameters
    ----------
    what : str
        Name of the limit.
    reason : str
        Why.
    """

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit of an engager's rates.

    Parameters
    ----------
    name : str
        As an allowance names it; empty where none is possible or needed.
    kind : {"first", "ratio", "warn", "most"}
        Of the first dose; of a step over the last; warned above; refused above without allowance.
    rate : Rate or None
        The limit of a rate.
    ratio : float
        The limit of a ratio.
    reason : str
        Why, with its basis.
    """

    name: str
    kind: str
    rate: Rate | None
    ratio: float
    reason: str


@cache
def rate_limits(drug: str) -> tuple[RateLimit, ...]:
    """Return the limits of a drug's rates; none of a drug that has none."""
    data = read_toml(Path(__file__).with_name("rate_limits.toml"), ProtocolError).data
    return tuple(
        RateLimit(
            name=row.get("name", ""),
            kind=row["kind"],
            rate=parse_rate(row["rate"]) if "rate" in row else None,
            ratio=float(row.get("ratio", 0.0)),
            reason=row["reason"],
        )
        for row in data.get(drug, [])
    )


def rate_problems(
    course: Course, allowed: Sequence[Allowance], where: Where
) -> tuple[list[str], list[str]]:
    """Return what is refused and what is only warned of in the rates of a course.

    Parameters
    ----------
    course : Course
        Lead-in and maintenance.
    allowed : sequence of Allowance
        Limits that may be passed.
    where : function
        Says where a key of the protocol stands.
    """
    problems: list[str] = []
    warned: list[str] = []
    names = {allowance.what for allowance in allowed}
    top = course.maintenance
    steps = [
        (step.rate if step.rate.value < top.value else top, where("lead_in", i))
        for i, step in enumerate(course.lead_in)
        if step.rate is not None
    ]
    steps.append((top, where("course", "maintenance")))
    units = {limit.rate.unit for limit in rate_limits(course.drug) if limit.rate is not None}
    if units and top.unit not in units and OTHER_UNITS not in names:
        problems.append(
            f"A rate of {top} in {where('course', 'maintenance')}: the limits of {course.drug} are "
            f"in {' and '.join(sorted(units))}, so none of them can be checked. Convert it, or add "
            f'[[allow]] with what = "{OTHER_UNITS}" and a reason.'
        )
    for limit in rate_limits(course.drug):
        if limit.name and limit.name in names:
            continue
        for found, place in _passed(limit, steps):
            text = f"{found} in {place}: {limit.reason}"
            if limit.kind == "warn":
                warned.append(text)
            else:
                problems.append(
                    f'{text} Lower it, or add [[allow]] with what = "{limit.name}" and a reason.'
                )
    return problems, warned


def _passed(limit: RateLimit, steps: Sequence[tuple[Rate, str]]) -> list[tuple[str, str]]:
    """Say how and where a limit is passed."""
    if limit.kind == "ratio":
        return [
            (f"A step from {last} to {rate}, more than {limit.ratio:g} times", place)
            for (last, _), (rate, place) in pairwise(steps)
            if rate.value > limit.ratio * last.value
        ]
    if limit.rate is None:
        return []
    what = "A first dose of" if limit.kind == "first" else "A rate of"
    high = [
        (f"{what} {rate}, above {limit.rate},", place)
        for rate, place in (steps[:1] if limit.kind == "first" else steps)
        if rate.value > limit.rate.value and rate.unit == limit.rate.unit
    ]
    return high[-1:]
