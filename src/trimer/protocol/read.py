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

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.core.errors import Problems, ProtocolError
from trimer.core.toml import parse_toml, read_toml
from trimer.protocol.days import as_duration, as_time, parse_day
from trimer.protocol.dose import parse_amount, parse_rate
from trimer.protocol.examine import examine, ward_problems
from trimer.protocol.protocol import Protocol
from trimer.protocol.read_course import KEYS, read_closed_loop
from trimer.protocol.schedule import as_line, as_note
from trimer.protocol.steps import Bolus, Infusion, as_drug, overlap_message, overlaps
from trimer.protocol.tables import Path as KeyPath
from trimer.protocol.tables import Table, Tables

if TYPE_CHECKING:
    import os

_NO_KEYS: tuple[str, ...] = ()
_TOP = ("name", "title", "sources", "note", "infuse", "give", *KEYS)
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


class _Reader(Tables):
    """Reads one document and collects what is wrong with it."""

    def protocol(self) -> Protocol:
        """Return the protocol, or raise every problem found."""
        data = self.document.data
        self.check_keys(data, (), _TOP)
        name = self.field(data, (), "name", _as_name, example=_EXAMPLES["name"])
        title = self.field(data, (), "title", as_line, "")
        note = self.field(data, (), "note", as_note, "")
        sources = self.field(data, (), "sources", _as_keys, _NO_KEYS)
        infusions, doses = self._infusions(), self._doses()
        loop = read_closed_loop(self)
        if not any(data.get(key) for key in ("infuse", "give", "course")):
            self.problems.append(
                f"Empty protocol in {self.document.where()}: nothing is given. "
                "Add a table [course], [[infuse]] or [[give]]."
            )
        if loop is not None and (infusions or doses):
            self.problems.append(
                f"Two ways of dosing in {self.document.where()}: got both [course] and [[infuse]] "
                "or [[give]]; a course has its own lead-in and premedication. Keep one of them."
            )
        if name is None:
            raise Problems(dict.fromkeys(self.problems))
        if loop is not None:
            head = {"name": name, "title": title or "", "sources": sources or ()}
            return self._on_ward(head | {"note": note or ""} | loop)
        self._refuse()
        return Protocol(name, title or "", infusions, doses, sources or (), note or "")

    def _on_ward(self, fields: dict[str, Any]) -> Protocol:
        """Return a protocol with a course and what is unusual about it, or raise every problem."""
        protocol = Protocol(**fields)
        if protocol.course is None:  # what is wrong with it was said; the rest may be wrong too
            self.problems += ward_problems(protocol, self.where)[0]
            self._refuse()
        problems, unusual = examine(protocol, self.where)
        if fields["monitoring"] is None:  # that was said already, or is wrong in itself
            problems = [problem for problem in problems if not problem.startswith("No monitoring")]
        self.problems += problems
        self._refuse()
        return replace(protocol, warnings=tuple(unusual))

    def _refuse(self) -> None:
        """Raise every problem there is."""
        if self.problems:
            raise Problems(dict.fromkeys(self.problems))

    def _infusions(self) -> tuple[Infusion, ...]:
        infusions: dict[int, Infusion] = {}
        ends: dict[str | None, Fraction | None] = {}
        for i, table in self.tables("infuse", _INFUSE):
            path = ("infuse", i)
            drug = self.field(table, path, "drug", as_drug, example=_EXAMPLES["drug"])
            rate = self.field(table, path, "rate", parse_rate, example=_EXAMPLES["rate"])
            days = self.field(table, path, "days", as_duration, example=_EXAMPLES["days"])
            start = self._time(table, path, "start", ends.get(drug, Fraction(0)))
            # After a wrong one nothing is known of where the next starts: no second complaint.
            ends[drug] = None if start is None or days is None else start + days
            if drug is not None and rate and start is not None and days is not None:
                infusions[i] = Infusion(drug, rate, start, days)
        self._check_overlaps(infusions)
        return tuple(infusions.values())

    def _doses(self) -> tuple[Bolus, ...]:
        doses: list[Bolus] = []
        for i, table in self.tables("give", _GIVE):
            path = ("give", i)
            drug = self.field(table, path, "drug", as_drug, example=_EXAMPLES["drug"])
            amount = self.field(table, path, "dose", parse_amount, example=_EXAMPLES["dose"])
            at = self._time(table, path, "at", None)
            if not {"at", "at_days"} & table.keys():
                self.complain_missing("at", path, _EXAMPLES["at"])
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

    def _time(
        self, table: Table, path: KeyPath, key: str, default: Fraction | None
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
            return self.field(table, path, key, parse_day)
        return self.field(table, path, number, as_time) if number in table else default


def _as_name(text: object, where: str) -> str:
    return as_line(text, where, empty=False)


def _as_keys(keys: object, where: str) -> tuple[str, ...]:
    if isinstance(keys, list) and all(isinstance(key, str) and key.isprintable() for key in keys):
        return tuple(keys)
    raise ProtocolError(
        f"Wrong sources in {where}: got a {type(keys).__name__}; they are a list of keys. "
        'Write it like ["Uy2021"].'
    )
