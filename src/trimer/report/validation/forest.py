# SPDX-License-Identifier: Apache-2.0
"""Published and simulated numbers on one axis, a line for each: shares, and ratios of medians."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from trimer.report.figures.plot import Plot
from trimer.report.sheet import (
    POINT,
    Frame,
    Sheet,
    caption,
    caption_height,
    panels,
    shorten,
    text_width,
    wrap,
)
from trimer.report.theme import color
from trimer.trial.targets.verdict import accepted, part_is_met

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.trial.targets.target import Part, Target
    from trimer.trial.targets.validation import Validation

GROUPS = (
    ("fit", "Fitted"),
    ("predicted", "Predicted"),
    ("prior", "Predicted, shown only"),
    ("shaping", "Shaping"),
    ("by construction", "By construction"),
)
"""Uses in reading order, with their headings."""

_RATIOS = (1 / 16, 16.0)
_KEY = (("what counts as met", "bar"), ("published", "|"), ("met", "o"), ("missed", "D"))
_SIZE = 8.8
_LINE = 11.0
_GAP = 9.0
_HEADING = 20.0
_LABELS = 250.0
"""Points for the names of rows on a wide sheet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of a row as it is drawn."""

    group: str
    id: str
    label: str
    published: float
    low: float
    high: float
    simulated: float
    simulated_low: float
    simulated_high: float
    is_met: bool


def group_of(row: Target) -> str:
    """Return under which heading a row stands."""
    return "prior" if row.use == "predicted" and not row.is_counted else row.use


def shares(validation: Validation) -> Plot | None:
    """Make the figure of shares of patients; None if there are none."""
    marks = _marks(validation, lambda row, _: row.kind in {"share", "shares"}, relative=False)
    if not marks:
        return None
    return _plot(
        "validation-shares",
        marks,
        title=f"{_met(marks)} shares lie where they were published",
        note=(
            "Shares in %. Grey bar: what counts as met, the published interval or, for shares "
            "of events, 10 points. Upright line: published. Disc: simulated and met; diamond: "
            "missed; with its 95 % interval of the draw."
        ),
        limits=(0.0, 100.0),
    )


def ratios(validation: Validation) -> Plot | None:
    """Make the figure of medians and means over what was published; None if there are none."""

    def wanted(row: Target, part: Part) -> bool:
        return row.kind in {"median", "number"} and bool(part.value) and (part.value or 0) > 0

    marks = _marks(validation, wanted, relative=True)
    if not marks:
        return None
    return _plot(
        "validation-ratios",
        marks,
        title=f"{_met(marks)} medians and means lie where they were published",
        note=(
            "Simulated over published, on a logarithmic axis; 1 is as published. Grey bar: what "
            "counts as met, published quartiles or range, else a factor 2. Disc: simulated and "
            "met; diamond: missed; with the quartiles of virtual patients, or the 95 % interval "
            "of a mean. An arrow leaves the axis."
        ),
        limits=_RATIOS,
    )


def _met(marks: Sequence[Mark]) -> str:
    return f"{sum(mark.is_met for mark in marks)} of {len(marks)}"


def _marks(
    validation: Validation, wanted: Callable[[Target, Part], bool], *, relative: bool
) -> list[Mark]:
    marks: list[Mark] = []
    for group in ("fit", "predicted", "prior", "shaping"):  # the rest holds by itself
        for row in validation.targets.rows:
            found = validation.simulated[row.id]
            if group_of(row) != group or not found.parts:
                continue
            for part, estimate in zip(row.parts, found.parts, strict=True):
                if not wanted(row, part) or part.value is None:
                    continue
                scale = part.value if relative else 1.0
                low, high = accepted(row, part)
                # the second number of a row need not say all of it again
                is_next = bool(marks) and marks[-1].id == row.id
                label = f"{row.observable}: {part.label}" if part.label else row.observable
                label = f"… {part.label}" if is_next and part.label else label
                marks.append(
                    Mark(
                        group=group,
                        id=row.id,
                        label=label,
                        published=part.value / scale,
                        low=low / scale,
                        high=high / scale,
                        simulated=estimate.value / scale,
                        simulated_low=estimate.low / scale,
                        simulated_high=estimate.high / scale,
                        is_met=part_is_met(row, part, estimate),
                    )
                )
    return marks


def _plot(
    name: str, marks: list[Mark], *, title: str, note: str, limits: tuple[float, float]
) -> Plot:
    table = pl.DataFrame(
        [
            (m.id, m.label, m.group, m.published, m.low, m.high, m.simulated, m.simulated_low,
             m.simulated_high, "met" if m.is_met else "missed")
            for m in marks
        ],
        schema=["row", "observation", "use", "published", "met from", "met to", "simulated",
                "low", "high", "verdict"],
        orient="row",
    ).with_columns(pl.selectors.float().fill_nan(None))  # fmt: skip
    missed = [mark.id for mark in marks if not mark.is_met]
    alt = f"A line for each number, published and simulated. {title}."
    if missed:
        alt += f" Missed: {', '.join(dict.fromkeys(missed))}."
    return Plot(
        name=name,
        title=title,
        note=note,
        alt=alt,
        table=table,
        shown=table,
        draw=lambda sheet: _draw(marks, limits, sheet),
    )


# -------------------------------------------------------------------------------------- drawing
def _draw(marks: list[Mark], limits: tuple[float, float], sheet: Sheet) -> Figure:
    beside = sheet.columns > 1  # names beside the lines, or above them
    width = _LABELS - 16.0 if beside else sheet.width - 22.0
    named = [wrap(f"{mark.id}  {mark.label}", width, _SIZE)[:2] for mark in marks]
    y, places, headings, group = 0.0, [], [], ""
    for mark, lines in zip(marks, named, strict=True):
        if mark.group != group:
            group = mark.group
            headings.append((y + 13.0, dict(GROUPS)[group]))
            y += _HEADING
        text = _LINE * len(lines)
        if beside:
            places.append(y + max(text, _LINE) / 2)
            y += max(text, _LINE) + _GAP
        else:
            places.append(y + text + 9.0)
            y += text + 15.0 + _GAP
    words = "Simulation, not medical advice."
    frame = Frame(
        left=_LABELS if beside else 8.0, right=14.0, above=24.0 if beside else 37.0, below=22.0,
        foot=caption_height(sheet, words),
    )  # fmt: skip
    figure, (axes,) = panels(Sheet(sheet.name, sheet.width, 1), 1, y, frame)
    caption(figure, words)
    _axis(axes, limits, y)
    _key(figure)
    for at, heading in headings:
        axes.annotate(
            heading, (0, at), xycoords=("axes fraction", "data"),
            xytext=(-frame.left + 2.0 if beside else -6.0, 0), textcoords="offset points",
            weight="bold", size=9.5, va="center_baseline", annotation_clip=False,
        )  # fmt: skip
    for mark, lines, at in zip(marks, named, places, strict=True):
        _line(axes, mark, limits, at)
        below = 0.0 if beside else 9.0 + _LINE * len(lines) / 2
        shown = [shorten(line, width, _SIZE) for line in lines]
        axes.annotate(
            "\n".join(shown), (0, at - below), xycoords=("axes fraction", "data"),
            xytext=(-frame.left + 2.0 if beside else -6.0, 0), textcoords="offset points",
            size=_SIZE, va="center", linespacing=1.2, annotation_clip=False,
        )  # fmt: skip
    return figure


def _axis(axes: Axes, limits: tuple[float, float], height: float) -> None:
    axes.set_ylim(height, 0.0)
    axes.set_yticks([])
    axes.grid(visible=True, axis="x")
    if limits == _RATIOS:
        axes.set_xscale("log", base=2)
        axes.set_xlim(limits[0] / 1.12, limits[1] * 1.12)
        ticks = [1 / 16, 1 / 4, 1 / 2, 1, 2, 4, 16]
        axes.set_xticks(ticks, ["1/16", "1/4", "1/2", "1", "2", "4", "16"])
        axes.minorticks_off()
        axes.axvline(1.0, color=color("edge"), linewidth=0.9, zorder=1)
    else:
        axes.set_xlim(limits[0] - 2.0, limits[1] + 2.0)
        axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])


def _line(axes: Axes, mark: Mark, limits: tuple[float, float], at: float) -> None:
    low, high = (min(max(x, limits[0]), limits[1]) for x in (mark.low, mark.high))
    axes.add_patch(
        Rectangle((low, at - 5.0), high - low, 10.0, facecolor=color("grid"), zorder=1.5)
    )
    if limits[0] <= mark.published <= limits[1]:
        axes.plot(
            [mark.published] * 2,
            [at - 6.5, at + 6.5],
            color=color("muted"),
            linewidth=1.6,
            zorder=2,
        )
    ink = color("a") if mark.is_met else color("e")
    if not math.isnan(mark.simulated_low):
        ends = [
            min(max(x, limits[0]), limits[1]) for x in (mark.simulated_low, mark.simulated_high)
        ]
        axes.plot(ends, [at, at], color=ink, linewidth=1.5, zorder=3)
    inside = min(max(mark.simulated, limits[0]), limits[1])
    shape = "o" if mark.is_met else "D"
    if inside != mark.simulated:
        shape = ">" if mark.simulated > inside else "<"
    axes.plot(
        [inside], [at], shape, color=ink, markersize=6.2 if shape == "o" else 5.6,
        markeredgecolor=color("panel"), markeredgewidth=0.8, zorder=4, clip_on=False,
    )  # fmt: skip


def _key(figure: Figure) -> None:
    """Write what the marks mean over the panel, on a second line where one is too short."""
    width, height = figure.get_figwidth() / POINT, figure.get_figheight() / POINT
    x, y = 4.0, height - 9.0
    for text, kind in _KEY:
        needed = 17.0 + text_width(text, _SIZE)
        if x + needed > width:
            x, y = 4.0, y - 13.0
        figure.add_artist(_sample(figure, kind, x, y))
        figure.text((x + 17.0) / width, y / height, text, size=_SIZE, va="center_baseline")
        x += needed + 12.0


def _sample(figure: Figure, kind: str, x: float, y: float) -> Artist:
    """Draw a mark of the key, in points from the lower left."""
    width, height = figure.get_figwidth() / POINT, figure.get_figheight() / POINT
    if kind == "bar":
        corner = (x / width, (y - 4.0) / height)
        return Rectangle(
            corner,
            13.0 / width,
            8.0 / height,
            transform=figure.transFigure,
            facecolor=color("grid"),
        )
    return Line2D(
        [(x + 7.0) / width],
        [y / height],
        marker=kind,
        color={"|": color("muted"), "o": color("a"), "D": color("e")}[kind],
        markersize=9.0 if kind == "|" else 5.6,
        markeredgewidth=1.6 if kind == "|" else 0.0,
        linestyle="none",
        transform=figure.transFigure,
    )
