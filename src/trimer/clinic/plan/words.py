# SPDX-License-Identifier: Apache-2.0
"""What a plan says besides its numbers: where they come from, what is assumed, what is missing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.clinic.plan.clock import offset_text
from trimer.clinic.plan.numbers import percent, written
from trimer.clinic.plan.zones import rules_version
from trimer.protocol.drugs import said
from trimer.protocol.times import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from trimer.clinic.plan.clock import Clock
    from trimer.clinic.plan.interruption import Interruption
    from trimer.clinic.plan.pharmacy import Pharmacy
    from trimer.clinic.plan.size import Size
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Protocol, RestartRow

ASK = (
    "For education and research: ask a qualified professional about any treatment. "
    "No open trial of flotetuzumab is known."
)
"""Goes with the notice on every plan."""

WHY_NO_VOLUME = (
    "It stops at mcg/h: concentration, stability, bags and pump are not in the protocol and not "
    "published. Give them with --pharmacy FILE."
)


def notes_of(
    protocol: Protocol, size: Size, clock: Clock, pharmacy: Pharmacy | None,
    gap: Interruption | None, drug: str, steps: Sequence[Step],
) -> tuple[str, ...]:  # fmt: skip
    """Return the notes of a plan, in the order of reading."""
    return tuple(_notes(protocol, size, clock, pharmacy, gap, drug, steps))


def _notes(
    protocol: Protocol, size: Size, clock: Clock, pharmacy: Pharmacy | None,
    gap: Interruption | None, drug: str, steps: Sequence[Step],
) -> Iterator[str]:  # fmt: skip
    if pharmacy is None:
        yield WHY_NO_VOLUME
    else:
        yield from _of_pharmacy(pharmacy, steps)
    if size.note:
        yield f"Weight converted: {size.note}."
    yield from _of_clock(clock, 0 if gap is None else gap.at, steps[-1].stretch.end)
    if gap is not None:
        yield from _of_gap(gap, clock)
    if protocol.start_requires:
        drugs = " and ".join(said(name) for name in protocol.start_requires)
        yield f"Nothing starts without {drugs} beforehand."
    yield "Every rate was calculated twice, by two routes that share no code; both agree."
    if protocol.course is not None:
        yield "Regular looks are counted from the first dose, and stand for the whole course."
    if protocol.policy_notice:
        yield protocol.policy_notice
    yield from (f"{warning}" for warning in protocol.warnings)
    yield from (" ".join(line.split()) for line in [protocol.note] if line)
    if drug != "flotetuzumab":
        yield f"The drug is {drug}; what is said of flotetuzumab's status is of flotetuzumab alone."


def _of_pharmacy(pharmacy: Pharmacy, steps: Sequence[Step]) -> Iterator[str]:
    yield (
        f"Pharmacy '{pharmacy.name}': volumes are those of its file. The pump's rate is the "
        f"nearest multiple of {written(pharmacy.step_ml_h)} mL/h, the lower of two equally near, "
        "and never passes a limit of the drug's rates; the error is what this changes in the dose."
    )
    yield (
        f"A bag holds what is infused, {written(pharmacy.priming_ml)} mL for the line and "
        f"{written(pharmacy.left_ml)} mL that stay behind, filled to the next whole mL. "
        "Stability is counted from hanging the bag."
    )
    pumps = [(step.pump, step) for step in steps if step.pump is not None]
    if len({pump.preparation for pump, _ in pumps}) > 1:
        yield "A new concentration comes with a new bag and a newly primed line."
    asked = sum((step.mcg for _, step in pumps), Fraction(0))
    given = sum((step.mcg * (1 + pump.error) for pump, step in pumps), Fraction(0))
    yield (
        f"From its first to its last step the pump gives {written(given)} mcg where the plan asks "
        f"for {written(asked)} mcg ({percent(given / asked - 1)})."
    )
    if pharmacy.note:
        yield pharmacy.note


def _of_clock(clock: Clock, first: int, end: int) -> Iterator[str]:
    if not clock.zone:
        yield (
            f"Times keep the offset {offset_text(clock.start)} throughout: where clocks change, "
            "name the place with --zone."
        )
        return
    changed = list(clock.changed_days(first, end))
    for day in changed:
        way = "forward" if day.minutes < 24 * 60 else "back"
        shift = abs(day.minutes - 24 * 60)
        yield (
            f"{day_text(day.before)} has {rounded_hours(day.hours)} hours: clocks go {way} "
            f"{duration_text(shift)}, from {day.before:%H:%M} to {day.after:%H:%M}. A day of "
            f"treatment keeps its 24 hours, so everything after it stands "
            f"{duration_text(shift)} {'later' if way == 'forward' else 'earlier'} on the clock."
        )
    if not changed:
        yield f"No clock change in {clock.zone} during the plan (rules of {rules_version()})."
    else:
        yield f"Clock changes by the rules of {rules_version()}; governments may change them."


def _of_gap(gap: Interruption, clock: Clock) -> Iterator[str]:
    pause = f", {duration_text(gap.paused)} of planned pause not counted" if gap.paused else ""
    yield (
        f"Interrupted {time_text(clock.at(gap.at))} until {time_text(clock.at(gap.until))}: a gap "
        f"of {duration_text(gap.gap)}{pause}. The protocol says of a gap {gap_text(gap.row)}: "
        f"{row_text(gap.row)}."
    )
    if gap.row.at == "stop":
        yield "The infusion is not resumed."
        return
    yield (
        "The gap is counted until drug flows again: if that is later than planned here, ask for "
        "the plan anew. It was planned by the restart table alone: a hold by a rule of the "
        "protocol may ask for a lower rate, and then the lower rate holds."
    )
    if gap.row.at in {"one step back", "half rate"}:
        yield (
            "From there the rate rises by one level a day while tolerated, until it is the planned "
            "one (assumed, as on the simulated ward)."
        )


def gap_text(row: RestartRow) -> str:
    """Return the gap of a row within a sentence: ``of 4 h to 24 h``."""
    return row.gap if row.gap.startswith(("under", "over")) else f"of {row.gap}"


def row_text(row: RestartRow) -> str:
    """Return what a row of the restart table asks for."""
    if row.at == "stop":
        return "stop for good"
    premedicate = "premedicate, then " if row.premedicate else ""
    return f"{premedicate}{row.at}"


def rounded_hours(hours: float) -> str:
    """Return a length in hours: ``23`` or ``24.5``."""
    return f"{hours:g}"


def day_text(when: datetime) -> str:
    """Return a day: ``Mon 4 Jan 2027``."""
    return f"{when:%a} {when.day} {when:%b} {when.year}"


def time_text(when: datetime) -> str:
    """Return a day and a time: ``Mon 4 Jan 2027 09:00``."""
    return f"{day_text(when)} {when:%H:%M}"


def size_text(size: Size) -> str:
    """Return the size of a patient: ``70 kg``."""
    surface = "" if size.surface_m2 is None else f", {written(size.surface_m2)} m²"
    return f"{written(size.weight_kg)} kg{surface}"
