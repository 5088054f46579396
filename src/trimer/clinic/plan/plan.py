# SPDX-License-Identifier: Apache-2.0
"""The infusion plan: a protocol for one patient from one moment on, in clock time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimer.clinic.plan.bags import Bag, bags_of
from trimer.clinic.plan.event import Event, events_of
from trimer.clinic.plan.interruption import Interruption, interrupted, retimed
from trimer.clinic.plan.pharmacy import STAMP
from trimer.clinic.plan.pumping import pumped
from trimer.clinic.plan.second import check_twice
from trimer.clinic.plan.step import Step, steps_of
from trimer.clinic.plan.stretch import drug_of, planned_stretches
from trimer.clinic.plan.words import notes_of
from trimer.core.errors import ProtocolError
from trimer.protocol.schedule import as_line
from trimer.protocol.times import DAY

if TYPE_CHECKING:
    from datetime import datetime

    from trimer.clinic.plan.clock import Clock
    from trimer.clinic.plan.pharmacy import Pharmacy
    from trimer.clinic.plan.size import Size
    from trimer.protocol import Protocol


@dataclass(frozen=True)
class InfusionPlan:
    """A plan.

    Parameters
    ----------
    protocol : Protocol
        Where everything in it comes from.
    drug : str
        What is infused.
    size : Size
        Of the patient.
    clock : Clock
        From minutes to the wall.
    steps : tuple of Step
        What flows from when to when.
    events : tuple of Event
        Everything that happens, in order.
    pharmacy : Pharmacy or None
        Who says how the drug is prepared.
    bags : tuple of Bag
        Empty without a pharmacy.
    gap : Interruption or None
        What came in between; the plan then begins with it.
    notes : tuple of str
        What has to be known to read it.
    made : datetime
        When it was made.
    label : str
        Whose it is, such as a bed; no name.
    """

    protocol: Protocol
    drug: str
    size: Size
    clock: Clock
    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    pharmacy: Pharmacy | None
    bags: tuple[Bag, ...]
    gap: Interruption | None
    notes: tuple[str, ...]
    made: datetime
    label: str = ""

    @property
    def stamp(self) -> str:
        """What stands on everything made with a fictitious pharmacy; else nothing."""
        return STAMP if self.pharmacy is not None and self.pharmacy.fictitious else ""

    @property
    def end(self) -> int:
        """When the last step ends, in **minutes** since the first dose."""
        return self.steps[-1].stretch.end

    def day(self, minute: int) -> int:
        """Return the day of treatment, counted from 1; that before the first dose is day 0."""
        return minute // DAY + 1

    def cycle(self, minute: int) -> int | None:
        """Return the cycle, counted from 1; None of a protocol without cycles."""
        course = self.protocol.course
        if course is None:
            return None
        return min(max(minute // course.cycle_minutes, 0) + 1, course.cycles)


def make_plan(
    protocol: Protocol,
    size: Size,
    clock: Clock,
    *,
    made: datetime,
    pharmacy: Pharmacy | None = None,
    interruption: tuple[datetime, int] | None = None,
    label: str = "",
    remarks: tuple[str, ...] = (),
) -> InfusionPlan:
    """Make the plan of a protocol for a patient.

    Parameters
    ----------
    protocol : Protocol
        Course or schedule.
    size : Size
        Of the patient.
    clock : Clock
        Beginning with the first dose.
    made : datetime
        When the plan is made.
    pharmacy : Pharmacy, optional
        Without it the plan stops at mcg/h.
    interruption : tuple of (datetime, int), optional
        When the infusion was interrupted, and for how many **minutes**.
    label : str
        Whose it is, such as a bed.
    remarks : tuple of str
        Notes that come first, such as that a checklist is not ready.

    Raises
    ------
    ProtocolError
        When there is no such plan.
    Problems
        A sentence for each step that pump or bags cannot deliver.
    EngineError
        When the second calculation disagrees with the first.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> from fractions import Fraction
    >>> from trimer.clinic.plan.clock import Clock, parse_start
    >>> from trimer.clinic.plan.size import Size
    >>> from trimer.library import protocol_path
    >>> from trimer.protocol import read_protocol
    >>> protocol = read_protocol(protocol_path("flotetuzumab-multi-step"))
    >>> clock = Clock(parse_start("2027-01-04T09:00+01:00"))
    >>> plan = make_plan(protocol, Size(Fraction(70)), clock, made=datetime(2027, 1, 1, tzinfo=UTC))
    >>> [float(step.mcg_per_day) for step in plan.steps[:7]]
    [2.1, 4.2, 7.0, 14.0, 21.0, 28.0, 35.0]
    """
    drug = drug_of(protocol)
    as_line(label, "the label of a plan")
    gap = None
    stretches = planned_stretches(protocol)
    if interruption is not None:
        at, minutes = clock.minute(interruption[0]), interruption[1]
        if minutes < 1:
            raise ProtocolError(
                f"Wrong length of the interruption: got {minutes / 60:g} hours; it lasts at least "
                "a minute. Write it like --hours 6."
            )
        gap = interrupted(protocol, at, minutes)
        stretches = retimed(protocol, gap)
    steps = steps_of(stretches, size)
    if pharmacy is not None:
        steps = pumped(steps, pharmacy, protocol, size, drug)
    check_twice(steps, size, protocol, on_course=gap is None)
    bags = () if pharmacy is None else bags_of(steps, pharmacy, protocol.pump.bag_change_minutes)
    events = events_of(protocol, size, steps, bags, gap)
    notes = remarks + notes_of(protocol, size, clock, pharmacy, gap, drug, _from(steps, gap))
    whole = InfusionPlan(
        protocol, drug, size, clock, steps, events, pharmacy, bags, gap, notes, made, label
    )
    return whole if gap is None else _from_there(whole, gap)


def _from_there(plan: InfusionPlan, gap: Interruption) -> InfusionPlan:
    """Leave out what was before the interruption."""
    return replace(
        plan,
        steps=_from(plan.steps, gap),
        events=tuple(event for event in plan.events if event.minute >= gap.at),
        bags=tuple(bag for bag in plan.bags if bag.start >= gap.at),
    )


def _from(steps: tuple[Step, ...], gap: Interruption | None) -> tuple[Step, ...]:
    return tuple(step for step in steps if gap is None or step.stretch.start >= gap.at)
