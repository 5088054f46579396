# SPDX-License-Identifier: Apache-2.0
"""The two things a protocol is made of: infusions and single doses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.errors import ProtocolError
from trimer.core.shown import shown
from trimer.protocol.days import day_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from trimer.protocol.dose import Amount, Rate

_DRUG = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Infusion:
    """A drug that runs at a constant rate from `start` up to, not including, `end`.

    Parameters
    ----------
    drug : str
        Name of the drug.
    rate : Rate
        How fast it runs.
    start : Fraction
        Days since the first dose.
    length : Fraction
        Days.
    """

    drug: str
    rate: Rate
    start: Fraction
    length: Fraction

    @property
    def end(self) -> Fraction:
        """When it stops, in days since the first dose."""
        return self.start + self.length

    @property
    def start_days(self) -> float:
        """When it starts, in days since the first dose."""
        return float(self.start)

    @property
    def end_days(self) -> float:
        """When it stops, in days since the first dose."""
        return float(self.end)

    @property
    def days(self) -> float:
        """How long it runs, in days."""
        return float(self.length)

    def __str__(self) -> str:
        return f"{self.rate} from day {day_text(self.start)} to day {day_text(self.end)}"


@dataclass(frozen=True, slots=True)
class Bolus:
    """A drug given at once.

    Parameters
    ----------
    drug : str
        Name of the drug.
    amount : Amount
        How much.
    at : Fraction
        Days since the first dose.
    """

    drug: str
    amount: Amount
    at: Fraction

    @property
    def at_days(self) -> float:
        """When it is given, in days since the first dose."""
        return float(self.at)

    def __str__(self) -> str:
        return f"{self.drug} {self.amount} on day {day_text(self.at)}"


def as_drug(name: object, where: str) -> str:
    """Return the name of a drug, or say what such a name is.

    Parameters
    ----------
    name : str
        One word.
    where : str
        For the error message, such as ``"'flat.toml', line 7"``.

    Raises
    ------
    ProtocolError
        When it is not one word of letters, digits, '-' and '_'.
    """
    if isinstance(name, str) and _DRUG.fullmatch(name):
        return name
    raise ProtocolError(
        f"Wrong drug in {where}: got {shown(name)}; its name is one word of letters, digits, "
        "'-' and '_'. Write it like \"flotetuzumab\"."
    )


def overlaps(infusions: Sequence[Infusion]) -> Iterator[tuple[int, int]]:
    """Find infusions of one drug that run at the same time.

    Yields
    ------
    tuple of int
        Positions of the two in `infusions`, the one that starts first before the other. Each
        infusion is compared with the one still running when it starts, not with every other.
    """
    running: dict[str, int] = {}
    for position in sorted(range(len(infusions)), key=lambda i: infusions[i].start):
        infusion = infusions[position]
        other = running.get(infusion.drug)
        if other is not None and infusions[other].end > infusion.start:
            yield other, position
        if other is None or infusions[other].end < infusion.end:
            running[infusion.drug] = position


def overlap_message(first: Infusion, second: Infusion, where: str) -> str:
    """Say that two infusions of one drug overlap, and what to do."""
    return (
        f"Overlapping infusions of {first.drug} in {where}: got {first} and {second}; a drug runs "
        f"at one rate at a time. Start the second on day {day_text(first.end)}, or shorten the "
        "first."
    )
