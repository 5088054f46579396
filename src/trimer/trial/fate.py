# SPDX-License-Identifier: Apache-2.0
"""What becomes of each patient: transplant, relapse, withdrawal, death and its cause.

The model says when a patient responds, when blasts are back and how hazards of death add up; here
chance decides. Each use of chance has a stream of its own, and a number belongs to a patient: the
same patient has the same luck in every arm, in any order.

1. A patient dies of a cause when its summed hazard passes a number drawn for him, exponential with
   mean 1; the earliest cause is his. While treated he may withdraw, at a constant hazard; he is
   then lost from sight, not dead.
2. A responder who is fit and has a donor is transplanted after a delay, unless he has relapsed,
   died or withdrawn by then. From that day on the model's hazards and its relapse no longer hold:
   the marrow is another.
3. After a transplant, death by it and relapse compete at hazards that are constant in phases;
   relapse comes sooner with residual disease. Death after it is by leukemia.

All is cut off at the end of the model's course. **Assumed** throughout; nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.core.random import normal, uniform
from trimer.trial.fate_constants import FateConstants, fate_constants

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import SupportsIndex

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

HAZARDS = {"disease": "Hdis", "infection": "Hinf", "toxicity": "Htox"}
"""Causes of death that the model knows, and the states in which their hazards add up."""

CAUSES = (*HAZARDS, "transplant")
"""Causes of death."""

FAILURE_DAY = 56.0
"""Day on which a patient without a response counts as a failure of treatment: the end of two
cycles (**assumed**; some count such a failure on the first day)."""

_NEVER = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """What became of N patients; days count from the first dose, NaN where it did not happen.

    Parameters
    ----------
    ids : int64 array (N,)
        Patient numbers.
    response_day, transplant_day, relapse_day, withdrawal_day, death_day : float64 array (N,)
        In **days**.
    cause : str array (N,)
        Of `CAUSES`; empty for those alive when last seen.
    os_days, efs_days, dor_days : float64 array (N,)
        Overall survival, event-free survival and duration of response, in **days**; the last is
        NaN without a response.
    os_event, efs_event, dor_event : bool array (N,)
        Whether that time ended in its event, or was cut off by withdrawal or the end.
    """

    ids: NDArray[np.int64]
    response_day: Floats
    transplant_day: Floats
    relapse_day: Floats
    withdrawal_day: Floats
    death_day: Floats
    cause: NDArray[np.str_]
    os_days: Floats
    os_event: Flags
    efs_days: Floats
    efs_event: Flags
    dor_days: Floats
    dor_event: Flags


def death_draws(seed: SupportsIndex, ids: ArrayLike) -> dict[str, Floats]:
    """Return, for each cause that the model knows, the summed hazard at which a patient dies.

    Whoever follows patients step by step and stops at a death compares with these, and agrees
    with `fates` on the day.

    Parameters
    ----------
    seed : int
        Not negative.
    ids : array_like of int
        Patient numbers.
    """
    return {cause: _exponential(seed, f"death by {cause}", ids) for cause in HAZARDS}


def fates(  # noqa: PLR0913 (what the model says of patients; options by keyword)
    ids: ArrayLike,
    times: ArrayLike,
    hazards: Mapping[str, ArrayLike],
    *,
    response_day: ArrayLike,
    relapse_day: ArrayLike,
    seed: SupportsIndex,
    residual: ArrayLike | None = None,
    treated_until: ArrayLike = FAILURE_DAY,
    transplants: bool = True,
    failure_day: float = FAILURE_DAY,
    constants: FateConstants | None = None,
) -> Fates:
    """Return what becomes of each patient.

    Parameters
    ----------
    ids : array_like of int, shape (N,)
        Patient numbers.
    times : array_like of float, shape (T,)
        Output times from 0 on, in **days**; the last is the end of follow-up.
    hazards : mapping of str to array_like, shape (N, T)
        Summed hazard of each cause in `HAZARDS`: never falling; 0 when the course began.
    response_day, relapse_day : array_like of float, shape (N,)
        By the model, in **days**; NaN where there is none.
    seed : int
        Not negative.

    Other Parameters
    ----------------
    residual : array_like of float, shape (N, T), optional
        Decimal logarithm of residual disease; none is seen if left out.
    treated_until : array_like of float
        How long patients are treated and may withdraw, in **days**.
    transplants : bool
        Whether anybody is transplanted.
    failure_day : float
        When a patient without a response counts as a failure, in **days**.
    constants : FateConstants, optional
        Those shipped if left out.

    Raises
    ------
    InputError
        When shapes do not fit, a summed hazard falls, or a cause is missing.
    """
    number = np.asarray(ids, dtype=np.int64)
    days = _days(times)
    c = fate_constants() if constants is None else constants
    summed = _checked(hazards, number.size, days.size)
    responded, back = (
        _day(name, array, number.size)
        for name, array in (("response", response_day), ("relapse", relapse_day))
    )
    draws = death_draws(seed, number)
    own = np.stack([_crossing(days, summed[cause], draws[cause]) for cause in HAZARDS])
    leaves = _over(_exponential(seed, "withdrawal", number), c.withdraws)
    leaves = np.where(leaves < np.broadcast_to(treated_until, number.shape), leaves, _NEVER)
    gone = np.minimum(own.min(axis=0), leaves)
    responded = np.where(responded < gone, responded, _NEVER)
    moved = _transplant(c, seed, number, responded, np.minimum(gone, back))
    moved = np.where((moved < days[-1]) & transplants, moved, _NEVER)
    new = moved < _NEVER
    mrd = np.full(number.size, -c.mrd_floor) if residual is None else _at(days, residual, moved)
    toxic, relapsed, last = _after(c, seed, number, moved, mrd)
    relapse = np.where(new, relapsed, np.where(responded < _NEVER, back, _NEVER))
    death = np.where(new, np.minimum(toxic, last), own.min(axis=0))
    cause = np.where(
        new, np.where(toxic < last, "transplant", "disease"), np.array(list(HAZARDS))[own.argmin(0)]
    )
    left = np.where(new, _NEVER, leaves)
    unknown = np.zeros(number.size, dtype=np.bool_)
    for course in summed.values():
        unknown |= np.isnan(course).any(axis=1)
    return _told(
        number, responded, moved, relapse, left, death, cause, days[-1], failure_day, unknown
    )


def _told(
    ids: NDArray[np.int64],
    responded: Floats,
    moved: Floats,
    relapse: Floats,
    left: Floats,
    death: Floats,
    cause: NDArray[np.str_],
    end: float,
    failure_day: float,
    unknown: Flags,
) -> Fates:
    seen = np.minimum(left, end)  # until when a patient is looked at, if he lives
    dies = death <= seen
    os_days = np.minimum(death, seen)
    relapses = relapse <= os_days
    failure = np.where((responded == _NEVER) & (failure_day <= os_days), failure_day, _NEVER)
    first = np.minimum(np.where(relapses, relapse, _NEVER), failure)
    efs_event = dies | (first < _NEVER)
    over = np.minimum(np.where(relapses, relapse, _NEVER), os_days)
    held = responded <= os_days

    def day(when: Floats, happened: Flags) -> Floats:
        return np.where(happened & ~unknown, when, np.nan)

    everyone = np.ones_like(dies)
    return Fates(
        ids=ids,
        response_day=day(responded, held),
        transplant_day=day(moved, moved <= os_days),
        relapse_day=day(relapse, relapses),
        withdrawal_day=day(left, (left <= end) & ~dies),
        death_day=day(death, dies),
        cause=np.where(dies & ~unknown, cause, ""),
        os_days=day(os_days, everyone),
        os_event=dies & ~unknown,
        efs_days=day(np.minimum(first, os_days), everyone),
        efs_event=efs_event & ~unknown,
        dor_days=day(over - np.where(held, responded, 0.0), held),
        dor_event=held & (dies | relapses) & ~unknown,
    )


def _transplant(
    c: FateConstants,
    seed: SupportsIndex,
    ids: NDArray[np.int64],
    responded: Floats,
    before: Floats,
) -> Floats:
    """Day of the transplant of those who come to it."""
    delay = c.delay * np.exp(c.delay_sd * normal(seed, "fate/donor", ids))
    moved = responded + delay
    fit = uniform(seed, "fate/eligible", ids) < c.eligible
    return np.where(fit & (moved < before), moved, _NEVER)


def _after(
    c: FateConstants, seed: SupportsIndex, ids: NDArray[np.int64], moved: Floats, mrd: Floats
) -> tuple[Floats, Floats, Floats]:
    """Days of death by the transplant, of relapse, and of death after relapse."""
    toxic = _phased(
        _exponential(seed, "transplant mortality", ids), c.toxic_early, c.toxic_late, c.early_days
    )
    rise = c.mrd_rise ** np.maximum(mrd + c.mrd_floor, 0.0)
    wait = _exponential(seed, "transplant relapse", ids) / rise
    relapse = _phased(wait, c.relapse_year, c.relapse_later, c.year)
    first = relapse < toxic
    relapse = np.where(first, moved + relapse, _NEVER)
    last = relapse + _over(_exponential(seed, "after relapse", ids), c.after_relapse)
    return np.where(first, _NEVER, moved + toxic), relapse, last


def _phased(target: Floats, early: float, late: float, length: float) -> Floats:
    """Time at which a hazard, constant before and after `length`, has added up to a target."""
    inside = target < early * length
    later = length + _over(np.maximum(target - early * length, 0.0), late)
    return np.where(inside, _over(target, early), later)


def _over(target: Floats, hazard: float) -> Floats:
    return target / hazard if hazard > 0 else np.full_like(target, _NEVER)


def _exponential(seed: SupportsIndex, use: str, ids: ArrayLike) -> Floats:
    return -np.log(uniform(seed, f"fate/{use}", ids))


def _crossing(days: Floats, summed: Floats, target: Floats) -> Floats:
    """Day on which a summed hazard reaches a target; between outputs the hazard is constant."""
    below = summed < target[:, None]
    k = below.sum(axis=1)
    reached = (k < days.size) & ~np.isnan(summed).any(axis=1)
    after = np.clip(k, 1, days.size - 1)
    row = np.arange(len(summed))
    low, high = summed[row, after - 1], summed[row, after]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(high > low, (target - low) / (high - low), 0.0)
    part = np.clip(part, 0.0, 1.0)  # a ward begins a little before the first dose
    when = days[after - 1] + part * (days[after] - days[after - 1])
    return np.where(reached, when, _NEVER)


def _at(days: Floats, courses: ArrayLike, when: Floats) -> Floats:
    """Value at the last output before a day; of the last output for those whose day never comes."""
    found = np.asarray(courses, dtype=np.float64)
    if found.shape != (when.size, days.size):
        raise InputError(
            f"Wrong shape of residual disease: got {found.shape} for {when.size} patients and "
            f"{days.size} times; there is one row a patient and one column a time."
        )
    k = np.clip(np.searchsorted(days, when, side="right") - 1, 0, days.size - 1)
    return np.asarray(found[np.arange(when.size), k])


def _days(times: ArrayLike) -> Floats:
    days = np.asarray(times, dtype=np.float64)
    if days.ndim != 1 or days.size < 2 or days[0] != 0 or not (np.diff(days) > 0).all():
        raise InputError(
            f"Wrong times of the courses of hazards: got {days.size} of them; they are days, at "
            "least two, from 0 on, increasing."
        )
    return days


def _day(what: str, array: ArrayLike, n: int) -> Floats:
    found = np.asarray(array, dtype=np.float64)
    if found.shape != (n,):
        raise InputError(
            f"Wrong days of {what}: got shape {found.shape} for {n} patients; there is one for "
            "each, NaN where it did not happen."
        )
    return np.where(np.isnan(found), _NEVER, found)


def _checked(hazards: Mapping[str, ArrayLike], n: int, t: int) -> dict[str, Floats]:
    if hazards.keys() != HAZARDS.keys():
        odd = sorted(hazards.keys() ^ HAZARDS.keys())
        raise InputError(
            f"Wrong causes of death: '{odd[0]}' is "
            f"{'missing' if odd[0] in HAZARDS else 'not known'}; they are "
            f"{', '.join(HAZARDS)}. Give the summed hazard of each."
        )
    found = {}
    for cause in HAZARDS:
        summed = np.asarray(hazards[cause], dtype=np.float64)
        if summed.shape != (n, t):
            raise InputError(
                f"Wrong shape of the summed hazard of death by {cause}: got {summed.shape} for "
                f"{n} patients and {t} times; there is one row a patient and one column a time."
            )
        # the solver may let a sum that stands still fall by its tolerance
        if (np.diff(summed, axis=1) < -1e-5).any() or (summed < -1e-5).any():
            raise InputError(
                f"Wrong summed hazard of death by {cause}: it is not negative and never falls. "
                "Give the sum, not the hazard itself."
            )
        found[cause] = np.maximum.accumulate(np.maximum(summed, 0.0), axis=1)
    return found
