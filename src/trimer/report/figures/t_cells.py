# SPDX-License-Identifier: Apache-2.0
"""T cells in the blood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.profile import View, early_and_whole, profile
from trimer.report.numbers import amount, day, number

if TYPE_CHECKING:
    from trimer.report.data import Course, RunData
    from trimer.report.figures.plot import Plot


def t_cells(run: RunData) -> Plot:
    """Make the figure of T cells in the blood.

    Parameters
    ----------
    run : RunData
        A run that recorded ``T_cells``.
    """
    view = View("T_cells", run.axis("T_cells"), early_and_whole(run))
    start = number(run.course(run.arms[0], "T_cells").at(0.0), 2)
    fall = words.per_arm(run, "T_cells", _nadir)
    title = f"T cells leave the blood with the first doses: median from {start} to {fall}"
    return profile(run, view, title=title)


def _nadir(course: Course) -> str:
    low, when = course.lowest(14.0)
    return f"{amount(low, 'cells/µL', 2)} on {day(when)}"
