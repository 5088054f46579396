# SPDX-License-Identifier: Apache-2.0
"""Lanes of grades: runs of equal grade in graded colors, each with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from trimer.report.figures.timeline.labels import SMALL, tags
from trimer.report.figures.timeline.lane import Lane, frame
from trimer.report.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from trimer.report.course import PatientCourse
    from trimer.report.figures.timeline.ruler import Ruler

_HEIGHT = 13.0
_NARROW = 8.0
"""Points below which a stretch has no room for its number."""


def grade_runs(course: PatientCourse, name: str) -> list[tuple[float, float, int]]:
    """Stretches of equal grade: from, to, grade; the course begins with grade 0."""
    found: list[tuple[float, float, int]] = []
    start, grade = course.begins, 0
    for time, value in course.grades.select("time", name).iter_rows():
        if value < 0 or value == grade:
            continue
        if time > start:
            found.append((start, time, grade))
        start, grade = time, int(value)
    if course.days > start:
        found.append((start, course.days, grade))
    return found


def grade_lane(course: PatientCourse, ruler: Ruler, name: str) -> Lane:
    """The ribbon of CRS or ICANS."""
    runs = [run for run in grade_runs(course, name) if ruler.shows(run[0], run[1])]
    narrow = [
        (left, right, f"{grade}", 0.0)
        for start, end, grade in runs
        for _, left, right in ruler.spans(start, end)
        if grade > 0 and right - left < _NARROW
    ]

    def draw(ax: Axes) -> None:
        ax.set_ylim(0.0, 1.0)
        frame(ax, ruler, [], labels=False)
        for start, end, grade in runs:
            for _, left, right in ruler.spans(start, end):
                _run(ax, left, right, grade)
        for tag in tags(narrow, ruler.width, _worst):
            ax.annotate(
                tag.text, (tag.middle, 1.0), (0.0, 2.0), textcoords="offset points", ha="center",
                size=SMALL, annotation_clip=False,
            )  # fmt: skip

    return Lane(name, "ASTCT 2019", _HEIGHT, draw, above=9.0 if narrow else 0.0)


def _run(ax: Axes, left: float, right: float, grade: int) -> None:
    if grade > 0:
        ax.add_patch(
            Rectangle(
                (left, 0.0),
                max(right - left, 1.2),
                1.0,
                facecolor=color(f"grade-{min(grade, 4)}"),
                edgecolor=color("edge"),
                linewidth=0.6 if right - left >= 3.0 else 0.0,
                zorder=4,
            )
        )
    if right - left >= _NARROW:
        ax.text(
            (left + right) / 2, 0.5, f"{grade}", ha="center", va="center_baseline", size=SMALL,
            color=color(f"digit-{min(grade, 4)}"), zorder=5,
        )  # fmt: skip


def _worst(group: Sequence[tuple[str, float]]) -> str:
    """The worst grade of stretches that stand too close for a number each."""
    return max(text for text, _ in group)
