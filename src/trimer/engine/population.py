# SPDX-License-Identifier: Apache-2.0
"""A population under way, and how it is carried forward in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.launch import DOSE_STEP, launch
from trimer.engine.solution import ADD_TO_SPECIES, NOT_FINITE, OK, Schedule, Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel


@dataclass(eq=False)
class Population:
    """Patients at one time, on their way.

    Attributes
    ----------
    compiled : CompiledModel
        Their model.
    t : float
        Time they have reached, in **days**.
    constants : array (N, varied parameters + baselines)
        What differs between them.
    inputs : array (N, number of inputs)
        What doses have set.
    state : array (N, n)
        Species, in the model's units.
    step : array (N,)
        Step size each would try next, in **days**: kept from one call to the next.
    status, steps, rejected : arrays (N,)
        Status (0 while all is well), steps taken and steps tried in vain so far.
    """

    compiled: CompiledModel
    t: float
    constants: NDArray[np.float64]
    inputs: NDArray[np.float64]
    state: NDArray[np.float64]
    step: NDArray[np.float64]
    status: NDArray[np.int8]
    steps: NDArray[np.int32]
    rejected: NDArray[np.int32]

    @classmethod
    def begin(cls, compiled: CompiledModel, P: NDArray[np.float64], t: float = 0.0) -> Population:
        """Return patients in their initial state at time ``t``.

        Who has a parameter, baseline or initial value that is no finite number has failed.

        Parameters
        ----------
        compiled : CompiledModel
            The model.
        P : array (N, number of varied parameters)
            Columns in the order of ``compiled.parameters``.
        t : float
            Time, in **days**.
        """
        state, constants = compiled.start(P)
        size = len(state)
        known = np.isfinite(state).all(axis=1) & np.isfinite(constants).all(axis=1)
        return cls(
            compiled, float(t), constants, np.zeros((size, len(compiled.inputs))), state,
            np.full(size, DOSE_STEP), np.where(known, OK, NOT_FINITE).astype(np.int8),
            np.zeros(size, np.int32), np.zeros(size, np.int32),
        )  # fmt: skip


def advance(
    population: Population,
    t1: float,
    schedule: Schedule | None = None,
    times: NDArray[np.float64] | None = None,
    outputs: Sequence[str] = (),
    *,
    rtol: float = 1e-6,
    atol: NDArray[np.float64] | float | None = None,
    threads: int | None = None,
    out: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Carry a population forward to ``t1``, in place, and return what was asked for on the way.

    Each patient's step size is carried over to the next call. Patients with a status other than
    0 stay where they are.

    Parameters
    ----------
    population : Population
        Changed in place.
    t1 : float
        Where to, in **days**.
    schedule : Schedule, optional
        Doses; none by default. Those of [t, t1) are given: what comes before is past, what comes
        at ``t1`` belongs to the next call. The row order within one instant is the order of
        execution.
    times : array (T,), optional
        When to look, in **days**, within [t, t1] and rising. A value at the time of a dose is the
        one before it.
    outputs : sequence of str
        Species or observables to look at.
    rtol : float
        Relative tolerance of a step.
    atol : float or array (n,), optional
        Absolute tolerance per species; by default ``rtol`` times the typical magnitude of the
        species.
    threads : int, optional
        Threads to use; all processors by default. The results do not depend on it.
    out : array (N, T, K), optional
        Where to put the result; new memory by default.

    Returns
    -------
    array (N, T, K)
        NaN where a patient could not be followed.

    Notes
    -----
    After an interrupt (Ctrl-C) some patients have moved and some have not: all of them get the
    status of an interrupted run.
    """
    everyone = np.flatnonzero(population.status == OK)
    times = np.empty(0) if times is None else np.ascontiguousarray(times, dtype=np.float64)
    size = len(population.status)
    _check(population.t, t1, times, rtol)
    schedule = _due(population, Schedule.empty(size) if schedule is None else schedule)
    shape = (size, len(times), len(outputs))
    values = np.empty(shape) if out is None else out
    if values.shape != shape or values.dtype != np.float64 or not values.flags.c_contiguous:
        message = f"out must be a C-contiguous float64 array of shape {shape}."
        raise ValueError(message)
    if len(everyone) == size:
        launch(population, t1, schedule, times, outputs, values, rtol, atol, threads)
    else:
        values[:] = np.nan
        part = _select(population, everyone)
        found = np.empty((len(everyone), *values.shape[1:]))
        launch(part, t1, _of(schedule, everyone), times, outputs, found, rtol, atol, threads)
        values[everyone] = found
        for name in ("inputs", "state", "step", "status", "steps", "rejected"):
            getattr(population, name)[everyone] = getattr(part, name)
    population.t = float(t1)
    return values


