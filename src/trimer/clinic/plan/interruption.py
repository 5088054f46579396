# SPDX-License-Identifier: Apache-2.0
"""An interruption: what the protocol's restart table says, and the course from there.

As the simulated ward does it: a gap is unplanned time without drug, counted until drug flows
again; the cycles go by the calendar; a lead-in that is repeated counts from the restart. After a
restart below the planned rate the rate rises by one level a day until it is the planned one
again, and a step that fell into the gap is made up for at the next look. Steps that come late
move the ones after them, so that each lasts as long as planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimer.clinic.plan.stretch import Stretch, kind_at, planned_stretches
from trimer.core.errors import ProtocolError
from trimer.protocol.course import PAUSE
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimer.clinic.plan.stretch import Kind
    from trimer.protocol import Protocol, RestartRow
    from trimer.protocol.course import Course

STEP_MINUTES = DAY
"""Time between steps after a restart below the plan (**assumed**, as on the simulated ward)."""

_FREE = 10**6


@dataclass(frozen=True, slots=True)
class Interruption:
    """An interruption and what follows.

    Parameters
    ----------
    at, until : int
        From when to when nothing flowed, in **minutes** since the first dose.
    paused : int
        How much of it was a planned pause, in **minutes**.
    row : RestartRow
        What the protocol says of such a gap.
    level : int
        The level before, as a place among the levels of the course.
    """

    at: int
    until: int
    paused: int
    row: RestartRow
    level: int

    @property
    def gap(self) -> int:
        """Unplanned time without drug, in **minutes**."""
        return self.until - self.at - self.paused


def interrupted(protocol: Protocol, at: int, minutes: int) -> Interruption:
    """Find out what an interruption of a running infusion means.

    Parameters
    ----------
    protocol : Protocol
        With a course and a restart table.
    at : int
        When it stopped, in **minutes** since the first dose.
    minutes : int
        For how long.

    Raises
    ------
    ProtocolError
        When nothing flowed then, or the protocol has no restart table.
    """
    course = protocol.course
    if course is None or not protocol.restart:
        raise ProtocolError(
            f"No restart table in protocol '{protocol.name}': it does not say how the infusion "
            "goes on. Add [[restart]], or use a policy that has one."
        )
    now = next((s for s in planned_stretches(protocol) if s.start <= at < s.end), None)
    if now is None or now.rate is None or at <= 0:
        when = "a planned pause" if now is not None and at > 0 else "no time of infusion"
        raise ProtocolError(
            f"Nothing to interrupt in protocol '{protocol.name}': {duration_text(abs(at))} "
            f"{'before' if at < 0 else 'after'} the first dose is {when}. Check --interrupted."
        )
    until, paused = _resumed(course, at, at + minutes)
    gap = until - at - paused
    row = next(
        r for r in protocol.restart
        if r.from_minutes <= gap and (r.to_minutes is None or gap < r.to_minutes)
    )  # fmt: skip
    return Interruption(at, until, paused, row, course.levels.index(now.rate))


def retimed(protocol: Protocol, gap: Interruption) -> tuple[Stretch, ...]:
    """Return what flows, with the interruption in it."""
    course = protocol.course
    if course is None:
        return planned_stretches(protocol)
    found = [
        Stretch(s.start, min(s.end, gap.at), s.rate, s.kind)
        for s in planned_stretches(protocol)
        if s.start < gap.at
    ]
    found.append(Stretch(gap.at, gap.until, None, "interruption"))
    if gap.row.at != "stop" and gap.until < course.minutes:
        found += _joined(_after(protocol, course, gap), course)
    return tuple(found)


def _joined(stretches: Iterable[Stretch], course: Course) -> list[Stretch]:
    """Join neighbors at one rate: below the plan its own steps do not show."""
    found: list[Stretch] = []
    for stretch in stretches:
        last = found[-1] if found else None
        same = last is not None and (last.rate, last.half, last.kind) == (
            stretch.rate, stretch.half, stretch.kind,
        )  # fmt: skip
        if last is not None and same and stretch.start % course.cycle_minutes:
            found[-1] = replace(last, end=stretch.end)
        else:
            found.append(stretch)
    return found


def _after(protocol: Protocol, course: Course, gap: Interruption) -> Iterator[Stretch]:
    """Follow the plan from the restart on, below it as long as the restart says so."""
    again = gap.row.at == "from the start"
    lead_from = gap.until if again else 0
    cap, half, rise = _FREE, False, _FREE * DAY
    at = gap.until
    if gap.row.at == "one step back":
        cap, rise = max(gap.level - 1, 0), at + STEP_MINUTES
    elif gap.row.at == "half rate":
        cap, half, rise = gap.level, True, at + STEP_MINUTES
    elif not again and _due(course, at, lead_from)[0] > gap.level:
        cap, rise = gap.level, _next_look(protocol, course, at)
    while at < course.minutes:
        level, change = _due(course, at, lead_from)
        if at >= rise and level == PAUSE:
            rise = _next_look(protocol, course, change)
        elif at >= rise:
            cap, half = (cap, False) if half else (cap + 1, False)
            length = _length(course, at, lead_from)
            soon = change - at < length and _due(course, change, lead_from)[0] > level
            if cap < level:
                rise = at + STEP_MINUTES
            elif soon:
                cap, rise = level, at + length
            else:
                cap, rise = _FREE, _FREE * DAY
        end = min(change, course.minutes, rise if rise > at else course.minutes)
        below = level != PAUSE and (half or cap < level)
        rate = None if level == PAUSE else course.levels[min(level, cap)]
        kind: Kind = "below plan" if below else kind_at(course, at, rate, lead_from)
        yield Stretch(at, end, rate, kind, half=half and rate is not None)
        at = end


def _length(course: Course, minute: int, lead_from: int) -> int:
    """Return how long the present step of the lead-in is planned to last; 0 after the lead-in."""
    end = lead_from
    for step in course.lead_in:
        end += step.minutes
        if minute < end:
            return step.minutes
    return 0


def _next_look(protocol: Protocol, course: Course, minute: int) -> int:
    """Return when somebody is at the bedside next: nobody steps up unseen."""
    looks = [_due(course, minute, 0)[1]]
    monitoring = protocol.monitoring
    for every in () if monitoring is None else (*monitoring.vitals, *monitoring.neurology):
        look = max(minute // every.minutes + 1, -(-every.from_minute // every.minutes))
        look *= every.minutes
        if every.until_minute is None or look < every.until_minute:
            looks.append(look)
    return min(looks)


def _resumed(course: Course, at: int, until: int) -> tuple[int, int]:
    """Return when drug flows again, and how much of the time was a planned pause."""
    paused, minute = 0, at
    while minute < course.minutes:
        level, change = _due(course, minute, 0)
        if level != PAUSE and minute >= until:
            break
        end = change if level == PAUSE else min(change, max(until, minute))
        paused += end - minute if level == PAUSE else 0
        minute = end
    return max(minute, until), paused


def _due(course: Course, minute: int, lead_from: int) -> tuple[int, int]:
    """Return the level that is due, and when that changes: lead-in first, else the calendar."""
    into = minute - lead_from
    end = lead_from
    for step in course.lead_in if into < course.lead_minutes else ():
        end += step.minutes
        if minute < end:
            if step.rate is None:
                return PAUSE, end
            top = step.rate.value >= course.maintenance.value
            rate = course.maintenance if top else step.rate
            return course.levels.index(rate), end
    number, into = divmod(minute, course.cycle_minutes)
    pattern = course.first if number == 0 else course.later
    cycle_end = (number + 1) * course.cycle_minutes
    top_level = len(course.levels) - 1
    if not pattern.off_minutes:
        return top_level, cycle_end
    phase = into % (pattern.on_minutes + pattern.off_minutes)
    running = phase < pattern.on_minutes
    left = (pattern.on_minutes if running else pattern.on_minutes + pattern.off_minutes) - phase
    return (top_level if running else PAUSE), min(minute + left, cycle_end)
