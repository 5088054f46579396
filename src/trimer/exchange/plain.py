# SPDX-License-Identifier: Apache-2.0
"""The tables of a run as CSV, with a dictionary of their columns."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.notice import NOTICE
from trimer.report.dictionary import MEANINGS
from trimer.store.disk import disk_error, write_text, writing
from trimer.store.layout import MODEL, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.store import StoredRun


def write_csv(run: StoredRun, out: Path) -> dict[str, int]:
    """Write each table of a run as a CSV file, as a stream.

    Parameters
    ----------
    run : StoredRun
        The run.
    out : Path
        The folder.

    Returns
    -------
    dict of str to int
        Rows of each table.

    Raises
    ------
    StoreError
        If a table is damaged.
    DiskError
        If the disk refuses.
    """
    rows: dict[str, int] = {}
    card = parameters(run)
    dictionary = io.StringIO()
    writer = csv.writer(dictionary, lineterminator="\n")
    writer.writerow(("table", "column", "type", "unit", "definition"))
    for name in TABLES:
        if not run.has(name):
            continue
        table = run.scan(name)
        path = out / f"{name}.csv"
        with writing(path) as temporary:
            try:
                table.sink_csv(temporary)
            except pl.exceptions.PolarsError as error:
                raise disk_error(path, OSError(str(error).partition("\n")[0])) from error
        rows[name] = int(table.select(pl.len()).collect().item())
        for column, kind in table.collect_schema().items():
            definition, unit = _meaning(run, card, name, column)
            writer.writerow((name, column, str(kind), unit, definition))
    write_text(out / "dictionary.csv", dictionary.getvalue())
    manifest = run.manifest
    write_text(
        out / "README.txt",
        f"SIMULATED DATA, NOBODY'S.\n{NOTICE}\n\nRun {manifest['run']}, seed {manifest['seed']}, "
        f"model {manifest['model']['name']} {manifest['model']['version']}, Trimer "
        f"{manifest['versions']['trimer']}.\nTimes are days since the first dose.\n",
    )
    return rows


def parameters(run: StoredRun) -> dict[str, tuple[str, str]]:
    """Return meaning and unit of each parameter of a run's model."""
    path = run.path / MODEL
    if not path.is_file():
        return {}
    card = json.loads(path.read_text(encoding="utf-8"))["parameters"]
    return {row["name"]: (row["definition"], row["unit"]) for row in card}


def _meaning(
    run: StoredRun, card: dict[str, tuple[str, str]], table: str, column: str
) -> tuple[str, str]:
    """Return what a column is, and its unit."""
    for key in ((table, column), ("", column)):
        if key in MEANINGS:
            return MEANINGS[key]
    if table == "patients":
        return card.get(column, ("", ""))
    manifest = run.manifest
    return str(manifest["labels"].get(column, "")), str(manifest["units"].get(column, ""))
