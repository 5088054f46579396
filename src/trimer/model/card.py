# SPDX-License-Identifier: Apache-2.0
"""Read a parameter card: a CSV table with one parameter a row."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimer.core import spread, units
from trimer.core.errors import CardError, did_you_mean
from trimer.core.shown import counted
from trimer.core.textfile import read_text
from trimer.model.parameter import BASES, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from trimer.core.sources import Source

COLUMNS = ("name", "definition", "value", "unit", "spread", "source", "basis", "details")
_MAY_BE_EMPTY = ("spread", "details")
_CORRECT = "Correct the value."
_FILL = "it must be filled in. Write it there."
_EMPTY = {
    "source": "every parameter cites a source. Write a key of the sources, such as those in the "
    "sources.bib beside the card.",
    "unit": "it must be filled in. Write a unit such as L/day, and 1 for a plain number.",
}


@dataclass(frozen=True, repr=False)
class Card:
    """The parameters of a model with the sources they cite.

    Parameters
    ----------
    parameters : tuple of Parameter
        The rows.
    sources : mapping of str to Source
        Everything that may be cited, by key.
    places : mapping of str to str
        Where each parameter is written, such as ``"'card.csv', line 7"``.
    """

    parameters: tuple[Parameter, ...]
    sources: Mapping[str, Source]
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str, column: str) -> str:
        """Return where a field of a parameter is written, as an error message names it."""
        place = self.places.get(name)
        return f"parameter '{name}'" if place is None else f"{place}, field '{column}' of '{name}'"

    def with_rows(self, other: Card) -> Card:
        """Return this card with the rows of another behind its own.

        Raises
        ------
        CardError
            If both name a parameter.
        """
        known = {parameter.name for parameter in self.parameters}
        for parameter in other.parameters:
            if parameter.name in known:
                raise CardError(
                    f"Parameter '{parameter.name}' is in two cards: see "
                    f"{other.place(parameter.name, 'name')}. Remove one of the rows."
                )
        return Card(
            (*self.parameters, *other.parameters),
            {**self.sources, **other.sources},
            {**self.places, **other.places},
        )

    def __repr__(self) -> str:
        """Return the numbers of rows and sources."""
        parameters = counted(len(self.parameters), "parameter")
        return f"<Card: {parameters}, {counted(len(self.sources), 'source')}>"


def read_card(path: Path, sources: Mapping[str, Source]) -> Card:
    """Read a parameter card.

    The columns are ``name, definition, value, unit, spread, source, basis, details``; only
    spread and details may be empty. Several sources are separated by ``;``. Values are finite
    and not negative, except those of deviates with a ``logistic`` spread.

    Parameters
    ----------
    path : Path
        The CSV file.
    sources : mapping of str to Source
        What its rows may cite.

    Raises
    ------
    CardError
        With one sentence for each thing that is wrong.
    """
    return parse_card(read_text(path, CardError), str(path), sources)


def parse_card(text: str, name: str, sources: Mapping[str, Source]) -> Card:
    """Read a parameter card from text; `name` is what messages call it."""
    problems: list[str] = []
    parameters: list[Parameter] = []
    places: dict[str, str] = {}
    for line, row in _rows(text, name):
        place = f"'{name}', line {line}"
        found = [f"{what} in {place}{rest}" for what, rest in _faults(row, sources)]
        if row["name"] in places:
            first = places[row["name"]]
            found.append(f"Parameter '{row['name']}' in {place}: it is already in {first}.")
        problems += found
        places.setdefault(row["name"], place)
        if not found:
            parameters.append(_parameter(row))
    if not (parameters or problems):
        problems.append(f"Empty parameter card '{name}': it has no rows.")
    if problems:
        raise CardError(*problems)
    return Card(tuple(parameters), sources, places)


def _rows(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the fields of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(cell.strip() for cell in next(reader, ()))
        if header != COLUMNS:
            message = (
                f"Wrong columns in '{name}', line 1: got {', '.join(header)}; "
                f"the first line must be {','.join(COLUMNS)}."
            )
            raise CardError(message)
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                message = (
                    f"Wrong number of fields in '{name}', line {line}: got {len(cells)}; a row "
                    f"has {len(COLUMNS)}. Put a field that contains a comma in double quotes."
                )
                raise CardError(message)
            yield line, dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    except csv.Error as reason:
        message = f"Not CSV in '{name}', line {reader.line_num}: {reason}."
        raise CardError(message) from None


def _faults(row: Mapping[str, str], sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a row: what stands before and after the place in the sentence."""
    name = row["name"]
    for column in COLUMNS:
        if not row[column].strip(" ;") and column not in _MAY_BE_EMPTY:
            yield f"Empty field '{column}' of '{name}'", f": {_EMPTY.get(column, _FILL)}"
    if name and not (name.isascii() and name.isidentifier()):
        yield f"Parameter name '{name}'", ": use letters, digits and underscores only."
    faults = list(_value_faults(row)) if row["value"] else []
    yield from faults
    if row["unit"] and (problem := units.check(row["unit"])):
        yield f"Unit of '{name}'", f", field 'unit': {problem[0].lower()}{problem[1:]}"
    if row["spread"]:
        value = float(row["value"]) if row["value"] and not faults else None
        if problem := spread.check(row["spread"], value):
            yield f"Spread of '{name}'", f", field 'spread': {problem}."
    if row["basis"] and row["basis"] not in BASES:
        yield (
            f"Unknown basis '{row['basis']}' of '{name}'",
            f", field 'basis': it must be one of {', '.join(BASES)}.",
        )
    for key in _keys(row["source"]):
        if key not in sources:
            hint = did_you_mean(key, sources)
            yield f"Unknown source '{key}' of '{name}'", f", field 'source'.{hint}"


def _value_faults(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name, text = row["name"], row["value"]
    try:
        value = float(text)
    except ValueError:
        yield (
            f"Value of '{name}'",
            f", field 'value': got '{text}'; it must be a number. {_CORRECT}",
        )
        return
    if not math.isfinite(value):
        yield f"Value of '{name}'", f", field 'value': got {text}; it must be finite. {_CORRECT}"
    elif value < 0 and not row["spread"].startswith("logistic"):
        yield (
            f"Value of '{name}'",
            f", field 'value': got {text}; it must not be negative. {_CORRECT}",
        )


def _parameter(row: Mapping[str, str]) -> Parameter:
    return Parameter(
        name=row["name"],
        definition=row["definition"],
        value=float(row["value"]),
        unit=row["unit"],
        spread=row["spread"],
        sources=tuple(_keys(row["source"])),
        basis=row["basis"],
        details=row["details"],
    )


def _keys(text: str) -> Sequence[str]:
    return [key.strip() for key in text.split(";") if key.strip()]
