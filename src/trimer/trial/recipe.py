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


def shipped(name: str, **options: str) -> Recipe:
    """Return a shipped model as something that need not be built if its code is in the cache.

    Parameters
    ----------
    name : str
        Name of a model, or of a variant such as ``"flotetuzumab:endothelium=off"``.
    **options : str
        Structural choices by name.
    """
    one = library.canonical(name, **options)
    return Recipe(one, library.files(one), lambda: library.load(one))
