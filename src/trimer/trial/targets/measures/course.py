# SPDX-License-Identifier: Apache-2.0
"""Read-outs of courses in time: samples in a window, peaks, folds of the start, falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.trial.targets.estimate import Estimate, median
from trimer.trial.targets.group import Sample
from trimer.trial.targets.result import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trimer.trial.targets.group import Group
    from trimer.trial.targets.result import ScenarioResult

    Floats = NDArray[np.float64]

HOURS = 24.0
_SLACK = 1e-9


def samples_in(
    group: Group, *, output: str, first_hours: float, last_hours: float, above: float = 0.0
) -> Estimate:
    """Median of all samples between two hours that are above a limit of the assay."""

    def samples(result: ScenarioResult) -> tuple[NDArray[np.intp], Floats]:
        part = result.column(output)[:, _inside(result, first_hours / HOURS, last_hours / HOURS)]
        patient, time = np.nonzero(part > above)
        return patient, part[patient, time]

    return median(group.of_patients(samples))


def peak_in(group: Group, *, output: str, first: float, last: float) -> Estimate:
    """Median of the highest value between two days."""
    return median(group.per_patient(lambda result: _peak(result, output, first, last)))


def peak_hour(group: Group, *, output: str, last: float) -> Estimate:
    """Median hour of the highest value up to a day."""

    def hour(result: ScenarioResult) -> Floats:
        part = result.column(output)[:, _inside(result, 0.0, last)]
        return np.asarray(result.times[part.argmax(axis=1)] * HOURS)

    return median(group.per_patient(hour))


def peak_day(
    group: Group, *, output: str, last: float, affected: bool, within_days: float
) -> Estimate:
    """Median day of the highest value, of those with CRS within so many days or of the others."""

    def day(result: ScenarioResult) -> tuple[NDArray[np.intp], Floats]:
        part = result.column(output)[:, _inside(result, 0.0, last)]
        onset, _ = result.first_episode
        rows = np.flatnonzero((onset <= within_days) == affected)
        return rows, result.times[part[rows].argmax(axis=1)]

    return median(group.of_patients(day))


def fold_at(group: Group, *, output: str, hours: float) -> Estimate:
    """Median of the value at an hour over that at the start, in **%**."""
    return median(
        group.per_patient(
            lambda result: 100.0 * _at(result, output, hours / HOURS) / _at(result, output, 0.0)
        )
    )


def value_at(group: Group, *, output: str, day: float) -> Estimate:
    """Median value on a day."""
    return median(group.per_patient(lambda result: _at(result, output, day)))


def lowest_fold(group: Group, *, output: str, last: float) -> Estimate:
    """Median of the lowest value up to a day over that at the start, in **%**."""

    def fold(result: ScenarioResult) -> Floats:
        part = result.column(output)[:, _inside(result, 0.0, last)]
        return np.asarray(100.0 * part.min(axis=1) / part[:, 0])

    return median(group.per_patient(fold))


def lowest_hour(group: Group, *, output: str, last: float) -> Estimate:
    """Median hour of the lowest value up to a day."""

    def hour(result: ScenarioResult) -> Floats:
        part = result.column(output)[:, _inside(result, 0.0, last)]
        return np.asarray(result.times[part.argmin(axis=1)] * HOURS)

    return median(group.per_patient(hour))


def highest_fold(group: Group, *, output: str, first: float, last: float) -> Estimate:
    """Median of the highest value between two days over that at the start."""
    return median(
        group.per_patient(
            lambda result: _peak(result, output, first, last) / _at(result, output, 0.0)
        )
    )


def fall(group: Group, *, output: str, first: float, last: float) -> Estimate:
    """Median of how much of the value on one day is gone on another, in **%**."""

    def gone(result: ScenarioResult) -> Floats:
        before, after = _at(result, output, first), _at(result, output, last)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(before > 0, 100.0 * (1.0 - after / before), np.nan)

    return median(group.per_patient(gone))


def fall_from_peak(group: Group, *, output: str, until: float, day: float) -> Estimate:
    """Median of how much of the highest value up to a day is gone on a later one, in **%**."""

    def gone(result: ScenarioResult) -> Floats:
        return _less(_at(result, output, day), _peak(result, output, 0.0, until))

    return median(group.per_patient(gone))


# ----------------------------------------------------------------- against the same patients
def ratio_at(group: Group, other: Group, *, output: str, day: float) -> Estimate:
    """Median of the value on a day over that of the same patient in the other scenario."""
    return median(_paired(group, other, lambda result: _at(result, output, day), _over))


def ratio_of_peaks(
    group: Group, other: Group, *, output: str, first: float, last: float
) -> Estimate:
    """Median of the highest value between two days over that of the same patient elsewhere."""
    return median(_paired(group, other, lambda r: _peak(r, output, first, last), _over))


def lost_peak(group: Group, other: Group, *, output: str, last: float) -> Estimate:
    """Median of how much lower the peak is than that of the same patient elsewhere, in **%**."""
    return median(_paired(group, other, lambda r: _peak(r, output, 0.0, last), _less))


def lost_reduction(group: Group, other: Group, *, output: str, day: float) -> Estimate:
    """Median of how much less of the start is gone by a day than elsewhere, in **%**.

    Gone is counted in powers of ten, as killing is.
    """

    def reduction(result: ScenarioResult) -> Floats:
        start, left = _at(result, output, 0.0), _at(result, output, day)
        return np.log10(np.maximum(start, 1e-12) / np.maximum(left, 1e-12))

    return median(_paired(group, other, reduction, _less))


def _paired(
    group: Group,
    other: Group,
    read: Callable[[ScenarioResult], Floats],
    combine: Callable[[Floats, Floats], Floats],
) -> Sample:
    """Return what comes of the values of the patients who are in both groups."""
    mine, theirs = group.per_patient(read), other.per_patient(read)
    ids = [
        np.concatenate([result.run.ids[result.rows] for result, _ in side.members])
        for side in (group, other)
    ]
    common, a, b = np.intersect1d(ids[0], ids[1], return_indices=True)
    if not len(common):
        raise Unavailable("the two scenarios have no patient in common")
    return Sample(combine(mine.values[a], theirs.values[b]), mine.weights[a])


def _over(mine: Floats, theirs: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(theirs > 0, mine / theirs, np.nan)


def _less(mine: Floats, theirs: Floats) -> Floats:
    return 100.0 * (1.0 - _over(mine, theirs))


# --------------------------------------------------------------------------------------- how
def _inside(result: ScenarioResult, first: float, last: float) -> NDArray[np.bool_]:
    """Return which output times lie between two days, both included."""
    times = result.times
    inside = (times >= first - _SLACK) & (times <= last + _SLACK)
    if not inside.any():
        raise Unavailable(
            f"scenario '{result.scenario.name}' has no output from day {first:g} to {last:g}"
        )
    return inside


def _peak(result: ScenarioResult, output: str, first: float, last: float) -> Floats:
    return np.asarray(result.column(output)[:, _inside(result, first, last)].max(axis=1))


def _at(result: ScenarioResult, output: str, day: float) -> Floats:
    """Return the value at the output time nearest to a day."""
    if day > result.times[-1] + _SLACK:
        raise Unavailable(
            f"scenario '{result.scenario.name}' ends on day {result.times[-1]:g}, "
            f"before day {day:g}"
        )
    return result.column(output)[:, int(np.abs(result.times - day).argmin())]
