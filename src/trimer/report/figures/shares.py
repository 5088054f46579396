# SPDX-License-Identifier: Apache-2.0
"""Parts of a whole by arm: a stacked bar for each arm, and rates with exact intervals beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from matplotlib.ticker import FixedLocator, FuncFormatter

from trimer.report import words
from trimer.report.numbers import count, percent
from trimer.report.rates import Event, rate
from trimer.report.sheet import (
    Frame,
    Sheet,
    caption,
    caption_height,
    disc,
    panels,
    shorten,
    strip,
    text_width,
    width_of,
)
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.assess import Proportion
    from trimer.report.data import RunData
    from trimer.report.manifest import Arm
    from trimer.report.theme import ArmStyle

_ROW = 46.0
"""Points for each arm of the stacked bars, its name included."""
_BAR = 24.0
_SMALL = 9.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the whole: what stands in the column, in the bar, and its color tokens."""

    value: object
    text: str
    ground: str
    ink: str


@dataclass(frozen=True, slots=True)
class Shares:
    """What to draw: a column of the outcomes, its parts, and events to put intervals on."""

    column: str
    parts: Sequence[Part]
    events: Sequence[Event]
    bars_name: str
    rates_name: str


def counts(run: RunData, arm: Arm, shares: Shares) -> list[int]:
    """How many patients of an arm are in each part."""
    column = run.finished(arm)[shares.column].drop_nulls()
    return [int((column == part.value).sum()) for part in shares.parts]


def rates_table(run: RunData, events: Sequence[Event]) -> pl.DataFrame:
    """Rates behind the intervals, a row for each arm and event."""
    rows = []
    for event in events:
        for arm in run.arms:
            found = rate(run, arm, event)
            share = 100 * found.count / found.total if found.total else None
            rows.append(
                (
                    arm.name,
                    event.name,
                    found.count,
                    found.total,
                    share,
                    100 * found.low,
                    100 * found.high,
                )
            )
    names = ["arm", "event", "n", "N", "percent", "low_95", "high_95"]
    return pl.DataFrame(rows, schema=names, orient="row")


def parts_table(run: RunData, shares: Shares) -> pl.DataFrame:
    """Counts behind the stacked bars, in the form of `rates_table`."""
    events = [Event(f"{part.text}", shares.column, (part.value,)) for part in shares.parts]
    return rates_table(run, events)


def draw_shares(run: RunData, shares: Shares, sheet: Sheet) -> Figure:
    """Draw stacked bars and intervals on a sheet."""
    origin = words.origin(run)
    height = max(_ROW * len(run.arms) + 18.0, _event_height(run) * len(shares.events))
    frame = Frame(left=8.0, right=14.0, head=2.0, foot=caption_height(sheet, origin))
    figure, (left, right) = panels(sheet, 2, height, frame)
    caption(figure, origin)
    strip(left, shares.bars_name)
    strip(right, shares.rates_name)
    _bars(left, run, shares, height)
    _intervals(right, run, shares.events, height)
    return figure


def _event_height(run: RunData) -> float:
    return 17.0 + 13.0 * len(run.arms)


