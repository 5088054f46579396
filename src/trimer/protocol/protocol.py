# SPDX-License-Identifier: Apache-2.0
"""A protocol: what is given, how much and when, and what is done about what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

from trimer.core.errors import Problems, ProtocolError
from trimer.protocol import build
from trimer.protocol.card import card, in_words
from trimer.protocol.drugs import drug_named
from trimer.protocol.examine import examine
from trimer.protocol.monitoring import (
    AT_HOME_FROM_DAY_8,
    NO_BAG_CHANGE,
    Hospital,
    Monitoring,
    Pump,
)
from trimer.protocol.planned import planned
from trimer.protocol.rule import with_usual_doses
from trimer.protocol.schedule import DRUG, Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import SupportsFloat

    from trimer.protocol.course import Course, LeadIn
    from trimer.protocol.limits import Allowance, DrugLimits
    from trimer.protocol.premedication import Premedication
    from trimer.protocol.restart import RestartRow
    from trimer.protocol.rule import Resume, Rule

__all__ = ["DRUG", "Protocol"]


@dataclass(frozen=True, slots=True, repr=False)
class Protocol(Schedule):
    """A dosing protocol. Methods that add something return a new protocol.

    It is either a schedule, made with `infuse`, `pause` and `give` (see `Schedule` for its first
    parameters), or a course that is followed on a ward, made with the other methods.

    Parameters
    ----------
    course : Course or None
        Lead-in, maintenance and cycles. `infusions` and `doses` then say what is given if nothing
        comes in between, and times of premedication before the first dose are negative.
    premedication : tuple of Premedication
        Around the first dose, cycles, steps, restarts.
    monitoring : Monitoring or None
        What is looked at when.
    hospital, pump : Hospital, Pump
        Where patients are treated, and with what.
    start_requires : tuple of str
        Drugs without which as premedication nothing starts.
    rules : tuple of Rule
        What is done when; in the order in which it is carried out.
    restart : tuple of RestartRow
        How the infusion goes on after a gap.
    drugs : tuple of DrugLimits
        Caps.
    allow : tuple of Allowance
        Limits that may be passed.
    policy, policy_notice : str
        The policy its rules began with, and what has to be said wherever they are shown.
    warnings : tuple of str
        What is unusual about it, as `checked` found.

    Examples
    --------
    >>> Protocol("flat").infuse("500 ng/kg/day", days=28).give("dexamethasone 10 mg", at_days=0)
    Protocol 'flat': 1 infusion and 1 dose, 28 days
      flotetuzumab 500 ng/kg/day from day 0 to day 28
      dexamethasone 10 mg on day 0

    >>> step_up = (
    ...     Protocol("step-up")
    ...     .lead_in("30 ng/kg/day", days=3)
    ...     .lead_in("90 ng/kg/day", days=4)
    ...     .maintain("250 ng/kg/day")
    ...     .cycles(2, later="4 days on, 3 days off")
    ...     .premedicate("dexamethasone 10 mg", when="30 min before first dose")
    ...     .monitor(vitals="every 4 h")
    ...     .hold(when="CRS >= 2", resume="CRS <= 1", at="one step back")
    ...     .restart_after({"any": "same rate"})
    ... )
    >>> step_up.checked()
    Protocol 'step-up': 2 cycles of 28 days, 1 rule
      flotetuzumab 30 ng/kg/day for 3 days
      flotetuzumab 90 ng/kg/day for 4 days
      flotetuzumab 250 ng/kg/day, continuous; from cycle 2 4 days on, 3 days off
      dexamethasone 10 mg, 30 min before first dose
      vital signs every 4 h; neurology every 12 h; laboratory every 24 h
    """

    course: Course | None = None
    premedication: tuple[Premedication, ...] = ()
    monitoring: Monitoring | None = None
    hospital: Hospital = AT_HOME_FROM_DAY_8
    pump: Pump = NO_BAG_CHANGE
    start_requires: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    restart: tuple[RestartRow, ...] = ()
    drugs: tuple[DrugLimits, ...] = ()
    allow: tuple[Allowance, ...] = ()
    policy: str = ""
    policy_notice: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    # Steps of a lead-in that still waits for its maintenance.
    _steps: tuple[LeadIn, ...] = ()

    def __post_init__(self) -> None:
        """Work out what is planned, and refuse what no schedule can be."""
        if self.course is not None:
            # slots and frozen: set once, here; what is planned follows from the course
            infusions, doses = planned(self.course, self.premedication)
            object.__setattr__(self, "infusions", infusions)
            object.__setattr__(self, "doses", doses)
        object.__setattr__(self, "rules", with_usual_doses(self.rules, self.drugs))
        Schedule.__post_init__(self)

    @property
    def is_closed_loop(self) -> bool:
        """Whether it has a course, and so is followed on a ward."""
        return self.course is not None

    # ------------------------------------------------------------------ the course
    def lead_in(self, rate: str, *, days: SupportsFloat) -> Protocol:
        """Add a step of the lead-in; the rate ``"pause"`` is a planned pause."""
        step = build.step(rate, days, f"protocol '{self.name}', lead-in")
        self._need_no_schedule()
        if self.course is None:
            return replace(self, _steps=(*self._steps, step))
        return replace(self, course=replace(self.course, lead_in=(*self.course.lead_in, step)))

    def maintain(self, rate: str, *, drug: str = DRUG) -> Protocol:
        """Set the drug, and its rate after the lead-in."""
        self._need_no_schedule()
        lead_in = self.course.lead_in if self.course else self._steps
        course = build.maintained(self.course, lead_in, rate, drug, f"protocol '{self.name}'")
        return replace(self, course=course, _steps=())

    def cycles(
        self,
        number: int,
        *,
        days: int | None = None,
        first: str | None = None,
        later: str | None = None,
    ) -> Protocol:
        """Set how many cycles there are, and how the drug runs in them.

        Parameters
        ----------
        number : int
            Of cycles.
        days : int, optional
            Length of a cycle; 28 if never set.
        first, later : str, optional
            ``"continuous"``, as if never set, or such as ``"4 days on, 3 days off"``.
        """
        where = f"protocol '{self.name}', cycles"
        return replace(self, course=build.cycled(self._course(), number, days, first, later, where))

    def with_maintenance(self, rate: str) -> Protocol:
        """Change the maintenance rate; steps of the lead-in are never above it.

        Raises
        ------
        Problems
            If a limit of the drug's rates is passed that is not allowed to be.
        """
        return self.maintain(rate, drug=self._course().drug).checked()

    def with_later_cycles(self, pattern: str) -> Protocol:
        """Change how the drug runs from cycle 2 on: ``"4 days on, 3 days off"``."""
        return self.cycles(self._course().cycles, later=pattern).checked()

    # ------------------------------------------------------------------ around it
    def premedicate(self, dose: str, *, when: str) -> Protocol:
        """Add premedication.

        Parameters
        ----------
        dose : str
            Drug, amount and unit: ``"dexamethasone 10 mg"``.
        when : str
            A duration before or after first dose, each cycle, each step or restart:
            ``"30 min before first dose"``.
        """
        entry = build.premedication(dose, when, f"protocol '{self.name}', premedication")
        return replace(self, premedication=(*self.premedication, entry))

    def require(self, *drugs: str) -> Protocol:
        """Let nothing start without these drugs as premedication."""
        where = f"protocol '{self.name}', what a start requires"
        named = [drug_named(drug, where) for drug in drugs]
        return replace(self, start_requires=tuple(dict.fromkeys((*self.start_requires, *named))))

    def monitor(
        self,
        *,
        vitals: str | Sequence[str],
        neurology: str | Sequence[str] = "every 12 h",
        labs: str | Sequence[str] = "every 24 h",
        marrow_days: Sequence[int] = (),
        continuous: bool = False,
    ) -> Protocol:
        """Set what is looked at when.

        Parameters
        ----------
        vitals, neurology, labs : str or sequence of str
            ``"every 4 h"``, or ``["every 4 h until day 8", "every 8 h"]``.
        marrow_days : sequence of int
            Days of each cycle, counted from 1.
        continuous : bool
            Whether a monitor calls at once when a limit is crossed.
        """
        where = f"protocol '{self.name}', monitoring"
        found = build.monitoring((vitals, neurology, labs), marrow_days, where)
        return replace(self, monitoring=replace(found, continuous=continuous))

    def stay(self, order: str = "inpatient", *, no_discharge_before_day: int = 8) -> Protocol:
        """Set where patients are treated."""
        where = f"protocol '{self.name}', hospital"
        return replace(self, hospital=build.hospital(order, no_discharge_before_day, where))

    def bags(self, change: str, *, takes: str = "0 min") -> Protocol:
        """Set how often the pump's bag is changed, such as ``"every 96 h"``."""
        return replace(self, pump=build.pump(change, takes, f"protocol '{self.name}', pump"))

    # ------------------------------------------------------------------ rules
    def use_policy(self, name: str) -> Protocol:
        """Begin with the rules, restart table and caps of a shipped policy.

        What the protocol has itself stands over the policy's.
        """
        return replace(self, **build.on_policy(self, name))

    def rule(
        self,
        name: str,
        *,
        when: str,
        do: str | Sequence[str],
        resume_when: str | None = None,
        resume: Resume | None = None,
        basis: str = "",
        source: str = "",
    ) -> Protocol:
        """Add a rule, or replace the one of this name.

        Parameters
        ----------
        name : str
            One line.
        when : str
            A condition: ``"CRS >= 2"``.
        do : str or sequence of str
            Actions: ``["hold", "tocilizumab 8 mg/kg every 8 h"]``.
        resume_when, resume : str, optional
            When a hold ends, and at which rate the drug goes on.
        basis, source : str
            Where the rule comes from.
        """
        rules = {rule.name: rule for rule in self.rules}
        rules[name] = build.rule(self, name, when, do, resume_when, resume, basis, source)
        return replace(self, rules=tuple(rules.values()))

    def hold(
        self, *, when: str, resume: str, at: Resume = "same rate", name: str | None = None
    ) -> Protocol:
        """Add a rule that holds the infusion until `resume`, and goes on `at` which rate."""
        name = f"hold when {when}" if name is None else name
        return self.rule(name, when=when, do="hold", resume_when=resume, resume=at)

    def rescue(
        self, dose: str, *, when: str, at_most: int | None = None, name: str | None = None
    ) -> Protocol:
        """Add a rule that gives a drug: ``"tocilizumab 8 mg/kg every 8 h"``."""
        name = f"{dose} when {when}" if name is None else name
        do = dose if at_most is None else f"{dose} at most {at_most}"
        return self.rule(name, when=when, do=do)

    def without(self, *names: str) -> Protocol:
        """Leave rules out, by their names."""
        return replace(self, rules=build.left(self.rules, names, f"protocol '{self.name}'"))

    def restart_after(self, table: Mapping[str, str]) -> Protocol:
        """Set how the infusion goes on after a gap.

        Parameters
        ----------
        table : mapping of str to str
            From gaps, such as ``"4 h to 24 h"``, to ``"same rate"``, ``"one step back"``,
            ``"half rate"``, ``"from the start"`` or ``"stop"``, with ``"premedicate, "`` before it
            if so.
        """
        return replace(self, restart=build.restart(table, f"protocol '{self.name}', restart"))

    def limit(
        self,
        drug: str,
        *,
        dose: str | None = None,
        most: str | None = None,
        apart: str | None = None,
        in_24_h: int | None = None,
        in_all: int | None = None,
        small: tuple[int, str] | None = None,
    ) -> Protocol:
        """Set the usual dose and the caps of a drug; what is left out stays as it is.

        Parameters
        ----------
        drug : str
            Its name.
        dose, most : str, optional
            Usual and largest dose.
        apart : str, optional
            Least time between two doses.
        in_24_h, in_all : int, optional
            Most doses.
        small : tuple of (int, str), optional
            The dose below a body weight in **kg**.
        """
        where = f"protocol '{self.name}', {drug}"
        counts = (in_24_h, in_all)
        drugs = build.limited(self.drugs, drug, (dose, most, apart), counts, small, where)
        return replace(self, drugs=drugs)

    def allowing(self, what: str, *, reason: str) -> Protocol:
        """Let a limit be passed, and say why."""
        return replace(self, allow=(*self.allow, build.allowance(what, reason, self.name)))

    # ------------------------------------------------------------------ as a whole
    def checked(self) -> Protocol:
        """Return it with its `warnings`, or refuse it.

        Raises
        ------
        Problems
            Everything that is wrong with a course as a whole.
        """
        problems, unusual = examine(self)
        if problems:
            raise Problems(problems)
        return replace(self, warnings=tuple(unusual))

    def in_words(self) -> str:
        """Return the whole protocol in words, with every rule and what has to be said of it."""
        return in_words(self)

    def _course(self) -> Course:
        if self.course is None:
            raise ProtocolError(
                f"No course in protocol '{self.name}': it has no maintenance rate yet. "
                "Call maintain first."
            )
        return self.course

    def _need_no_schedule(self) -> None:
        if self.course is None and (self.infusions or self.doses):
            raise ProtocolError(
                f"Two ways of dosing in protocol '{self.name}': got both single infusions or doses "
                "and a course. Keep one of them."
            )

    def _need_no_course(self) -> None:
        if self.course is not None or self._steps:
            raise ProtocolError(
                f"Two ways of dosing in protocol '{self.name}': a course has its own lead-in and "
                "premedication. Add to those instead."
            )

    def __repr__(self) -> str:
        """Return a short card."""
        return "\n".join(card(self))

    def _repr_html_(self) -> str:
        head, *lines = card(self)
        rows = "".join(f"<tr><td>{escape(line.strip())}</td></tr>" for line in lines)
        return f"<p><b>{escape(head)}</b></p><table>{rows}</table>"
