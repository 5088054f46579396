# SPDX-License-Identifier: Apache-2.0
"""Which parameters are fitted: a CSV file with bounds, and how they are grouped.

The columns are ``name,low,high,block,reason``. The search runs between ``low`` and ``high`` on a
logarithmic scale; parameters of one block are searched together, blocks in the order in which
they appear.

A second file beside it may say which targets a block is scored on, ``block,targets,reason`` with
the ids of targets separated by ``;``. A block it does not name is scored on all fitted targets.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trimer.core import spread
from trimer.core.errors import InputError, Problems, did_you_mean
from trimer.core.textfile import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

COLUMNS = ("name", "low", "high", "block", "reason")
BLOCK_COLUMNS = ("block", "targets", "reason")


class CardRow(Protocol):
    """What has to be known of a parameter of the card."""

    @property
    def name(self) -> str:
        """Symbol used in the equations."""

    @property
    def value(self) -> float:
        """Value in the typical patient."""

    @property
    def unit(self) -> str:
        """Unit of the value."""

    @property
    def spread(self) -> str:
        """How it differs between patients."""

    @property
    def basis(self) -> str:
        """Where the value comes from."""


@dataclass(frozen=True, slots=True)
class FitParameter:
    """A parameter that is fitted.

    Parameters
    ----------
    name : str
        Of a parameter of the card.
    low, high : float
        Bounds, in the unit of the card; positive.
    block : str
        With what it is searched together.
    reason : str
        Why it is fitted, and why between these bounds.
    start : float
        Value of the card, where the search begins.
    """

    name: str
    low: float
    high: float
    block: str
    reason: str
    start: float

    @property
    def width(self) -> float:
        """Distance between the bounds on the natural logarithm."""
        return math.log(self.high / self.low)

    def to_unit(self, value: float) -> float:
        """Return where a value lies between the bounds, 0 to 1, on the logarithmic scale."""
        return math.log(value / self.low) / self.width

    def from_unit(self, share: float) -> float:
        """Return the value at a place between the bounds."""
        value = self.low * math.exp(self.width * min(max(share, 0.0), 1.0))
        return min(max(value, self.low), self.high)  # rounding must not step over a bound


@dataclass(frozen=True, slots=True)
class Block:
    """Parameters that are searched together.

    Parameters
    ----------
    name : str
        Of the block.
    parameters : tuple of FitParameter
        At least one.
    targets : frozenset of str or None
        Ids of the targets it is scored on; all fitted ones if None.
    """

    name: str
    parameters: tuple[FitParameter, ...]
    targets: frozenset[str] | None = None


def read_fit(
    path: Path, card: Iterable[CardRow], *, blocks: Path | None = None
) -> tuple[Block, ...]:
    """Read which parameters are fitted.

    Parameters
    ----------
    path : Path
        The fit file.
    card : iterable of parameters
        Of the model that is fitted.
    blocks : Path, optional
        The file that says what each block is scored on.

    Raises
    ------
    InputError
        If a file is missing or has other columns.
    Problems
        With one sentence for each row that is wrong.
    """
    known = {row.name: row for row in card}
    problems: list[str] = []
    found: dict[str, list[FitParameter]] = {}
    places: dict[str, str] = {}
    for place, row in csv_rows(path, COLUMNS):
        faults = list(_faults(place, row, known, places))
        places.setdefault(row["name"], place)
        problems += faults
        if not faults:
            low, high = float(row["low"]), float(row["high"])
            found.setdefault(row["block"], []).append(
                FitParameter(
                    row["name"], low, high, row["block"], row["reason"], known[row["name"]].value
                )
            )
    if not (found or problems):
        problems.append(f"Empty fit file '{path}': it has no rows. Name a parameter in it.")
    targets = {} if blocks is None or problems else _targets(blocks, found, problems)
    if problems:
        raise Problems(problems)
    return tuple(Block(name, tuple(part), targets.get(name)) for name, part in found.items())


def choose_blocks(blocks: Sequence[Block], names: Sequence[str]) -> tuple[Block, ...]:
    """Return the blocks with these names, in the order of the fit file; all if none is named.

    Raises
    ------
    InputError
        If there is no such block.
    """
    known = [block.name for block in blocks]
    for name in names:
        if name not in known:
            raise InputError(f"Unknown block '{name}'.{did_you_mean(name, known)}")
    return tuple(block for block in blocks if not names or block.name in names)


def _faults(
    place: str, row: Mapping[str, str], known: Mapping[str, CardRow], places: Mapping[str, str]
) -> Iterator[str]:
    name = row["name"]
    for column in COLUMNS:
        if not row[column]:
            yield f"Empty field '{column}' in {place}: it must be filled in. Write it there."
    if name and name not in known:
        hint = did_you_mean(name, known)
        yield f"Unknown parameter '{name}' in {place}: the card has none.{hint}"
    if name in places:
        yield f"Parameter '{name}' in {place}: it is already in {places[name]}. Remove one row."
    if name in known and (fault := _unfollowed(known[name])):
        yield f"Parameter '{name}' in {place}: {fault}"
    yield from _bound_faults(place, row, known)


def _bound_faults(
    place: str, row: Mapping[str, str], known: Mapping[str, CardRow]
) -> Iterator[str]:
    name = row["name"]
    numbers = [_positive(row[column]) for column in ("low", "high")]
    for column, value in zip(("low", "high"), numbers, strict=True):
        if row[column] and value is None:
            yield (
                f"Wrong '{column}' of '{name}' in {place}: got '{row[column]}'; it must be a "
                "positive number, since the search is on a logarithmic scale. Correct it."
            )
    low, high = numbers
    if low is None or high is None:
        return
    if low >= high:
        yield (
            f"Wrong bounds of '{name}' in {place}: got {low:g} to {high:g}; the lower one must be "
            "below the upper one. Correct them."
        )
    elif name in known and not low <= known[name].value <= high:
        yield (
            f"Wrong bounds of '{name}' in {place}: got {low:g} to {high:g}; the value of the card, "
            f"{known[name].value:g}, must lie between them. Widen them, or correct the card."
        )


def _unfollowed(row: CardRow) -> str:
    """Return why patients do not follow the typical value; empty if they do."""
    number = spread.numbers(row.spread) or {}
    if "a" in number or number.get("median", row.value) != row.value:
        return (
            f"its patients are drawn from '{row.spread}', which does not follow the typical value "
            f"{row.value:g}. Let the median of the spread be the value, or fit another parameter."
        )
    return ""


def _targets(
    path: Path, found: Mapping[str, object], problems: list[str]
) -> dict[str, frozenset[str]]:
    """Return what each block is scored on."""
    targets: dict[str, frozenset[str]] = {}
    for place, row in csv_rows(path, BLOCK_COLUMNS):
        ids = frozenset(part.strip() for part in row["targets"].split(";") if part.strip())
        if row["block"] not in found:
            hint = did_you_mean(row["block"], found)
            problems.append(f"Unknown block '{row['block']}' in {place}.{hint}")
        elif not ids:
            problems.append(
                f"No targets of block '{row['block']}' in {place}: write their ids, separated "
                "by ';', or remove the row to score it on all."
            )
        targets[row["block"]] = targets.get(row["block"], frozenset()) | ids
    return targets


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield place and fields of each row that is not blank."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = tuple(cell.strip() for cell in next(reader, ()))
        if header != tuple(columns):
            raise InputError(
                f"Wrong columns in '{path}', line 1: got {','.join(header)}; the first line must "
                f"be {','.join(columns)}."
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"'{path}', line {reader.line_num}"
            if len(cells) != len(columns):
                raise InputError(
                    f"Wrong number of fields in {place}: got {len(cells)}; a row has "
                    f"{len(columns)}. Put a field that contains a comma in double quotes."
                )
            yield place, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    except csv.Error as reason:
        raise InputError(f"Not CSV in '{path}', line {reader.line_num}: {reason}.") from None
