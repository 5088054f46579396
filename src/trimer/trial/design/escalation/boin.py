# SPDX-License-Identifier: Apache-2.0
"""The Bayesian optimal interval design (BOIN): rise or fall where the rate passes a boundary.

**Source.** Liu S, Yuan Y. Bayesian optimal interval designs for phase I clinical trials. *J R Stat
Soc C* 2015;64:507-523. Rates of 0.6 and 1.4 times the target count as too low and too high; a dose
is shut with those above it where its rate is above the target with more than 95 % (uniform prior,
at least 3 patients); the dose is chosen by isotonic regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from trimer.trial.design.escalation.rule import NONE, at, checked_target, too_toxic

if TYPE_CHECKING:
    from trimer.trial.design.escalation.rule import Counts, Doses, Flags, Floats


def boundaries(target: float, low: float = 0.6, high: float = 1.4) -> tuple[float, float]:
    """Return the rates at or below which the dose rises, and at or above which it falls.

    Parameters
    ----------
    target : float
        Wanted share of patients with a DLT.
    low, high : float
        Multiples of the target that count as too low and too high.

    Examples
    --------
    >>> [round(rate, 3) for rate in boundaries(0.3)]
    [0.236, 0.359]
    >>> [round(rate, 3) for rate in boundaries(0.25)]
    [0.197, 0.298]
    """
    wanted = checked_target(target)
    less, more = low * wanted, high * wanted
    rise = log((1 - less) / (1 - wanted)) / log(wanted * (1 - less) / (less * (1 - wanted)))
    fall = log((1 - wanted) / (1 - more)) / log(more * (1 - wanted) / (wanted * (1 - more)))
    return rise, fall


@dataclass(frozen=True, slots=True)
class Boin:
    """BOIN.

    Parameters
    ----------
    target : float
        Wanted share of patients with a DLT.
    shut_above : float
        A dose is shut where it is likelier than this to be too toxic.
    name : str
        What tables call it.
    """

    target: float
    shut_above: float = 0.95
    name: str = "BOIN"

    def size(self, doses: int, most: int, cohort: int) -> tuple[int, int]:
        """Return what is asked for."""
        del doses
        return most, cohort

    def next_dose(self, treated: Counts, toxic: Counts, dose: Doses) -> Doses:
        """Return the dose of the next patients."""
        rise, fall = boundaries(self.target)
        shut = too_toxic(self.target, treated, toxic, self.shut_above)
        here, bad = at(treated, dose), at(toxic, dose)
        # counts compared, not rates: 0.5 of 2 is 1 to the bit
        up, down = bad <= rise * here, bad >= fall * here
        wanted = np.clip(dose + up.astype(np.int64) - down, 0, treated.shape[1] - 1)
        open_doses = np.where(shut.any(axis=1), shut.argmax(axis=1), treated.shape[1])
        following: Doses = np.minimum(wanted, open_doses - 1)  # -1 where even the lowest is shut
        return following

    def choose(self, treated: Counts, toxic: Counts) -> Doses:
        """Return the dose whose smoothed rate is nearest the target."""
        shut = too_toxic(self.target, treated, toxic, self.shut_above)
        usable = (treated > 0) & ~shut
        distance = np.abs(_smoothed(treated, toxic, usable) - self.target)
        best = np.where(usable, distance, np.inf).argmin(axis=1)
        return np.where(usable.any(axis=1), best, NONE)


def _smoothed(treated: Counts, toxic: Counts, usable: Flags) -> Floats:
    """Rates made never to fall with the dose: the largest of the smallest means of runs.

    A hair is added to each so that of equal rates below the target the higher dose is nearer, and
    of those above it the lower.
    """
    rate = (toxic + 0.05) / (treated + 0.1)
    spread = (toxic + 0.05) * (treated - toxic + 0.05) / ((treated + 0.1) ** 2 * (treated + 1.1))
    weight = np.where(usable, 1.0 / spread, 0.0)
    doses = treated.shape[1]
    found = np.full(treated.shape, -np.inf)
    for first in range(doses):
        total = np.cumsum(weight[:, first:], axis=1)
        summed = np.cumsum((weight * rate)[:, first:], axis=1)
        mean = np.where(total > 0, summed / np.maximum(total, 1e-300), np.inf)
        least = np.minimum.accumulate(mean[:, ::-1], axis=1)[:, ::-1]
        least = np.where(np.isfinite(least), least, -np.inf)
        found[:, first:] = np.maximum(found[:, first:], least)
    return np.where(usable, found + 1e-10 * np.arange(1, doses + 1), np.nan)
