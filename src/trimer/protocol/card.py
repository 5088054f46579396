# SPDX-License-Identifier: Apache-2.0
"""A protocol in words: a short card, and the whole of it with every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.shown import counted
from trimer.protocol.drugs import said
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.protocol.course import Course
    from trimer.protocol.limits import DrugLimits
    from trimer.protocol.monitoring import Every, Monitoring
    from trimer.protocol.protocol import Protocol
    from trimer.protocol.rule import Rule

_MOST_SHOWN = 12


def card(protocol: Protocol) -> list[str]:
    """Return the lines of a short card: a headline, and what is given."""
    if protocol.course is None:
        return _schedule(protocol)
    rules = counted(len(protocol.rules), "rule")
    cycles = counted(protocol.course.cycles, "cycle")
    days = f"{protocol.course.cycle_minutes / DAY:g}"
    lines = [f"Protocol '{protocol.name}': {cycles} of {days} days, {rules}"]
    lines += [f"  {line}" for line in (*_course(protocol.course), *_around(protocol))]
    return lines


def in_words(protocol: Protocol) -> str:
    """Return a protocol in words, with every rule, the restart table and the caps."""
    lines = card(protocol)
    if protocol.start_requires:
        drugs = " and ".join(said(drug) for drug in protocol.start_requires)
        lines.append(f"  nothing starts without {drugs}")
    if protocol.rules:
        lines += ["Rules", *(f"  {line}" for rule in protocol.rules for line in _rule(rule))]
    if protocol.restart:
        lines.append("After a gap without drug")
        for row in protocol.restart:
            first = "premedicate, " if row.premedicate else ""
            lines.append(f"  {row.gap}: {first}{row.at}")
    if protocol.drugs:
        lines += ["Caps", *(f"  {caps_in_words(limit)}" for limit in protocol.drugs)]
    if protocol.allow:
        lines.append("Allowed")
        lines += [f"  {allowance.what}: {allowance.reason}" for allowance in protocol.allow]
    if protocol.warnings:
        lines += ["Unusual", *(f"  {warning}" for warning in protocol.warnings)]
    return "\n".join(lines)


def _schedule(protocol: Protocol) -> list[str]:
    infusions = counted(len(protocol.infusions), "infusion")
    doses = counted(len(protocol.doses), "dose")
    steps = [f"{infusion.drug} {infusion}" for infusion in protocol.infusions]
    steps += [str(dose) for dose in protocol.doses]
    lines = [f"Protocol '{protocol.name}': {infusions} and {doses}, {protocol.days:g} days"]
    lines += [f"  {step}" for step in steps[:_MOST_SHOWN]]
    more = len(steps) - _MOST_SHOWN
    return [*lines, f"  ... and {more} more"] if more > 0 else lines


def _course(course: Course) -> list[str]:
    lines = []
    for step in course.lead_in:
        above = step.rate is not None and step.rate.value > course.maintenance.value
        rate = course.maintenance if above else step.rate
        what = "pause" if rate is None else f"{course.drug} {rate}"
        lines.append(f"{what} for {duration_text(step.minutes)}")
    how = str(course.first)
    if course.cycles > 1 and course.later != course.first:
        how += f"; from cycle 2 {course.later}"
    return [*lines, f"{course.drug} {course.maintenance}, {how}"]


def _around(protocol: Protocol) -> list[str]:
    lines = [f"{said(p.drug)} {p.amount}, {p.when}" for p in protocol.premedication]
    if protocol.monitoring is not None:
        lines.append(_looks(protocol.monitoring))
    if protocol.pump.bag_change_minutes is not None:
        lines.append(f"a new bag every {duration_text(protocol.pump.bag_change_minutes)}")
    if protocol.policy_notice:
        lines.append(protocol.policy_notice)
    return lines


def _looks(monitoring: Monitoring) -> str:
    kinds = (
        ("vital signs", monitoring.vitals),
        ("neurology", monitoring.neurology),
        ("laboratory", monitoring.labs),
    )
    parts = [f"{kind} {every_in_words(every)}" for kind, every in kinds if every]
    if monitoring.marrow_days:
        days = ", ".join(str(day) for day in monitoring.marrow_days)
        parts.append(f"marrow on day {days} of each cycle")
    if monitoring.continuous:
        parts.append("a monitor calls at once")
    return "; ".join(parts)


def every_in_words(found: Sequence[Every]) -> str:
    """Return looks one after the other: ``every 4 h until day 8, then every 8 h``."""
    return ", then ".join(every.text for every in found)


def _rule(rule: Rule) -> list[str]:
    marks = "; ".join(mark for mark in (rule.basis, rule.source) if mark)
    return [f"{rule.name}: {rule}" + (f" ({marks})" if marks else "")]


def caps_in_words(limit: DrugLimits) -> str:
    """Return how a drug may be given: usual dose, largest dose, interval, most doses."""
    parts = [] if limit.dose is None else [str(limit.dose)]
    if limit.small_dose is not None:
        parts.append(f"{limit.small_dose} under {limit.small_kg:g} kg")
    if limit.max_dose is not None:
        parts.append(f"at most {limit.max_dose} at once")
    if limit.apart_minutes is not None:
        parts.append(f"{duration_text(limit.apart_minutes)} apart")
    if limit.in_24_h is not None:
        parts.append(f"at most {limit.in_24_h} in 24 h")
    if limit.in_all is not None:
        parts.append(f"at most {limit.in_all} in all")
    return f"{said(limit.drug)}: {', '.join(parts)}"
