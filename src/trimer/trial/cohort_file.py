# SPDX-License-Identifier: Apache-2.0
"""A cohort in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import CohortError
from trimer.patients import Cohort
from trimer.store import read_table

if TYPE_CHECKING:
    from pathlib import Path

FIRST_LINE = 2
"""The line of a CSV file on which the first patient stands."""


def read_cohort(path: Path) -> Cohort:
    """Read patients from a CSV or Parquet file: ``id`` and one column a parameter.

    Raises
    ------
    StoreError
        If the file is missing or is no table.
    CohortError
        If a column holds anything but numbers, or the patients make no cohort.
    """
    table = read_table(path)
    columns = {name: _numbers(path, table[name]).to_numpy() for name in table.columns}
    return Cohort.from_columns(columns, name=path.stem)


def _numbers(path: Path, column: pl.Series) -> pl.Series:
    if column.dtype.is_numeric():
        return column
    kind = pl.Int64 if column.name == "id" else pl.Float64
    numbers = column.cast(kind, strict=False)
    wrong = numbers.is_null() & column.is_not_null()
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise CohortError(
            f"Wrong cohort '{path}', line {row + FIRST_LINE}: got {column[row]!r} in column "
            f"'{column.name}'; every column holds numbers: 'id', and parameters by their names."
        )
    return numbers
