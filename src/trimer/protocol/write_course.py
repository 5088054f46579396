# SPDX-License-Identifier: Apache-2.0
"""Write a course and what surrounds it as TOML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trimer.protocol.action import Give
from trimer.protocol.drugs import said
from trimer.protocol.monitoring import AT_HOME_FROM_DAY_8, NO_BAG_CHANGE
from trimer.protocol.policy import read_policy
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimer.protocol.course import Course
    from trimer.protocol.limits import DrugLimits
    from trimer.protocol.monitoring import Every, Monitoring, Pump
    from trimer.protocol.protocol import Protocol
    from trimer.protocol.restart import RestartRow
    from trimer.protocol.rule import Rule


def course_lines(protocol: Protocol) -> list[str]:
    """Return the lines of a protocol after its note, with every rule."""
    lines = []
    if protocol.policy:
        lines.append(f"rules_from = {quoted(protocol.policy)}")
    if protocol.policy_notice:
        lines.append(f"notice = {quoted(protocol.policy_notice)}")
    lines += _course(protocol)
    lines += _rules(protocol.rules)
    lines += _restart(protocol.restart)
    return lines + [line for limit in protocol.drugs for line in _limits(limit)]


def policy_lines(protocol: Protocol) -> list[str]:
    """Return the lines of a protocol that leaves to its policy what is the same there."""
    policy = read_policy(protocol.policy)
    usual = {rule.name: rule for rule in policy.rules}
    kept = _in_order(protocol.rules, list(usual))
    changed = [rule for rule in protocol.rules[:kept] if usual[rule.name] != rule]
    changed += protocol.rules[kept:]
    names = {rule.name for rule in protocol.rules[:kept]}
    left = [name for name in usual if name not in names]
    caps = {limit.drug: limit for limit in policy.drugs}
    lines = [f"policy = {quoted(protocol.policy)}"]
    if protocol.policy_notice != policy.notice:
        lines.append(f"notice = {quoted(protocol.policy_notice)}")
    if left:
        lines.append(f"leave_out = {_list(left)}")
    lines += _course(protocol) + _rules(changed)
    if protocol.restart != policy.restart:
        lines += _restart(protocol.restart)
    different = [limit for limit in protocol.drugs if caps.get(limit.drug) != limit]
    return lines + [line for limit in different for line in _limits(limit)]


def _in_order(rules: Sequence[Rule], names: Sequence[str]) -> int:
    """Return how many of the first rules stand in the order of these names."""
    last = -1
    for number, rule in enumerate(rules):
        place = names.index(rule.name) if rule.name in names else -1
        if place <= last:
            return number
        last = place
    return len(rules)


def quoted(text: str) -> str:
    """Return text as a TOML string."""
    # A TOML string is a JSON string, except that it has to escape the delete character too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _course(protocol: Protocol) -> list[str]:
    course = protocol.course
    assert course is not None  # noqa: S101 (written only then)
    lines = [
        "", "[course]", f"drug = {quoted(course.drug)}",
        f"maintenance = {quoted(str(course.maintenance))}", f"cycles = {course.cycles}",
        f"cycle_days = {course.cycle_minutes // DAY}",
        f"first_cycle = {quoted(str(course.first))}",
        f"later_cycles = {quoted(str(course.later))}", *_lead_in(course),
    ]  # fmt: skip
    for p in protocol.premedication:
        give = quoted(f"{said(p.drug)} {p.amount}")
        lines += ["", "[[premedication]]", f"give = {give}", f"when = {quoted(p.when)}"]
    if protocol.monitoring is not None:
        lines += _monitoring(protocol.monitoring)
    if protocol.hospital != AT_HOME_FROM_DAY_8:
        lines += ["", "[hospital]", f"order = {quoted(protocol.hospital.order)}"]
        lines.append(f"no_discharge_before_day = {protocol.hospital.first_discharge_day}")
    if protocol.pump != NO_BAG_CHANGE:
        lines += _pump(protocol.pump)
    if protocol.start_requires:
        lines += ["", "[start]", f"requires = {_list(protocol.start_requires)}"]
    for allowance in protocol.allow:
        lines += ["", "[[allow]]", f"what = {quoted(allowance.what)}"]
        lines.append(f"reason = {quoted(allowance.reason)}")
    return lines


def _lead_in(course: Course) -> list[str]:
    lines = []
    for step in course.lead_in:
        days, rest = divmod(step.minutes, DAY)
        lines += ["", "[[lead_in]]"]
        if step.rate is not None:
            lines.append(f"rate = {quoted(str(step.rate))}")
        whole, other = ("pause_days", "pause") if step.rate is None else ("days", "for")
        lines.append(
            f"{other} = {quoted(duration_text(step.minutes))}" if rest else f"{whole} = {days}"
        )
    return lines


def _monitoring(monitoring: Monitoring) -> list[str]:
    lines = ["", "[monitoring]"]
    orders = ("vitals", "neurology", "labs")
    lines += [f"{name} = {_every(getattr(monitoring, name))}" for name in orders]
    if monitoring.marrow_days:
        lines.append(f"marrow_days = {list(monitoring.marrow_days)}")
    if monitoring.continuous:
        lines.append("continuous = true")
    return lines


def _every(found: Sequence[Every]) -> str:
    texts = [every.text for every in found]
    return quoted(texts[0]) if len(texts) == 1 else _list(texts)


def _pump(pump: Pump) -> list[str]:
    lines = ["", "[pump]"]
    if pump.bag_change_minutes is not None:
        lines.append(f"bag_change = {quoted(f'every {duration_text(pump.bag_change_minutes)}')}")
    return [*lines, f"change_takes = {quoted(duration_text(pump.change_minutes))}"]


def _rules(rules: Iterable[Rule]) -> list[str]:
    lines = []
    for rule in rules:
        do = [action.written if isinstance(action, Give) else action.text for action in rule.do]
        lines += ["", "[[rule]]", f"name = {quoted(rule.name)}", f"when = {quoted(rule.when.text)}"]
        lines.append(f"do = {quoted(do[0]) if len(do) == 1 else _list(do)}")
        if rule.resume_when is not None:
            lines.append(f"resume_when = {quoted(rule.resume_when.text)}")
        for key in ("resume", "basis", "source"):
            value = getattr(rule, key)
            if value:
                lines.append(f"{key} = {quoted(value)}")
    return lines


def _restart(rows: Iterable[RestartRow]) -> list[str]:
    lines = []
    for row in rows:
        lines += ["", "[[restart]]", f"gap = {quoted(row.gap)}"]
        lines += ["premedicate = true"] if row.premedicate else []
        lines.append(f"at = {quoted(row.at)}")
    return lines


def _limits(limit: DrugLimits) -> list[str]:
    lines = ["", f"[drugs.{limit.drug}]"]
    if limit.dose is not None:
        lines.append(f"dose = {quoted(str(limit.dose))}")
    if limit.small_kg is not None and limit.small_dose is not None:
        lines.append(f"under_{limit.small_kg:g}_kg = {quoted(str(limit.small_dose))}")
    if limit.max_dose is not None:
        lines.append(f"max = {quoted(str(limit.max_dose))}")
    if limit.apart_minutes is not None:
        lines.append(f"apart = {quoted(duration_text(limit.apart_minutes))}")
    counts = {"in_24_h": limit.in_24_h, "in_all": limit.in_all}
    return lines + [f"{key} = {number}" for key, number in counts.items() if number is not None]
