# SPDX-License-Identifier: Apache-2.0
"""The ward: patients are looked at, graded and treated by rules that see what a nurse sees."""

from trimer.simulate.ward.admission import begin_minute, check_on_ward, treat
from trimer.simulate.ward.replay import replay
from trimer.simulate.ward.setting import QUIET, Happening, Ward
from trimer.simulate.ward.treat import Treated

__all__ = [
    "QUIET",
    "Happening",
    "Treated",
    "Ward",
    "begin_minute",
    "check_on_ward",
    "replay",
    "treat",
]
