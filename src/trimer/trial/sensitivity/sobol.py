# SPDX-License-Identifier: Apache-2.0
"""Sobol indices: how much of the variance between patients each parameter carries.

First order is what a parameter explains by itself, total order what is lost if it is known. Both
come from Saltelli's design, in which each row is a virtual patient; the estimators are SALib's.

**Sources.** Saltelli A, et al. Variance based sensitivity analysis of model output. *Comput Phys
Commun* 2010;181:259-270, doi:10.1016/j.cpc.2009.09.018. Iwanaga T, Usher W, Herman J. SALib 2.0.
*Socio-Environ Syst Model* 2022;4:18155 (cited from memory).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.errors import InputError
from trimer.core.random import checked_seed
from trimer.patients import Cohort
from trimer.trial.sensitivity.factors import ASSUMED, Factor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Evaluate = Callable[[Cohort], Floats]

_EDGE = 1e-9
_LEVEL = 0.95
_RESAMPLES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """Indices of D parameters, or groups of them, for K outcomes.

    Parameters
    ----------
    names : tuple of str
        Of parameters or groups.
    first, total : float64 array (D, K)
        Indices: shares of the variance.
    first_error, total_error : float64 array (D, K)
        Half the width of their 95 % bootstrap intervals.
    """

    names: tuple[str, ...]
    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sobol:
    """What a Sobol analysis found.

    Parameters
    ----------
    factors : tuple of Factor
        What was varied; all other parameters were those of the typical patient.
    outcomes : tuple of str
        Names of the K outcomes.
    base_samples, used : int
        Base samples that were asked for, and those of which everybody was followed.
    patients : int
        Virtual patients simulated.
    mean, variance : float64 array (K,)
        Of the outcomes.
    indices : Indices
        Of each parameter.
    assumed : Indices
        Of all parameters together whose basis is ``assumed``: the share of the variance that rests
        on them alone, and the share that they have any part in. Without rows if none or all are.
    """

    factors: tuple[Factor, ...]
    outcomes: tuple[str, ...]
    base_samples: int
    used: int
    patients: int
    mean: Floats
    variance: Floats
    indices: Indices
    assumed: Indices


def sobol(
    factors: Sequence[Factor],
    outcomes: Sequence[str],
    evaluate: Evaluate,
    *,
    base_samples: int = 1024,
    seed: int = 1,
) -> Sobol:
    """Estimate first and total order indices.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied, independently of each other.
    outcomes : sequence of str
        Names of the K outcomes.
    evaluate : callable
        From a cohort to outcomes (N, K), NaN of patients who could not be followed.

    Other Parameters
    ----------------
    base_samples : int
        A power of two; there are two more simulations for each than there are factors, and one
        more for the group of assumed parameters.
    seed : int
        Of the scrambled Sobol sequence and of the bootstrap.

    Raises
    ------
    InputError
        If the numbers are wrong, or too few patients could be followed.
    """
    if base_samples < 8 or base_samples & (base_samples - 1):
        raise InputError(
            f"Wrong number of base samples: got {base_samples}; it is a power of two from 8 on, "
            "such as 1024."
        )
    if len(factors) < 2:
        raise InputError("Too few parameters for Sobol indices: there have to be two at least.")
    plan, d = _plan(factors, base_samples, checked_seed(seed)), len(factors)
    group = np.array([factor.basis == ASSUMED for factor in factors])
    grouped = 0 < group.sum() < d
    if grouped:
        mixed = np.where(group, plan[:, -1, :], plan[:, 0, :])
        plan = np.concatenate([plan, mixed[:, None, :]], axis=1)
    flat = plan.reshape(-1, d)
    values = np.column_stack(
        [factor.distribution.quantile(flat[:, j].copy()) for j, factor in enumerate(factors)]
    )
    cohort = Cohort("sobol", np.arange(len(flat)), tuple(f.name for f in factors), values)
    found = evaluate(cohort).reshape(base_samples, plan.shape[1], len(outcomes))
    whole = np.isfinite(found).all(axis=(1, 2))
    if whole.sum() < base_samples / 2:
        raise InputError(
            f"Too many patients could not be followed: of {base_samples:,} base samples only "
            f"{int(whole.sum()):,} are whole. Leave parameters out, or try fewer days."
        )
    found = found[whole]
    names = tuple(factor.name for factor in factors)
    plain = found[:, : d + 2]
    together = found[:, [0, d + 2, d + 1]] if grouped else found[:, :0]
    pair = plain[:, [0, -1]].reshape(-1, len(outcomes))
    return Sobol(
        tuple(factors), tuple(outcomes), base_samples, int(whole.sum()), len(flat),
        pair.mean(axis=0), pair.var(axis=0),
        _indices(names, plain, seed), _indices(("assumed",) if grouped else (), together, seed),
    )  # fmt: skip


def _plan(factors: Sequence[Factor], base_samples: int, seed: int) -> Floats:
    """Return Saltelli's design (N, D + 2, D) in quantiles: A, A with one column of B each, B."""
    from SALib.sample import sobol as design

    d = len(factors)
    flat = design.sample(_problem(d), base_samples, calc_second_order=False, seed=seed)
    plan = np.asarray(flat, dtype=np.float64).reshape(base_samples, d + 2, d)
    return np.asarray(np.clip(plan, _EDGE, 1.0 - _EDGE))


def _indices(names: tuple[str, ...], found: Floats, seed: int) -> Indices:
    """Estimate indices from outcomes (N, D + 2, K) in the order of the design."""
    from SALib.analyze import sobol as analysis

    d, k = len(names), found.shape[2]
    parts = {key: np.zeros((d, k)) for key in ("S1", "ST", "S1_conf", "ST_conf")}
    for j in range(k) if d else ():
        y = found[:, :, j].reshape(-1)
        if np.ptp(y) == 0.0:
            continue  # nothing moves it: there is no variance to share out
        result = analysis.analyze(
            _problem(d), y, calc_second_order=False, conf_level=_LEVEL,
            num_resamples=_RESAMPLES, seed=seed + 1,  # SALib takes 0 for no seed at all
        )  # fmt: skip
        for key, part in parts.items():
            part[:, j] = result[key]
    return Indices(names, parts["S1"], parts["ST"], parts["S1_conf"], parts["ST_conf"])


def _problem(d: int) -> dict[str, Any]:
    return {"num_vars": d, "names": [f"x{j}" for j in range(d)], "bounds": [[0.0, 1.0]] * d}
