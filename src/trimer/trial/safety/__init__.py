# SPDX-License-Identifier: Apache-2.0
"""What treatment did besides: CRS and ICANS, rescue, holds, infections, adverse events."""

from trimer.trial.safety.episodes import episodes
from trimer.trial.safety.events import adverse_rows
from trimer.trial.safety.exposure import ExposureResponse, exposure_response
from trimer.trial.safety.summary import Safety, safety

__all__ = [
    "ExposureResponse",
    "Safety",
    "adverse_rows",
    "episodes",
    "exposure_response",
    "safety",
]
