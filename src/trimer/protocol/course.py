# SPDX-License-Identifier: Apache-2.0
"""The course of an infusion: lead-in steps, maintenance, cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.errors import ProtocolError
from trimer.core.shown import shown
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from trimer.protocol.dose import Rate

PAUSE = -1
"""Stands for a planned pause instead of a level."""


@dataclass(frozen=True, slots=True)
class LeadIn:
    """A step of the lead-in.

    Parameters
    ----------
    rate : Rate or None
        How fast the drug runs; None is a planned pause.
    minutes : int
        How long.
    """

    rate: Rate | None
    minutes: int

    def __str__(self) -> str:
        what = "pause" if self.rate is None else str(self.rate)
        return f"{what} for {duration_text(self.minutes)}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """When maintenance runs within a cycle: so long on, so long off, counted from its start.

    Parameters
    ----------
    on_minutes, off_minutes : int
        No minutes off is continuous.
    """

    on_minutes: int
    off_minutes: int = 0

    def __str__(self) -> str:
        if not self.off_minutes:
            return "continuous"
        return f"{_days(self.on_minutes)} on, {_days(self.off_minutes)} off"


@dataclass(frozen=True, slots=True)
class Course:
    """What is infused, if nothing comes in between.

    Parameters
    ----------
    drug : str
        Its name.
    lead_in : tuple of LeadIn
        Steps before maintenance; a step above maintenance is given at its rate.
    maintenance : Rate
        The rate afterwards.
    cycle_minutes, cycles : int
        Length of a cycle, and how many there are.
    first, later : Pattern
        When maintenance runs in the first cycle, and in the others.
    """

    drug: str
    lead_in: tuple[LeadIn, ...]
    maintenance: Rate
    cycle_minutes: int
    cycles: int
    first: Pattern
    later: Pattern

    @property
    def levels(self) -> tuple[Rate, ...]:
        """Every rate once, rising: those of the lead-in below maintenance, then maintenance."""
        top = self.maintenance
        steps = [step.rate for step in self.lead_in if step.rate is not None]
        below = [rate for rate in steps if rate.value < top.value]
        return tuple(sorted(dict.fromkeys([*below, top]), key=lambda rate: rate.value))

    @property
    def lead_minutes(self) -> int:
        """How long the lead-in takes."""
        return sum(step.minutes for step in self.lead_in)

    @property
    def minutes(self) -> int:
        """How long the course takes."""
        return self.cycle_minutes * self.cycles

    def plan(self) -> list[tuple[int, int]]:
        """Return when which level is due: (start in **minutes**, level, or `PAUSE`)."""
        found: list[tuple[int, int]] = []
        levels, top = self.levels, len(self.levels) - 1
        at = 0
        for step in self.lead_in:
            rate = step.rate
            place = PAUSE
            if rate is not None:
                place = top if rate.value >= self.maintenance.value else levels.index(rate)
            found.append((at, place))
            at += step.minutes
        for cycle in range(self.cycles):
            start, pattern = cycle * self.cycle_minutes, self.first if cycle == 0 else self.later
            whole = pattern.on_minutes + pattern.off_minutes
            if not pattern.off_minutes:
                whole = self.cycle_minutes
            for begin in range(start, start + self.cycle_minutes, whole):
                found.append((begin, top))
                if pattern.off_minutes and begin + pattern.on_minutes < start + self.cycle_minutes:
                    found.append((begin + pattern.on_minutes, PAUSE))
        return _without_lead_in(found, self.lead_minutes, len(self.lead_in), self)


def _without_lead_in(
    found: list[tuple[int, int]], lead: int, steps: int, course: Course
) -> list[tuple[int, int]]:
    """Let the lead-in stand over the pattern, and join what does not change."""
    leading, pattern = found[:steps], found[steps:]
    later = [event for event in pattern if event[0] >= lead]
    before = [event for event in pattern if event[0] <= lead]
    if lead and before and (not later or later[0][0] > lead):
        later.insert(0, (lead, before[-1][1]))
    whole: list[tuple[int, int]] = []
    for event in (*leading, *later):
        if event[0] < course.minutes and (not whole or whole[-1][1] != event[1]):
            whole.append(event)
    return whole


def parse_pattern(text: object, where: str, cycle_minutes: int) -> Pattern:
    """Read ``"continuous"`` or ``"4 days on, 3 days off"``.

    Raises
    ------
    ProtocolError
        When it is neither, or does not fit into a cycle.
    """
    if text == "continuous":
        return Pattern(cycle_minutes)
    words = text.replace(",", " ").split() if isinstance(text, str) else []
    if (
        len(words) == 6
        and words[1::3] in (["days", "days"], ["day", "days"], ["days", "day"], ["day", "day"])
        and words[2::3] == ["on", "off"]
        and words[0].isdigit()
        and words[3].isdigit()
    ):
        on, off = int(words[0]) * DAY, int(words[3]) * DAY
        if on > 0 and off > 0 and on + off <= cycle_minutes:
            return Pattern(on, off)
    raise ProtocolError(
        f'Wrong pattern in {where}: got {shown(text)}; it is "continuous" or days on and off '
        f'that fit into a cycle of {_days(cycle_minutes)}. Write it like "4 days on, 3 days off".'
    )


def _days(minutes: int) -> str:
    days = minutes / DAY
    return f"{days:g} day" + ("" if days == 1 else "s")
