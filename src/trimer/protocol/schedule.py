# SPDX-License-Identifier: Apache-2.0
"""A schedule: infusions and single doses at times that are fixed beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.core.errors import Problems, ProtocolError
from trimer.core.shown import shown
from trimer.protocol.days import as_duration, as_time
from trimer.protocol.dose import parse_amount, parse_rate
from trimer.protocol.events import DoseEvent, dose_events
from trimer.protocol.steps import Bolus, Infusion, as_drug, overlap_message, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self, SupportsFloat

DRUG = "flotetuzumab"


@dataclass(frozen=True, slots=True, repr=False)
class Schedule:
    """Infusions and single doses at fixed times. Methods that add one return a new schedule.

    An infusion holds from its start up to, not including, its end. Doses are written with their
    unit; times are days since the first dose.

    Parameters
    ----------
    name : str
        One line; what tables and file names call it.
    title : str
        One line for people.
    infusions : tuple of Infusion
        In the order they were added; two of one drug never overlap.
    doses : tuple of Bolus
        In the order they were added.
    sources : tuple of str
        Keys into the library's list of sources.
    note : str
        Remarks.

    Raises
    ------
    ProtocolError
        When a name is not one line of text, or infusions of one drug overlap.
    """

    name: str
    title: str = ""
    infusions: tuple[Infusion, ...] = ()
    doses: tuple[Bolus, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""
    # Where the next infusion of a drug starts after a pause; a pause at the end leaves no trace.
    _resume: tuple[tuple[str, Fraction], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        """Refuse names that are no line of text, and infusions that overlap."""
        as_line(self.name, "a protocol's name", empty=False)
        as_line(self.title, f"the title of protocol '{self.name}'")
        as_note(self.note, f"the note of protocol '{self.name}'")
        where = f"protocol '{self.name}'"
        problems = [
            overlap_message(self.infusions[first], self.infusions[second], where)
            for first, second in overlaps(self.infusions)
        ]
        if len(problems) == 1:
            raise ProtocolError(problems[0])
        if problems:
            raise Problems(problems)

    def infuse(
        self,
        rate: str,
        *,
        days: SupportsFloat,
        drug: str = DRUG,
        start_days: SupportsFloat | None = None,
    ) -> Self:
        """Add an infusion.

        Parameters
        ----------
        rate : str
            With its unit, such as ``"30 ng/kg/day"``.
        days : float
            How long it runs.
        drug : str
            What is infused.
        start_days : float, optional
            When it starts; if left out, when the previous infusion of the drug ends, or a pause
            after it, or day 0.
        """
        self._need_no_course()
        where = f"protocol '{self.name}', infusion {len(self.infusions) + 1}"
        drug = as_drug(drug, where)
        start = self._next_start(drug) if start_days is None else as_time(start_days, where)
        infusion = Infusion(
            drug=drug,
            rate=parse_rate(rate, where),
            start=start,
            length=as_duration(days, where),
        )
        resume = tuple(item for item in self._resume if item[0] != drug)
        return replace(self, infusions=(*self.infusions, infusion), _resume=resume)

    def give(self, dose: str, *, at_days: SupportsFloat) -> Self:
        """Add a single dose.

        Parameters
        ----------
        dose : str
            Drug and amount with its unit, such as ``"dexamethasone 10 mg"``.
        at_days : float
            When it is given.
        """
        self._need_no_course()
        where = f"protocol '{self.name}', dose {len(self.doses) + 1}"
        drug, _, amount = str(dose).strip().partition(" ")
        if not isinstance(dose, str) or not amount:
            raise ProtocolError(
                f"Wrong dose in {where}: got {shown(dose)}; it names drug, amount and unit. "
                'Write it like "dexamethasone 10 mg".'
            )
        bolus = Bolus(
            drug=as_drug(drug, where),
            amount=parse_amount(amount, where),
            at=as_time(at_days, where),
        )
        return replace(self, doses=(*self.doses, bolus))

    def pause(self, *, days: SupportsFloat, drug: str = DRUG) -> Self:
        """Let the next infusion of a drug start this many days later."""
        self._need_no_course()
        pause = as_duration(days, f"protocol '{self.name}', a pause")
        others = tuple(item for item in self._resume if item[0] != drug)
        return replace(self, _resume=(*others, (drug, self._next_start(drug) + pause)))

    def events(self) -> tuple[DoseEvent, ...]:
        """Return everything that changes, in order; see `trimer.protocol.events`.

        Times are negative only for the premedication of a course before its first dose.
        """
        return dose_events(self.infusions, self.doses)

    @property
    def drug_names(self) -> tuple[str, ...]:
        """Names of the drugs, in the order they appear."""
        steps: Iterable[Infusion | Bolus] = (*self.infusions, *self.doses)
        return tuple(dict.fromkeys(step.drug for step in steps))

    @property
    def days(self) -> float:
        """When the last infusion ends or the last dose is given, in days."""
        ends = [*(infusion.end for infusion in self.infusions), *(dose.at for dose in self.doses)]
        return float(max(ends, default=Fraction(0)))

    def _need_no_course(self) -> None:
        """Refuse a single dose where a course is followed: a plain schedule has none."""

    def _next_start(self, drug: str) -> Fraction:
        ends = {infusion.drug: infusion.end for infusion in self.infusions} | dict(self._resume)
        return ends.get(drug, Fraction(0))


def as_line(text: object, where: str, *, empty: bool = True) -> str:
    """Return one line of printable text, or refuse what is not."""
    if isinstance(text, str) and text.isprintable() and (empty or text.strip()):
        return text
    kind = "" if empty else ", not an empty one"
    raise ProtocolError(
        f"Wrong text in {where}: got {shown(text)}; it is one line of text{kind}. "
        "Write it in words."
    )


def as_note(text: object, where: str) -> str:
    """Return lines of printable text, or refuse what is not."""
    if isinstance(text, str):
        for line in text.splitlines():
            as_line(line, where)
        return text
    return as_line(text, where)
