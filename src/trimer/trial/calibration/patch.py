# SPDX-License-Identifier: Apache-2.0
"""What a calibration changes in a card: a table of old and new, and the card itself."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core import spread
from trimer.core.errors import CardError
from trimer.core.textfile import read_text
from trimer.store.disk import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from trimer.trial.calibration.calibrate import Calibration
    from trimer.trial.calibration.fit_file import CardRow

COLUMNS = ("name", "old", "new", "unit", "basis", "source", "details")
BASIS, SOURCE = "fitted", "TrimerCalibration"

_ENTRY = f"""
@misc{{{SOURCE},
  author = {{The Trimer contributors}},
  title = {{Calibration of the shipped model: values fitted by trimer calibrate}},
  note = {{Bounds, seed, targets, loss and covariance are in calibration.json beside the card}},
}}
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter that gets another value.

    Parameters
    ----------
    name : str
        Of the parameter.
    old, new : float
        Values, in `unit`.
    unit : str
        As in the card.
    details : str
        What it was before.
    """

    name: str
    old: float
    new: float
    unit: str
    details: str


def changes(calibration: Calibration, card: Iterable[CardRow]) -> tuple[Change, ...]:
    """Return what a calibration changes, in the order in which it was fitted."""
    rows = {row.name: row for row in card}
    n = calibration.settings.patients
    return tuple(
        Change(
            name,
            calibration.start[name],
            calibration.values[name],
            rows[name].unit,
            f"{calibration.start[name]:g} ({rows[name].basis}) before; "
            f"{n} patients an arm, seed {calibration.settings.seed}",
        )
        for name in calibration.changed
    )


def write_patch(path: Path, found: Sequence[Change]) -> None:
    """Write the table of what changes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for change in found:
        writer.writerow(
            (change.name, repr(change.old), repr(change.new), change.unit, BASIS, SOURCE,
             change.details)
        )  # fmt: skip
    write_text(path, buffer.getvalue())


def write_into_cards(cards: Sequence[Path], found: Sequence[Change]) -> dict[Path, int]:
    """Put the new values into card files; nothing is written unless all of it can be.

    The source is added to ``sources.bib`` beside a card that has none of this name. Where the
    spread names a median apart from the value, it is scaled like the value.

    Parameters
    ----------
    cards : sequence of Path
        Card files; each parameter is looked for in all of them.
    found : sequence of Change
        What changes.

    Returns
    -------
    dict of Path to int
        How many values each card got.

    Raises
    ------
    CardError
        If a parameter is in none of the cards, holds another value there than the calibration
        began with, or its spread does not allow the new value.
    """
    texts = {path: read_text(path, CardError) for path in cards}
    tables = {path: list(csv.reader(io.StringIO(text))) for path, text in texts.items()}
    places = {
        row[0].strip(): (path, row)
        for path, table in tables.items()
        for row in table[1:]
        if len(row) >= 8
    }
    problems, counts = [], dict.fromkeys(cards, 0)
    for change in found:
        if change.name not in places:
            names = ", ".join(f"'{path}'" for path in cards)
            problems.append(
                f"Parameter '{change.name}' is in none of {names}. Name the card that has it too."
            )
            continue
        path, row = places[change.name]
        problem = _set(row, change, path)
        if problem:
            problems.append(problem)
        else:
            counts[path] += 1
    if problems:
        raise CardError(*problems)
    touched = [path for path in cards if counts[path]]
    for path in touched:
        _cite(path)
    for path in touched:
        # Only the rows that change are written anew: the rest stays as its author wrote it.
        write_text(path, _with_rows(texts[path], tables[path], {c.name for c in found}))
    return counts


def _set(row: list[str], change: Change, path: Path) -> str:
    """Change a row of a card; return what is wrong, if anything is."""
    try:
        before = float(row[2])
    except ValueError:
        before = float("nan")
    if before != change.old:
        return (
            f"Value of '{change.name}' in '{path}': got {row[2]}; the calibration began with "
            f"{change.old!r}. Calibrate again from this card."
        )
    text = scaled_spread(row[4].strip(), change.new / change.old)
    if text and (problem := spread.check(text, change.new)):
        return f"New value of '{change.name}' in '{path}': {problem}."
    old_details = f"{row[7].strip()}; " if row[7].strip() else ""
    row[2], row[4] = f"{change.new:.15g}", text
    row[5], row[6] = SOURCE, BASIS
    row[7] = f"{old_details}{change.details}"
    return ""


def scaled_spread(text: str, factor: float) -> str:
    """Return a spread whose own median, if it has one, is scaled.

    Examples
    --------
    >>> scaled_spread("lognormal sd 0.9 median 0.05 within 0.005..0.35", 2.0)
    'lognormal sd 0.9 median 0.1 within 0.005..0.35'
    >>> scaled_spread("lognormal cv 40%", 2.0)
    'lognormal cv 40%'
    """
    number = spread.numbers(text)
    if not number or "median" not in number:
        return text
    words = text.split()
    at = words.index("median") + 1
    words[at] = f"{number['median'] * factor:.6g}"
    return " ".join(words)


def _with_rows(text: str, table: list[list[str]], names: set[str]) -> str:
    """Return the card's text with some rows written anew."""
    reader = csv.reader(io.StringIO(text, newline=""))
    lines = text.splitlines(keepends=True)
    result, start = [], 0
    for cells, row in zip(reader, table, strict=True):
        stop = reader.line_num
        if cells and cells[0].strip() in names:
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="\n").writerow(row)
            result.append(buffer.getvalue())
        else:
            result += lines[start:stop]
        start = stop
    return "".join(result)


def _cite(card: Path) -> None:
    """Add the source to the list beside the card, if it is not there."""
    path = card.with_name("sources.bib")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if f"{{{SOURCE}," not in text.replace(" ", ""):
        write_text(path, text.rstrip() + ("\n" if text.strip() else "") + _ENTRY)


def overrides(found: Iterable[Change]) -> Mapping[str, float]:
    """Return the new values by name."""
    return {change.name: change.new for change in found}
