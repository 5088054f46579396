# SPDX-License-Identifier: Apache-2.0
"""Operating characteristics: how a trial of this size does, over its repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trimer.assess import Proportion, kaplan_meier, proportion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.trial.design.endpoint import Endpoint

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Operating:
    """How one comparison does over the repeats.

    Parameters
    ----------
    endpoint, arm, control : str
        What is compared.
    measure : str
        ``difference of shares``, ``hazard ratio`` or ``difference of means``.
    repeats : int
        In how many repeats it could be made.
    median, low, high : float
        Of the estimate: median and 2.5 and 97.5 % quantiles over the repeats.
    first : float, first_low, first_high, first_p : float
        Estimate, interval and p-value of the first trial: what one would see.
    success : Proportion
        Repeats with a p-value below the level, with exact interval: the power.
    arm_higher : int
        Of these, repeats with a higher estimate in the arm than in the control.
    """

    endpoint: str
    arm: str
    control: str
    measure: str
    repeats: int
    median: float
    low: float
    high: float
    first: float
    first_low: float
    first_high: float
    first_p: float
    success: Proportion
    arm_higher: int


MEASURES = {
    "response": "difference of shares",
    "condition": "difference of shares",
    "time": "hazard ratio",
    "mean": "difference of means",
}


def operating(
    found: pl.DataFrame, endpoints: Sequence[Endpoint], alpha: float
) -> tuple[Operating, ...]:
    """Return how each comparison does.

    Parameters
    ----------
    found : polars DataFrame
        From `trimer.trial.design.compare.comparisons`.
    endpoints : sequence of Endpoint
        Of the trial.
    alpha : float
        Level below which a p-value counts as a success.
    """
    kinds = {endpoint.name: endpoint.kind for endpoint in endpoints}
    result = []
    for (name, arm, control), some in found.group_by(
        "endpoint", "arm", "control", maintain_order=True
    ):
        kind = kinds[str(name)]
        rows = some.sort("repeat")
        estimate, p = rows["estimate"].to_numpy(), rows["p_value"].to_numpy()
        neutral = 1.0 if kind == "time" else 0.0
        wins = p < alpha  # what could not be compared is no success
        known = estimate[~np.isnan(estimate)]
        middle, low, high = np.quantile(known, [0.5, 0.025, 0.975]) if known.size else [np.nan] * 3
        first = rows.row(0, named=True)
        result.append(
            Operating(
                endpoint=str(name), arm=str(arm), control=str(control), measure=MEASURES[kind],
                repeats=rows.height, median=float(middle), low=float(low), high=float(high),
                first=_number(first["estimate"]), first_low=_number(first["low"]),
                first_high=_number(first["high"]), first_p=_number(first["p_value"]),
                success=proportion(int(wins.sum()), rows.height),
                arm_higher=int((wins & (estimate > neutral)).sum()),
            )
        )  # fmt: skip
    return tuple(result)


def arm_values(table: pl.DataFrame, endpoint: Endpoint, arm: str) -> dict[str, Any]:
    """Return what an arm has of an endpoint, all repeats together.

    Returns
    -------
    dict
        ``share`` (Proportion) of a share; ``median``, ``low``, ``high`` in **days** and
        ``events`` (Proportion) of a time; ``mean``, ``sd`` and ``n`` of a mean.
    """
    rows = table.filter((pl.col("arm") == arm) & ~pl.col("failed"))
    if endpoint.is_share:
        has = rows[endpoint.name]
        return {"share": proportion(int(has.sum()), len(has))}
    if endpoint.kind == "time":
        rows = rows.drop_nulls(f"{endpoint.name}_days")
        if rows.is_empty():
            return {"median": None, "low": None, "high": None, "events": proportion(0, 0)}
        event = rows[f"{endpoint.name}_event"].to_numpy()
        curve = kaplan_meier(rows[f"{endpoint.name}_days"].to_numpy(), event)
        middle, low, high = curve.quantile()
        return {
            "median": middle, "low": low, "high": high,
            "events": proportion(int(event.sum()), len(event)),
        }  # fmt: skip
    values = rows[endpoint.name].drop_nulls().to_numpy()
    n = len(values)
    return {
        "mean": float(values.mean()) if n else None,
        "sd": float(values.std(ddof=1)) if n > 1 else None,
        "n": n,
    }


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
