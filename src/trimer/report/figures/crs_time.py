# SPDX-License-Identifier: Apache-2.0
"""CRS by day and by infusion step: share of patients at each worst grade, a panel for each arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from trimer.report import words
from trimer.report.course import levels_of, protocol_of
from trimer.report.figures.plot import Plot
from trimer.report.numbers import count, number, share
from trimer.report.sheet import (
    Frame,
    Sheet,
    caption,
    caption_height,
    heading,
    height_of,
    panels,
    strip,
    text_width,
    width_of,
)
from trimer.report.theme import color
from trimer.report.ward import crs_by_day, crs_by_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.report.data import RunData
    from trimer.report.manifest import Arm

_HEIGHT = 150.0
_SMALL = 9.0
_GRADES = (1, 2, 3, 4)


def by_day(run: RunData) -> Plot:
    """Make the figure of CRS by day.

    Parameters
    ----------
    run : RunData
        A run on a ward.
    """
    tables = [crs_by_day(run, arm) for arm in run.arms]
    peaks = [_peak(table, "day") for table in tables]
    parts = [
        f"day\u00a0{place} {words.with_label(arm)}, {share(n, total)}"
        for arm, (place, n, total) in zip(run.arms, peaks, strict=True)
        if n
    ]
    title = f"Most CRS by day: {'; '.join(parts)}" if parts else "Nobody has CRS"
    return Plot(
        name="crs-by-day",
        title=title,
        note=(
            f"Share of virtual patients at each worst CRS grade of the day ({words.grading(run)}). "
            f"Day 0 is the first 24 hours; a grade counts on every day it lasts into. "
            f"{words.sizes(run)}."
        ),
        alt=f"Stacked bars of CRS grade by day. {_spoken(run, tables, 'day')}",
        table=_joined(run, tables),
        shown=_wide(run, tables, "day"),
        draw=lambda sheet: _draw(run, tables, "day", sheet),
    )


def by_step(run: RunData) -> Plot:
    """Make the figure of CRS by infusion step.

    Parameters
    ----------
    run : RunData
        A run on a ward.
    """
    tables = [crs_by_step(run, arm) for arm in run.arms]
    peaks = [_peak(table, "step") for table in tables]
    parts = [
        f"{_step_name(arm, place)} {words.with_label(arm)}, {share(n, total)}"
        for arm, (place, n, total) in zip(run.arms, peaks, strict=True)
        if n
    ]
    title = f"Most CRS by step: {'; '.join(parts)}" if parts else "Nobody has CRS at any step"
    return Plot(
        name="crs-by-step",
        title=title,
        note=(
            f"Worst CRS grade of each virtual patient at each step ({words.grading(run)}), of "
            "those who reached it; over each bar, how many had any CRS. A step lasts until the "
            "next begins, times without drug included."
        ),
        alt=f"Stacked bars of CRS grade by step. {_spoken(run, tables, 'step')}",
        table=_joined(run, tables),
        shown=_wide(run, tables, "step"),
        draw=lambda sheet: _draw(run, tables, "step", sheet),
    )


# ------------------------------------------------------------------ numbers and words
def _any(table: pl.DataFrame, by: str) -> list[tuple[int, int, int]]:
    """How many had CRS of any grade at each place: place, n, N."""
    rows = (
        table.filter(pl.col("grade") > 0)
        .group_by(by, maintain_order=True)
        .agg(pl.col("n").sum(), pl.col("N").first())
    )
    return [(int(place), int(n), int(total)) for place, n, total in rows.iter_rows()]


def _peak(table: pl.DataFrame, by: str) -> tuple[int, int, int]:
    found = _any(table, by)
    return max(found, key=lambda row: (row[1] / max(row[2], 1), -row[0]), default=(0, 0, 0))


def _joined(run: RunData, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    parts = [
        table.select(pl.lit(arm.name).alias("arm"), pl.all()).with_columns(
            percent=100.0 * pl.col("n") / pl.col("N")
        )
        for arm, table in zip(run.arms, tables, strict=True)
    ]
    return pl.concat(parts)


def _wide(run: RunData, tables: Sequence[pl.DataFrame], by: str) -> pl.DataFrame:
    """One row for each arm and place that has any CRS, a column for each grade."""
    rows = []
    for arm, table in zip(run.arms, tables, strict=True):
        for (place,), part in table.group_by(by, maintain_order=True):
            counts = part.sort("grade")["n"].to_list()
            if by == "step" or sum(counts[1:]):
                label = _step_name(arm, int(place)) if by == "step" else f"{place}"
                rows.append(
                    (f"{words.letter(run, arm)}  {arm.label}", label, part["N"][0], *counts)
                )
    grades = [f"grade {grade}" for grade in range(5)]
    names = ["arm", by, "N", *grades]
    kinds = [pl.String, pl.String, *[pl.Int64] * 6]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def _step_name(arm: Arm, step: int) -> str:
    """The rate of a step in full, or its number where the protocol does not tell."""
    levels = levels_of(protocol_of(arm.text))
    if 0 < step <= len(levels):
        rate = levels[step - 1]
        return f"{number(rate.value, 4)}\u00a0{rate.unit}"
    return f"step\u00a0{step}"


def _spoken(run: RunData, tables: Sequence[pl.DataFrame], by: str) -> str:
    parts = []
    for arm, table in zip(run.arms, tables, strict=True):
        said = [f"{by} {place}: {n} of {total}" for place, n, total in _any(table, by) if n]
        parts.append(f"{arm.label}, any grade: {'; '.join(said) or 'none'}.")
    return " ".join(parts)


# ------------------------------------------------------------------ drawing
def _draw(run: RunData, tables: Sequence[pl.DataFrame], by: str, sheet: Sheet) -> Figure:
    origin = words.origin(run)
    frame = Frame(head=34.0, foot=caption_height(sheet, origin))
    figure, axes = panels(sheet, len(run.arms), _HEIGHT, frame)
    heading(figure, 0, "Virtual patients with CRS, %, by worst grade")
    _key(figure)
    caption(figure, origin)
    top = max(
        (n / total for table in tables for _, n, total in _any(table, by) if total), default=0
    )
    ceiling = min(max(112.0 * top, 12.0), 112.0)
    most = max(5, *(table[by].n_unique() for table in tables))
    for arm, table, ax in zip(run.arms, tables, axes, strict=True):
        strip(ax, f"{run.style(arm).letter}  {arm.label}")
        ax.set_ylim(0.0, ceiling)
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y) if y <= 100 else ""))
        if by == "day":
            _day_axis(ax, table)
        else:
            _step_axis(ax, arm, table, most)
        _bars(ax, table, by)
    return figure


def _key(figure: Figure) -> None:
    """Name the colors by their grade."""
    width, height = figure.get_figwidth() * 72, figure.get_figheight() * 72
    x, y = 2.0, height - 26.0
    figure.text(x / width, y / height, "Grade", va="center_baseline", size=_SMALL)
    x += text_width("Grade", _SMALL) + 8.0
    for grade in _GRADES:
        figure.add_artist(
            Rectangle(
                (x / width, (y - 6.0) / height),
                13.0 / width,
                12.0 / height,
                transform=figure.transFigure,
                facecolor=color(f"grade-{grade}"),
                edgecolor=color("edge"),
                linewidth=0.6,
            )
        )
        figure.text(
            (x + 6.5) / width, y / height, f"{grade}", ha="center", va="center_baseline",
            size=_SMALL, color=color(f"digit-{grade}"),
        )  # fmt: skip
        x += 18.0


def _day_axis(ax: Axes, table: pl.DataFrame) -> None:
    days = int(table["day"].max()) + 1 if len(table) else 1  # type: ignore[arg-type]
    ax.set_xlim(0.0, days)
    step = 7 if days > 10 else 1
    ax.xaxis.set_major_locator(FixedLocator(list(range(0, days + 1, step))))
    ax.xaxis.set_minor_locator(FixedLocator(list(range(days + 1))))
    ax.set_xlabel("Days since first dose")


def _step_axis(ax: Axes, arm: Arm, table: pl.DataFrame, most: int) -> None:
    steps = table["step"].unique().sort().to_list()
    spare = max(most - len(steps), 0) / 2  # bars are as wide in every arm
    ax.set_xlim(-spare, len(steps) + spare)
    names = [_step_name(arm, step).split("\u00a0") for step in steps]
    is_rate = all(name[0] != "step" for name in names)
    ax.xaxis.set_major_locator(FixedLocator([k + 0.5 for k in range(len(steps))]))
    texts = [name[0] if is_rate else name[1] for name in names]
    ax.xaxis.set_major_formatter(FuncFormatter(lambda _, k: texts[k or 0]))
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel(f"Infusion step, {names[0][1]}" if is_rate and names else "Infusion step")


def _bars(ax: Axes, table: pl.DataFrame, by: str) -> None:
    places = table[by].unique().sort().to_list()
    room = width_of(ax) / max(ax.get_xlim()[1] - ax.get_xlim()[0], 1.0)
    per_point = (ax.get_ylim()[1] - ax.get_ylim()[0]) / height_of(ax)
    margin = 0.06 if by == "day" else 0.14
    for k, place in enumerate(places):
        bottom, some = 0.0, 0
        rows = table.filter((pl.col(by) == place) & (pl.col("grade") > 0)).sort("grade")
        total = int(rows["N"][0])
        for grade, n in rows.select("grade", "n").iter_rows():
            tall = 100.0 * n / total if total else 0.0
            if not n:
                continue
            ax.add_patch(
                Rectangle(
                    (k + margin, bottom),
                    1.0 - 2 * margin,
                    tall,
                    facecolor=color(f"grade-{grade}"),
                    edgecolor=color("edge"),
                    linewidth=0.5,
                    zorder=2,
                )
            )
            if tall / per_point >= 10.5 and room * (1 - 2 * margin) >= 6.0:
                ax.text(
                    k + 0.5, bottom + tall / 2, f"{grade}", ha="center", va="center_baseline",
                    size=_SMALL, color=color(f"digit-{grade}"), zorder=3,
                )  # fmt: skip
            bottom, some = bottom + tall, some + n
        texts = (f"{count(some)}/{count(total)}", count(some)) if by == "step" else ()
        fitting = [text for text in texts if text_width(text, _SMALL) <= room - 1.5]
        if fitting:
            ax.annotate(
                fitting[0], (k + 0.5, bottom), (0.0, 2.5), textcoords="offset points", ha="center",
                size=_SMALL, color=color("muted"),
            )  # fmt: skip
