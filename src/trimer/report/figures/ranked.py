# SPDX-License-Identifier: Apache-2.0
"""Horizontal bars of parameters, ranked: the frame of tornado, Sobol and Morris figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trimer.report.numbers import number
from trimer.report.sheet import (
    POINT,
    Frame,
    Sheet,
    caption,
    caption_height,
    panels,
    shorten,
    strip,
    text_width,
)
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 10
"""Parameters that a panel shows; the table has all."""

ROW = 19.0
"""Points for each parameter."""

SMALL = 9.0
HATCH = "////"
"""On bars of assumed parameters."""

_KEY = 16.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A panel of ranked bars.

    Parameters
    ----------
    title : str
        On the strip.
    axis : str
        Of the horizontal axis.
    names : sequence of str
        Parameters, the first on top.
    draw : callable
        Draws the bars into axes whose rows are 0, 1, 2 ... from the top.
    """

    title: str
    axis: str
    names: Sequence[str]
    draw: Callable[[Axes], None]


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry of the key: a patch, or a line if it has no face."""

    text: str
    face: str | None
    hatch: str = ""
    line: str = ""
    alpha: float = 1.0


def draw_ranked(
    ranked: Sequence[Ranked], key: Sequence[KeyEntry], origin: str, sheet: Sheet
) -> Figure:
    """Draw panels of ranked bars on a sheet."""
    names = [name for panel in ranked for name in panel.names]
    left = min(max(text_width(name, SMALL) for name in names) + 10.0, 0.42 * sheet.width)
    lines = key_lines(sheet.width, key)
    frame = Frame(
        left=left, right=16.0, head=_KEY * lines + 6.0, foot=caption_height(sheet, origin)
    )
    most = max(len(panel.names) for panel in ranked)
    figure, axes = panels(sheet, len(ranked), ROW * most + 6.0, frame)
    draw_key(figure, key)
    caption(figure, origin)
    for panel, ax in zip(ranked, axes, strict=True):
        strip(ax, panel.title)
        ax.set_ylim(most - 0.4, -0.6)
        ax.set_yticks(
            range(len(panel.names)),
            [shorten(name, left - 8.0, SMALL) for name in panel.names],
        )
        ax.tick_params(axis="y", labelsize=SMALL, labelcolor=color("ink"), pad=4.0)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x")
        ax.set_xlabel(panel.axis)
        panel.draw(ax)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x)))
    return figure


def in_sentence(text: str) -> str:
    """Return a label as it stands inside a sentence: abbreviations stay capitals.

    Examples
    --------
    >>> in_sentence("Peak IL-6"), in_sentence("CRS severity")
    ('peak IL-6', 'CRS severity')
    """
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def key_lines(width: float, key: Sequence[KeyEntry]) -> int:
    """Lines that the key takes on a figure of some width."""
    return max(line for line, _ in _places(width, key)) + 1


def draw_key(figure: Figure, key: Sequence[KeyEntry]) -> None:
    """Draw the key at the top of a figure, broken where it is too long."""
    width, height = figure.get_figwidth() / POINT, figure.get_figheight() / POINT
    for entry, (line, x) in zip(key, _places(width, key), strict=True):
        y = height - line * _KEY - 8.0
        if entry.face is None:
            figure.add_artist(
                Line2D(
                    [x / width, (x + 16.0) / width], [y / height] * 2, color=color(entry.line),
                    linewidth=1.8, transform=figure.transFigure,
                )
            )  # fmt: skip
        else:
            figure.add_artist(
                Rectangle(
                    (x / width, (y - 4.5) / height), 16.0 / width, 9.0 / height,
                    facecolor=(color(entry.face), entry.alpha),
                    edgecolor=color(entry.line or "edge"),
                    hatch=entry.hatch, linewidth=0.6, transform=figure.transFigure,
                )
            )  # fmt: skip
        figure.text((x + 21.0) / width, y / height, entry.text, va="center_baseline", size=SMALL)


def _places(width: float, key: Sequence[KeyEntry]) -> list[tuple[int, float]]:
    """Return line and left edge, in points, of each entry."""
    places, line, x = [], 0, 2.0
    for entry in key:
        needed = 21.0 + text_width(entry.text, SMALL)
        if x > 2.0 and x + needed > width:
            line, x = line + 1, 2.0
        places.append((line, x))
        x += needed + 16.0
    return places
