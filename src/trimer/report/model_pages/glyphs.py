# SPDX-License-Identifier: Apache-2.0
"""Drawn signs of a picture, in the manner of SBGN process descriptions.

Shapes tell what a thing is without color, so that a picture can be read in grey; the colors are
those of the figures, on white.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.report.model_pages.place import Box, Point

FONT = "Arial, Helvetica, sans-serif"
INK, MUTED, EDGE = color("ink"), color("muted"), color("edge")
WAY_COLORS = {"stimulates": color("c"), "inhibits": color("e"), "modulates": MUTED}
TINTS = {
    "blood": ("#fdf3f1", "#c9a39b"), "marrow": ("#fbf6e9", "#c2b184"),
    "tissue": ("#eff6f2", "#9dbba9"),
}  # fmt: skip
SQUARE = 8.5
"""Half the side of a process."""

MARKERS = "".join(
    f'<marker id="{name}" viewBox="-12 -7 14 14" markerWidth="{size}" markerHeight="{size}" '
    f'refX="{ref}" orient="auto-start-reverse" markerUnits="userSpaceOnUse">'
    f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="1.4"/></marker>'
    for name, path, fill, stroke, size, ref in (
        ("gives", "M-9,-4.5L0,0L-9,4.5Z", INK, INK, 13, 0),
        ("stimulates", "M-9,-5L0,0L-9,5Z", "#ffffff", WAY_COLORS["stimulates"], 13, 0),
        ("inhibits", "M0,-6L0,6", "none", WAY_COLORS["inhibits"], 14, 0),
        ("acts", "M-9,-4.5L0,0L-9,4.5Z", MUTED, MUTED, 15, 0),
        ("acts-given", "M-9,-4.5L0,0L-9,4.5Z", color("dose"), color("dose"), 15, 0),
        ("modulates", "M-10,0L-5,-4.5L0,0L-5,4.5Z", "#ffffff", WAY_COLORS["modulates"], 13, 0),
    )
)


def text(
    x: float, y: float, words: str, *, size: float = 11, weight: str = "", fill: str = INK,
    anchor: str = "middle", style: str = "",
) -> str:  # fmt: skip
    """Return a line of text."""
    extra = (f' font-weight="{weight}"' if weight else "") + (
        f' font-style="{style}"' if style else ""
    )
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" '
        f'fill="{fill}"{extra}>{escape(words)}</text>'
    )


def node(box: Box, kind: str, name: str, label: str, tip: str, *, own: bool) -> str:
    """Return a box with the symbol and its words.

    Parameters
    ----------
    box : Box
        Where, and how large.
    kind : {"species", "input", "term"}
        A rounded box, a hexagon, a pill.
    name, label, tip : str
        Symbol, words beneath it, and what shows when a pointer rests on it.
    own : bool
        Whether it belongs to the part; else it is a guest, drawn pale.
    """
    x, y, w, h = box.x, box.y, box.half_width, box.half_height
    stroke = INK if own else EDGE
    dash = "" if own else ' stroke-dasharray="4 3"'
    fill = {"species": "#ffffff", "input": color("dose-fill"), "term": color("strip")}[kind]
    style = f'fill="{fill}" stroke="{stroke}" stroke-width="{1.6 if own else 1}"{dash}'
    if kind == "input":
        points = " ".join(
            f"{_n(a)},{_n(b)}"
            for a, b in (
                (x - w, y), (x - w + 12, y - h), (x + w - 12, y - h),
                (x + w, y), (x + w - 12, y + h), (x - w + 12, y + h),
            )
        )  # fmt: skip
        shape = f'<polygon points="{points}" {style}/>'
    else:
        radius = 9 if kind == "species" else h
        shape = (
            f'<rect x="{_n(x - w)}" y="{_n(y - h)}" width="{_n(2 * w)}" height="{_n(2 * h)}" '
            f'rx="{_n(radius)}" {style}/>'
        )
    ink = INK if own else MUTED
    lines = wrap(label, 22) if label else []
    top = y - 5.5 * len(lines) + (3.5 if lines else 4)
    words = [text(x, top, name, size=12, weight="bold", fill=ink,
                  style="italic" if kind == "term" else "")]  # fmt: skip
    words += [
        text(x, top + 12.5 + 11.5 * place, line, size=10.5, fill=ink)
        for place, line in enumerate(lines)
    ]
    return f"<g><title>{escape(tip)}</title>{shape}{''.join(words)}</g>"


def process(at: Point, number: int, tip: str) -> str:
    """Return the square of a process with its number."""
    x, y = at
    return (
        f"<g><title>{escape(tip)}</title>"
        f'<rect x="{_n(x - SQUARE)}" y="{_n(y - SQUARE)}" width="{2 * SQUARE}" '
        f'height="{2 * SQUARE}" fill="#ffffff" stroke="{INK}" stroke-width="1.2"/>'
        f"{text(x, y + 3.6, str(number), size=10)}</g>"
    )


def nothing(at: Point) -> str:
    """Return the sign for a source or a sink that the model does not follow."""
    x, y = at
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="5" fill="#ffffff" stroke="{INK}"/>'
        f'<path d="M{_n(x - 5)},{_n(y + 5)}L{_n(x + 5)},{_n(y - 5)}" stroke="{INK}"/>'
    )


def line(
    start: Point, stop: Point, *, over: Point | None = None, end: str = "", way: str = "",
    tip: str = "",
) -> str:  # fmt: skip
    """Return a line, bent toward `over` if that is given, with a sign at its end."""
    stroke = WAY_COLORS.get(way, INK)
    way_there = f"Q{_n(over[0])},{_n(over[1])} " if over else "L"
    path = (
        f'<path d="M{_n(start[0])},{_n(start[1])}{way_there}{_n(stop[0])},{_n(stop[1])}" '
        f'stroke="{stroke}" stroke-width="{1.1 if way else 1.5}" fill="none"'
        + (f' marker-end="url(#{end})"' if end else "")
    )
    return f"{path}><title>{escape(tip)}</title></path>" if tip else f"{path}/>"


def amount(at: Point, words: str) -> str:
    """Return how much of a species a process takes or gives, on a pale ground."""
    return text(at[0], at[1], words, size=10, anchor="start", style="italic").replace(
        "<text ", '<text stroke="#ffffff" stroke-width="3" paint-order="stroke" ', 1
    )


def frame(name: str, left: float, top: float, right: float, bottom: float) -> str:
    """Return the frame of a compartment with its name."""
    fill, stroke = TINTS.get(name, ("#f7f9fb", EDGE))
    return (
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" '
        f'height="{_n(bottom - top)}" rx="16" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
        + text(
            left + 12, top + 15, name.upper(), size=10, weight="bold", fill=MUTED, anchor="start"
        )
    )


def picture(width: float, height: float, title: str, words: str, inside: Sequence[str]) -> str:
    """Return an SVG file."""
    lines = "\n".join(inside)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}" font-family="{FONT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(words)}</desc>\n"
        f"<defs>{MARKERS}</defs>\n"
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>\n{lines}\n</svg>\n'
    )


def wrap(words: str, most: int) -> list[str]:
    """Return words in lines of at most `most` letters, where words allow.

    Examples
    --------
    >>> wrap("early-activated T cells in blood", 22)
    ['early-activated T', 'cells in blood']
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > most and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _n(number: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
