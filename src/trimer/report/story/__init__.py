# SPDX-License-Identifier: Apache-2.0
"""One virtual patient's story, in sentences.

`story` turns a `PatientCourse` into lines, one for each look at which something happened, and
ends with the totals and with what the rules said that changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trimer.report.flow import gaps, infusion, levels, refused, single_doses, stretches
from trimer.report.story import phrases
from trimer.report.story.grouping import grouped
from trimer.report.story.look import Look, Teller
from trimer.report.story.totals import rules_text, totals, totals_text

if TYPE_CHECKING:
    import polars as pl

    from trimer.report.course import PatientCourse

__all__ = ["Line", "Story", "story"]


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one look: its minute since the first dose, and sentences."""

    minute: int
    text: str

    def __str__(self) -> str:
        head = phrases.when(self.minute)
        return f"{head}: {self.text}"


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """A patient's story.

    Parameters
    ----------
    title : str
        Who, and on what.
    lines : tuple of Line
        In order of time.
    totals : tuple of str
        Worst grades, amounts, times without drug.
    rules : tuple of str
        What each rule said, and how often.
    numbers : dict
        The totals as numbers; times in days.
    """

    title: str
    lines: tuple[Line, ...]
    totals: tuple[str, ...]
    rules: tuple[str, ...]
    numbers: dict[str, Any]

    def __str__(self) -> str:
        """Return the whole as text."""
        parts = [self.title, "", *(str(line) for line in self.lines), "", *self.totals]
        if self.rules:
            parts += ["", "What the rules said", *(f"  {text}" for text in self.rules)]
        return "\n".join(parts)

    def record(self) -> dict[str, Any]:
        """Return the whole as plain data."""
        return {
            "title": self.title,
            "lines": [
                {"day": line.minute / phrases.MINUTES, "when": phrases.when(line.minute),
                 "text": line.text}
                for line in self.lines
            ],
            "totals": {"sentences": list(self.totals), **self.numbers},
            "rules": list(self.rules),
        }  # fmt: skip


def story(course: PatientCourse) -> Story:
    """Tell the story of a patient.

    Parameters
    ----------
    course : PatientCourse
        From `course_of` or `stored_course`.
    """
    flow = infusion(course.doses)["unit"]
    teller = Teller(course.rules, course.rates.unit, str(flow[0]) if len(flow) else "")
    told = [told for look in _looks(course) if (told := teller.tell(look)).sentences]
    return Story(
        title=f"Virtual patient {course.id} on {course.treatment}: {course.days:g} days",
        lines=tuple(Line(minute, text) for minute, text in grouped(told)),
        totals=tuple(totals_text(course)),
        rules=tuple(rules_text(course)),
        numbers=totals(course),
    )


def _looks(course: PatientCourse) -> list[Look]:
    """Gather what was written down minute by minute."""
    until = phrases.minute_of(course.days)
    found: dict[int, Look] = {}

    def at(time: float) -> Look:
        minute = phrases.minute_of(time)
        return found.setdefault(minute, Look(minute, until))

    def put(rows: pl.DataFrame, name: str) -> None:
        for row in rows.iter_rows(named=True):
            getattr(at(row["time"]), name).append(row)

    put(course.decisions, "decisions")
    put(single_doses(course.doses), "given")
    put(refused(course.doses), "refused")
    put(levels(course.doses), "levels")
    for row in course.grades.iter_rows(named=True):
        look = at(row["time"])
        found[look.minute] = replace(look, grade=row)
    parts = stretches(course)
    for before, after in zip([None, *parts], parts, strict=False):
        look = at(after.start)
        found[look.minute] = replace(look, before=before, after=after)
    for gap in gaps(parts):
        for time in (gap.start, gap.end):
            look = at(time)
            found[look.minute] = replace(look, gap=gap)
        _inside(found, gap.start, gap.end, gap)
    return [found[minute] for minute in sorted(found)]


def _inside(found: dict[int, Look], start: float, end: float, gap: object) -> None:
    """Looks at which a hold ends while the drug still waits belong to the gap as well."""
    first, last = phrases.minute_of(start), phrases.minute_of(end)
    for minute, look in found.items():
        if first < minute < last and look.gap is None:
            found[minute] = replace(look, gap=gap)  # type: ignore[arg-type]
