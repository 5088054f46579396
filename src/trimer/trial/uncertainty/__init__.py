# SPDX-License-Identifier: Apache-2.0
"""Uncertainty in two layers: between patients, and about the parameters."""

from trimer.trial.uncertainty.doubt import Doubt, read_doubt
from trimer.trial.uncertainty.draws import draw_cards
from trimer.trial.uncertainty.layers import Layers, Uncertainty, uncertainty

__all__ = ["Doubt", "Layers", "Uncertainty", "draw_cards", "read_doubt", "uncertainty"]
