# SPDX-License-Identifier: Apache-2.0
"""A sensitivity analysis as tables and plain data."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.core.notice import NOTICE

if TYPE_CHECKING:
    from trimer.trial.sensitivity.analysis import Sensitivity
    from trimer.trial.sensitivity.local import Local
    from trimer.trial.sensitivity.morris import Morris
    from trimer.trial.sensitivity.sobol import Sobol


def local_table(found: Local) -> pl.DataFrame:
    """Return one row for each outcome and parameter, the widest bar first."""
    rows = [
        {
            "outcome": out.name, "unit": out.unit, "parameter": found.rows[i].name,
            "definition": found.rows[i].definition, "basis": found.rows[i].basis,
            "value": found.rows[i].value, "low": float(found.low[i]), "high": float(found.high[i]),
            "elasticity": float(found.elasticity[i, k]), "outcome_at_card": float(found.base[k]),
            "outcome_at_low": float(found.at_low[i, k]),
            "outcome_at_high": float(found.at_high[i, k]), "width": float(found.width[i, k]),
        }
        for k, out in enumerate(found.read_outs)
        for i in found.order(k)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def sobol_table(found: Sobol) -> pl.DataFrame:
    """Return one row for each outcome and parameter, the largest total index first."""
    rows = []
    for k, outcome in enumerate(found.outcomes):
        order = sorted(range(len(found.factors)), key=lambda i: -found.indices.total[i, k])
        for i in order:
            factor, indices = found.factors[i], found.indices
            rows.append(
                {
                    "outcome": outcome,
                    "parameter": factor.name,
                    "definition": factor.definition,
                    "basis": factor.basis,
                    "first": float(indices.first[i, k]),
                    "first_error_95": float(indices.first_error[i, k]),
                    "total": float(indices.total[i, k]),
                    "total_error_95": float(indices.total_error[i, k]),
                }
            )
    return pl.DataFrame(rows)


def morris_table(found: Morris) -> pl.DataFrame:
    """Return one row for each rate and parameter, the largest mean absolute effect first."""
    rows = []
    for k, outcome in enumerate(found.outcomes):
        for i in sorted(range(len(found.names)), key=lambda i: -found.mean_absolute[i, k]):
            rows.append(  # noqa: PERF401 (a comprehension of this hides what it does)
                {
                    "outcome": outcome,
                    "parameter": found.names[i],
                    "factor": math.exp(float(found.spread[i])),
                    "rate_at_card": float(found.base[k]),
                    "mean_effect": float(found.mean[i, k]),
                    "mean_absolute_effect": float(found.mean_absolute[i, k]),
                    "error_95": float(found.error[i, k]),
                    "deviation": float(found.deviation[i, k]),
                }
            )
    return pl.DataFrame(rows)


def assumed_share(found: Sobol) -> dict[str, dict[str, float]]:
    """Return, for each outcome, the shares of the variance that rest on assumed parameters.

    ``alone`` is what they explain by themselves, ``any_part`` what they have any part in.
    """
    every = [factor.basis == "assumed" for factor in found.factors]
    shares = {}
    for k, outcome in enumerate(found.outcomes):
        if found.assumed.names:
            alone, part = float(found.assumed.first[0, k]), float(found.assumed.total[0, k])
        else:
            alone = part = 1.0 if all(every) else 0.0
        shares[outcome] = {"alone": min(max(alone, 0.0), 1.0), "any_part": min(max(part, 0.0), 1.0)}
    return shares


def record_of(found: Sensitivity) -> dict[str, Any]:
    """Return an analysis as plain data, without what the tables hold."""
    from trimer.trial.record import version_of

    record: dict[str, Any] = {
        "notice": NOTICE,
        "model": {"name": found.model, "version": found.version, "hash": found.model_hash},
        "arm": found.arm,
        "label": found.label,
        "days": found.days,
        "plan": asdict(found.plan),
        "seconds": found.seconds,
        "versions": {name: version_of(name) for name in ("trimer", "numpy", "SALib", "scipy")},
    }
    if found.sobol is not None:
        record["sobol"] = {
            "patients": found.sobol.patients,
            "base_samples": found.sobol.base_samples,
            "base_samples_used": found.sobol.used,
            "mean": dict(zip(found.sobol.outcomes, found.sobol.mean.tolist(), strict=True)),
            "variance": dict(zip(found.sobol.outcomes, found.sobol.variance.tolist(), strict=True)),
            "share_on_assumed": assumed_share(found.sobol),
        }
        if found.held is not None:
            record["sobol"]["squared_effects_varied"] = dict(
                zip(found.sobol.outcomes, found.held.tolist(), strict=True)
            )
    if found.morris is not None:
        record["morris"] = {
            "points": found.morris.points,
            "trajectories": found.morris.trajectories,
            "rates_at_card": dict(
                zip(found.morris.outcomes, found.morris.base.tolist(), strict=True)
            ),
        }
    return record


def tables_of(found: Sensitivity) -> dict[str, pl.DataFrame]:
    """Return the tables of an analysis by name."""
    tables = {}
    if found.local is not None:
        tables["local"] = local_table(found.local)
    if found.sobol is not None:
        tables["sobol"] = sobol_table(found.sobol)
    if found.morris is not None:
        tables["morris"] = morris_table(found.morris)
    return tables
