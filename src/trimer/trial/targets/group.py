# SPDX-License-Identifier: Apache-2.0
"""Patients of one scenario or of a pool of them, each with a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.trial.targets.result import ScenarioResult


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Values with weights: one a patient, or several.

    Attributes
    ----------
    values, weights : array (M,)
        The values, and how much each counts; the weights of all patients add up to 1.
    """

    values: NDArray[Any]
    weights: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> Sample:
        """Return a part of it; the weights are kept."""
        return Sample(self.values[chosen], self.weights[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Simulated scenarios with the number of patients each stands for.

    Attributes
    ----------
    members : sequence of (ScenarioResult, float)
        Scenarios with followed patients, and weights.
    """

    members: Sequence[tuple[ScenarioResult, float]]

    def per_patient(self, read: Callable[[ScenarioResult], NDArray[Any]]) -> Sample:
        """Return one value of each patient."""

        def all_of(result: ScenarioResult) -> tuple[NDArray[np.intp], NDArray[Any]]:
            return np.arange(len(result)), read(result)

        return self.of_patients(all_of)

    def of_patients(
        self, read: Callable[[ScenarioResult], tuple[NDArray[Any], NDArray[Any]]]
    ) -> Sample:
        """Return any number of values of each patient: the patients' rows, and the values."""
        total = sum(weight for _, weight in self.members)
        values, weights = [], []
        for result, weight in self.members:
            rows, found = read(result)
            values.append(found)
            weights.append(np.full(len(rows), weight / total / max(1, len(result))))
        return Sample(np.concatenate(values), np.concatenate(weights))
