# SPDX-License-Identifier: Apache-2.0
"""Lanes of what was given: the infusion as steps over its plan, drugs as marks, support as bars."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
from matplotlib.patches import Rectangle

from trimer.report.figures.timeline.labels import SMALL, clusters, tags
from trimer.report.figures.timeline.lane import Lane, frame
from trimer.report.flow import BAG, STOPPED, Gap, Stretch, gaps, levels, single_doses, stretches
from trimer.report.numbers import number
from trimer.report.sheet import height_of, text_width
from trimer.report.story.phrases import MINUTES, dose, drug_name, lasting
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from trimer.report.course import PatientCourse
    from trimer.report.figures.timeline.ruler import Ruler

_ROW = 15.0
_SUPPORT = ("vasopressor", "oxygen", "antibiotic", "antifungal")
_LEVELS = {"vasopressor": 2.0, "oxygen": 3.0, "antibiotic": 1.0, "antifungal": 1.0}
_MARKS = {
    "tocilizumab": ("D", "c", True),
    "dexamethasone": ("^", "rescue", True),
    "methylprednisolone": ("v", "rescue", True),
    "acetaminophen": ("o", "muted", False),
    "diphenhydramine": ("h", "muted", False),
    "levetiracetam": ("d", "muted", False),
    "fluids": ("s", "a", False),
    "filgrastim": ("*", "c", True),
    "red_cells": ("P", "e", True),
    "platelet_units": ("p", "b", True),
    "bacterial_infection": ("X", "e", True),
    "fungal_infection": ("X", "b", True),
}
"""Marker, color token, and whether it is filled."""

_WHY = {
    "held": "held",
    "pump": "pump off",
    "premedication": "waited",
    STOPPED: STOPPED,
    "not started": "not started",
}
HATCH = {"held": "////", "pump": "xxxx", STOPPED: "...."}
"""How a time without drug is hatched, by what began it; others like a hold."""


def dose_lane(course: PatientCourse, ruler: Ruler) -> Lane:
    """The infusion: what flowed, the plan behind it, and times without drug with the reason."""
    parts = [part for part in _drawn(course) if ruler.shows(part.start, part.end)]
    off = [gap for gap in gaps(stretches(course)) if ruler.shows(gap.start, gap.end)]
    top = max((max(part.rate, part.planned) for part in parts), default=1.0) or 1.0

    def draw(ax: Axes) -> None:
        ax.set_ylim(0.0, 1.28 * top)
        frame(ax, ruler, [top / 2, top] if top / 2 == round(top / 2) else [top])
        for part in parts:
            _step(ax, ruler, part)
        _plan(ax, ruler, parts)
        for gap in (gap for gap in off if gap.why != BAG):
            _hatch(ax, ruler, gap, top)
        _levels(ax, ruler, parts)
        _reasons(ax, ruler, off)

    named = any(gap.why != BAG for gap in off)
    return Lane("Infusion", course.rates.unit, 60.0, draw, above=15.0 if named else 0.0)


def drug_lane(course: PatientCourse, ruler: Ruler, *, beside: bool) -> Lane | None:
    """Everything else that was given: a row for each drug and each support that was used."""
    given = single_doses(course.doses)
    drugs = [d for d in _MARKS if d in {*given["drug"]}]
    drugs += [d for d in dict.fromkeys(given["drug"]) if d not in _MARKS]
    used = levels(course.doses)
    supports = [s for s in _SUPPORT if s in {*used.filter(pl.col("amount") > 0)["drug"]}]
    rows = (*drugs, *supports)
    if not rows:
        return None
    pitch = _ROW if beside else _ROW + 11.0

    def draw(ax: Axes) -> None:
        ax.set_ylim(-pitch * len(rows), 0.0)
        frame(ax, ruler, [], labels=False)
        for k, name in enumerate(rows):
            y = -pitch * (k + 1) + _ROW / 2
            if name in supports:
                _bars(ax, ruler, used.filter(pl.col("drug") == name), course.days, y)
            else:
                _marks(ax, ruler, given.filter(pl.col("drug") == name), y)

    names = tuple(drug_name(row) for row in rows)
    return Lane(
        "Drugs given", "", pitch * len(rows), draw, above=12.0 if beside else 0.0, rows=names
    )


# ------------------------------------------------------------------ the infusion
def _drawn(course: PatientCourse) -> list[Stretch]:
    """The stretches as they are drawn: a change of the bag is too short to be seen."""
    found: list[Stretch] = []
    for part in stretches(course):
        same = found and (found[-1].rate, found[-1].planned) == (part.rate, part.planned)
        if found and (part.why == BAG or same):
            found[-1] = replace(found[-1], end=part.end)
        else:
            found.append(part)
    return found


def _step(ax: Axes, ruler: Ruler, part: Stretch) -> None:
    for _, left, right in ruler.spans(part.start, part.end):
        ax.fill_between([left, right], [part.rate] * 2, facecolor=color("dose-fill"), linewidth=0)
        ax.plot([left, right], [part.rate] * 2, color=color("dose"), linewidth=1.3, zorder=3)


def _plan(ax: Axes, ruler: Ruler, parts: Sequence[Stretch]) -> None:
    """The plan where it differs from what flowed, and the risers of both."""
    for k, part in enumerate(parts):
        if part.planned != part.rate:
            for _, left, right in ruler.spans(part.start, part.end):
                ax.plot([left, right], [part.planned] * 2, color=color("edge"), linewidth=1.1,
                        linestyle=(0, (3, 1.6)), zorder=2.5)  # fmt: skip
        before = parts[k - 1] if k else None
        x = ruler.at(part.start)
        if x is None:
            continue
        rates = (0.0 if before is None else before.rate, part.rate)
        ax.plot([x, x], rates, color=color("dose"), linewidth=1.3, zorder=3)
        if before is not None and (before.planned != part.planned):
            ax.plot([x, x], [before.planned, part.planned], color=color("edge"), linewidth=1.1,
                    linestyle=(0, (3, 1.6)), zorder=2.5)  # fmt: skip


def _hatch(ax: Axes, ruler: Ruler, gap: Gap, top: float) -> None:
    for _, left, right in ruler.spans(gap.start, gap.end):
        ax.add_patch(
            Rectangle(
                (left, 0.0),
                max(right - left, 0.8),
                top,
                facecolor="none",
                edgecolor=color("edge"),
                hatch=HATCH.get(gap.why, "////"),
                linewidth=0.0,
                zorder=2,
            )
        )


def _levels(ax: Axes, ruler: Ruler, parts: Sequence[Stretch]) -> None:
    """The rate over each step that has room for it, once for each time it changes."""
    last = None
    for part in parts:
        if part.rate in {0.0, last}:
            continue
        text = number(part.rate, 4)
        for _, left, right in ruler.spans(part.start, part.end):
            if right - left >= text_width(text, SMALL) - 2.0:
                ax.annotate(
                    text, ((left + right) / 2, part.rate), (0.0, 2.0), textcoords="offset points",
                    ha="center", size=SMALL, zorder=5,
                )  # fmt: skip
                last = part.rate
                break


def _reasons(ax: Axes, ruler: Ruler, off: Sequence[Gap]) -> None:
    """Say over the lane why no drug flowed and for how long; changes of a bag are not told."""
    places = []
    for gap in off:
        touched = list(ruler.spans(gap.start, gap.end))
        if gap.why != BAG and touched:
            minutes = MINUTES * gap.days
            places.append((touched[0][1], touched[-1][2], _WHY.get(gap.why, gap.why), minutes))
    top = ax.get_ylim()[1]
    for tag in tags(places, ruler.width, _reason):
        middle = min(max(tag.middle, tag.left), tag.right)
        ax.annotate(
            tag.text, (tag.middle, top), (0.0, 5.0), textcoords="offset points", ha="center",
            size=SMALL, annotation_clip=False,
        )  # fmt: skip
        ax.plot([tag.left + 0.8, max(tag.right, tag.left + 2.4) - 0.8], [top, top],
                color=color("ink"), linewidth=1.6, clip_on=False, zorder=6)  # fmt: skip
        tall = 4.0 / height_of(ax)
        ax.vlines(
            middle, 1.0, 1.0 + tall, transform=ax.get_xaxis_transform(), color=color("ink"),
            linewidth=0.8, clip_on=False,
        )  # fmt: skip


def _reason(group: Sequence[tuple[str, float]]) -> str:
    kinds, minutes = {what for what, _ in group}, sum(length for _, length in group)
    length = lasting(60 * round(minutes / 60)) if minutes > 90 else lasting(minutes)
    if len(group) == 1:
        what = group[0][0]
        return what if what == STOPPED else f"{what} {length}"
    what = next(iter(kinds)) if len(kinds) == 1 else "without drug"
    return f"{what} {len(group)} times, {length}"


# ------------------------------------------------------------------ drugs and support
def _marks(ax: Axes, ruler: Ruler, rows: pl.DataFrame, y: float) -> None:
    drug = str(rows["drug"][0])
    marker, token, filled = _MARKS.get(drug, ("o", "ink", True))
    ink = color(token)
    is_drug = not drug.endswith("_infection")
    places = [
        (x, dose(row["amount"], row["unit"]) if is_drug else "begins")
        for row in rows.iter_rows(named=True)
        if (x := ruler.at(row["time"])) is not None
    ]
    ax.hlines(y, ruler.pieces[0].left, ruler.width, color=color("grid"), linewidth=0.5, zorder=0.6)
    for group in clusters(places, ruler.width):
        ax.plot([group.left, group.right], [y, y], color=ink, linewidth=2.0, zorder=3)
        ends = [group.left, group.right] if group.n > 1 else [group.left]
        ax.plot(
            ends, [y] * len(ends), linestyle="none", marker=marker, markersize=5.5, color=ink,
            markerfacecolor=ink if filled else color("panel"), markeredgewidth=1.0, clip_on=False,
            zorder=4,
        )  # fmt: skip
        if group.side == "inside":
            ax.text(
                (group.left + group.right) / 2, y, group.text, ha="center", va="center_baseline",
                size=SMALL, zorder=5,
                bbox={"boxstyle": "square,pad=0.18", "fc": color("panel"), "ec": "none"},
            )  # fmt: skip
        elif group.text:
            is_left = group.side == "left"
            ax.annotate(
                group.text, (group.left if is_left else group.right, y),
                (-6.0 if is_left else 6.0, 0.0), textcoords="offset points",
                ha="right" if is_left else "left", va="center_baseline", size=SMALL,
                color=color("ink"), annotation_clip=False, zorder=5,
            )  # fmt: skip


def _bars(ax: Axes, ruler: Ruler, rows: pl.DataFrame, days: float, y: float) -> None:
    """Levels as bars: the higher the level the darker the bar, and the level inside."""
    top = _LEVELS.get(str(rows["drug"][0]), max(rows["amount"]))
    times = [*rows["time"], days]
    ax.hlines(y, ruler.pieces[0].left, ruler.width, color=color("grid"), linewidth=0.5, zorder=0.6)
    for start, end, level in zip(times, times[1:], rows["amount"], strict=False):
        if level <= 0:
            continue
        for _, left, right in ruler.spans(start, end):
            ax.add_patch(
                Rectangle(
                    (left, y - 5.5),
                    max(right - left, 1.2),
                    11.0,
                    facecolor=color("panel"),
                    edgecolor="none",
                    zorder=2.5,
                )
            )
            ax.add_patch(
                Rectangle(
                    (left, y - 5.5),
                    max(right - left, 1.2),
                    11.0,
                    facecolor=color("rescue"),
                    alpha=0.42 * level / top,
                    linewidth=0.0,
                    zorder=3,
                )
            )
            ax.add_patch(
                Rectangle(
                    (left, y - 5.5),
                    max(right - left, 1.2),
                    11.0,
                    fill=False,
                    edgecolor=color("rescue"),
                    linewidth=0.9,
                    zorder=3.5,
                )
            )
            if top > 1 and right - left > 7.0:
                ax.text(
                    (left + right) / 2, y, f"{level:g}", ha="center", va="center_baseline",
                    size=SMALL, zorder=5,
                )  # fmt: skip
