# SPDX-License-Identifier: Apache-2.0
"""The planned doses of an arm, as far as its patients were followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.errors import StoreError, TrimerError
from trimer.protocol.read import parse_protocol
from trimer.report.numbers import amount

if TYPE_CHECKING:
    from trimer.report.data import RunData
    from trimer.report.manifest import Arm


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of infusion at one rate; start and end in days since first dose."""

    drug: str
    start: float
    end: float
    rate: float
    unit: str


@dataclass(frozen=True, slots=True)
class Gift:
    """A single dose; time in days since first dose."""

    drug: str
    time: float
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the patients of an arm were given."""

    steps: tuple[Step, ...]
    gifts: tuple[Gift, ...]

    def given(self) -> tuple[str, ...]:
        """Drugs given as single doses, in order of first use."""
        return tuple(dict.fromkeys(gift.drug for gift in self.gifts))

    def last_change(self) -> float:
        """Day from which the rate stays what it is but for pauses; 0 when there is no infusion."""
        first = self.steps[0].start if self.steps else 0.0
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return max([first, *(b.start for a, b in pairs if a.rate != b.rate)])


def schedule(run: RunData, arm: Arm) -> Schedule:
    """Planned doses of an arm, from the protocol the run keeps.

    Raises
    ------
    StoreError
        If that protocol cannot be read.
    """
    try:
        protocol = parse_protocol(arm.text, f"protocol of arm '{arm.name}'")
    except TrimerError as error:
        message = (
            f"The protocol of arm '{arm.name}' in '{run.folder / 'run.json'}' cannot be read: "
            f"{error} Run the study again."
        )
        raise StoreError(message) from error
    days = run.manifest.days
    steps = (
        Step(s.drug, s.start_days, min(s.end_days, days), s.rate.value, s.rate.unit)
        for s in sorted(protocol.infusions, key=lambda infusion: infusion.start)
        if s.start_days < days
    )
    gifts = (
        Gift(
            d.drug,
            float(d.at),
            d.amount.value,
            f"{d.amount.unit}/kg" if d.amount.per_kg else d.amount.unit,
        )
        for d in sorted(protocol.doses, key=lambda dose: dose.at)
        if float(d.at) < days
    )
    return Schedule(tuple(steps), tuple(gifts))


def dose_text(dose: float, unit: str) -> str:
    """Write a dose as clinics do: no trailing zero, ``mcg`` for micrograms.

    Examples
    --------
    >>> [dose_text(*x).replace("\u00a0", " ") for x in ((10.0, "mg"), (0.5, "ug"))]
    ['10 mg', '0.5 mcg']
    """
    return amount(dose, unit.replace("ug", "mcg"))
