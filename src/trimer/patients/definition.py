# SPDX-License-Identifier: Apache-2.0
"""A cohort's definition: what makes its patients alike, how they differ, and who is left out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimer.core.sources import Source

REMISSION_DAYS = "remission_days"
"""Measure: from the day of assessment until marrow blasts are above the limit again."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a number comes from.

    Parameters
    ----------
    source : tuple of str
        Keys of the sources.
    basis : str
        measured, fitted, derived, scaled or assumed.
    details : str
        How it was obtained.
    """

    source: tuple[str, ...]
    basis: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """Something of a patient that several parameters follow: a standard normal number."""

    name: str
    definition: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of two factors."""

    between: tuple[str, str]
    value: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Variation:
    """How a parameter of the card differs in this cohort.

    Parameters
    ----------
    name : str
        The parameter.
    evidence : Evidence
        Where the numbers come from.
    spread : str
        Instead of that of the card, in the card's grammar; empty: as the card says.
    unit : str
        Unit of the numbers in `spread`; it has to be that of the card.
    loadings : mapping of str to float
        Correlation with each factor; what lies behind the spread is drawn along with them, and
        the parameter's own distribution stays what it is.
    effects : mapping of str to float
        What one standard deviation of a factor adds to the logarithm, on top of the spread.
    optional : bool
        Whether a model without the parameter will do.
    """

    name: str
    evidence: Evidence
    spread: str = ""
    unit: str = ""
    loadings: Mapping[str, float] = field(default_factory=dict)
    effects: Mapping[str, float] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """What earlier chemotherapy took of a parameter.

    Parameters
    ----------
    name : str
        The parameter.
    loss_per_course : float
        Share lost with each course.
    recovery_days : float
        Time, in **days**, in which the loss falls to 1/e; infinite where it stays.
    """

    name: str
    evidence: Evidence
    loss_per_course: float
    recovery_days: float = math.inf
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition on a drawn parameter or on something the induction showed.

    Parameters
    ----------
    name : str
        What is looked at.
    unit : str
        Unit of the limits.
    at_least, above, at_most, below : float
        The limits; infinite where there is none.
    """

    name: str
    evidence: Evidence
    unit: str
    at_least: float = -math.inf
    above: float = -math.inf
    at_most: float = math.inf
    below: float = math.inf

    def __str__(self) -> str:
        """Return the condition in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        parts = [
            f"{words} {value:g}{unit}"
            for words, value in (
                ("at least", self.at_least),
                ("above", self.above),
                ("at most", self.at_most),
                ("below", self.below),
            )
            if math.isfinite(value)
        ]
        return f"{self.name} {' and '.join(parts)}"


@dataclass(frozen=True, slots=True)
class History:
    """What a patient has behind him.

    Parameters
    ----------
    name, title : str
        In tables, and for people.
    limits : tuple of Limit
        Who has it: all of them hold.
    courses : int
        Courses of chemotherapy before entry.
    gap_days : float or str
        From the last course to entry, in **days**; or the measure that says so.
    """

    name: str
    title: str
    evidence: Evidence
    limits: tuple[Limit, ...] = ()
    courses: int = 0
    gap_days: float | str = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """One course of the treatment before entry: a share of the regimen's kill over some days."""

    start_day: float
    days: float
    share: float


@dataclass(frozen=True, slots=True)
class Induction:
    """The treatment before entry that is simulated for every candidate.

    Parameters
    ----------
    title : str
        For people.
    courses : tuple of Course
        In order of time.
    assessed_day : float
        Day on which remission is judged.
    remission_percent : float
        Marrow blasts up to which it is a remission, in **%**.
    follow_days : float
        For how long a remission is followed, in **days** from the start.
    """

    title: str
    evidence: Evidence
    courses: tuple[Course, ...]
    assessed_day: float
    remission_percent: float
    follow_days: float


@dataclass(frozen=True, slots=True)
class Score:
    """A covariate that reads a factor with the noise of a measurement.

    Parameters
    ----------
    name, definition : str
        In tables, and for people.
    factor : str
        What it reads.
    noise_sd : float
        Standard deviation of the noise, in those of the factor.
    """

    name: str
    definition: str
    evidence: Evidence
    factor: str
    noise_sd: float


@dataclass(frozen=True, repr=False)
class Definition:
    """A cohort's definition, as its file gives it.

    Parameters
    ----------
    name, title, description : str
        In tables, one line for people, who they are.
    response_criteria : bool
        Whether response criteria of AML may be applied to these patients.
    factors, correlations, variations, losses, histories, entry, scores : tuples
        See their classes. Only the histories that are kept are here.
    induction : Induction or None
        Treatment before entry; None where none is simulated.
    sources : mapping of str to Source
        What the evidence names.
    path : Path
        The file.
    """

    name: str
    title: str
    description: str
    path: Path
    response_criteria: bool = True
    note: str = ""
    factors: tuple[Factor, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    variations: tuple[Variation, ...] = ()
    losses: tuple[Loss, ...] = ()
    histories: tuple[History, ...] = ()
    entry: tuple[Limit, ...] = ()
    scores: tuple[Score, ...] = ()
    induction: Induction | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def named(self) -> tuple[Variation | Loss, ...]:
        """Everything said of a parameter."""
        return (*self.variations, *self.losses)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every condition of the definition."""
        of_histories = [limit for history in self.histories for limit in history.limits]
        return (*of_histories, *self.entry)

    @property
    def screened(self) -> bool:
        """Whether candidates may be left out."""
        return bool(self.limits)

    def correlation_matrix(self) -> list[list[float]]:
        """Return the correlations of the factors, in their order."""
        names = [factor.name for factor in self.factors]
        matrix = [[float(i == j) for j in range(len(names))] for i in range(len(names))]
        for correlation in self.correlations:
            i, j = (names.index(name) for name in correlation.between)
            matrix[i][j] = matrix[j][i] = correlation.value
        return matrix

    def __repr__(self) -> str:
        """Return a short card."""
        who = ", ".join(history.title for history in self.histories) or "everyone who is drawn"
        return (
            f"<Definition of cohort {self.name}: {len(self.factors)} factors, "
            f"{len(self.variations)} parameters, {who}>"
        )
