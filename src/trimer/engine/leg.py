# SPDX-License-Identifier: Apache-2.0
"""A leg of the way: who is carried how far, and what is looked at and watched meanwhile.

It is made from what a caller says, checked, and is the same for every engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.solution import ADD_TO_SPECIES, OK, Schedule
from trimer.engine.watch import Crossings, level_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from trimer.engine.population import Population
    from trimer.engine.visit import Visit
    from trimer.engine.watch import Watch

    Floats: TypeAlias = NDArray[np.float64]
    Rows: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Channel:
    """Outputs at times.

    Parameters
    ----------
    times : array (T,) or (n, T)
        For all, or for each of the rows that are carried; in **days**. Rising; a row may end in
        ``+inf``, which never comes.
    outputs : tuple of str
        Species or observables.
    values : array (n, T, K)
        Filled by the engine; NaN where a patient did not come.
    """

    times: Floats
    outputs: tuple[str, ...]
    values: Floats


@dataclass(frozen=True, eq=False)
class Leg:
    """What an engine needs to know of one call; see :func:`trimer.engine.population.carry`.

    Attributes
    ----------
    size : int
        Patients of the population.
    rows : int64 array (n,)
        Rows of the population, in the order of the results.
    order : int64 array
        Places in ``rows`` of those who are well.
    goals : array (n,)
        How far, in **days**.
    """

    size: int
    rows: Rows
    order: Rows
    goals: Floats
    schedule: Schedule | None
    channels: tuple[Channel, ...]
    watches: tuple[Watch, ...]
    levels: Floats
    most: int
    rtol: float
    atol: Floats
    threads: int | None
    visit: Visit | None = None


@dataclass(frozen=True, eq=False)
class Passage:
    """What was seen on the way.

    Parameters
    ----------
    values : array (n, T, K)
        Outputs at times; NaN where a patient did not come.
    looks : array (n, T2, K2) or None
        The second channel, if there was one.
    crossings : Crossings
        Where watched outputs crossed their levels.
    """

    values: Floats
    looks: Floats | None
    crossings: Crossings


def chosen_rows(population: Population, rows: ArrayLike | None) -> Rows:
    """Return rows of a population as whole numbers, each once."""
    size = len(population.status)
    if rows is None:
        return np.arange(size)
    chosen = np.asarray(rows)
    if chosen.dtype == np.bool_ and chosen.shape == (size,):
        return np.flatnonzero(chosen)
    if chosen.ndim != 1 or (chosen.dtype.kind not in "iu" and len(chosen)):
        message = f"Rows of a population of {size} must be a list of whole numbers or a mask."
        raise ValueError(message)
    chosen = np.ascontiguousarray(chosen, dtype=np.int64)
    if len(chosen):
        if not (chosen[1:] > chosen[:-1]).all() and len(np.unique(chosen)) != len(chosen):
            raise ValueError("Rows of a population must be given once each.")
        if chosen.min() < 0 or chosen.max() >= size:
            message = f"Rows of a population of {size} must lie between 0 and {size - 1}."
            raise ValueError(message)
    return chosen


def goals_of(population: Population, rows: Rows, alive: NDArray[np.bool_], t1: ArrayLike) -> Floats:
    """Return how far each row is to be carried, checked."""
    end = np.asarray(t1, dtype=np.float64)
    if end.ndim and end.shape != rows.shape:
        message = (
            f"Wrong shape of the end times: got {end.shape}; allowed are one number and "
            f"({len(rows)},). Give one time per row."
        )
        raise ValueError(message)
    now = population.t[rows]
    back = alive & ~((end >= now) & (end < np.inf))
    nobody = end.ndim == 0 and alive.any() and not (alive & (end > now)).any()
    if back.any() or nobody or (end.ndim == 0 and not np.isfinite(end)):
        at = int(np.argmax(back if back.any() else alive)) if len(rows) else 0
        goal = np.broadcast_to(end, rows.shape)[at] if len(rows) else end
        stands = now[at] if len(rows) else np.nan
        message = (
            f"A population at day {stands} cannot be carried to day {goal}; give a later time."
        )
        raise ValueError(message)
    return np.array(np.broadcast_to(end, rows.shape))


def channel_of(
    times: ArrayLike | None,
    outputs: Sequence[str],
    span: tuple[Floats, Floats],
    alive: NDArray[np.bool_],
    out: Floats | None = None,
) -> Channel:
    """Return a channel with room for its result, its times checked against the span of each row."""
    clock = np.empty(0) if times is None else np.ascontiguousarray(times, dtype=np.float64)
    start, end = span
    if clock.ndim not in (1, 2) or (clock.ndim == 2 and len(clock) != len(start)):
        message = (
            f"Wrong shape of output times: got {clock.shape}; allowed are (times,) and "
            f"({len(start)}, times)."
        )
        raise ValueError(message)
    if clock.shape[-1] and clock.size and alive.any():
        _check_times(clock, start[alive], end[alive], alive)
    shape = (len(start), clock.shape[-1], len(outputs))
    values = np.empty(shape) if out is None else out
    if values.shape != shape or values.dtype != np.float64 or not values.flags.c_contiguous:
        message = f"out must be a C-contiguous float64 array of shape {shape}."
        raise ValueError(message)
    if not alive.all():
        values[~alive] = np.nan
    return Channel(clock, tuple(outputs), values)


def _check_times(clock: Floats, start: Floats, end: Floats, alive: NDArray[np.bool_]) -> None:
    # every comparison is false for NaN
    if clock.ndim == 1:
        rising = bool((clock[1:] > clock[:-1]).all())
        inside = clock[0] >= start.max() and clock[-1] <= end.min()
    else:
        clock = clock[alive]
        padded = clock == np.inf
        rising = bool(((clock[:, 1:] > clock[:, :-1]) | padded[:, 1:]).all())
        inside = bool((clock[:, 0] >= start).all() and ((clock <= end[:, None]) | padded).all())
    if not (rising and inside):
        message = (
            f"Output times must rise and lie between day {start.max()} and day {end.min()}."
            if clock.ndim == 1
            else "Output times must rise and lie between a patient's time and his end, then +inf."
        )
        raise ValueError(message)


def doses_of(population: Population, schedule: Schedule) -> Schedule:
    """Return a schedule checked, in the types of compiled code, which trusts every index."""
    size, compiled = len(population.status), population.compiled
    if schedule.n_patients != size:
        message = f"The schedule doses {schedule.n_patients} patients; the population has {size}."
        raise ValueError(message)
    adds = schedule.kind == ADD_TO_SPECIES
    width = np.where(adds, len(compiled.species), len(compiled.inputs))
    if not np.all((schedule.index >= 0) & (schedule.index < width)):
        message = f"The schedule doses an input or species that '{compiled.name}' does not have."
        raise ValueError(message)
    return Schedule(
        np.ascontiguousarray(schedule.start, dtype=np.int64),
        np.ascontiguousarray(schedule.time, dtype=np.float64),
        np.ascontiguousarray(adds, dtype=np.int8),
        np.ascontiguousarray(schedule.index, dtype=np.int32),
        np.ascontiguousarray(schedule.value, dtype=np.float64),
    )


def leg(  # noqa: PLR0913, PLR0917 (called in one place)
    population: Population,
    t1: ArrayLike,
    schedule: Schedule | None,
    channels: Sequence[tuple[ArrayLike | None, Sequence[str], Floats | None]],
    watches: Sequence[Watch],
    rows: ArrayLike | None,
    most: int,
    rtol: float,
    atol: ArrayLike | None,
    threads: int | None,
    visit: Visit | None = None,
) -> Leg:
    """Return what an engine is to do, checked."""
    if not 0 < rtol < np.inf:
        message = f"The relative tolerance must be positive; it is {rtol}."
        raise ValueError(message)
    compiled = population.compiled
    who = chosen_rows(population, rows)
    alive = population.status[who] == OK
    goals = goals_of(population, who, alive, t1)
    span = population.t[who], goals
    return Leg(
        len(population.status),
        who,
        np.flatnonzero(alive),
        goals,
        None if schedule is None else doses_of(population, schedule),
        tuple(channel_of(times, outputs, span, alive, out) for times, outputs, out in channels),
        tuple(watches),
        level_table(watches, len(population.status), who),
        most,
        float(rtol),
        tolerance(compiled.scales, rtol, atol),
        threads,
        visit,
    )


def tolerance(scales: Sequence[float], rtol: float, atol: ArrayLike | None) -> Floats:
    """Return the absolute tolerance of each species."""
    if atol is None:
        return rtol * np.array(scales)
    return np.array(np.broadcast_to(np.asarray(atol, dtype=np.float64), len(scales)))


def standing(population: Population, rows: Rows, outputs: tuple[str, ...]) -> Leg:
    """Return the leg of nowhere: a look at the present state."""
    now = population.t[rows]
    alive = population.status[rows] == OK
    values = np.empty((len(rows), 1, len(outputs)))
    if not alive.all():
        values[~alive] = np.nan
    channel = Channel(np.ascontiguousarray(now[:, None]), outputs, values)
    return Leg(
        len(population.status), rows, np.flatnonzero(alive), now, None, (channel,), (),
        np.empty((len(rows), 0)), 0, 1e-6, np.zeros(len(population.compiled.species)), 1,
    )  # fmt: skip
