# SPDX-License-Identifier: Apache-2.0
"""Read the closed-loop part of a protocol: course, premedication, monitoring, rules, restart.

::

    policy = "trimer-default"              # rules, restart table and drug caps to begin with

    [course]
    drug = "flotetuzumab"
    maintenance = "500 ng/kg/day"
    cycles = 2
    cycle_days = 28
    first_cycle = "continuous"             # after the lead-in; or "4 days on, 3 days off"
    later_cycles = "continuous"

    [[lead_in]]
    rate = "30 ng/kg/day"                  # or pause_days = 3
    days = 1

    [[premedication]]
    give = "dexamethasone 10 mg"
    when = "30 min before first dose"

    [monitoring]
    vitals = "every 4 h"

    [[rule]]
    name = "CRS grade 2"
    when = "CRS >= 2"
    do = ["hold", "tocilizumab"]
    resume_when = "CRS <= 1"
    resume = "one step back"

A rule of the file takes the place of the policy's rule of the same name; ``leave_out`` removes
some of the policy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.course import Course, LeadIn, parse_pattern
from trimer.protocol.days import as_duration
from trimer.protocol.dose import parse_amount, parse_rate
from trimer.protocol.drugs import DRUGS, drug_and_dose, drug_named
from trimer.protocol.limits import Allowance
from trimer.protocol.monitoring import (
    Hospital,
    Monitoring,
    Pump,
    parse_every,
    parse_interval,
    parse_order,
)
from trimer.protocol.policy import Policy, read_policy
from trimer.protocol.premedication import Premedication, parse_when
from trimer.protocol.read_rules import (
    RULE_KEYS,
    as_count,
    as_truth,
    read_limits,
    read_restart,
    read_rules,
)
from trimer.protocol.steps import as_drug
from trimer.protocol.times import minutes_of, parse_duration

if TYPE_CHECKING:
    from trimer.protocol.tables import Table, Tables

KEYS = (
    "policy", "rules_from", "notice", "leave_out", "course", "lead_in", "premedication",
    "monitoring", "hospital", "pump", "start", "allow", *RULE_KEYS,
)  # fmt: skip
"""Keys of the closed-loop part."""

_COURSE = ("drug", "maintenance", "cycles", "cycle_days", "first_cycle", "later_cycles")
_MONITORING = ("vitals", "neurology", "labs", "marrow_days", "continuous")


def read_closed_loop(reader: Tables) -> dict[str, Any] | None:
    """Return the fields of a protocol that is followed on a ward, None of any other.

    What is wrong is added to the reader's problems.
    """
    data = reader.document.data
    table = reader.table("course", _COURSE)
    if table is None:
        for key in KEYS:
            if key in data and key != "course":
                reader.problems.append(
                    f"No course in {reader.where()}: got '{key}', which belongs to a course. "
                    "Add a table [course]."
                )
                break
        return None
    policy = reader.optional(data, (), "policy", read_policy)
    limits = {limit.drug: limit for limit in (policy.drugs if policy else ())}
    limits |= {limit.drug: limit.over(limits.get(limit.drug)) for limit in read_limits(reader)}
    usual = {drug: limit.dose for drug, limit in limits.items() if limit.dose is not None}
    if "policy" in data and policy is None:  # it may have had the doses that are missing
        usual = dict.fromkeys(DRUGS, parse_amount("1 mg")) | usual
    rules = {rule.name: rule for rule in (policy.rules if policy else ())}
    for name in reader.optional(data, (), "leave_out", _names) or ():
        if rules.pop(name, None) is None:
            reader.problems.append(
                f"Unknown rule to leave out in {reader.where('leave_out')}: got {shown(name)}."
                f"{did_you_mean(name, rules)}"
            )
    rules |= {rule.name: rule for rule in read_rules(reader, usual)}
    start = reader.table("start", ("requires",)) or {}
    requires = reader.optional(start, ("start",), "requires", _drugs) or ()
    premedication = reader.unless_wrong(lambda: _premedication(reader), None)
    return {
        "course": reader.unless_wrong(lambda: _course(reader, table), None),
        "premedication": premedication or (),
        "monitoring": _monitoring(reader),
        "hospital": _hospital(reader),
        "pump": _pump(reader),
        "start_requires": () if premedication is None else requires,
        "rules": tuple(rules.values()),
        "restart": read_restart(reader) or (policy.restart if policy else ()),
        "drugs": tuple(limits.values()),
        "allow": _allowances(reader),
        "policy": _policy_name(reader, policy),
        "policy_notice": reader.field(data, (), "notice", _text, policy.notice if policy else "")
        or "",
    }


def _policy_name(reader: Tables, policy: Policy | None) -> str:
    """Return the name of the policy that the rules began with."""
    name = reader.field(reader.document.data, (), "rules_from", _text, "") or ""
    if name and policy:
        reader.problems.append(
            f"Two policies in {reader.where('rules_from')}: got both policy, which is read, and "
            "rules_from, which only names where the rules of the file are from. Remove one."
        )
    return policy.name if policy else name


def _course(reader: Tables, table: Table) -> Course | None:
    path = ("course",)
    drug = reader.field(table, path, "drug", as_drug, example='drug = "flotetuzumab"')
    rate = reader.field(
        table, path, "maintenance", parse_rate, example='maintenance = "500 ng/kg/day"'
    )
    cycles = reader.field(table, path, "cycles", as_count, 1)
    days = reader.field(table, path, "cycle_days", as_count, 28)
    lead_in = _lead_in(reader)
    if drug is None or rate is None or not cycles or not days:
        return None
    length = days * 1440

    def pattern(text: object, where: str) -> Any:  # noqa: ANN401 (a pattern)
        return parse_pattern(text, where, length)

    usual = parse_pattern("continuous", "", length)
    first = reader.field(table, path, "first_cycle", pattern, usual)
    later = reader.field(table, path, "later_cycles", pattern, usual)
    return Course(drug, lead_in, rate, length, cycles, first or usual, later or usual)


def _lead_in(reader: Tables) -> tuple[LeadIn, ...]:
    steps = []
    for i, table in reader.tables("lead_in", ("rate", "days", "for", "pause_days", "pause")):
        path = ("lead_in", i)
        lengths = [key for key in _LENGTHS if key in table]
        pauses = any(key.startswith("pause") for key in lengths)
        if len(lengths) > 1 or (pauses and "rate" in table):
            found = ", ".join(key for key in table if key in ("rate", *_LENGTHS))
            reader.problems.append(
                f"Two meanings in {reader.where(*path)}: got {found}; a step of the lead-in is a "
                "rate and how long it runs, or a pause. Make two steps."
            )
            continue
        rate = None
        if not pauses:
            rate = reader.field(table, path, "rate", parse_rate, example='rate = "30 ng/kg/day"')
        key = lengths[0] if lengths else "days"
        minutes = reader.field(table, path, key, _LENGTHS[key], example="days = 1")
        if minutes is not None and (pauses or rate is not None):
            steps.append(LeadIn(rate, minutes))
    return tuple(steps)


def _premedication(reader: Tables) -> tuple[Premedication, ...]:
    found = []
    for i, table in reader.tables("premedication", ("give", "when")):
        path = ("premedication", i)
        dose = reader.field(
            table, path, "give", drug_and_dose, example='give = "dexamethasone 10 mg"'
        )
        when = reader.field(
            table, path, "when", parse_when, example='when = "30 min before first dose"'
        )
        if dose is not None and when is not None:
            found.append(Premedication(*dose, *when))
    return tuple(found)


def _monitoring(reader: Tables) -> Monitoring | None:
    table = reader.table("monitoring", _MONITORING)
    if table is None:
        reader.complain_missing("monitoring", (), '[monitoring] and vitals = "every 4 h"')
        return None
    path = ("monitoring",)
    vitals = reader.field(table, path, "vitals", parse_every, example='vitals = "every 4 h"')
    usual = Monitoring(vitals or ())
    monitoring = Monitoring(
        usual.vitals,
        reader.field(table, path, "neurology", parse_every, usual.neurology) or (),
        reader.field(table, path, "labs", parse_every, usual.labs) or (),
        reader.field(table, path, "marrow_days", _days, usual.marrow_days) or (),
        bool(reader.field(table, path, "continuous", as_truth, default=False)),
    )
    return None if vitals is None else monitoring


def _hospital(reader: Tables) -> Hospital:
    table = reader.table("hospital", ("order", "no_discharge_before_day"))
    if table is None:
        return Hospital()
    path = ("hospital",)
    order = reader.field(table, path, "order", parse_order, "inpatient") or "inpatient"
    day = reader.field(table, path, "no_discharge_before_day", as_count, 8) or 8
    return Hospital(order, day)


def _pump(reader: Tables) -> Pump:
    table = reader.table("pump", ("bag_change", "change_takes"))
    if table is None:
        return Pump()

    path = ("pump",)
    return Pump(
        reader.optional(table, path, "bag_change", parse_interval),
        reader.field(table, path, "change_takes", parse_duration, 0) or 0,
    )


def _allowances(reader: Tables) -> tuple[Allowance, ...]:
    found = []
    for i, table in reader.tables("allow", ("what", "reason")):
        path = ("allow", i)
        what = reader.field(
            table, path, "what", _text, example='what = "first dose over 100 ng/kg/day"'
        )
        reason = reader.field(table, path, "reason", _text, example='reason = "historical cohort"')
        if what and reason:
            found.append(Allowance(what, reason))
    return tuple(found)


def _names(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ProtocolError(
        f"Wrong names in {where}: got {shown(value)}; they are a list of text. "
        'Write it like ["dexamethasone", "acetaminophen"].'
    )


def _drugs(value: object, where: str) -> tuple[str, ...]:
    return tuple(drug_named(name, where) for name in _names(value, where))


def _days(value: object, where: str) -> tuple[int, ...]:
    if isinstance(value, list):
        return tuple(sorted({as_count(day, where) for day in value}))
    return (as_count(value, where),)


def _whole_days(value: object, where: str) -> int:
    return minutes_of(as_duration(value, where), where)


def _length(text: object, where: str) -> int:
    minutes = parse_duration(text, where)
    if minutes < 1:
        raise ProtocolError(f"Wrong duration in {where}: got {shown(text)}; it is at least 1 min.")
    return minutes


_LENGTHS = {
    "days": _whole_days, "for": _length, "pause_days": _whole_days, "pause": _length,
}  # fmt: skip
"""Keys that say how long a step of the lead-in is."""


def _text(value: object, where: str) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ProtocolError(
        f"Wrong text in {where}: got {shown(value)}; it is one line of text. Write it in words."
    )
