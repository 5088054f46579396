# SPDX-License-Identifier: Apache-2.0
"""From a weighted population to an unweighted cohort, which is what a trial takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import CohortError
from trimer.core.random import checked_seed, uniform
from trimer.patients import Cohort

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A cohort drawn from a weighted population.

    Parameters
    ----------
    cohort : Cohort
        Patients numbered 0, 1, 2 and so on: who was drawn twice has two numbers, and so other
        luck on the ward.
    origin : int64 array (n,)
        Number that each had in the population.
    """

    cohort: Cohort
    origin: NDArray[np.int64]

    @property
    def distinct(self) -> int:
        """How many different patients there are."""
        return int(np.unique(self.origin).size)


def resample(
    population: Cohort,
    weights: ArrayLike,
    n: int,
    *,
    seed: int,
    name: str | None = None,
    description: str = "",
) -> Resampled:
    """Draw an unweighted cohort from a weighted population.

    Systematic resampling: one random number, then equal steps along the added weights. Each
    patient is drawn as often as his weight asks for, but for less than one.

    Parameters
    ----------
    population : Cohort
        The N patients.
    weights : array_like (N,)
        Not negative.
    n : int
        How many to draw.
    seed : int
        Of the random number.
    name, description : str
        Of the cohort; those of the population if left out.

    Raises
    ------
    CohortError
        If the weights do not belong to the population, or `n` is no number of patients.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (len(population),) or not np.isfinite(w).all() or (w < 0).any() or w.sum() <= 0:
        raise CohortError(
            f"Wrong weights for cohort '{population.name}': got {w.size} for {len(population):,} "
            "patients; there is one for each, none negative and not all 0."
        )
    if n < 1:
        raise CohortError(f"Wrong number of patients to draw: got {n}; it is at least 1.")
    # In the order of a scramble: neighbors in the population are not drawn in turn.
    order = np.argsort(uniform(checked_seed(seed), "resample/order", population.ids), kind="stable")
    edges = np.cumsum(w[order]) / w.sum()
    first = float(uniform(seed, "resample/start", [0])[0])
    points = (np.arange(n) + first) / n
    places = np.minimum(np.searchsorted(edges, points, side="right"), len(w) - 1)
    rows = np.sort(order[places])
    cohort = Cohort(
        name=name or population.name,
        ids=np.arange(n, dtype=np.int64),
        parameters=population.parameters,
        values=population.values[rows],
        seed=population.seed,
        description=description or population.description,
        screened=population.screened,
    )
    return Resampled(cohort, population.ids[rows])
