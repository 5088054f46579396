# SPDX-License-Identifier: Apache-2.0
"""Run a cohort on a protocol."""

from trimer.simulate.follow import simulate
from trimer.simulate.matching import weights_kg
from trimer.simulate.prepare import TrimerWarning, prepare
from trimer.simulate.run import Run

__all__ = ["Run", "TrimerWarning", "prepare", "simulate", "weights_kg"]
