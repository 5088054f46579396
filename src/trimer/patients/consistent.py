# SPDX-License-Identifier: Apache-2.0
"""What has to fit together in a cohort file whose tables are right one by one."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from trimer.core import spread, units
from trimer.core.errors import did_you_mean
from trimer.patients.correlation import cholesky, explained
from trimer.patients.tables import SYMBOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimer.patients.inherit import Family
    from trimer.patients.tables import CohortFile, EvidenceTable, LimitTable


def inconsistencies(family: Family, table: CohortFile) -> list[str]:
    """Return a sentence for each thing that does not fit together."""
    factors = list(_factors(family, table))
    problems = [
        *factors,
        *_evidence(family, table),
        *_names(family, table),
        *_parameters(family, table),
        *_followed(family, table),
        *_histories(family, table),
        *_induction(family, table),
    ]
    if not factors:
        problems += _loadings(family, table)
    return problems


def _factors(family: Family, table: CohortFile) -> Iterator[str]:
    """Correlations name two different factors once, and fit together."""
    names = list(table.factors)
    seen: dict[frozenset[str], str] = {}
    for name, row in table.correlations.items():
        where = family.where("correlations", name, "between")
        for factor in row.between:
            if factor not in names:
                yield f"Unknown factor '{factor}' in {where}.{did_you_mean(factor, names)}"
        pair = frozenset(row.between)
        if len(pair) < 2:
            yield (
                f"Wrong 'between' in {where}: got '{row.between[0]}' twice; a correlation is that "
                "of two factors. Name another one."
            )
        elif pair in seen:
            yield (
                f"Correlation '{name}' in {where}: '{seen[pair]}' gives that of the same factors "
                "already. Keep one of them."
            )
        seen[pair] = name


def _matrix(table: CohortFile) -> list[list[float]]:
    names = list(table.factors)
    matrix = [[float(a == b) for a in names] for b in names]
    for row in table.correlations.values():
        i, j = (names.index(name) for name in row.between)
        matrix[i][j] = matrix[j][i] = row.value
    return matrix


def _loadings(family: Family, table: CohortFile) -> Iterator[str]:
    names, matrix = list(table.factors), _matrix(table)
    if names and cholesky(matrix) is None:
        listed = ", ".join(f"{' and '.join(row.between)} {row.value:g}"
                           for row in table.correlations.values())  # fmt: skip
        yield (
            f"Correlations in {family.where('correlations')}: the matrix is not positive definite "
            f"({listed}); nobody can have such factors. Bring the correlations nearer to 0."
        )
        return
    for name, row in table.parameters.items():
        known = {factor: loading for factor, loading in row.loadings.items() if factor in names}
        share = explained(known, names, matrix)
        if share > 1 + 1e-9:
            yield (
                f"Loadings of '{name}' in {family.where('parameters', name, 'loadings')}: they "
                f"explain {share:.0%} of its variance; at most 100% is possible. Lower them."
            )


def _evidence(family: Family, table: CohortFile) -> Iterator[str]:
    known = family.sources()
    for path, row in _rows(table):
        for key in (key.strip() for key in row.source.split(";")):
            if key and key not in known:
                yield (
                    f"Unknown source '{key}' in {family.where(*path, 'source')}: no .bib file "
                    f"beside it has this key.{did_you_mean(key, known)}"
                )


def _rows(table: CohortFile) -> Iterator[tuple[tuple[str, ...], EvidenceTable]]:
    """Yield every table with a source, and where it stands."""
    for section in ("factors", "correlations", "parameters", "prior", "entry", "history"):
        for name, row in getattr(table, section).items():
            yield (section, name), row
    for name, score in table.covariates.items():
        yield ("covariates", name), score
    for name, history in table.history.items():
        for measure, limit in history.limits.items():
            yield ("history", name, "limits", measure), limit
    if table.induction is not None:
        yield ("induction",), table.induction


def _names(family: Family, table: CohortFile) -> Iterator[str]:
    """Names become columns of tables."""
    for section in ("factors", "parameters", "prior", "entry", "covariates"):
        for name in getattr(table, section):
            if not re.match(SYMBOL, name):
                yield (
                    f"Wrong name '{name}' in {family.where(section, name)}: use letters, digits "
                    "and underscores, a letter first."
                )
    for name in table.covariates:
        if name in table.parameters:
            where = family.where("covariates", name)
            yield f"Covariate '{name}' in {where}: a parameter has this name. Choose another."


def _parameters(family: Family, table: CohortFile) -> Iterator[str]:
    for name, row in table.parameters.items():
        where = family.where("parameters", name)
        if row.spread:
            if problem := spread.check(row.spread, None):
                at = family.where("parameters", name, "spread")
                yield f"Spread of '{name}' in {at}: {problem}."
            if not row.unit:
                yield (
                    f"Missing 'unit' in {where}: the numbers of a spread have one. "
                    "Write that of the parameter card."
                )
        elif not (row.loadings or row.effects):
            yield (
                f"Nothing said of '{name}' in {where}: give its spread, loadings or effects, or "
                "take the table out."
            )
        if row.unit and (problem := units.check(row.unit)):
            yield f"Unit of '{name}' in {where}: {problem[0].lower()}{problem[1:]}"


def _followed(family: Family, table: CohortFile) -> Iterator[str]:
    """What a parameter or a covariate follows is a factor."""
    used = [
        (("parameters", name, key), factor)
        for name, row in table.parameters.items()
        for key, weights in (("loadings", row.loadings), ("effects", row.effects))
        for factor in weights
    ]
    used += [(("covariates", name, "factor"), row.factor) for name, row in table.covariates.items()]
    for path, factor in used:
        if factor not in table.factors:
            yield (
                f"Unknown factor '{factor}' in {family.where(*path)}, '{path[2]}' of '{path[1]}'."
                f"{did_you_mean(factor, table.factors)}"
            )


def _histories(family: Family, table: CohortFile) -> Iterator[str]:
    for name in table.cohort.keep:
        if name not in table.history:
            where = family.where("cohort", "keep")
            yield f"Unknown history '{name}' in {where}.{did_you_mean(name, table.history)}"
    if len(set(table.cohort.keep)) < len(table.cohort.keep):
        yield f"A history stands twice in 'keep' in {family.where('cohort', 'keep')}: name it once."
    for name, limit in table.entry.items():
        yield from _limit(family.where("entry", name), name, limit)
    for name, row in table.history.items():
        for measure, limit in row.limits.items():
            yield from _limit(family.where("history", name, "limits", measure), measure, limit)
        if not isinstance(row.gap_days, str) and row.gap_days < 0:
            yield (
                f"Wrong 'gap_days' in {family.where('history', name, 'gap_days')}: got "
                f"{row.gap_days:g}; it is not negative. Correct it."
            )
        if table.induction is None and isinstance(row.gap_days, str):
            yield (
                f"No table [induction] in '{family.path}': history '{name}' takes its gap from "
                f"'{row.gap_days}', which the induction shows. Add the table, or give days."
            )


def _limit(where: str, name: str, limit: LimitTable) -> Iterator[str]:
    values = [limit.at_least, limit.above, limit.at_most, limit.below]
    given: Iterable[float] = [value for value in values if value is not None]
    if not given:
        yield (
            f"No limit of '{name}' in {where}: give one or two of at_least, above, at_most and "
            "below."
        )
    low = max((v for v in values[:2] if v is not None), default=None)
    high = min((v for v in values[2:] if v is not None), default=None)
    if low is not None and high is not None and low > high:
        yield (
            f"Limits of '{name}' in {where}: got from {low:g} to {high:g}; the lower one has to be "
            "below the upper one. Change one of them."
        )


def _induction(family: Family, table: CohortFile) -> Iterator[str]:
    if table.induction is None:
        return
    courses = sorted(table.induction.courses, key=lambda course: course.start_day)
    where = family.where("induction", "courses")
    for one, other in pairwise(courses):
        if one.start_day + one.days > other.start_day:
            yield (
                f"Courses overlap in {where}: that of day {one.start_day:g} lasts {one.days:g} "
                f"days, the next one starts on day {other.start_day:g}. Move one of them."
            )
    if table.induction.follow_days < table.induction.assessed_day:
        yield (
            f"Wrong 'follow_days' in {family.where('induction', 'follow_days')}: got "
            f"{table.induction.follow_days:g}; remission is judged on day "
            f"{table.induction.assessed_day:g}. Follow for longer."
        )
