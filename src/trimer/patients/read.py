# SPDX-License-Identifier: Apache-2.0
"""Read the definition of a cohort from TOML, and list everything that is wrong with it.

::

    [cohort]
    name = "strong-infiltration"
    title = "Failed induction, CD123 tied to resistance more closely"
    description = "A variant of the shipped cohort."
    based_on = "pif"

    [parameters.R123]
    loadings = { resistance = 0.5 }
    source = "TrimerCohorts"
    basis = "assumed"
    details = "0.3 in the shipped cohort"
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import ValidationError

from trimer.core.errors import CohortError, Problems
from trimer.patients.consistent import inconsistencies
from trimer.patients.definition import (
    Correlation,
    Course,
    Definition,
    Evidence,
    Factor,
    History,
    Induction,
    Limit,
    Loss,
    Score,
    Variation,
)
from trimer.patients.inherit import Family, read_family
from trimer.patients.sentences import sentence
from trimer.patients.tables import CohortFile, EvidenceTable, InductionTable, LimitTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_definition(path: Path, shipped: Mapping[str, Path] | None = None) -> Definition:
    """Read the definition of a cohort.

    Parameters
    ----------
    path : Path
        The file.
    shipped : mapping of str to Path, optional
        Cohorts that it may be based on, by name.

    Raises
    ------
    CohortError
        When a file is missing, empty, not text or not TOML.
    Problems
        When it is TOML but no cohort: every problem, with file and line.
    """
    family = read_family(path, shipped or {})
    if "cohort" not in family.data:
        raise CohortError(
            f"No table [cohort] in '{path}': the definition of a cohort has one. Add it."
        )
    try:
        table = CohortFile.model_validate(family.data)
    except ValidationError as error:
        found = [sentence(family, problem) for problem in error.errors()]
        raise Problems(dict.fromkeys(found)) from None
    if problems := inconsistencies(family, table):
        raise Problems(dict.fromkeys(problems))
    return _definition(family, table)


def _definition(family: Family, table: CohortFile) -> Definition:
    cohort = table.cohort
    kept = cohort.keep or list(table.history)
    return Definition(
        name=cohort.name,
        title=cohort.title,
        description=" ".join(cohort.description.split()),
        path=family.path,
        response_criteria=cohort.response_criteria,
        note=" ".join(cohort.note.split()),
        factors=tuple(
            Factor(name, row.definition, _evidence(row)) for name, row in table.factors.items()
        ),
        correlations=tuple(
            Correlation((row.between[0], row.between[1]), row.value, _evidence(row))
            for row in table.correlations.values()
        ),
        variations=tuple(
            Variation(
                name, _evidence(row), row.spread, row.unit, row.loadings, row.effects, row.optional
            )
            for name, row in table.parameters.items()
        ),
        losses=tuple(
            Loss(
                name, _evidence(row), row.loss_per_course, row.recovery_days or math.inf,
                row.optional,
            )
            for name, row in table.prior.items()
        ),
        histories=tuple(
            History(
                name, row.title, _evidence(row), _limits(row.limits), row.courses, row.gap_days
            )
            for name, row in ((name, table.history[name]) for name in kept)
        ),
        entry=_limits(table.entry),
        scores=tuple(
            Score(name, row.definition, _evidence(row), row.factor, row.noise_sd)
            for name, row in table.covariates.items()
        ),
        induction=None if table.induction is None else _induction(table.induction),
        sources=family.sources(),
    )  # fmt: skip


def _limits(tables: Mapping[str, LimitTable]) -> tuple[Limit, ...]:
    def or_else(value: float | None, instead: float) -> float:
        return instead if value is None else value

    return tuple(
        Limit(
            name, _evidence(row), row.unit,
            at_least=or_else(row.at_least, -math.inf), above=or_else(row.above, -math.inf),
            at_most=or_else(row.at_most, math.inf), below=or_else(row.below, math.inf),
        )
        for name, row in tables.items()
    )  # fmt: skip


def _induction(table: InductionTable) -> Induction:
    courses = sorted(table.courses, key=lambda course: course.start_day)
    return Induction(
        title=table.title,
        evidence=_evidence(table),
        courses=tuple(Course(row.start_day, row.days, row.share) for row in courses),
        assessed_day=table.assessed_day,
        remission_percent=table.remission_percent,
        follow_days=table.follow_days,
    )


def _evidence(table: EvidenceTable) -> Evidence:
    keys = tuple(key.strip() for key in table.source.split(";") if key.strip())
    return Evidence(keys, table.basis, " ".join(table.details.split()))
