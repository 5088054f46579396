# SPDX-License-Identifier: Apache-2.0
"""Blasts in the marrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.profile import Threshold, View, early_and_whole, profile
from trimer.report.numbers import amount, day

if TYPE_CHECKING:
    from trimer.report.data import Course, RunData
    from trimer.report.figures.plot import Plot


def blasts(run: RunData) -> Plot:
    """Make the figure of marrow blasts.

    Parameters
    ----------
    run : RunData
        A run that recorded ``blasts``.
    """
    view = View(
        "blasts",
        run.axis("blasts"),
        early_and_whole(run),
        top=100.0,
        threshold=Threshold(5.0, "5 %"),
    )
    start = amount(run.course(run.arms[0], "blasts").at(0.0), "%", 2)
    fall = words.per_arm(run, "blasts", _lowest)
    return profile(run, view, title=f"Median marrow blasts go from {start} to {fall}")


def _lowest(course: Course) -> str:
    low, when = course.lowest()
    return f"{amount(low, '%', 2)} on {day(when)}"
