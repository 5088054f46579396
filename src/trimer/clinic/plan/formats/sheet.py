# SPDX-License-Identifier: Apache-2.0
"""What stands on the sheet of a plan: facts, tables, notes. Terminal, page and print show it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from trimer.clinic.plan.clock import offset_text
from trimer.clinic.plan.event import LOOKS, begins, look_times
from trimer.clinic.plan.numbers import percent, written
from trimer.clinic.plan.words import ASK, row_text, size_text, time_text
from trimer.core.notice import NOTICE
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimer.clinic.plan.event import Event
    from trimer.clinic.plan.plan import InfusionPlan
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Every

WIDE = ("give", "at", "what", "then")
"""Columns of running text, which may break over lines."""

_MOST_DATES = 8


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    title : str
        Over it.
    header : tuple of str
        Names of its columns.
    rows : tuple of tuple of str
        Its cells.
    right : frozenset of int
        Columns of numbers, set to the right.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is shown.

    Parameters
    ----------
    title : str
        On top.
    stamp : str
        What has to stand on every page; empty if nothing.
    notice : str
        At the bottom.
    facts : tuple of (str, str)
        What the plan is of.
    tables : tuple of Table
        In the order of reading.
    notes : tuple of str
        After the tables.
    """

    title: str
    stamp: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def sheet_of(plan: InfusionPlan) -> Sheet:
    """Return what stands on the sheet of a plan."""
    tables = (
        _infusion(plan), _bags(plan), _doses(plan), _looks(plan), _dates(plan), _restart(plan),
    )  # fmt: skip
    return Sheet(
        title=f"Infusion plan: {plan.drug}",
        stamp=plan.stamp,
        notice=f"{NOTICE} {ASK}",
        facts=tuple(_facts(plan)),
        tables=tuple(table for table in tables if table.rows),
        notes=plan.notes,
    )


def _facts(plan: InfusionPlan) -> Iterator[tuple[str, str]]:
    protocol, course = plan.protocol, plan.protocol.course
    if plan.label:
        yield "For", plan.label
    title = f"{protocol.name}: {protocol.title}" if protocol.title else protocol.name
    yield "Protocol", title
    yield "Weight", size_text(plan.size)
    zone = plan.clock.zone or "offset kept throughout"
    start = plan.clock.start
    yield "First dose", f"{time_text(start)} {offset_text(start)} ({zone})"
    if course is not None:
        cycles = f"{course.cycles} of {duration_text(course.cycle_minutes)}"
        yield "Cycles", cycles
    yield "Ends", time_text(plan.clock.at(plan.end))
    if plan.pharmacy is not None:
        title = f": {plan.pharmacy.title}" if plan.pharmacy.title else ""
        yield "Pharmacy", f"{plan.pharmacy.name}{title}"


def _infusion(plan: InfusionPlan) -> Table:
    pumped = plan.pharmacy is not None
    header = ["", "from", "until", "day", "rate", "mcg/day", "mcg/h", "mcg in all"]
    if pumped:
        header += ["in the bag", "exact mL/h", "pump mL/h", "error"]
    rows = []
    for step in plan.steps:
        at, end = step.stretch.start, step.stretch.end
        days = plan.day(at), plan.day(end - 1)
        row = [
            step.stretch.kind,
            time_text(plan.clock.at(at)),
            time_text(plan.clock.at(end)),
            f"{days[0]}" if days[0] == days[1] else f"{days[0]}–{days[1]}",
            step.rate_text,
            *_amounts(step),
        ]
        if pumped:
            row += _settings(step)
        rows.append(tuple(row))
    right = frozenset(range(5, 8)) | (frozenset(range(8, 12)) if pumped else frozenset())
    return Table("Infusion", tuple(header), tuple(rows), right)


def _amounts(step: Step) -> tuple[str, str, str]:
    if not step.ng_per_day:
        return "0", "0", "0"
    return written(step.mcg_per_day), written(step.mcg_per_h), written(step.mcg)


def _settings(step: Step) -> tuple[str, str, str, str]:
    pump = step.pump
    if pump is None:
        return "", "", "0", ""
    return pump.preparation.text, written(pump.exact), written(pump.set_to), percent(pump.error)


