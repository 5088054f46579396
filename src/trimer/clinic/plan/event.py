# SPDX-License-Identifier: Apache-2.0
"""What happens when: premedication, looks, laboratory, marrow, bags, hospital, cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trimer.clinic.plan.numbers import written
from trimer.protocol.drugs import said
from trimer.protocol.times import DAY, duration_text, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.clinic.plan.bags import Bag
    from trimer.clinic.plan.interruption import Interruption
    from trimer.clinic.plan.size import Size
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Every, Protocol
    from trimer.protocol.dose import Amount

What = Literal[
    "hospital", "premedication", "dose", "bag", "infusion", "vital signs", "neurology",
    "laboratory", "marrow", "cycle",
]  # fmt: skip

ORDER: tuple[What, ...] = (
    "hospital", "vital signs", "neurology", "laboratory", "marrow", "premedication", "dose", "bag",
    "infusion", "cycle",
)  # fmt: skip
"""At one minute, what comes first: a look sees the state before anything given."""

LOOKS: dict[What, str] = {
    "vital signs": "vitals", "neurology": "neurology", "laboratory": "labs",
}  # fmt: skip
"""What is looked at regularly, and how the protocol calls it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens.

    Parameters
    ----------
    minute : int
        When, in **minutes** since the first dose.
    what : str
        Its kind.
    text : str
        In words.
    step : Step or None
        What flows from then on, where that changes.
    """

    minute: int
    what: What
    text: str
    step: Step | None = None


def events_of(
    protocol: Protocol, size: Size, steps: Sequence[Step], bags: Sequence[Bag],
    gap: Interruption | None,
) -> tuple[Event, ...]:  # fmt: skip
    """Return everything that happens, in order."""
    found = [
        *_infusion(steps, gap),
        *_bags(bags),
        *_given(protocol, size, steps, gap),
        *_looks(protocol, steps, gap),
        *_hospital(protocol, gap),
        *_cycles(protocol, gap, steps),
    ]
    return tuple(sorted(found, key=lambda event: (event.minute, ORDER.index(event.what))))


def begins(protocol: Protocol) -> int:
    """Return when a plan begins: with the first premedication, or with the drug."""
    times = [p.offset_minutes for p in protocol.premedication if p.before == "first dose"]
    return min([0, *times])


def _infusion(steps: Sequence[Step], gap: Interruption | None) -> Iterator[Event]:
    last = None
    for step in steps:
        stretch = step.stretch
        if stretch.kind == "interruption":
            text = "infusion interrupted"
        elif stretch.rate is None:
            text = "planned pause: stop the pump"
        else:
            how = "restart" if gap is not None and stretch.start == gap.until else "run"
            if stretch.start == 0:
                how = "first dose, start"
            text = f"{how} at {step.rate_text}: {written(step.mcg_per_h)} mcg/h"
            if step.pump is not None:
                text += f", pump {written(step.pump.set_to)} mL/h"
        if (step.rate_text, stretch.kind == "interruption") != last:
            yield Event(stretch.start, "infusion", text, step)
        last = (step.rate_text, stretch.kind == "interruption")
    end = steps[-1].stretch.end
    stopped = gap is not None and gap.row.at == "stop"
    yield Event(end, "infusion", "stopped for good" if stopped else "end of the course")


def _bags(bags: Sequence[Bag]) -> Iterator[Event]:
    for bag in bags:
        yield Event(
            bag.start, "bag",
            f"hang bag {bag.number}: {written(bag.filled_ml)} mL of {bag.preparation.text} in a "
            f"bag of {written(bag.size_ml)} mL",
        )  # fmt: skip


def dose_text(drug: str, amount: Amount, size: Size) -> str:
    """Return a single dose for this patient: ``dexamethasone 10 mg``."""
    unit = "mcg" if amount.unit == "ug" else amount.unit
    text = f"{said(drug)} {written(size.amount(amount))} {unit}"
    return f"{text} ({amount})" if amount.size else text


def _given(
    protocol: Protocol, size: Size, steps: Sequence[Step], gap: Interruption | None
) -> Iterator[Event]:
    if protocol.course is None:
        where = f"protocol '{protocol.name}'"
        for dose in protocol.doses:
            text = dose_text(dose.drug, dose.amount, size)
            yield Event(minutes_of(dose.at, where), "dose", text)
        return
    course = protocol.course
    end = steps[-1].stretch.end
    around = {
        "first dose": [0],
        "cycle": [cycle * course.cycle_minutes for cycle in range(1, course.cycles)],
        "step": rises(steps),
        "restart": [gap.until] if gap and gap.row.premedicate and gap.row.at != "stop" else [],
    }
    words = {"first dose": "first dose", "cycle": "new cycle", "step": "step", "restart": "restart"}
    for entry in protocol.premedication:
        for at in around[entry.before]:
            minute = at + entry.offset_minutes
            if at >= end or (gap and gap.at <= at < gap.until):
                continue
            side = "before" if entry.offset_minutes <= 0 else "after"
            text = (
                f"{dose_text(entry.drug, entry.amount, size)}, "
                f"{duration_text(abs(entry.offset_minutes))} {side} {words[entry.before]}"
            )
            yield Event(minute, "premedication", text)


def rises(steps: Sequence[Step]) -> list[int]:
    """Return when more flows than last flowed; what flows after an interruption is a restart."""
    found: list[int] = []
    last = None
    after_gap = False
    for step in steps:
        if step.stretch.kind == "interruption":
            after_gap = True
        if not step.ng_per_day:
            continue
        if last is not None and step.ng_per_day > last and not after_gap:
            found.append(step.stretch.start)
        last, after_gap = step.ng_per_day, False
    return found


def look_times(everys: Sequence[Every], first: int, last: int) -> Iterator[tuple[int, Every]]:
    """Find the minutes of regular looks: multiples of their interval since the first dose.

    Yields
    ------
    tuple of (int, Every)
        Minute, and the rule it comes from.
    """
    for every in everys:
        begin = max(first, every.from_minute)
        minute = -(-begin // every.minutes) * every.minutes
        while minute <= last and (every.until_minute is None or minute < every.until_minute):
            yield minute, every
            minute += every.minutes


def _looks(protocol: Protocol, steps: Sequence[Step], gap: Interruption | None) -> Iterator[Event]:
    monitoring = protocol.monitoring
    if monitoring is None:
        return
    first, last = begins(protocol), steps[-1].stretch.end
    words = {"vital signs": "vital signs", "neurology": "neurology with ICE", "laboratory": "labs"}
    for what, name in LOOKS.items():
        for minute, _ in look_times(getattr(monitoring, name), first, last):
            yield Event(minute, what, words[what])
    course = protocol.course
    if course is not None:
        for cycle in range(course.cycles):
            for day in monitoring.marrow_days:
                minute = cycle * course.cycle_minutes + (day - 1) * DAY
                if minute <= last or gap is None:
                    yield Event(minute, "marrow", f"marrow, day {day} of cycle {cycle + 1}")


def _hospital(protocol: Protocol, gap: Interruption | None) -> Iterator[Event]:
    if protocol.course is None:
        return
    hospital = protocol.hospital
    yield Event(begins(protocol), "hospital", f"{hospital.order}: admitted from here on")
    if hospital.order == "inpatient":
        day = hospital.first_discharge_day
        ended = gap is not None and gap.row.at == "stop"
        if not ended:
            yield Event((day - 1) * DAY, "hospital", f"earliest discharge: day {day}")


def _cycles(protocol: Protocol, gap: Interruption | None, steps: Sequence[Step]) -> Iterator[Event]:
    course = protocol.course
    if course is None or (gap is not None and gap.row.at == "stop"):
        return
    for cycle in range(1, course.cycles + 1):
        minute = cycle * course.cycle_minutes
        if minute <= steps[-1].stretch.end:
            begun = "" if cycle == course.cycles else f"; cycle {cycle + 1} begins"
            yield Event(minute, "cycle", f"end of cycle {cycle}{begun}")
