# SPDX-License-Identifier: Apache-2.0
"""Worst grade of cytokine release syndrome, by arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.plot import Plot
from trimer.report.figures.shares import Part, Shares, draw_shares, parts_table, rates_table
from trimer.report.rates import CRS_EVENTS, GRADES

if TYPE_CHECKING:
    from trimer.report.data import RunData

_PARTS = [Part(grade, f"{grade}", f"grade-{grade}", f"digit-{grade}") for grade in GRADES]


def crs(run: RunData) -> Plot:
    """Make the figure of CRS grades.

    Parameters
    ----------
    run : RunData
        The run.
    """
    table = rates_table(run, CRS_EVENTS)
    shares = Shares(
        column="crs_grade",
        parts=_PARTS,
        events=CRS_EVENTS,
        bars_name=f"Worst CRS grade ({words.scale(run)})",
        rates_name=f"CRS, 95 % interval ({words.scale(run)})",
    )
    return Plot(
        name="crs",
        title=words.severe_crs(run),
        note=(
            f"Worst grade of each virtual patient, 0 to 4 ({words.grading(run)}); exact 95 % "
            f"intervals. {words.sizes(run)}."
        ),
        alt=f"Stacked bars of the worst CRS grade, one for each arm. {words.spoken(run, table)}",
        table=parts_table(run, shares).vstack(table),
        shown=parts_table(run, shares).vstack(table),
        draw=lambda sheet: draw_shares(run, shares, sheet),
    )
