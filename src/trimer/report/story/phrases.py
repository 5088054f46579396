# SPDX-License-Identifier: Apache-2.0
"""How a story writes times, doses and levels: plain text without special spaces."""

from __future__ import annotations

import math

from trimer.report.numbers import NBSP, number
from trimer.report.schedule import dose_text

MINUTES = 1440
OXYGEN = ("none", "low flow", "high flow", "positive pressure")
"""Oxygen by level."""

_SAID = {
    "hold": "the infusion is held",
    "stop for good": "treatment is stopped for good",
    "transplant": "treatment ends in a transplant",
    "half rate": "the rate is halved",
    "reduce one step": "the rate is reduced by one step",
    "repeat lead-in": "the lead-in begins anew",
    "premedicate": "premedication",
}


def minute_of(day: float) -> int:
    """Whole minutes of a time in days.

    Examples
    --------
    >>> minute_of(0.5)
    720
    """
    return round(MINUTES * day)


def when(minute: int) -> str:
    """Write a time as day and hour since the first dose.

    Examples
    --------
    >>> when(540), when(4890), when(2880), when(-30)
    ('Day 0, hour 9', 'Day 3, hour 9:30', 'Day 2', '30 min before the first dose')
    """
    if minute < 0:
        return f"{lasting(-minute)} before the first dose"
    day, rest = divmod(minute, MINUTES)
    hour, minutes = divmod(rest, 60)
    if not rest:
        return f"Day {day}"
    return f"Day {day}, hour {hour}" + (f":{minutes:02d}" if minutes else "")


def lasting(minutes: float) -> str:
    """Write how long something lasts.

    Examples
    --------
    >>> lasting(15), lasting(960), lasting(570), lasting(5760), lasting(1440)
    ('15 min', '16 h', '9 h 30 min', '4 days', '24 h')
    """
    hours, rest = divmod(round(minutes), 60)
    if hours >= 48:
        return f"{number(round(minutes / MINUTES, 1), 3)} days"
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest else [])])


def is_known(value: float | None) -> bool:
    """Whether there is a number.

    Examples
    --------
    >>> is_known(0.0), is_known(None), is_known(float("nan"))
    (True, False, False)
    """
    return value is not None and not math.isnan(value)


def often(n: int) -> str:
    """How often.

    Examples
    --------
    >>> often(1), often(2), often(3)
    ('once', 'twice', '3 times')
    """
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def drug_name(drug: str) -> str:
    """A drug as people write it.

    Examples
    --------
    >>> drug_name("red_cells")
    'red cells'
    """
    return drug.replace("_", " ")


def dose(value: float, unit: str) -> str:
    """A dose with its unit, four digits at most.

    Examples
    --------
    >>> dose(560.0, "mg"), dose(1.0, "unit"), dose(2.0, "unit"), dose(5.0, "ug")
    ('560 mg', '1 unit', '2 units', '5 mcg')
    """
    plural = "s" if unit == "unit" and value != 1 else ""
    text = dose_text(value, unit) if value < 1000 else f"{number(value, 4)} {unit}"
    return f"{text}{plural}".replace(NBSP, " ")


def mass(nanograms: float, unit: str = "ng") -> str:
    """A mass in the unit that reads best; other units stay as they are.

    Examples
    --------
    >>> mass(1738000.0), mass(14291.7), mass(350.0), mass(3.0, "mg")
    ('1.74 mg', '14.3 mcg', '350 ng', '3 mg')
    """
    if unit == "ng":
        for size, name in ((1e6, "mg"), (1e3, "mcg")):
            if nanograms >= size:
                return f"{number(nanograms / size)} {name}"
    return f"{number(nanograms)} {unit.replace('ug', 'mcg')}"


def level(what: str, value: int) -> str:
    """A level of support in words.

    Examples
    --------
    >>> level("oxygen", 1), level("vasopressor", 2), level("vasopressor", 0)
    ('oxygen to level 1 (low flow)', 'vasopressor to level 2', 'vasopressor off')
    """
    if value == 0:
        return f"{what} off"
    device = f" ({OXYGEN[value]})" if what == "oxygen" and value < len(OXYGEN) else ""
    return f"{what} to level {value}{device}"


def action(text: str) -> str:
    """What a rule does, as a phrase.

    Examples
    --------
    >>> action("hold"), action("vitals every 2 h")
    ('the infusion is held', 'vital signs every 2 h')
    """
    return _SAID.get(text, text.replace("vitals every", "vital signs every"))


def sentence(text: str) -> str:
    """A text with a capital first letter and a full stop.

    Examples
    --------
    >>> sentence("step up")
    'Step up.'
    """
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
