# SPDX-License-Identifier: Apache-2.0
"""All parts of a model in one picture, and which acts on which."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from trimer.report.model_pages import glyphs
from trimer.report.model_pages.place import Box, bent
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.report.model_pages.part import Chapter

Influence: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""By what a part (first) acts on another (second): symbols, in the order of the model."""

_CELL = (264.0, 190.0)
_HALF = (92.0, 52.0)
_MARGIN = 16.0
_GIVEN = ("support", "salvage")
"""Parts that are what is done to a patient; their arrows are drawn apart."""


def influence(chapters: Sequence[Chapter]) -> Influence:
    """Return which part acts on which, and through what.

    A part acts on another if a process or a term of the other has a symbol of it; what only sets
    the start is no influence.
    """
    always = [chapter for chapter in chapters if not chapter.part.option]
    homes = {
        name: chapter.part.name
        for chapter in always
        for name in (*chapter.part.species, *chapter.part.terms)
    }
    found: dict[tuple[str, str], set[str]] = {}
    for chapter in always:
        constants = {part.name for part in chapter.model.baselines} | {
            part.name for part in chapter.model.roots
        }
        expressions = [flow.rate for flow in chapter.flows]
        expressions += [
            term.expression for term in chapter.model.terms if term.name in chapter.part.terms
        ]
        for expression in expressions:
            for symbol in expression.free_symbols:
                home = homes.get(symbol.name, chapter.part.name)
                if home != chapter.part.name and symbol.name not in constants:
                    found.setdefault((home, chapter.part.name), set()).add(symbol.name)
    order = [name for chapter in always for name in (*chapter.part.species, *chapter.part.terms)]
    parts = [chapter.part.name for chapter in always]
    return {
        (source, target): tuple(name for name in order if name in found[source, target])
        for target in parts
        for source in parts
        if (source, target) in found
    }


def overview(chapters: Sequence[Chapter], title: str) -> str:
    """Return the picture of all parts as an SVG file."""
    always = [chapter for chapter in chapters if not chapter.part.option]
    boxes = {
        chapter.part.name: Box(
            _MARGIN + _CELL[0] * (chapter.part.place[0] + 0.5),
            _MARGIN + _CELL[1] * (chapter.part.place[1] + 0.5),
            *_HALF,
        )
        for chapter in always
    }
    width = max(box.x for box in boxes.values()) + _CELL[0] / 2 + _MARGIN
    height = max(box.y for box in boxes.values()) + _CELL[1] / 2 + _MARGIN
    drawn = [
        *_arrows(influence(chapters), boxes),
        *(_card(chapter, boxes[chapter.part.name]) for chapter in always),
        *_legend(_MARGIN + 40, _MARGIN + 60),
    ]
    words = f"{len(always)} parts; an arrow says that equations of a part use another part."
    return glyphs.picture(width, height, title, words, drawn)


def _arrows(acts: Influence, boxes: Mapping[str, Box]) -> Iterator[str]:
    for (source, target), symbols in sorted(acts.items()):
        both = (target, source) in acts
        if both and source > target:
            continue  # drawn with the other, which has two heads
        start, stop = boxes[source], boxes[target]
        others = [box for name, box in boxes.items() if name not in (source, target)]
        over = bent((start.x, start.y), (stop.x, stop.y), others)
        begin = start.edge(over or (stop.x, stop.y))
        end = stop.edge(over or begin)
        tip = f"{source} acts on {target} by {', '.join(symbols)}"
        if both:
            tip += f"; {target} acts on {source} by {', '.join(acts[target, source])}"
        yield _arrow(begin, end, over, tip, given=source in _GIVEN, both=both)


def _arrow(
    begin: tuple[float, float],
    end: tuple[float, float],
    over: tuple[float, float] | None,
    tip: str,
    *,
    given: bool,
    both: bool,
) -> str:
    way = f"Q{over[0]:.1f},{over[1]:.1f} " if over else "L"
    tone = color("dose") if given else glyphs.MUTED
    dash = ' stroke-dasharray="6 4"' if given else ""
    mark = "acts-given" if given else "acts"
    return (
        f'<path d="M{begin[0]:.1f},{begin[1]:.1f}{way}{end[0]:.1f},{end[1]:.1f}" fill="none" '
        f'stroke="{tone}" stroke-width="1.4"{dash} marker-end="url(#{mark})"'
        + (f' marker-start="url(#{mark})"' if both else "")
        + f"><title>{escape(tip)}</title></path>"
    )


def _card(chapter: Chapter, box: Box) -> str:
    part = chapter.part
    left, top = box.x - box.half_width, box.y - box.half_height
    given = part.name in _GIVEN
    fill = color("dose-fill") if given else "#ffffff"
    listed = ", ".join(part.species) or "counts, signals, rates of killing"
    lines = glyphs.wrap(listed, 27)
    return (
        f"<g><title>{escape(part.about)}</title>"
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{2 * box.half_width:.1f}" '
        f'height="{2 * box.half_height:.1f}" rx="10" fill="{fill}" stroke="{glyphs.INK}" '
        f'stroke-width="1.6"/>'
        + glyphs.text(box.x, top + 24, part.short, size=16, weight="bold")
        + "".join(
            glyphs.text(box.x, top + 45 + 16 * place, line, size=12.5, fill=glyphs.MUTED)
            for place, line in enumerate(lines)
        )
        + "</g>"
    )


def _legend(x: float, y: float) -> Iterator[str]:
    yield _arrow((x, y), (x + 46, y), None, "", given=False, both=False)
    yield glyphs.text(x + 58, y + 5, "acts on (both ways where it has two heads)", size=13,
                      fill=glyphs.MUTED, anchor="start")  # fmt: skip
    yield _arrow((x, y + 24), (x + 46, y + 24), None, "", given=True, both=False)
    yield glyphs.text(x + 58, y + 29, "what is given to a patient acts on", size=13,
                      fill=glyphs.MUTED, anchor="start")  # fmt: skip
