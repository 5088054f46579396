# SPDX-License-Identifier: Apache-2.0
"""Read-outs of CRS: grades, episodes, onset, duration, peaks during the first episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.trial.targets.estimate import Estimate, correlation, mean, median, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.trial.targets.group import Group
    from trimer.trial.targets.result import ScenarioResult

    Floats = NDArray[np.float64]

BEFORE_ONSET_DAYS = 1.0
"""A peak that belongs to an episode may come this long before its first sign."""


def grade_share(
    group: Group,
    *,
    scale: str,
    at_least: int,
    at_most: int = 5,
    affected: bool = False,
    first: float = 0.0,
    last: float = 28.0,
) -> Estimate:
    """Share of patients whose worst grade between two days lies between two grades.

    Of everyone, or of those only who had any grade.
    """
    worst = group.per_patient(lambda result: result.worst(scale, first, last))
    if affected:
        worst = worst.where(worst.values > 0)
    inside = (worst.values >= at_least) & (worst.values <= at_most)
    return share(type(worst)(inside, worst.weights))


def neurologic_share(group: Group, *, at_least: int, last: float = 28.0) -> Estimate:
    """Share of patients with ICANS of a grade or more up to a day."""
    worst = group.per_patient(lambda result: result.worst("ICANS", 0.0, last))
    return share(type(worst)(worst.values >= at_least, worst.weights))


def mean_worst_grade(
    group: Group, *, scale: str, first: float = 0.0, last: float = 28.0
) -> Estimate:
    """Mean of patients' worst grades between two days; no CRS counts as 0."""
    return mean(group.per_patient(lambda result: result.worst(scale, first, last)))


def episode_share(group: Group, *, first: float, last: float) -> Estimate:
    """Share of all CRS episodes that begin between two days."""
    onset = group.of_patients(lambda result: (result.episodes.patient, result.episodes.onset))
    inside = (onset.values >= first) & (onset.values < last)
    return share(type(onset)(inside, onset.weights))


def early_onset(group: Group, *, within_days: float) -> Estimate:
    """Share of all patients whose first episode begins within so many days of the start."""
    onset = group.per_patient(lambda result: result.first_episode[0])
    return share(type(onset)(onset.values <= within_days, onset.weights))


def onset_day(group: Group) -> Estimate:
    """Median day of the first sign, of those who had any."""
    return median(group.per_patient(lambda result: result.first_episode[0]))


def episode_days(group: Group, *, scale: str, at_least: int = 1) -> Estimate:
    """Median length of an episode whose worst grade is not below a grade, whole days, up."""

    def days(result: ScenarioResult) -> tuple[NDArray[np.int64], Floats]:
        found = result.episodes
        chosen = found.worst[scale] >= at_least
        length = np.maximum(1.0, np.ceil(found.end - found.onset - 1e-9))
        return found.patient[chosen], length[chosen]

    return median(group.of_patients(days))


def support_share(group: Group, *, drug: str) -> Estimate:
    """Share of patients who were ever given a drug or a kind of support."""
    return share(group.per_patient(lambda result: result.given(drug)))


def episode_peak(group: Group, *, output: str, affected: bool) -> Estimate:
    """Median of the highest value in the first episode, or of the whole course without one.

    From a day before the first sign to the last one.
    """

    def peaks(result: ScenarioResult) -> tuple[NDArray[np.intp], Floats]:
        course, times = result.column(output), result.times
        onset, end = result.first_episode
        had = np.isfinite(onset)
        begin = np.where(had, onset - BEFORE_ONSET_DAYS, -np.inf)[:, np.newaxis]
        until = np.where(had, end, np.inf)[:, np.newaxis]
        inside = (times >= begin) & (times <= until)
        highest = np.where(inside, course, -np.inf).max(axis=1)
        rows = np.flatnonzero((had == affected) & np.isfinite(highest))
        return rows, highest[rows]

    return median(group.of_patients(peaks))


def grade_peak_correlation(group: Group, *, scale: str, output: str, last: float) -> Estimate:
    """Rank correlation of the worst grade and the highest value up to a day."""
    worst = group.per_patient(lambda result: result.worst(scale, 0.0, last))
    peak = group.per_patient(
        lambda result: result.column(output)[:, result.times <= last].max(axis=1)
    )
    return correlation(worst, peak.values)
