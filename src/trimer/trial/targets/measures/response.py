# SPDX-License-Identifier: Apache-2.0
"""Read-outs of response: shares, cycles, what tells responders before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import best_change_percent
from trimer.trial.targets.estimate import Estimate, area_under_roc, correlation, median, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.trial.targets.group import Group
    from trimer.trial.targets.result import ScenarioResult

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CYCLE_WINDOWS: tuple[tuple[float, ...], ...] = ((25.0, 28.0), (53.0, 56.0), (81.0, 84.0))
"""Days of marrow assessments, by cycle of 28 days."""

REMISSION = ("CR", "CRh", "CRi")


def response_share(group: Group, *, of: Sequence[str], cycles: int = 2) -> Estimate:
    """Share of patients whose best response over so many cycles is one of some."""
    return share(group.per_patient(lambda result: _responded(result, of, cycles)))


def any_reduction(group: Group, *, cycles: int = 2) -> Estimate:
    """Share of patients with fewer marrow blasts at an assessment than at the start."""

    def reduced(result: ScenarioResult) -> Flags:
        change = best_change_percent(result.times, result.column("blasts"), days=_windows(cycles))
        return np.asarray(change < 0)

    return share(group.per_patient(reduced))


def cycles_to_response(group: Group, *, of: Sequence[str], cycles: int = 2) -> Estimate:
    """Median number of cycles until a response, of those who have one."""

    def cycle(result: ScenarioResult) -> tuple[NDArray[np.intp], Floats]:
        by = np.array([_responded(result, of, k + 1) for k in range(cycles)])
        rows = np.flatnonzero(by[-1])
        return rows, 1.0 + by[:, rows].argmax(axis=0)

    return median(group.of_patients(cycle))


def start_of(group: Group, *, output: str, responders: bool, of: Sequence[str]) -> Estimate:
    """Median value at the start, of responders or of the others."""

    def start(result: ScenarioResult) -> tuple[NDArray[np.intp], Floats]:
        rows = np.flatnonzero(_responded(result, of, 2) == responders)
        return rows, result.column(output)[rows, 0]

    return median(group.of_patients(start))


def response_auroc(group: Group, *, score: Sequence[str], of: Sequence[str]) -> Estimate:
    """How well a score tells responders before the start.

    The first of `score` that there is: a covariate of the patients, or an output at the start.
    """

    def scores(result: ScenarioResult) -> Floats:
        for name in score[:-1]:
            found = result.covariate(name)
            if found is not None:
                return found
        return result.column(score[-1])[:, 0]

    responded = group.per_patient(lambda result: _responded(result, of, 2))
    return area_under_roc(group.per_patient(scores), responded.values)


def grade_response_correlation(group: Group, *, scale: str, of: Sequence[str]) -> Estimate:
    """Rank correlation of the worst grade of CRS and response."""
    worst = group.per_patient(lambda result: result.worst(scale, 0.0, 28.0))
    responded = group.per_patient(lambda result: _responded(result, of, 2))
    return correlation(worst, responded.values.astype(np.float64))


def _responded(result: ScenarioResult, of: Sequence[str], cycles: int) -> Flags:
    return np.isin(result.response(_windows(cycles)), list(of))


def _windows(cycles: int) -> tuple[float, ...]:
    return tuple(day for cycle in CYCLE_WINDOWS[:cycles] for day in cycle)
