# SPDX-License-Identifier: Apache-2.0
"""Morris screening: what typical values do to rates in a population.

Each point of the design is a whole population under its own card; all points treat the same
virtual patients with the same luck, so that differences are those of the card.

**Source.** Morris MD. Factorial sampling plans for preliminary computational experiments.
*Technometrics* 1991;33:161-174; mean absolute effects after Campolongo F, et al. *Environ Model
Softw* 2007;22:1509-1518, doi:10.1016/j.envsoft.2006.10.004. The design and statistics are SALib's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.core.random import checked_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Evaluate = Callable[[Sequence[Mapping[str, float]]], Floats]

LEVELS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Morris:
    """Elementary effects of D typical values on K rates.

    Parameters
    ----------
    names : tuple of str
        Of the parameters.
    outcomes : tuple of str
        Of the rates.
    spread : float64 array (D,)
        Half the range on the natural logarithm: typical values went from ``value / exp(spread)``
        to ``value * exp(spread)``.
    base : float64 array (K,)
        Rates at the card.
    mean, mean_absolute, deviation : float64 array (D, K)
        Of the elementary effects: change of a rate over the whole range of a parameter.
    error : float64 array (D, K)
        Half the width of the 95 % bootstrap interval of the mean absolute effect.
    points, trajectories : int
        Size of the design.
    """

    names: tuple[str, ...]
    outcomes: tuple[str, ...]
    spread: Floats
    base: Floats
    mean: Floats
    mean_absolute: Floats
    deviation: Floats
    error: Floats
    points: int
    trajectories: int


def morris(
    spread: Mapping[str, float],
    outcomes: Sequence[str],
    evaluate: Evaluate,
    *,
    trajectories: int = 6,
    seed: int = 1,
) -> Morris:
    """Screen typical values by elementary effects.

    Parameters
    ----------
    spread : mapping of str to float
        Half the range of each parameter on the natural logarithm.
    outcomes : sequence of str
        Names of the K rates.
    evaluate : callable
        From factors on typical values, point by point, to rates (points, K).

    Other Parameters
    ----------------
    trajectories : int
        Each moves every parameter once.
    seed : int
        Of the design and of the bootstrap.

    Raises
    ------
    InputError
        If there is nothing to screen, or a rate is not known at some point.
    """
    if not spread or trajectories < 2:
        raise InputError(
            f"Too little for a Morris screening: got {len(spread)} parameters and {trajectories} "
            "trajectories; it takes one parameter and two trajectories at least."
        )
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as design

    names, half = tuple(spread), np.array(list(spread.values()))
    d = len(names)
    problem = {"num_vars": d, "names": list(names), "bounds": [[0.0, 1.0]] * d}
    seed = checked_seed(seed)
    points = np.asarray(design.sample(problem, trajectories, num_levels=LEVELS, seed=seed))
    cards = [
        {
            name: math.exp(float(h * (2 * x - 1)))
            for name, h, x in zip(names, half, point, strict=True)
        }
        for point in points
    ]
    found = evaluate([{}, *cards])
    if not np.isfinite(found).all():
        raise InputError(
            "A rate is not known at some point of the design: nobody could be followed there. "
            "Give narrower ranges, or fewer parameters."
        )
    shape = (d, len(outcomes))
    parts = {key: np.zeros(shape) for key in ("mu", "mu_star", "sigma", "mu_star_conf")}
    for j in range(len(outcomes)):
        result = analysis.analyze(
            problem, points, found[1:, j].copy(), num_levels=LEVELS, conf_level=0.95, seed=seed
        )
        for key, part in parts.items():
            part[:, j] = np.asarray(result[key], dtype=np.float64)
    return Morris(
        names, tuple(outcomes), half, found[0], parts["mu"], parts["mu_star"], parts["sigma"],
        parts["mu_star_conf"], len(points), trajectories,
    )  # fmt: skip
