# SPDX-License-Identifier: Apache-2.0
"""A drawn cohort in words and as JSON: who was kept, what is typical, what goes together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.patients import Cohort, Definition, Tally

_MOST_PAIRS = 12
_LEAST_CORRELATION = 0.15
_LEAST_PATIENTS = 50  # of fewer, correlations are chance


def cohort_text(
    cohort: Cohort, definition: Definition, tally: Tally, units: Mapping[str, str]
) -> str:
    """Return a readable card of a drawn cohort."""
    columns = _columns(cohort, definition)
    number, seed = counted(len(cohort), "patient"), cohort.seed
    lines = [f"Cohort '{cohort.name}': {number}, seed {seed}", f"  {definition.title}"]
    lines += ["", definition.description]
    lines += [definition.note] if definition.note else []
    if definition.screened:
        lines += ["", f"Kept {tally.kept:,} of {tally.candidates:,} candidates ({tally.share:.0%})"]
        lines += [
            f"  {met / max(asked, 1):4.0%}  {words}" for words, (met, asked) in tally.met.items()
        ]
    if shares := _histories(cohort):
        lines += ["", "Before entry"]
        lines += [f"  {share:4.0%}  {title}" for title, share in shares.items()]
    lines += ["", *_table(columns, units)]
    if pairs := correlations(columns):
        lines += ["", "What goes together (rank correlation)"]
        lines += [f"  {value:+.2f}  {one} and {other}" for one, other, value in pairs]
    return "\n".join(lines)


def cohort_json(cohort: Cohort, definition: Definition, tally: Tally) -> dict[str, Any]:
    """Return the same as a record."""
    columns = _columns(cohort, definition)
    return {
        "name": cohort.name,
        "title": definition.title,
        "response_criteria": definition.response_criteria,
        "candidates": tally.candidates,
        "kept": tally.kept,
        "met": {words: {"met": met, "of": of} for words, (met, of) in tally.met.items()},
        "histories": _histories(cohort),
        "quantiles": {
            name: dict(zip(("p5", "p50", "p95"), _quantiles(x), strict=True))
            for name, x in columns.items()
        },
        "correlations": [
            {"between": [one, other], "rank": round(value, 3)}
            for one, other, value in correlations(columns)
        ],
    }


def correlations(columns: Mapping[str, NDArray[np.float64]]) -> list[tuple[str, str, float]]:
    """Return the strongest rank correlations, the strongest first."""
    names = [name for name, x in columns.items() if np.ptp(x) > 0]
    if len(names) < 2 or len(columns[names[0]]) < _LEAST_PATIENTS:
        return []
    ranks = [np.argsort(np.argsort(columns[name], kind="stable")) for name in names]
    matrix = np.atleast_2d(np.corrcoef(np.array(ranks, dtype=np.float64)))
    pairs = [
        (names[i], names[j], float(matrix[i, j]))
        for i in range(len(names))
        for j in range(i)
        if abs(matrix[i, j]) >= _LEAST_CORRELATION
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))[:_MOST_PAIRS]


def _columns(cohort: Cohort, definition: Definition) -> dict[str, NDArray[np.float64]]:
    """Return what the definition speaks of, as numbers."""
    named = dict.fromkeys(part.name for part in definition.named)
    columns = {name: cohort.column(name) for name in named if name in cohort.parameters}
    known = cohort.covariates.items()
    columns |= {name: x for name, x in known if x.dtype.kind == "f"}
    return {name: x for name, x in columns.items() if len(x) == 1 or np.ptp(x) > 0}


def _histories(cohort: Cohort) -> dict[str, float]:
    if "history" not in cohort.covariates:
        return {}
    titles, counts = np.unique(cohort.covariate("history"), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(titles[i]): float(counts[i] / len(cohort)) for i in order}


def _quantiles(x: NDArray[np.float64]) -> list[float]:
    return [float(q) for q in np.quantile(x, [0.05, 0.5, 0.95])]


def _table(columns: Mapping[str, NDArray[np.float64]], units: Mapping[str, str]) -> Sequence[str]:
    rows = [("", "median", "5-95 %", "unit")]
    for name, x in columns.items():
        low, median, high = _quantiles(x)
        unit = units.get(name, "")
        rows.append((name, f"{median:.4g}", f"{low:.4g}..{high:.4g}", "" if unit == "1" else unit))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
