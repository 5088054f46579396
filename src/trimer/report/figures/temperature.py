# SPDX-License-Identifier: Apache-2.0
"""Body temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.profile import Threshold, View, early_and_whole, profile
from trimer.report.numbers import NBSP, day, fixed

if TYPE_CHECKING:
    from trimer.report.data import Course, RunData
    from trimer.report.figures.plot import Plot


def temperature(run: RunData) -> Plot:
    """Make the figure of body temperature.

    Parameters
    ----------
    run : RunData
        A run that recorded ``temperature``.
    """
    view = View(
        "temperature",
        run.axis("temperature"),
        early_and_whole(run),
        bottom=None,
        threshold=Threshold(38.0, "38 °C, fever"),
    )
    peak = words.per_arm(run, "temperature", _peak)
    return profile(run, view, title=f"Median temperature peaks at {peak}")


def _peak(course: Course) -> str:
    high, when = course.peak()
    return f"{fixed(high, 1)}{NBSP}°C on {day(when)}"
