# SPDX-License-Identifier: Apache-2.0
"""Designs that look for the dose with a wanted rate of dose-limiting toxicity (DLT)."""

from trimer.trial.design.escalation.boin import Boin, boundaries
from trimer.trial.design.escalation.conduct import Characteristics, escalate
from trimer.trial.design.escalation.crm import Crm, skeleton
from trimer.trial.design.escalation.rule import NONE, DesignRule
from trimer.trial.design.escalation.three_plus_three import ThreePlusThree
from trimer.trial.design.escalation.toxicity import Toxicity

__all__ = [
    "NONE",
    "Boin",
    "Characteristics",
    "Crm",
    "DesignRule",
    "ThreePlusThree",
    "Toxicity",
    "boundaries",
    "escalate",
    "skeleton",
]
