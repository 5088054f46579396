# SPDX-License-Identifier: Apache-2.0
"""Endpoints: what a trial is judged by, stated before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trimer.assess.response import CRITERIA, RESPONSES
from trimer.core.condition import check
from trimer.core.errors import StudyError, did_you_mean
from trimer.protocol.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.assess.response import Criteria
    from trimer.core.condition import Condition

TimeTo = Literal["death", "failure", "relapse", "response"]

TIMES: dict[str, str] = {
    "death": "overall survival",
    "failure": "event-free survival: no response, relapse or death",
    "relapse": "duration of response: from the first response to relapse or death",
    "response": "time to the first response",
}
"""What each time to an event is called."""

MEANS = ("dose_intensity", "hold_days", "tocilizumab_doses", "steroid_doses")
"""Numbers of the ward whose means can be compared."""

Kind = Literal["response", "condition", "time", "mean"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint; exactly one of `response`, `when`, `time_to` and `mean_of` says what it is.

    Parameters
    ----------
    name, label : str
        In tables, and for people.
    response : tuple of str
        Categories of response that count, such as ``("CR", "CRh")``.
    criteria : {"ELN 2022", "ELN 2017"}
        By which response is judged.
    mrd_below : float or None
        A response counts only at a marrow in which the leukemic share of cells is below this, such
        as 0.001; None asks for no measurement.
    when : Condition or None
        In the grammar of rules, of what the ward sees; it counts if it ever holds.
    time_to : str
        Of `TIMES`; empty if it is none.
    mean_of : str
        Of `MEANS`; empty if it is none.
    by_day : float or None
        Until when it counts, in **days**; the end of follow-up if left out.
    primary : bool
        Whether the trial is planned by it.
    """

    name: str
    label: str = ""
    response: tuple[str, ...] = ()
    criteria: Criteria = "ELN 2022"
    mrd_below: float | None = None
    when: Condition | None = None
    time_to: str = ""
    mean_of: str = ""
    by_day: float | None = None
    primary: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no endpoint, or several in one."""
        if problem := self._problem():
            raise StudyError(f"Wrong endpoint '{self.name}': {problem}")

    def _problem(self) -> str:
        said = [bool(self.response), self.when is not None, bool(self.time_to), bool(self.mean_of)]
        if sum(said) != 1:
            return (
                f"got {sum(said)} of response, when, time_to and mean_of; it has exactly one. "
                'Write one of them, like response = ["CR", "CRh"].'
            )
        for got, known, key in (
            (self.response, RESPONSES, "response"),
            ((self.time_to,) if self.time_to else (), TIMES, "time_to"),
            ((self.mean_of,) if self.mean_of else (), MEANS, "mean_of"),
            ((self.criteria,), CRITERIA, "criteria"),
        ):
            for word in got:
                if word not in known:
                    return f"unknown {key} '{word}'.{did_you_mean(word, known)}"
        if self.mrd_below is not None and not (self.response and 0.0 < self.mrd_below < 1.0):
            return (
                f"got mrd_below = {self.mrd_below:g}; it is a share of cells between 0 and 1, and "
                "belongs to a response. Write it like mrd_below = 0.001."
            )
        if self.when is not None:
            wrong = check(self.when, QUANTITIES)
            return wrong[0] if wrong else ""
        return ""

    @property
    def kind(self) -> Kind:
        """What is compared: a share of patients, a time or a mean."""
        if self.response:
            return "response"
        if self.when is not None:
            return "condition"
        return "time" if self.time_to else "mean"

    @property
    def is_share(self) -> bool:
        """Whether each patient has it or not."""
        return self.kind in {"response", "condition"}

    @property
    def needs_ward(self) -> bool:
        """Whether only a protocol that a ward follows can give it."""
        return self.kind in {"condition", "mean"}

    @property
    def title(self) -> str:
        """What it is called: its label, or what it says."""
        return self.label or self.text

    @property
    def text(self) -> str:
        """What it says, in words."""
        if self.response:
            what = f"{' or '.join(self.response)} by {self.criteria}"
            what += "" if self.mrd_below is None else f", residual disease below {self.mrd_below:g}"
        elif self.when is not None:
            what = f"ever {self.when}"
        else:
            what = TIMES.get(self.time_to, self.mean_of.replace("_", " "))
        return what if self.by_day is None else f"{what}, by day {self.by_day:g}"


def check_follow_up(endpoints: Sequence[Endpoint], days: float, visits: Sequence[float]) -> None:
    """Make sure that patients are followed for as long as every endpoint needs.

    Raises
    ------
    StudyError
        With a sentence for each that needs longer.
    """
    problems = []
    for endpoint in endpoints:
        needs = endpoint.by_day or 0.0
        why = f"by day {needs:g}"
        if endpoint.kind == "response" or endpoint.time_to in {"relapse", "response"}:
            due = [day for day in visits if endpoint.by_day is None or day <= endpoint.by_day]
            if not due:
                problems.append(
                    f"No marrow before endpoint '{endpoint.name}' is judged: got visits on days "
                    f"{', '.join(f'{day:g}' for day in visits) or 'none'}; it counts until day "
                    f"{needs:g}. Add a visit, or judge it later."
                )
                continue
            if due[0] > needs:
                needs, why = due[0], f"the first marrow is on day {due[0]:g}"
        if needs > days:
            problems.append(
                f"Follow-up shorter than endpoint '{endpoint.name}' needs: got {days:g} days; "
                f"{endpoint.text} needs {needs:g} ({why}). Follow patients longer: days = "
                f"{needs:g}."
            )
    if problems:
        raise StudyError(*problems)
