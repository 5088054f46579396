# SPDX-License-Identifier: Apache-2.0
"""Read a protocol from TOML, and list everything that is wrong with it.

::

    name = "two-step"
    title = "Two-step lead-in"
    sources = ["Uy2021"]

    [[infuse]]
    drug = "flotetuzumab"
    rate = "30 ng/kg/day"
    days = 3                # starts when the previous infusion of the drug ends, first on day 0

    [[infuse]]
    drug = "flotetuzumab"
    rate = "100 ng/kg/day"
    start = "day 3"         # or start_days = 3
    days = 4

    [[give]]
    drug = "dexamethasone"
    dose = "10 mg"
    at = "day 0"            # or at_days = 0
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trimer.core.errors import InputError, Problems, ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.core.toml import Document, parse_toml, read_toml
from trimer.protocol.days import as_duration, as_time, parse_day
from trimer.protocol.dose import parse_amount, parse_rate
from trimer.protocol.protocol import Protocol, as_line, as_note
from trimer.protocol.steps import Bolus, Infusion, as_drug, overlap_message, overlaps

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")
_Table = dict[str, Any]
_Path = tuple[str | int, ...]

_NO_KEYS: tuple[str, ...] = ()
_TOP = ("name", "title", "sources", "note", "infuse", "give")
_INFUSE = ("drug", "rate", "days", "start", "start_days")
_GIVE = ("drug", "dose", "at", "at_days")
_EXAMPLES = {
    "name": 'name = "flat"',
    "drug": 'drug = "flotetuzumab"',
    "rate": 'rate = "30 ng/kg/day"',
    "days": "days = 1",
    "dose": 'dose = "10 mg"',
    "at": 'at = "day 0.5"',
}


def read_protocol(path: str | os.PathLike[str]) -> Protocol:
    """Read a protocol from a TOML file.

    Parameters
    ----------
    path : str or path
        The file.

    Raises
    ------
    ProtocolError
        When the file is missing, empty, not text or not TOML.
    Problems
        When it is TOML but no protocol: every problem, with file and line.
    """
    return _Reader(read_toml(Path(path), ProtocolError)).protocol()


def parse_protocol(text: str, name: str = "protocol.toml") -> Protocol:
    """Read a protocol from the text of a TOML file; `name` is what messages call it."""
    return _Reader(parse_toml(text, Path(name), ProtocolError)).protocol()


class _Reader:
    """Reads one document and collects what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[str] = []

    def protocol(self) -> Protocol:
        """Return the protocol, or raise every problem found."""
        data = self.document.data
        self._check_keys(data, (), _TOP)
        name = self._field(data, (), "name", _as_name)
        title = self._field(data, (), "title", as_line, "")
        note = self._field(data, (), "note", as_note, "")
        sources = self._field(data, (), "sources", _as_keys, _NO_KEYS)
        infusions, doses = self._infusions(), self._doses()
        if not data.get("infuse") and not data.get("give"):
            self.problems.append(
                f"Empty protocol in {self.document.where()}: nothing is given. "
                "Add a table [[infuse]] or [[give]]."
            )
        if self.problems or name is None:
            raise Problems(self.problems)
        return Protocol(name, title or "", infusions, doses, sources or (), note or "")

    def _infusions(self) -> tuple[Infusion, ...]:
        infusions: dict[int, Infusion] = {}
        ends: dict[str | None, Fraction | None] = {}
        for i, table in self._tables("infuse", _INFUSE):
            path = ("infuse", i)
            drug = self._field(table, path, "drug", as_drug)
            rate = self._field(table, path, "rate", parse_rate)
            days = self._field(table, path, "days", as_duration)
            start = self._time(table, path, "start", ends.get(drug, Fraction(0)))
            # After a wrong one nothing is known of where the next starts: no second complaint.
            ends[drug] = None if start is None or days is None else start + days
            if drug is not None and rate and start is not None and days is not None:
                infusions[i] = Infusion(drug, rate, start, days)
        self._check_overlaps(infusions)
        return tuple(infusions.values())

    def _doses(self) -> tuple[Bolus, ...]:
        doses: list[Bolus] = []
        for i, table in self._tables("give", _GIVE):
            path = ("give", i)
            drug = self._field(table, path, "drug", as_drug)
            amount = self._field(table, path, "dose", parse_amount)
            at = self._time(table, path, "at", None)
            if not {"at", "at_days"} & table.keys():
                self._complain_missing("at", path)
            if drug is not None and amount and at is not None:
                doses.append(Bolus(drug, amount, at))
        return tuple(doses)

    def _check_overlaps(self, infusions: dict[int, Infusion]) -> None:
        steps, positions = tuple(infusions.values()), tuple(infusions)
        for first, second in overlaps(steps):
            lines = [self.document.line("infuse", positions[i]) for i in (first, second)]
            where = f"'{self.document.path}'"
            if None not in lines:
                where += f", lines {lines[0]} and {lines[1]}"
            self.problems.append(overlap_message(steps[first], steps[second], where))

    def _tables(self, key: str, allowed: Sequence[str]) -> list[tuple[int, _Table]]:
        """Return the tables ``[[key]]`` with their positions."""
        found = self.document.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self.problems.append(
                f"Wrong '{key}' in {self.document.where(key)}: got a {type(found).__name__}; "
                f"each step is a table of its own. Begin it with [[{key}]]."
            )
            return []
        for i, table in enumerate(found):
            self._check_keys(table, (key, i), allowed)
        return list(enumerate(found))

    def _check_keys(self, table: _Table, path: _Path, allowed: Sequence[str]) -> None:
        for key in table:
            if key not in allowed:
                where = self.document.where(*path, key)
                hint = did_you_mean(key, allowed)
                self.problems.append(f"Unknown key {shown(key)} in {where}.{hint}")

    def _field(
        self,
        table: _Table,
        path: _Path,
        key: str,
        read: Callable[[Any, str], _T],
        default: _T | None = None,
    ) -> _T | None:
        """Read one field; None after a complaint."""
        if key in table:
            try:
                return read(table[key], self.document.where(*path, key))
            except InputError as problem:
                self.problems.append(str(problem))
        elif default is None:
            self._complain_missing(key, path)
        return default

    def _time(
        self, table: _Table, path: _Path, key: str, default: Fraction | None
    ) -> Fraction | None:
        """Read a time given as text (`key`) or as a number (`key` and "_days")."""
        number = f"{key}_days"
        if key in table and number in table:
            self.problems.append(
                f"Two times in {self.document.where(*path, number)}: got both '{key}' and "
                f"'{number}'; one is enough. Leave one out."
            )
            return None
        if key in table:
            return self._field(table, path, key, parse_day)
        return self._field(table, path, number, as_time) if number in table else default

    def _complain_missing(self, key: str, path: _Path) -> None:
        self.problems.append(
            f"Missing '{key}' in {self.document.where(*path)}: it has to be there. "
            f"Write it like {_EXAMPLES[key]}."
        )


def _as_name(text: object, where: str) -> str:
    return as_line(text, where, empty=False)


def _as_keys(keys: object, where: str) -> tuple[str, ...]:
    if isinstance(keys, list) and all(isinstance(key, str) and key.isprintable() for key in keys):
        return tuple(keys)
    raise ProtocolError(
        f"Wrong sources in {where}: got a {type(keys).__name__}; they are a list of keys. "
        'Write it like ["Uy2021"].'
    )
