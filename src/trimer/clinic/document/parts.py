# SPDX-License-Identifier: Apache-2.0
"""What a document is made of. Texts may hold ``**bold**`` and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_AMOUNT = re.compile(
    r"(\d) (h|min|hours?|minutes?|days?|weeks?|mg|mcg|ng|kg|mL|L|mmHg|G|g|U|degC|°C|%)(?!\w)"
)

TextKind: TypeAlias = Literal["plain", "lead", "warning", "evidence", "small"]
ItemKind: TypeAlias = Literal["plain", "do", "dont", "steps"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 begins a part of the document."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, and the keys of its sources if they are to be seen beside it."""

    text: str
    kind: TextKind = "plain"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]
    kind: ItemKind = "plain"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first cell of a row is its head.

    Parameters
    ----------
    caption : str
        What it shows; empty where the heading above says it.
    header : tuple of str
        One for each column.
    rows : tuple of tuple of str
        As many cells each.
    widths : tuple of float
        Relative widths of the columns; all alike where empty.
    kind : {"plain", "tall"}
        Whether rows leave room to write.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    kind: Literal["plain", "tall"] = "plain"


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to fill in by hand: what is asked, and what is known already."""

    fields: tuple[tuple[str, str], ...]


Part: TypeAlias = Heading | Text | Items | Grid | Blanks


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is written.

    Parameters
    ----------
    title : str
        Its title.
    kind : str
        What it is, in a line above the title.
    badges : tuple of str
        What has to be seen first.
    parts : tuple of Part
        From top to bottom.
    foot : tuple of str
        Notice and origin.
    large : bool
        Whether it is in large print.
    """

    title: str
    kind: str
    badges: tuple[str, ...]
    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    large: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """Running text alone, without tables, small print and notice."""
        found: list[str] = []
        for part in self.parts:
            if isinstance(part, Text) and part.kind != "small":
                found.append(part.text)
            elif isinstance(part, Items):
                found += part.items
        return tuple(unmarked(text) for text in found)


def spans(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the pieces of a text, and whether each is bold; no number is parted from its unit.

    Examples
    --------
    >>> spans("Call **at once**.")
    (('Call ', False), ('at once', True), ('.', False))
    """
    pieces = _BOLD.split(_AMOUNT.sub("\\1\N{NO-BREAK SPACE}\\2", text))
    return tuple((piece, i % 2 == 1) for i, piece in enumerate(pieces) if piece)


def unmarked(text: str) -> str:
    """Return a text without its marks of bold."""
    return _BOLD.sub(r"\1", text)
