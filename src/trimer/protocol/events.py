# SPDX-License-Identifier: Apache-2.0
"""Doses as events: the instants at which something changes.

At one instant the order is: infusions that end, single doses, infusions that start; within each,
the order of the protocol. So where one infusion follows another the rate falls to zero and rises
at the same time, and a dose given at that moment meets no infusion but its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from trimer.protocol.steps import Bolus, Infusion

_END, _DOSE, _START = range(3)


@dataclass(frozen=True, slots=True)
class DoseEvent:
    """Something that changes at an instant.

    Parameters
    ----------
    time_days : float
        Days since the first dose.
    drug : str
        Name of the drug.
    kind : {"rate", "bolus"}
        ``rate``: from now on the infusion runs at `amount`, 0 when it ends; ``bolus``: `amount`
        is given at once.
    amount : float
        In `amount_unit`, per kilogram of body weight if `per_kg`.
    amount_unit : str
        ``ng/day`` for a rate; ``ng``, ``ug`` or ``mg`` for a bolus.
    per_kg : bool
        Whether the amount is per kilogram of body weight.
    step : str
        Which step of the protocol it is, such as ``infuse 3`` or ``give 1``, counted from 1.
    reason : str
        ``planned``: the protocol said so beforehand.
    """

    time_days: float
    drug: str
    kind: Literal["rate", "bolus"]
    amount: float
    amount_unit: str
    per_kg: bool
    step: str
    reason: str = "planned"


def dose_events(infusions: Sequence[Infusion], doses: Sequence[Bolus]) -> tuple[DoseEvent, ...]:
    """Return the events of infusions and single doses, in order.

    Parameters
    ----------
    infusions : sequence of Infusion
        Those of one drug do not overlap.
    doses : sequence of Bolus
        Single doses.

    Returns
    -------
    tuple of DoseEvent
        By time, at one instant in the order this module describes.
    """
    # Sorted by the exact time: what is one instant on paper is one instant here.
    found: list[tuple[Fraction, int, DoseEvent]] = []
    for number, infusion in enumerate(infusions, start=1):
        found += [
            (time, order, _rate_event(infusion, time, value, f"infuse {number}"))
            for time, order, value in (
                (infusion.start, _START, infusion.rate.value),
                (infusion.end, _END, 0.0),
            )
        ]
    for number, dose in enumerate(doses, start=1):
        found.append((dose.at, _DOSE, _bolus_event(dose, f"give {number}")))
    found.sort(key=lambda item: item[:2])
    return tuple(event for _, _, event in found)


def _rate_event(infusion: Infusion, time: Fraction, value: float, step: str) -> DoseEvent:
    return DoseEvent(
        time_days=float(time),
        drug=infusion.drug,
        kind="rate",
        amount=value,
        amount_unit="ng/day",
        per_kg=infusion.rate.per_kg,
        step=step,
    )


def _bolus_event(dose: Bolus, step: str) -> DoseEvent:
    return DoseEvent(
        time_days=dose.at_days,
        drug=dose.drug,
        kind="bolus",
        amount=dose.amount.value,
        amount_unit=dose.amount.unit,
        per_kg=dose.amount.per_kg,
        step=step,
    )
