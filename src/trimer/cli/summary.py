# SPDX-License-Identifier: Apache-2.0
"""A run in a few lines: selected days, typical values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.cli.output import number, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.simulate import Run

SHOWN_DAYS = (0, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28, 35, 42, 49, 56, 63)
MOST_ROWS = 20
ONE = ("concentration", "trimers_per_blast", "blasts", "T_cells", "IL6", "temperature", "ANC")
"""What is shown of one patient if nothing is asked for."""
MANY = ("concentration", "blasts", "IL6", "temperature")
"""What is shown of a cohort."""
QUANTILES = (0.05, 0.5, 0.95)


def run_text(run: Run, outputs: Sequence[str] | None = None) -> str:
    """Return a table of selected days."""
    alone = len(run.ids) == 1
    shown = ONE if alone else MANY
    names = outputs or [name for name in shown if name in run.names] or run.names[:7]
    rows = []
    for at in _rows(run.times):
        cells = [_cell(run.column(name)[:, at]) for name in names]
        rows.append([number(float(run.times[at])), *cells])
    header = [["day", *names], ["", *(_unit(run.units[name]) for name in names)]]
    text = table(header[0], [header[1], *rows])
    how = "" if alone else "\nMedian (5 to 95 %) of the patients who were followed."
    return f"{run!r}\n\n{text}{how}"


def run_record(run: Run) -> dict[str, Any]:
    """Return a run as plain data: the values of one patient, the quantiles of several."""
    record: dict[str, Any] = {
        "model": {"name": run.model, "version": run.model_version, "hash": run.model_hash},
        "engine": run.engine,
        "rtol": run.rtol,
        "protocol": run.protocol.name,
        "cohort": {"name": run.cohort.name, "patients": len(run.ids), "seed": run.cohort.seed},
        "failures": {str(i): reason for i, reason in run.failures.items()},
        "units": dict(run.units),
        "days": run.times.tolist(),
    }
    if len(run.ids) == 1:
        record["values"] = {name: run.column(name)[0].tolist() for name in run.names}
        return record
    followed = run.values[run.status == 0]
    record["quantiles"] = {
        name: {
            f"{100 * q:g} %": np.quantile(followed[:, :, k], q, axis=0).tolist() for q in QUANTILES
        }
        for k, name in enumerate(run.names)
        if len(followed)
    }
    return record


def _rows(times: NDArray[np.float64]) -> list[int]:
    """Return which output times to show: all if few, else well-known days and the last."""
    if len(times) <= MOST_ROWS:
        return list(range(len(times)))
    known = np.flatnonzero(np.isin(times, SHOWN_DAYS)).tolist()
    rows = known if len(known) >= 2 else np.linspace(0, len(times) - 1, MOST_ROWS).astype(int)
    return sorted({*rows, len(times) - 1})


def _cell(values: NDArray[np.float64]) -> str:
    known = values[np.isfinite(values)]
    if len(values) == 1 or not len(known):
        return number(float(values[0])) if len(values) == 1 else "-"
    low, middle, high = np.quantile(known, QUANTILES)
    return f"{number(middle, 3)} ({number(low, 3)} to {number(high, 3)})"


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit
