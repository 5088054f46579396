# SPDX-License-Identifier: Apache-2.0
"""The verb: follow every patient of a cohort through a protocol."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING, Literal

import numpy as np

from trimer.core.errors import InputError, PatientsFailed, UnknownName, did_you_mean
from trimer.simulate.dosing import build_schedule
from trimer.simulate.matching import areas_m2, compile_for, parameter_matrix, weights_kg
from trimer.simulate.run import Run
from trimer.simulate.ward import Ward, treat
from trimer.simulate.ward.record import WardRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.prepare import Engine, Source
    from trimer.simulate.ward import Happening, Treated

LONGEST_DAYS = 36_500.0
HOURS_PER_DAY = 24.0

WARD_CHUNK = 4096
"""Patients on a ward at a time: enough that what is done once per look does not matter."""


def simulate(  # noqa: PLR0913 (two nouns; the rest are options by keyword)
    model: Source,
    cohort: Cohort,
    protocol: Protocol,
    *,
    days: float,
    every_hours: float = 6.0,
    outputs: Sequence[str] | None = None,
    rtol: float = 1e-6,
    threads: int | None = None,
    engine: Engine = "auto",
    on_failure: Literal["keep", "raise"] = "keep",
    progress: Callable[[int], None] | None = None,
    ward: Ward | None = None,
    seed: int | None = None,
    happenings: Sequence[Happening] = (),
    luck: NDArray[np.int64] | None = None,
    log: Literal["changes", "full"] = "changes",
) -> Run:
    """Follow every patient of a cohort through a protocol.

    A protocol with a course and rules is followed on a ward: patients are looked at, graded and
    treated by the rules, and what was done is in `Run.ward`. Any other is a fixed schedule.

    Parameters
    ----------
    model : Model, Recipe or compiled model
        What to simulate.
    cohort : Cohort
        The patients. Where it lacks a parameter, the value of the card holds.
    protocol : Protocol
        What they are given.
    days : float
        For how long, in **days** from the first dose.
    every_hours : float
        Interval of the output, in **hours**; the last day is always there.
    outputs : sequence of str, optional
        Observables or species; all observables if left out.

    Other Parameters
    ----------------
    rtol : float
        Relative tolerance of a step of the solver.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    engine : {"auto", "lanes", "scipy"}
        See `prepare`.
    on_failure : {"keep", "raise"}
        A patient who cannot be followed is a row with a reason, or an error.
    progress : callable, optional
        Called now and then with the number of patients done; on a ward, where all go on together,
        with how many patients' worth of days are.
    ward : Ward, optional
        How the ward measures and how long things take there.
    seed : int, optional
        Of what happens by chance on the ward; that of the cohort if left out.
    happenings : sequence of Happening
        Faults of the pump and the like that are to befall the patients.
    luck : int64 array (N,), optional
        Numbers that decide what happens to each by chance on the ward; the patient numbers if left
        out. So patients of several populations can have the same luck.
    log : {"changes", "full"}
        Whether every single reading is kept too.

    Returns
    -------
    Run
        A value at the time of a dose is the one before it.

    Raises
    ------
    InputError
        If a number is out of range, or a drug, an output or a parameter is unknown.
    PatientsFailed
        If some patients failed and `on_failure` is ``"raise"``.
    """
    times = output_times(days, every_hours)
    _check_rtol(rtol)
    protocol = protocol.checked() if protocol.is_closed_loop else protocol
    began = time.perf_counter()
    compiled = compile_for(model, engine, cohort)
    names = choose_outputs(compiled, outputs)
    _check_memory(len(cohort), len(times), len(names))
    parts = _Parts(cohort, times, names)
    chunk = chunk_size(compiled, on_ward=protocol.is_closed_loop)
    for start in range(0, len(cohort), chunk):
        rows = slice(start, min(start + chunk, len(cohort)))
        part = cohort.part(rows.start, rows.stop)
        P, weight = parameter_matrix(compiled, part), weights_kg(compiled, part)
        if protocol.is_closed_loop:
            treated = treat(
                compiled, P, protocol, ward or Ward(),
                ids=part.ids if luck is None else luck[rows], weight_kg=weight,
                area_m2=areas_m2(compiled, part), seed=(cohort.seed or 0) if seed is None else seed,
                days=float(times[-1]), times=times, outputs=names, rtol=rtol, threads=threads,
                happenings=happenings, full=log == "full", progress=_from(progress, rows.start),
            )  # fmt: skip
            parts.put(rows, treated.values, treated.status, treated.steps)
            parts.treated.append(treated)
        else:
            schedule = build_schedule(compiled, P, weight, protocol.events(), protocol.name)
            solution = compiled.solve(
                P, schedule, 0.0, float(times[-1]), times, names, rtol=rtol, threads=threads
            )
            parts.put(rows, solution.values, solution.status, solution.steps)
        if progress is not None:
            progress(rows.stop)
    labels = dict(zip(compiled.observables, compiled.observable_labels, strict=True))
    run = Run(
        model=compiled.name,
        model_version=compiled.version,
        model_hash=compiled.model_hash,
        engine=compiled.engine,
        cohort=cohort,
        protocol=protocol,
        times=times,
        names=names,
        units={name: compiled.units[name] for name in names},
        labels={name: labels.get(name) or name for name in names},
        values=parts.values,
        status=parts.status,
        steps=parts.steps,
        rtol=rtol,
        wall_seconds=time.perf_counter() - began,
        ward=parts.record(protocol, float(times[-1])),
    )
    if on_failure == "raise" and run.failures:
        raise PatientsFailed(run.failure_text())
    return run


def _from(progress: Callable[[int], None] | None, start: int) -> Callable[[int], None] | None:
    """Return what is told of the progress of one go, the first patients of all being done."""
    return None if progress is None else lambda done: progress(start + done)


class _Parts:
    """What comes back go by go."""

    def __init__(self, cohort: Cohort, times: NDArray[np.float64], names: Sequence[str]) -> None:
        self.ids = cohort.ids
        self.values = np.empty((len(cohort), len(times), len(names)))
        self.status = np.empty(len(cohort), dtype=np.int8)
        self.steps = np.empty(len(cohort), dtype=np.int32)
        self.treated: list[Treated] = []

    def put(
        self,
        rows: slice,
        values: NDArray[np.float64],
        status: NDArray[np.int8],
        steps: NDArray[np.int32],
    ) -> None:
        self.values[rows], self.status[rows], self.steps[rows] = values, status, steps

    def record(self, protocol: Protocol, days: float) -> WardRecord | None:
        """Return the ward's papers; none of a fixed schedule."""
        if not self.treated:
            return None
        rules = tuple((rule.name, str(rule)) for rule in protocol.rules)
        sizes = [len(part.status) for part in self.treated]
        firsts = tuple(int(n) for n in np.cumsum([0, *sizes[:-1]]))
        journals = tuple(part.journal for part in self.treated)
        return WardRecord(self.ids, days, rules, journals, firsts)


