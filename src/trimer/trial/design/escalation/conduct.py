# SPDX-License-Identifier: Apache-2.0
"""Conduct a design many times on the same virtual patients, and say how it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import proportion
from trimer.core.errors import InputError
from trimer.core.random import uniform
from trimer.trial.design.escalation.rule import NONE

if TYPE_CHECKING:
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from trimer.assess import Proportion
    from trimer.trial.design.escalation.rule import Counts, DesignRule, Doses
    from trimer.trial.design.escalation.toxicity import Toxicity

MOST_PATIENTS = 500
_STRIDE = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class Characteristics:
    """How a design does over R repeats of the trial.

    Parameters
    ----------
    design : str
        Its name.
    doses : tuple of str, length D
        From the lowest on.
    chosen : int64 array (R,)
        The dose chosen in each repeat; -1 where none was.
    treated, toxic : int64 array (R, D)
        Patients at each dose and those of them with a DLT.
    cohorts : int64 array (R,)
        How many times patients were entered.
    window_days : float
        For how long a DLT counts, in **days**.
    target : float
        The wanted rate.
    best : int
        The dose whose rate in all virtual patients is nearest the target.
    """

    design: str
    doses: tuple[str, ...]
    chosen: Doses
    treated: Counts
    toxic: Counts
    cohorts: Counts
    window_days: float
    target: float
    best: int

    @property
    def repeats(self) -> int:
        """How many repeats."""
        return len(self.chosen)

    @property
    def selected(self) -> tuple[Proportion, ...]:
        """Share of repeats that choose each dose, with exact intervals."""
        return tuple(self._share(self.chosen == k) for k in range(len(self.doses)))

    @property
    def none_selected(self) -> Proportion:
        """Share of repeats that choose no dose."""
        return self._share(self.chosen == NONE)

    @property
    def correct(self) -> Proportion:
        """Share of repeats that choose the dose nearest the target."""
        return self._share(self.chosen == self.best)

    @property
    def too_high(self) -> Proportion:
        """Share of repeats that choose a higher dose than that."""
        return self._share(self.chosen > self.best)

    @property
    def patients(self) -> float:
        """Mean number of patients."""
        return float(self.treated.sum(axis=1).mean())

    @property
    def patients_at(self) -> tuple[float, ...]:
        """Mean number of patients at each dose."""
        return tuple(self.treated.mean(axis=0).tolist())

    @property
    def toxicities(self) -> float:
        """Mean number of patients with a DLT."""
        return float(self.toxic.sum(axis=1).mean())

    @property
    def toxicity_share(self) -> float:
        """Patients with a DLT, of all treated in all repeats."""
        return float(self.toxic.sum() / self.treated.sum())

    @property
    def days(self) -> float:
        """Mean length in **days**, if each cohort is entered at once and watched for a window."""
        return float(self.cohorts.mean() * self.window_days)

    def _share(self, of: NDArray[np.bool_]) -> Proportion:
        return proportion(int(of.sum()), self.repeats)

    def __repr__(self) -> str:
        """Return a short card."""
        chosen = ", ".join(
            f"{dose} {100 * share.share:.1f} %"
            for dose, share in zip(self.doses, self.selected, strict=True)
        )
        return (
            f"{self.design}, {self.repeats:,} trials: chosen {chosen}, none "
            f"{100 * self.none_selected.share:.1f} %; {self.patients:.1f} patients and "
            f"{self.toxicities:.1f} DLT on average"
        )


def escalate(
    toxicity: Toxicity,
    design: DesignRule,
    *,
    target: float,
    most: int = 30,
    cohort: int = 3,
    start: int = 0,
    repeats: int = 2000,
    seed: SupportsIndex = 1,
) -> Characteristics:
    """Conduct a design many times.

    Patient *k* of repeat *r* is drawn from the table by seed, *r* and *k* alone, with replacement:
    all designs see the same patients in the same order.

    Parameters
    ----------
    toxicity : Toxicity
        Potential outcomes to draw from.
    design : DesignRule
        Such as ``Boin(0.25)``.
    target : float
        Wanted share of patients with a DLT: by it the right dose is told.
    most, cohort : int
        The largest number of patients, and how many enter at a time.
    start : int
        The first dose, from 0.
    repeats : int
        How many trials.
    seed : int
        Not negative.

    Raises
    ------
    InputError
        When a number is none that a trial has.
    """
    doses = len(toxicity.doses)
    _check(doses, most, cohort, start, repeats)
    limit, together = design.size(doses, most, cohort)
    drawn = _draw(len(toxicity.ids), repeats, limit, seed)
    treated = np.zeros((repeats, doses), np.int64)
    toxic = np.zeros_like(treated)
    cohorts = np.zeros(repeats, np.int64)
    dose = np.full(repeats, start, np.int64)
    going = np.arange(repeats)
    for first in range(0, limit, together):
        entered = drawn[going, first : first + together]
        here = dose[going]
        treated[going, here] += entered.shape[1]
        toxic[going, here] += toxicity.toxic[entered, here[:, None]].sum(axis=1)
        cohorts[going] += 1
        dose[going] = design.next_dose(treated[going], toxic[going], here)
        going = going[dose[going] != NONE]
        if not going.size:
            break
    chosen = design.choose(treated, toxic)
    return Characteristics(
        design.name, toxicity.doses, chosen, treated, toxic, cohorts, toxicity.window_days, target,
        toxicity.nearest(target),
    )  # fmt: skip


def _draw(patients: int, repeats: int, limit: int, seed: SupportsIndex) -> NDArray[np.intp]:
    """Return which patient of the table is the k-th of each repeat."""
    # The stride is fixed, so that a longer trial begins with the patients of a shorter one.
    number = np.arange(repeats)[:, None] * _STRIDE + np.arange(limit)
    luck = uniform(seed, "escalation/draw", number)
    return np.minimum((luck * patients).astype(np.intp), patients - 1)


def _check(doses: int, most: int, cohort: int, start: int, repeats: int) -> None:
    problems = []
    if not 1 <= cohort <= most <= MOST_PATIENTS:
        problems.append(
            f"Wrong size of an escalation: got at most {most} patients, {cohort} at a time; there "
            f"are at least as many as enter at a time, and at most {MOST_PATIENTS:,}."
        )
    if not 0 <= start < doses:
        problems.append(
            f"Wrong first dose of an escalation: got number {start + 1} of {doses}; it is one of "
            "them."
        )
    if repeats < 1:
        problems.append(
            f"Wrong number of repeats: got {repeats}; a trial is conducted at least once."
        )
    if problems:
        raise InputError(*problems)
