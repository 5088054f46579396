# SPDX-License-Identifier: Apache-2.0
"""The same virtual patients in two arms: who fared differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from trimer.report import words
from trimer.report.figures.plot import Plot
from trimer.report.numbers import count, fixed
from trimer.report.rates import (
    CRS_EVENTS,
    GRADES,
    RESPONSE_EVENTS,
    SEVERE,
    Event,
    difference,
)
from trimer.report.sheet import Frame, Sheet, caption, caption_height, panels, strip
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.assess import PairedDifference
    from trimer.report.data import RunData
    from trimer.report.manifest import Arm

EVENTS = (*CRS_EVENTS, RESPONSE_EVENTS[1], RESPONSE_EVENTS[2], RESPONSE_EVENTS[3])
_SMALL = 9.0
_EVENT = 32.0


def paired(run: RunData, first: Arm, second: Arm) -> Plot:
    """Make the figure that compares two arms patient by patient.

    Parameters
    ----------
    run : RunData
        The run.
    first, second : Arm
        Differences are first minus second.
    """
    found = [difference(run, first, second, event) for event in EVENTS]
    table = _table(found)
    severe = found[EVENTS.index(SEVERE)]
    a, b = words.letter(run, first), words.letter(run, second)
    return Plot(
        name=f"paired-{a}-{b}".lower(),
        title=words.discordant(run, first, second, severe),
        note=(
            f"{count(severe.total)} virtual patients, each simulated in both arms. Left: how many "
            f"had which worst CRS grade ({words.grading(run)}) in {a} and in {b}; off the diagonal "
            f"the arms differ. Right: {a} minus {b} in percentage points with 95 % interval, and "
            "how many had the event in one arm only."
        ),
        alt="Grid of counts by CRS grade in both arms, and differences with intervals. "
        + " ".join(_said(event, one, a, b) for event, one in zip(EVENTS, found, strict=True)),
        table=table,
        shown=table,
        draw=lambda sheet: _draw(run, first, second, found, sheet),
    )


def _table(found: Sequence[PairedDifference]) -> pl.DataFrame:
    rows = [
        (
            _name(event),
            one.total,
            one.first_only,
            one.second_only,
            100 * one.difference,
            100 * one.low,
            100 * one.high,
        )
        for event, one in zip(EVENTS, found, strict=True)
    ]
    names = [
        "event",
        "pairs",
        "only_first",
        "only_second",
        "difference_points",
        "low_95",
        "high_95",
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


def _name(event: Event) -> str:
    return f"CRS {event.name}" if event.column == "crs_grade" else event.name


def _said(event: Event, one: PairedDifference, a: str, b: str) -> str:
    return (
        f"{_name(event)}: only in {a} {count(one.first_only)}, only in {b} "
        f"{count(one.second_only)}, difference {fixed(100 * one.difference, 1)} points."
    )


def _draw(
    run: RunData, first: Arm, second: Arm, found: Sequence[PairedDifference], sheet: Sheet
) -> Figure:
    origin = words.origin(run)
    frame = Frame(left=30.0, right=14.0, head=2.0, below=38.0, foot=caption_height(sheet, origin))
    height = _EVENT * len(EVENTS)
    figure, (left, right) = panels(sheet, 2, height, frame)
    caption(figure, origin)
    strip(left, f"Worst CRS grade ({words.scale(run)})")
    strip(right, "Difference, 95 % interval")
    _grid(left, run, first, second)
    _differences(right, found, words.letter(run, first), words.letter(run, second))
    return figure


def _grid(ax: Axes, run: RunData, first: Arm, second: Arm) -> None:
    """Count pairs by grade in both arms; the more, the darker, and the number inside."""
    pairs = run.pairs(first, second)
    one, other = pairs["crs_grade"].to_numpy(), pairs["crs_grade_second"].to_numpy()
    most = 1
    numbers = np.zeros((len(GRADES), len(GRADES)), int)
    for i in GRADES:
        for j in GRADES:
            numbers[i, j] = int(np.sum((one == i) & (other == j)))
            most = max(most, numbers[i, j])
    for i in GRADES:
        for j in GRADES:
            depth = numbers[i, j] / most
            ax.add_patch(
                Rectangle(
                    (j - 0.5, i - 0.5),
                    1,
                    1,
                    facecolor=color("dose"),
                    alpha=0.55 * depth**0.5,
                    linewidth=0,
                )
            )
            if i == j:
                ax.add_patch(
                    Rectangle(
                        (j - 0.47, i - 0.47),
                        0.94,
                        0.94,
                        fill=False,
                        linewidth=0.9,
                        edgecolor=color("edge"),
                        linestyle=(0, (2, 2)),
                    )
                )
            ax.text(
                j,
                i,
                count(int(numbers[i, j])),
                ha="center",
                va="center_baseline",
                color=color("ink") if numbers[i, j] else color("muted"),
            )
    ax.set_xlim(-0.5, 4.5)
    ax.set_ylim(-0.5, 4.5)
    ax.grid(visible=False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(FixedLocator(list(GRADES)))
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.tick_params(length=0)
    ax.set_xlabel(f"Grade in arm {words.letter(run, second)}")
    ax.set_ylabel(f"Grade in arm {words.letter(run, first)}", labelpad=3)


def _differences(ax: Axes, found: Sequence[PairedDifference], a: str, b: str) -> None:
    reach = max(5.0, *(100 * max(abs(one.low), abs(one.high)) for one in found)) * 1.08
    ax.set_xlim(-reach, reach)
    ax.set_ylim(_EVENT * len(found), 0.0)
    ax.yaxis.set_visible(False)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.axvline(0.0, color=color("edge"), linewidth=1.0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: f"+{x:g}" if x > 0 else f"{x:g}".replace("-", "−"))
    )
    ax.set_xlabel(f"{a} minus {b}, percentage points")
    for i, (event, one) in enumerate(zip(EVENTS, found, strict=True)):
        y = _EVENT * i
        ax.text(
            -reach,
            y + 9.0,
            words.upper(_name(event)),
            va="center_baseline",
            weight="bold",
            size=_SMALL,
        )
        ax.plot([100 * one.low, 100 * one.high], [y + 22.0] * 2, color=color("ink"), linewidth=1.6)
        ax.plot([100 * one.difference], [y + 22.0], marker="o", markersize=5.0, color=color("ink"))
        text = f"only {a} {count(one.first_only)}, only {b} {count(one.second_only)}"
        on_right = one.difference <= 0
        beside = max(one.high, 0.0) if on_right else min(one.low, 0.0)
        ax.annotate(
            text,
            (100 * beside, y + 22.0),
            (7.0 if on_right else -7.0, 0.0),
            textcoords="offset points",
            ha="left" if on_right else "right",
            va="center_baseline",
            size=_SMALL,
            color=color("muted"),
        )
