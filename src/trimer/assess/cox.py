# SPDX-License-Identifier: Apache-2.0
"""Hazard ratios by Cox's proportional hazards, ties by Efron, stratified if asked.

**Source.** Cox DR. Regression models and life-tables. *J R Stat Soc B* 1972;34:187-220. Efron B.
The efficiency of Cox's likelihood function for censored data. *JASA* 1977;72:557-565.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.censored import checked_groups, checked_times, normal_limit, p_normal
from trimer.assess.proportion import checked_level
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

MOST_STEPS = 40
_CLOSE = 1e-9
_FAR = 15.0  # a coefficient that moves a standard deviation by exp(15) runs off to infinity


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fit of Cox's model.

    Attributes
    ----------
    names : tuple of str
        Of the covariates.
    coefficients, errors : ndarray of float, shape (P,)
        Logarithms of the hazard ratios per unit, and their standard errors.
    ratios, low, high : ndarray of float, shape (P,)
        Hazard ratios and limits of their (Wald) intervals.
    p_values : tuple of float
        Of Wald's test, two-sided.
    log_likelihood, log_likelihood_null : float
        With the coefficients and with none.
    events, patients : int
        How many.
    converged : bool
        False where no finite ratio fits best, as when one group has no event; everything fitted is
        NaN then.
    level : float
        Confidence level.
    """

    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    ratios: Floats
    low: Floats
    high: Floats
    p_values: tuple[float, ...]
    log_likelihood: float
    log_likelihood_null: float
    events: int
    patients: int
    converged: bool
    level: float

    def __str__(self) -> str:
        if not self.converged:
            return "no finite hazard ratio fits"
        lines = (
            f"{name}: hazard ratio {ratio:.2f} ({low:.2f} to {high:.2f}), p = {p:.2g}"
            for name, ratio, low, high, p in zip(
                self.names, self.ratios, self.low, self.high, self.p_values, strict=True
            )
        )
        return "\n".join(lines)


def cox(
    days: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str] = (),
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit Cox's proportional hazards.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        How long each patient was followed, in **days**; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether it ended in the event.
    covariates : array_like of float, shape (N,) or (N, P)
        Such as 1 for one arm and 0 for the other; finite.
    names : sequence of str, optional
        What to call the covariates.
    strata : array_like, shape (N,), optional
        Each has a baseline hazard of its own.
    level : float
        Confidence level of the intervals.

    Raises
    ------
    InputError
        When shapes do not fit, a covariate does not vary, or there is no event.

    Examples
    --------
    >>> fit = cox([5.0, 8.0, 12.0, 3.0, 9.0, 4.0], [True] * 6, [1, 1, 1, 0, 0, 0])
    >>> fit.ratios.round(2).tolist()
    [0.42]
    """
    z = normal_limit(checked_level(level))
    length, code, known = checked_times(days, event)
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    died = code > 0
    named = tuple(names) or tuple(f"covariate {k + 1}" for k in range(x.shape[-1]))
    _check(x, known, died, named)
    x = x[known]
    scale = x.std(axis=0)
    standard = (x - x.mean(axis=0)) / scale
    stratum = np.zeros(length.size) if strata is None else checked_groups("strata", strata, known)
    parts = [
        _Part(length[own], died[own], standard[own])
        for own in (stratum == one for one in np.unique(stratum))
        if died[own].any()
    ]
    null, *_ = _total(parts, np.zeros(x.shape[1]))
    beta, likelihood, spread = _newton(parts, x.shape[1])
    converged = bool(np.isfinite(beta).all())
    errors = np.sqrt(np.diag(spread)) / scale
    beta = beta / scale
    return CoxFit(
        names=named, coefficients=beta, errors=errors, ratios=np.exp(beta),
        low=np.exp(beta - z * errors), high=np.exp(beta + z * errors),
        p_values=tuple(p_normal(float(b / e)) for b, e in zip(beta, errors, strict=True)),
        log_likelihood=likelihood, log_likelihood_null=null, events=int(died.sum()),
        patients=length.size, converged=converged, level=level,
    )  # fmt: skip


class _Part:
    """A stratum: patients in order of time, and rows of tied events."""

    def __init__(self, length: Floats, died: NDArray[np.bool_], x: Floats) -> None:
        order = np.argsort(-length, kind="stable")
        length, died, x = length[order], died[order], x[order]
        self.x = x
        self.dead = np.flatnonzero(died)
        when, self.event, tied = np.unique(-length[died], return_inverse=True, return_counts=True)
        # whoever is followed at least as long is at risk: the first so many
        self.last = np.searchsorted(-length, when, side="right") - 1
        self.row = np.repeat(np.arange(when.size), tied)
        first = np.cumsum(tied) - tied
        self.fraction = (np.arange(tied.sum()) - np.repeat(first, tied)) / np.repeat(tied, tied)
        self.sum_x = x[self.dead].sum(axis=0)

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, its slope and minus its curvature."""
        linear = self.x @ beta
        # the largest risk is 1: nothing overflows
        shift = float(linear.max())
        risk = np.exp(linear - shift)
        first = risk[:, None] * self.x
        second = first[:, :, None] * self.x[:, None, :]
        sums = [self._efron(values) for values in (risk, first, second)]
        s0, s1, s2 = sums
        mean = s1 / s0[:, None]
        value = linear[self.dead].sum() - np.log(s0).sum() - shift * self.dead.size
        curve = (s2 / s0[:, None, None]).sum(axis=0) - mean.T @ mean
        return float(value), self.sum_x - mean.sum(axis=0), curve

    def _efron(self, values: Floats) -> Floats:
        """Sum over those at risk, less a part of those who die at the same time, for each event."""
        at_risk = np.cumsum(values, axis=0)[self.last]
        dying = np.zeros_like(at_risk)
        np.add.at(dying, self.event, values[self.dead])
        fraction = self.fraction.reshape(-1, *([1] * (values.ndim - 1)))
        result: Floats = at_risk[self.row] - fraction * dying[self.row]
        return result


