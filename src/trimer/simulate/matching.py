# SPDX-License-Identifier: Apache-2.0
"""Bring a cohort and a model together: what one varies the other must read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import CohortError, did_you_mean
from trimer.simulate.prepare import is_compiled, prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.simulate.prepare import Engine, Source


HEIGHT = "HT"
"""Parameter that holds the body height, in cm."""


def compile_for(model: Source, engine: Engine, cohort: Cohort) -> Compiled:
    """Return a compiled model that reads what the cohort varies.

    Raises
    ------
    CohortError
        If the model knows no such parameter, or was compiled with it fixed.
    """
    compiled = prepare(model, engine)
    card = {row.name: row.value for row in compiled.parameter_table}
    for name in cohort.parameters:
        if name not in card:
            raise CohortError(
                f"Unknown parameter '{name}' in cohort '{cohort.name}' for model "
                f"'{compiled.name}'.{did_you_mean(name, card)}"
            )
    _check_signs(compiled, cohort)
    extra = [
        name
        for name in cohort.parameters
        if name not in compiled.parameters and np.any(cohort.column(name) != card[name])
    ]
    if extra and is_compiled(model):
        raise CohortError(
            f"Cohort '{cohort.name}' varies '{extra[0]}', which the compiled model "
            f"'{compiled.name}' holds fixed at {card[extra[0]]:g}. Give the model itself, or "
            f"compile it with vary=['{extra[0]}']."
        )
    return prepare(model, engine, extra) if extra else compiled


def _check_signs(compiled: Compiled, cohort: Cohort) -> None:
    """Refuse negative values, except of deviates around zero."""
    signed = {row.name for row in compiled.parameter_table if "logistic" in row.spread}
    for name in cohort.parameters:
        if name not in signed and (cohort.column(name) < 0).any():
            row = int(np.argmax(cohort.column(name) < 0))
            raise CohortError(
                f"Negative value of '{name}' in cohort '{cohort.name}', patient "
                f"{cohort.ids[row]}: got {cohort.column(name)[row]:g}; parameters are not "
                "negative. Correct the cohort."
            )


def parameter_matrix(compiled: Compiled, cohort: Cohort) -> NDArray[np.float64]:
    """Return the cohort's values (N, p), the card's where it has none, in the model's order."""
    card = {row.name: row.value for row in compiled.parameter_table}
    P = np.empty((len(cohort), len(compiled.parameters)))
    for k, name in enumerate(compiled.parameters):
        P[:, k] = cohort.column(name) if name in cohort.parameters else card[name]
    return P


def weights_kg(compiled: Compiled, cohort: Cohort) -> NDArray[np.float64]:
    """Return body weights in **kg**: from the cohort, else from the card."""
    if compiled.weight in cohort.parameters:
        return cohort.column(compiled.weight)
    card = {row.name: row.value for row in compiled.parameter_table}
    return np.full(len(cohort), card.get(compiled.weight, math.nan))


def areas_m2(compiled: Compiled, cohort: Cohort) -> NDArray[np.float64]:
    """Return body surface areas in **m²** by the formula of Mosteller; NaN without a height.

    The height is the parameter ``HT``, in **cm**.
    """
    card = {row.name: row.value for row in compiled.parameter_table}
    if HEIGHT in cohort.parameters:
        height = cohort.column(HEIGHT)
    else:
        height = np.full(len(cohort), card.get(HEIGHT, math.nan))
    with np.errstate(all="ignore"):  # an infinite dose is a patient who fails, with a reason
        return np.sqrt(height * weights_kg(compiled, cohort) / 3600.0)
