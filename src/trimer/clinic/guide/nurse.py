# SPDX-License-Identifier: Apache-2.0
"""Parts of the nurse guide that are made from the protocol and the scales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.assess import ICE_ITEMS, SCALES
from trimer.assess.criteria import CRS_CRITERIA, ICANS_CRITERIA, ICE_TASKS
from trimer.clinic.document import Blanks, Grid, Heading, Items, Text
from trimer.clinic.guide.rules import is_about, kind_of, rule_grid, rules_named
from trimer.clinic.guide.values import listed
from trimer.protocol.card import caps_in_words, every_in_words
from trimer.protocol.drugs import said
from trimer.protocol.quantities import QUANTITIES
from trimer.protocol.times import DAY

if TYPE_CHECKING:
    from trimer.assess.criteria import Criteria
    from trimer.clinic.document import Part
    from trimer.clinic.guide.rules import Kind
    from trimer.protocol import Protocol

_SCORES = 6
"""Columns of the ICE sheet to fill in."""

Data = dict[str, Any]


def _glance(_protocol: Protocol, _data: Data) -> list[Part]:
    asked = ("Patient", "Weight, kg", "Start of the infusion, date and time", "Doctor on call")
    return [Blanks(tuple((field, "") for field in asked))]


def _premedication(protocol: Protocol, _data: Data) -> list[Part]:
    if not protocol.premedication:
        return [Text("The protocol gives no premedication.")]
    rows = tuple(
        (said(entry.drug), str(entry.amount), entry.when) for entry in protocol.premedication
    )
    return [Grid("Premedication", ("Drug", "Dose", "When"), rows, (2, 1, 2))]


def _course(protocol: Protocol, _data: Data) -> list[Part]:
    course = protocol.course
    if course is None:
        return []
    rows = []
    begin = 0
    for step in course.lead_in:
        above = step.rate is not None and step.rate.value > course.maintenance.value
        rate = course.maintenance if above else step.rate
        end = begin + step.minutes
        rows.append((_days(begin, end), "pause" if rate is None else str(rate), "lead-in"))
        begin = end
    last = course.cycle_minutes
    rows.append((_days(begin, last), str(course.maintenance), f"maintenance, {course.first}"))
    if course.cycles > 1:
        cycles = listed([str(number) for number in range(2, course.cycles + 1)])
        rows.append((f"cycle {cycles}", str(course.maintenance), str(course.later)))
    return [Grid(f"Rates of {course.drug}", ("Days", "Rate", "Part"), tuple(rows), (1.4, 1.4, 2))]


def _days(begin: int, end: int) -> str:
    """Return from which day to which, counted from 1."""
    first, last = begin // DAY + 1, -(-end // DAY)
    return f"day {first}" if first >= last else f"days {first} to {last}"


def _monitoring(protocol: Protocol, _data: Data) -> list[Part]:
    looks = protocol.monitoring
    if looks is None:
        return [Text("The protocol sets no monitoring.")]
    rows = [
        ("Temperature, pulse, blood pressure, oxygen", every_in_words(looks.vitals)),
        ("ICE score and neurological look", every_in_words(looks.neurology)),
        ("Laboratory tests", every_in_words(looks.labs)),
    ]
    if looks.marrow_days:
        days = listed([str(day) for day in looks.marrow_days])
        rows.append(("Marrow", f"day {days} of each cycle"))
    if looks.continuous:
        rows.append(("Monitor", "calls at once when a limit is crossed"))
    return [Grid("", ("What", "How often"), tuple(rows), (1, 1))]


def _first_actions(protocol: Protocol, data: Data) -> list[Part]:
    parts: list[Part] = []
    for each in data["first_action"]:
        parts += [Heading(each["sign"], 2), Items(tuple(each["steps"]), "steps")]
        found = rules_named(protocol, each["rules"])
        said_of = "; ".join(
            f"**{rule.name}**: {'; '.join(action.text for action in rule.do)}" for rule in found
        )
        if said_of:
            parts.append(Text(f"By the protocol: {said_of}.", "small", tuple(each["sources"])))
    return parts


def _table(criteria: Criteria) -> list[Part]:
    scale = SCALES[criteria.scale]
    rows = tuple((str(grade), *cells) for grade, cells in criteria.grades.items())
    widths = (0.9, *(1.6 for _ in criteria.domains))
    return [
        Grid(scale.name, ("Grade", *criteria.domains), rows, widths),
        Items(criteria.rules),
        Text(f"{scale.source}; {scale.read}.", "small"),
    ]


def _crs_table(_protocol: Protocol, _data: Data) -> list[Part]:
    return _table(CRS_CRITERIA)


def _icans_table(_protocol: Protocol, _data: Data) -> list[Part]:
    return _table(ICANS_CRITERIA)


def _rules(protocol: Protocol, kind: Kind) -> list[Part]:
    found = [rule for rule in protocol.rules if is_about(rule, kind)]
    if not found:
        return [Text("The protocol has no such rule.")]
    note = [Text(protocol.policy_notice, "evidence")] if protocol.policy_notice else []
    return [*note, rule_grid(found)]


def _crs_rules(protocol: Protocol, _data: Data) -> list[Part]:
    return _rules(protocol, "CRS")


def _icans_rules(protocol: Protocol, _data: Data) -> list[Part]:
    return _rules(protocol, "ICANS")


def _other_rules(protocol: Protocol, _data: Data) -> list[Part]:
    found = [rule for rule in protocol.rules if kind_of(rule) == "other"]
    return [rule_grid(found)] if found else [Text("The protocol has no other rules.")]


def _ice_sheet(_protocol: Protocol, _data: Data) -> list[Part]:
    blank = ("",) * _SCORES
    rows = [(ICE_TASKS[item], str(most), "", *blank) for item, most in ICE_ITEMS.items()]
    total = str(sum(ICE_ITEMS.values()))
    rows += [("Total", total, "", *blank), ("Date, time, initials", "", "", *blank)]
    header = ("Ask", "Points", "Baseline", *(str(i) for i in range(1, _SCORES + 1)))
    widths = (3.4, 1, 1.3, *(1 for _ in blank))
    return [Grid("ICE sheet", header, tuple(rows), widths, "tall")]


def _caps(protocol: Protocol, _data: Data) -> list[Part]:
    if not protocol.drugs:
        return [Text("The protocol sets no caps.")]
    items = (caps_in_words(limit).partition(": ") for limit in protocol.drugs)
    return [Items(tuple(f"**{name}**: {caps}" for name, _, caps in items))]


def _restart(protocol: Protocol, _data: Data) -> list[Part]:
    if not protocol.restart:
        return [Text("The protocol has no table for that. Ask the doctor.")]
    rows = tuple((row.gap, "yes" if row.premedicate else "no", row.at) for row in protocol.restart)
    return [Grid("", ("Without drug for", "Premedicate", "Go on"), rows)]


def _words(protocol: Protocol, data: Data) -> list[Part]:
    conditions = [rule.when for rule in protocol.rules]
    conditions += [rule.resume_when for rule in protocol.rules if rule.resume_when is not None]
    read = dict.fromkeys(name for each in conditions for name in each.quantities)
    rows = [(each["word"], each["means"]) for each in data["word"]]
    for name in read:
        quantity = QUANTITIES.get(name)
        if quantity is not None and quantity.kind in {"vital", "lab", "grade", "state", "flag"}:
            unit = f", in {quantity.unit}" if quantity.unit else ""
            rows.append((name.replace("_", " "), f"{quantity.definition}{unit}"))
    return [Grid("", ("Word", "What it means here"), tuple(rows), (1, 3))]


NURSE_INSERTS = {
    "glance": _glance,
    "premedication": _premedication,
    "course": _course,
    "monitoring": _monitoring,
    "first_actions": _first_actions,
    "crs_table": _crs_table,
    "crs_rules": _crs_rules,
    "ice_sheet": _ice_sheet,
    "icans_table": _icans_table,
    "icans_rules": _icans_rules,
    "caps": _caps,
    "restart": _restart,
    "other_rules": _other_rules,
    "words": _words,
}
"""By the name that the texts use."""
