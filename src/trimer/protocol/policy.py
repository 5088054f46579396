# SPDX-License-Identifier: Apache-2.0
"""Policies: rules, restart table and drug caps that many protocols share, in files of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import Problems, ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.core.toml import parse_toml
from trimer.protocol.read_rules import RULE_KEYS, read_limits, read_restart, read_rules
from trimer.protocol.restart import table_problems
from trimer.protocol.rule import clashes, rule_problems
from trimer.protocol.tables import Tables, word

if TYPE_CHECKING:
    from trimer.protocol.limits import DrugLimits
    from trimer.protocol.restart import RestartRow
    from trimer.protocol.rule import Rule

_HERE = Path(__file__).with_name("policies")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a ward does by default.

    Parameters
    ----------
    name : str
        Its name.
    notice : str
        What has to be said wherever it is shown.
    rules : tuple of Rule
        In the order in which they are judged and carried out.
    restart : tuple of RestartRow
        By the length of the gap.
    drugs : tuple of DrugLimits
        Caps.
    """

    name: str
    notice: str
    rules: tuple[Rule, ...]
    restart: tuple[RestartRow, ...]
    drugs: tuple[DrugLimits, ...]


def policy_names() -> tuple[str, ...]:
    """Return the names of the shipped policies."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


def read_policy(name: object, where: str = "") -> Policy:
    """Return a shipped policy.

    Raises
    ------
    ProtocolError
        If there is none of this name.
    """
    if not isinstance(name, str) or name not in policy_names():
        place = f" in {where}" if where else ""
        hint = did_you_mean(word(name), policy_names())
        raise ProtocolError(f"Unknown policy{place}: got {shown(name)}.{hint}")
    return _read(name)


@cache
def _read(name: str) -> Policy:
    """Read a policy, on top of the one it begins with, if any."""
    path = _HERE / f"{name}.toml"
    reader = Tables(parse_toml(path.read_text(encoding="utf-8"), Path(path.name), ProtocolError))
    data = reader.document.data
    reader.check_keys(data, (), ("name", "notice", "policy", *RULE_KEYS))
    base = read_policy(data["policy"], reader.where("policy")) if "policy" in data else None
    drugs = {limit.drug: limit for limit in (base.drugs if base else ())}
    drugs |= {limit.drug: limit.over(drugs.get(limit.drug)) for limit in read_limits(reader)}
    usual = {drug: limit.dose for drug, limit in drugs.items() if limit.dose is not None}
    rules = {rule.name: rule for rule in (base.rules if base else ())}
    rules |= {rule.name: rule for rule in read_rules(reader, usual)}
    restart = read_restart(reader) or (base.restart if base else ())
    reader.problems += [problem for rule in rules.values() for problem in rule_problems(rule)]
    reader.problems += clashes(list(rules.values()))
    reader.problems += table_problems(restart, reader.where("restart", 0))
    if reader.problems:
        raise Problems(reader.problems)
    notice = str(data["notice"])
    return Policy(name, notice, tuple(rules.values()), restart, tuple(drugs.values()))
