# SPDX-License-Identifier: Apache-2.0
"""Lanes of what was read and what the model holds: dots and a thin line on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import MaxNLocator

from trimer.report.figures.timeline.labels import SMALL
from trimer.report.figures.timeline.lane import Lane, frame
from trimer.report.sheet import text_width
from trimer.report.theme import color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from trimer.report.course import PatientCourse
    from trimer.report.figures.timeline.ruler import Ruler

    Floats = NDArray[np.float64]
    Points = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity with a lane of its own.

    Parameters
    ----------
    name, unit : str
        As printed.
    read, truth : str
        Column of the readings, and observable of the model; empty if there is none.
    token : str
        Color.
    limit : float, optional
        A value that matters; `worse` says on which side.
    worse : {"above", "below"}
        Readings on that side of the limit are filled dots.
    least, most : float
        The scale reaches at least from here to there.
    height : float
        Points.
    log : bool
        Whether the scale is logarithmic.
    second : str
        Another observable on the same scale.
    """

    name: str
    unit: str
    read: str
    truth: str
    token: str
    least: float
    most: float
    limit: float | None = None
    worse: str = "below"
    height: float = 46.0
    log: bool = False
    second: str = ""


MEASURES = (
    Measure("Temperature", "°C", "temperature", "temperature", "e", 36.4, 38.6, 38.0, "above"),
    Measure("Pressure", "MAP, mmHg", "MAP", "MAP", "a", 60.0, 90.0, 65.0),
    Measure("Saturation", "SpO2, %", "SpO2", "SpO2", "rescue", 90.0, 100.0, 92.0),
    Measure("IL-6", "pg/mL, log", "", "IL6_signal", "c", 1.0, 100.0, height=46.0, log=True,
            second="IL6"),
    Measure("Neutrophils", "G/L", "ANC", "ANC", "ink", 0.0, 1.0, height=32.0),
    Measure("Platelets", "G/L", "platelets", "PLT", "b", 0.0, 50.0, height=32.0),
    Measure("Hemoglobin", "g/dL", "hemoglobin", "hemoglobin", "e", 7.0, 9.0, height=32.0),
    Measure("Marrow blasts", "%", "blasts", "blasts", "d", 0.0, 20.0, 5.0, "above", height=40.0),
)  # fmt: skip
"""Lanes from top to bottom; one without anything to show is left out."""


def readings_of(course: PatientCourse, name: str) -> Points:
    """Times and values at which a quantity was read anew, in **days** and its unit.

    Where readings were not kept, those that were looked at when something was decided stand in.
    """
    source = course.readings if len(course.readings) else course.decisions
    if name not in source.columns:
        return np.empty(0), np.empty(0)
    rows = source.select("time", pl.col(name).cast(pl.Float64).fill_nan(None)).drop_nulls()
    rows = rows.unique("time", keep="first", maintain_order=True)
    times, values = rows["time"].to_numpy(), rows[name].to_numpy()
    if name in {"temperature", "MAP", "SpO2"}:
        return times, values
    new = np.r_[True, values[1:] != values[:-1]] if len(values) else np.empty(0, bool)
    return times[new], values[new]


def truth_of(course: PatientCourse, name: str) -> Points:
    """The model's own values."""
    if not name or name not in course.profile.columns:
        return np.empty(0), np.empty(0)
    rows = course.profile.select("time", pl.col(name).cast(pl.Float64).fill_nan(None)).drop_nulls()
    return rows["time"].to_numpy(), rows[name].to_numpy()


def measure_lane(course: PatientCourse, ruler: Ruler, what: Measure) -> Lane | None:
    """The lane of a quantity; None where there is nothing to show."""
    dots, line = readings_of(course, what.read), truth_of(course, what.truth)
    second = truth_of(course, what.second)
    seen = [_seen(points, ruler) for points in (dots, line, second)]
    known = np.concatenate(seen)
    if not known.size:
        return None
    low, high = _scale(known, what)

    def draw(ax: Axes) -> None:
        if what.log:
            ax.set_yscale("log")
        ax.set_ylim(low, high)
        frame(ax, ruler, _ticks(low, high, what))
        if what.limit is not None:
            for piece in ruler.pieces:
                ax.hlines(what.limit, piece.left, piece.right, color=color("edge"), linewidth=0.9,
                          linestyle=(0, (3, 2)), zorder=1.5)  # fmt: skip
        if what.second:
            _pair(ax, ruler, line, second, what)
        else:
            _line(ax, ruler, line, what.token, dotted=bool(dots[0].size))
        _dots(ax, ruler, dots, what)

    return Lane(what.name, what.unit, what.height, draw)


