# SPDX-License-Identifier: Apache-2.0
"""Follow patients with LSODA, one after the other, from event to event."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from trimer.core.errors import EngineError, UnknownName, did_you_mean
from trimer.engine.population import solve
from trimer.engine.scipy_path.compiled import ScipyModel, scipy_compile
from trimer.engine.scipy_path.path import Path, Seen, WatchedHere
from trimer.engine.solution import CANCELLED, Schedule, Solution
from trimer.engine.watch import Crossings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.leg import Channel, Leg
    from trimer.engine.population import Population
    from trimer.model.model import Model

    Floats = NDArray[np.float64]


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
        Relative tolerance wanted; LSODA works at a hundredth of that.
    atol : float, array (n,) or None
        Absolute tolerance wanted; None means `rtol` times the typical magnitude of the species.

    Returns
    -------
    Solution
        A patient who cannot be followed keeps his row, with a status and NaN.
    """
    if not isinstance(compiled, ScipyModel):
        compiled = scipy_compile(compiled)
    return solve(compiled, P, schedule, t0, t1, times, outputs, rtol=rtol, atol=atol)


def scipy_carry(population: Population, leg: Leg) -> Crossings:
    """Carry a population along a leg, in place, and fill its channels."""
    compiled = cast("ScipyModel", population.compiled)
    columns = [_columns(compiled, channel.outputs) for channel in leg.channels]
    goals = leg.goals
    if leg.visit is not None:
        if leg.visit.address:
            raise EngineError("The SciPy path calls no compiled code; it can stop at visits only.")
        goals = np.minimum(goals, leg.visit.first)
    for watch in leg.watches:
        _columns(compiled, (watch.output,))
    functions = [compiled.watched(watch.output) for watch in leg.watches]
    met: list[tuple[int, int, float, int]] = []
    lost = 0
    status = np.full(len(leg.rows), CANCELLED, np.int8)
    who = leg.rows[leg.order]
    population.status[who] = CANCELLED  # until all is done: an interrupt leaves it so
    for place in leg.order.tolist():
        row = int(leg.rows[place])
        seen = [_seen(compiled, channel, place) for channel in leg.channels]
        watched = [
            WatchedHere(function, float(level), watch.direction, watch.terminal)
            for function, level, watch in zip(
                functions, leg.levels[place], leg.watches, strict=True
            )
        ]
        path = Path(compiled, population, row, leg, seen, watched)
        status[place] = path.follow(leg.schedule, float(goals[place]))
        population.state[row], population.inputs[row] = path.y, path.inputs
        population.t[row] = path.t
        population.steps[row] += path.steps
        for channel, chosen, found in zip(leg.channels, columns, seen, strict=True):
            channel.values[place] = _values(compiled, population.constants[row], found, chosen)
        met += [(row, *crossing) for crossing in path.crossings[: leg.most]]
        lost += max(0, len(path.crossings) - leg.most)
    population.status[who] = status[leg.order]
    if not met:
        return Crossings.none()
    patient, watch_, time, direction = zip(*met, strict=True)
    return Crossings.sorted(
        np.array(patient, np.int64), np.array(watch_, np.int32), np.array(time),
        np.array(direction, np.int8), lost,
    )  # fmt: skip


def _columns(compiled: ScipyModel, outputs: Sequence[str]) -> list[int]:
    """Return where outputs stand among all observables and species."""
    known = compiled.observables + compiled.species
    for name in outputs:
        if name not in known:
            message = f"Unknown output '{name}' of '{compiled.name}'.{did_you_mean(name, known)}"
            raise UnknownName(message)
    return [known.index(name) for name in outputs]


def _seen(compiled: ScipyModel, channel: Channel, place: int) -> Seen:
    times = channel.times if channel.times.ndim == 1 else channel.times[place]
    shape = len(times), len(compiled.species)
    return Seen(times, np.full(shape, np.nan), np.zeros((len(times), len(compiled.inputs))))


def _values(compiled: ScipyModel, constants: Floats, seen: Seen, chosen: list[int]) -> Floats:
    """Return the outputs (T, K) that a patient came to; NaN for the others."""
    values = np.full((len(seen.times), len(chosen)), np.nan)
    reached = slice(0, seen.reached)
    read = compiled.read(constants[None], seen.Y[reached], seen.U[reached], seen.times[reached])
    values[reached] = np.hstack([read, seen.Y[reached]])[:, chosen]
    return values
