# SPDX-License-Identifier: Apache-2.0
"""Examine a closed-loop protocol as a whole: what is refused, and what is only unusual."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from trimer.core.errors import did_you_mean
from trimer.protocol.dose import in_unit
from trimer.protocol.limits import OTHER_UNITS, rate_limits, rate_problems
from trimer.protocol.needs import monitoring_needs
from trimer.protocol.restart import table_problems
from trimer.protocol.rule import clashes, never_in, rule_problems
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from trimer.protocol.course import Course
    from trimer.protocol.dose import Amount
    from trimer.protocol.limits import DrugLimits
    from trimer.protocol.protocol import Protocol

Where: TypeAlias = Callable[..., str]
"""Says where a key of a protocol stands, from its path: file and line."""

EARLIEST_DISCHARGE = 8
"""Nobody goes home before this day without an allowance."""

TYPICAL_KG = 70.0
"""Body weight of a typical adult, in kg."""

MASSES = ("ng", "ug", "mg")

ALLOWANCES = ("outpatient order", "early discharge", "start without premedication", OTHER_UNITS)
"""Limits that may be passed and are not in the table of rates."""


def examine(protocol: Protocol, where: Where | None = None) -> tuple[list[str], list[str]]:
    """Return what is wrong with a protocol, and what is unusual about it.

    Parameters
    ----------
    protocol : Protocol
        Of one without a course, nothing is examined here.
    where : function, optional
        Says where a key stands; left out, the protocol is called by its name.
    """
    place = where or (lambda *_: f"protocol '{protocol.name}'")
    course = protocol.course
    if course is None:
        return _without_course(protocol, place), []
    problems, warned = rate_problems(course, protocol.allow, place)
    problems += _course(course, place)
    problems += _allowances(protocol, course, place)
    refused, unusual = ward_problems(protocol, place)
    problems += refused
    warned += unusual
    warned += _marrow(protocol, course, place)
    for rule in protocol.rules:
        warned += never_in(course, rule)
    return list(dict.fromkeys(problems)), list(dict.fromkeys(warned))


def ward_problems(protocol: Protocol, where: Where) -> tuple[list[str], list[str]]:
    """Return what is wrong with what surrounds a course, and what is unusual about it."""
    problems = [problem for rule in protocol.rules for problem in rule_problems(rule)]
    problems += clashes(protocol.rules)
    problems += table_problems(protocol.restart, where("restart", 0))
    problems += _doses_over_caps(protocol, where)
    problems += _pump(protocol, where)
    warned = _restart(protocol, where) + _often_cut(protocol, where)
    needs = [monitoring_needs(protocol.monitoring, rule) for rule in protocol.rules]
    for refused, unusual in (_premedication(protocol, where), _ward(protocol, where), *needs):
        problems += refused
        warned += unusual
    return problems, warned


def _without_course(protocol: Protocol, where: Where) -> list[str]:
    if protocol.infusions or protocol.doses:
        return []
    text = "nothing is given. Add a course with a maintenance rate, or infusions and doses."
    return [f"Empty protocol in {where()}: {text}"]


def _course(course: Course, where: Where) -> list[str]:
    """Say what is wrong with lead-in and cycles taken together."""
    problems = []
    if course.lead_minutes > course.cycle_minutes:
        problems.append(
            f"Lead-in longer than a cycle in {where('lead_in', 0)}: got "
            f"{course.lead_minutes / 1440:g} days of {course.cycle_minutes / 1440:g}. Shorten it, "
            "or lengthen the cycle."
        )
    rates = [step.rate for step in course.lead_in if step.rate is not None]
    units = {rate.unit for rate in (*rates, course.maintenance)}
    if len(units) > 1:
        problems.append(
            f"Different units of rates in {where('course')}: got {', '.join(sorted(units))}; the "
            "steps of a lead-in and maintenance are in one. Convert them."
        )
    if course.lead_in and course.lead_in[0].rate is None:
        problems.append(
            f"A lead-in that begins with a pause in {where('lead_in', 0)}; it begins with "
            "the first dose. Remove the pause."
        )
    return problems


def _premedication(protocol: Protocol, where: Where) -> tuple[list[str], list[str]]:
    """Say which drugs a start requires and does not get."""
    given = {p.drug for p in protocol.premedication if p.before == "first dose"
             and p.offset_minutes <= 0}  # fmt: skip
    found = [
        f"Missing premedication in {where('start', 'requires')}: the start requires {drug}, which "
        "is not given before the first dose; a start is blocked without it. Add [[premedication]] "
        f'with give = "{drug} ...", or take it out of [start].'
        for drug in protocol.start_requires
        if drug not in given
    ]
    allowed = any(a.what == "start without premedication" for a in protocol.allow)
    return ([], found) if allowed else (found, [])


def _ward(protocol: Protocol, where: Where) -> tuple[list[str], list[str]]:
    """Say what is wrong or unusual about hospital, monitoring, rules and restart table."""
    problems = []
    allowed = {allowance.what for allowance in protocol.allow}
    hospital = protocol.hospital
    if hospital.order != "inpatient" and "outpatient order" not in allowed:
        problems.append(
            f"Wrong order in {where('hospital', 'order')}: got '{hospital.order}'; the drug is "
            'given by professionals in a hospital, so the order is "inpatient". Write it so, or '
            'add [[allow]] with what = "outpatient order" and a reason.'
        )
    if hospital.first_discharge_day < EARLIEST_DISCHARGE and "early discharge" not in allowed:
        problems.append(
            f"Early discharge in {where('hospital', 'no_discharge_before_day')}: got day "
            f"{hospital.first_discharge_day}; nobody goes home before day {EARLIEST_DISCHARGE}. "
            'Write a later day, or add [[allow]] with what = "early discharge" and a reason.'
        )
    if protocol.monitoring is None or not protocol.monitoring.vitals:
        problems.append(
            f"No monitoring in {where()}: nobody is looked at. Add [monitoring] with vitals = "
            '"every 4 h".'
        )
    warned = []
    if not protocol.rules:
        warned.append(
            f"No rules in {where()}: nobody reacts to what is seen. Add rules, or "
            'policy = "trimer-default".'
        )
    if not protocol.restart:
        warned.append(
            f"No restart table in {where()}: after any gap the infusion goes on at the same rate. "
            "Add [[restart]], or a policy that has it."
        )
    return problems, warned


def _pump(protocol: Protocol, where: Where) -> list[str]:
    """Say that a bag is changed for longer than it lasts."""
    pump = protocol.pump
    if pump.bag_change_minutes is None or pump.change_minutes < pump.bag_change_minutes:
        return []
    text = (
        f"Bag change without an end in {where('pump', 'change_takes')}: got "
        f"{duration_text(pump.change_minutes)} for a change every "
        f"{duration_text(pump.bag_change_minutes)}, so no drug ever flows. Shorten it."
    )
    return [text]


def _restart(protocol: Protocol, where: Where) -> list[str]:
    """Say that a restart asks for premedication and there is none for it."""
    if any(p.before == "restart" for p in protocol.premedication):
        return []
    asks = [row.gap for row in protocol.restart if row.premedicate and row.at != "stop"]
    if not asks:
        return []
    text = (
        f"Nothing to premedicate with in {where('restart', 0)}: the restart table says premedicate "
        f"(after a gap of '{asks[0]}'), but nothing is ordered for it, so the infusion goes on "
        'without. Add [[premedication]] with when = "30 min before restart".'
    )
    return [text]


def _marrow(protocol: Protocol, course: Course, where: Where) -> list[str]:
    """Say which marrow days no cycle has."""
    days = course.cycle_minutes // DAY
    late = [day for day in (protocol.monitoring.marrow_days if protocol.monitoring else ())
            if day > days]  # fmt: skip
    if not late:
        return []
    text = (
        f"Marrow day after the end of a cycle in {where('monitoring', 'marrow_days')}: got day "
        f"{late[0]} of {days}; nobody looks then. Write an earlier day."
    )
    return [text]


def _doses_over_caps(protocol: Protocol, where: Where) -> list[str]:
    """Say which doses are larger than the cap of their drug."""
    caps = _capped(protocol)
    return [
        f"Dose over its cap in {place}: got {drug} {amount}; at most {caps[drug].max_dose} is "
        "given. Lower the dose, or raise the cap."
        for drug, amount, place in _doses(protocol, where)
        if caps[drug].is_passed_by(amount)
    ]


def _often_cut(protocol: Protocol, where: Where) -> list[str]:
    """Say which doses by body weight are over the cap in a typical patient."""
    caps = _capped(protocol)
    found = []
    for drug, amount, place in _doses(protocol, where):
        most = caps[drug].max_dose
        if most is None or not amount.per_kg or most.size or most.unit not in MASSES:
            continue
        if amount == caps[drug].small_dose:  # nobody heavy gets it
            continue
        from_kg = float(in_unit(most.value, most.unit, amount.unit)) / amount.value
        if from_kg < TYPICAL_KG:
            found.append(
                f"Dose that is often cut in {place}: got {drug} {amount}, which is over the cap of "
                f"{most} from {from_kg:.0f} kg body weight on; whoever is heavier gets {most}."
            )
    return found


def _capped(protocol: Protocol) -> dict[str, DrugLimits]:
    """Return the limits of drugs that have a largest dose."""
    return {limit.drug: limit for limit in protocol.drugs if limit.max_dose is not None}


def _doses(protocol: Protocol, where: Where) -> list[tuple[str, Amount, str]]:
    """Return the doses of drugs that have a largest one, and where they stand."""
    caps = _capped(protocol)
    given = [
        (action.drug, action.amount, rule.where or f"rule '{rule.name}'")
        for rule in protocol.rules
        for action in rule.doses
        if not action.usual  # that dose has its own line
    ]
    given += [(p.drug, p.amount, where("premedication", i, "give"))
              for i, p in enumerate(protocol.premedication)]  # fmt: skip
    given += [(limit.drug, dose, where("drugs", limit.drug, key))
              for limit in caps.values()
              for key, dose in (("dose", limit.dose),
                                (f"under_{limit.small_kg or 0:g}_kg", limit.small_dose))
              if dose is not None]  # fmt: skip
    return [row for row in given if row[0] in caps]


def _allowances(protocol: Protocol, course: Course, where: Where) -> list[str]:
    """Say which allowances no limit answers to."""
    known = [limit.name for limit in rate_limits(course.drug) if limit.name] + list(ALLOWANCES)
    return [
        f"Unknown allowance in {where('allow', i, 'what')}: got '{allowance.what}'."
        f"{did_you_mean(allowance.what, known)}"
        for i, allowance in enumerate(protocol.allow)
        if allowance.what not in known
    ]
