# SPDX-License-Identifier: Apache-2.0
"""Read rules, the restart table and the caps of drugs, of a protocol or of a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from trimer.core.condition import parse
from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.action import Action, parse_action
from trimer.protocol.drugs import dose_of, drug_named
from trimer.protocol.limits import DrugLimits
from trimer.protocol.restart import RESUME, RestartRow, parse_at, parse_gap
from trimer.protocol.rule import Rule
from trimer.protocol.tables import word
from trimer.protocol.times import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.protocol.dose import Amount
    from trimer.protocol.restart import At
    from trimer.protocol.rule import Resume
    from trimer.protocol.tables import Table, Tables

RULE_KEYS = ("rule", "restart", "drugs")
"""Keys that a protocol and a policy have in common."""

_RULE = ("name", "when", "do", "resume_when", "resume", "basis", "source")
_RESTART = ("gap", "premedicate", "at")
_SMALL = re.compile(r"under_[1-9]\d{0,2}_kg", re.ASCII)
MOST = 1000
"""Most cycles, days of a cycle, doses."""

_LIMITS = ("dose", "max", "apart", "in_24_h", "in_all")


def read_rules(reader: Tables, usual: Mapping[str, Amount]) -> list[Rule]:
    """Return the rules of a document; what is wrong is added to the reader's problems."""
    rules: list[Rule] = []
    for i, table in reader.tables("rule", _RULE):
        path = ("rule", i)
        name = reader.field(table, path, "name", _line, example='name = "CRS grade 2"')
        when = reader.field(table, path, "when", parse, example='when = "CRS >= 2"')

        def actions(value: object, where: str) -> tuple[Action, ...]:
            texts = value if isinstance(value, list) else [value]
            return all_actions(texts, where, usual)

        do = reader.field(table, path, "do", actions, example='do = ["hold", "tocilizumab"]')
        resume_when = reader.optional(table, path, "resume_when", parse)
        resume = reader.optional(table, path, "resume", _resume)
        basis = reader.field(table, path, "basis", _words, "") or ""
        source = reader.field(table, path, "source", _words, "") or ""
        wrong = ("resume_when" in table and not resume_when) or ("resume" in table and not resume)
        if name is None or when is None or do is None or wrong:
            continue
        where = reader.where(*path)
        if any(rule.name == name for rule in rules):
            reader.problems.append(
                f"Two rules of one name in {where}: got '{name}' twice. Rename one of them."
            )
        how = cast("Resume | None", resume)
        rules.append(Rule(name, when, do, resume_when, how, basis, source, where))
    return rules


def all_actions(texts: list[object], where: str, usual: Mapping[str, Amount]) -> tuple[Action, ...]:
    """Read every action, or say what is wrong with each."""
    done: list[Action] = []
    problems: list[str] = [] if texts else [f"Nothing to do in {where}: got []. Write an action."]
    for text in texts:
        try:
            done.append(parse_action(text, where, usual))
        except ProtocolError as problem:
            problems += problem.problems
    if problems:
        raise ProtocolError(*problems)
    return tuple(done)


def read_restart(reader: Tables) -> tuple[RestartRow, ...]:
    """Return the restart table of a document, by the length of the gap; empty if it is wrong."""
    return reader.unless_wrong(lambda: _restart(reader), ())


def _restart(reader: Tables) -> tuple[RestartRow, ...]:
    rows = []
    for i, table in reader.tables("restart", _RESTART):
        path = ("restart", i)
        gap = reader.field(table, path, "gap", parse_gap, example='gap = "4 h to 24 h"')
        at = reader.field(table, path, "at", parse_at, example='at = "same rate"')
        premedicate = reader.field(table, path, "premedicate", as_truth, default=False)
        if gap is not None and at is not None:
            rows.append(RestartRow(*gap, bool(premedicate), cast("At", at)))
    return tuple(sorted(rows, key=lambda row: row.from_minutes))


def read_limits(reader: Tables) -> list[DrugLimits]:
    """Return the caps ``[drugs.NAME]`` of a document."""
    data = reader.document.data.get("drugs", {})
    if not isinstance(data, dict):
        reader.problems.append(
            f"Wrong 'drugs' in {reader.where('drugs')}: got a {type(data).__name__}; each drug is "
            "a table. Begin it with [drugs.tocilizumab]."
        )
        return []
    found: dict[str, DrugLimits] = {}
    for name, table in data.items():
        try:
            drug = drug_named(name, reader.where("drugs", name))
        except ProtocolError as problem:
            reader.problems.append(str(problem))
            continue
        if not isinstance(table, dict) or drug in found:
            reader.problems.append(
                f"Wrong caps in {reader.where('drugs', name)}: got {shown(table)}; each drug is "
                f"one table. Begin it with [drugs.{drug}]."
            )
            continue
        found[drug] = _limit(reader, drug, ("drugs", name), table)
    return list(found.values())


def _limit(reader: Tables, drug: str, path: tuple[str, str], table: Table) -> DrugLimits:
    small = [key for key in table if _SMALL.fullmatch(key)]
    reader.check_keys(table, path, (*_LIMITS, *small, *([] if small else ["under_30_kg"])))
    if len(small) > 1:
        reader.problems.append(
            f"Two doses for small patients in {reader.where(*path, small[1])}: got {small[0]} and "
            f"{small[1]}; there is one. Remove one of them."
        )

    def dose(text: object, where: str) -> Amount:
        return dose_of(drug, text, where)

    return DrugLimits(
        drug,
        reader.optional(table, path, "dose", dose),
        float(small[0].split("_")[1]) if small else None,
        reader.optional(table, path, small[0], dose) if small else None,
        reader.optional(table, path, "max", dose),
        reader.optional(table, path, "apart", parse_duration),
        reader.optional(table, path, "in_24_h", as_count),
        reader.optional(table, path, "in_all", as_count),
    )


def _line(value: object, where: str) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ProtocolError(f"Wrong name in {where}: got {shown(value)}; it is one line of text.")


def _resume(value: object, where: str) -> str:
    if value in RESUME:
        return str(value)
    raise ProtocolError(
        f"Unknown way to resume in {where}: got {shown(value)}.{did_you_mean(word(value), RESUME)}"
    )


def _words(value: object, where: str) -> str:
    if isinstance(value, str) and value.isprintable():
        return value
    raise ProtocolError(f"Wrong text in {where}: got {shown(value)}; it is one line of text.")


def as_count(value: object, where: str) -> int:
    """Return a whole number from 1 to `MOST`, or refuse what is not."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST:
        return value
    raise ProtocolError(
        f"Wrong number in {where}: got {shown(value)}; it is a whole number from 1 to {MOST}. "
        "Write it like 2."
    )


def as_truth(value: object, where: str) -> bool:
    """Return true or false, or refuse what is neither."""
    if isinstance(value, bool):
        return value
    raise ProtocolError(f"Wrong value in {where}: got {shown(value)}; it is true or false.")
