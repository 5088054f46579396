# SPDX-License-Identifier: Apache-2.0
"""A population under way, and how it is carried forward in time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.leg import Channel, Passage, chosen_rows, leg, standing
from trimer.engine.solution import ADD_TO_SPECIES, NOT_FINITE, OK, SET_INPUT, Schedule, Solution
from trimer.engine.watch import BOTH, FALLING, RISING, Crossings, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from trimer.engine.solution import Carrier
    from trimer.engine.visit import Visit

    Floats = NDArray[np.float64]

__all__ = [
    "BOTH", "FALLING", "RISING", "Channel", "Crossings", "Passage", "Population", "Watch",
    "advance", "carry", "solve",
]  # fmt: skip

FIRST_STEP = 1 / 240
"""The step tried first and after every dose, in **days** (0.1 h)."""


@dataclass(eq=False)
class Population:
    """Patients on their way, each at his own time.

    Attributes
    ----------
    compiled : CompiledModel or ScipyModel
        Their model.
    t : array (N,)
        Time that each has reached, in **days**.
    constants : array (N, constants)
        What differs between them: varied parameters, baselines.
    inputs : array (N, number of inputs)
        What doses have set.
    state : array (N, n)
        Species, in the model's units.
    step : array (N,)
        Step size each would try next, in **days**: kept from one call to the next.
    status, steps, rejected : arrays (N,)
        Status (0 while all is well), steps taken and steps tried in vain so far.
    """

    compiled: Carrier
    t: Floats
    constants: Floats
    inputs: Floats
    state: Floats
    step: Floats
    status: NDArray[np.int8]
    steps: NDArray[np.int32]
    rejected: NDArray[np.int32]

    @classmethod
    def begin(cls, compiled: Carrier, P: Floats, t: ArrayLike = 0.0) -> Population:
        """Return patients in their initial state.

        Who has a parameter, baseline or initial value that is no finite number has failed.

        Parameters
        ----------
        compiled : CompiledModel or ScipyModel
            The model.
        P : array (N, number of varied parameters)
            Columns in the order of ``compiled.parameters``.
        t : float or array (N,)
            Time, in **days**.
        """
        state, constants = compiled.start(P)
        size = len(state)
        known = np.isfinite(state).all(axis=1) & np.isfinite(constants).all(axis=1)
        return cls(
            compiled, np.array(np.broadcast_to(np.asarray(t, np.float64), size)), constants,
            np.zeros((size, len(compiled.inputs))), state, np.full(size, FIRST_STEP),
            np.where(known, OK, NOT_FINITE).astype(np.int8),
            np.zeros(size, np.int32), np.zeros(size, np.int32),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.status)

    def copy(self, rows: ArrayLike | None = None) -> Population:
        """Return some of the patients, or all, as a population of their own."""
        who = chosen_rows(self, rows)
        return Population(self.compiled, *(getattr(self, f.name)[who] for f in fields(self)[1:]))

    def put(self, rows: ArrayLike, other: Population, which: ArrayLike | None = None) -> None:
        """Set some of the patients to those of another population, as `copy` made it.

        Parameters
        ----------
        rows : array of int
            Rows of this population.
        other : Population
            Where they come from.
        which : array of int, optional
            Rows of the other one, as many; all by default.
        """
        who, source = chosen_rows(self, rows), chosen_rows(other, which)
        if len(who) != len(source):
            message = f"Patients to put back: got {len(source)} for {len(who)} rows; give as many."
            raise ValueError(message)
        for f in fields(self)[1:]:
            getattr(self, f.name)[who] = getattr(other, f.name)[source]

    def give(self, rows: ArrayLike | None, kind: int, index: int, value: ArrayLike) -> None:
        """Dose some of the patients now, as a schedule does.

        Parameters
        ----------
        rows : array of int or None
            Who; everybody if None.
        kind, index : int
            `SET_INPUT` and the input, or `ADD_TO_SPECIES` and the species.
        value : float or array
            How much, in the unit of the input or species.
        """
        who = chosen_rows(self, rows)
        table = {SET_INPUT: self.inputs, ADD_TO_SPECIES: self.state}.get(kind)
        if table is None or not 0 <= index < table.shape[1]:
            message = f"A dose into an input or species that '{self.compiled.name}' does not have."
            raise ValueError(message)
        if kind == ADD_TO_SPECIES:
            table[who, index] += value
        else:
            table[who, index] = value
        self.step[who] = np.minimum(self.step[who], FIRST_STEP)

    def now(self, outputs: Sequence[str], rows: ArrayLike | None = None) -> Floats:
        """Return outputs of the present state, each patient at his own time.

        Parameters
        ----------
        outputs : sequence of str
            Species or observables.
        rows : array of int, optional
            Who; everybody by default.

        Returns
        -------
        array (n, K)
            NaN for who has failed.
        """
        look = standing(self, chosen_rows(self, rows), tuple(outputs))
        self.compiled.carry(self, look)
        return look.channels[0].values[:, 0]


def advance(
    population: Population,
    t1: ArrayLike,
    schedule: Schedule | None = None,
    times: ArrayLike | None = None,
    outputs: Sequence[str] = (),
    *,
    rows: ArrayLike | None = None,
    rtol: float = 1e-6,
    atol: ArrayLike | None = None,
    threads: int | None = None,
    out: Floats | None = None,
) -> Floats:
    """Carry a population forward to ``t1``, in place, and return what was asked for on the way.

    This is :func:`carry` without watches and second channel; see there.

    Returns
    -------
    array (n, T, K)
        NaN where a patient could not be followed.
    """
    return carry(
        population, t1, schedule, times, outputs, rows=rows, rtol=rtol, atol=atol,
        threads=threads, out=out,
    ).values  # fmt: skip


def carry(  # noqa: PLR0913 (a verb with options by keyword)
    population: Population,
    t1: ArrayLike,
    schedule: Schedule | None = None,
    times: ArrayLike | None = None,
    outputs: Sequence[str] = (),
    *,
    looks: tuple[ArrayLike, Sequence[str]] | None = None,
    watches: Sequence[Watch] = (),
    visit: Visit | None = None,
    rows: ArrayLike | None = None,
    most_crossings: int = 16,
    rtol: float = 1e-6,
    atol: ArrayLike | None = None,
    threads: int | None = None,
    out: Floats | None = None,
) -> Passage:
    """Carry a population forward to ``t1``, in place, and return what was seen on the way.

    Each patient's step size is carried over to the next call. Patients with a status other than
    0 stay where they are. The bits of a patient depend on where he is made to stop, and on
    nothing else: not on who is carried with him, nor on what is looked at.

    Parameters
    ----------
    population : Population
        Changed in place.
    t1 : float or array (n,)
        Where to, in **days**, for all or for each row. Who is there already stays, without a
        step and without doses.
    schedule : Schedule, optional
        Doses of the whole population; none by default. Those of [t, t1) are given: what comes
        before is past, what comes at ``t1`` belongs to the next call. The row order within one
        instant is the order of execution.
    times : array (T,) or (n, T), optional
        When to look, in **days**, within [t, t1] and rising, for all or for each row; a row may
        end in ``+inf``. A value at the time of a dose is the one before it.
    outputs : sequence of str
        Species or observables to look at.

    Other Parameters
    ----------------
    looks : (times, outputs), optional
        A second channel of output, with its own times and outputs.
    watches : sequence of Watch
        Crossings of levels to report or to stop at. Who stops stands at the crossing, in a state
        as exact as any, with doses of that instant not yet given. What a dose does in an instant
        is no crossing, and who begins at a level does not cross it.
    visit : Visit, optional
        Compiled code that sees each patient at times of its own and may stop him; not together
        with `looks`, and not with every engine.
    rows : array of int, optional
        Who is carried, in the order of the results; everybody by default.
    most_crossings : int
        So many crossings of a patient are kept; how many more there were is told.
    rtol : float
        Relative tolerance of a step.
    atol : float or array (n,), optional
        Absolute tolerance per species; by default ``rtol`` times the typical magnitude of the
        species.
    threads : int, optional
        Threads to use; all processors by default. The results do not depend on it.
    out : array (n, T, K), optional
        Where to put the result; new memory by default.

    Returns
    -------
    Passage
        ``values`` (n, T, K), ``looks`` (n, T2, K2) or None, ``crossings``. NaN where a patient did
        not come.

    Notes
    -----
    After an interrupt (Ctrl-C) some patients have moved and some have not: all of them get the
    status of an interrupted run.
    """
    wanted: list[tuple[ArrayLike | None, Sequence[str], Floats | None]] = [(times, outputs, out)]
    if looks is not None:
        wanted.append((*looks, None))
    whole = leg(
        population, t1, schedule, wanted, watches, rows, most_crossings, rtol, atol, threads, visit
    )
    crossings = population.compiled.carry(population, whole)
    found = [channel.values for channel in whole.channels]
    return Passage(found[0], found[1] if looks is not None else None, crossings)


def solve(
    compiled: Carrier,
    P: Floats,
    schedule: Schedule,
    t0: float,
    t1: float,
    times: Floats,
    outputs: Sequence[str],
    *,
    rtol: float = 1e-6,
    atol: Floats | float | None = None,
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
