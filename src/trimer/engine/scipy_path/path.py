# SPDX-License-Identifier: Apache-2.0
"""One patient on the way with LSODA: his state, his inputs, what is seen and what is watched."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trimer.engine.solution import (
    ADD_TO_SPECIES,
    NOT_FINITE,
    OK,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    Schedule,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from trimer.engine.leg import Leg
    from trimer.engine.population import Population
    from trimer.engine.scipy_path.compiled import ScipyModel
    from trimer.engine.scipy_path.printed import NumberFunction

    Floats = NDArray[np.float64]

MAX_STEPS = 200_000
"""Steps after which a patient is given up."""

CAUTION = 0.01
"""LSODA's error over a course is up to some hundred times its tolerance on these models (trimers
per blast are a ratio of two small numbers), so it is asked for this part of the tolerance."""

PARTS = 4
"""Parts of a step in which watches are looked at."""

_LEAST = 3e-14  # LSODA takes no smaller one
_HALVINGS = 60


@dataclass(eq=False)
class Seen:
    """A patient's states and inputs at the times of a channel; the first `reached` are there."""

    times: Floats
    Y: Floats
    U: Floats
    reached: int = 0


class WatchedHere(NamedTuple):
    """A watch of one patient."""

    function: NumberFunction
    level: float
    direction: int
    terminal: bool


class Path:
    """One patient on a leg of the way."""

    def __init__(
        self,
        compiled: ScipyModel,
        population: Population,
        row: int,
        leg: Leg,
        seen: list[Seen],
        watched: list[WatchedHere],
    ) -> None:
        self.equations = compiled.equations
        self.constants: list[float] = population.constants[row].tolist()
        self.inputs: list[float] = population.inputs[row].tolist()
        self.uses_time = compiled.uses_time
        self.y, self.t, self.row = population.state[row].copy(), float(population.t[row]), row
        self.rtol, self.atol = max(CAUTION * leg.rtol, _LEAST), CAUTION * leg.atol
        self.seen, self.watched = seen, watched
        self.crossings: list[tuple[int, float, int]] = []
        self.ended = False
        self.steps = 0

    def follow(self, schedule: Schedule | None, goal: float) -> int:
        """Go to the goal, or to where a watch stops; return the status."""
        self._see(self.t, lambda _: self.y)
        if goal <= self.t:
            return OK
        for stop, events in _stops(schedule, self.row, self.t, goal):
            status = self._integrate(stop) if stop > self.t else OK
            if status != OK or self.ended:
                return status
            for kind, index, value in events:
                if not math.isfinite(value):
                    return NOT_FINITE
                if kind == ADD_TO_SPECIES:
                    self.y[index] += value
                else:
                    self.inputs[index] = value
        return OK

    def _integrate(self, stop: float) -> int:
        from scipy.integrate import LSODA

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # LSODA warns of what the status reports
            try:
                solver = LSODA(
                    self._slope, self.t, self.y, stop,
                    rtol=self.rtol, atol=self.atol, jac=self._jacobian,
                )  # fmt: skip
                while solver.status == "running":
                    solver.step()
                    self.steps += 1
                    if solver.status == "failed" or solver.t == self.t:
                        return STEP_TOO_SMALL
                    if not np.isfinite(solver.y).all():
                        return NOT_FINITE
                    if self.steps > MAX_STEPS:
                        return TOO_MANY_STEPS
                    if self._take(solver.t, solver.y, solver.dense_output):
                        return OK
            except (ArithmeticError, ValueError):
                return NOT_FINITE
        return OK

    def _take(self, t: float, y: Floats, dense: Callable[[], Callable[[float], Floats]]) -> bool:
        """Take a step, or its part up to where a watch stops; return whether one does."""
        asks = any(s.reached < len(s.times) and s.times[s.reached] <= t for s in self.seen)
        between = dense() if asks or self.watched else None
        end = self._watch(t, y, between) if between is not None and self.watched else t
        if between is not None:
            self._see(end, lambda time: y if time == t else between(time))
            self.y = y.copy() if end == t else between(end)
        else:
            self.y = y.copy()
        self.t = end
        return self.ended

    def _see(self, until: float, state: Callable[[float], Floats]) -> None:
        """Note state and inputs at the output times up to `until`."""
        for s in self.seen:
            while s.reached < len(s.times) and s.times[s.reached] <= until:
                s.Y[s.reached] = state(s.times[s.reached])
                s.U[s.reached] = self.inputs
                s.reached += 1

    # ------------------------------------------------------------------ watches
    def _watch(self, t: float, y: Floats, dense: Callable[[float], Floats]) -> float:
        """Note the crossings of a step up to the first that stops; return where that is."""
        at = np.linspace(self.t, t, PARTS + 1).tolist()
        states = [self.y, *(dense(x) for x in at[1:-1]), y]
        met: list[tuple[int, float, int]] = []
        for which, watch in enumerate(self.watched):
            far = [self._distance(watch, x, state) for x, state in zip(at, states, strict=True)]
            for part in range(PARTS):
                way = _way(far[part], far[part + 1])
                if way and watch.direction in (0, way):
                    low, high = at[part], at[part + 1]
                    met.append((which, self._bisect(watch, way, (low, high), dense), way))
        stops = [time for which, time, _ in met if self.watched[which].terminal]
        end = min(stops, default=t)
        self.ended = bool(stops)
        self.crossings += [crossing for crossing in met if crossing[1] <= end]
        return end

    def _distance(self, watch: WatchedHere, t: float, y: Floats) -> float:
        try:
            found = watch.function(self.constants, y.tolist(), self._known(t))
            return found[0] - watch.level
        except (ArithmeticError, ValueError):
            return math.nan

    def _bisect(
        self,
        watch: WatchedHere,
        way: int,
        span: tuple[float, float],
        dense: Callable[[float], Floats],
    ) -> float:
        """Return the crossing's far side."""
        low, high = span
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if way * self._distance(watch, middle, dense(middle)) >= 0:
                high = middle
            else:
                low = middle
        return high

    # ------------------------------------------------------------------ equations
    def _slope(self, t: float, y: Floats) -> list[float]:
        # Python floats: arithmetic on NumPy scalars is several times slower.
        return self.equations.slope(self.constants, y.tolist(), self._known(t))

    def _jacobian(self, t: float, y: Floats) -> Floats:
        out = np.zeros((len(y), len(y)))
        entries = self.equations.jacobian(self.constants, y.tolist(), self._known(t))
        out[self.equations.rows, self.equations.columns] = entries
        return out

    def _known(self, t: float) -> list[float]:
        return [*self.inputs, t] if self.uses_time else self.inputs


def _way(before: float, after: float) -> int:
    """Return 1 if a distance rises to zero or through it, -1 if it falls, else 0."""
    if before < 0 <= after:
        return 1
    return -1 if before > 0 >= after else 0


def _stops(
    schedule: Schedule | None, patient: int, t0: float, t1: float
) -> Iterator[tuple[float, list[tuple[int, int, float]]]]:
    """Yield each instant at which to stop, with what happens there; the end comes last."""
    if schedule is not None:
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
