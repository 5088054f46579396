# SPDX-License-Identifier: Apache-2.0
"""A step of the plan: a stretch at one rate, and what that is for this patient."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.protocol.times import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.clinic.plan.pharmacy import Preparation
    from trimer.clinic.plan.size import Size
    from trimer.clinic.plan.stretch import Stretch


@dataclass(frozen=True, slots=True)
class PumpRate:
    """What the pump is set to.

    Parameters
    ----------
    preparation : Preparation
        What is in the bag.
    exact : Fraction
        The volume rate that the dose asks for, in **mL/h**.
    set_to : Fraction
        The nearest one that the pump can be set to, in **mL/h**.
    """

    preparation: Preparation
    exact: Fraction
    set_to: Fraction

    @property
    def error(self) -> Fraction:
        """What is given too much, as a share of the dose; negative is too little."""
        return self.set_to / self.exact - 1


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the plan.

    Parameters
    ----------
    number : int
        Counted from 1.
    stretch : Stretch
        From when to when at which rate.
    ng_per_day : Fraction
        For this patient, in **ng/day**; 0 where nothing flows.
    pump : PumpRate or None
        None where nothing flows or no pharmacy is known.
    """

    number: int
    stretch: Stretch
    ng_per_day: Fraction
    pump: PumpRate | None = None

    @property
    def mcg_per_day(self) -> Fraction:
        """In **mcg/day**."""
        return self.ng_per_day / 1000

    @property
    def mcg_per_h(self) -> Fraction:
        """In **mcg/h**."""
        return self.ng_per_day / 24_000

    @property
    def mcg(self) -> Fraction:
        """In all, in **mcg**."""
        return self.mcg_per_day * Fraction(self.stretch.minutes, DAY)

    @property
    def rate_text(self) -> str:
        """The rate as the protocol writes it."""
        if self.stretch.rate is None:
            return "no drug"
        half = "half of " if self.stretch.half else ""
        return f"{half}{self.stretch.rate}"


def steps_of(stretches: Sequence[Stretch], size: Size) -> tuple[Step, ...]:
    """Return the steps of a plan, without a pump."""
    return tuple(
        Step(number, stretch, _ng_per_day(stretch, size))
        for number, stretch in enumerate(stretches, start=1)
    )


def _ng_per_day(stretch: Stretch, size: Size) -> Fraction:
    if stretch.rate is None:
        return Fraction(0)
    rate = size.per_day(stretch.rate)
    return rate / 2 if stretch.half else rate
