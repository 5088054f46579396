# SPDX-License-Identifier: Apache-2.0
"""Premedication: what is given before the first dose, a cycle, a step, a restart, or after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from trimer.core.errors import ProtocolError
from trimer.core.shown import shown
from trimer.protocol.times import DAY, duration_text, parse_duration

if TYPE_CHECKING:
    from trimer.protocol.dose import Amount

Before = Literal["first dose", "cycle", "step", "restart"]

LONGEST = 7 * DAY
"""Longest time between premedication and what it belongs to, in **minutes**."""

_WHEN = re.compile(r"(.+?) (before|after) (first dose|each cycle|each step|restart)")
_BEFORE = {"first dose": "first dose", "each cycle": "cycle", "each step": "step",
           "restart": "restart"}  # fmt: skip
_WRITTEN = {short: text for text, short in _BEFORE.items()}


@dataclass(frozen=True, slots=True)
class Premedication:
    """A dose around something.

    Parameters
    ----------
    drug : str
        Its name.
    amount : Amount
        How much.
    before : {"first dose", "cycle", "step", "restart"}
        Around what; a cycle is any but the first, a step any rise of the rate.
    offset_minutes : int
        When, counted from it; negative is before.
    """

    drug: str
    amount: Amount
    before: Before
    offset_minutes: int

    @property
    def when(self) -> str:
        """As it is written: ``30 min before first dose``."""
        side = "after" if self.offset_minutes > 0 else "before"
        return f"{duration_text(abs(self.offset_minutes))} {side} {_WRITTEN[self.before]}"

    def __str__(self) -> str:
        return f"{self.drug} {self.amount}, {self.when}"


def parse_when(text: object, where: str) -> tuple[Before, int]:
    """Read ``"30 min before first dose"`` or ``"12 h after each step"``.

    Returns
    -------
    tuple of (str, int)
        Around what, and minutes counted from it.

    Raises
    ------
    ProtocolError
        When it is no such text.
    """
    match = _WHEN.fullmatch(" ".join(text.split())) if isinstance(text, str) else None
    if match is None:
        raise ProtocolError(
            f"Wrong time of premedication in {where}: got {shown(text)}; it is a duration before "
            'or after "first dose", "each cycle", "each step" or "restart". Write it like '
            '"30 min before first dose".'
        )
    minutes = parse_duration(match[1], where)
    if minutes > LONGEST:
        raise ProtocolError(
            f"Wrong time of premedication in {where}: got {shown(text)}; it is at most "
            f"{duration_text(LONGEST)} away. Write a shorter time."
        )
    sign = -1 if match[2] == "before" else 1
    return cast("Before", _BEFORE[match[3]]), sign * minutes
