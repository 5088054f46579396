# SPDX-License-Identifier: Apache-2.0
"""Interleukin-6 in the blood, on a logarithmic scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.profile import View, early_and_whole, profile
from trimer.report.numbers import amount, day

if TYPE_CHECKING:
    from trimer.report.data import Course, RunData
    from trimer.report.figures.plot import Plot


def il6(run: RunData) -> Plot:
    """Make the figure of interleukin-6.

    Parameters
    ----------
    run : RunData
        A run that recorded ``IL6``.
    """
    unit = run.unit("IL6")
    view = View("IL6", f"{run.axis('IL6')}, logarithmic", early_and_whole(run, log=True))

    def peak(course: Course) -> str:
        high, when = course.peak()
        return f"{amount(high, unit, 2)} on {day(when)}"

    return profile(run, view, title=f"Median IL-6 peaks at {words.per_arm(run, 'IL6', peak)}")
