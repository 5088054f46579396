# SPDX-License-Identifier: Apache-2.0
"""Where models and patients come from."""

from __future__ import annotations

from trimer import library
from trimer.engine.compiled import Recipe

COHORTS = {
    "reference": (
        "Relapsed or refractory AML: every patient drawn from the spreads of the parameter card, "
        "not screened for plausibility."
    ),
    "nominal": "The typical patient of the parameter card.",
}
"""What the names of cohorts mean."""


def shipped(name: str) -> Recipe:
    """Return a shipped model as something that need not be built if its code is in the cache."""
    return Recipe(name, library.files(name), lambda: library.load(name))
