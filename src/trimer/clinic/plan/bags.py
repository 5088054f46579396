# SPDX-License-Identifier: Apache-2.0
"""Bags: when they are changed, what they hold, which size.

A bag hangs as long as the drug in it is stable, the protocol changes it and the largest bag
lasts; whole days if it lasts one, so that changes fall on the same hour. A new concentration, a
planned pause and an interruption end it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from trimer.clinic.plan.numbers import written
from trimer.core.errors import ProtocolError
from trimer.protocol.times import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.clinic.plan.pharmacy import Pharmacy, Preparation
    from trimer.clinic.plan.step import PumpRate, Step

HOUR = 60


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag.

    Parameters
    ----------
    number : int
        Counted from 1.
    start, end : int
        From when to when it hangs, in **minutes** since the first dose.
    preparation : Preparation
        What is in it.
    infused_ml, filled_ml, size_ml : Fraction
        What flows out of it, what is filled in, and the size of the bag, in **mL**.
    """

    number: int
    start: int
    end: int
    preparation: Preparation
    infused_ml: Fraction
    filled_ml: Fraction
    size_ml: Fraction

    @property
    def drug_mcg(self) -> Fraction:
        """Drug in the bag, in **mcg**."""
        return self.filled_ml * self.preparation.ng_per_ml / 1000


def bags_of(
    steps: Sequence[Step], pharmacy: Pharmacy, change_minutes: int | None
) -> tuple[Bag, ...]:
    """Return the bags of a plan.

    Parameters
    ----------
    steps : sequence of Step
        With what the pump is set to.
    pharmacy : Pharmacy
        Sizes, priming, stability.
    change_minutes : int or None
        How often the protocol changes bags, in **minutes**.

    Raises
    ------
    ProtocolError
        When the largest bag would have to be changed too soon.
    """
    found: list[Bag] = []
    for run in _runs(steps):
        at, end = run[0].stretch.start, run[-1].stretch.end
        while at < end:
            bag = _bag(len(found) + 1, at, end, run, pharmacy, change_minutes)
            found.append(bag)
            at = bag.end
    return tuple(found)


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Group steps that one line of bags can feed: no pause between, one concentration."""
    run: list[Step] = []
    for step in steps:
        last = run[-1].pump.preparation if run and run[-1].pump else None
        if run and (step.pump is None or step.pump.preparation != last):
            yield run
            run = []
        if step.pump is not None:
            run.append(step)
    if run:
        yield run


def _bag(
    number: int, at: int, end: int, run: Sequence[Step], pharmacy: Pharmacy, change: int | None
) -> Bag:
    pump = _pump_of(run[0])
    preparation = pump.preparation
    room = pharmacy.sizes_ml[-1] - pharmacy.priming_ml - pharmacy.left_ml
    longest = min(end - at, preparation.stable_minutes, change or end - at)
    lasts = min(longest, _lasting(run, at, end, room))
    if lasts < end - at:
        lasts = lasts // DAY * DAY or lasts // HOUR * HOUR or lasts
    if lasts < min(pharmacy.soonest_minutes, end - at) or lasts < 1:
        raise _too_small(run, at, lasts, room, pharmacy, preparation)
    infused = _volume(run, at, at + lasts)
    needed = infused + pharmacy.priming_ml + pharmacy.left_ml
    size = next(size for size in pharmacy.sizes_ml if size >= needed)
    filled = min(Fraction(ceil(needed)), size)
    return Bag(number, at, at + lasts, preparation, infused, filled, size)


def _volume(run: Sequence[Step], start: int, end: int) -> Fraction:
    """Return what flows between two minutes, in **mL**."""
    total = Fraction(0)
    for step in run:
        minutes = min(end, step.stretch.end) - max(start, step.stretch.start)
        if minutes > 0:
            total += _pump_of(step).set_to * Fraction(minutes, HOUR)
    return total


def _lasting(run: Sequence[Step], at: int, end: int, room: Fraction) -> int:
    """Return how long a volume lasts from a minute on, in whole **minutes**."""
    for step in run:
        if step.stretch.end <= at:
            continue
        begins = max(at, step.stretch.start)
        left = room - _volume(run, at, begins)
        lasts = left * HOUR / _pump_of(step).set_to
        if begins + lasts < step.stretch.end:
            return max(int(begins + lasts) - at, 0)
    return end - at


def _too_small(
    run: Sequence[Step], at: int, lasts: int, room: Fraction, pharmacy: Pharmacy,
    preparation: Preparation,
) -> ProtocolError:  # fmt: skip
    step = next(s for s in run if s.stretch.end > at)
    limit = duration_text(pharmacy.soonest_minutes)
    if lasts >= min(preparation.stable_minutes, step.stretch.minutes) // HOUR * HOUR > 0:
        return ProtocolError(
            f"Bags changed too often: {step.rate_text} at {preparation.text} is stable for "
            f"{duration_text(preparation.stable_minutes)}, and pharmacy '{pharmacy.name}' changes "
            f"no bag before {limit}. Correct 'stable' or 'soonest_change'."
        )
    rate = _pump_of(step).set_to
    return ProtocolError(
        f"Bag too small for {step.rate_text}: at {preparation.text} it takes {written(rate)} mL/h, "
        f"and the largest bag of pharmacy '{pharmacy.name}' gives {written(max(room, Fraction(0)))}"
        f" mL, enough for {duration_text(lasts)}; no bag is changed before {limit}. Use a larger "
        "bag, or a stronger preparation."
    )


def _pump_of(step: Step) -> PumpRate:
    if step.pump is None:
        message = f"step {step.number} has no pump"
        raise AssertionError(message)
    return step.pump
