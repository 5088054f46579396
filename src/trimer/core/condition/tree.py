# SPDX-License-Identifier: Apache-2.0
"""A condition as a tree: comparisons and flags, joined by and, or, not."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Operator = Literal[">", ">=", "<", "<=", "=", "!="]
Direction = Literal["rise", "fall"]

OPPOSITE: dict[Operator, Operator] = {
    ">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "=",
}  # fmt: skip
"""What holds of known numbers where a comparison does not."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What was read last of a quantity, or a number the ward keeps, such as a grade."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Count:
    """How many doses of a drug were given, in all or within some minutes."""

    drug: str
    within_minutes: int | None = None
    within_text: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.within_minutes is None:
            return f"{self.drug} doses"
        return f"{self.drug} doses in {self.within_text or f'{self.within_minutes} min'}"


@dataclass(frozen=True, slots=True)
class Since:
    """Minutes since the latest of an event, or the latest dose of a drug."""

    event: str

    def __str__(self) -> str:
        return f"time since {self.event}"


@dataclass(frozen=True, slots=True)
class Change:
    """How far a quantity has risen or fallen within some minutes."""

    name: str
    direction: Direction
    over_minutes: int
    over_text: str = field(default="", compare=False)

    def __str__(self) -> str:
        over = self.over_text or f"{self.over_minutes} min"
        return f"{self.direction} of {self.name} in {over}"


Measured: TypeAlias = Observed | Count | Since | Change


@dataclass(frozen=True, slots=True)
class Value:
    """What is compared with: a number with its unit, or so many times a limit.

    Parameters
    ----------
    number : float
        As written.
    unit : str
        As written; empty for a plain number.
    times : {"", "ULN", "LLN", "baseline"}
        What the number multiplies, if anything.
    at : int
        Where it stands in the text.
    """

    number: float
    unit: str = ""
    times: str = ""
    text: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        number = self.text or f"{Decimal(repr(float(self.number))):f}".removesuffix(".0")
        if self.times:
            return f"{number} x {self.times}"
        return f"{number} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, which may have to hold for a while.

    Parameters
    ----------
    left : Observed, Count, Since or Change
        What is compared.
    operator : str
        One of > >= < <= = !=.
    value : Value
        What with.
    minutes : int
        For how long it must have held at every look; 0 for now.
    readings : int
        At how many readings in a row it must have held; 0 for the latest.
    at : int
        Where it stands in the text.
    """

    left: Measured
    operator: Operator
    value: Value
    minutes: int = 0
    readings: int = 0
    for_text: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.value}{_lasting(self)}"


@dataclass(frozen=True, slots=True)
class Flag:
    """A plain fact, such as ``infection`` or ``pump off``, which may have to hold for a while."""

    name: str
    minutes: int = 0
    readings: int = 0
    for_text: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.name + _lasting(self)


def _lasting(atom: Atom) -> str:
    """Return what follows an atom where it has to hold for a while."""
    if not (atom.minutes or atom.readings):
        return ""
    plain = f"{atom.minutes} min" if atom.minutes else f"{atom.readings} readings"
    return f" for {atom.for_text or plain}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a part."""

    part: Tree

    def __str__(self) -> str:
        inner = f"({self.part})" if isinstance(self.part, (And, Or)) else str(self.part)
        return f"not {inner}"


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, (And, Or)) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its parts."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " or ".join(f"({p})" if isinstance(p, Or) else str(p) for p in self.parts)


Atom: TypeAlias = Compare | Flag
Tree: TypeAlias = Compare | Flag | Not | And | Or


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read from text.

    Parameters
    ----------
    tree : Tree
        What it says.
    text : str
        As it was written, with single spaces.
    source : str
        As it was written: places in the tree count in it.
    """

    tree: Tree
    text: str = field(compare=False)
    source: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return its text as Trimer writes it; it reads back to an equal condition."""
        return str(self.tree)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of what it reads: quantities, flags, drugs and events."""
        return tuple(dict.fromkeys(name_of(atom) for atom in atoms(self.tree)))


def atoms(tree: Tree) -> Iterator[Atom]:
    """Yield the comparisons and flags of a tree, from left to right."""
    if isinstance(tree, (And, Or)):
        for part in tree.parts:
            yield from atoms(part)
    elif isinstance(tree, Not):
        yield from atoms(tree.part)
    else:
        yield tree


def name_of(atom: Atom) -> str:
    """Return the name of what a comparison or a flag reads."""
    if isinstance(atom, Flag):
        return atom.name
    left = atom.left
    if isinstance(left, Count):
        return left.drug
    return left.event if isinstance(left, Since) else left.name
