# SPDX-License-Identifier: Apache-2.0
"""Read TOML and keep the line each key stands on, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from trimer.core.errors import InputError
from trimer.core.textfile import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KeyPath: TypeAlias = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"^\s*({_DOTTED})\s*=")
_TRIPLE = re.compile(r'"""|\'\'\'')


@dataclass(frozen=True, repr=False)
class Document:
    """What a TOML file says, and where it says it.

    Parameters
    ----------
    path : Path
        The file.
    data : dict
        Its content, as the standard library reads it.
    lines : dict of tuple to int
        Line number (from 1) of each table and key that stands on a line of its own.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, *keys: str | int) -> int | None:
        r"""Return the line of a key, or of the nearest table around it.

        Parameters
        ----------
        *keys : str or int
            Path to the key: names of tables, positions in arrays (from 0), name of the key.

        Examples
        --------
        >>> from pathlib import Path
        >>> text = '[arms.flat]\nprotocol = "a"\n[[infuse]]\n[[infuse]]\nrate = "b"\n'
        >>> document = parse_toml(text, Path("study.toml"))
        >>> document.line("arms", "flat", "protocol")
        2
        >>> document.line("infuse", 1, "rate"), document.line("infuse", 0, "rate")
        (5, 3)
        """
        path: KeyPath = keys
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None

    def where(self, *keys: str | int) -> str:
        """Return the file and line of a key, as an error message names them."""
        line = self.line(*keys)
        return f"'{self.path}'" if line is None else f"'{self.path}', line {line}"

    def __repr__(self) -> str:
        """Return the file and its top-level keys."""
        return f"<Document {self.path}: {', '.join(self.data)}>"


def read_toml(path: Path, error: type[InputError] = InputError) -> Document:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        File to read.
    error : type of InputError
        What to raise.

    Raises
    ------
    InputError
        If the file is missing, empty, not text or not TOML.
    """
    return parse_toml(read_text(path, error), path, error)


def parse_toml(text: str, path: Path, error: type[InputError] = InputError) -> Document:
    """Read TOML from text; `path` is what messages call it."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        message = f"Not TOML in '{path}': brackets are nested too deeply."
        raise error(message) from None
    except ValueError as reason:
        # Besides its own error, the standard library lets through that of an oversized integer.
        message = f"Not TOML in '{path}': {reason}."
        raise error(message) from None
    return Document(path, data, dict(_lines(text)))


def _lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield the path and line of each table header and assignment."""
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    closing = ""  # the quotes that end the multi-line string we are in
    for number, line in enumerate(text.split("\n"), start=1):
        if not closing:
            if header := _TABLE.match(line):
                table = _table_path(header, counts)
                yield table, number
            elif assignment := _ASSIGNMENT.match(line):
                yield table + _split(assignment[1]), number
        closing = _still_open(line, closing)


def _table_path(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a table, with the position of each array element it lies in."""
    names = _split(header[2])
    is_array = header[1] == "[["
    path: KeyPath = ()
    for depth, name in enumerate(names):
        path = (*path, name)
        if is_array and depth == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _still_open(line: str, closing: str) -> str:
    """Return the quotes of the multi-line string that is open after this line, if any."""
    for quotes in _TRIPLE.findall(line):
        if not closing:
            closing = quotes
        elif quotes == closing:
            closing = ""
    return closing
