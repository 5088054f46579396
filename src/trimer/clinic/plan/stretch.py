# SPDX-License-Identifier: Apache-2.0
"""What flows from when to when: the protocol's own schedule as stretches at one rate.

Taken from the protocol's course, cut where the lead-in ends and where a cycle begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from trimer.core.errors import ProtocolError
from trimer.protocol.course import PAUSE
from trimer.protocol.times import minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimer.protocol import Protocol, Rate
    from trimer.protocol.course import Course

Kind = Literal["lead-in", "maintenance", "planned pause", "interruption", "below plan", "infusion"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time at one rate.

    Parameters
    ----------
    start, end : int
        From when up to, not including, when; **minutes** since the first dose.
    rate : Rate or None
        How fast; None where nothing flows.
    kind : str
        ``lead-in``, ``maintenance``, ``planned pause``, ``interruption``, ``below plan`` after
        a restart; ``infusion`` of a protocol that is no course.
    half : bool
        Whether half of the rate flows, after a restart.
    """

    start: int
    end: int
    rate: Rate | None
    kind: Kind
    half: bool = False

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.end - self.start


def drug_of(protocol: Protocol) -> str:
    """Return the one drug that is infused.

    Raises
    ------
    ProtocolError
        If there is none, or more than one.
    """
    drugs = tuple(dict.fromkeys(infusion.drug for infusion in protocol.infusions))
    if len(drugs) == 1:
        return drugs[0]
    got = ", ".join(drugs) or "none"
    raise ProtocolError(
        f"No plan for protocol '{protocol.name}': got the infused drugs {got}; a plan is of one. "
        "Write a protocol for each."
    )


def planned_stretches(protocol: Protocol) -> tuple[Stretch, ...]:
    """Return what flows if nothing comes in between."""
    if protocol.course is not None:
        return tuple(_of_course(protocol.course))
    where = f"protocol '{protocol.name}'"
    found: list[Stretch] = []
    at = 0
    for infusion in sorted(protocol.infusions, key=lambda one: one.start):
        start, end = (minutes_of(time, where) for time in (infusion.start, infusion.end))
        if start > at and found:
            found.append(Stretch(at, start, None, "planned pause"))
        found.append(Stretch(start, end, infusion.rate, "infusion"))
        at = end
    return tuple(found)


def _of_course(course: Course) -> Iterable[Stretch]:
    plan = course.plan()
    ends = [*(at for at, _ in plan[1:]), course.minutes]
    cuts = {cycle * course.cycle_minutes for cycle in range(course.cycles)}
    at = 0
    for step in course.lead_in:
        at += step.minutes
        cuts.add(at)
    for (start, level), end in zip(plan, ends, strict=True):
        marks = [start, *sorted(cut for cut in cuts if start < cut < end), end]
        rate = None if level == PAUSE else course.levels[level]
        for begin, stop in pairwise(marks):
            yield Stretch(begin, stop, rate, kind_at(course, begin, rate))


def kind_at(course: Course, minute: int, rate: Rate | None, lead_from: int = 0) -> Kind:
    """Return what a stretch of a course is, by when it begins."""
    if rate is None:
        return "planned pause"
    return "lead-in" if minute - lead_from < course.lead_minutes else "maintenance"
