# SPDX-License-Identifier: Apache-2.0
"""Median and quantile bands over time, all arms in one panel.

The figures of single observables say which panels they want and what their finding is; how a
band, an axis or a letter on a line looks is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from trimer.report import words
from trimer.report.data import MOST_COURSES, QUANTILES, Course, RunData
from trimer.report.figures.plot import Plot
from trimer.report.numbers import count, day, listing, number
from trimer.report.sheet import (
    Frame,
    Sheet,
    caption,
    caption_height,
    disc,
    heading,
    height_of,
    key,
    key_lines,
    panels,
    strip,
    width_of,
)
from trimer.report.theme import ArmStyle, color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL_HEIGHT = 172.0
_DISC = 15.0
"""Points from disc to disc below which two letters would touch."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the course to show: its name, its days and its scale."""

    name: str
    until: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value that matters, drawn as a dashed line with its number."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """How to look at an observable.

    Parameters
    ----------
    observable : str
        Column of the profiles.
    axis : str
        Name and unit of the y axis.
    panels : sequence of Panel
        What to show side by side.
    bottom, top : float, optional
        Ends of a linear axis; None leaves them to the data.
    decades : float
        Most decades a log axis spans below the highest band.
    threshold : Threshold, optional
        A line to compare with.
    """

    observable: str
    axis: str
    panels: Sequence[Panel]
    bottom: float | None = 0.0
    top: float | None = None
    decades: float = 4.0
    threshold: Threshold | None = None


def early_and_whole(run: RunData, *, log: bool = False) -> tuple[Panel, ...]:
    """Panels for the lead-in and for the whole course; one panel when the course is short."""
    days = run.manifest.days
    whole = Panel("Whole course", days, log)
    return (Panel("First 14 days", 14.0, log), whole) if days > 21.0 else (whole,)


def profile(run: RunData, view: View, *, title: str) -> Plot:
    """Make the figure of one observable.

    Parameters
    ----------
    run : RunData
        The run.
    view : View
        What to show.
    title : str
        The finding.
    """
    table = band_table(run, view.observable)
    weekly = np.unique(np.r_[0.0, 1.0, np.arange(7.0, run.manifest.days + 0.01, 7.0)])
    return Plot(
        name=view.observable.replace("_", "-").lower(),
        title=title,
        note=(
            f"Line: median of the virtual patients; dark band 25–75 %, pale band 5–95 %. "
            f"{words.sizes(run)}{_thinned(run)}. {words.dashes(run)}"
        ).strip(),
        alt=_alt(run, view),
        table=table,
        shown=_quiet(table).filter(pl.col("time_days").is_in(weekly.tolist())),
        draw=lambda sheet: _draw(run, view, sheet),
    )


def band_table(run: RunData, observable: str) -> pl.DataFrame:
    """The quantiles behind a figure, a row for each arm and time."""
    parts = []
    for arm in run.arms:
        course = run.course(arm, observable)
        columns: dict[str, object] = {
            "arm": [arm.name] * course.times.size,
            "time_days": course.times,
            "n": course.n,
        }
        columns |= {f"p{round(100 * q):02d}": course.bands[i] for i, q in enumerate(QUANTILES)}
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts)


def _quiet(table: pl.DataFrame) -> pl.DataFrame:
    """Write zero for what is less than a millionth of the largest value: the solver's noise."""
    names = [name for name in table.columns if name.startswith("p")]
    levels = table.select(names).to_numpy()
    least = 1e-6 * float(np.nanmax(np.abs(levels), initial=0.0))
    return table.with_columns(
        pl.when(pl.col(name).abs() < least).then(0.0).otherwise(pl.col(name)).alias(name)
        for name in names
    )


def _thinned(run: RunData) -> str:
    more = len(run.patients) > MOST_COURSES
    return f" (bands from the first {count(MOST_COURSES)})" if more else ""


def _alt(run: RunData, view: View) -> str:
    unit = run.unit(view.observable)
    parts = []
    for arm in run.arms:
        course = run.course(arm, view.observable)
        (high, when), (low, then) = course.peak(), course.lowest()
        parts.append(
            f"{arm.label}: median {number(course.at(0.0))} at the start, highest {number(high)} "
            f"on {day(when)}, lowest {number(low)} on {day(then)}, "
            f"{number(course.at(run.manifest.days))} at the end"
        )
    scales = listing(sorted({"logarithmic" if panel.log else "linear" for panel in view.panels}))
    kind = f"{scales} scale{f', in {unit}' if unit else ''}"
    return f"Curves over days since first dose, {kind}. {'; '.join(parts)}."


def _draw(run: RunData, view: View, sheet: Sheet) -> Figure:
    arms = run.keys()
    lines = key_lines(sheet.width, [label for _, label in arms])
    origin = words.origin(run)
    frame = Frame(head=15.0 * (lines + 1) + 4.0, foot=caption_height(sheet, origin))
    figure, axes = panels(sheet, len(view.panels), _PANEL_HEIGHT, frame)
    key(figure, arms)
    heading(figure, lines, view.axis)
    caption(figure, origin)
    courses = [run.course(arm, view.observable) for arm in run.arms]
    styles = [style for style, _ in arms]
    for panel, ax in zip(view.panels, axes, strict=True):
        strip(ax, panel.name)
        draw_bands(ax, courses, styles)
        time_axis(ax, panel.until, narrow=width_of(ax) < 190.0)
        value_axis(ax, courses, view, panel)
        label_lines(ax, courses, styles)
    return figure


