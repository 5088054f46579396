# SPDX-License-Identifier: Apache-2.0
"""Run what was given once more, as a fixed schedule: the proof that the ledger tells all.

With the times at which the run stopped kept as stops, the trajectory is the same to the last
bit. Without them the solver chooses other steps and agrees to its tolerance.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.population import Population, carry, solve
from trimer.engine.solution import OK, Schedule
from trimer.engine.visit import Visit
from trimer.simulate.ward.outputs import due_outputs, put_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.simulate.ward.arrays import Rows
    from trimer.simulate.ward.journal import Table
    from trimer.simulate.ward.treat import Treated

    Floats = NDArray[np.float64]

_FAR = 2.0**30
"""More minutes than a run has."""


def schedule_of(doses: Table, n_patients: int) -> Schedule:
    """Return a ledger's doses as a schedule for the engine.

    Parameters
    ----------
    doses : dict of arrays
        The journal's table of doses, by patient and in order.
    n_patients : int
        How many patients there are.
    """
    real = doses["kind"] >= 0
    patient = doses["patient"][real]
    start = np.searchsorted(patient, np.arange(n_patients + 1))
    return Schedule(
        start.astype(np.int64), doses["minute"][real] / 1440.0, doses["kind"][real],
        doses["index"][real], doses["value"][real],
    )  # fmt: skip


def replay(
    compiled: Compiled,
    P: Floats,
    treated: Treated,
    *,
    days: float,
    times: Floats,
    outputs: Sequence[str],
    stops: bool = True,
    rtol: float = 1e-6,
    threads: int | None = None,
) -> Floats:
    """Return the outputs of a run's ledger as a fixed schedule, (N, T, K).

    Parameters
    ----------
    compiled : Compiled
        The model.
    P : float64 array (N, p)
        Parameters of the same patients.
    treated : Treated
        The run.
    days : float
        End, in **days**.
    times : float64 array (T,)
        Output times, in **days**.
    outputs : sequence of str
        Observables or species.
    stops : bool
        Whether the solver stops where it stopped in the run.
    """
    schedule = schedule_of(treated.journal.table("doses"), len(P))
    if not stops:
        solution = solve(
            compiled, P, schedule, treated.begin, days, times, outputs, rtol=rtol, threads=threads
        )
        return solution.values
    population = Population.begin(compiled, P, treated.begin)
    values = np.full((len(P), len(times), len(outputs)), np.nan)
    at = np.flatnonzero(times == treated.begin)
    if len(at):
        values[:, at[0]] = population.now(outputs)
    who, when, goals = treated.stops
    first = np.searchsorted(who, np.arange(len(P) + 1))
    count = np.diff(first)
    doses = _by_stop(schedule, first, when)
    for k in range(int(count.max(initial=0))):
        rows = np.flatnonzero((count > k) & (population.status == OK))
        stop, goal = when[first[rows] + k], goals[first[rows] + k]
        asked, place = due_outputs(times, population.t[rows], goal)
        visit = Visit(np.where(stop < goal, stop, np.inf)) if (stop < goal).any() else None
        found = carry(
            population, goal, doses[k] if k < len(doses) else None, asked, outputs, visit=visit,
            rows=rows, rtol=rtol, threads=threads,
        ).values  # fmt: skip
        put_outputs(values, rows, place, found)
    return values


def _by_stop(schedule: Schedule, first: Rows, when: Floats) -> list[Schedule]:
    """Return the doses given on the way to each stop, which are those of the stop before it.

    The solver must not know of later ones, as it did not in the run.
    """
    patient = np.repeat(np.arange(schedule.n_patients), np.diff(schedule.start))
    where = np.repeat(np.arange(len(first) - 1), np.diff(first)), when
    stops, given = (q * _FAR + np.rint(t * 1440.0) for q, t in (where, (patient, schedule.time)))
    passed = np.searchsorted(stops, given, side="right") - first[patient]
    order = np.argsort(passed, kind="stable")
    ends = np.searchsorted(passed[order], np.arange(int(passed.max(initial=-1)) + 2))
    found = []
    for low, high in pairwise(ends):
        at = order[low:high]
        start = np.searchsorted(patient[at], np.arange(schedule.n_patients + 1)).astype(np.int64)
        what = schedule.kind[at], schedule.index[at], schedule.value[at]
        found.append(Schedule(start, schedule.time[at], *what))
    return found
