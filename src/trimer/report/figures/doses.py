# SPDX-License-Identifier: Apache-2.0
"""The dose steps of every arm, as a staircase, with the single doses above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trimer.report import words
from trimer.report.figures.plot import Plot
from trimer.report.figures.profile import time_axis
from trimer.report.numbers import day, listing, number
from trimer.report.schedule import Schedule, dose_text, schedule
from trimer.report.sheet import (
    Frame,
    Sheet,
    caption,
    caption_height,
    heading,
    panels,
    shorten,
    strip,
    text_width,
    width_of,
)
from trimer.report.theme import ArmStyle, color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.report.data import RunData

_HEIGHT = 88.0
_SMALL = 9.0


def doses(run: RunData) -> Plot:
    """Make the figure of the dose steps.

    Parameters
    ----------
    run : RunData
        The run.
    """
    schedules = [schedule(run, arm) for arm in run.arms]
    return Plot(
        name="doses",
        title=_title(run, schedules),
        note=f"Step: rate of the infusion. Triangle: single dose. {_whose(run)}",
        alt=f"Staircases of dose over days since first dose. {_words(run, schedules)}",
        table=_table(run, schedules),
        shown=_shown(run, schedules),
        draw=lambda sheet: _draw(run, schedules, sheet),
    )


def _whose(run: RunData) -> str:
    if run.ward is None:
        return "The same in every virtual patient of an arm."
    return (
        "As planned: what each virtual patient was given depends on what the ward found. "
        "Premedication before a restart is not drawn."
    )


def _table(run: RunData, schedules: list[Schedule]) -> pl.DataFrame:
    rows = []
    for arm, plan in zip(run.arms, schedules, strict=True):
        rows += [(arm.name, s.drug, s.start, s.end, s.rate, s.unit, "infusion") for s in plan.steps]
        rows += [
            (arm.name, g.drug, g.time, g.time, g.amount, g.unit, "single dose") for g in plan.gifts
        ]
    names = ("arm", "drug", "start_days", "end_days", "dose", "unit", "given_as")
    return pl.DataFrame(rows, schema=names, orient="row")


def _shown(run: RunData, schedules: list[Schedule]) -> pl.DataFrame:
    """The doses as a clinic writes them."""
    rows = []
    for arm, plan in zip(run.arms, schedules, strict=True):
        name = f"{words.letter(run, arm)}  {arm.label}"
        for step in plan.steps:
            length = step.end - step.start
            lasts = "1 day" if length == 1.0 else f"{number(length)} days"
            text = dose_text(step.rate, step.unit)
            rows.append((name, step.drug, text, words.upper(day(step.start)), lasts))
        for gift in plan.gifts:
            text = dose_text(gift.amount, gift.unit)
            rows.append((name, gift.drug, text, words.upper(day(gift.time)), "single dose"))
    return pl.DataFrame(rows, schema=["arm", "drug", "dose", "starts", "lasts"], orient="row")


def _title(run: RunData, schedules: list[Schedule]) -> str:
    parts = []
    for arm, plan in zip(run.arms, schedules, strict=True):
        if not plan.steps:
            parts.append(f"{arm.label}: no infusion")
            continue
        top = max(plan.steps, key=lambda step: step.rate)
        reached = "from the first hour" if top.start == 0.0 else f"from {day(top.start)}"
        parts.append(f"{arm.label}: {dose_text(top.rate, top.unit)} {reached}")
    return "; ".join(parts)


def _words(run: RunData, schedules: list[Schedule]) -> str:
    parts = []
    for arm, plan in zip(run.arms, schedules, strict=True):
        steps = [f"{number(s.rate)} from {day(s.start)} to {day(s.end)}" for s in plan.steps]
        unit = plan.steps[0].unit if plan.steps else ""
        parts.append(f"{arm.label}: {listing(steps) or 'no infusion'} {unit}.")
    return " ".join(parts)


def _draw(run: RunData, schedules: list[Schedule], sheet: Sheet) -> Figure:
    early = max(7.0, *(plan.last_change() + 3.0 for plan in schedules))
    spans = [("first days", early), ("whole course", run.manifest.days)]
    if early > 0.5 * run.manifest.days:
        spans = spans[1:]
    origin = words.origin(run)
    frame = Frame(head=19.0, foot=caption_height(sheet, origin))
    figure, axes = panels(sheet, len(spans) * len(schedules), _HEIGHT, frame)
    units = {step.unit for plan in schedules for step in plan.steps}
    heading(figure, 0, f"Infusion rate, {listing(sorted(units)) or 'none'}")
    caption(figure, origin)
    top = max((step.rate for plan in schedules for step in plan.steps), default=1.0)
    for i, ax in enumerate(axes):
        arm, plan = run.arms[i // len(spans)], schedules[i // len(spans)]
        name, until = spans[i % len(spans)]
        style = run.style(arm)
        width = width_of(ax)
        label = shorten(f"{style.letter}  {arm.label}", width - 12.0)
        strip(ax, label)
        ax.annotate(
            name if text_width(label) + text_width(name) < width - 24.0 else "",
            (1, 1),
            (-6, 8.5),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            color=color("muted"),
        )
        time_axis(ax, until, narrow=width < 190.0)
        rows = max(len(other.given()) for other in schedules)
        ax.set_ylim(0.0, top * (1.22 + 0.26 * rows))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y) if y <= top else ""))
        _stairs(ax, plan, style, width / until, labels=i % len(spans) == 0)
        _gifts(ax, plan, top, until)
    return figure


def _stairs(
    ax: Axes, plan: Schedule, style: ArmStyle, points_per_day: float, *, labels: bool
) -> None:
    for step in plan.steps:
        ax.fill_between(
            [step.start, step.end], [step.rate] * 2, facecolor=style.fill, alpha=0.3, linewidth=0
        )
        ax.plot(
            [step.start, step.start, step.end, step.end],
            [
                _before(plan, step.start),
                step.rate,
                step.rate,
                0.0 if _stops(plan, step.end) else step.rate,
            ],
            color=style.line,
            linewidth=1.4,
        )
        text = number(step.rate)
        room = (step.end - step.start) * points_per_day
        if labels and room >= text_width(text, _SMALL) - 1.0:
            visible = min(step.end, ax.get_xlim()[1])
            ax.annotate(
                text,
                ((step.start + visible) / 2, step.rate),
                (0, 2.5),
                textcoords="offset points",
                ha="center",
                size=_SMALL,
            )


def _before(plan: Schedule, time: float) -> float:
    return next((step.rate for step in plan.steps if step.end == time), 0.0)


def _stops(plan: Schedule, time: float) -> bool:
    return all(step.start != time for step in plan.steps)


def _gifts(ax: Axes, plan: Schedule, top: float, until: float) -> None:
    for row, drug in enumerate(plan.given()):
        y = top * (1.34 + 0.26 * row)
        gifts = [gift for gift in plan.gifts if gift.drug == drug and gift.time < until]
        times = [gift.time for gift in gifts]
        ax.plot(
            times,
            [y] * len(times),
            linestyle="none",
            marker="v",
            markersize=6.0,
            color=color("rescue"),
            clip_on=False,
        )
        ax.annotate(
            drug,
            (max(times, default=0.0), y),
            (7, 0),
            textcoords="offset points",
            va="center_baseline",
            size=_SMALL,
            color=color("rescue"),
        )
