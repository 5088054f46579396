# SPDX-License-Identifier: Apache-2.0
"""A plan as a calendar file (iCalendar, RFC 5545).

Times are universal, so that every program shows the right instant in whatever zone it stands.
Regular looks repeat by the day, in universal time too: they keep their physical distance when
clocks change. The identity of an event depends on protocol, start, label and its own time alone:
a plan that is imported again replaces itself.
"""

from __future__ import annotations

from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from trimer.clinic.plan.clock import offset_text
from trimer.clinic.plan.event import LOOKS, begins, look_times
from trimer.clinic.plan.words import time_text
from trimer.core.notice import NOTICE
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Calendar, Event

    from trimer.clinic.plan.plan import InfusionPlan

_SPACE = UUID("6c7d6f0e-5c9a-4f53-9d1c-0f6f7b0c2a51")


def as_ics(plan: InfusionPlan) -> bytes:
    """Return a plan as a calendar."""
    from icalendar import Calendar

    from trimer import __version__

    calendar = Calendar()
    calendar.add("prodid", f"-//Trimer//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = " ".join(part for part in (plan.stamp, plan.drug, plan.label) if part)
    calendar.add("x-wr-calname", f"Infusion plan: {name}")
    calendar.add("x-wr-caldesc", NOTICE)
    _add_once(calendar, plan)
    for event in _regular(plan):
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _add_once(calendar: Calendar, plan: InfusionPlan) -> None:
    """Add what happens once; doses of one minute are one entry."""
    single = [event for event in plan.events if event.what not in LOOKS]
    for (minute, what), together in groupby(single, key=lambda one: (one.minute, one.what)):
        texts = list(dict.fromkeys(one.text for one in together))
        calendar.add_component(_event(plan, minute, what, "; ".join(texts)))


def _regular(plan: InfusionPlan) -> Iterator[Event]:
    """Yield regular looks: one daily series for each time of day."""
    monitoring = plan.protocol.monitoring
    if monitoring is None:
        return
    first = begins(plan.protocol) if plan.gap is None else plan.gap.at
    for what, name in LOOKS.items():
        times = look_times(getattr(monitoring, name), first, plan.end)
        for every, group in groupby(times, key=lambda item: item[1]):
            minutes = [minute for minute, _ in group]
            text = f"{what}{' with ICE' if what == 'neurology' else ''}"
            text += f", every {duration_text(every.minutes)}"
            days = max(every.minutes // DAY, 1)
            if DAY % every.minutes and every.minutes % DAY:  # no daily series
                for minute in minutes:
                    yield _event(plan, minute, what, text)
                continue
            series: dict[int, list[int]] = {}
            for minute in minutes:
                series.setdefault(minute % (days * DAY), []).append(minute)
            for members in series.values():
                event = _event(plan, members[0], what, text)
                if len(members) > 1:
                    rule = {"freq": "daily", "count": len(members)}
                    event.add("rrule", rule | ({"interval": days} if days > 1 else {}))
                yield event


def _event(plan: InfusionPlan, minute: int, what: str, text: str) -> Event:
    from icalendar import Event

    clock = plan.clock
    event = Event()
    key = f"{plan.protocol.name}|{plan.label}|{clock.utc(0).isoformat()}|{what}|{minute}"
    event.add("uid", f"{uuid5(_SPACE, key)}@trimer")
    event.add("dtstamp", plan.made.astimezone(UTC))
    event.add("dtstart", clock.utc(minute))
    event.add("summary", f"{plan.stamp}: {text}" if plan.stamp else text)
    when = clock.at(minute)
    day = f"day {plan.day(minute)}" if minute >= 0 else "before the first dose"
    lines = [f"{time_text(when)} {offset_text(when)}, {day}", plan.stamp, NOTICE]
    event.add("description", "\n".join(line for line in lines if line))
    event.add("categories", [what])
    event.add("transp", "TRANSPARENT")
    return event
