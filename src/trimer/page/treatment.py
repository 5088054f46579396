# SPDX-License-Identifier: Apache-2.0
"""From blocks on the page to a protocol, and back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trimer import library
from trimer.core.errors import InputError, Problems
from trimer.protocol import read_protocol
from trimer.protocol.times import duration_text

if TYPE_CHECKING:
    from trimer.page.requests import Treatment
    from trimer.protocol import Protocol
    from trimer.protocol.rule import Rule

WHY = "asked for on the page"
"""Reason of a limit that is passed."""

_ALLOWED = re.compile(r'add \[\[allow\]\] with what = "([^"]+)"')


def base_of(name: str) -> Protocol:
    """Return a shipped protocol with a course.

    Raises
    ------
    UnknownName
        If there is no such protocol.
    InputError
        If it is a fixed schedule, which no ward follows.
    """
    protocol = read_protocol(library.protocol_path(name))
    if protocol.course is None:
        raise InputError(
            f"Protocol '{name}' is a fixed schedule without a ward. Choose one with rules, such as "
            "flotetuzumab-multi-step."
        )
    return protocol


def built(asked: Treatment, name: str | None = None) -> Protocol:
    """Return the protocol that was asked for, checked as a whole.

    Parameters
    ----------
    asked : Treatment
        Blocks of the page.
    name : str, optional
        What an edited protocol is called; the base's name with ``-edited`` if left out.

    Raises
    ------
    Problems
        Everything that is wrong with it.
    """
    base = base_of(asked.base)
    protocol = _course(base, asked)
    protocol = _around(protocol, asked)
    if protocol == base:
        return base
    title = f"{base.title}, edited" if base.title else ""
    named = replace(protocol, name=name or f"{base.name}-edited", title=title)
    try:
        return named.checked()
    except Problems as problems:
        wanted = [_ALLOWED.search(problem) for problem in problems.problems]
        if not asked.allow or not all(wanted):
            raise
    for found in wanted:
        if found is not None:
            named = named.allowing(found[1], reason=WHY)
    return named.checked()


def _course(protocol: Protocol, asked: Treatment) -> Protocol:
    course = protocol.course
    assert course is not None  # noqa: S101 (base_of made sure)
    unit = course.maintenance.unit
    if asked.steps is not None:
        protocol = replace(protocol, course=replace(course, lead_in=()))
        for step in asked.steps:
            rate = "pause" if step.rate is None else f"{step.rate:g} {unit}"
            protocol = protocol.lead_in(rate, days=_days(step.hours))
    if asked.maintenance is not None:
        protocol = protocol.maintain(f"{asked.maintenance:g} {unit}", drug=course.drug)
    if asked.cycles is not None or asked.later_cycles is not None:
        protocol = protocol.cycles(asked.cycles or course.cycles, later=asked.later_cycles)
    return protocol


def _days(hours: int) -> Any:  # noqa: ANN401 (whatever counts as a number of days)
    from fractions import Fraction

    return Fraction(hours, 24)


def _around(protocol: Protocol, asked: Treatment) -> Protocol:
    if asked.premedication is not None:
        protocol = replace(protocol, premedication=())
        for entry in asked.premedication:
            protocol = protocol.premedicate(entry.give, when=entry.when)
        # what is no longer given cannot be waited for
        given = {p.drug for p in protocol.premedication if p.before == "first dose"}
        wanted = tuple(drug for drug in protocol.start_requires if drug in given)
        protocol = replace(protocol, start_requires=wanted)
    if asked.leave_out:
        protocol = protocol.without(*asked.leave_out)
    for rule in asked.rules:
        protocol = protocol.rule(
            rule.name, when=rule.when, do=list(rule.do), resume_when=rule.resume_when,
            resume=rule.resume, basis="assumed", source=WHY,
        )  # fmt: skip
    return protocol


def blocks(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol as blocks, with its rules in words."""
    course = protocol.course
    assert course is not None  # noqa: S101 (base_of made sure)
    return {
        "name": protocol.name,
        "title": protocol.title or protocol.name,
        "note": protocol.note.strip(),
        "sources": list(protocol.sources),
        "drug": course.drug,
        "unit": course.maintenance.unit,
        "steps": [
            {
                "rate": None if step.rate is None else float(step.rate.value),
                "hours": step.minutes / 60,
                "text": duration_text(step.minutes),
            }
            for step in course.lead_in
        ],
        "maintenance": float(course.maintenance.value),
        "cycles": course.cycles,
        "cycle_days": course.cycle_minutes / 1440,
        "first_cycle": str(course.first),
        "later_cycles": str(course.later),
        "premedication": [
            {"give": f"{p.drug} {p.amount}", "when": p.when, "text": str(p)}
            for p in protocol.premedication
        ],
        "rules": [_rule(rule) for rule in protocol.rules],
        "monitoring": _monitoring(protocol),
        "policy": protocol.policy,
        "policy_notice": protocol.policy_notice,
        "warnings": list(protocol.warnings),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "text": str(rule),
        "when": str(rule.when),
        "do": [action.text for action in rule.do],
        "resume_when": None if rule.resume_when is None else str(rule.resume_when),
        "resume": rule.resume,
        "holds": rule.holds,
        "basis": rule.basis,
        "source": rule.source,
    }


def _monitoring(protocol: Protocol) -> str:
    found = protocol.monitoring
    if found is None:
        return ""
    parts = [
        f"{name} {' then '.join(every.text for every in orders)}"
        for name, orders in (
            ("vital signs", found.vitals),
            ("neurology", found.neurology),
            ("laboratory", found.labs),
        )
    ]
    return "; ".join(parts)


def ward_names() -> tuple[str, ...]:
    """Return the names of the shipped protocols that a ward follows."""
    return tuple(
        name
        for name in library.protocol_names()
        if read_protocol(library.protocol_path(name)).course is not None
    )
