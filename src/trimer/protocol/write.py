# SPDX-License-Identifier: Apache-2.0
"""Write a protocol as TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.protocol.days import day_text
from trimer.protocol.write_course import course_lines, policy_lines, quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from trimer.protocol.protocol import Protocol


def to_toml(protocol: Protocol, *, by_policy: bool = False) -> str:
    """Return a protocol as the text of a TOML file, which `read_protocol` reads back unchanged.

    Parameters
    ----------
    protocol : Protocol
        What is written.
    by_policy : bool
        Whether the rules of its policy are left to the policy, so that only what differs is
        written. Otherwise the file has every rule itself, and keeps its meaning when the policy
        changes.

    Examples
    --------
    >>> from trimer.protocol import Protocol
    >>> print(to_toml(Protocol("flat").infuse("500 ng/kg/day", days=28)))
    name = "flat"
    <BLANKLINE>
    [[infuse]]
    drug = "flotetuzumab"
    rate = "500 ng/kg/day"
    days = 28
    <BLANKLINE>
    """
    lines = _head(protocol)
    if protocol.course is None:
        lines += _schedule(protocol)
    elif by_policy and protocol.policy:
        lines += policy_lines(protocol)
    else:
        lines += course_lines(protocol)
    return "\n".join([*lines, ""])


def _head(protocol: Protocol) -> list[str]:
    lines = [f"name = {quoted(protocol.name)}"]
    if protocol.title:
        lines.append(f"title = {quoted(protocol.title)}")
    if protocol.sources:
        lines.append(f"sources = [{', '.join(map(quoted, protocol.sources))}]")
    if protocol.note:
        lines.append(f"note = {quoted(protocol.note)}")
    return lines


def _schedule(protocol: Protocol) -> list[str]:
    lines = []
    ends: dict[str, Fraction] = {}
    for infusion in protocol.infusions:
        drug, rate = quoted(infusion.drug), quoted(str(infusion.rate))
        lines += ["", "[[infuse]]", f"drug = {drug}", f"rate = {rate}"]
        if infusion.start != ends.get(infusion.drug, 0):
            lines.append(f'start = "day {day_text(infusion.start)}"')
        lines.append(f"days = {day_text(infusion.length)}")
        ends[infusion.drug] = infusion.end
    for dose in protocol.doses:
        drug, amount = quoted(dose.drug), quoted(str(dose.amount))
        lines += ["", "[[give]]", f"drug = {drug}", f"dose = {amount}"]
        lines.append(f'at = "day {day_text(dose.at)}"')
    return lines
