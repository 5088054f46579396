# SPDX-License-Identifier: Apache-2.0
"""A second calculation of every rate, by another route; a disagreement stops the plan.

The first goes forward in fractions: rate of the protocol, times weight, by day, by hour, by
volume. This one shares none of that code: it reads the text of the rate again, in decimals of
sixty digits, counts minutes from the lead-in and the calendar, and goes back from what the pump
would deliver to the dose per kilogram.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from trimer.core.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from trimer.clinic.plan.size import Size
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Protocol, Rate
    from trimer.protocol.course import Course

_TEXT = re.compile(r"\s*\+?([\d.]+(?:[eE][-+]?\d+)?)\s*([a-zµμ]+)(/kg|/m2)?/(day|h)\s*")
_MCG = {"ng": "0.001", "ug": "1", "mcg": "1", "µg": "1", "μg": "1", "mg": "1000"}
_MINUTES = {"day": 1440, "h": 60}
_C = Context(prec=60)
_CLOSE = Decimal("1e-40")


def check_twice(steps: Sequence[Step], size: Size, protocol: Protocol, *, on_course: bool) -> None:
    """Calculate everything again.

    Parameters
    ----------
    steps : sequence of Step
        Of the plan.
    size : Size
        Of the patient.
    protocol : Protocol
        Where the rates come from.
    on_course : bool
        Whether nothing came in between, so that every rate is the one of the calendar.

    Raises
    ------
    EngineError
        When two numbers differ.
    """
    for step in steps:
        stretch = step.stretch
        if protocol.course is not None and on_course:
            middle = (stretch.start + stretch.end) // 2
            for minute in (stretch.start, middle, stretch.end - 1):
                due = _due(protocol.course, minute)
                if (due and due.text) != (stretch.rate and stretch.rate.text):
                    raise _disagree(step, f"{due or 'nothing'} is due in minute {minute}")
        if stretch.rate is None:
            _same(step, "mcg/day", step.mcg_per_day, Decimal(0))
            continue
        per_minute = _mcg_per_minute(step, size)
        _same(step, "mcg/h", step.mcg_per_h, _C.multiply(per_minute, Decimal(60)))
        _same(step, "mcg/day", step.mcg_per_day, _C.multiply(per_minute, Decimal(1440)))
        _same(step, "mcg", step.mcg, _C.multiply(per_minute, Decimal(stretch.minutes)))
        if step.pump is not None:
            _back(step, per_minute)


def _mcg_per_minute(step: Step, size: Size) -> Decimal:
    rate = step.stretch.rate
    match = _TEXT.fullmatch(rate.text if rate else "")
    if match is None:
        raise _disagree(step, f"'{rate}' cannot be read a second time")
    number, mass, per, time = match.groups()
    dose = _C.multiply(Decimal(number), Decimal(_MCG[mass]))
    if per is not None:
        factor = size.weight_kg if per == "/kg" else size.surface_m2
        dose = _C.multiply(dose, _decimal(factor or size.weight_kg * 0))
    if step.stretch.half:
        dose = _C.multiply(dose, Decimal("0.5"))
    return _C.divide(dose, Decimal(_MINUTES[time]))


def _back(step: Step, per_minute: Decimal) -> None:
    """Go back from volume to dose: what flows in an hour, times what is in a milliliter."""
    pump = step.pump
    if pump is None:
        return
    strength = _C.divide(_decimal(pump.preparation.ng_per_ml), Decimal(1000))
    asked = _C.divide(_C.multiply(_decimal(pump.exact), strength), Decimal(60))
    given = _C.divide(_C.multiply(_decimal(pump.set_to), strength), Decimal(60))
    wanted = _C.multiply(per_minute, _C.add(Decimal(1), _decimal(pump.error)))
    if not _close(asked, per_minute):
        raise _disagree(step, f"{pump.exact} mL/h brings {asked} mcg/min, not {per_minute}")
    if not _close(given, wanted):
        raise _disagree(step, f"{pump.set_to} mL/h brings {given} mcg/min, not {wanted}")


def _due(course: Course, minute: int) -> Rate | None:
    """Return what the course says for one minute, counted off step by step."""
    left = minute
    for step in course.lead_in:
        if left < step.minutes:
            rate = step.rate
            above = rate is not None and rate.value > course.maintenance.value
            return course.maintenance if above else rate
        left -= step.minutes
    in_cycle = minute % course.cycle_minutes
    pattern = course.first if minute < course.cycle_minutes else course.later
    if pattern.off_minutes == 0:
        return course.maintenance
    in_week = in_cycle % (pattern.on_minutes + pattern.off_minutes)
    return course.maintenance if in_week < pattern.on_minutes else None


def _decimal(number: Fraction) -> Decimal:
    return _C.divide(Decimal(number.numerator), Decimal(number.denominator))


def _close(one: Decimal, other: Decimal) -> bool:
    return abs(_C.subtract(one, other)) <= _CLOSE * max(abs(one), abs(other))


def _same(step: Step, unit: str, first: Fraction, second: Decimal) -> None:
    if not _close(_decimal(first), second):
        raise _disagree(step, f"{float(first)!r} and {float(second)!r} {unit}")


def _disagree(step: Step, what: str) -> EngineError:
    return EngineError(
        f"Two calculations disagree in step {step.number} of the plan ({step.rate_text}): {what}. "
        "No plan is made. Please report this with the command you ran."
    )
