# SPDX-License-Identifier: Apache-2.0
"""The picture of a part: what there is, what turns into what, and what acts on it.

Species, processes and arrows are those of the model; only the places of the boxes are told.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from trimer.report.model_pages import glyphs
from trimer.report.model_pages.part import quantities
from trimer.report.model_pages.place import CELL, MARGIN, SINK, Box, Wish, bent, beyond, place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trimer.report.model_pages.dependence import Arc, Dependence, Process
    from trimer.report.model_pages.part import Chapter, Table
    from trimer.report.model_pages.place import Point

_HALF = {"species": (69.0, 23.0), "input": (69.0, 23.0), "term": (65.0, 21.0)}
_LEGEND = 66.0
_NARROWEST = 760.0
_TAILS = (", 0 to 1", ", 1 = baseline", ", 1 = full", ", 1 at onset", ", floored")


def diagram(chapter: Chapter, table: Table, dependence: Dependence) -> str:
    """Return the picture of a part as an SVG file.

    Parameters
    ----------
    chapter : Chapter
        The part and its processes.
    table : Table
        Labels and compartments.
    dependence : Dependence
        Of the chapter's model.

    Raises
    ------
    InputError
        If something acts that the picture does not show.
    """
    part = chapter.part
    boxes = _boxes(chapter)
    processes = {
        number: dependence.process(flow)
        for number, flow in enumerate(chapter.flows, start=1)
        if not {name for name, _ in flow.changes} & part.alike
    }
    arcs = dependence.arcs(chapter)
    width = CELL[0] * max(len(row) for row in part.rows) + 2 * MARGIN
    height = CELL[1] * len(part.rows) + 2 * MARGIN
    inner = {arc.target for arc in arcs} & set(boxes)
    wishes = [
        Wish(
            process.flow.name,
            process.ends,
            tuple(arc.source for arc in arcs if arc.target == process.flow.name),
        )
        for process in processes.values()
    ]
    fixed = [(arc.source, arc.target) for arc in arcs if arc.target in inner]
    spots = place(boxes, wishes, fixed, (width, height))
    drawn = [
        *_frames(table, boxes, part.species),
        *chain.from_iterable(
            _process_lines(process, boxes, spots) for process in processes.values()
        ),
        *(_arc(arc, boxes, spots) for arc in arcs),
        *(
            glyphs.process(spots[process.flow.name], number, _tip(process))
            for number, process in processes.items()
        ),
        *_nodes(chapter, table.labels, boxes),
        *chain.from_iterable(_amounts(process, boxes, spots) for process in processes.values()),
        *legend(MARGIN, height),
    ]
    about = f"{part.title}: {len(part.species)} species, {len(processes)} processes."
    return glyphs.picture(max(width, _NARROWEST), height + _LEGEND, part.title, about, drawn)


def label(name: str, definition: str, labels: Mapping[str, str]) -> str:
    """Return the words of a box: told ones, or the definition without what it says of a scale."""
    words = labels.get(name, definition)
    for tail in _TAILS:
        words = words.removesuffix(tail)
    return words


def _boxes(chapter: Chapter) -> dict[str, Box]:
    kinds = _kinds(chapter)
    return {
        name: Box(
            MARGIN + CELL[0] * (column + 0.5),
            MARGIN + CELL[1] * (row + 0.5),
            *_HALF[kinds[name]],
        )
        for name, (column, row) in chapter.part.shown.items()
    }


def _kinds(chapter: Chapter) -> dict[str, str]:
    names = {"species": "species", "input": "input"}
    return {part.name: names.get(kind, "term") for kind, part in chapter.model.quantities()}


def _nodes(chapter: Chapter, labels: Mapping[str, str], boxes: Mapping[str, Box]) -> Iterator[str]:
    known = quantities(chapter.model)
    kinds = _kinds(chapter)
    own = {*chapter.part.species, *chapter.part.terms}
    for name, box in boxes.items():
        what = known[name]
        unit = "" if what.unit == "1" else f" [{what.unit}]"
        yield glyphs.node(
            box, kinds[name], name, label(name, what.definition, labels),
            f"{name}: {what.definition}{unit}", own=name in own,
        )  # fmt: skip


def _frames(table: Table, boxes: Mapping[str, Box], own: Collection[str]) -> Iterator[str]:
    """Yield the frame of each compartment of which two of the part's own stand together."""
    homes = {member: name for name, members in table.compartments.items() for member in members}
    for name, members in table.compartments.items():
        inside = [boxes[member] for member in members if member in boxes]
        if sum(member in boxes for member in members if member in own) < 2:
            continue
        left = min(box.x - box.half_width for box in inside) - 18
        top = min(box.y - box.half_height for box in inside) - 20
        right = max(box.x + box.half_width for box in inside) + 18
        bottom = max(box.y + box.half_height for box in inside) + 16
        strangers = [
            other
            for other, box in boxes.items()
            if homes.get(other, name) != name and left < box.x < right and top < box.y < bottom
        ]
        if not strangers:
            yield glyphs.frame(name, left, top, right, bottom)


