# SPDX-License-Identifier: Apache-2.0
"""A dosing protocol: what is given, how much and when, decided beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from trimer.core.errors import Problems, ProtocolError
from trimer.core.shown import counted, shown
from trimer.protocol.days import as_duration, as_time
from trimer.protocol.dose import parse_amount, parse_rate
from trimer.protocol.events import DoseEvent, dose_events
from trimer.protocol.steps import Bolus, Infusion, as_drug, overlap_message, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import SupportsFloat

DRUG = "flotetuzumab"

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, repr=False)
class Protocol:
    """A dosing protocol. Methods that add a step return a new protocol.

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

    Examples
    --------
    >>> step_up = (
    ...     Protocol("step-up")
    ...     .infuse("30 ng/kg/day", days=1)
    ...     .infuse("100 ng/kg/day", days=3)
    ...     .pause(days=3)
    ...     .infuse("500 ng/kg/day", days=24)
    ...     .give("dexamethasone 10 mg", at_days=0)
    ... )
    >>> step_up
    Protocol 'step-up': 3 infusions and 1 dose, 31 days
      flotetuzumab 30 ng/kg/day from day 0 to day 1
      flotetuzumab 100 ng/kg/day from day 1 to day 4
      flotetuzumab 500 ng/kg/day from day 7 to day 31
      dexamethasone 10 mg on day 0
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
    ) -> Protocol:
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

    def give(self, dose: str, *, at_days: SupportsFloat) -> Protocol:
        """Add a single dose.

        Parameters
        ----------
        dose : str
            Drug and amount with its unit, such as ``"dexamethasone 10 mg"``.
        at_days : float
            When it is given.
        """
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

    def pause(self, *, days: SupportsFloat, drug: str = DRUG) -> Protocol:
        """Let the next infusion of a drug start this many days later."""
        pause = as_duration(days, f"protocol '{self.name}', a pause")
        others = tuple(item for item in self._resume if item[0] != drug)
        return replace(self, _resume=(*others, (drug, self._next_start(drug) + pause)))

    def events(self) -> tuple[DoseEvent, ...]:
        """Return everything that changes, in order; see `trimer.protocol.events`."""
        return dose_events(self.infusions, self.doses)

    @property
    def drugs(self) -> tuple[str, ...]:
        """Names of the drugs, in the order they appear."""
        steps: Iterable[Infusion | Bolus] = (*self.infusions, *self.doses)
        return tuple(dict.fromkeys(step.drug for step in steps))

    @property
    def days(self) -> float:
        """When the last infusion ends or the last dose is given, in days."""
        ends = [*(infusion.end for infusion in self.infusions), *(dose.at for dose in self.doses)]
        return float(max(ends, default=Fraction(0)))

    def _next_start(self, drug: str) -> Fraction:
        ends = {infusion.drug: infusion.end for infusion in self.infusions} | dict(self._resume)
        return ends.get(drug, Fraction(0))

    def __repr__(self) -> str:
        """Return a short card."""
        lines = [self._headline(), *(f"  {step}" for step in self._shown()[:_MOST_SHOWN])]
        more = len(self.infusions) + len(self.doses) - _MOST_SHOWN
        return "\n".join([*lines, f"  ... and {more} more"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{escape(step)}</td></tr>" for step in self._shown())
        return f"<p><b>{escape(self._headline())}</b></p><table>{rows}</table>"

    def _headline(self) -> str:
        infusions = counted(len(self.infusions), "infusion")
        doses = counted(len(self.doses), "dose")
        return f"Protocol '{self.name}': {infusions} and {doses}, {self.days:g} days"

    def _shown(self) -> list[str]:
        infusions = [f"{infusion.drug} {infusion}" for infusion in self.infusions]
        return [*infusions, *(str(dose) for dose in self.doses)]


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
