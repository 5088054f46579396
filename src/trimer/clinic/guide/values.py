# SPDX-License-Identifier: Apache-2.0
"""The protocol's own words for the texts of a guide; empty where it has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimer.assess.crs_astct import FEVER
from trimer.core.condition.scales import convert
from trimer.core.shown import counted
from trimer.protocol.action import StopForGood
from trimer.protocol.card import every_in_words
from trimer.protocol.drugs import said
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.protocol import Protocol
    from trimer.protocol.course import Course, Pattern
    from trimer.protocol.monitoring import Every

_UNITS = ((r"\b1 h\b", "1 hour"), (r"(\d) h\b", r"\1 hours"), (r"(\d) min\b", r"\1 minutes"))


def values(protocol: Protocol) -> dict[str, str]:
    """Return the words a text of a guide may ask for."""
    course, looks = protocol.course, protocol.monitoring
    drug = course.drug if course else ""
    change = protocol.pump.bag_change_minutes
    premedication = dict.fromkeys(said(entry.drug) for entry in protocol.premedication)
    marrow = looks.marrow_days if looks else ()
    return {
        "drug": drug,
        "drug_title": drug.capitalize(),
        "protocol_title": protocol.title or protocol.name,
        "policy_notice": protocol.policy_notice,
        "course_plain": _course(course) if course else "",
        "steps_plain": _steps(course) if course else "",
        "premedication_names": listed(list(premedication)),
        "start_requires": listed([said(name) for name in protocol.start_requires]),
        "first_day_home": str(protocol.hospital.first_discharge_day),
        "vitals": _looks(looks.vitals) if looks else "",
        "neurology": _looks(looks.neurology) if looks else "",
        "labs": _looks(looks.labs) if looks else "",
        "marrow": listed([str(day) for day in marrow]),
        "bag_change": "" if change is None else f"every {hours_in_full(duration_text(change))}",
        "fever": f"{FEVER:.1f} °C ({convert(FEVER, 'degC', 'F'):.1f} °F)",
        "holds_plain": _holds(protocol),
    }


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def hours_in_full(text: str) -> str:
    """Return a text with units of time in full.

    Examples
    --------
    >>> hours_in_full("every 4 h until day 8, then every 30 min")
    'every 4 hours until day 8, then every 30 minutes'
    """
    for pattern, full in _UNITS:
        text = re.sub(pattern, full, text)
    return text


def _looks(found: Sequence[Every]) -> str:
    return hours_in_full(every_in_words(found))


def _course(course: Course) -> str:
    rounds = (
        f"Your plan has {counted(course.cycles, 'round')} of {course.cycle_minutes / DAY:g} days."
    )
    if course.cycles == 1 or course.first == course.later:
        return f"{rounds} {_pattern(course.first, 'each round')}"
    return f"{rounds} {_pattern(course.first, 'round 1')} {_pattern(course.later, 'later rounds')}"


def _pattern(pattern: Pattern, when: str) -> str:
    if not pattern.off_minutes:
        return f"In {when} it runs without a break."
    return f"In {when} it runs {str(pattern).replace(' on, ', ' on and ')}."


def _steps(course: Course) -> str:
    rises = len(course.levels) - 1
    if not course.lead_in or rises < 1:
        return ""
    return f"{counted(rises, 'step')} over {duration_text(course.lead_minutes)}"


def _holds(protocol: Protocol) -> str:
    if not any(rule.holds for rule in protocol.rules):
        return ""
    text = (
        "If side effects or tests show too much stress, your team stops the drug for a while. "
        "It may go on later, at a lower dose."
    )
    if any(isinstance(action, StopForGood) for rule in protocol.rules for action in rule.do):
        text += " If a side effect is very bad, the drug is stopped for good."
    return text