def draw_bands(
    ax: Axes, courses: Sequence[Course], styles: Sequence[ArmStyle], *, bands: bool = True
) -> None:
    """Draw the bands of every arm, then every median above them."""
    for course, style in zip(courses, styles, strict=True) if bands else ():
        for low, high, alpha in ((0, 4, 0.16), (1, 3, 0.24)):
            ax.fill_between(
                course.times,
                course.bands[low],
                course.bands[high],
                facecolor=style.fill,
                alpha=alpha,
                linewidth=0,
                zorder=2,
            )
    for course, style in zip(courses, styles, strict=True):
        ax.plot(course.times, course.median, color=style.line, linestyle=style.dash, zorder=3)


def time_axis(ax: Axes, until: float, *, narrow: bool = False) -> None:
    """Days since first dose with ticks at weeks; hours when the whole is shorter than 3 days."""
    ax.set_xlim(0.0, until)
    if until < 3.0:
        step = 6.0 if until <= 1.5 else 12.0
        ticks = np.arange(0.0, 24.0 * until + 0.01, step) / 24.0
        ax.xaxis.set_major_locator(FixedLocator(ticks.tolist()))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{24 * x:g}"))
        ax.set_xlabel("Hours since first dose")
        return
    step = 7.0 if until > 10.0 else 1.0
    while until / step > (6.0 if narrow else 10.0):
        step *= 2.0
    minor = 1.0 if until <= 28.0 else 7.0
    ax.xaxis.set_major_locator(FixedLocator(np.arange(0.0, until + 0.01, step).tolist()))
    ax.xaxis.set_minor_locator(FixedLocator(np.arange(0.0, until + 0.01, minor).tolist()))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.set_xlabel("Days since first dose")


def value_axis(ax: Axes, courses: Sequence[Course], view: View, panel: Panel) -> None:
    """Set scale, ends and ticks of the y axis, and the threshold."""
    seen = [course.bands[:, course.times <= panel.until] for course in courses]
    high = max(float(np.nanmax(bands)) for bands in seen)
    if panel.log:
        low = min(float(np.nanmin(bands[bands > 0], initial=high)) for bands in seen)
        low = max(low, high / 10**view.decades)
        ax.set_yscale("log", nonpositive="clip")
        ax.set_ylim(low / 1.25, high * 1.25)
        subs = (1.0,) if high / low > 300 else (1.0, 3.0) if high / low > 30 else (1.0, 2.0, 5.0)
        ax.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
        ax.yaxis.set_minor_locator(NullLocator())
    else:
        low = min(float(np.nanmin(bands)) for bands in seen)
        room = 0.04 * (high - low) or 1.0
        ax.set_ylim(
            low - room if view.bottom is None else view.bottom,
            high + room if view.top is None else view.top,
        )
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    if view.threshold is not None and ax.get_ylim()[0] < view.threshold.value < ax.get_ylim()[1]:
        _draw_threshold(ax, courses, view.threshold, panel.until)


def _draw_threshold(
    ax: Axes, courses: Sequence[Course], threshold: Threshold, until: float
) -> None:
    """Draw a dashed line, named at the end from which the medians keep farther away."""

    def gap(day: float) -> float:
        return min(abs(course.at(day) - threshold.value) for course in courses)

    right = gap(until) >= gap(0.0)
    ax.axhline(threshold.value, color=color("edge"), linestyle=(0, (3, 2)), linewidth=1.0)
    ax.annotate(
        threshold.text,
        (1 if right else 0, threshold.value),
        (-3 if right else 3, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right" if right else "left",
        color=color("muted"),
    )


def label_lines(ax: Axes, courses: Sequence[Course], styles: Sequence[ArmStyle]) -> None:
    """Put each arm's letter on its median, where the medians are farthest apart."""
    if len(courses) < 2:
        return
    left, right = ax.get_xlim()
    xs = np.linspace(left + 0.06 * (right - left), right - 0.06 * (right - left), 80)
    heights = np.array([_heights(ax, course, xs) for course in courses])
    gaps = np.full(xs.shape, np.inf)
    for i in range(len(courses)):
        for j in range(i):
            gaps = np.minimum(gaps, np.abs(heights[i] - heights[j]))
    gaps[~np.all((heights > 4.0) & (heights < height_of(ax) - 4.0), axis=0)] = -1.0
    best = int(np.argmax(gaps))
    together = gaps[best] < _DISC
    for i, (course, style) in enumerate(zip(courses, styles, strict=True)):
        # Where no place tells the lines apart the letters stand beside each other.
        at = int((0.35 + 0.14 * i) * xs.size) % xs.size if together else best
        y = float(np.interp(xs[at], course.times, course.median))
        ax.text(float(xs[at]), y, style.letter, **disc(style), zorder=5)


def _heights(ax: Axes, course: Course, xs: np.ndarray) -> np.ndarray:
    """Height of a median above the axis, in points."""
    y = np.interp(xs, course.times, course.median)
    low, high = ax.get_ylim()
    if ax.get_yscale() == "log":
        y, low, high = np.log(np.maximum(y, low / 10)), float(np.log(low)), float(np.log(high))
    heights: np.ndarray = (y - low) / (high - low) * height_of(ax)
    return heights
