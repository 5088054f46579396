# SPDX-License-Identifier: Apache-2.0
"""Draw parameter cards: each a set of typical values that could be the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.core.random import checked_seed, normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.trial.calibration.covariance import Spread
    from trimer.trial.uncertainty.doubt import Doubt


def draw_cards(
    doubts: Sequence[Doubt], draws: int, seed: int, *, fitted: Sequence[Spread] = ()
) -> tuple[dict[str, float], ...]:
    """Return factors on typical values, a mapping for each draw.

    A parameter is lognormal around its typical value, and independent of the others but for those
    that were fitted together: these are drawn with the covariance of the fit. A factor depends on
    seed, parameter and number of the draw alone.

    Parameters
    ----------
    doubts : sequence of Doubt
        How well each is known; see `read_doubt`.
    draws : int
        How many cards.
    seed : int
        Not negative.
    fitted : sequence of Spread
        Covariances of natural logarithms that a calibration found; they replace what `doubts`
        says of these parameters, but for the limits.
    """
    numbers = np.arange(draws)
    seed = checked_seed(seed)
    deviates = {doubt.name: normal(seed, f"uncertainty/{doubt.name}", numbers) for doubt in doubts}
    logs = {doubt.name: doubt.sd * deviates[doubt.name] for doubt in doubts}
    for spread in fitted:
        logs |= _together(spread, deviates)
    return tuple(
        {doubt.name: doubt.factor(float(logs[doubt.name][k]) / doubt.sd) for doubt in doubts}
        for k in range(draws)
    )


def _together(
    spread: Spread, deviates: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Return logarithms of factors with the covariance of a fit, of the parameters in doubt."""
    keep = [k for k, name in enumerate(spread.names) if name in deviates]
    if not keep:
        return {}
    names = [spread.names[k] for k in keep]
    values, vectors = np.linalg.eigh(np.array(spread.covariance)[np.ix_(keep, keep)])
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    together = root @ np.array([deviates[name] for name in names])
    return dict(zip(names, together, strict=True))


def last_spreads(record: Mapping[str, object]) -> tuple[Spread, ...]:
    """Return the covariances that a record of a calibration ends with, one for each block."""
    from trimer.trial.calibration.covariance import Spread

    found: dict[str, Spread] = {}
    blocks = record.get("blocks", [])
    for block in blocks if isinstance(blocks, list) else []:
        if block.get("spread"):
            rows = tuple(tuple(float(x) for x in row) for row in block["spread"]["covariance"])
            found[block["block"]] = Spread(tuple(block["spread"]["names"]), rows)
    return tuple(found.values())
