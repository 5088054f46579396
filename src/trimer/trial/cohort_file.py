# SPDX-License-Identifier: Apache-2.0
"""A cohort in a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import CohortError, did_you_mean
from trimer.patients import COVARIATE, Cohort
from trimer.store import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trimer.patients.cohort import ParameterLike

FIRST_LINE = 2
"""The line of a CSV file on which the first patient stands."""

_CORRECT = "Correct the value."
_NUMBER_THEM = "Number patients 0, 1, 2 and so on."


def read_cohort(path: Path, card: Iterable[ParameterLike] = ()) -> Cohort:
    """Read patients from a CSV or Parquet file: ``id``, parameters, and ``cov_`` covariates.

    Parameters
    ----------
    path : Path
        The file.
    card : iterable of parameters
        Those of the model that the cohort is for; if given, names and signs are checked too.

    Raises
    ------
    StoreError
        If the file is missing or is no table.
    CohortError
        If a column holds anything but numbers, the patients make no cohort, or the card knows no
        such parameter.
    """
    card, table = tuple(card), read_table(path)
    if "id" not in table.columns:
        raise CohortError(
            f"Wrong cohort {_place(path, -1)}: no column 'id'; it numbers the patients. "
            f"Add it: {_NUMBER_THEM[0].lower()}{_NUMBER_THEM[1:]}"
        )
    _check_names(path, table.columns, card)
    if table.is_empty():
        raise CohortError(
            f"Wrong cohort '{path}': it is empty; a cohort has at least one patient. "
            "Add a row for each, or write the file with `trimer sample`."
        )
    signed = {row.name for row in card if row.spread.startswith("logistic")}
    known = {name: _known(table[name]) for name in table.columns if name.startswith(COVARIATE)}
    names = [name for name in table.columns if name not in known]
    columns = {name: _numbers(path, table[name]) for name in names}
    _check_ids(path, columns["id"])
    for name, column in columns.items():
        if name != "id":
            _check_values(path, column, may_be_negative=not card or name in signed)
    arrays = {name: column.to_numpy() for name, column in (columns | known).items()}
    return Cohort.from_columns(arrays, name=path.stem)


def _place(path: Path, row: int) -> str:
    """Return where a row stands: its line in a CSV file, which Parquet does not have."""
    if path.suffix.lower() == ".csv":
        return f"'{path}', line {row + FIRST_LINE}"
    return f"'{path}', row {row + 1}" if row >= 0 else f"'{path}'"


def _check_names(path: Path, names: Iterable[str], card: Iterable[ParameterLike]) -> None:
    known = [row.name for row in card]
    for name in names:
        if name != "id" and known and name not in known and not name.startswith(COVARIATE):
            raise CohortError(
                f"Unknown parameter '{name}' in cohort {_place(path, -1)}: the model has none of "
                f"this name.{did_you_mean(name, known)}"
            )


def _known(column: pl.Series) -> pl.Series:
    """Return a covariate as numbers, NaN where it is not known, or as text."""
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return column.cast(pl.Float64).fill_null(math.nan)
    return column.cast(pl.String).fill_null("")


def _numbers(path: Path, column: pl.Series) -> pl.Series:
    if column.dtype.is_numeric():
        return column
    kind = pl.Int64 if column.name == "id" else pl.Float64
    numbers = column.cast(kind, strict=False)
    wrong = numbers.is_null() & column.is_not_null()
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise CohortError(
            f"Wrong cohort {_place(path, row)}: got {column[row]!r} in column "
            f"'{column.name}'; every column holds numbers: 'id', and parameters by their names. "
            f"{_CORRECT}"
        )
    return numbers


def _check_ids(path: Path, ids: pl.Series) -> None:
    """Refuse numbers that number nobody."""
    if (row := _first(ids.is_null())) is not None:
        raise CohortError(f"Wrong cohort {_place(path, row)}: 'id' is empty. {_NUMBER_THEM}")
    # Of what is written 1.0 nothing is taken: from 2**53 on such numbers are not exact.
    wrong = ids < 0 if ids.dtype.is_integer() else ids.is_not_null()
    if (row := _first(wrong)) is not None:
        raise CohortError(
            f"Wrong patient numbers in cohort {_place(path, row)}: got {ids[row]} in column 'id'; "
            f"they are whole numbers from 0 to 2**63 - 1. {_NUMBER_THEM}"
        )
    if (row := _first(~ids.is_first_distinct())) is not None:
        raise CohortError(
            f"Wrong cohort {_place(path, row)}: patient number {ids[row]} stands there twice; "
            "each patient has one row. Remove the row, or give it another number."
        )


def _check_values(path: Path, column: pl.Series, *, may_be_negative: bool) -> None:
    """Refuse what is no finite number, or negative where the parameter cannot be."""
    name = column.name
    if (row := _first(column.is_null())) is not None:
        raise CohortError(
            f"Wrong cohort {_place(path, row)}: '{name}' is empty; values are finite numbers. "
            "Write the value, or leave the column out to take that of the card."
        )
    if (row := _first(~column.cast(pl.Float64).is_finite())) is not None:
        raise CohortError(
            f"Wrong cohort {_place(path, row)}: '{name}' is {column[row]}; values are finite "
            f"numbers. {_CORRECT}"
        )
    if not may_be_negative and (row := _first(column < 0)) is not None:
        raise CohortError(
            f"Negative value of '{name}' in cohort {_place(path, row)}: got {column[row]:g}; "
            f"parameters are not negative. {_CORRECT}"
        )


def _first(wrong: pl.Series) -> int | None:
    """Return the first row that is wrong; None if none is."""
    return int(wrong.arg_max() or 0) if wrong.any() else None
