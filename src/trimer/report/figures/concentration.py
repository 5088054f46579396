# SPDX-License-Identifier: Apache-2.0
"""Drug concentration in plasma, linear and logarithmic side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.report import words
from trimer.report.figures.profile import Panel, View, profile
from trimer.report.numbers import day

if TYPE_CHECKING:
    from trimer.report.data import Course, RunData
    from trimer.report.figures.plot import Plot


def concentration(run: RunData) -> Plot:
    """Make the figure of the drug in plasma.

    Parameters
    ----------
    run : RunData
        A run that recorded ``concentration``.
    """
    unit = run.unit("concentration")
    days = run.manifest.days
    view = View(
        "concentration",
        run.axis("concentration"),
        (Panel("Linear scale", days), Panel("Logarithmic scale", days, log=True)),
        decades=3.5,
    )
    reached = words.per_arm(run, "concentration", _half_way)
    top = words.numbers_per_arm(run, "concentration", lambda c: c.peak()[0], unit)
    title = f"Median concentration rises to {top}, half of it by {reached}"
    return profile(run, view, title=title)


def _half_way(course: Course) -> str:
    high, _ = course.peak()
    first = int(np.argmax(course.median >= high / 2))
    return day(float(course.times[first]))
