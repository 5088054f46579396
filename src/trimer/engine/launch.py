# SPDX-License-Identifier: Apache-2.0
"""The call into compiled code: a job table for each thread, then wait."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine import crew
from trimer.engine.columns import place, plan, species_read
from trimer.engine.compiled import call
from trimer.engine.ir import LANES
from trimer.engine.job import CHANNELS, COLUMNS, FIELDS, SEEN, WORK
from trimer.engine.population import FIRST_STEP
from trimer.engine.solution import CANCELLED
from trimer.engine.watch import Crossings
from trimer.engine.workspace import give_back, lend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel
    from trimer.engine.leg import Leg
    from trimer.engine.population import Population

#: The step tried first and after every dose, in days.
DOSE_STEP = FIRST_STEP
#: A patient who would need a shorter step is given up, in days.
SMALLEST_STEP = 1e-12
#: A patient who needs more steps than this in one go is given up.
MAX_STEPS = 200_000
#: So few patients are carried by the calling thread: no thread is started for them.
FEW = 4 * LANES

_AT = {name: i for i, name in enumerate(FIELDS)}
_COLUMNS = {c: slice(at := _AT[f"{COLUMNS[0]}_{c}"], at + len(COLUMNS)) for c in CHANNELS}
_SEEN = {c: slice(at := _AT[f"{SEEN[0]}_{c}"], at + len(SEEN)) for c in CHANNELS}
_WORK = slice(_AT[next(iter(WORK))], None)
_DOUBLE, _SHORT = np.dtype(np.float64), np.dtype(np.int32)
_ARRAYS = {
    **dict.fromkeys(("t", "constants", "inputs", "state", "step"), _DOUBLE),
    **dict.fromkeys(("steps", "rejected"), _SHORT),
}
_NOTHING = np.zeros(1)  # so that a pointer to nothing at all is still a pointer


def launch(population: Population, leg: Leg) -> Crossings:
    """Carry a population along a leg, in place, and fill its channels: into compiled code."""
    compiled: CompiledModel = population.compiled  # type: ignore[assignment]
    job = _Job(compiled)
    found = _Found(leg)
    who = leg.rows[leg.order]
    job.of_population(population)
    job.of_leg(leg, found)
    for name, channel in zip(CHANNELS, leg.channels, strict=False):
        shared = channel.times.ndim == 1
        job.table[_COLUMNS[name]] = plan(compiled, channel.outputs).fields
        job.table[_SEEN[name]] = (
            channel.times.shape[-1],
            channel.times.ctypes.data,
            0 if shared else channel.times.shape[1],
            channel.values.ctypes.data,
        )
    job.of_watches(leg, found)
    job.of_visit(leg)
    seen = () if leg.visit is None else (leg.visit,)
    width = max((len(channel.outputs) for channel in (*leg.channels, *seen)), default=0)
    moves = bool((population.t[who] < leg.goals[leg.order]).any())
    count = _threads(leg.threads, len(who)) if moves else 1
    spaces = lend(compiled, width, len(leg.watches), count)
    tables = [job.table.copy() for _ in spaces]
    for table, space in zip(tables, spaces, strict=True):
        table[_WORK] = space.fields
    population.status[who] = CANCELLED  # until all is done: an interrupt leaves it so
    plain = not leg.watches and len(leg.channels) == 1 and leg.visit is None
    advance = call(compiled.addresses["advance" if plain else "advance_watching"])
    if not moves or len(who) <= FEW:
        for table in tables[:1]:
            advance(table.ctypes.data)
    else:
        held = (population, leg, found, job)
        tasks = [
            crew.Task(advance, table.ctypes.data, (table, space, held))
            for table, space in zip(tables, spaces, strict=True)
        ]
        crew.run(tasks, found.cancel)
    give_back(compiled, width, len(leg.watches), spaces)
    population.status[who] = found.status[leg.order]
    return found.crossings(leg)


class _Found:
    """What compiled code writes besides channels and the population."""

    def __init__(self, leg: Leg) -> None:
        size = len(leg.rows)
        most = leg.most if leg.watches else 0
        self.status = np.full(size, CANCELLED, np.int8)
        self.queue, self.cancel = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.crossed = np.zeros(size if leg.watches else 0, np.int32)
        self.time = np.empty((len(self.crossed), most))
        self.watch = np.empty((len(self.crossed), most), np.int32)

    def crossings(self, leg: Leg) -> Crossings:
        """Return the crossings in order."""
        if not self.crossed.any():
            return Crossings.none()
        kept = np.minimum(self.crossed, self.time.shape[1])
        at = np.arange(self.time.shape[1]) < kept[:, None]
        code = self.watch[at]
        return Crossings.sorted(
            np.repeat(leg.rows, kept), code // 2, self.time[at],
            np.where(code & 1, 1, -1).astype(np.int8), int((self.crossed - kept).sum()),
        )  # fmt: skip


class _Job:
    """The job table under construction, and the arrays that it points to."""

    def __init__(self, compiled: CompiledModel) -> None:
        self.compiled = compiled
        self.table = _empty_table().copy()
        self.held: list[object] = []

    def put(self, **entries: int | NDArray[np.generic]) -> None:
        """Set fields: whole numbers as they are, arrays as their addresses."""
        for name, value in entries.items():
            if isinstance(value, int):
                self.table[_AT[name]] = value
            else:
                self.table[_AT[name]] = value.ctypes.data
                self.held.append(value)

    def put_doubles(self, **entries: float) -> None:
        """Set fields that hold a double."""
        doubles = self.table.view(np.float64)
        for name, value in entries.items():
            doubles[_AT[name]] = value

    def of_population(self, population: Population) -> None:
        compiled = self.compiled
        _check(population)
        columns = population.constants.shape[1]
        loaded = columns + population.inputs.shape[1]
        self.put(
            step=compiled.addresses["step"], prelude=compiled.addresses["prelude"],
            n=len(compiled.species), n_columns=columns, n_loaded=loaded,
            hoisted=loaded + compiled.uses_time,
            P=population.constants, U=population.inputs, Y=population.state, H=population.step,
            T=population.t, steps=population.steps, rejected=population.rejected,
        )  # fmt: skip

    def of_leg(self, leg: Leg, found: _Found) -> None:
        self.put(
            max_steps=MAX_STEPS, atol=leg.atol, patients=len(leg.order), order=leg.order,
            queue=found.queue, cancel=found.cancel, rows=leg.rows, T1=leg.goals,
            status=found.status,
        )  # fmt: skip
        self.put_doubles(smallest_step=SMALLEST_STEP, dose_step=DOSE_STEP, rtol=leg.rtol)
        doses = leg.schedule
        if leg.visit is not None and leg.visit.doses is not None:
            doses = leg.visit.doses
        if doses is None:
            self.put(first_dose=_no_doses(leg.size))
        else:
            self.put(first_dose=doses.start)
        if doses is not None and len(doses.time):
            self.put(
                dose_time=doses.time, dose_kind=doses.kind, dose_index=doses.index,
                dose_value=doses.value,
            )  # fmt: skip

    def of_watches(self, leg: Leg, found: _Found) -> None:
        if not leg.watches:
            return
        at = [place(self.compiled, watch.output) for watch in leg.watches]
        read = {s for watch in leg.watches for s in species_read(self.compiled, watch.output)}
        self.put(
            n_watches=len(leg.watches),
            watch_function=np.array([function for function, _ in at], np.int64),
            watch_species=np.array([species for _, species in at], np.int64),
            watch_direction=np.array([w.direction for w in leg.watches], np.int64),
            watch_terminal=np.array([w.terminal for w in leg.watches], np.int64),
            n_watched=len(read), watched=np.array(sorted(read), np.int64),
            levels=leg.levels, most=leg.most,
            crossed=found.crossed, crossed_time=found.time, crossed_watch=found.watch,
        )  # fmt: skip

    def of_visit(self, leg: Leg) -> None:
        visit = leg.visit
        if visit is None:
            return
        if len(leg.channels) > 1 or visit.first.shape != leg.rows.shape:
            raise ValueError("A visit needs a first time for each row, and no second channel.")
        first = np.ascontiguousarray(visit.first, np.float64)
        missed = np.empty((len(first), len(visit.outputs)))  # the driver wants a place for these
        self.held += [visit, first, missed]
        self.table[_COLUMNS["b"]] = plan(self.compiled, visit.outputs).fields
        self.table[_SEEN["b"]] = (1, first.ctypes.data, 1, missed.ctypes.data)
        self.put(visit=visit.address or self.compiled.addresses["halt"])
        if visit.data is not None:
            self.put(visit_data=visit.data)


def _check(population: Population) -> None:
    """Refuse arrays that compiled code would not find as it expects them."""
    size = len(population.status)
    for name, kind in _ARRAYS.items():
        array = getattr(population, name)
        if not (
            isinstance(array, np.ndarray)
            and array.dtype == kind
            and array.flags.c_contiguous
            and len(array) == size
        ):
            message = (
                f"Array '{name}' of a population must be C-contiguous, of type {kind} and with "
                f"{size} rows. Change its entries instead of putting another in its place."
            )
            raise ValueError(message)


@cache
def _empty_table() -> NDArray[np.int64]:
    """Return a table in which every address is one of nothing, and every number zero."""
    table = np.zeros(len(FIELDS), np.int64)
    for name in ("dose_time", "dose_kind", "dose_index", "dose_value"):
        table[_AT[name]] = _NOTHING.ctypes.data
    return table


@cache
def _no_doses(size: int) -> NDArray[np.int64]:
    return np.zeros(size + 1, np.int64)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _threads(wanted: int | None, size: int) -> int:
    return 1 if size <= FEW else max(1, min(wanted or _processors(), -(-size // LANES)))
