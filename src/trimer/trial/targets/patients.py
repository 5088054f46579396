# SPDX-License-Identifier: Apache-2.0
"""Models and patients of scenarios, with values of the parameter card replaced.

A replaced value is the median of the population: the spread between patients stays, and each
patient keeps his place in it. A name by itself belongs to the flotetuzumab model and to every
model that takes that row of its card unchanged; ``blinatumomab:CL`` belongs to one model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from trimer import library
from trimer.core.errors import InputError, UnknownName, did_you_mean
from trimer.core.spread import numbers
from trimer.patients import Cohort, sample
from trimer.simulate import prepare
from trimer.trial.cohorts import cohort_names, find_cohort
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimer.engine.solution import Compiled
    from trimer.trial.targets.scenario import Scenario

SHARED = "flotetuzumab"
"""Model whose card the others share rows with."""

_MEDIAN = re.compile(r"median \S+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a parameter card."""

    name: str
    definition: str
    value: float
    unit: str
    spread: str


def replaced_values(
    models: Iterable[str], overrides: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Return which values of which model are replaced.

    Raises
    ------
    UnknownName
        If a name belongs to none of the models nor to the shared card.
    """
    found: dict[str, dict[str, float]] = {model: {} for model in models}
    shared = _rows_of(SHARED)
    for name, value in overrides.items():
        model, colon, symbol = name.rpartition(":")
        if colon:
            if model not in library.names():
                raise UnknownName(
                    f"Unknown model in '{name}'.{did_you_mean(model, library.names())}"
                )
            if symbol not in (card := _rows_of(model)):
                raise UnknownName(
                    f"Unknown parameter '{symbol}' of '{model}'.{did_you_mean(symbol, card)}"
                )
            if model in found:
                found[model][symbol] = float(value)
            continue
        if name not in shared:
            raise UnknownName(f"Unknown parameter '{name}'.{did_you_mean(name, shared)}")
        for other, values in found.items():
            if _is_shared(_rows_of(other).get(name), shared[name]):
                values[name] = float(value)
    return found


def ready(model: str, values: Mapping[str, float]) -> Compiled:
    """Return a compiled model in which what is replaced can differ from its card."""
    rows = _rows_of(model)
    for name in values:
        if name not in rows:
            raise UnknownName(f"Unknown parameter '{name}' of '{model}'.{did_you_mean(name, rows)}")
    return _prepared(model, tuple(sorted(name for name in values if not rows[name].spread)))


def draw(
    scenario: Scenario,
    values: Mapping[str, float],
    patients: int,
    seed: int,
    stand_in: str | None = None,
    threads: int | None = None,
) -> Cohort:
    """Draw the patients of a scenario, with values of the card replaced.

    Parameters
    ----------
    scenario : Scenario
        Whose model and cohort.
    values : mapping of str to float
        Replaced values of its model's card.
    patients, seed : int
        How many, and the seed of the draw.
    stand_in : str, optional
        A cohort to draw instead where the scenario's own does not exist: for tests.
    threads : int, optional
        For the simulated chemotherapy that candidates are screened by.

    Raises
    ------
    UnknownName
        If there is no such cohort.
    """
    rows = [_replaced(row, values) for row in _rows_of(scenario.model).values()]
    known = cohort_names()
    name = scenario.cohort if scenario.cohort in known else stand_in or scenario.cohort
    if name not in known:
        raise UnknownName(
            f"Unknown cohort '{name}' of scenario '{scenario.name}'.{did_you_mean(name, known)} "
            "Another one takes the place of missing ones where it is named as stand-in."
        )
    source = find_cohort(name)
    if source.definition is None:
        cohort = sample(rows, patients, seed, name=name, description=source.description)
    else:
        cohort = source.screening(rows, seed, threads=threads).take(patients)
    same = {row.name: row.value for row in rows if row.name in values and not row.spread}
    return replace(
        cohort,
        parameters=(*cohort.parameters, *same),
        values=np.column_stack(
            [cohort.values, *(np.full(len(cohort), value) for value in same.values())]
        ),
    )


def card_of(model: str, values: Mapping[str, float]) -> dict[str, float]:
    """Return the values of a model's card, replaced ones included."""
    return {name: values.get(name, row.value) for name, row in _rows_of(model).items()}


def _replaced(row: Row, values: Mapping[str, float]) -> Row:
    if row.name not in values:
        return row
    value = values[row.name]
    number = numbers(row.spread) if row.spread else {}
    if number and "a" in number:
        raise InputError(
            f"Cannot replace '{row.name}': got {value:g}; patients are drawn from '{row.spread}', "
            "which has no median of its own. Replace another parameter, or change the card."
        )
    spread = _MEDIAN.sub(f"median {value!r}", row.spread)
    return replace(row, value=value, spread=spread)


def _is_shared(row: Row | None, shared: Row) -> bool:
    return row is not None and (row.value, row.spread) == (shared.value, shared.spread)


@lru_cache(maxsize=16)
def _rows_of(model: str) -> dict[str, Row]:
    table = prepare(shipped(model)).parameter_table
    return {
        row.name: Row(row.name, row.definition, row.value, row.unit, row.spread) for row in table
    }


@lru_cache(maxsize=16)
def _prepared(model: str, vary: tuple[str, ...]) -> Compiled:
    return prepare(shipped(model), vary=vary)
