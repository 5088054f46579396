# SPDX-License-Identifier: Apache-2.0
"""A JSON file of a run folder, read entry by entry with sentences for what is wrong."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from trimer.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Record:
    """An object in a JSON file that knows where it stands.

    Parameters
    ----------
    path : Path
        The file.
    values : mapping
        The object.
    place : str
        Its place inside the file, empty for the whole.
    """

    def __init__(self, path: Path, values: dict[str, Any], place: str = "") -> None:
        self._path = path
        self._values = values
        self._place = place

    def has(self, name: str) -> bool:
        """Whether an entry is there and not null."""
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """An entry as text; numbers are written out."""
        value = self._values.get(name)
        if value is None and default is None:
            raise self._problem(name, "text")
        if value is None:
            return default or ""
        if isinstance(value, list):
            return ", ".join(str(part) for part in value)
        return value if isinstance(value, str) else f"{value}"

    def number(self, name: str, default: float | None = None) -> float:
        """An entry as a number."""
        value = self._values.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        if value is None and default is not None:
            return default
        raise self._problem(name, "a number")

    def part(self, name: str) -> Record:
        """An entry that is itself an object; an empty one where it is missing."""
        value = self._values.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._problem(name, "an object")
        return Record(self._path, value, self._inside(name))

    def parts(self, name: str) -> list[Record]:
        """An entry that is a list of objects; an object of objects has its keys as names."""
        value = self._values.get(name) or []
        if isinstance(value, dict):
            value = [{"name": key, "key": key, **part} for key, part in value.items()]
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self._problem(name, "a list of objects")
        place = self._inside(name)
        return [Record(self._path, part, f"{place}[{i}]") for i, part in enumerate(value)]

    def lines(self, name: str) -> tuple[str, ...]:
        """An entry that is a list of texts."""
        value = self._values.get(name) or []
        return tuple(str(part) for part in value)

    def flat(self) -> dict[str, str]:
        """Every entry as text, lists joined with commas."""
        return {name: self.text(name, "") for name in self._values}

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Every entry and entry of an entry, as name and text."""
        for name, value in self._values.items():
            label = f"{prefix} {name}".strip().replace("_", " ")
            if isinstance(value, dict):
                yield from Record(self._path, value).leaves(label)
            elif value is not None:
                yield label, self.text(name)

    def _inside(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _problem(self, name: str, wanted: str) -> StoreError:
        got = self._values.get(name, "nothing")
        message = (
            f"Entry '{self._inside(name)}' in '{self._path}': got {got!r}; it must be {wanted}. "
            "Was the file edited, or written by another version?"
        )
        return StoreError(message)


def read_record(path: Path) -> Record:
    """Read a JSON file that holds one object.

    Raises
    ------
    StoreError
        If it is missing, or is not a JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"), parse_constant=_constant)
    except FileNotFoundError:
        message = (
            f"No file '{path.name}' in run folder '{path.parent}'. A report is made from run.json, "
            "model.json and the tables beside them. Run the study again, or restore the file."
        )
        raise StoreError(message) from None
    except (OSError, ValueError) as error:
        message = (
            f"'{path}' cannot be read as JSON: {error}. The file may be damaged. "
            "Run the study again."
        )
        raise StoreError(message) from error
    if not isinstance(values, dict):
        message = (
            f"'{path}' holds {type(values).__name__}; it must hold an object. Run the study again."
        )
        raise StoreError(message)
    return Record(path, values)


def _constant(text: str) -> float:
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[text]
