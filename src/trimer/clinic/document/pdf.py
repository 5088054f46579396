# SPDX-License-Identifier: Apache-2.0
"""Documents as PDF with tags for screen readers (PDF/UA-1), typeset by Typst.

The source of the typesetter is made of string literals only, so that no text of a document can be
taken for a command.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from trimer.clinic.document.parts import Blanks, Grid, Heading, Items, Text, spans
from trimer.core.notice import SHORT_NOTICE

if TYPE_CHECKING:
    from trimer.clinic.document.parts import Document, Part

_HEAD = Path(__file__).parent / "templates" / "page.typ"
_MARKS = {"do": ("✓", "#00694d"), "dont": ("✗", "#a34700")}


def pdf(document: Document) -> bytes:
    """Return a document as PDF: the same bytes for the same document and the same fonts.

    It keeps PDF/UA-1, unless a letter of it is in no font of this machine.
    """
    from typst import TypstError

    try:
        return _compiled(source(document), accessible=True)
    except TypstError:
        return _compiled(source(document), accessible=False)


def _compiled(text: str, *, accessible: bool) -> bytes:
    from datetime import UTC, datetime

    import typst

    made: bytes = typst.compile(
        text.encode(),
        format="pdf",
        pdf_standards="ua-1" if accessible else None,
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )
    return made


def source(document: Document) -> str:
    """Return what the typesetter is given."""
    head = Template(_HEAD.read_text(encoding="utf-8")).substitute(
        title=_literal(document.title),
        size=18 if document.large else 10.5,
        foot=12 if document.large else 8.5,
        notice=_literal(f"{SHORT_NOTICE[0].upper()}{SHORT_NOTICE[1:]}"),
    )
    lines = [
        head,
        f"#small[#{_literal(document.kind)}]",
        f"#heading(level: 1, {_literal(document.title)})",
        " ".join(f"#badge[#{_literal(badge)}]" for badge in document.badges),
        *(_part(part, large=document.large) for part in document.parts),
        '#line(length: 100%, stroke: 0.6pt + rgb("#b8c2cb"))',
        *(f"#block(small[#{_literal(sentence)}])" for sentence in document.foot),
    ]
    return "\n\n".join(lines)


def _part(part: Part, *, large: bool) -> str:
    match part:
        case Heading(text, level):
            return f"#heading(level: {level + 1}, {_literal(text)})"
        case Text(text, kind, keys):
            around = {"plain": "par", "lead": "par", "warning": "warn"}.get(kind, kind)
            named = _literal(f"[{', '.join(keys)}]")
            after = f" #small[#{named}]" if keys else ""
            return f"#{around}[{_rich(text)}{after}]"
        case Items(items, "steps"):
            return f"#enum({', '.join(f'[{_rich(item)}]' for item in items)})"
        case Items(items, kind):
            mark, color = _MARKS.get(kind, ("•", "#14202b"))
            marker = f'marker: text(fill: rgb("{color}"), font: "DejaVu Sans Mono", "{mark}")'
            marker = "marker: [•]" if kind == "plain" else marker
            return f"#list({marker}, {', '.join(f'[{_rich(item)}]' for item in items)})"
        case Blanks(fields):
            return "\n".join(
                f"#grid(columns: (auto, 1fr), column-gutter: 8pt, [#{_literal(asked)}], "
                f"grid.cell(stroke: (bottom: 0.8pt), inset: (bottom: 2pt))[#{_literal(known)}])"
                for asked, known in fields
            )
        case Grid():
            return _grid(part, large=large)


def _grid(grid: Grid, *, large: bool) -> str:
    # A name of a drug is not broken, except in large print, where it may be wider than a column.
    tight = large and len(grid.header) > 3
    look = f"size: {0.66 if tight else 0.86}em, hyphenate: {str(tight).lower()}"
    widths = grid.widths or (1.0,) * len(grid.header)
    columns = ", ".join(f"{width:g}fr" for width in widths)
    header = ", ".join(f"[#strong[#{_literal(cell)}]]" for cell in grid.header)
    rows = [
        ", ".join(
            [
                f"[#strong[{_rich(row[0])}]]" if row[0] else "[]",
                *(f"[{_rich(cell)}]" for cell in row[1:]),
            ]
        )
        for row in grid.rows
    ]
    inset = "(x: 5pt, y: 9pt)" if grid.kind == "tall" else "5pt"
    table = (
        f"text({look}, table(columns: ({columns},), align: left, "
        f'inset: {inset}, stroke: 0.5pt + rgb("#b8c2cb"), '
        'fill: (x, y) => if y == 0 { rgb("#eef3f7") }, '
        f"table.header({header}), {', '.join(rows)}))"
    )
    if not grid.caption:
        return f"#{table}"
    caption = f"figure.caption(position: top, {_literal(grid.caption)})"
    return f"#figure(kind: table, caption: {caption}, {table})"


def _rich(text: str) -> str:
    return "".join(
        f"#strong[#{_literal(piece)}]" if bold else f"#{_literal(piece)}"
        for piece, bold in spans(text)
    )


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
