# SPDX-License-Identifier: Apache-2.0
"""The sentence that goes with every result."""

NOTICE = (
    "Simulation, not medical advice. Flotetuzumab is investigational, was never approved, "
    "and its development has stopped."
)
SHORT_NOTICE = "simulation, not medical advice"
