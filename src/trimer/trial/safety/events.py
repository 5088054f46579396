# SPDX-License-Identifier: Apache-2.0
"""Adverse events of a run, one row for each patient and term that he had: worst grade, onset.

| term | graded by | from |
|---|---|---|
| CRS, ICANS | ASTCT 2019 | what the ward graded |
| infection | CTCAE v5: 3, intravenous drugs are given for it | infections of the run |
| laboratory tests | CTCAE v5 | the model's values at the stored times, without noise |
| nausea, fatigue and others | CTCAE v5 | see `trimer.assess.adverse` |

A laboratory event counts where its grade is above that on the first day: most patients enter with
cytopenia. Everything counts until 30 days after the last infusion (see
`trimer.trial.safety.emergent`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import ADULT, adverse_deviate, adverse_events, adverse_grade, ctcae_grade
from trimer.trial.safety.emergent import last_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from trimer.simulate import Run

    Floats = NDArray[np.float64]

LABORATORY = {
    "ALT": ("ALT", "ALT increased"),
    "AST": ("AST", "AST increased"),
    "bilirubin": ("bilirubin", "Bilirubin increased"),
    "creatinine": ("creatinine", "Creatinine increased"),
    "ANC": ("ANC", "Neutrophils decreased"),
    "platelets": ("PLT", "Platelets decreased"),
    "hemoglobin": ("hemoglobin", "Anemia"),
    "lymphocytes": ("lymphocytes", "Lymphocytes decreased"),
}
"""Tests that CTCAE grades: observable of the model, and what the event is called."""

INFECTIONS = {
    "bacterial_infection": "Infection, bacterial",
    "fungal_infection": "Infection, fungal",
}
INFECTION_GRADE = 3
_AGAINST_BASELINE = ("ALT", "AST", "bilirubin", "creatinine")

COLUMNS = {
    "arm": pl.String, "id": pl.Int64, "term": pl.String, "grade": pl.Int8, "onset": pl.Float64,
}  # fmt: skip


def needed_outputs(known: Collection[str]) -> tuple[str, ...]:
    """Return which outputs of a model adverse events are graded from."""
    wanted = [observable for observable, _ in LABORATORY.values()]
    wanted += [event.latent for event in adverse_events().values() if event.default]
    return tuple(name for name in dict.fromkeys(wanted) if name in known)


def adverse_rows(arm: str, run: Run, stored: NDArray[np.intp]) -> pl.DataFrame:
    """Return the adverse events of a run.

    Parameters
    ----------
    arm : str
        Name of the arm.
    run : Run
        With the outputs of `needed_outputs`, as far as the model has them.
    stored : int array
        Which of its output times count.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, ``term``, ``grade`` (the worst, at least 1), ``onset`` (**day**).
    """
    times, last = run.times[stored], last_day(run)
    late = times > last[:, None]
    frames = [
        _first(run.ids, times, term, np.where(late, np.int8(0), grade))
        for term, grade in (*_laboratory(run, stored), *_symptoms(run, stored))
    ]
    frames += _on_ward(run, last)
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=dict(list(COLUMNS.items())[1:]))
    failed = list(run.failures)
    return (
        rows.filter(~pl.col("id").is_in(failed))
        .sort("id", "term")
        .select(
            pl.lit(arm).alias("arm"), *(pl.col(n).cast(t) for n, t in list(COLUMNS.items())[1:])
        )
    )


def _laboratory(run: Run, stored: NDArray[np.intp]) -> Iterator[tuple[str, NDArray[np.int8]]]:
    for test, (observable, term) in LABORATORY.items():
        if observable in run.names:
            values = np.maximum(run.column(observable)[:, stored], 0.0)
            baseline = values[:, :1] if test in _AGAINST_BASELINE else None
            grade = ctcae_grade(test, values, limits=ADULT, baseline=baseline)
            yield term, np.where(grade > grade[:, :1], grade, np.int8(0)).astype(np.int8)


def _symptoms(run: Run, stored: NDArray[np.intp]) -> Iterator[tuple[str, NDArray[np.int8]]]:
    for name, event in adverse_events().items():
        if event.default and event.latent in run.names:
            deviate = adverse_deviate(name, run.cohort.seed or 0, run.ids)
            yield (
                name.capitalize(),
                adverse_grade(name, run.column(event.latent)[:, stored], deviate),
            )


def _on_ward(run: Run, last: Floats) -> list[pl.DataFrame]:
    if run.ward is None:
        return []
    until = pl.DataFrame({"id": run.ids, "last": last})
    grades, doses = (
        frame.join(until, on="id").filter(pl.col("time") <= pl.col("last"))
        for frame in (run.ward.grades(), run.ward.doses())
    )
    found = [
        _worst(grades.select("id", "time", pl.col(name).alias("grade")), name)
        for name in ("CRS", "ICANS")
    ]
    for drug, term in INFECTIONS.items():
        caught = doses.filter(pl.col("drug") == drug).select("id", "time", grade=INFECTION_GRADE)
        found.append(_worst(caught, term))
    return found


def _worst(rows: pl.DataFrame, term: str) -> pl.DataFrame:
    had = rows.filter(pl.col("grade") > 0)
    return had.group_by("id", maintain_order=True).agg(
        pl.lit(term).alias("term"),
        pl.col("grade").max().cast(pl.Int8),
        pl.col("time").min().cast(pl.Float64).alias("onset"),
    )


def _first(
    ids: NDArray[np.int64], times: Floats, term: str, grade: NDArray[np.int8]
) -> pl.DataFrame:
    has = (grade > 0).any(axis=1)
    return pl.DataFrame(
        {
            "id": ids[has],
            "term": [term] * int(has.sum()),
            "grade": grade[has].max(axis=1, initial=0).astype(np.int8),
            "onset": times[(grade[has] > 0).argmax(axis=1)],
        },
        schema={"id": pl.Int64, "term": pl.String, "grade": pl.Int8, "onset": pl.Float64},
    )
