# SPDX-License-Identifier: Apache-2.0
"""The call into compiled code: a job table and a work space for each thread, then wait."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import UnknownName, did_you_mean
from trimer.engine import rodas5p
from trimer.engine.compiled import aligned, call
from trimer.engine.ir import LANES
from trimer.engine.job import FIELDS, NEVER
from trimer.engine.solution import CANCELLED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel
    from trimer.engine.population import Population
    from trimer.engine.solution import Schedule

#: The step tried first and after every dose, in days (0.1 h).
DOSE_STEP = 1 / 240
#: A patient who would need a shorter step is given up, in days.
SMALLEST_STEP = 1e-12
#: A patient who needs more steps than this in one go is given up.
MAX_STEPS = 200_000


def launch(
    population: Population,
    t1: float,
    schedule: Schedule,
    times: NDArray[np.float64],
    outputs: Sequence[str],
    values: NDArray[np.float64],
    rtol: float,
    atol: NDArray[np.float64] | float | None,
    threads: int | None,
) -> None:
    """Fill ``values`` and carry the population forward: the call into compiled code."""
    compiled = population.compiled
    n, size, k = len(compiled.species), len(population.status), len(outputs)
    ahead = 0
    if len(times) and times[0] == population.t:
        values[:, 0, :] = _now(population, outputs)
        ahead = 1
    if atol is None:
        tolerance = rtol * np.array(compiled.scales)
    else:
        tolerance = np.array(np.broadcast_to(np.asarray(atol, dtype=np.float64), n))
    clock = np.append(times[ahead:], NEVER)
    one = np.zeros(1)  # so that a pointer to no dose at all is still a pointer
    doses = schedule if len(schedule.time) else None
    queue, cancel = np.zeros(1, np.int64), np.zeros(1, np.int64)
    steps, rejected, written = (np.zeros(size, np.int32) for _ in range(3))
    status = np.full(size, CANCELLED, np.int8)
    shared: dict[str, int | float | np.ndarray] = {
        "step": compiled.addresses["step"],
        "prelude": compiled.addresses["prelude"],
        "n": n,
        "n_columns": population.constants.shape[1],
        "n_loaded": population.constants.shape[1] + population.inputs.shape[1],
        "patients": size,
        "queue": queue,
        "cancel": cancel,
        "P": population.constants,
        "U": population.inputs,
        "Y": population.state,
        "H": population.step,
        "T0": population.t,
        "T1": float(t1),
        "first_dose": schedule.start,
        "dose_time": one if doses is None else doses.time,
        "dose_kind": one if doses is None else doses.kind,
        "dose_index": one if doses is None else doses.index,
        "dose_value": one if doses is None else doses.value,
        "times": clock,
        "n_times": len(times),
        **_columns(compiled, outputs),
        "n_columns_out": k,
        "status": status,
        "steps": steps,
        "rejected": rejected,
        "written": written,
        "max_steps": MAX_STEPS,
        "smallest_step": SMALLEST_STEP,
        "dose_step": DOSE_STEP,
        "rtol": float(rtol),
        "atol": tolerance,
    }
    shared["out"] = values.ctypes.data + ahead * k * 8
    jobs = []
    for _ in range(_threads(threads, size)):
        work = _work(compiled, n, k)
        jobs.append((_table({**shared, **work}), work))
    population.status[:] = CANCELLED  # until all is done: an interrupt leaves it so
    _launch(call(compiled.addresses["advance"]), jobs, cancel, (shared, values, population))
    for patient in np.flatnonzero(written < len(times) - ahead):  # did not get to the end
        values[patient, ahead + written[patient] :] = np.nan
    population.status[:] = status
    population.steps += steps
    population.rejected += rejected


def _columns(compiled: CompiledModel, outputs: Sequence[str]) -> dict[str, int | NDArray[np.int64]]:
    """Return what the driver must know of the outputs: which are species, which functions."""
    direct, functions, needed = [], [], set[int]()
    for column, name in enumerate(outputs):
        if name in compiled.observables:
            i = compiled.observables.index(name)
            functions.append((compiled.addresses[f"observe_{i}"], column))
            needed.update(compiled.needs[i])
        elif name in compiled.species:
            direct.append((compiled.species.index(name), column))
        else:
            known = (*compiled.observables, *compiled.species)
            message = f"Unknown output '{name}' of '{compiled.name}'.{did_you_mean(name, known)}"
            raise UnknownName(message)
    found = np.array(direct, dtype=np.int64).reshape(-1, 2).T.copy()
    called = np.array(functions, dtype=np.int64).reshape(-1, 2).T.copy()
    return {
        "n_needed": len(needed),
        "needed": np.array(sorted(needed), dtype=np.int64),
        "n_direct": len(direct),
        "direct": found[0],
        "direct_column": found[1],
        "n_functions": len(functions),
        "functions": called[0],
        "function_column": called[1],
    }


def _now(population: Population, outputs: Sequence[str]) -> NDArray[np.float64]:
    """Return the outputs of the present state."""
    compiled = population.compiled
    known = np.hstack([population.constants, population.inputs])
    found = []
    for name in outputs:
        if name in compiled.observables:
            i = compiled.observables.index(name)
            found.append(compiled.rows(f"observe_{i}", population.state, known, 1)[:, 0])
        else:
            found.append(population.state[:, compiled.species.index(name)])
    return np.stack(found, axis=1) if found else np.empty((len(population.state), 0))


def _threads(wanted: int | None, size: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(wanted or available or 1, -(-size // LANES)))


def _work(compiled: CompiledModel, n: int, k: int) -> dict[str, np.ndarray]:
    """Return the work space of one thread: arrays of vectors, one after the other."""
    loaded = len(compiled.parameters) + len(compiled.baselines) + len(compiled.inputs)
    rows = {
        "y": n, "u": n, "yn": n, "k": n * rodas5p.STAGES, "lu": compiled.n_factors,
        "p": loaded + compiled.n_hoisted, "wanted": k + LANES,
        "h": 1, "error": 1, "t": 1, "proposed": 1, "stop": 1, "next_out": 1, "live": 1,
        "patient": 1, "dose": 1, "output": 1, "row": 1, "taken": 1, "refused": 1,
    }  # fmt: skip
    whole = aligned(sum(rows.values()) * LANES)
    whole[:] = 1.0  # idle lanes compute on this: something harmless
    work, at = {}, 0
    for name, count in rows.items():
        work[name] = whole[at * LANES : (at + count) * LANES]
        at += count
    for name in ("dose", "output", "taken", "refused"):
        work[name].view(np.int64)[:] = 0
    return work


def _table(entries: dict[str, int | float | np.ndarray]) -> NDArray[np.int64]:
    """Return the job table: whole numbers and addresses as they are, doubles as their bits."""
    table = np.zeros(len(FIELDS), np.int64)
    for i, name in enumerate(FIELDS):
        value = entries[name]
        if isinstance(value, float):
            table[i : i + 1].view(np.float64)[0] = value
        else:
            table[i] = value.ctypes.data if isinstance(value, np.ndarray) else value
    return table


def _launch(
    run: Callable[[int], None],
    jobs: list[tuple[NDArray[np.int64], dict[str, np.ndarray]]],
    cancel: NDArray[np.int64],
    data: tuple[object, ...],
) -> None:
    """Run the jobs, each on its own thread; an interrupt stops them all at their next step."""
    done = [threading.Event() for _ in jobs]
    workers = [
        threading.Thread(target=_job, args=(run, table, end, work, data), daemon=True)
        for (table, work), end in zip(jobs, done, strict=True)
    ]
    try:
        for worker in workers:
            worker.start()
        for end in done:  # not `join`: interrupted once, it no longer waits (Python before 3.13)
            end.wait()
    except BaseException:
        cancel[0] = 1
        for worker, end in zip(workers, done, strict=True):
            if worker.ident is not None:  # it was started
                end.wait()
        raise


def _job(
    run: Callable[[int], None], table: NDArray[np.int64], end: threading.Event, *_held: object
) -> None:
    """Run one job; a second interrupt must not free what its thread still writes to."""
    run(table.ctypes.data)
    end.set()