def _bags(plan: InfusionPlan) -> Table:
    rows = tuple(
        (
            f"{bag.number}",
            time_text(plan.clock.at(bag.start)),
            time_text(plan.clock.at(bag.end)),
            bag.preparation.text,
            written(bag.infused_ml),
            written(bag.filled_ml),
            written(bag.size_ml),
            written(bag.drug_mcg),
        )
        for bag in plan.bags
    )
    header = (
        "bag", "hang", "until", "in it", "infused mL", "filled mL", "bag mL", "drug in it mcg",
    )  # fmt: skip
    return Table("Bags", header, rows, frozenset({0, 4, 5, 6, 7}))


def _doses(plan: InfusionPlan) -> Table:
    given = [event for event in plan.events if event.what in {"premedication", "dose"}]
    rows = []
    for minute, together in groupby(given, key=lambda event: event.minute):
        events = list(together)
        parts = [event.text.rpartition(", ") for event in events]
        if events[0].what == "premedication" and len({part[2] for part in parts}) == 1:
            what, when = "; ".join(part[0] for part in parts), parts[0][2]
        else:
            what, when = "; ".join(event.text for event in events), ""
        rows.append((time_text(plan.clock.at(minute)), _day(plan, minute), what, when))
    return Table("Premedication and other doses", ("when", "day", "give", "around"), tuple(rows))


def _looks(plan: InfusionPlan) -> Table:
    monitoring = plan.protocol.monitoring
    rows: list[tuple[str, ...]] = []
    if monitoring is None:
        return Table("Regular looks", (), ())
    first = begins(plan.protocol) if plan.gap is None else plan.gap.at
    for what, name in LOOKS.items():
        times = look_times(getattr(monitoring, name), first, plan.end)
        for every, group in groupby(times, key=lambda item: item[1]):
            minutes = [minute for minute, _ in group]
            rows += _look_rows(plan, what, every, minutes)
    header = ("look", "how often", "at", "from", "until")
    return Table("Regular looks", header, tuple(rows))


def _look_rows(
    plan: InfusionPlan, what: str, every: Every, minutes: list[int]
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each stretch between two changes of the clock."""
    name = "neurology with ICE" if what == "neurology" else what
    if plan.protocol.monitoring and plan.protocol.monitoring.continuous and what == "vital signs":
        name = "vital signs, besides a monitor"
    clock = plan.clock
    for _, part in groupby(minutes, key=lambda minute: clock.at(minute).utcoffset()):
        times = [clock.at(minute) for minute in part]
        if DAY % every.minutes == 0:
            at = ", ".join(sorted({f"{time:%H:%M}" for time in times}))
        elif len(times) <= _MOST_DATES:
            at = ", ".join(f"{time.day} {time:%b %H:%M}" for time in times)
        else:
            hours = sorted({f"{time:%H:%M}" for time in times})
            days = ", ".join(f"{time.day} {time:%b}" for time in times)
            at = f"{days} at {hours[0]}" if len(hours) == 1 else days
        often = f"every {duration_text(every.minutes)}"
        yield name, often, at, time_text(times[0]), time_text(times[-1])


def _dates(plan: InfusionPlan) -> Table:
    wanted = {"hospital", "marrow", "cycle"}
    rows = tuple(
        (
            time_text(plan.clock.at(event.minute)),
            _day(plan, min(event.minute, plan.end - 1)),
            event.text,
        )
        for event in plan.events
        if event.what in wanted or _is_last(plan, event)
    )
    return Table("Dates", ("when", "day", "what"), rows)


def _is_last(plan: InfusionPlan, event: Event) -> bool:
    return event.what == "infusion" and event.minute == plan.end


def _restart(plan: InfusionPlan) -> Table:
    rows = tuple((row.gap, row_text(row)) for row in plan.protocol.restart)
    return Table("If the infusion was interrupted", ("for", "then"), rows)


def _day(plan: InfusionPlan, minute: int) -> str:
    return f"{plan.day(minute)}" if minute >= 0 else "before"
