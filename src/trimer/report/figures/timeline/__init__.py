# SPDX-License-Identifier: Apache-2.0
"""One virtual patient on one time axis: dose, drugs, grades, vital signs, counts, blasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trimer.report.figures.plot import Plot
from trimer.report.figures.timeline.curves import MEASURES, measure_lane
from trimer.report.figures.timeline.data import alt_text, course_table, finding, shown_table
from trimer.report.figures.timeline.dosing import dose_lane, drug_lane
from trimer.report.figures.timeline.labels import SMALL
from trimer.report.figures.timeline.lane import (
    GAP,
    GUTTER,
    NARROW_GAP,
    NARROW_GUTTER,
    Lane,
    name_lane,
)
from trimer.report.figures.timeline.ribbon import grade_lane
from trimer.report.figures.timeline.ruler import ruler as lay_out
from trimer.report.flow import BAG, STOPPED, gaps, stretches
from trimer.report.sheet import (
    POINT,
    Sheet,
    caption,
    caption_height,
    heading,
    height_of,
    shorten,
    text_width,
    wrap,
)
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from trimer.report.course import PatientCourse
    from trimer.report.figures.timeline.ruler import Ruler
    from trimer.report.flow import Gap

__all__ = ["draw_timeline", "timeline"]

_RIGHT, _STRIP, _AXIS = 14.0, 17.0, 32.0
_NARROW = 400.0


def timeline(
    course: PatientCourse,
    *,
    name: str = "timeline",
    window: tuple[float, float] | None = None,
    lead: str = "",
) -> Plot:
    """Make the timeline of one virtual patient.

    Parameters
    ----------
    course : PatientCourse
        From `course_of` or `stored_course`.
    name : str
        Stem of its file names.
    window : (float, float), optional
        Days from and to; the whole course if left out.
    lead : str
        Why this patient is shown; begins the note.

    Raises
    ------
    InputError
        If the window is empty or outside the course.
    """
    lay_out(course.begins, course.days, 100.0, window)
    return Plot(
        name=name,
        title=finding(course),
        note=" ".join(part for part in (lead, note(course)) if part),
        alt=alt_text(course),
        table=course_table(course, window),
        shown=shown_table(course, window),
        draw=lambda sheet: draw_timeline(course, sheet, window=window),
    )


def note(course: PatientCourse) -> str:
    """How to read the timeline."""
    read = (
        "Dots: as read, filled beyond the dashed limit; results stand when they came"
        if len(course.readings)
        else "Dots: as read when something was decided, filled beyond the dashed limit"
    )
    has_pair = "IL6" in course.profile.columns and "IL6_signal" in course.profile.columns
    pair = " IL-6: dashed in serum, solid what still signals." if has_pair else ""
    hatched = "Hatched: planned and not given, with the reason. " if gaps(stretches(course)) else ""
    return (
        f"{hatched}{read}; thin lines: what the model holds, which no rule sees. Dashed over the "
        "infusion: the planned rate. Oxygen: 1 low flow, 2 high flow, 3 positive pressure."
        + pair
        + (f" {course.policy}" if course.policy else "")
    )


def draw_timeline(
    course: PatientCourse,
    sheet: Sheet,
    *,
    window: tuple[float, float] | None = None,
    titled: bool = False,
) -> Figure:
    """Draw the timeline; call it inside `trimer.report.theme.style`.

    Parameters
    ----------
    course : PatientCourse
        The patient.
    sheet : Sheet
        Width to draw for; names stand beside the lanes on a wide sheet, above them on a narrow one.
    window : (float, float), optional
        Days from and to; the whole course if left out.
    titled : bool
        Whether the finding and the note are written into the picture.
    """
    beside = sheet.width >= _NARROW
    left = GUTTER if beside else NARROW_GUTTER
    axis = lay_out(course.begins, course.days, sheet.width - left - _RIGHT, window)
    lanes = _lanes(course, axis, beside=beside)
    off = gaps(stretches(course))
    head = _head(course, sheet) if titled else []
    top = 15.0 * len(head) + (6.0 if head else 0.0)
    tall = [lane.height + lane.above + (GAP if beside else NARROW_GAP) for lane in lanes]
    foot = [*wrap(note(course), sheet.width - 24.0, SMALL)] if titled else []
    low = caption_height(sheet, course.origin) + 11.5 * len(foot)
    total = top + _STRIP + sum(tall) + _AXIS + low
    figure = Figure(figsize=(sheet.width * POINT, total * POINT))
    FigureCanvasAgg(figure)
    for line, (text, weight) in enumerate(head):
        heading(figure, line, text, weight=weight)
    caption(figure, course.origin)
    for k, text in enumerate(foot):
        y = low - 6.0 - 11.5 * (k + 1)
        figure.text(2.0 / sheet.width, (y + 3.0) / total, text, size=SMALL, color=color("muted"))
    _strips(figure, axis, left, total - top - _STRIP, total)
    y, last = total - top - _STRIP, None
    for lane, room in zip(lanes, tall, strict=True):
        y -= room
        box = (left / sheet.width, y / total, axis.width / sheet.width, lane.height / total)
        last = figure.add_axes(box)
        lane.draw(last)
        _bands(last, off, axis)
        name_lane(last, lane, beside=beside)
    if last is not None:
        _days(last, axis)
    return figure


def _lanes(course: PatientCourse, axis: Ruler, *, beside: bool) -> list[Lane]:
    found = [
        dose_lane(course, axis),
        drug_lane(course, axis, beside=beside),
        grade_lane(course, axis, "CRS"),
        grade_lane(course, axis, "ICANS"),
        *(measure_lane(course, axis, what) for what in MEASURES),
    ]
    return [lane for lane in found if lane is not None]


def _head(course: PatientCourse, sheet: Sheet) -> list[tuple[str, str]]:
    """Lines over a picture that stands alone: who, and what happened."""
    who = f"Virtual patient {course.id} on {course.treatment}"
    who = shorten(who, (sheet.width - 10.0) / 1.14)
    width = sheet.width - 12.0
    return [(who, "bold"), *((text, "normal") for text in wrap(f"{finding(course)}.", width))]


def _strips(figure: Figure, axis: Ruler, left: float, bottom: float, total: float) -> None:
    """Name the pieces of the time axis over the lanes."""
    width = figure.get_figwidth() / POINT
    for piece in axis.pieces:
        figure.add_artist(
            Rectangle(
                ((left + piece.left) / width, bottom / total),
                (piece.right - piece.left) / width,
                15.0 / total,
                transform=figure.transFigure,
                facecolor=color("strip"),
                edgecolor="none",
            )
        )
        room = piece.right - piece.left - 8.0
        text = shorten(piece.name, room) if text_width("First", SMALL) < room else ""
        figure.text(
            (left + piece.left + 5.0) / width, (bottom + 7.5) / total, text,
            va="center_baseline", size=SMALL,
        )  # fmt: skip


def _bands(ax: Axes, off: Sequence[Gap], axis: Ruler) -> None:
    """Grey through every lane while no drug flows though some was planned."""
    low, high = ax.get_ylim()
    for gap in off:
        for _, left, right in axis.spans(gap.start, gap.end):
            if gap.why not in {BAG, STOPPED} and right - left >= 0.8:
                ax.fill_between(
                    [left, right], low, high, facecolor=color("strip"), linewidth=0, zorder=0.2
                )
    ax.set_ylim(low, high)


def _days(ax: Axes, axis: Ruler) -> None:
    """Ticks, numbers and name of the time axis, under the last lane."""
    for piece in axis.pieces:
        numbered, small = piece.ticks()
        for days, size in ((small, 2.5), (numbered, 4.0)):
            ax.vlines(
                piece.x(days), -size / height_of(ax), 0.0, transform=ax.get_xaxis_transform(),
                color=color("muted"), linewidth=0.6, clip_on=False,
            )  # fmt: skip
        last = -99.0
        for day in numbered:
            x = float(piece.x(day))
            text = f"{day:g}"
            meets = piece is not axis.pieces[-1] and day == piece.end
            if meets or x - last < text_width(text, SMALL) + 5.0:
                continue
            last = x
            ax.annotate(
                text, (x, 0.0), (0.0, -6.0), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha="center", va="top", size=SMALL,
                color=color("muted"), annotation_clip=False,
            )  # fmt: skip
    ax.annotate(
        "Days since first dose", (0.5, 0.0), (0.0, -17.0), xycoords="axes fraction",
        textcoords="offset points", ha="center", va="top", size=SMALL,
    )  # fmt: skip
