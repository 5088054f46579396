# SPDX-License-Identifier: Apache-2.0
"""The virtual patient that was asked for, and what is known of him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.errors import InputError, did_you_mean
from trimer.patients import Cohort
from trimer.simulate import prepare
from trimer.trial.cohorts import find_cohort, prepare_for
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.engine.solution import Compiled
    from trimer.page.requests import Who

FACTS = (
    # parameter or covariate, words, factor, unit as shown, digits
    ("WT", "Weight", 1.0, "kg", 0),
    ("blast_fraction", "Marrow blasts", 100.0, "%", 0),
    ("R123", "CD123", 1.0, "per cell", 0),
    ("marrow_T_fraction", "Marrow T cells", 100.0, "%", 1),
    ("blood_T", "Blood T cells", 1.0, "per uL", 0),
)
"""What is said of a patient at a glance; a parameter that a model lacks is left out."""

CHANGEABLE: Mapping[str, tuple[float, float]] = {
    "WT": (30.0, 200.0),
    "blast_fraction": (0.02, 0.98),
    "marrow_T_fraction": (0.001, 0.6),
    "R123": (50.0, 50_000.0),
    "R3": (5_000.0, 300_000.0),
    "koff3": (4.0, 40_000.0),
    "koff123": (0.1, 2_000.0),
}
"""Parameters that the page may change, and how far, in the unit of the card."""


def compiled_for(model: str, who: Who) -> Compiled:
    """Return a compiled model that reads what the cohort and the changes vary."""
    recipe = shipped(model)
    source = find_cohort(who.cohort)
    compiled = prepare_for(source, recipe)
    changed = [name for name in who.changes if name not in compiled.parameters]
    if not changed:
        return compiled
    return prepare(recipe, "auto", (*source.varied(compiled.parameter_table), *changed))


def patient(compiled: Compiled, who: Who) -> Cohort:
    """Return the one patient: the first candidate from this number on who is kept.

    Raises
    ------
    InputError
        If a change is none that the page makes, or is out of range.
    """
    source = find_cohort(who.cohort)
    _check(compiled, who)
    if who.id is None:
        found = Cohort.nominal(compiled.parameter_table)
    else:
        found = source.patients(compiled, who.seed, who.id).take(1)
    if not who.changes:
        return found
    columns: dict[str, Any] = found.columns()
    for name, value in who.changes.items():
        columns[name] = np.array([value])
    return Cohort.from_columns(
        columns, name=found.name, seed=found.seed, description=found.description,
        screened=found.screened,
    )  # fmt: skip


def _check(compiled: Compiled, who: Who) -> None:
    known = {row.name for row in compiled.parameter_table}
    for name, value in who.changes.items():
        if name not in CHANGEABLE or name not in known:
            raise InputError(
                f"Unknown change of the patient: got '{name}'."
                f"{did_you_mean(name, sorted(CHANGEABLE))}"
            )
        low, high = CHANGEABLE[name]
        if not low <= value <= high:
            raise InputError(
                f"Change of '{name}' out of range: got {value:g}; it lies between {low:g} and "
                f"{high:g}. Choose a value between."
            )


def facts(compiled: Compiled, cohort: Cohort) -> list[dict[str, Any]]:
    """Return what is said of a patient at a glance, with what each is in the model."""
    card = {row.name: row for row in compiled.parameter_table}
    found = []
    for name, words, factor, unit, digits in FACTS:
        if name in card:
            value = values(compiled, cohort)[name] * factor
            found.append(
                {
                    "name": name,
                    "label": words,
                    "value": f"{value:,.{digits}f}",
                    "unit": unit,
                    "source": f"parameter:{name}",
                }
            )
    return found


def values(compiled: Compiled, cohort: Cohort) -> dict[str, float]:
    """Return every parameter of the patient, in the unit of the card."""
    found = {row.name: float(row.value) for row in compiled.parameter_table}
    for j, name in enumerate(cohort.parameters):
        found[name] = float(cohort.values[0, j])
    return found


def covariates(cohort: Cohort) -> dict[str, float | str]:
    """Return what else is known of the patient."""
    found: dict[str, float | str] = {}
    for name, column in cohort.covariates.items():
        value = column[0]
        found[name] = str(value) if column.dtype.kind == "U" else float(value)
    return found