def _percent_axis(ax: Axes, height: float) -> None:
    ax.set_xlim(0.0, 100.0)
    ax.set_ylim(height, 0.0)
    ax.yaxis.set_visible(False)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.xaxis.set_major_locator(FixedLocator([0, 25, 50, 75, 100]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.set_xlabel("% of virtual patients")


def _bars(ax: Axes, run: RunData, shares: Shares, height: float) -> None:
    _percent_axis(ax, height)
    width = width_of(ax)
    names = [part for part in shares.parts if len(part.text) > 1]
    top = _key(ax, names) if names else 0.0
    pitch = min((height - top) / len(run.arms), 1.5 * _ROW)
    top += (height - top - pitch * len(run.arms)) / 2 + (pitch - _ROW) / 2 - pitch
    for arm in run.arms:
        top += pitch
        _arm_name(ax, run, arm, top + 10.0, width)
        numbers = counts(run, arm, shares)
        total = max(sum(numbers), 1)
        start = 0.0
        for part, n in zip(shares.parts, numbers, strict=True):
            share = 100.0 * n / total
            ax.barh(
                top + 20.0 + _BAR / 2,
                share,
                height=_BAR,
                left=start,
                color=color(part.ground),
                edgecolor=color("edge"),
                linewidth=0.5,
            )
            _part_text(ax, part, n, start + share / 2, share * width / 100.0, top + 20.0)
            start += share


def _key(ax: Axes, parts: Sequence[Part]) -> float:
    """Name the colors above the bars, for parts too narrow for their names; return its height."""
    x = 0.0
    for part in parts:
        ax.annotate(
            "■",
            (0.0, 11.0),
            (x, 0.0),
            textcoords="offset points",
            va="center_baseline",
            color=color(part.ground),
            size=10.0,
        )
        ax.annotate(
            part.text,
            (0.0, 11.0),
            (x + 10.0, 0.0),
            textcoords="offset points",
            va="center_baseline",
            size=_SMALL,
        )
        x += 16.0 + text_width(part.text, _SMALL)
    return 18.0


def _part_text(ax: Axes, part: Part, n: int, x: float, room: float, top: float) -> None:
    """Name and count inside the bar as far as they fit; a narrow part has its name above."""
    if n == 0:
        return
    both = f"{part.text}: {count(n)}"
    middle: dict[str, Any] = {"va": "center_baseline", "ha": "center", "size": _SMALL}
    if text_width(both, _SMALL) + 5.0 < room:
        ax.text(x, top + _BAR / 2, both, color=color(part.ink), **middle)
    elif text_width(part.text, _SMALL) + 2.0 < room:
        ax.text(x, top + _BAR / 2, part.text, color=color(part.ink), **middle)
    elif n and len(part.text) == 1:
        ax.text(x, top + _BAR + 6.0, part.text, **middle)


def _arm_name(ax: Axes, run: RunData, arm: Arm, y: float, width: float) -> None:
    style = run.style(arm)
    ax.annotate(
        style.letter,
        (0.0, y),
        (6.0, 0.0),
        textcoords="offset points",
        **disc(style),
    )
    ax.annotate(
        shorten(arm.label, width - 20.0),
        (0.0, y),
        (17.0, 0.0),
        textcoords="offset points",
        va="center_baseline",
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """An interval with its words: height on the panel, style, rate, text."""

    y: float
    place: int
    style: ArmStyle
    found: Proportion
    text: str

    @property
    def needed(self) -> float:
        """Points that the text takes beside the interval."""
        return text_width(self.text, _SMALL) + 12.0

    def is_left(self) -> bool:
        """Whether there is more room left of the interval than right of it."""
        return self.found.low > 1.0 - self.found.high

    def room(self, width: float) -> float:
        """Points beside the interval, on its roomier side."""
        return width * max(self.found.low, 1.0 - self.found.high)


def _intervals(ax: Axes, run: RunData, events: Sequence[Event], height: float) -> None:
    _percent_axis(ax, height)
    pitch, width = height / len(events), width_of(ax)
    rows = []
    for i, event in enumerate(events):
        ax.text(
            0.0,
            i * pitch + 8.0,
            words.upper(event.name),
            va="center_baseline",
            weight="bold",
            size=_SMALL,
        )
        for j, arm in enumerate(run.arms):
            style, found = run.style(arm), rate(run, arm, event)
            n_of = f"{count(found.count)}/{count(found.total)}"
            text = f"{style.letter}  {n_of} ({percent(found.share)})"
            rows.append(_Row(i * pitch + 21.0 + 13.0 * j, j, style, found, text))
    in_column = any(row.room(width) < row.needed for row in rows)
    if in_column:
        # Words beside their intervals would run out of the panel: all stand right of the axis.
        column = max(row.needed for row in rows)
        ax.set_xlim(0.0, 100.0 * width / (width - column))
    for row in rows:
        _interval(ax, row, in_column=in_column)


def _interval(ax: Axes, row: _Row, *, in_column: bool) -> None:
    line = row.style.line
    if row.found.total:
        low, high = 100.0 * row.found.low, 100.0 * row.found.high
        ax.plot([low, high], [row.y] * 2, color=line, linestyle=row.style.dash, linewidth=1.6)
        marker = "od^sv"[row.place % 5]
        ax.plot([100.0 * row.found.share], [row.y], marker=marker, markersize=5.0, color=line)
    is_left = not in_column and row.is_left()
    x = 100.0 if in_column else 100.0 * (row.found.low if is_left else row.found.high)
    ax.annotate(
        row.text,
        (x, row.y),
        (-7.0 if is_left else 7.0, 0.0),
        textcoords="offset points",
        va="center_baseline",
        size=_SMALL,
        ha="right" if is_left else "left",
        color=line,
    )