def _singular(curve: Floats) -> bool:
    """Whether nothing tells the coefficients apart; covariates have a standard deviation of 1."""
    if curve.shape == (1, 1):
        return bool(curve[0, 0] < 1e-9)
    return bool(np.linalg.cond(curve) > 1e12)


def _total(parts: list[_Part], beta: Floats) -> tuple[float, Floats, Floats]:
    found = [part.at(beta) for part in parts]
    value = sum(one[0] for one in found)
    slope = np.sum([one[1] for one in found], axis=0)
    return value, slope, np.sum([one[2] for one in found], axis=0)


def _newton(parts: list[_Part], size: int) -> tuple[Floats, float, Floats]:
    """Return the best coefficients, their likelihood and covariance; NaN if none is finite."""
    beta = np.zeros(size)
    value, slope, curve = _total(parts, beta)
    for _ in range(MOST_STEPS):
        if _singular(curve):
            break
        step = np.linalg.solve(curve, slope)
        for _ in range(20):
            new, *rest = _total(parts, beta + step)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2.0
        beta, value, (slope, curve) = beta + step, new, rest
        if np.abs(beta).max() > _FAR:
            break
        if np.abs(step).max() < _CLOSE:
            return beta, value, np.asarray(np.linalg.inv(curve), dtype=np.float64)
    return np.full(size, np.nan), value, np.full((size, size), np.nan)


def _check(
    x: Floats, known: NDArray[np.bool_], died: NDArray[np.bool_], names: tuple[str, ...]
) -> None:
    if x.ndim != 2 or x.shape[0] != known.size or len(names) != x.shape[1]:
        raise InputError(
            f"Wrong covariates of a Cox model: got {x.shape} for {known.size} patients and "
            f"{len(names)} names; there is one row a patient and one name a column."
        )
    if not np.isfinite(x[known]).all():
        raise InputError(
            "Wrong covariates of a Cox model: one is not a finite number. Leave out patients of "
            "whom one is not known."
        )
    for k, name in enumerate(names):
        if np.ptp(x[known, k]) == 0.0:
            raise InputError(
                f"Covariate '{name}' of a Cox model does not vary: it is {x[known, k][0]:g} in "
                "every patient. Leave it out."
            )
    if not died.any():
        raise InputError(
            "No event in the times of a Cox model: nothing can be fitted. Follow patients longer."
        )