def _process_lines(
    process: Process, boxes: Mapping[str, Box], spots: Mapping[str, Point]
) -> Iterator[str]:
    spot = spots[process.flow.name]
    square = Box(*spot, glyphs.SQUARE, glyphs.SQUARE)
    for name, _ in process.takes:
        end = "gives" if process.both_ways else ""
        yield _line(square, boxes[name], boxes, end=end)
    for name, _ in process.gives:
        yield _line(square, boxes[name], boxes, end="gives")
    if not (process.takes and process.gives):
        # Against the species, a source or a sink.
        box = boxes[process.ends[0]]
        away = beyond((box.x, box.y), spot, SINK)
        sink = "gives" if process.takes or process.both_ways else ""
        yield glyphs.line(square.edge(away), _toward(spot, away, SINK - 5), end=sink)
        yield glyphs.nothing(away)


def _amounts(
    process: Process, boxes: Mapping[str, Box], spots: Mapping[str, Point]
) -> Iterator[str]:
    spot = spots[process.flow.name]
    for name, amount in (*process.takes, *process.gives):
        if amount:
            x, y = _toward(spot, boxes[name].edge(spot), 22.0)
            yield glyphs.amount((x + 5, y + 3), f"×{amount}")


def _arc(arc: Arc, boxes: Mapping[str, Box], spots: Mapping[str, Point]) -> str:
    spot = spots.get(arc.target)
    target = Box(*spot, glyphs.SQUARE, glyphs.SQUARE) if spot else boxes[arc.target]
    tip = f"{arc.source} {arc.way} {arc.target}"
    return _line(boxes[arc.source], target, boxes, end=arc.way, way=arc.way, tip=tip)


def _line(
    source: Box,
    target: Box,
    boxes: Mapping[str, Box],
    *,
    end: str = "",
    way: str = "",
    tip: str = "",
) -> str:
    """Return a line from box to box, bent around the others."""
    start, stop = (source.x, source.y), (target.x, target.y)
    others = [box for box in boxes.values() if box not in (source, target)]
    over = bent(start, stop, others)
    start, stop = source.edge(over or stop), target.edge(over or start)
    if way:
        stop = _toward(stop, over or start, 2.0)
    return glyphs.line(start, stop, over=over, end=end, way=way, tip=tip)


def _toward(start: Point, stop: Point, length: float) -> Point:
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    whole = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    return (start[0] + dx / whole * length, start[1] + dy / whole * length)


def _tip(process: Process) -> str:
    from trimer.model.layout import Layout
    from trimer.model.layout import text as plain

    flow = process.flow
    return f"{flow.name}: {flow.definition}. Rate [{flow.unit}]: {plain(Layout({})(flow.rate))}"


def legend(left: float, top: float) -> Iterator[str]:
    """Yield what the signs mean, in two rows."""
    y = top + 14
    samples = (
        ("species", "A", "species of this part", True),
        ("species", "B", "of another part", False),
        ("term", "s", "signal, count", True),
        ("input", "u", "dose, device", True),
    )
    x = left
    for kind, name, words, own in samples:
        yield glyphs.node(Box(x + 16, y, 16, 11), kind, name, "", words, own=own)
        yield glyphs.text(x + 38, y + 4, words, size=10.5, fill=glyphs.MUTED, anchor="start")
        x += 172
    y, x = y + 30, left
    yield glyphs.process((x + 10, y), 1, "process")
    yield glyphs.text(x + 26, y + 4, "process, numbered as below", size=10.5,
                      fill=glyphs.MUTED, anchor="start")  # fmt: skip
    x += 186
    for way, words in (("gives", "gives"), ("stimulates", "speeds up"), ("inhibits", "holds down"),
                       ("modulates", "either")):  # fmt: skip
        tone = "" if way == "gives" else way
        yield glyphs.line((x, y), (x + 30, y), end=way, way=tone)
        yield glyphs.text(x + 38, y + 4, words, size=10.5, fill=glyphs.MUTED, anchor="start")
        x += 106
    yield glyphs.nothing((x + 6, y))
    yield glyphs.text(x + 18, y + 4, "not followed", size=10.5, fill=glyphs.MUTED, anchor="start")
