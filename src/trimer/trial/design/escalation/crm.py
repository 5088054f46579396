# SPDX-License-Identifier: Apache-2.0
"""The continual reassessment method (CRM): a curve is fitted to all patients after each cohort.

The rate at dose *d* is ``skeleton[d] ** exp(theta)``, *theta* normal with mean 0. Its posterior is
summed over a fine grid. The next dose is the one whose rate at the posterior mean of *theta* is
nearest the target; no dose that nobody had is skipped on the way up.

**Source.** O'Quigley J, Pepe M, Fisher L. Continual reassessment method: a practical design for
phase 1 clinical trials in cancer. *Biometrics* 1990;46:33-48. Skeleton by indifference intervals:
Lee SM, Cheung YK. Model calibration in the continual reassessment method. *Clinical Trials*
2009;6:227-238. Variance of the prior 1.34, as in the R package dfcrm.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.trial.design.escalation.rule import NONE, checked_target

if TYPE_CHECKING:
    from trimer.trial.design.escalation.rule import Counts, Doses, Floats

_POINTS = 161
_REACH = 6.0  # standard deviations of the prior to either side


def skeleton(
    target: float, doses: int, expected: int, half_width: float = 0.05
) -> tuple[float, ...]:
    """Return rates guessed beforehand, by indifference intervals.

    Parameters
    ----------
    target : float
        Wanted share of patients with a DLT.
    doses : int
        How many there are.
    expected : int
        Which dose is thought to have the target's rate, from 1.
    half_width : float
        Where two neighbors are told apart: one then has the target less this, the next the target
        and this.

    Examples
    --------
    >>> [round(rate, 3) for rate in skeleton(0.25, 5, 3)]
    [0.084, 0.157, 0.25, 0.355, 0.46]
    """
    wanted = checked_target(target)
    if not 1 <= expected <= doses or not 0 < half_width < min(wanted, 1 - wanted):
        raise InputError(
            f"Wrong guess of toxicity: got dose {expected} of {doses} and a half width of "
            f"{half_width!r} around {wanted:g}; the dose is one of them, and the interval lies "
            "between 0 and 1."
        )
    rates = [0.0] * doses
    rates[expected - 1] = wanted
    low, high = log(wanted - half_width), log(wanted + half_width)
    for k in range(expected - 1, 0, -1):
        rates[k - 1] = exp(low * log(rates[k]) / high)
    for k in range(expected, doses):
        rates[k] = exp(high * log(rates[k - 1]) / low)
    return tuple(rates)


@dataclass(frozen=True, slots=True)
class Crm:
    """CRM with the power model.

    Parameters
    ----------
    target : float
        Wanted share of patients with a DLT.
    rates : tuple of float
        The skeleton: rates guessed beforehand, rising.
    variance : float
        Of the prior of *theta*.
    stop_above : float
        The trial stops without a dose where the lowest is likelier than this to be too toxic,
        after at least 3 patients.
    name : str
        What tables call it.
    """

    target: float
    rates: tuple[float, ...]
    variance: float = 1.34
    stop_above: float = 0.95
    name: str = "CRM"

    def __post_init__(self) -> None:
        """Refuse a skeleton that does not rise between 0 and 1."""
        checked_target(self.target)
        rises = all(a < b for a, b in zip(self.rates, self.rates[1:], strict=False))
        if not self.rates or not rises or not self.rates[0] > 0 or not self.rates[-1] < 1:
            raise InputError(
                f"Wrong skeleton of a CRM: got {', '.join(f'{rate:g}' for rate in self.rates)}; "
                "it has a rate for each dose, rising, between 0 and 1."
            )

    def size(self, doses: int, most: int, cohort: int) -> tuple[int, int]:
        """Return what is asked for, if the skeleton has as many doses."""
        if doses != len(self.rates):
            raise InputError(
                f"Wrong skeleton of a CRM: got {len(self.rates)} rates for {doses} doses; there "
                "is one for each."
            )
        return most, cohort

    def next_dose(self, treated: Counts, toxic: Counts, dose: Doses) -> Doses:
        """Return the dose of the next patients."""
        del dose
        return np.minimum(self._nearest(treated, toxic), _highest_tried(treated) + 1)

    def choose(self, treated: Counts, toxic: Counts) -> Doses:
        """Return the dose, of those that anybody had, whose fitted rate is nearest the target."""
        return np.minimum(self._nearest(treated, toxic), _highest_tried(treated))

    def _nearest(self, treated: Counts, toxic: Counts) -> Doses:
        mean, too_high = self.posterior(treated, toxic)
        fitted = np.array(self.rates) ** np.exp(mean)[:, None]
        best = np.abs(fitted - self.target).argmin(axis=1)
        stop = (too_high > self.stop_above) & (treated.sum(axis=1) >= 3)
        return np.where(stop, NONE, best)

    def posterior(self, treated: Counts, toxic: Counts) -> tuple[Floats, Floats]:
        """Return the posterior mean of theta, and how likely the lowest dose is too toxic."""
        deviation = self.variance**0.5
        theta = np.linspace(-_REACH * deviation, _REACH * deviation, _POINTS)
        logs = np.log(np.array(self.rates))[:, None] * np.exp(theta)  # log of the rate, (D, G)
        with np.errstate(divide="ignore"):
            free = np.log(-np.expm1(logs))
        weight = toxic @ logs + (treated - toxic) @ np.maximum(free, -1e6)
        weight -= theta**2 / (2.0 * self.variance)
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        # the lowest dose is above the target where theta is below this
        edge = log(log(self.target) / log(self.rates[0]))
        return weight @ theta, weight @ np.clip((edge - theta) / (theta[1] - theta[0]) + 0.5, 0, 1)


def _highest_tried(treated: Counts) -> Doses:
    last: Doses = treated.shape[1] - 1 - (treated > 0)[:, ::-1].argmax(axis=1)
    return last
