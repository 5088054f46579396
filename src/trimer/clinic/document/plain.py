# SPDX-License-Identifier: Apache-2.0
"""Documents as plain text, for the terminal."""

from __future__ import annotations

import textwrap

from trimer.clinic.document.parts import (
    Blanks,
    Document,
    Grid,
    Heading,
    Items,
    Part,
    Text,
    unmarked,
)

_WIDTH = 88
_MARKS = {"plain": "-", "do": "+", "dont": "x", "steps": "-"}


def plain(document: Document) -> str:
    """Return a document as text of at most 88 letters a line."""
    lines = [document.title]
    if document.badges:
        lines.append(f"[{'] ['.join(document.badges)}]")
    for part in document.parts:
        lines += ["", *_lines(part)]
    for sentence in document.foot:
        lines += ["", *_wrapped(sentence)]
    return "\n".join(lines)


def _lines(part: Part) -> list[str]:
    match part:
        case Heading(text, level):
            return [text.upper() if level == 1 else text]
        case Text(text, kind, keys):
            marked = f"! {text}" if kind == "warning" else text
            marked += f" [{', '.join(keys)}]" if keys else ""
            return _wrapped(unmarked(marked))
        case Items(items, kind):
            marks = [f"{i}." if kind == "steps" else _MARKS[kind] for i, _ in enumerate(items, 1)]
            pairs = zip(marks, items, strict=True)
            return [line for mark, item in pairs for line in _wrapped(unmarked(item), f"{mark} ")]
        case Blanks(fields):
            return [f"{asked}: {known or '_' * 20}" for asked, known in fields]
        case Grid():
            return _grid(part)


def _grid(grid: Grid) -> list[str]:
    """Return each row as a small block: cells of prose do not fit beside each other."""
    lines = [f"{grid.caption}"] if grid.caption else []
    for row in grid.rows:
        lines += _wrapped(unmarked(row[0]))
        for head, cell in zip(grid.header[1:], row[1:], strict=True):
            if cell:
                lines += _wrapped(f"{head}: {unmarked(cell)}", "    ", "      ")
    return lines


def _wrapped(text: str, first: str = "", further: str | None = None) -> list[str]:
    indent = " " * len(first) if further is None else further
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
