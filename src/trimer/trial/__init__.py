# SPDX-License-Identifier: Apache-2.0
"""Trials: arms that treat the same virtual patients."""

from trimer.trial.study import Arm, Study

__all__ = ["Arm", "Study"]
