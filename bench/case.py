# SPDX-License-Identifier: Apache-2.0
"""The case that every engine solves: one model, the same patients, doses and output times.

Four weeks of flotetuzumab with the multi-step lead-in (30, 60, 100, 200, 300 and 400 ng/kg/day for
a day each, then 500) and dexamethasone before and during the first days; no tocilizumab.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from bench.printers import Equations

from trimer.engine.compiled import load_compiled
from trimer.engine.solution import ADD_TO_SPECIES, Schedule
from trimer.library import load
from trimer.patients.sample import sample
from trimer.protocol.protocol import Protocol
from trimer.simulate.dosing import build_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel
    from trimer.engine.solution import Solution
    from trimer.model import Model

MODEL = "flotetuzumab-reference"
DAYS = 28.0
LEAD_IN = (30, 60, 100, 200, 300, 400)  # ng/kg/day, a day each
FULL_RATE = 500
DEXAMETHASONE = ((0, 10), (0.5, 4), (1, 4), (2, 4), (3, 4))  # day, mg
SEED = 20260101


def protocol(*, dexamethasone: bool = True) -> Protocol:
    """Return the doses."""
    made = Protocol("bench")
    for rate in LEAD_IN:
        made = made.infuse(f"{rate} ng/kg/day", days=1)
    made = made.infuse(f"{FULL_RATE} ng/kg/day", days=DAYS - len(LEAD_IN))
    if dexamethasone:
        for day, dose in DEXAMETHASONE:
            made = made.give(f"dexamethasone {dose} mg", at_days=day)
    return made


@dataclass(frozen=True)
class Segment:
    """The time between two doses, in which nothing jumps.

    Attributes
    ----------
    start : float
        In **days**.
    parameters : array (N, p)
        What the equations read: constants, inputs, and what is computed ahead from both.
    added : array (N, n)
        What the doses at the start add to the states.
    times : array
        Output times after the start, in **days**; the last one is where the segment ends.
    """

    start: float
    parameters: NDArray[np.float64]
    added: NDArray[np.float64]
    times: NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Patients, doses and output times, ready for every engine.

    Attributes
    ----------
    model, compiled
        The model, and the same as our engine's machine code.
    P : array (N, varied parameters)
        The patients.
    schedule : Schedule
        Their doses, at the same times for all.
    times : array (T,)
        When to look, in **days**; every dose falls on one of them.
    """

    model: Model
    compiled: CompiledModel
    P: NDArray[np.float64]
    schedule: Schedule
    times: NDArray[np.float64]

    @cached_property
    def equations(self) -> Equations:
        """The model's equations for the printers."""
        return Equations(self.model)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(s.name for s in self.model.species)

    @property
    def scales(self) -> NDArray[np.float64]:
        """Typical magnitude of each state."""
        return np.array([s.scale for s in self.model.species])

    def atol(self, rtol: float) -> NDArray[np.float64]:
        """Return the absolute tolerance of each state: our engine's default."""
        return rtol * self.scales

    @cached_property
    def start(self) -> NDArray[np.float64]:
        """States before the first dose."""
        return self.compiled.start(self.P)[0]

    @cached_property
    def segments(self) -> list[Segment]:
        """The doses as a list of segments, for solvers that know no doses."""
        constants = self.compiled.start(self.P)[1]
        inputs = np.zeros((len(self.P), len(self.model.inputs)))
        doses = len(self.schedule.time) // len(self.P)
        time, kind, index = (
            x[:doses] for x in (self.schedule.time, self.schedule.kind, self.schedule.index)
        )
        value = self.schedule.value.reshape(-1, doses)
        starts = np.unique(time[time < self.times[-1]])
        segments = []
        for start, stop in zip(starts, [*starts[1:], self.times[-1]], strict=True):
            added = np.zeros_like(self.start)
            for k in np.flatnonzero(time == start):
                if kind[k] == ADD_TO_SPECIES:
                    added[:, index[k]] += value[:, k]
                else:
                    inputs[:, index[k]] = value[:, k]
            inside = self.times[(self.times > start) & (self.times <= stop)]
            assert inside[-1] == stop, "every dose must fall on an output time"
            known = np.hstack([constants, inputs])
            segments.append(Segment(start, self.equations.ahead(known), added, inside))
        return segments

    def solve(
        self, rtol: float = 1e-6, outputs: Sequence[str] | None = None, threads: int = 1
    ) -> Solution:
        """Solve with our engine; all states by default."""
        return self.compiled.solve(
            self.P, self.schedule, 0.0, self.times[-1], self.times,
            self.states if outputs is None else outputs, rtol=rtol, threads=threads,
        )  # fmt: skip

    def at(self, count: int) -> Case:
        """Return the same patients and doses with another number of output times."""
        return replace(self, times=output_times(count))

    def first(self, patients: int, total: int | None = None) -> Case:
        """Return the case of the first patients, repeated in turn to a total if one is given."""
        rows = np.arange(patients if total is None else total) % patients
        doses = len(self.schedule.time) // len(self.P)
        time, kind, index = (
            x[:doses] for x in (self.schedule.time, self.schedule.kind, self.schedule.index)
        )
        value = self.schedule.value.reshape(-1, doses)[rows]
        schedule = Schedule.shared(time, kind, index, value)
        return replace(self, P=self.P[rows], schedule=schedule)


def output_times(count: int) -> NDArray[np.float64]:
    """Return equally spaced output times, in **days**."""
    return np.arange(count) * (DAYS / (count - 1))


def readable(model: Model) -> Model:
    """Return the model with every state readable by name.

    Some observables share a state's name and would be read in its place, in their own unit.
    """
    states = {s.name for s in model.species}
    observables = tuple(
        replace(o, name=f"{o.name}_observed") if o.name in states else o for o in model.observables
    )
    return replace(model, observables=observables)


def make_case(
    patients: int,
    count: int = 113,
    model: Model | None = None,
    compiled: CompiledModel | None = None,
    doses: Protocol | None = None,
) -> Case:
    """Draw the patients and lay out their doses."""
    model = readable(load(MODEL) if model is None else model)
    compiled = load_compiled(model) if compiled is None else compiled
    doses = protocol() if doses is None else doses
    cohort = sample(model.parameters, patients, SEED)
    P = np.stack([cohort.column(name) for name in compiled.parameters], axis=1)
    weight = cohort.column(model.weight)
    schedule = build_schedule(compiled, P, weight, doses.events(), doses.name)
    return Case(model, compiled, P, schedule, output_times(count))


def errors(found: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each patient's error: the largest over states and times, relative to the peak.

    The peak is the largest absolute value of that state in that patient. A state that stays zero
    counts by its absolute error.
    """
    peak = np.abs(reference).max(axis=1, keepdims=True)
    peak[peak == 0] = 1.0
    return np.max(np.abs(found - reference) / peak, axis=(1, 2))
