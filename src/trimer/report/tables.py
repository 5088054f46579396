# SPDX-License-Identifier: Apache-2.0
"""The tables of a report: rows of text, ready to be set."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from trimer.report import words
from trimer.report.dictionary import FILES, MEANINGS
from trimer.report.numbers import (
    MISSING,
    count,
    counted,
    fixed,
    listing,
    number,
    percent,
    points_span,
    span,
    unit_text,
)
from trimer.report.rates import (
    CRS_EVENTS,
    GRADES,
    RESPONSE_EVENTS,
    RESPONSES,
    Event,
    difference,
    rate,
)
from trimer.report.units import name_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.report.data import RunData

MOST_FAILURES = 50

COVARIATES = (
    "WT", "blast_fraction", "marrow_T_fraction", "blood_T", "R123", "R3", "ANC0", "PLT0",
    "cov_infiltration_score", "cov_prior_courses", "cov_prior_days",
)  # fmt: skip
"""Parameters a clinic would call covariates; the rest stands behind a fold."""

AT_START = ("blasts", "blood_blasts", "LSC_cells", "T_cells", "marrow_T", "ANC", "PLT", "IL6")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Heads; the first column heads its rows.
    rows : sequence of tuple of str
        Cells.
    text_columns : frozenset of int
        Columns of words, set to the left; the others are numbers, set to the right.
    source_column : int, optional
        Column whose cells are keys of sources, to be linked.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    text_columns: frozenset[int] = field(default_factory=lambda: frozenset({0}))
    source_column: int | None = None


def frame_table(caption: str, table: pl.DataFrame) -> Table:
    """Make a table of a data frame, numbers to three significant digits."""
    words_in = frozenset(
        i for i, kind in enumerate(table.dtypes) if kind in (pl.String, pl.Categorical)
    )
    rows = [
        tuple(
            value
            if isinstance(value, str)
            else count(value)
            if isinstance(value, int)
            else number(value)
            for value in row
        )
        for row in table.iter_rows()
    ]
    heads = tuple(name.replace("_", " ") for name in table.columns)
    return Table(caption, heads, rows, words_in)


def covariates(run: RunData) -> Table:
    """Covariates of the cohort: median and 5-95 %, beside the typical patient's value."""
    shown = [name for name in COVARIATES if name in run.patients.columns]
    return _parameters_of_cohort(
        run,
        shown or _parameter_columns(run)[:8],
        f"Covariates of {counted(len(run.patients), 'virtual patient')}",
    )


def other_parameters(run: RunData) -> Table:
    """All other parameters that differ between patients."""
    rest = [name for name in _parameter_columns(run) if name not in COVARIATES]
    return _parameters_of_cohort(run, rest, "Other parameters that differ between virtual patients")


def _parameter_columns(run: RunData) -> list[str]:
    numeric = run.patients.select(pl.selectors.numeric()).columns
    return [name for name in numeric if name != "id"]


def _parameters_of_cohort(run: RunData, names: Sequence[str], caption: str) -> Table:
    card = {row.get("name", ""): row for row in run.model.parameters}
    rows = []
    for name in names:
        row = card.get(name, {})
        rows.append(
            (
                row.get("definition") or name.removeprefix("cov_").replace("_", " "),
                name,
                *_middle(run.patients[name]),
                _value(row.get("value", "")),
                unit_text(row.get("unit", "")),
            )
        )
    heads = ("Parameter", "Symbol", "Median", "5–95 %", "Typical", "Unit")
    return Table(caption, heads, rows, frozenset({0, 1, 5}))


def at_start(run: RunData) -> Table:
    """Clinical picture before the first dose."""
    rows = [
        (words.upper(run.label(name)), *_middle(run.baseline[name]), unit_text(run.unit(name)))
        for name in AT_START
        if name in run.baseline.columns
    ]
    return Table(
        "Before the first dose", ("Read-out", "Median", "5–95 %", "Unit"), rows, frozenset({0, 3})
    )


def crs(run: RunData) -> Table:
    """CRS grades by arm with exact intervals."""
    grades = [Event(f"worst grade {grade}", "crs_grade", (grade,)) for grade in GRADES]
    return _by_arm(run, f"CRS ({words.grading(run)})", [*grades, *CRS_EVENTS])


def responses(run: RunData) -> Table:
    """Best response by arm with exact intervals."""
    kinds = [Event(name, "response", (name,)) for name in RESPONSES]
    return _by_arm(run, "Best response (ELN 2022 categories)", [*kinds, *RESPONSE_EVENTS[1:]])


def _by_arm(run: RunData, caption: str, events: Sequence[Event]) -> Table:
    arms = run.arms
    heads = [f"{words.letter(run, arm)}  {arm.label}" for arm in arms]
    compared = [f"{words.letter(run, arms[0])} minus {words.letter(run, arm)}" for arm in arms[1:]]
    rows = []
    for event in events:
        cells = [words.upper(event.name)]
        for arm in arms:
            found = rate(run, arm, event)
            cells += [f"{count(found.count)}/{count(found.total)}", words.cell(found)]
        for arm in arms[1:]:
            d = difference(run, arms[0], arm, event)
            cells.append(f"{fixed(100 * d.difference, 1)} ({points_span(d.low, d.high)})")
        rows.append(tuple(cells))
    columns = ["Event"]
    for head in heads:
        columns += [f"{head}, n/N", "% (95 % interval)"]
    columns += [f"{text}, points (95 % interval)" for text in compared]
    return Table(caption, tuple(columns), rows)


