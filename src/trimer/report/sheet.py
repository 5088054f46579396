# SPDX-License-Identifier: Apache-2.0
"""The sheet a figure is drawn on: its width, its panels and its standing parts.

A figure is drawn once for wide pages and once for narrow ones, never scaled down until its text
is too small to read. Panels stand side by side on a wide sheet and below each other on a narrow
one. All lengths are points (1/72 inch).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from trimer.report.theme import FONT_SIZE, ArmStyle, color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

POINT = 1 / 72
_LINE = 15.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A width to draw for.

    Parameters
    ----------
    name : str
        ``"wide"`` or ``"narrow"``.
    width : float
        Points.
    columns : int
        Panels that fit side by side.
    """

    name: str
    width: float
    columns: int


WIDE = Sheet("wide", 570.0, 2)
NARROW = Sheet("narrow", 228.0, 1)
SHEETS = (WIDE, NARROW)


@dataclass(frozen=True, slots=True)
class Frame:
    """Room around the panels, in points.

    Parameters
    ----------
    left, right : float
        Beside each panel: tick labels on the left.
    above : float
        Over each panel: the facet strip.
    below : float
        Under each panel: ticks and the name of the axis.
    head : float
        Over all panels: key and name of the y axis.
    foot : float
        Under all panels: the caption line.
    """

    left: float = 40.0
    right: float = 14.0
    above: float = 19.0
    below: float = 36.0
    head: float = 0.0
    foot: float = 0.0


def panels(sheet: Sheet, n: int, height: float, frame: Frame) -> tuple[Figure, list[Axes]]:
    """Make a figure with n panels of equal size.

    Parameters
    ----------
    sheet : Sheet
        Width to draw for; it decides how many panels stand side by side.
    n : int
        Panels.
    height : float
        Height of one panel without its frame, in points.
    frame : Frame
        Room around the panels.
    """
    columns = min(n, sheet.columns)
    rows = -(-n // columns)
    cell = frame.above + height + frame.below
    total = frame.head + rows * cell + frame.foot
    figure = Figure(figsize=(sheet.width * POINT, total * POINT))
    FigureCanvasAgg(figure)
    width = sheet.width / columns
    axes = []
    for i in range(n):
        row, column = divmod(i, columns)
        bottom = total - frame.head - (row + 1) * cell + frame.below
        box = (
            (column * width + frame.left) / sheet.width,
            bottom / total,
            (width - frame.left - frame.right) / sheet.width,
            height / total,
        )
        axes.append(figure.add_axes(box))
    return figure, axes


def strip(axes: Axes, text: str) -> None:
    """Put a grey facet strip with a name over a panel."""
    height = 17.0 / height_of(axes)
    axes.add_patch(
        Rectangle(
            (0, 1),
            1,
            height,
            transform=axes.transAxes,
            facecolor=color("strip"),
            edgecolor="none",
            clip_on=False,
            zorder=1,
        )
    )
    axes.text(
        6.0 / width_of(axes),
        1 + height / 2,
        shorten(text, width_of(axes) - 12.0),
        transform=axes.transAxes,
        va="center_baseline",
        ha="left",
    )


def heading(figure: Figure, line: int, text: str, *, weight: str = "normal") -> None:
    """Write a line of text at the top of a figure; line 0 is the first."""
    top = 1 - (line * _LINE + 11.0) * POINT / figure.get_figheight()
    figure.text(2.0 * POINT / figure.get_figwidth(), top, text, va="baseline", weight=weight)


def key(figure: Figure, arms: Sequence[tuple[ArmStyle, str]], *, line: int = 0) -> int:
    """Draw the key of the arms at the top of a figure and tell how many lines it took.

    Names flow on one line when they fit, and stand below each other when they do not.
    """
    width, height = figure.get_figwidth() / POINT, figure.get_figheight() / POINT
    flows = key_lines(width, [label for _, label in arms]) == 1
    x = 2.0
    for i, (arm, label) in enumerate(arms):
        row = line if flows else line + i
        y = height - row * _LINE - 7.5
        mark(figure, x + 6.0, y, arm)
        figure.add_artist(
            Line2D(
                [(x + 15.0) / width, (x + 37.0) / width],
                [y / height, y / height],
                color=arm.line,
                linestyle=arm.dash,
                linewidth=1.8,
                transform=figure.transFigure,
            )
        )
        shown = shorten(label, width - 48.0)
        figure.text((x + 42.0) / width, y / height, shown, va="center_baseline")
        if flows:
            x += 60.0 + text_width(label)
    return 1 if flows else len(arms)


def key_lines(width: float, labels: Sequence[str]) -> int:
    """Lines that `key` needs on a figure of some width."""
    needed = sum(60.0 + text_width(label) for label in labels) - 16.0
    return 1 if needed <= width else len(labels)


def mark(figure: Figure, x: float, y: float, arm: ArmStyle) -> None:
    """Put an arm's letter in a disc at a point of the figure, in points from the lower left."""
    width, height = figure.get_figwidth() / POINT, figure.get_figheight() / POINT
    figure.text(x / width, y / height, arm.letter, **disc(arm), transform=figure.transFigure)


def disc(arm: ArmStyle) -> dict[str, Any]:
    """Text properties of an arm's letter in a disc of its color."""
    return {
        "color": color("on-arm"),
        "weight": "bold",
        "size": 8.5,
        "ha": "center",
        "va": "center_baseline",
        "bbox": {"boxstyle": "circle,pad=0.22", "fc": arm.line, "ec": "none"},
    }


def caption(figure: Figure, text: str) -> None:
    """Write the small line of origin at the foot of a figure."""
    lines = wrap(text, figure.get_figwidth() / POINT - 14.0, 9.0)
    figure.text(
        2.0 * POINT / figure.get_figwidth(),
        3.0 * POINT / figure.get_figheight(),
        "\n".join(lines),
        va="bottom",
        size=9.0,
        color=color("muted"),
        linespacing=1.25,
    )


def caption_height(sheet: Sheet, text: str) -> float:
    """Points that `caption` needs."""
    return 8.0 + 11.5 * len(wrap(text, sheet.width - 14.0, 9.0))


@cache
def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Width of a line of text in points, in the font matplotlib brings."""
    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(family="DejaVu Sans", size=size), ismath=False
    )
    return float(width)


def wrap(text: str, width: float, size: float = FONT_SIZE) -> list[str]:
    """Break a text into lines that fit a width in points."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shorten(text: str, width: float, size: float = FONT_SIZE) -> str:
    """Cut a text that is too wide and end it with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def width_of(axes: Axes) -> float:
    """Width of a panel in points."""
    return float(axes.get_window_extent().width / axes.figure.dpi / POINT)


def height_of(axes: Axes) -> float:
    """Height of a panel in points."""
    return float(axes.get_window_extent().height / axes.figure.dpi / POINT)
