# SPDX-License-Identifier: Apache-2.0
"""How well fitted values are known: the shape from CMA-ES, the size from the losses.

The covariance matrix of CMA-ES tends to the shape of the inverse Hessian of the loss, but its
size says how far the search has shrunk, not what the data tell. The size follows from the losses
that were seen: near the best value a negative log-likelihood rises by half the squared distance
in units of the posterior standard deviation. The bounds count as a uniform prior, whose variance
on the scale of the bounds is 1/12; so a direction that the data leave flat is as wide as the
bounds and no wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.trial.calibration.fit_file import Block

_PRIOR_PRECISION = 12.0
"""One over the variance of a uniform number between 0 and 1."""

_NEAR = 6.0
"""Losses this far above the best, plus one for each parameter, are near it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Covariance of the natural logarithms of fitted values.

    Parameters
    ----------
    names : tuple of str
        Of the parameters.
    covariance : tuple of tuple of float
        In their order.
    """

    names: tuple[str, ...]
    covariance: tuple[tuple[float, ...], ...]


def spread_of_fit(
    block: Block,
    best: NDArray[np.float64],
    shape: NDArray[np.float64],
    tried: Sequence[tuple[NDArray[np.float64], float]],
) -> Spread | None:
    """Return how well the best values of a block are known; None if the losses do not tell.

    Parameters
    ----------
    block : Block
        What was searched.
    best : float64 array (d,)
        Best place between the bounds, each 0 to 1.
    shape : float64 array (d, d)
        Covariance matrix of CMA-ES on that scale; its size does not matter.
    tried : sequence of (float64 array (d,), float)
        Every place with its loss.
    """
    places = np.array([place for place, _ in tried])
    rise = np.array([loss for _, loss in tried])
    rise = rise - rise.min()
    away = places - best
    d = len(best)
    if not np.all(np.isfinite(shape)) or np.linalg.matrix_rank(shape) < d:
        return None
    distance = 0.5 * np.einsum("ij,jk,ik->i", away, np.linalg.inv(shape), away)
    moved = distance > 0
    near = moved & (rise <= _NEAR + d)
    if near.sum() < 2 * d + 2:  # a steep loss: take the nearest there are
        order = np.argsort(np.where(moved, rise, np.inf), kind="stable")[: 2 * d + 2]
        near = np.zeros_like(moved)
        near[order] = moved[order]
    size = float(np.sum(distance[near] ** 2))
    if size <= 0.0:
        return None
    scale = max(float(np.sum(distance[near] * rise[near])) / size, 0.0)
    precision = scale * np.linalg.inv(shape) + _PRIOR_PRECISION * np.eye(d)
    widths = np.array([parameter.width for parameter in block.parameters])
    covariance = np.linalg.inv(precision) * np.outer(widths, widths)
    covariance = (covariance + covariance.T) / 2.0
    return Spread(
        tuple(parameter.name for parameter in block.parameters),
        tuple(tuple(float(x) for x in row) for row in covariance),
    )
