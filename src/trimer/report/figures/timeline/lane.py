# SPDX-License-Identifier: Apache-2.0
"""What every lane of a timeline has: a name, a place on the sheet, a grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from trimer.report.figures.timeline.labels import SMALL
from trimer.report.numbers import number
from trimer.report.sheet import shorten, text_width
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from trimer.report.figures.timeline.ruler import Ruler

GUTTER = 116.0
"""Points left of the lanes on a wide sheet: names, units, ticks."""

NARROW_GUTTER = 30.0
"""The same on a narrow sheet, where names stand above their lanes."""

GAP, NARROW_GAP = 9.0, 17.0
"""Points between lanes; on a narrow sheet the name stands there."""


_TWO_LINES = 20.0
"""A lane lower than this has name and unit on one line."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane before it is drawn.

    Parameters
    ----------
    name, unit : str
        Beside the lane, or above it on a narrow sheet.
    height : float
        Points.
    draw : callable
        Draws into axes whose x is points from the left of the axis.
    above : float
        Room above the lane for words of its own, in points.
    rows : tuple of str
        Names of the rows of a lane that has rows instead of a scale, from the top.
    """

    name: str
    unit: str
    height: float
    draw: Callable[[Axes], None]
    above: float = 0.0
    rows: tuple[str, ...] = field(default=())


def frame(ax: Axes, ruler: Ruler, ticks: Sequence[float], *, labels: bool = True) -> None:
    """Give a lane its grid, piece by piece, and numbers at the left."""
    ax.set_xlim(0.0, ruler.width)
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.xaxis.set_major_locator(NullLocator())
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(FixedLocator(list(ticks) if labels else []))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y)))
    ax.tick_params(axis="y", labelsize=SMALL, pad=2.0)
    low, high = ax.get_ylim()
    for piece in ruler.pieces:
        days, _ = piece.ticks()
        ax.vlines(piece.x(days), low, high, color=color("grid"), linewidth=0.5, zorder=0.5)
        ax.hlines(ticks, piece.left, piece.right, color=color("grid"), linewidth=0.5, zorder=0.5)
        ax.hlines(low, piece.left, piece.right, color=color("edge"), linewidth=0.7, zorder=3)
    ax.set_ylim(low, high)


def name_lane(ax: Axes, lane: Lane, *, beside: bool) -> None:
    """Write the name and unit of a lane, and the names of its rows."""
    height = lane.height
    if beside:
        # The first row of a lane of rows has its own name at this height.
        low = lane.height < _TWO_LINES
        first = 12.5 if lane.rows else -lane.height / 2 + 4.0 if low else 0.0
        _gutter(ax, lane.name, first, weight="bold")
        right = 1.14 * text_width(lane.name, SMALL) + 5.0 if low else 0.0
        _gutter(ax, lane.unit, first, right=right, down=0.0 if low else 11.5)
    else:
        ax.annotate(
            lane.name, (0, 1), (0.0, lane.above + 4.0), xycoords="axes fraction",
            textcoords="offset points", size=SMALL, weight="bold", va="baseline",
        )  # fmt: skip
        ax.annotate(
            lane.unit, (0, 1), (text_width(lane.name, SMALL) * 1.14 + 5.0, lane.above + 4.0),
            xycoords="axes fraction", textcoords="offset points", size=SMALL, va="baseline",
            color=color("muted"),
        )  # fmt: skip
    for k, row in enumerate(lane.rows):
        y = 1 - (k + 0.5) / len(lane.rows)
        if beside:
            text = shorten(row, GUTTER - 6.0, SMALL)
            ax.annotate(
                text, (0, y), (-5.0, 0.0), xycoords="axes fraction", textcoords="offset points",
                size=SMALL, ha="right", va="center_baseline", color=color("muted"),
            )  # fmt: skip
        else:
            ax.annotate(
                row, (0, y), (0.0, height / len(lane.rows) / 2 - 8.0), xycoords="axes fraction",
                textcoords="offset points", size=SMALL, va="baseline", color=color("muted"),
            )  # fmt: skip


def _gutter(
    ax: Axes, text: str, offset: float, *, right: float = 0.0, down: float = 0.0,
    weight: str = "normal",
) -> None:  # fmt: skip
    ax.annotate(
        text, (0, 1), (-GUTTER + 2.0 + right, offset - down - 7.0), xycoords="axes fraction",
        textcoords="offset points", size=SMALL, weight=weight, va="baseline",
        color=color("ink" if weight == "bold" else "muted"),
    )  # fmt: skip
