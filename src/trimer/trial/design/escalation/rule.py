# SPDX-License-Identifier: Apache-2.0
"""What every design of dose escalation says: the next dose, and the dose chosen at the end.

All repeats of a trial are decided at once: arrays have a row for each repeat, a column for each
dose from the lowest on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Doses = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NONE = -1
"""Instead of a dose: stop, or choose no dose."""

HIGHEST_TARGET = 0.6


class DesignRule(Protocol):
    """A design."""

    @property
    def name(self) -> str:
        """What tables call it."""

    def size(self, doses: int, most: int, cohort: int) -> tuple[int, int]:
        """Return the largest number of patients, and how many enter at a time."""

    def next_dose(self, treated: Counts, toxic: Counts, dose: Doses) -> Doses:
        """Return the dose of the next patients, or `NONE` where the trial stops.

        Parameters
        ----------
        treated, toxic : int array (R, D)
            Patients so far and those of them with a DLT.
        dose : int array (R,)
            Where each repeat is.
        """

    def choose(self, treated: Counts, toxic: Counts) -> Doses:
        """Return the dose chosen at the end, or `NONE`."""


def checked_target(target: float) -> float:
    """Return a target rate of DLT, or say what it may be."""
    if not 0.0 < target <= HIGHEST_TARGET:
        raise InputError(
            f"Impossible target toxicity: got {target!r}; it is a share of patients with "
            f"dose-limiting toxicity above 0 and at most {HIGHEST_TARGET:g}. Write 25 % as 0.25."
        )
    return float(target)


def at(counts: Counts, dose: Doses) -> Counts:
    """Return the column of its own dose of each row."""
    return np.take_along_axis(counts, dose[:, None], axis=1)[:, 0]


def chance_above(target: float, treated: Counts, toxic: Counts) -> Floats:
    """Return how likely the rate is above a target, from a uniform prior.

    The upper tail of a beta variable with whole parameters is a sum of binomial terms: at most
    `toxic` of `treated` + 1.
    """
    total = treated + 1
    most = int(toxic.max(initial=0))
    found = np.zeros(treated.shape)
    term = (1.0 - target) ** total.astype(np.float64)
    odds = target / (1.0 - target)
    for k in range(most + 1):
        found += np.where(k <= toxic, term, 0.0)
        term = term * np.maximum(total - k, 0) / (k + 1) * odds
    return found


def too_toxic(target: float, treated: Counts, toxic: Counts, limit: float) -> Flags:
    """Return doses shut for good: one of at least 3 patients whose rate is likely too high.

    Every dose above one that is shut is shut too.
    """
    shut = (treated >= 3) & (chance_above(target, treated, toxic) > limit)
    return np.logical_or.accumulate(shut, axis=1)
