# SPDX-License-Identifier: Apache-2.0
"""Two layers of uncertainty as tables and plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.core.notice import NOTICE
from trimer.trial.uncertainty.layers import QUANTILES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimer.trial.uncertainty.doubt import Doubt
    from trimer.trial.uncertainty.layers import Uncertainty

LAYERS = ("patients", "parameters", "both")
"""Between patients under the card; of the medians of drawn cards; of everybody under all cards."""

_NAMES = tuple(f"p{round(100 * q):02d}" for q in QUANTILES)


def band_table(found: Sequence[Uncertainty]) -> pl.DataFrame:
    """Return one row for each arm, observable, layer and time, one column for each quantile."""
    parts = [
        pl.DataFrame(
            {"time_days": arm.times}
            | dict(zip(_NAMES, getattr(layers, layer), strict=True))
        ).select(
            pl.lit(arm.arm).alias("arm"), pl.lit(layers.name).alias("observable"),
            pl.lit(layers.unit).alias("unit"), pl.lit(layer).alias("layer"), pl.all(),
        )
        for arm in found
        for layers in arm.layers
        for layer in LAYERS
    ]  # fmt: skip
    return pl.concat(parts)


def rate_table(found: Sequence[Uncertainty]) -> pl.DataFrame:
    """Return one row for each arm and rate: under the card, and over the drawn cards."""
    rows = []
    for arm in found:
        drawn = arm.rate_quantiles()
        for k, name in enumerate(arm.names):
            card = arm.at_card[k]
            rows.append(
                {"arm": arm.arm, "rate": name, "n": card.count, "N": card.total,
                 "at_card": card.share, "patients_low_95": card.low, "patients_high_95": card.high}
                | {f"cards_{q}": float(drawn[j, k]) for j, q in enumerate(_NAMES)}
            )  # fmt: skip
    return pl.DataFrame(rows)


def draw_table(
    cards: Sequence[Mapping[str, float]], doubts: Sequence[Doubt], found: Sequence[Uncertainty]
) -> pl.DataFrame:
    """Return one row for each drawn card: its typical values, and the rates under it."""
    columns: dict[str, Any] = {"draw": list(range(len(cards)))}
    for doubt in doubts:
        columns[doubt.name] = [card[doubt.name] * doubt.value for card in cards]
    for arm in found:
        for k, name in enumerate(arm.names):
            columns[f"{arm.arm}: {name}"] = arm.rates[:, k]
    return pl.DataFrame(columns)


def record_of(
    found: Sequence[Uncertainty], doubts: Sequence[Doubt], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the analysis as plain data, without what the tables hold."""
    return {
        "notice": NOTICE,
        **about,
        "layers": {
            "patients": "between patients, under the card as it is",
            "parameters": "about the parameters: medians of the drawn cards",
            "both": "all patients under all drawn cards",
        },
        "failed": {arm.arm: arm.failed for arm in found},
        "rates": rate_table(found).to_dicts(),
        "parameters": [
            {
                "name": doubt.name,
                "basis": doubt.basis,
                "value": doubt.value,
                "sd_log": doubt.sd,
                "reason": doubt.reason,
            }
            for doubt in doubts
        ],
    }
