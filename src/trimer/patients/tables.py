# SPDX-License-Identifier: Apache-2.0
"""The tables of a cohort file: which keys there are, and what may stand in them.

Each field says in words what it takes, for the sentence on what is wrong.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
SYMBOL = r"^[A-Za-z][A-Za-z0-9_]*$"

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, le=36500, allow_inf_nan=False)]
_Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


def _field(words: str, example: str, **limits: Any) -> Any:  # noqa: ANN401 (pydantic's own)
    return Field(description=words, examples=[example], **limits)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EvidenceTable(_Table):
    """What every table with a number says of it."""

    source: str = _field(
        "keys of sources, with ';' between them", '"TrimerCohorts"', pattern=r"[^\s;]"
    )
    basis: Literal["measured", "fitted", "derived", "scaled", "assumed"] = _field(
        "measured, fitted, derived, scaled or assumed", '"assumed"'
    )
    details: str = _field("text", '"no figure was found"', default="")


class CohortTable(_Table):
    """Table ``[cohort]``."""

    name: str = _field("a name of letters, digits, '-', '_' and '.'", '"pif"', pattern=NAME)
    title: str = _field("one line of text", '"AML that failed induction"', pattern=r"^[^\n]+$")
    description: str = _field("text", '"Who they are."', min_length=1)
    based_on: str = _field("a shipped cohort, or a file", '"unselected"', default="")
    keep: list[str] = _field("names of histories", '["refractory"]', default=[])
    response_criteria: bool = _field("true or false", "true", default=True)
    note: str = _field("text", '"What else there is to know."', default="")


class FactorTable(EvidenceTable):
    """Table ``[factors.NAME]``."""

    definition: str = _field("text", '"burden of leukemia"', min_length=1)


class CorrelationTable(EvidenceTable):
    """Table ``[correlations.NAME]``."""

    between: list[str] = _field(
        "the names of two factors", '["size", "burden"]', min_length=2, max_length=2
    )
    value: _Correlation = _field("a number from -1 to 1", "0.5")


class ParameterTable(EvidenceTable):
    """Table ``[parameters.NAME]``."""

    spread: str = _field("a spread, as in a parameter card", '"lognormal cv 40%"', default="")
    unit: str = _field("the unit of the card", '"1"', default="")
    loadings: dict[str, _Correlation] = _field(
        "factors with a number from -1 to 1 each", "{ size = 0.6 }", default={}
    )
    effects: dict[str, _Number] = _field(
        "factors with a number each", "{ infiltration = 0.6 }", default={}
    )
    optional: bool = _field("true or false", "true", default=False)


class PriorTable(EvidenceTable):
    """Table ``[prior.NAME]``."""

    loss_per_course: float = _field(
        "a share from 0 to below 1", "0.25", ge=0, lt=1, allow_inf_nan=False
    )
    recovery_days: _Positive | None = _field("a positive number of days", "90", default=None)
    optional: bool = _field("true or false", "true", default=False)


class LimitTable(EvidenceTable):
    """Table ``[entry.NAME]`` or ``[history.NAME.limits.NAME]``."""

    unit: str = _field("the unit of the limits", '"%"', min_length=1)
    at_least: _Number | None = _field("a number", "5", default=None)
    above: _Number | None = _field("a number", "5", default=None)
    at_most: _Number | None = _field("a number", "5", default=None)
    below: _Number | None = _field("a number", "5", default=None)


class HistoryTable(EvidenceTable):
    """Table ``[history.NAME]``."""

    title: str = _field("one line of text", '"failed induction"', pattern=r"^[^\n]+$")
    courses: int = _field("a whole number from 0 to 100", "2", ge=0, le=100, default=0)
    gap_days: float | str = _field(
        "a number of days, not negative, or the name of a measure", "35", default=0.0
    )
    limits: dict[str, LimitTable] = _field("tables [history.NAME.limits.NAME]", "", default={})


class CourseTable(_Table):
    """One of ``courses`` in table ``[induction]``."""

    start_day: float = _field("a day, not negative", "0", ge=0, le=36500, allow_inf_nan=False)
    days: _Positive = _field("a positive number of days", "7")
    share: float = _field(
        "a share of the regimen's kill, above 0", "0.5", gt=0, le=100, allow_inf_nan=False
    )


class InductionTable(EvidenceTable):
    """Table ``[induction]``."""

    title: str = _field("one line of text", '"7+3"', pattern=r"^[^\n]+$")
    courses: list[CourseTable] = _field(
        "tables with start_day, days and share",
        "[{ start_day = 0, days = 7, share = 1 }]",
        min_length=1,
    )
    assessed_day: _Positive = _field("a positive number of days", "28")
    remission_percent: float = _field(
        "a percentage above 0 and below 100", "5", gt=0, lt=100, allow_inf_nan=False
    )
    follow_days: _Positive = _field("a positive number of days", "1826")


class ScoreTable(EvidenceTable):
    """Table ``[covariates.NAME]``."""

    definition: str = _field("text", '"infiltration as measured"', min_length=1)
    factor: str = _field("the name of a factor", '"infiltration"')
    noise_sd: float = _field("a number, not negative", "0.4", ge=0, le=100, allow_inf_nan=False)


class CohortFile(_Table):
    """A cohort file."""

    cohort: CohortTable = _field("a table", "[cohort]")
    factors: dict[str, FactorTable] = _field("tables [factors.NAME]", "", default={})
    correlations: dict[str, CorrelationTable] = _field("tables [correlations.NAME]", "", default={})
    parameters: dict[str, ParameterTable] = _field("tables [parameters.NAME]", "", default={})
    prior: dict[str, PriorTable] = _field("tables [prior.NAME]", "", default={})
    entry: dict[str, LimitTable] = _field("tables [entry.NAME]", "", default={})
    history: dict[str, HistoryTable] = _field("tables [history.NAME]", "", default={})
    covariates: dict[str, ScoreTable] = _field("tables [covariates.NAME]", "", default={})
    induction: InductionTable | None = _field("a table", "[induction]", default=None)
