# SPDX-License-Identifier: Apache-2.0
"""Calibration: fit a few shared parameters to published figures, and weigh virtual patients.

Parameters are searched on a logarithmic scale inside bounds, a block at a time, by CMA-ES. What
is minimized is an `Objective`: anything that takes values of parameters and returns a loss with
the rows behind it.
"""

from trimer.trial.calibration.calibrate import Calibration, Settings, calibrate
from trimer.trial.calibration.fit_file import Block, FitParameter, read_fit
from trimer.trial.calibration.objective import Evaluation, Objective, Row
from trimer.trial.calibration.resample import Resampled, resample
from trimer.trial.calibration.weights import Weights, effective_sample_size, weigh

__all__ = [
    "Block",
    "Calibration",
    "Evaluation",
    "FitParameter",
    "Objective",
    "Resampled",
    "Row",
    "Settings",
    "Weights",
    "calibrate",
    "effective_sample_size",
    "read_fit",
    "resample",
    "weigh",
]
