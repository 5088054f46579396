# SPDX-License-Identifier: Apache-2.0
"""The nouns: published figures, what they are compared with, and how."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from trimer.core.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from trimer.core.sources import Source
    from trimer.trial.targets.scenario import Pool, Scenario

Kind: TypeAlias = Literal["share", "shares", "median", "number", "ordering", "limit"]
"""``share``: of patients, binomial. ``shares``: its parts are the categories of one count.
``median``: of something positive. ``number``: a mean, an area, a correlation. ``ordering``: its
parts rise or fall. ``limit``: nothing but a bound, such as zero."""

Use: TypeAlias = Literal["fit", "shaping", "by construction", "predicted", "not applicable"]
Test: TypeAlias = Literal["Q", "T", "T+Q", "P"]

KINDS: tuple[Kind, ...] = ("share", "shares", "median", "number", "ordering", "limit")
USES: tuple[Use, ...] = ("fit", "shaping", "by construction", "predicted", "not applicable")
TESTS: tuple[Test, ...] = ("Q", "T", "T+Q", "P")
READ = ("found", "derived", "from memory")
"""How a figure came here: read in a public source, computed from such, or remembered."""

EXACT = "exact (Clopper-Pearson)"
RANGE = "range of patients"
INTERVALS = (EXACT, "quartiles", "stated range", "derived", RANGE, "none")
"""What stands behind `low` and `high`. The range of a sample says how far patients differ, not
how well the median is known, so it is shown and not judged by."""

SCALES = {"Lee 2014": "CRS_Lee", "ASTCT 2019": "CRS", "CTCAE v5": "CRS_CTCAE"}
"""Grading scales of CRS, and the column of the ward's grades that each is."""
NO_SCALE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """One published number of a row.

    Parameters
    ----------
    label : str
        What sets it apart from the other numbers of its row; empty if it is the only one.
    measure : str
        Name of the read-out, see `trimer.trial.targets.measures`.
    options : mapping of str to object
        Arguments of the read-out.
    where, against : str
        Scenario or pool that is read out, and the one it is compared with.
    unit : str
        Of the numbers.
    value : float or None
        What was published; None where only an order was.
    low, high : float or None
        Published interval.
    interval : str
        What the interval is: one of `INTERVALS`.
    n, count : int or None
        Patients (or samples) behind it, and how many of them had it.
    at_least, at_most : float or None
        Bounds of a limit.
    """

    label: str
    measure: str
    options: Mapping[str, Any]
    where: str
    against: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    n: int | None
    count: int | None
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True, slots=True)
class Target:
    """A row: a published observation, and how the simulated one is judged by it.

    Parameters
    ----------
    id : str
        ``V1`` and so on; a label, not a number in a sequence.
    observable : str
        What was observed, in words.
    kind, test, use : str
        See `Kind`; Q is judged by numbers, T by order, P is shown only; what the row is for.
    scale : str
        Scale in which CRS was graded, or ``"none"``.
    sources : tuple of str
        Keys of the sources.
    read : str
        One of `READ`.
    n : str
        Who was observed, as words: ``"45"``, ``"9 patients, 36 samples"``.
    parts : tuple of Part
        The numbers; none where the row is not applicable.
    order : {"falling", "rising", ""}
        How the simulated numbers of the parts have to follow one another.
    factor : float
        Where no interval can be judged by: how far from the value is still met.
    within_points : float or None
        The same for shares, in percentage points.
    reason : str
        Why the row is not applicable.
    note : str
        What a reader has to know of the comparison.
    if_missed : str
        Why it is missed, if it is.
    """

    id: str
    observable: str
    kind: Kind
    test: Test
    use: Use
    scale: str
    sources: tuple[str, ...]
    read: str
    n: str
    parts: tuple[Part, ...] = ()
    order: str = ""
    factor: float = 2.0
    within_points: float | None = None
    reason: str = ""
    note: str = ""
    if_missed: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether it counts in a tally: fitted rows, and predicted ones that are not priors."""
        return self.use == "fit" or (self.use == "predicted" and self.test != "P")

    @property
    def places(self) -> tuple[str, ...]:
        """Scenarios and pools that it is read out of."""
        found = [place for part in self.parts for place in (part.where, part.against) if place]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, repr=False)
class Targets:
    """All rows of a targets file, with what has to be simulated for them.

    Parameters
    ----------
    rows : tuple of Target
        In the order of the file.
    scenarios : mapping of str to Scenario
        What is simulated, by name.
    pools : mapping of str to Pool
        Mixes of scenarios, by name.
    sources : mapping of str to Source
        By key.
    path : Path
        The file.
    """

    rows: tuple[Target, ...]
    scenarios: Mapping[str, Scenario]
    pools: Mapping[str, Pool]
    sources: Mapping[str, Source]
    path: Path
    _by_id: Mapping[str, Target] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the rows."""
        object.__setattr__(self, "_by_id", {row.id: row for row in self.rows})

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, id_: str) -> Target:
        """Return a row.

        Raises
        ------
        UnknownName
            If there is none of this id.
        """
        if id_ not in self._by_id:
            raise UnknownName(f"Unknown target '{id_}'.{did_you_mean(id_, self._by_id)}")
        return self._by_id[id_]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the rows."""
        return tuple(self._by_id)

    def select(self, ids: Collection[str]) -> Targets:
        """Return some rows, in the order of the file.

        Raises
        ------
        UnknownName
            If one of them is not there.
        """
        wanted = {self[id_].id for id_ in ids}
        return replace(self, rows=tuple(row for row in self.rows if row.id in wanted))

    def of_use(self, *uses: Use) -> Targets:
        """Return the rows of some uses, such as ``"fit"``."""
        return replace(self, rows=tuple(row for row in self.rows if row.use in uses))

    def to_simulate(self) -> tuple[Scenario, ...]:
        """Return the scenarios that the rows need, each once, in the order of the file."""
        places = {place for row in self.rows for place in row.places}
        names = {name for place in places for name, _ in self.members(place)}
        return tuple(scenario for name, scenario in self.scenarios.items() if name in names)

    def members(self, place: str) -> tuple[tuple[str, float], ...]:
        """Return the scenarios of a pool with their weights, or the scenario itself.

        Raises
        ------
        UnknownName
            If it is neither.
        """
        if place in self.pools:
            return self.pools[place].parts
        if place in self.scenarios:
            return ((place, 1.0),)
        known = (*self.scenarios, *self.pools)
        raise UnknownName(f"Unknown scenario '{place}'.{did_you_mean(place, known)}")

    def __repr__(self) -> str:
        """Return a short card."""
        uses = {use: sum(row.use == use for row in self.rows) for use in USES}
        counts = ", ".join(f"{count} {use}" for use, count in uses.items() if count)
        return f"<Targets: {len(self)} rows ({counts}), {len(self.scenarios)} scenarios>"
