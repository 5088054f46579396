# SPDX-License-Identifier: Apache-2.0
"""The tables of a study file that state its design.

::

    [design]                        # each patient in one arm, instead of in every arm
    control = "two-step"
    repeats = 200
    strata = { B0 = [50.0] }

    [endpoints.remission]
    label = "CR or CRh"
    response = ["CR", "CRh"]
    by_day = 60
    primary = true

    [endpoints.severe]
    when = "CRS >= 2"

    [escalation]                    # arms are doses, from the lowest on
    dlt = "CRS >= 3 or ICANS >= 3"
    target = 0.25
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from trimer.core.condition import parse
from trimer.core.errors import InputError, StudyError, did_you_mean
from trimer.trial.design.allocation import checked_block
from trimer.trial.design.endpoint import Endpoint, check_follow_up
from trimer.trial.design.plan import DESIGNS, MOST_REPEATS, Escalation, Randomized
from trimer.trial.design.stratum import Stratum
from trimer.trial.field import Line, Table, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimer.core.toml import Document

DLT = "dlt"
"""Name of the endpoint that a dose escalation is judged by."""

REPEATS = f"a whole number from 1 to {MOST_REPEATS}"


class DesignTable(Table):
    """``[design]``."""

    control: str = field("the name of an arm", '"flat"', default="")
    repeats: int = field(REPEATS, "200", default=1, ge=1, le=MOST_REPEATS)
    block: int | None = field("a whole number of patients", "4", default=None, ge=1, le=100)
    strata: dict[str, list[float]] = field(
        "a table of names, each with a rising list of numbers", "{ B0 = [50.0] }", default={}
    )
    dropout_percent: float | None = field(
        "a percentage from 0 to below 100, of patients within 28 days", "2.0", default=None,
        ge=0, lt=100, allow_inf_nan=False,
    )  # fmt: skip
    alpha: float = field(
        "a number between 0 and 1", "0.05", default=0.05, gt=0, lt=1, allow_inf_nan=False
    )
    transplants: bool = field("true or false", "true", default=True)


class EndpointTable(Table):
    """``[endpoints.NAME]``."""

    label: Line = field("one line of text", '"CR or CRh"', default="")
    response: list[str] = field("a list of responses", '["CR", "CRh"]', default=[])
    criteria: Literal["ELN 2022", "ELN 2017"] = field(
        '"ELN 2022" or "ELN 2017"', '"ELN 2022"', default="ELN 2022"
    )
    mrd_below: float | None = field(
        "a share of cells between 0 and 1", "0.001", default=None, gt=0, lt=1, allow_inf_nan=False
    )
    when: str = field("a condition", '"CRS >= 2"', default="")
    time_to: str = field("death, failure, relapse or response", '"death"', default="")
    mean_of: str = field("a number of the ward", '"dose_intensity"', default="")
    by_day: float | None = field(
        "a positive number of days", "60", default=None, gt=0, allow_inf_nan=False
    )
    primary: bool = field("true or false", "true", default=False)


class EscalationTable(Table):
    """``[escalation]``."""

    dlt: str = field("a condition", '"CRS >= 3 or ICANS >= 3"', min_length=1)
    target: float = field("a share of patients with a DLT, above 0", "0.25", allow_inf_nan=False)
    window_days: float = field(
        "a positive number of days", "28", default=28.0, gt=0, allow_inf_nan=False
    )
    designs: list[str] = field(
        f"a list of {', '.join(DESIGNS)}", '["3+3", "BOIN"]', default=list(DESIGNS)
    )
    cohort: int = field("a whole number of patients from 1 to 100", "3", default=3, ge=1, le=100)
    most: int = field("a whole number of patients from 1 to 500", "30", default=30, ge=1, le=500)
    start: str = field("the name of an arm", '"100"', default="")
    expected: str = field("the name of an arm", '"300"', default="")
    repeats: int = field(REPEATS, "2000", default=2000, ge=1, le=MOST_REPEATS)


class DesignTables(Table):
    """All of them."""

    design: DesignTable | None = field("a table", "[design]", default=None)
    endpoints: dict[str, EndpointTable] = field("tables [endpoints.NAME]", "", default={})
    escalation: EscalationTable | None = field("a table", "[escalation]", default=None)


class Stated:
    """What a study file states of its design, and what is wrong with it.

    Parameters
    ----------
    document : Document
        The file.
    tables : DesignTables
        Its tables, each in order by itself.
    shares : mapping of str to int
        Share of each arm in the allocation.
    days : float
        Follow-up, in **days**.
    visits : sequence of float
        Days on which a marrow is taken.
    """

    def __init__(
        self,
        document: Document,
        tables: DesignTables,
        shares: Mapping[str, int],
        days: float,
        visits: Sequence[float],
    ) -> None:
        self._document, self._shares = document, shares
        self.problems: list[str] = []
        found = [self._try(self._endpoint, name, one) for name, one in tables.endpoints.items()]
        self.endpoints: tuple[Endpoint, ...] = tuple(one for one in found if one is not None)
        self.design: Randomized | None = None
        self.escalation: Escalation | None = None
        if tables.design is not None:
            self.design = self._try(self._randomized, tables.design)
            if not tables.endpoints:
                self.problems.append(
                    f"No endpoint in {document.where('design')}: a randomized trial is judged by "
                    "at least one. Add a table [endpoints.NAME]."
                )
        if tables.escalation is not None:
            self.escalation = self._try(self._escalation, tables.escalation)
            if tables.design is not None:
                self.problems.append(
                    f"Two designs in '{document.path}': [design] and [escalation]. Leave one out."
                )
        if self.escalation is not None:
            self._check_window(self.escalation, days)
            self.endpoints += (dlt_endpoint(self.escalation),)
        try:
            check_follow_up(self.endpoints, days, visits)
        except StudyError as error:
            where = document.where("study", "days")
            self.problems += [f"{where}: {problem}" for problem in error.problems]

    def _try(self, make: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401 (a noun each)
        try:
            return make(*given)
        except InputError as error:
            self.problems += error.problems
            return None

    def _endpoint(self, name: str, table: EndpointTable) -> Endpoint:
        where = self._document.where("endpoints", name)
        if not name.replace("_", "").replace("-", "").isalnum() or name == DLT:
            raise StudyError(
                f"Wrong name of an endpoint in {where}: got '{name}'; it is made of letters, "
                f"digits, '-' and '_', and '{DLT}' is that of a dose escalation."
            )
        given = table.model_dump(exclude={"when", "response"})
        when = parse(table.when, where) if table.when else None
        endpoint: Endpoint = self._placed(
            where, lambda: Endpoint(name, when=when, response=tuple(table.response), **given)
        )
        return endpoint

    def _randomized(self, table: DesignTable) -> Randomized:
        document = self._document
        control = table.control or list(self._shares)[-1]
        if control not in self._shares:
            raise StudyError(
                f"Unknown arm '{control}' in {document.where('design', 'control')}."
                f"{did_you_mean(control, self._shares)}"
            )
        if len(self._shares) < 2:
            raise StudyError(
                f"Nothing to allocate in {document.where('design')}: got one arm; a randomized "
                "trial has at least two."
            )
        strata = []
        for of, cuts in table.strata.items():
            if cuts != sorted(set(cuts)):
                raise StudyError(
                    f"Wrong cut points of stratum '{of}' in {document.where('design', 'strata')}: "
                    f"got {', '.join(f'{cut:g}' for cut in cuts)}; they rise."
                )
            strata.append(Stratum(of, tuple(cuts)))
        given = table.model_dump(exclude={"control", "strata"})
        ratio = tuple(self._shares.values())
        where = document.where("design", "block")
        self._placed(where, lambda: checked_block(ratio, table.block))
        return Randomized(control=control, strata=tuple(strata), **given)

    def _escalation(self, table: EscalationTable) -> Escalation:
        where = self._document.where("escalation", "dlt")
        for key in ("start", "expected"):
            name = getattr(table, key)
            if name and name not in self._shares:
                raise StudyError(
                    f"Unknown arm '{name}' in {self._document.where('escalation', key)}."
                    f"{did_you_mean(name, self._shares)}"
                )
        given = table.model_dump(exclude={"dlt", "designs"})
        dlt = parse(table.dlt, where)
        place = self._document.where("escalation")
        escalation: Escalation = self._placed(
            place, lambda: Escalation(dlt, designs=tuple(table.designs), **given)
        )
        return escalation

    def _check_window(self, escalation: Escalation, days: float) -> None:
        if escalation.window_days > days:
            self.problems.append(
                f"Follow-up shorter than the window of toxicity in "
                f"{self._document.where('escalation', 'window_days')}: got {days:g} days; a DLT "
                f"counts for {escalation.window_days:g}. Follow patients longer: days = "
                f"{escalation.window_days:g}."
            )

    def _placed(self, where: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 (a noun each)
        try:
            return make()
        except InputError as error:
            raise StudyError(*(f"{where}: {problem}" for problem in error.problems)) from None


def dlt_endpoint(escalation: Escalation) -> Endpoint:
    """Return the endpoint of a dose escalation."""
    return Endpoint(
        DLT,
        "Dose-limiting toxicity",
        when=escalation.dlt,
        by_day=escalation.window_days,
        primary=True,
    )