def read_outs(run: RunData) -> Table:
    """Exposure and peaks of the patients of each arm."""
    wanted = (
        ("cmax_ng_mL", "Highest concentration, ng/mL: geometric mean (CV)", _geometric),
        ("auc", "Area under the concentration, ng/mL × day: geometric mean (CV)", _geometric),
        ("peak_il6", "Highest IL-6, pg/mL: median (5–95 %)", _median_span),
        ("day_of_peak_il6", "Day of highest IL-6: median (range)", _median_range),
        ("peak_temperature", "Highest temperature, °C: median (5–95 %)", _degrees),
        ("blast_day28", "Marrow blasts on day 28, %: median (5–95 %)", _median_span),
        ("best_blast_change_percent", "Best change of blasts, %: median (5–95 %)", _median_span),
        ("lsc_log10_reduction", "Stem cells, log10 reduction: median (5–95 %)", _median_span),
    )
    rows = []
    for name, text, say in wanted:
        if name in run.outcomes.columns:
            cells = (say(run.finished(arm)[name].drop_nulls().drop_nans()) for arm in run.arms)
            rows.append((text, *cells))
    heads = ("Read-out", *(f"{words.letter(run, arm)}  {arm.label}" for arm in run.arms))
    return Table("Exposure and peaks", heads, rows)


def failures(run: RunData) -> Table:
    """Patients whose simulation stopped, with the reason."""
    label = {arm.name: f"{words.letter(run, arm)}  {arm.label}" for arm in run.manifest.arms}
    failed = run.failed().sort("arm", "id")
    rows = [
        (label.get(row["arm"], row["arm"]), str(row["id"]), row["reason"] or "no reason recorded")
        for row in failed.head(MOST_FAILURES).iter_rows(named=True)
    ]
    more = len(failed) - MOST_FAILURES
    if more > 0:
        rows.append((f"and {count(more)} more in outcomes.parquet", "", ""))
    heads = ("Arm", "Virtual patient", "Why")
    return Table("Simulations that did not finish", heads, rows, frozenset({0, 2}))


def parameter_card(run: RunData) -> Table:
    """The model's parameters, all of them."""
    rows = [
        (
            row.get("name", ""), row.get("definition", ""), _value(row.get("value", "")),
            unit_text(row.get("unit", "")), row.get("spread", "") or "same in all",
            row.get("sources", row.get("source", "")), row.get("basis", ""), row.get("details", ""),
        )
        for row in run.model.parameters
    ]  # fmt: skip
    heads = ("Name", "Definition", "Value", "Unit", "Spread", "Source", "Basis", "Details")
    words_in = frozenset({0, 1, 3, 4, 5, 6, 7})
    return Table("Parameter card", heads, rows, words_in, source_column=5)


def bases(run: RunData) -> str:
    """How many parameters rest on what, as a sentence."""
    kinds: dict[str, int] = {}
    for row in run.model.parameters:
        kinds[row.get("basis", "")] = kinds.get(row.get("basis", ""), 0) + 1
    parts = [f"{count(n)} {kind}" for kind, n in sorted(kinds.items(), key=lambda x: -x[1]) if kind]
    return listing(parts)


def methods(run: RunData) -> Table:
    """How the run was made."""
    rows = [(words.upper(name), text) for name, text in run.manifest.facts]
    return Table("How the run was made", ("What", "Value"), rows, frozenset({0, 1}))


def files(run: RunData) -> list[tuple[str, str]]:
    """Files of the run folder and what they hold; tables of the ward where there are some."""
    here = {f"{table}.parquet" for table in run.columns}
    return [row for row in FILES if not row[0].endswith(".parquet") or row[0] in here]


def data_dictionary(run: RunData) -> Table:
    """Every column of every table in the run folder."""
    rows = []
    for table, columns in run.columns.items():
        for name, kind in columns.items():
            unit = run.unit(name) if table == "profiles" else ""
            card = {row.get("name", ""): row for row in run.model.parameters}
            if table == "patients":
                unit = card.get(name, {}).get("unit", "")
            meaning, own_unit = MEANINGS.get((table, name), MEANINGS.get(("", name), ("", "")))
            if table in {"decisions", "readings"} and not meaning:
                meaning, own_unit = f"{name_of(name)} as read", unit_of(name)
            if not meaning:
                meaning = run.model.definitions.get(name, "") or run.label(name)
            rows.append((f"{table}.parquet", name, kind, unit_text(unit or own_unit), meaning))
    heads = ("File", "Column", "Type", "Unit", "Meaning")
    return Table("Columns of the tables", heads, rows, frozenset({0, 1, 2, 3, 4}))


def _middle(values: pl.Series) -> tuple[str, str]:
    known = values.cast(pl.Float64).drop_nulls().drop_nans()
    low, mid, high = (known.quantile(q, "linear") for q in (0.05, 0.5, 0.95))
    return number(mid), span(low, high)


def _median_span(values: pl.Series) -> str:
    mid, around = _middle(values)
    return f"{mid} ({around})"


def _median_range(values: pl.Series) -> str:
    low, high = values.cast(pl.Float64).min(), values.cast(pl.Float64).max()
    return f"{_middle(values)[0]} ({span(_float(low), _float(high))})"


def _degrees(values: pl.Series) -> str:
    low, mid, high = (values.quantile(q, "linear") for q in (0.05, 0.5, 0.95))
    return f"{fixed(mid, 1)} ({fixed(low, 1)}–{fixed(high, 1)})"


def _geometric(values: pl.Series) -> str:
    logs = values.cast(pl.Float64).filter(values > 0).log()
    if len(logs) < 2:
        return MISSING
    mean, sd = _float(logs.mean()), _float(logs.std())
    return f"{number(math.exp(mean))} ({percent(math.sqrt(math.expm1(sd * sd)))})"


def _float(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _value(text: str) -> str:
    try:
        return number(float(text), 4)
    except ValueError:
        return text
