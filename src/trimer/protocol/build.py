# SPDX-License-Identifier: Apache-2.0
"""Make the parts of a protocol from text, for the methods of `Protocol`.

Everything is read by the same functions as in a file, so that both ways give the same object.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from trimer.core.condition import parse
from trimer.core.errors import Problems, ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.course import Course, LeadIn, Pattern, parse_pattern
from trimer.protocol.days import as_duration
from trimer.protocol.dose import parse_rate
from trimer.protocol.drugs import dose_of, drug_and_dose, drug_named
from trimer.protocol.limits import Allowance, DrugLimits
from trimer.protocol.monitoring import (
    Hospital,
    Monitoring,
    Pump,
    parse_every,
    parse_interval,
    parse_order,
)
from trimer.protocol.policy import read_policy
from trimer.protocol.premedication import Premedication, parse_when
from trimer.protocol.read_rules import all_actions, as_count
from trimer.protocol.restart import RESUME, RestartRow, parse_at, parse_gap
from trimer.protocol.rule import Rule, rule_problems
from trimer.protocol.schedule import as_line
from trimer.protocol.steps import as_drug
from trimer.protocol.tables import word
from trimer.protocol.times import DAY, minutes_of, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import SupportsFloat

    from trimer.protocol.protocol import Protocol
    from trimer.protocol.restart import At
    from trimer.protocol.rule import Resume


def step(rate: str, days: SupportsFloat, where: str) -> LeadIn:
    """Return a step of a lead-in; the rate ``"pause"`` is a planned pause."""
    minutes = minutes_of(as_duration(days, where), where)
    return LeadIn(None if rate == "pause" else parse_rate(rate, where), minutes)


def maintained(
    old: Course | None, lead_in: tuple[LeadIn, ...], rate: str, drug: str, where: str
) -> Course:
    """Return a course with this drug and maintenance rate."""
    rate_read, named = parse_rate(rate, where), as_drug(drug, where)
    if old is not None:
        return replace(old, drug=named, maintenance=rate_read)
    always = Pattern(28 * DAY)
    return Course(named, lead_in, rate_read, 28 * DAY, 1, always, always)


def cycled(
    course: Course, number: int, days: int | None, first: str | None, later: str | None, where: str
) -> Course:
    """Return a course with these cycles; what is None stays as it is."""
    length = course.cycle_minutes if days is None else as_count(days, where) * DAY

    def pattern(text: str | None, old: Pattern) -> Pattern:
        return parse_pattern(str(old) if text is None else text, where, length)

    return replace(
        course,
        cycle_minutes=length,
        cycles=as_count(number, where),
        first=pattern(first, course.first),
        later=pattern(later, course.later),
    )


def premedication(dose: str, when: str, where: str) -> Premedication:
    """Return premedication."""
    return Premedication(*drug_and_dose(dose, where), *parse_when(when, where))


def monitoring(
    every: tuple[str | Sequence[str], ...], marrow_days: Sequence[int], where: str
) -> Monitoring:
    """Return what is looked at when: vital signs, neurology, laboratory."""
    vitals, neurology, labs = (
        parse_every(list(texts) if isinstance(texts, tuple) else texts, where) for texts in every
    )
    days = marrow_days if isinstance(marrow_days, (list, tuple)) else [marrow_days]
    return Monitoring(vitals, neurology, labs, tuple(sorted({as_count(d, where) for d in days})))


def hospital(order: str, day: int, where: str) -> Hospital:
    """Return where patients are treated, and from which day on they may go home."""
    return Hospital(parse_order(order, where), as_count(day, where))


def pump(change: str, takes: str, where: str) -> Pump:
    """Return what a pump needs."""
    return Pump(parse_interval(change, where), parse_duration(takes, where))


def rule(
    protocol: Protocol,
    name: str,
    when: str,
    do: str | Sequence[str],
    resume_when: str | None,
    resume: str | None,
    basis: str,
    source: str,
) -> Rule:
    """Return a rule, or refuse one that is wrong by itself."""
    where = f"protocol '{protocol.name}', rule '{name}'"
    for text in (name, basis, source):
        as_line(text, where, empty=text is not name)
    usual = {limit.drug: limit.dose for limit in protocol.drugs if limit.dose is not None}
    if resume is not None and resume not in RESUME:
        raise ProtocolError(
            f"Unknown way to resume in {where}: got {shown(resume)}."
            f"{did_you_mean(word(resume), RESUME)}"
        )
    made = Rule(
        name,
        parse(when, where),
        all_actions([do] if isinstance(do, str) else list(do), where, usual),
        None if resume_when is None else parse(resume_when, where),
        cast("Resume | None", resume),
        basis,
        source,
        where,
    )
    if problems := rule_problems(made):
        raise Problems(problems)
    return made


def left(rules: Sequence[Rule], names: Iterable[str], where: str) -> tuple[Rule, ...]:
    """Return the rules that are not called so.

    Raises
    ------
    ProtocolError
        If there is no rule of one of the names.
    """
    known = [rule.name for rule in rules]
    gone = set(names)
    for name in gone - set(known):
        raise ProtocolError(
            f"Unknown rule to leave out in {where}: got {shown(name)}."
            f"{did_you_mean(word(name), known)}"
        )
    return tuple(rule for rule in rules if rule.name not in gone)


def restart(table: Mapping[str, str], where: str) -> tuple[RestartRow, ...]:
    """Return a restart table, by the length of the gap."""
    rows = []
    for gap, text in table.items():
        first, _, rest = str(text).rpartition(", ")
        if first not in {"", "premedicate"}:
            raise ProtocolError(
                f"Wrong restart in {where}: got {shown(text)}; only premedication comes before it. "
                'Write it like "premedicate, same rate".'
            )
        at = cast("At", parse_at(rest, where))
        rows.append(RestartRow(*parse_gap(gap, where), first == "premedicate", at))
    return tuple(sorted(rows, key=lambda row: row.from_minutes))


def limited(
    drugs: Sequence[DrugLimits],
    name: str,
    amounts: tuple[str | None, str | None, str | None],
    counts: tuple[int | None, int | None],
    small: tuple[int, str] | None,
    where: str,
) -> tuple[DrugLimits, ...]:
    """Return caps with those of one drug changed."""
    drug = drug_named(name, where)
    found = {limit.drug: limit for limit in drugs}
    dose, most, apart = amounts
    given = {
        "dose": None if dose is None else dose_of(drug, dose, where),
        "max_dose": None if most is None else dose_of(drug, most, where),
        "apart_minutes": None if apart is None else parse_duration(apart, where),
        "in_24_h": None if counts[0] is None else as_count(counts[0], where),
        "in_all": None if counts[1] is None else as_count(counts[1], where),
        "small_kg": None if small is None else float(as_count(small[0], where)),
        "small_dose": None if small is None else dose_of(drug, small[1], where),
    }
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    found[drug] = replace(found.get(drug, DrugLimits(drug)), **changes)
    return tuple(found.values())


def on_policy(protocol: Protocol, name: str) -> dict[str, Any]:
    """Return the fields of a protocol that begins with a policy."""
    policy = read_policy(name, f"protocol '{protocol.name}'")
    rules = {rule.name: rule for rule in policy.rules}
    rules |= {rule.name: rule for rule in protocol.rules}
    drugs = {limit.drug: limit for limit in policy.drugs}
    drugs |= {limit.drug: limit.over(drugs.get(limit.drug)) for limit in protocol.drugs}
    return {
        "rules": tuple(rules.values()),
        "restart": protocol.restart or policy.restart,
        "drugs": tuple(drugs.values()),
        "policy": policy.name,
        "policy_notice": policy.notice,
    }


def allowance(what: str, reason: str, name: str) -> Allowance:
    """Return a limit that may be passed, with its reason."""
    if not isinstance(reason, str) or not reason.strip():
        raise ProtocolError(
            f"Missing reason in protocol '{name}': got {shown(reason)} for allowing '{what}'; a "
            "limit is passed for a reason. Write it in words."
        )
    where = f"protocol '{name}', what is allowed"
    return Allowance(as_line(what, where, empty=False), as_line(reason, where))
