# SPDX-License-Identifier: Apache-2.0
"""Trimers (T cell, drug, blast) on each marrow blast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.profile import View, early_and_whole, profile
from trimer.report.numbers import day

if TYPE_CHECKING:
    from trimer.report.data import RunData
    from trimer.report.figures.plot import Plot


def trimers(run: RunData) -> Plot:
    """Make the figure of trimers per blast.

    Parameters
    ----------
    run : RunData
        A run that recorded ``trimers_per_blast``.
    """
    view = View("trimers_per_blast", run.label("trimers_per_blast"), early_and_whole(run))
    early = words.numbers_per_arm(run, "trimers_per_blast", lambda c: c.at(1.0))
    title = f"Median trimers on a marrow blast: {early} on {day(1.0)}"
    if run.manifest.days > 14.0:
        later = words.numbers_per_arm(run, "trimers_per_blast", lambda c: c.at(14.0))
        title += f"; {later} on {day(14.0)}"
    return profile(run, view, title=title)
