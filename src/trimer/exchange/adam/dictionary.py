# SPDX-License-Identifier: Apache-2.0
"""Which variables each dataset has: read from a table that is written with every export."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib.resources import files

import polars as pl

TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a dataset.

    Parameters
    ----------
    name, label : str
        At most 8 and 40 characters.
    kind : {"text", "integer", "float", "date", "datetime"}
        What it holds.
    key : int
        Its place among the keys of the dataset; 0 if it is none.
    derivation : str
        Where it comes from.
    """

    name: str
    label: str
    kind: str
    key: int
    derivation: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset.

    Parameters
    ----------
    name, label : str
        At most 8 and 40 characters.
    structure : str
        What a record is.
    variables : tuple of Variable
        In order.
    """

    name: str
    label: str
    structure: str
    variables: tuple[Variable, ...]

    def fitted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a table with the variables of the dataset, in order and of their types."""
        missing = [
            pl.lit(None).alias(variable.name)
            for variable in self.variables
            if variable.name not in frame.columns
        ]
        keys = sorted((v for v in self.variables if v.key), key=lambda variable: variable.key)
        return (
            frame.with_columns(missing)
            .select(pl.col(v.name).cast(TYPES[v.kind]) for v in self.variables)
            .sort(*(variable.name for variable in keys), maintain_order=True)
        )


@functools.cache
def datasets() -> dict[str, Dataset]:
    """Return every dataset, by name."""
    variables: dict[str, list[Variable]] = {}
    for row in _rows("variables.csv"):
        found = Variable(
            row["name"], row["label"], row["kind"], int(row["key"] or 0), row["derivation"]
        )
        variables.setdefault(row["dataset"], []).append(found)
    return {
        row["dataset"]: Dataset(
            row["dataset"],
            row["label"],
            row["structure"],
            (*variables["*"], *variables[row["dataset"]]),
        )
        for row in _rows("datasets.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = files("trimer.exchange.adam").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