def solve(
    compiled: CompiledModel,
    P: NDArray[np.float64],
    schedule: Schedule,
    t0: float,
    t1: float,
    times: NDArray[np.float64],
    outputs: Sequence[str],
    *,
    rtol: float = 1e-6,
    atol: NDArray[np.float64] | float | None = None,
    threads: int | None = None,
) -> Solution:
    """Follow every patient from t0 to t1 and return the trajectories; see :func:`advance`."""
    times = np.ascontiguousarray(times, dtype=np.float64)
    population = Population.begin(compiled, P, t0)
    values = advance(
        population, t1, schedule, times, outputs, rtol=rtol, atol=atol, threads=threads
    )
    return Solution(
        times, tuple(outputs), values, population.status, population.steps, population.rejected,
        population.state,
    )  # fmt: skip


def _check(t0: float, t1: float, times: NDArray[np.float64], rtol: float) -> None:
    if not 0 < rtol < np.inf:
        message = f"The relative tolerance must be positive; it is {rtol}."
        raise ValueError(message)
    if not t0 < t1 < np.inf:
        message = f"A population at day {t0} cannot be carried to day {t1}; give a later time."
        raise ValueError(message)
    rising = bool(np.all(np.diff(times) > 0))  # false for NaN, as every comparison here
    if len(times) and not (rising and times[0] >= t0 and times[-1] <= t1):
        message = f"Output times must rise and lie between day {t0} and day {t1}."
        raise ValueError(message)


def _due(population: Population, schedule: Schedule) -> Schedule:
    """Return the doses from now on, checked: compiled code trusts every index."""
    size, compiled = len(population.status), population.compiled
    if schedule.n_patients != size:
        message = f"The schedule doses {schedule.n_patients} patients; the population has {size}."
        raise ValueError(message)
    adds = schedule.kind == ADD_TO_SPECIES
    width = np.where(adds, len(compiled.species), len(compiled.inputs))
    if not np.all((schedule.index >= 0) & (schedule.index < width)):
        message = f"The schedule doses an input or species that '{compiled.name}' does not have."
        raise ValueError(message)
    past = schedule.time < population.t
    start = schedule.start
    if past.any():
        start = start - np.concatenate([[0], np.cumsum(past)])[start]
    return Schedule(
        np.ascontiguousarray(start, dtype=np.int64),
        np.ascontiguousarray(schedule.time[~past], dtype=np.float64),
        np.ascontiguousarray(adds[~past], dtype=np.int8),
        np.ascontiguousarray(schedule.index[~past], dtype=np.int32),
        np.ascontiguousarray(schedule.value[~past], dtype=np.float64),
    )


def _select(population: Population, rows: NDArray[np.int64]) -> Population:
    p = population
    return Population(
        p.compiled, p.t, p.constants[rows], p.inputs[rows], p.state[rows], p.step[rows],
        p.status[rows], p.steps[rows], p.rejected[rows],
    )  # fmt: skip


def _of(schedule: Schedule, rows: NDArray[np.int64]) -> Schedule:
    counts = np.diff(schedule.start)[rows]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    within = np.arange(start[-1]) - np.repeat(start[:-1], counts)
    at = np.repeat(schedule.start[rows], counts) + within
    return Schedule(
        start, schedule.time[at], schedule.kind[at], schedule.index[at], schedule.value[at]
    )
