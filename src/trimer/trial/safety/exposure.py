# SPDX-License-Identifier: Apache-2.0
"""Exposure and response: the chance of an event against how much drug there was, all arms pooled.

Association is not effect: who was held for CRS got less drug.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import ExposureGroup, LogisticFit, exposure_groups, logistic
from trimer.core.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.store import StoredRun

EXPOSURES = {"auc": "AUC", "cmax_ng_mL": "Cmax", "peak_il6": "peak IL-6"}
"""Columns of the outcomes that are exposures."""

EVENTS = {
    "CRS of grade 2 or more": lambda table: table["crs_grade"] >= 2,
    "CR, CRh or CRi": lambda table: table["response"].is_in(["CR", "CRh", "CRi"]),
}
"""What may depend on them."""


@dataclass(frozen=True, slots=True, eq=False)
class ExposureResponse:
    """The chance of an event against exposure.

    Parameters
    ----------
    exposure, event : str
        Of `EXPOSURES` and `EVENTS`.
    groups : tuple of ExposureGroup
        Shares in quarters of exposure, with exact intervals.
    fit : LogisticFit or None
        Against the binary logarithm of exposure: its odds ratio is per doubling. None where
        exposure does not vary.
    """

    exposure: str
    event: str
    groups: tuple[ExposureGroup, ...]
    fit: LogisticFit | None


def exposure_response(
    run: StoredRun, exposure: str = "auc", event: str = "CRS of grade 2 or more"
) -> ExposureResponse:
    """Return the chance of an event against exposure.

    Parameters
    ----------
    run : StoredRun
        With outcomes.
    exposure, event : str
        Of `EXPOSURES` and `EVENTS`.

    Raises
    ------
    InputError
        If one is unknown, or nobody was exposed.
    """
    for name, known in ((exposure, EXPOSURES), (event, EVENTS)):
        if name not in known:
            raise InputError(f"Unknown '{name}'.{did_you_mean(name, known)}")
    # an arm on another drug has none of this one
    table = run.read("outcomes").filter(~pl.col("failed"), pl.col(exposure) > 1e-12)
    if table.is_empty():
        raise InputError(f"Nobody was exposed in run '{run.path}': {exposure} is 0 in everybody.")
    dose = table[exposure].to_numpy()
    has: NDArray[np.bool_] = EVENTS[event](table).to_numpy()
    varies = np.ptp(dose) > 0
    return ExposureResponse(
        exposure,
        event,
        exposure_groups(dose, has),
        logistic(np.log2(dose), has) if varies else None,
    )
