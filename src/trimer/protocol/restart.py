# SPDX-License-Identifier: Apache-2.0
"""The restart table: how an infusion goes on after so long without drug."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.tables import word
from trimer.protocol.times import duration_text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

At = Literal["same rate", "one step back", "half rate", "from the start", "stop"]
RESUME = ("same rate", "one step back", "half rate", "from the start")
"""How an infusion may be resumed."""

_GAP = re.compile(r"under (?P<to>.+)|over (?P<over>.+)|(?P<low>.+?) to (?P<high>.+)|any")


@dataclass(frozen=True, slots=True)
class RestartRow:
    """One row: a gap of `from_minutes` up to, not including, `to_minutes`.

    Parameters
    ----------
    from_minutes : int
        Shortest gap.
    to_minutes : int or None
        Where the next row begins; None is no end.
    premedicate : bool
        Whether the premedication of a restart is given first.
    at : {"same rate", "one step back", "half rate", "from the start", "stop"}
        How the infusion goes on.
    """

    from_minutes: int
    to_minutes: int | None
    premedicate: bool
    at: At

    @property
    def gap(self) -> str:
        """As it is written: ``4 h to 24 h``."""
        if self.to_minutes is None:
            return f"over {duration_text(self.from_minutes)}" if self.from_minutes else "any"
        if not self.from_minutes:
            return f"under {duration_text(self.to_minutes)}"
        return f"{duration_text(self.from_minutes)} to {duration_text(self.to_minutes)}"


def parse_gap(text: object, where: str) -> tuple[int, int | None]:
    """Read ``"under 4 h"``, ``"4 h to 24 h"``, ``"over 14 days"`` or ``"any"``.

    Raises
    ------
    ProtocolError
        When it is no such text.
    """
    match = _GAP.fullmatch(" ".join(text.split())) if isinstance(text, str) else None
    if match is None:
        raise ProtocolError(
            f'Wrong gap in {where}: got {shown(text)}; it is "under", "over" or a duration '
            '"to" another. Write it like "4 h to 24 h".'
        )
    if match["over"]:
        return parse_duration(match["over"], where), None
    end = match["to"] or match["high"]
    if end is None:
        return 0, None
    low = parse_duration(match["low"], where) if match["low"] else 0
    high = parse_duration(end, where)
    if low < high:
        return low, high
    raise ProtocolError(
        f"Wrong gap in {where}: got {shown(text)}; the shorter time stands first. Turn it round."
    )


def parse_at(value: object, where: str) -> str:
    """Return how an infusion goes on after a gap.

    Raises
    ------
    ProtocolError
        When there is no such way.
    """
    known = (*RESUME, "stop")
    if value in known:
        return str(value)
    raise ProtocolError(
        f"Unknown way to restart in {where}: got {shown(value)}.{did_you_mean(word(value), known)}"
    )


def table_problems(rows: Sequence[RestartRow], where: str) -> list[str]:
    """Return what is wrong with a restart table: holes, overlaps, no beginning or no end."""
    problems = []
    ordered = sorted(rows, key=lambda row: row.from_minutes)
    expected: int | None = 0
    for row in ordered:
        if expected is None or row.from_minutes < expected:
            problems.append(
                f"Overlap in the restart table of {where}: got '{row.gap}', but the row before it "
                f"ends {'never' if expected is None else 'at ' + duration_text(expected)}; every "
                "gap has one row. Shorten one of them."
            )
        elif row.from_minutes > expected:
            problems.append(
                f"Hole in the restart table of {where}: no row for gaps of "
                f"{duration_text(expected)} to {duration_text(row.from_minutes)}. Add one."
            )
        expected = row.to_minutes
    if ordered and expected is not None:
        problems.append(
            f"Hole in the restart table of {where}: no row for gaps over "
            f"{duration_text(expected)}. Add one."
        )
    return problems
