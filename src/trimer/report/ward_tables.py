# SPDX-License-Identifier: Apache-2.0
"""The table of care on the ward: CRS and ICANS, rescue drugs, times without drug, dose given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.assess import proportion
from trimer.report import words
from trimer.report.numbers import MISSING, NBSP, number, span
from trimer.report.tables import Table
from trimer.report.ward import crs_times, episodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimer.report.data import RunData
    from trimer.report.manifest import Arm

    Say = Callable[[RunData, Arm], str]


def care(run: RunData) -> Table:
    """What happened on the ward, arm by arm: n of N with exact intervals, medians with ranges."""
    wanted: tuple[tuple[str, str, Say], ...] = (
        ("crs_grade", "CRS of any grade (ASTCT 2019)", _having("crs_grade")),
        ("crs_onset", "First CRS, day: median (range)", _onset),
        ("crs_grade", "Episode of CRS (one if under 24 h apart), hours: median (range)", _length),
        ("crs_grade", "Time with CRS of those who had it, hours: median (range)", _time),
        ("crs_lee", "CRS of grade 3 or more by Lee 2014", _having("crs_lee", 3)),
        ("icans_grade", "ICANS of any grade (ASTCT 2019)", _having("icans_grade")),
        ("tocilizumab_doses", "Tocilizumab", _having("tocilizumab_doses")),
        ("tocilizumab_doses", "Tocilizumab of those given it, doses: median (range)",
         _doses("tocilizumab_doses")),
        ("steroid_doses", "Steroid as rescue", _having("steroid_doses")),
        ("hold_days", "Without drug though some was planned", _having("hold_days", 1e-9)),
        ("hold_days", "Time without planned drug, hours: median (5–95 %)", _without),
        ("dose_intensity", "Dose given of dose planned, %: median (5–95 %)", _intensity),
        ("stopped", "Treatment stopped for good", _having("stopped")),
    )  # fmt: skip
    rows = [
        (text, *(say(run, arm) for arm in run.arms))
        for column, text, say in wanted
        if column in run.outcomes.columns
    ]
    heads = ("On the ward", *(f"{words.letter(run, arm)}  {arm.label}" for arm in run.arms))
    return Table("CRS and care on the ward", heads, rows)


def _having(column: str, least: float = 1.0) -> Say:
    def say(run: RunData, arm: Arm) -> str:
        values = run.finished(arm)[column].cast(pl.Float64).drop_nulls().drop_nans()
        return words.of_total(proportion(int((values >= least).sum()), len(values)))

    return say


def _doses(column: str) -> Say:
    def say(run: RunData, arm: Arm) -> str:
        values = run.finished(arm)[column].cast(pl.Float64)
        return _range(values.filter(values > 0))

    return say


def _onset(run: RunData, arm: Arm) -> str:
    return _range(run.finished(arm)["crs_onset"].drop_nulls().drop_nans())


def _length(run: RunData, arm: Arm) -> str:
    found = episodes(run, arm)
    return _range(24.0 * (found["end"] - found["start"]))


def _time(run: RunData, arm: Arm) -> str:
    spent = crs_times(run, arm).group_by("id").agg((pl.col("end") - pl.col("start")).sum())
    return _range(24.0 * spent["end"])


def _without(run: RunData, arm: Arm) -> str:
    return _middle(24.0 * run.finished(arm)["hold_days"].drop_nulls())


def _intensity(run: RunData, arm: Arm) -> str:
    return _middle(run.finished(arm)["dose_intensity"].drop_nulls().drop_nans())


def _range(values: pl.Series) -> str:
    """Median and range, and of how many."""
    if not len(values):
        return MISSING
    low, mid, high = (values.quantile(q, "linear") for q in (0.0, 0.5, 1.0))
    return f"{number(mid)} ({span(low, high)}); n{NBSP}={NBSP}{len(values)}"


def _middle(values: pl.Series) -> str:
    if not len(values):
        return MISSING
    low, mid, high = (values.quantile(q, "linear") for q in (0.05, 0.5, 0.95))
    return f"{number(mid)} ({span(low, high)})"
