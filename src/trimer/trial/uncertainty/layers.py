# SPDX-License-Identifier: Apache-2.0
"""Two layers of uncertainty: how patients differ, and how little the parameters are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import Proportion, proportion
from trimer.core.errors import InputError
from trimer.trial.populations import RATES, counts_of, populations, stored_times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.engine.compiled import CardRow
    from trimer.engine.solution import Compiled
    from trimer.simulate import Run
    from trimer.trial.study import Arm

    Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SHOWN = ("concentration", "IL6", "temperature", "MAP", "T_cells", "blasts")
"""Observables that are looked at, of those a model has."""

DRAWS, PATIENTS = 40, 250


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Quantile bands of one observable over time.

    Parameters
    ----------
    name, label, unit : str
        Of the observable.
    patients : float64 array (5, T)
        Between patients, under the card as it is: 5, 25, 50, 75 and 95 %.
    parameters : float64 array (5, T)
        About the parameters: the same quantiles of the medians of all drawn cards.
    both : float64 array (5, T)
        Of all patients under all drawn cards.
    """

    name: str
    label: str
    unit: str
    patients: Floats
    parameters: Floats
    both: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What is uncertain of one treatment.

    Parameters
    ----------
    arm, label : str
        Its names.
    times : float64 array (T,)
        In **days** since the first dose.
    layers : tuple of Layers
        One for each observable.
    at_card : tuple of Proportion
        Rates under the card, with exact intervals: the chance of the draw of patients.
    rates : float64 array (draws, rates)
        Rates under each drawn card, 0 to 1.
    patients, draws : int
        Patients under each card, and drawn cards.
    failed : int
        Patients under drawn cards who could not be followed.
    """

    arm: str
    label: str
    times: Floats
    layers: tuple[Layers, ...]
    at_card: tuple[Proportion, ...]
    rates: Floats
    patients: int
    draws: int
    failed: int

    @property
    def names(self) -> tuple[str, ...]:
        """What the rates are of."""
        return RATES

    def rate_quantiles(self) -> Floats:
        """Return 5, 25, 50, 75 and 95 % of the rates over the drawn cards (5, rates)."""
        return np.asarray(np.nanquantile(self.rates, QUANTILES, axis=0))


def uncertainty(
    compiled: Compiled,
    table: Sequence[CardRow],
    arm: Arm,
    cards: Sequence[Mapping[str, float]],
    *,
    days: float,
    patients: int = PATIENTS,
    seed: int = 1,
    observables: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Uncertainty:
    """Follow the same patients under the card and under drawn cards.

    Parameters
    ----------
    compiled : Compiled
        The model, compiled so that whatever a card changes can be varied.
    table : sequence of CardRow
        The card as it is.
    arm : Arm
        The treatment.
    cards : sequence of mapping of str to float
        Factors on typical values; see `draw_cards`.

    Other Parameters
    ----------------
    days : float
        For how long, in **days**.
    patients : int
        Under each card.
    seed : int
        Of the patients and of the ward.
    observables : sequence of str, optional
        What is looked at over time.
    threads : int, optional
        Threads to use. Results do not depend on it.
    progress : callable, optional
        Called with the number of simulations done.

    Raises
    ------
    InputError
        If there is no drawn card or too few patients, or nobody could be followed under the card.
    """
    if len(cards) < 2 or patients < 2:
        raise InputError(
            f"Too little for two layers: got {len(cards)} drawn cards of {patients} patients; "
            "it takes two of each at least."
        )
    names = tuple(observables or [name for name in SHOWN if name in compiled.observables])
    found, counted = [], []
    parts = populations(
        compiled, table, arm.protocol, [{}, *cards],
        patients=patients, seed=seed, days=days, observables=names, threads=threads,
    )  # fmt: skip
    for k, (run, rows, table_of) in enumerate(parts):
        counted.append(counts_of(table_of))
        found.append(_courses(run, rows, names))
        if progress is not None:
            progress((k + 1) * patients)
    at_card = tuple(proportion(n, counted[0][1]) for n in counted[0][0])
    if not counted[0][1]:
        raise InputError("Nobody could be followed under the card. Try fewer days.")
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = np.array([np.array(n) / total for n, total in counted[1:]], dtype=np.float64)
    layers = tuple(
        _layers(name, run, [course[k] for course in found]) for k, name in enumerate(names)
    )
    return Uncertainty(
        arm.name, arm.label, run.times[stored_times(run)], layers, at_card, rates, patients,
        len(cards),
        sum(patients - total for _, total in counted[1:]),
    )  # fmt: skip


def _courses(run: Run, rows: slice, names: Sequence[str]) -> list[Floats]:
    """Return stored courses (N, T) of each observable, of the patients who were followed."""
    followed = run.status[rows] == 0
    stored = stored_times(run)
    return [run.column(name)[rows][followed][:, stored] for name in names]


def _layers(name: str, run: Run, courses: Sequence[Floats]) -> Layers:
    """Return the bands of one observable from its courses under each card, the card's first."""
    card, *drawn = courses
    medians = np.array([np.median(course, axis=0) for course in drawn if len(course)])
    if not len(medians):
        raise InputError("Nobody could be followed under any drawn card. Try fewer days.")
    return Layers(
        name, run.labels[name], run.units[name],
        np.quantile(card, QUANTILES, axis=0),
        np.quantile(medians, QUANTILES, axis=0),
        np.quantile(np.concatenate(drawn), QUANTILES, axis=0),
    )  # fmt: skip
