# SPDX-License-Identifier: Apache-2.0
"""Run what was given once more, as a fixed schedule: the proof that the ledger tells all.

With the times at which the run stopped kept as stops, the trajectory is the same to the last
bit. Without them the solver chooses other steps and agrees to its tolerance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.population import Population, advance, solve
from trimer.engine.solution import OK, Schedule
from trimer.simulate.ward.treat import due_outputs, put_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.simulate.ward.journal import Table
    from trimer.simulate.ward.treat import Treated

    Floats = NDArray[np.float64]


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
    who, when = treated.stops
    first = np.searchsorted(who, np.arange(len(P) + 1))
    count = np.diff(first)
    for k in range(int(count.max(initial=0))):
        rows = np.flatnonzero((count > k) & (population.status == OK))
        goal = when[first[rows] + k]
        asked, place = due_outputs(times, population.t[rows], goal)
        found = advance(
            population, goal, schedule, asked, outputs, rows=rows, rtol=rtol, threads=threads
        )
        put_outputs(values, rows, place, found)
    return values
