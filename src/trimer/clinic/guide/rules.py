# SPDX-License-Identifier: Apache-2.0
"""Rules of a protocol as tables: the protocol's own text, with signs written out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from trimer.clinic.document import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.core.condition import Condition
    from trimer.protocol import Protocol
    from trimer.protocol.rule import Rule

Kind: TypeAlias = Literal["CRS", "ICANS", "other"]

# Written out: < and > are easily misread by hand and on screens.
_SIGNS = (
    (r"!=", "is not"), (r">=", "at least"), (r"<=", "at most"), (r">", "above"), (r"<", "below"),
    (r"(?<![a-z])=", "is"), (r"(\w)_(\w)", r"\1 \2"),
)  # fmt: skip

_RESCUE = {"tocilizumab", "dexamethasone", "methylprednisolone"}
"""A rule that counts doses of these belongs to what they were begun for."""


def in_plain_words(condition: Condition) -> str:
    """Return a condition with its signs written out.

    Examples
    --------
    >>> from trimer.core.condition import parse
    >>> in_plain_words(parse("CRS >= 2 or severe_CRS_events >= 2 and MAP < 65 mmHg"))
    'CRS at least 2 or severe CRS events at least 2 and MAP below 65 mmHg'
    """
    text = str(condition)
    for sign, word in _SIGNS:
        text = re.sub(sign, word, text)
    return text


def kind_of(rule: Rule) -> Kind:
    """Return what a rule is about, by what its condition reads."""
    read = rule.when.quantities
    if any("CRS" in name or name in _RESCUE for name in read):
        return "CRS"
    if any(name.startswith("IC") for name in read):
        return "ICANS"
    return "other"


def is_about(rule: Rule, kind: Kind) -> bool:
    """Whether a rule belongs to a kind; one on both CRS and ICANS belongs to both."""
    return kind_of(rule) == kind or (kind == "ICANS" and "ICANS" in rule.when.quantities)


def rule_grid(rules: Sequence[Rule], caption: str = "") -> Grid:
    """Return rules as a table."""
    header = ("Rule", "When", "Do", "Go on", "From")
    return Grid(caption, header, tuple(_row(rule) for rule in rules), (1.8, 2.3, 1.9, 1.7, 1.6))


def rules_named(protocol: Protocol, names: Sequence[str]) -> list[Rule]:
    """Return the rules of these names that a protocol has."""
    return [rule for rule in protocol.rules if rule.name in names]


def _row(rule: Rule) -> tuple[str, ...]:
    done = "; ".join(action.text for action in rule.do)
    go_on = "" if rule.resume_when is None else in_plain_words(rule.resume_when)
    if rule.resume is not None:
        go_on += f"; {rule.resume}"
    came = "; ".join(mark for mark in (rule.basis, rule.source) if mark) or "the protocol"
    return (rule.name, in_plain_words(rule.when), done, go_on.strip("; "), came)