def chunk_size(compiled: Compiled, *, on_ward: bool = False) -> int:
    """Return how many patients are solved in one go; results do not depend on it."""
    if on_ward and compiled.engine.startswith("lanes"):
        return WARD_CHUNK
    # The doses of a chunk are in memory, not those of everyone; and between two chunks progress
    # is told, where SciPy takes a tenth of a second for each patient.
    return 16_384 if compiled.engine.startswith("lanes") else 20


def output_times(days: float, every_hours: float) -> NDArray[np.float64]:
    """Return the output times in **days**: every so many **hours**, and the end.

    Examples
    --------
    >>> output_times(0.5, 5.0) * 24
    array([ 0.,  5., 10., 12.])
    """
    if not (math.isfinite(days) and 0 < days <= LONGEST_DAYS):
        raise InputError(
            f"Wrong length of a simulation: got {days} days; it must be a positive number up to "
            f"{LONGEST_DAYS:.0f}. Give the days from the first dose, such as 63."
        )
    hours = days * HOURS_PER_DAY
    if not (math.isfinite(every_hours) and hours / 1e7 <= every_hours):
        raise InputError(
            f"Wrong output interval: got {every_hours} hours; it must be a positive number, and "
            f"not so small that {days:g} days need more than ten million times. "
            "Give hours, such as 6."
        )
    whole = math.floor(hours / every_hours + 1e-9)
    times = np.arange(whole + 1, dtype=np.float64) * every_hours / HOURS_PER_DAY
    if abs(times[-1] - days) <= 1e-9 * days:
        times[-1] = days
        return times
    return np.append(times, days)


def choose_outputs(compiled: Compiled, outputs: Sequence[str] | None) -> tuple[str, ...]:
    """Return the outputs asked for, each once; all observables if nothing is.

    Raises
    ------
    UnknownName
        If the model has no such observable or species.
    """
    if outputs is None:
        return tuple(compiled.observables)
    known = (*compiled.observables, *compiled.species)
    for name in outputs:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UnknownName(f"Unknown observable '{name}' of model '{compiled.name}'.{hint}")
    return tuple(dict.fromkeys(outputs))


def _check_rtol(rtol: float) -> None:
    if not 1e-13 <= rtol <= 0.1:
        raise InputError(
            f"Wrong relative tolerance: got {rtol}; it must lie between 1e-13 and 0.1. "
            "The default is 1e-6."
        )


def _check_memory(patients: int, times: int, outputs: int) -> None:
    """Refuse what cannot fit, before hours are spent on it."""
    needed = 8.0 * patients * times * outputs
    if not hasattr(os, "sysconf"):
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > memory:
        raise InputError(
            f"Too many results for this machine's memory: got {patients:,} patients × {times:,} "
            f"times × {outputs} outputs, {needed / 1e9:,.1f} GB of {memory / 1e9:,.1f} GB. "
            "Ask for fewer outputs or a longer interval, or run a trial, which writes as it goes."
        )
