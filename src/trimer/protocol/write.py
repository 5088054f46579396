# SPDX-License-Identifier: Apache-2.0
"""Write a protocol as TOML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trimer.protocol.days import day_text

if TYPE_CHECKING:
    from fractions import Fraction

    from trimer.protocol.protocol import Protocol


def to_toml(protocol: Protocol) -> str:
    """Return a protocol as the text of a TOML file, which `read_protocol` reads back unchanged.

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
    lines = [f"name = {_quoted(protocol.name)}"]
    if protocol.title:
        lines.append(f"title = {_quoted(protocol.title)}")
    if protocol.sources:
        lines.append(f"sources = [{', '.join(map(_quoted, protocol.sources))}]")
    if protocol.note:
        lines.append(f"note = {_quoted(protocol.note)}")
    ends: dict[str, Fraction] = {}
    for infusion in protocol.infusions:
        drug, rate = _quoted(infusion.drug), _quoted(str(infusion.rate))
        lines += ["", "[[infuse]]", f"drug = {drug}", f"rate = {rate}"]
        if infusion.start != ends.get(infusion.drug, 0):
            lines.append(f'start = "day {day_text(infusion.start)}"')
        lines.append(f"days = {day_text(infusion.length)}")
        ends[infusion.drug] = infusion.end
    for dose in protocol.doses:
        drug, amount = _quoted(dose.drug), _quoted(str(dose.amount))
        lines += ["", "[[give]]", f"drug = {drug}", f"dose = {amount}"]
        lines.append(f'at = "day {day_text(dose.at)}"')
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    # A TOML string is a JSON string, except that it has to escape the delete character too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
