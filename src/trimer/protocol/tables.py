# SPDX-License-Identifier: Apache-2.0
"""Read tables of a TOML document and collect everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from trimer.core.errors import InputError, did_you_mean
from trimer.core.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimer.core.toml import Document

_T = TypeVar("_T")
_S = TypeVar("_S")
Table = dict[str, Any]
Path = tuple[str | int, ...]


class Tables:
    """A document under reading.

    Attributes
    ----------
    document : Document
        The file.
    problems : list of str
        What is wrong so far.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[str] = []

    def where(self, *path: str | int) -> str:
        """Return file and line of a key."""
        return self.document.where(*path)

    def tables(self, key: str, allowed: Sequence[str]) -> list[tuple[int, Table]]:
        """Return the tables ``[[key]]`` with their positions."""
        found = self.document.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self.problems.append(
                f"Wrong '{key}' in {self.document.where(key)}: got a {type(found).__name__}; "
                f"each step is a table of its own. Begin it with [[{key}]]."
            )
            return []
        for i, table in enumerate(found):
            self.check_keys(table, (key, i), allowed)
        return list(enumerate(found))

    def table(self, key: str, allowed: Sequence[str]) -> Table | None:
        """Return the table ``[key]``, None if it is not there."""
        found = self.document.data.get(key)
        if found is None:
            return None
        if not isinstance(found, dict):
            self.problems.append(
                f"Wrong '{key}' in {self.document.where(key)}: got a {type(found).__name__}; it is "
                f"a table. Begin it with [{key}]."
            )
            return None
        self.check_keys(found, (key,), allowed)
        return found

    def check_keys(self, table: Table, path: Path, allowed: Sequence[str]) -> None:
        """Complain of keys that are not known."""
        for key in table:
            if key not in allowed:
                where = self.document.where(*path, key)
                hint = did_you_mean(key, allowed)
                self.problems.append(f"Unknown key {shown(key)} in {where}.{hint}")

    def field(
        self,
        table: Table,
        path: Path,
        key: str,
        read: Callable[[Any, str], _T],
        default: _T | None = None,
        *,
        example: str = "",
    ) -> _T | None:
        """Read one field; None after a complaint. It may be left out if there is a default."""
        if key in table:
            try:
                return read(table[key], self.document.where(*path, key))
            except InputError as problem:
                self.problems += problem.problems
        elif default is None:
            self.complain_missing(key, path, example)
        return default

    def optional(
        self, table: Table, path: Path, key: str, read: Callable[[Any, str], _T]
    ) -> _T | None:
        """Read a field that may be left out."""
        return self.field(table, path, key, read) if key in table else None

    def unless_wrong(self, part: Callable[[], _T], instead: _S) -> _T | _S:
        """Return a part of the document, or `instead` of it if there is a mistake in it.

        What depends on a part that is wrong is not complained of a second time.
        """
        before = len(self.problems)
        found = part()
        return found if len(self.problems) == before else instead

    def complain_missing(self, key: str, path: Path, example: str) -> None:
        """Complain of a field that is not there."""
        self.problems.append(
            f"Missing '{key}' in {self.document.where(*path)}: it has to be there. "
            f"Write it like {example}."
        )


def word(value: object) -> str:
    """Return what was written where a word was expected, to look for the nearest one."""
    return value if isinstance(value, str) else shown(value)
