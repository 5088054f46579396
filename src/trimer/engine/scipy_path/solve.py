# SPDX-License-Identifier: Apache-2.0
"""Follow patients with LSODA, one after the other, from event to event."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.scipy_path.compiled import ScipyModel, scipy_compile
from trimer.engine.solution import (
    ADD_TO_SPECIES,
    NOT_FINITE,
    OK,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    Schedule,
    Solution,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from trimer.model.model import Model

    Floats = NDArray[np.float64]

MAX_STEPS = 200_000
"""Steps after which a patient is given up."""

CAUTION = 0.01
"""LSODA's error over a course is up to some hundred times its tolerance on these models (trimers
per blast are a ratio of two small numbers), so it is asked for this part of the tolerance."""

_LEAST = 3e-14  # LSODA takes no smaller one


def scipy_solve(
    compiled: Model | ScipyModel,
    P: Floats,
    schedule: Schedule,
    t0: float,
    t1: float,
    times: Floats,
    outputs: Sequence[str],
    rtol: float = 1e-6,
    atol: Floats | float | None = None,
) -> Solution:
    """Follow every patient from `t0` to `t1` with LSODA, stopping exactly at each event.

    Parameters
    ----------
    compiled : Model or ScipyModel
        What to solve.
    P : float64 array (N, p)
        Parameters that differ between patients, in the order of ``compiled.parameters``.
    schedule : Schedule
        Doses.
    t0, t1 : float
        From when to when, in **days**.
    times : float64 array (T,)
        Increasing output times within [t0, t1], in **days**.
    outputs : sequence of str
        Names of observables or species.
    rtol : float
        Relative tolerance wanted; LSODA works at `CAUTION` times that.
    atol : float, array (n,) or None
        Absolute tolerance wanted; None means `rtol` times the typical magnitude of the species.

    Returns
    -------
    Solution
        A patient who cannot be followed keeps his row, with a status and NaN.
    """
    if not isinstance(compiled, ScipyModel):
        compiled = scipy_compile(compiled)
    times = np.asarray(times, dtype=np.float64)
    constants, states = compiled.constants(P), compiled.initial(P)
    n = len(P)
    tolerance = rtol * np.array(compiled.scales) if atol is None else np.asarray(atol)
    names = compiled.observables + compiled.species
    chosen = [names.index(name) for name in outputs]
    values = np.full((n, len(times), len(chosen)), np.nan)
    status, steps = np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.int32)
    for i in range(n):
        path = _Path(
            compiled, constants[i], times, max(CAUTION * rtol, _LEAST), CAUTION * tolerance
        )
        status[i] = path.follow(states[i], schedule, i, t0, t1)
        steps[i], states[i] = path.steps, path.y
        reached = slice(0, path.reached)
        read = compiled.read(constants[i : i + 1], path.Y[reached], path.U[reached])
        values[i, reached] = np.hstack([read, path.Y[reached]])[:, chosen]
    rejected = np.zeros(n, dtype=np.int32)
    return Solution(times, tuple(outputs), values, status, steps, rejected, states)


class _Path:
    """One patient on the way: his state, his inputs, and what was seen at the output times."""

    def __init__(
        self,
        compiled: ScipyModel,
        constants: Floats,
        times: Floats,
        rtol: float,
        atol: Floats | float,
    ) -> None:
        self.equations = compiled.equations
        self.constants: list[float] = constants.tolist()
        self.inputs = [0.0] * len(compiled.inputs)
        self.times, self.rtol, self.atol = times, rtol, atol
        self.Y = np.full((len(times), len(compiled.species)), np.nan)
        self.U = np.zeros((len(times), len(compiled.inputs)))
        self.reached = 0
        self.steps = 0
        self.y: Floats = np.empty(0)

    def follow(self, y: Floats, schedule: Schedule, patient: int, t0: float, t1: float) -> int:
        """Go from `t0` to `t1`; return the status."""
        self.y = y.copy()
        if not (np.isfinite(self.y).all() and np.isfinite(self.constants).all()):
            self.y[:] = np.nan
            return NOT_FINITE
        self._see(t0, lambda _: self.y)
        time = t0
        for stop, events in _stops(schedule, patient, t0, t1):
            status = self._integrate(time, stop) if stop > time else OK
            if status != OK:
                return status
            for kind, index, value in events:
                if not math.isfinite(value):
                    return NOT_FINITE
                if kind == ADD_TO_SPECIES:
                    self.y[index] += value
                else:
                    self.inputs[index] = value
            time = stop
        return OK

    def _integrate(self, start: float, stop: float) -> int:
        from scipy.integrate import LSODA

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # LSODA warns of what the status reports
            try:
                solver = LSODA(
                    self._slope, start, self.y, stop,
                    rtol=self.rtol, atol=self.atol, jac=self._jacobian,
                )  # fmt: skip
                while solver.status == "running":
                    before = solver.t
                    solver.step()
                    self.steps += 1
                    if solver.status == "failed" or solver.t == before:
                        return STEP_TOO_SMALL
                    if not np.isfinite(solver.y).all():
                        return NOT_FINITE
                    if self.steps > MAX_STEPS:
                        return TOO_MANY_STEPS
                    if self.reached < len(self.times) and self.times[self.reached] <= solver.t:
                        self._see(solver.t, solver.dense_output())
            except (ArithmeticError, ValueError):
                return NOT_FINITE
        self.y = solver.y.copy()
        return OK

    def _see(self, until: float, state: Callable[[float], Floats]) -> None:
        """Note state and inputs at the output times up to `until`."""
        while self.reached < len(self.times) and self.times[self.reached] <= until:
            self.Y[self.reached] = state(self.times[self.reached])
            self.U[self.reached] = self.inputs
            self.reached += 1

    def _slope(self, _t: float, y: Floats) -> list[float]:
        # Python floats: arithmetic on NumPy scalars is several times slower.
        return self.equations.slope(self.constants, y.tolist(), self.inputs)

    def _jacobian(self, _t: float, y: Floats) -> Floats:
        out = np.zeros((len(y), len(y)))
        entries = self.equations.jacobian(self.constants, y.tolist(), self.inputs)
        out[self.equations.rows, self.equations.columns] = entries
        return out


def _stops(
    schedule: Schedule, patient: int, t0: float, t1: float
) -> Iterator[tuple[float, list[tuple[int, int, float]]]]:
    """Yield each instant at which to stop, with what happens there; the end comes last."""
    rows = schedule.of(patient)
    time = schedule.time[rows]
    what = list(
        zip(
            schedule.kind[rows].tolist(),
            schedule.index[rows].tolist(),
            schedule.value[rows].tolist(),
            strict=True,
        )
    )
    for stop in np.unique(time[(time >= t0) & (time < t1)]).tolist():
        yield stop, [what[k] for k in np.flatnonzero(time == stop)]
    yield t1, []