def _seen(points: Points, ruler: Ruler) -> Floats:
    times, values = points
    inside = np.zeros(times.shape, bool)
    for piece in ruler.pieces:
        inside |= (times >= piece.start) & (times <= piece.end)
    return values[inside]


def _scale(known: Floats, what: Measure) -> tuple[float, float]:
    low, high = float(known.min()), float(known.max())
    if what.log:
        return max(min(low, what.least), high / 1e5) / 1.2, max(high, what.most) * 1.4
    room = 0.06 * (max(high, what.most) - min(low, what.least))
    bottom = min(low, what.least)
    return bottom - (room if bottom else 0.0), max(high, what.most) + room


def _ticks(low: float, high: float, what: Measure) -> list[float]:
    if what.log:
        powers = np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1)
        return [float(10.0**power) for power in powers]
    nice = MaxNLocator(nbins=2 if what.height < 40 else 3, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(t) for t in nice.tick_values(low, high) if low <= t <= high]
    if what.limit is None:
        return ticks
    room = 11.0 / what.height * (high - low)
    return sorted([what.limit, *(t for t in ticks if abs(t - what.limit) >= room)])


def _line(ax: Axes, ruler: Ruler, points: Points, token: str, *, dotted: bool) -> None:
    """The model's own course: thin where readings are drawn over it."""
    for x, y in ruler.curves(*points):
        ax.plot(x, y, color=color(token), linewidth=0.9 if dotted else 1.2, zorder=2.2)


def _dots(ax: Axes, ruler: Ruler, points: Points, what: Measure) -> None:
    times, values = points
    worse = np.zeros(values.shape, bool)
    if what.limit is not None:
        worse = values >= what.limit if what.worse == "above" else values < what.limit
    few = times.size < 40
    for piece in ruler.pieces:
        inside = (times >= piece.start) & (times <= piece.end)
        crowded = inside.sum() > 4 * (piece.right - piece.left) / 5
        for mask, face, size in (
            (inside & ~worse, color("panel"), 3.2 if few else 1.4 if crowded else 2.3),
            (inside & worse, color(what.token), 3.6 if few else 1.9 if crowded else 2.6),
        ):
            ax.plot(
                piece.x(times[mask]), values[mask], linestyle="none", marker="o", markersize=size,
                markerfacecolor=face, markeredgecolor=color(what.token),
                markeredgewidth=0.5 if crowded else 0.7, zorder=3, clip_on=False,
            )  # fmt: skip


def _pair(ax: Axes, ruler: Ruler, line: Points, second: Points, what: Measure) -> None:
    """Two courses on one scale."""
    _line(ax, ruler, line, what.token, dotted=False)
    differ = line[0].size == second[0].size and line[0].size > 0
    ratio = (
        np.log(np.maximum(second[1], 1e-9) / np.maximum(line[1], 1e-9)) if differ else np.zeros(1)
    )
    if not differ or ratio.max() < np.log(1.2):
        return
    for x, y in ruler.curves(*second):
        ax.plot(x, y, color=color(what.token), linewidth=1.2, linestyle=(0, (4, 1.8)), zorder=2.2)
    _name_pair(ax, ruler, line, second, what.height)


def _name_pair(ax: Axes, ruler: Ruler, line: Points, second: Points, height: float) -> None:
    """Name both courses at the first place with room for it; the note names them anyway."""
    low, high = (float(np.log(y)) for y in ax.get_ylim())
    wide = text_width("signalling", SMALL) + 4.0
    for piece in ruler.pieces:
        for left in np.arange(piece.left, piece.right - wide, 4.0):
            days = piece.start + (np.linspace(left, left + wide, 9) - piece.left) / (
                piece.points_per_day
            )
            a, b = (
                (np.log(np.maximum(np.interp(days, *points), 1e-9)) - low) / (high - low) * height
                for points in (line, second)
            )
            if (b - a).min() < 14.0 or b.max() > height - 12.0:
                continue
            for y, text in ((b.max(), "in serum"), (a.max(), "signalling")):
                ax.annotate(
                    text, (left + 2.0, y / height), (0.0, 3.0),
                    xycoords=("data", "axes fraction"), textcoords="offset points", size=SMALL,
                    zorder=5,
                )  # fmt: skip
            return
