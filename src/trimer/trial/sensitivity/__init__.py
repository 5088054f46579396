# SPDX-License-Identifier: Apache-2.0
"""Which parameters decide the outcome, and how much rests on assumptions.

Local: one parameter at a time around the typical patient. Sobol: shares of the variance between
patients. Morris: what typical values do to rates in a population.
"""

from trimer.trial.sensitivity.analysis import Plan, Sensitivity, sensitivity
from trimer.trial.sensitivity.local import Local, local
from trimer.trial.sensitivity.morris import Morris, morris
from trimer.trial.sensitivity.sobol import Sobol, sobol

__all__ = [
    "Local",
    "Morris",
    "Plan",
    "Sensitivity",
    "Sobol",
    "local",
    "morris",
    "sensitivity",
    "sobol",
]
