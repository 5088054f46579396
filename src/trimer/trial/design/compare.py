# SPDX-License-Identifier: Apache-2.0
"""Compare each arm with the control, endpoint by endpoint, in every repeat of a trial.

Shares: difference with Newcombe's interval, Fisher's exact test; with strata the test of Cochran,
Mantel and Haenszel. Times: hazard ratio by Cox, log-rank test, both within strata. Means: their
difference, Welch's interval and test.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trimer.assess import compare_groups, cox, logrank, mantel_haenszel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimer.trial.design.endpoint import Endpoint

COMPARISON = {
    "repeat": pl.Int64, "endpoint": pl.String, "arm": pl.String, "control": pl.String,
    "n": pl.Int64, "n_control": pl.Int64, "value": pl.Float64, "value_control": pl.Float64,
    "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64,
}  # fmt: skip
"""Columns of a comparison. `value` is the share, the share with the event, or the mean in each arm;
`estimate` the difference of shares or means, or the hazard ratio."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Which arm is compared with which, and how."""

    arm: str
    control: str
    stratified: bool = False
    level: float = 0.95


def comparisons(
    table: pl.DataFrame, endpoints: Sequence[Endpoint], contrasts: Sequence[Contrast]
) -> pl.DataFrame:
    """Return every comparison of every repeat.

    Parameters
    ----------
    table : polars DataFrame
        From `trimer.trial.design.observe.observe`, with the columns ``repeat`` and ``stratum``.
    endpoints : sequence of Endpoint
        What is compared.
    contrasts : sequence of Contrast
        Which arms.

    Returns
    -------
    polars DataFrame
        See `COMPARISON`; null where nothing can be compared.
    """
    known = table.filter(~pl.col("failed")).sort("repeat", "id")
    repeats = known["repeat"].to_numpy()
    edges = np.flatnonzero(np.diff(repeats, prepend=-1, append=-1))
    # numbers, not words: they are compared many thousand times
    arms = {name: code for code, name in enumerate(known["arm"].unique().sort())}
    columns = {
        name: known[name].rank("dense").to_numpy().astype(np.int64) - 1
        for name in ("arm", "stratum")
    }
    columns |= {name: known[name].to_numpy() for e in endpoints for name in names_of(e)}
    rows = [
        {"repeat": int(repeats[start]), **row}
        for start, stop in pairwise(edges)
        for row in _repeat(
            {k: v[start:stop] for k, v in columns.items()}, endpoints, contrasts, arms
        )
    ]
    frame = pl.DataFrame(rows, schema=COMPARISON)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def names_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the columns of a table of endpoints that an endpoint is compared by."""
    if endpoint.kind == "time":
        return (f"{endpoint.name}_days", f"{endpoint.name}_event")
    return (endpoint.name,)


def _repeat(
    columns: dict[str, Any],
    endpoints: Sequence[Endpoint],
    contrasts: Sequence[Contrast],
    arms: Mapping[str, int],
) -> Iterator[dict[str, Any]]:
    for endpoint in endpoints:
        for contrast in contrasts:
            one, two = arms.get(contrast.arm, -1), arms.get(contrast.control, -1)
            of = (columns["arm"] == one) | (columns["arm"] == two)
            first = columns["arm"][of] == one
            values = [columns[name][of] for name in names_of(endpoint)]
            strata = columns["stratum"][of] if contrast.stratified else None
            if endpoint.kind == "time":
                days, event = values
                found = _times(days, event, first, strata, contrast.level)
            elif endpoint.is_share:
                found = _shares(values[0].astype(np.bool_), first, strata, contrast.level)
            else:
                found = _means(values[0].astype(np.float64), first, contrast.level)
            yield {
                "endpoint": endpoint.name, "arm": contrast.arm, "control": contrast.control,
                **found,
            }  # fmt: skip


def _shares(has: Any, first: Any, strata: Any, level: float) -> dict[str, Any]:  # noqa: ANN401 (arrays)
    a, n = int((has & first).sum()), int(first.sum())
    b, m = int((has & ~first).sum()), int((~first).sum())
    found = compare_groups(a, n, b, m, level)
    p_value = found.p_value if strata is None else mantel_haenszel(has, first, strata)[2]
    return {
        "n": n, "n_control": m, "value": a / n if n else np.nan,
        "value_control": b / m if m else np.nan, "estimate": found.difference,
        "low": found.low, "high": found.high, "p_value": p_value,
    }  # fmt: skip


def _times(days: Any, event: Any, first: Any, strata: Any, level: float) -> dict[str, Any]:  # noqa: ANN401 (arrays)
    days = days.astype(np.float64)
    known = ~np.isnan(days)
    days, first = days[known], first[known]
    event = event[known].astype(np.bool_)
    strata = None if strata is None else strata[known]
    n, m = int(first.sum()), int((~first).sum())
    found: dict[str, Any] = {
        "n": n, "n_control": m, "value": float(event[first].mean()) if n else np.nan,
        "value_control": float(event[~first].mean()) if m else np.nan,
        "estimate": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan,
    }  # fmt: skip
    if n and m and event.any():
        fit = cox(days, event, first.astype(np.float64), strata=strata, level=level)
        found |= {
            "estimate": float(fit.ratios[0]), "low": float(fit.low[0]), "high": float(fit.high[0]),
            "p_value": logrank(days, event, first, strata=strata).p_value,
        }  # fmt: skip
    return found


def _means(values: Any, first: Any, level: float) -> dict[str, Any]:  # noqa: ANN401 (arrays)
    from scipy.special import stdtr, stdtrit  # loads slowly

    one = values[first & ~np.isnan(values)]
    two = values[~first & ~np.isnan(values)]
    found: dict[str, Any] = {
        "n": len(one), "n_control": len(two), "value": float(one.mean()) if len(one) else np.nan,
        "value_control": float(two.mean()) if len(two) else np.nan,
        "estimate": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan,
    }  # fmt: skip
    if len(one) < 2 or len(two) < 2:
        return found
    a, b = one.var(ddof=1) / len(one), two.var(ddof=1) / len(two)
    difference = found["value"] - found["value_control"]
    found["estimate"] = difference
    if a + b > 0:
        freedom = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(two) - 1))
        error = float(np.sqrt(a + b))
        width = float(stdtrit(freedom, 0.5 + level / 2.0)) * error
        found |= {
            "low": difference - width, "high": difference + width,
            "p_value": float(2.0 * stdtr(freedom, -abs(difference) / error)),
        }  # fmt: skip
    return found
