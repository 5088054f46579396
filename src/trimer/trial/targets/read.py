# SPDX-License-Identifier: Apache-2.0
"""Read a targets file, and list everything that is wrong with it.

::

    [[scenario]]
    name = "two-step"
    title = "Two-step lead-in"
    model = "flotetuzumab"
    protocol = "flotetuzumab-two-step-phase-1"
    cohort = "unselected"
    days = 28
    every_hours = 2
    outputs = ["IL6"]

    [[target]]
    id = "V6"
    observable = "CRS of grade 3 or more"
    kind = "share"
    test = "Q"
    use = "fit"
    scale = "Lee 2014"
    source = ["Crs2018"]
    read = "found"
    n = 30
    where = "two-step"
    measure = "grade_share"
    with = { at_least = 3 }
    unit = "%"
    value = 13.3
    count = 4
    low = 3.8
    high = 30.7
    interval = "exact (Clopper-Pearson)"

A row with several numbers has a table ``[[target.part]]`` for each, which takes from the row what
it does not say itself. Sources are in a BibTeX file of the same name beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from trimer import library
from trimer.core.errors import InputError, Problems, did_you_mean
from trimer.core.sources import Source, read_sources
from trimer.core.toml import read_toml
from trimer.protocol.tables import Tables
from trimer.trial.targets.checks import part_problems, row_problems
from trimer.trial.targets.fields import (
    a_list,
    a_number,
    a_positive,
    a_table,
    a_text,
    a_whole,
    numbers_by_name,
    one_of,
    who,
)
from trimer.trial.targets.scenario import Pool, Scenario, protocol_path
from trimer.trial.targets.target import (
    INTERVALS,
    KINDS,
    NO_SCALE,
    READ,
    SCALES,
    TESTS,
    USES,
    Part,
    Target,
    Targets,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Collection

    from trimer.protocol.tables import Path as KeyPath
    from trimer.protocol.tables import Table
    from trimer.trial.targets.target import Kind, Test, Use

_SCENARIO = (
    "name", "title", "model", "cohort", "protocol", "days", "every_hours", "outputs", "may_lack",
    "maintenance", "values", "policy", "note",
)  # fmt: skip
_POOL = ("name", "title", "parts", "note")
_NUMBERS = (
    "measure", "with", "where", "against", "unit", "value", "low", "high", "interval", "n",
    "count", "at_least", "at_most",
)  # fmt: skip
_PART = ("label", *_NUMBERS)
_TARGET = (
    "id", "observable", "kind", "test", "use", "scale", "source", "read", "order", "factor",
    "within_points", "reason", "note", "if_missed", "part", *_NUMBERS,
)  # fmt: skip


def read_targets(path: str | os.PathLike[str] | None = None) -> Targets:
    """Read a targets file; the shipped one if no other is named.

    Parameters
    ----------
    path : str or path, optional
        A TOML file; its sources are in the ``.bib`` file of the same name beside it.

    Raises
    ------
    InputError
        When a file is missing, empty, not text or not TOML.
    Problems
        When something in it is wrong: every problem, with file and line.
    """
    place = library.targets_path() if path is None else Path(path)
    document = read_toml(place)
    sources = read_sources(place.with_suffix(".bib"))
    return _Reader(document).targets(sources)


class _Reader(Tables):
    """Reads one document and collects what is wrong with it."""

    def targets(self, sources: dict[str, Source]) -> Targets:
        """Return the targets, or raise every problem found."""
        self.check_keys(self.document.data, (), ("scenario", "pool", "target"))
        scenarios = self._scenarios()
        pools = self._pools(scenarios)
        places = {*scenarios, *pools}
        rows = [
            row
            for at, table in self.tables("target", _TARGET)
            if (row := self._target(at, table, sources, places)) is not None
        ]
        seen: set[str] = set()
        for k, row in enumerate(rows):
            if row.id in seen:
                self.problems.append(
                    f"Target '{row.id}' stands twice in {self.where('target', k, 'id')}; each has "
                    "one table. Remove one of them."
                )
            seen.add(row.id)
        if not rows and not self.problems:
            self.problems.append(f"No target in {self.where()}: there is at least one [[target]].")
        if self.problems:
            raise Problems(dict.fromkeys(self.problems))
        return Targets(tuple(rows), scenarios, pools, sources, self.document.path)

    # ----------------------------------------------------------------------- scenarios
    def _scenarios(self) -> dict[str, Scenario]:
        found: dict[str, Scenario] = {}
        for at, table in self.tables("scenario", _SCENARIO):
            scenario = self._scenario(("scenario", at), table)
            if scenario is not None:
                self._refuse_twice("Scenario", scenario.name, found, ("scenario", at))
                found[scenario.name] = scenario
        return found

    def _scenario(self, path: KeyPath, table: Table) -> Scenario | None:
        before = len(self.problems)
        texts = {
            key: self.field(table, path, key, a_text, example=f'{key} = "..."') or ""
            for key in ("name", "title", "model", "cohort", "protocol")
        }
        loose = {
            key: self.optional(table, path, key, a_text) or ""
            for key in ("maintenance", "policy", "note")
        }
        days = self.field(table, path, "days", a_positive, example="days = 28")
        hours = self.field(table, path, "every_hours", a_positive, example="every_hours = 2")
        outputs = self.field(table, path, "outputs", a_list, example='outputs = ["IL6"]')
        lack = self.optional(table, path, "may_lack", a_list) or ()
        values = self.optional(table, path, "values", numbers_by_name) or {}
        if texts["model"]:
            try:
                library.description(texts["model"])
            except InputError as problem:
                where = self.where(*path, "model")
                self.problems.append(f"Wrong model in {where}: {problem}")
        if texts["protocol"]:
            try:
                protocol_path(texts["protocol"])
            except InputError as problem:
                where = self.where(*path, "protocol")
                self.problems.append(f"Wrong protocol in {where}: {problem}")
        if len(self.problems) > before or days is None or hours is None or outputs is None:
            return None
        return Scenario(
            **texts, **loose, days=days, every_hours=hours, outputs=outputs, may_lack=lack,
            values=values,
        )  # fmt: skip

    def _pools(self, scenarios: dict[str, Scenario]) -> dict[str, Pool]:
        found: dict[str, Pool] = {}
        for at, table in self.tables("pool", _POOL):
            path: KeyPath = ("pool", at)
            name, title, note = (
                self.field(table, path, key, a_text, example=f'{key} = "..."') or ""
                for key in ("name", "title", "note")
            )
            parts = self.field(
                table, path, "parts", numbers_by_name, example="parts = { two-step = 18 }"
            )
            for member, weight in (parts or {}).items():
                if member not in scenarios or weight <= 0:
                    self.problems.append(
                        f"Wrong part of pool '{name}' in {self.where(*path, 'parts')}: got "
                        f"'{member}' with weight {weight:g}; it is a scenario with a number of "
                        f"patients.{did_you_mean(member, scenarios)}"
                    )
            if name and parts:
                self._refuse_twice("Pool", name, {**scenarios, **found}, path)
                found[name] = Pool(name, title, tuple(parts.items()), note)
        return found

    def _refuse_twice(self, what: str, name: str, known: Collection[str], path: KeyPath) -> None:
        if name in known:
            self.problems.append(
                f"{what} '{name}' stands twice in {self.where(*path, 'name')}; a name belongs to "
                "one scenario or pool. Choose another."
            )

    # ---------------------------------------------------------------------------- rows
    def _target(
        self, at: int, table: Table, sources: Collection[str], places: Collection[str]
    ) -> Target | None:
        path: KeyPath = ("target", at)
        before = len(self.problems)
        words = {
            key: self.field(table, path, key, read, example=example) or ""
            for key, read, example in _WORDS
        }
        observed = self.field(table, path, "n", who, example="n = 30")
        cited = self.field(table, path, "source", a_list, example='source = ["Uy2021"]') or ()
        for name in cited:
            if name not in sources:
                self.problems.append(
                    f"Unknown source '{name}' in {self.where(*path, 'source')}."
                    f"{did_you_mean(name, sources)}"
                )
        loose = {
            key: self.optional(table, path, key, a_text) or ""
            for key in ("reason", "note", "if_missed")
        }
        order = self.optional(table, path, "order", one_of(("falling", "rising"))) or ""
        factor = self.optional(table, path, "factor", a_positive) or 2.0
        points = self.optional(table, path, "within_points", a_positive)
        parts = self._parts(path, table)
        if len(self.problems) > before:
            return None
        row = Target(
            id=words["id"],
            observable=words["observable"],
            kind=cast("Kind", words["kind"]),
            test=cast("Test", words["test"]),
            use=cast("Use", words["use"]),
            scale=words["scale"],
            sources=cited,
            read=words["read"],
            n=str(observed),
            parts=parts,
            order=order,
            factor=factor,
            within_points=points,
            **loose,
        )
        self.problems += row_problems(row, self.where(*path))
        for k, part in enumerate(parts):
            place = self.where(*path, "part", k) if "part" in table else self.where(*path)
            self.problems += part_problems(row.id, row.kind, part, place, places)
        return row

    def _parts(self, path: KeyPath, table: Table) -> tuple[Part, ...]:
        usual = {key: table[key] for key in _NUMBERS if key in table}
        if isinstance(usual.get("n"), str):
            del usual["n"]
        given = table.get("part", [])
        if "part" not in table:
            return (self._part(path, usual),) if "measure" in usual else ()
        found = []
        for k, part in enumerate(given):
            place: KeyPath = (*path, "part", k)
            self.check_keys(part, place, _PART)
            found.append(self._part(place, usual | part))
        return tuple(found)

    def _part(self, path: KeyPath, table: Table) -> Part:
        def number(key: str) -> float | None:
            return self.optional(table, path, key, a_number)

        def whole(key: str) -> int | None:
            return self.optional(table, path, key, a_whole)

        def text(key: str) -> str:
            return self.optional(table, path, key, a_text) or ""

        interval = self.optional(table, path, "interval", one_of(INTERVALS)) or "none"
        return Part(
            label=text("label"), measure=text("measure"),
            options=self.optional(table, path, "with", a_table) or {},
            where=text("where"), against=text("against"), unit=text("unit"),
            value=number("value"), low=number("low"), high=number("high"), interval=interval,
            n=whole("n"), count=whole("count"), at_least=number("at_least"),
            at_most=number("at_most"),
        )  # fmt: skip


_WORDS = (
    ("id", a_text, 'id = "V1"'),
    ("observable", a_text, 'observable = "CRS of any grade"'),
    ("kind", one_of(KINDS), 'kind = "share"'),
    ("test", one_of(TESTS), 'test = "Q"'),
    ("use", one_of(USES), 'use = "fit"'),
    ("scale", one_of((*SCALES, NO_SCALE)), 'scale = "Lee 2014"'),
    ("read", one_of(READ), 'read = "found"'),
)
