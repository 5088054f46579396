# SPDX-License-Identifier: Apache-2.0
"""Weights of virtual patients that make a population look like a published one.

Of all weights that reproduce the published figures, those are taken that stay closest to equal
ones: the smallest relative entropy. They are an exponential of the features, and the dual is a
smooth convex function of one number for each figure, solved by Newton's method. A figure with a
standard error pulls only as hard as it is known.

**Source.** Entropy balancing (Hainmueller J, *Polit Anal* 2012;20:25-46) used as prevalence
weights (Klinke DJ, *PLoS Comput Biol* 2008), both cited from memory; the effective sample size is
Kish's, ``(sum w)**2 / sum(w**2)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import CohortError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

LEAST_EFFECTIVE = 50.0
"""A smaller effective sample is refused."""

_STEPS = 200
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights of the patients of a population.

    Parameters
    ----------
    weights : float64 array (N,)
        Not negative; they add up to 1.
    names : tuple of str
        Of the figures that were matched.
    target, unweighted, weighted : float64 array (K,)
        The figures: published, of the population as drawn, and weighted.
    """

    weights: NDArray[np.float64]
    names: tuple[str, ...]
    target: NDArray[np.float64]
    unweighted: NDArray[np.float64]
    weighted: NDArray[np.float64]

    @property
    def effective(self) -> float:
        """Effective sample size."""
        return effective_sample_size(self.weights)


def effective_sample_size(weights: ArrayLike) -> float:
    """Return how many equally weighted patients tell as much: Kish's formula.

    Examples
    --------
    >>> effective_sample_size([1, 1, 1, 1]), effective_sample_size([1, 0, 0, 0])
    (4.0, 1.0)
    """
    w = np.asarray(weights, dtype=np.float64)
    return float(w.sum() ** 2 / np.sum(w**2))


def weigh(
    features: ArrayLike,
    target: ArrayLike,
    *,
    names: Sequence[str],
    error: ArrayLike | None = None,
    least_effective: float = LEAST_EFFECTIVE,
) -> Weights:
    """Weigh patients so that weighted means of their features are the published ones.

    Parameters
    ----------
    features : array_like (N, K)
        One row a patient, one column a figure: a share is the mean of a column of 0 and 1.
    target : array_like (K,)
        What the weighted means have to be.
    names : sequence of str, length K
        Of the figures, for messages.

    Other Parameters
    ----------------
    error : array_like (K,), optional
        Standard errors of the figures; 0, the default, has to be met exactly.
    least_effective : float
        A smaller effective sample size is refused.

    Raises
    ------
    CohortError
        If no weights reach the figures, or the effective sample is too small: the sentence
        names the figure that asks most.
    """
    F = np.asarray(features, dtype=np.float64)
    wanted = np.asarray(target, dtype=np.float64)
    se = np.zeros_like(wanted) if error is None else np.asarray(error, dtype=np.float64)
    _check(F, wanted, se, names)
    center, scale = F.mean(axis=0), F.std(axis=0)
    scale[scale == 0] = 1.0
    Z, b, s2 = (F - center) / scale, (wanted - center) / scale, (se / scale) ** 2
    w = _solve(Z, b, s2, names, wanted, F)
    result = Weights(w, tuple(names), wanted, center, w @ F)
    if result.effective < least_effective:
        hardest = int(np.argmax(np.abs(b)))
        raise CohortError(
            f"Weights rest on too few patients: the effective sample size is "
            f"{result.effective:.0f} of {len(w):,}; it must be at least {least_effective:.0f}. "
            f"Farthest from its figure is '{names[hardest]}', {center[hardest]:.4g} as drawn and "
            f"{wanted[hardest]:.4g} published. Draw more patients, or mend the model."
        )
    return result


def _check(
    F: NDArray[np.float64],
    wanted: NDArray[np.float64],
    se: NDArray[np.float64],
    names: Sequence[str],
) -> None:
    if F.ndim != 2 or F.shape[1] != wanted.size or len(names) != wanted.size or not F.size:
        raise CohortError(
            f"Features and figures do not fit together: got {F.shape} features, {wanted.size} "
            f"figures, {len(names)} names. There is one column for each figure."
        )
    if not (np.isfinite(F).all() and np.isfinite(wanted).all()):
        raise CohortError(
            "Features or figures are not all finite numbers. Leave patients out who failed."
        )
    if not (np.isfinite(se).all() and (se >= 0).all()):
        raise CohortError("A standard error of a figure is negative or no number. Correct it.")
    for k, name in enumerate(names):
        low, high = F[:, k].min(), F[:, k].max()
        outside = not low < wanted[k] < high and not (low == wanted[k] == high)
        if se[k] == 0 and outside:
            raise CohortError(
                f"No weights reach '{name}': got {wanted[k]:.4g}, and the patients lie between "
                f"{low:.4g} and {high:.4g}. Draw more patients, or mend the model."
            )


def _solve(
    Z: NDArray[np.float64],
    b: NDArray[np.float64],
    s2: NDArray[np.float64],
    names: Sequence[str],
    wanted: NDArray[np.float64],
    F: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Minimize log(mean exp(Z l)) - b l + l s2 l / 2 and return the weights.

    That is the dual of: relative entropy plus half the squared misses in standard errors. So the
    population as drawn counts like one observation against the published figures.
    """
    penalty = s2
    dual = np.zeros(Z.shape[1])
    value, w = _dual(Z, b, penalty, dual)
    for _ in range(_STEPS):
        mean = w @ Z
        slope = mean - b + penalty * dual
        if np.max(np.abs(slope), initial=0.0) < _CLOSE:
            return w
        spread = (Z * w[:, None]).T @ Z - np.outer(mean, mean) + np.diag(penalty)
        step = np.linalg.lstsq(spread + 1e-12 * np.eye(len(b)), slope, rcond=None)[0]
        size = 1.0
        while size > 1e-10:
            trial = dual - size * step
            new, weights = _dual(Z, b, penalty, trial)
            if new <= value - 1e-4 * size * float(slope @ step):
                break
            size /= 2.0
        else:
            break
        dual, value, w = trial, new, weights
    mean = w @ Z
    if np.max(np.abs(mean - b + penalty * dual), initial=0.0) < 1e-6:
        return w
    worst = int(np.argmax(np.abs(mean - b + penalty * dual)))
    raise CohortError(
        f"No weights reach all figures at once: '{names[worst]}' comes to "
        f"{float(w @ F[:, worst]):.4g}, not {wanted[worst]:.4g}. Give figures their standard "
        "errors, draw more patients, or mend the model."
    )


def _dual(
    Z: NDArray[np.float64], b: NDArray[np.float64], penalty: NDArray[np.float64],
    dual: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64]]:  # fmt: skip
    """Return the dual's value and the weights there."""
    power = Z @ dual
    top = power.max()
    raw = np.exp(power - top)
    total = raw.sum()
    value = top + np.log(total / len(Z)) - b @ dual + 0.5 * np.sum(penalty * dual**2)
    return float(value), raw / total
