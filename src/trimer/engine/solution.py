# SPDX-License-Identifier: Apache-2.0
"""What a solve takes and what it gives back, the same for every engine.

An engine knows nothing of protocols or grades: it gets numbers that are set or added at given
times (`Schedule`), and returns values at given times with a status per patient (`Solution`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from trimer.engine.leg import Leg
    from trimer.engine.population import Population
    from trimer.engine.watch import Crossings

OK = 0
STEP_TOO_SMALL = 1
TOO_MANY_STEPS = 2
NOT_FINITE = 3
CANCELLED = 4

REASONS = (
    "",
    "the step size became too small",
    "too many steps were needed",
    "a value was not a finite number",
    "the run was interrupted",
)
"""What each status means, in words."""

SET_INPUT = 0
ADD_TO_SPECIES = 1


@dataclass(frozen=True, eq=False)
class Schedule:
    """The doses of all patients of a solve, as flat arrays.

    The events of patient ``i`` are rows ``start[i]`` to ``start[i + 1]``, sorted by time. Within
    one instant they are carried out in the order of the rows; whoever builds a schedule puts
    infusions that stop first, then boluses, then infusions that start. A solve from ``t0`` to
    ``t1`` carries out the events of [t0, t1): what happens at ``t1`` belongs to what follows.

    Parameters
    ----------
    start : int64 array (N + 1,)
        Where each patient's rows begin.
    time : float64 array (E,)
        When, in **days**.
    kind : int8 array (E,)
        `SET_INPUT` replaces an input by `value`, `ADD_TO_SPECIES` adds `value` to a species.
    index : int32 array (E,)
        Which input or species.
    value : float64 array (E,)
        How much, in the unit of the input or species.
    """

    start: NDArray[np.int64]
    time: NDArray[np.float64]
    kind: NDArray[np.int8]
    index: NDArray[np.int32]
    value: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check that the arrays fit together and that times do not run backwards."""
        rows = len(self.time)
        if {len(self.kind), len(self.index), len(self.value)} != {rows}:
            msg = "The arrays of a schedule must have one row per event."
            raise ValueError(msg)
        if self.start[0] != 0 or self.start[-1] != rows or np.any(np.diff(self.start) < 0):
            msg = f"The pointer of a schedule must rise from 0 to its {rows} events."
            raise ValueError(msg)
        if not np.all(np.isfinite(self.time)):
            msg = "The times of a schedule must be finite numbers."
            raise ValueError(msg)
        inside = np.ones(rows, dtype=bool)
        inside[self.start[:-1][self.start[:-1] < rows]] = False
        if np.any(np.diff(self.time, prepend=-np.inf)[inside] < 0):
            msg = "The events of each patient in a schedule must be sorted by time."
            raise ValueError(msg)

    @property
    def n_patients(self) -> int:
        """How many patients it serves."""
        return len(self.start) - 1

    def of(self, patient: int) -> slice:
        """Return where the rows of one patient lie."""
        return slice(int(self.start[patient]), int(self.start[patient + 1]))

    @classmethod
    def empty(cls, n_patients: int) -> Self:
        """Return the schedule that doses nobody."""
        nothing = np.zeros(n_patients + 1, dtype=np.int64)
        return cls.shared((), (), (), np.empty((n_patients, 0)), start=nothing)

    @classmethod
    def shared(
        cls,
        time: Sequence[float] | NDArray[np.float64],
        kind: Sequence[int] | NDArray[np.int8],
        index: Sequence[int] | NDArray[np.int32],
        value: NDArray[np.float64],
        *,
        start: NDArray[np.int64] | None = None,
    ) -> Self:
        """Return the schedule of patients who are dosed at the same times.

        Parameters
        ----------
        time, kind, index : sequences of length E
            The events, in the order in which they are carried out.
        value : float64 array (N, E)
            How much each patient gets at each event.
        """
        n_patients, events = value.shape
        if start is None:
            start = np.arange(n_patients + 1, dtype=np.int64) * events
        return cls(
            start=start,
            time=np.tile(np.asarray(time, dtype=np.float64), n_patients),
            kind=np.tile(np.asarray(kind, dtype=np.int8), n_patients),
            index=np.tile(np.asarray(index, dtype=np.int32), n_patients),
            value=np.ascontiguousarray(value, dtype=np.float64).reshape(-1),
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """Trajectories of all patients of a solve.

    A value at the time of an event is the one just before it; the value at the first time is the
    initial state, before any event of that instant.

    Parameters
    ----------
    times : float64 array (T,)
        Output times, in **days**.
    names : tuple of str, length K
        What was asked for: observables or species.
    values : float64 array (N, T, K)
        Results in each output's own unit; NaN from where a patient could not be followed.
    status : int8 array (N,)
        0 if the patient was followed to the end, else an index into `REASONS`.
    steps, rejected : int32 arrays (N,)
        Steps taken, and steps tried in vain (0 where the method does not tell).
    state : float64 array (N, n)
        All species at the end, before any event of that instant.
    """

    times: NDArray[np.float64]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    status: NDArray[np.int8]
    steps: NDArray[np.int32]
    rejected: NDArray[np.int32]
    state: NDArray[np.float64]

    def reason(self, patient: int) -> str:
        """Say in a few words why a patient was not followed to the end; empty if he was."""
        return REASONS[int(self.status[patient])]


class RouteLike(Protocol):
    """How doses of a drug enter a compiled model."""

    @property
    def drug(self) -> str:
        """Name of the drug."""

    @property
    def kind(self) -> str:
        """``"infusion"`` sets an input, ``"bolus"`` adds to a species."""

    @property
    def index(self) -> int:
        """Which input or species."""

    @property
    def amount_unit(self) -> str:
        """Unit of an amount; a rate is in this unit per day."""


class ParameterLike(Protocol):
    """One row of a compiled model's parameter card."""

    @property
    def name(self) -> str:
        """Symbol."""

    @property
    def definition(self) -> str:
        """Meaning."""

    @property
    def value(self) -> float:
        """Typical value."""

    @property
    def unit(self) -> str:
        """Unit of the value."""

    @property
    def spread(self) -> str:
        """How patients differ; empty if they do not."""


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """How doses of a drug enter a compiled model: `Route` with its target as an index."""

    drug: str
    kind: Literal["infusion", "bolus"]
    index: int
    amount_unit: str


class Carrier(Protocol):
    """What a population needs of its model, whatever the engine."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def species(self) -> tuple[str, ...]:
        """Names of the states."""

    @property
    def scales(self) -> tuple[float, ...]:
        """Typical magnitude of each state."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""

    def start(self, P: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return states (N, n) before the first dose and constants (N, c) of the patients."""

    def carry(self, population: Population, leg: Leg) -> Crossings:
        """Carry a population along a leg, in place, and fill its channels."""


class Compiled(Carrier, Protocol):
    """A model ready to be solved, whatever the engine.

    Everything that a simulation needs to know of the model is here as plain data, so that a
    model loaded from the cache needs neither sympy nor its own source.
    """

    name: str
    title: str
    version: str
    model_hash: str
    engine: str
    method: str
    species: tuple[str, ...]
    species_units: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    observables: tuple[str, ...]
    observable_units: tuple[str, ...]
    observable_labels: tuple[str, ...]
    weight: str

    @property
    def parameter_table(self) -> Sequence[ParameterLike]:
        """The whole parameter card; `parameters` names the columns that differ by patient."""

    @property
    def routes(self) -> Sequence[RouteLike]:
        """How doses enter, in the order of the columns of `route_factors`."""

    @property
    def units(self) -> Mapping[str, str]:
        """Unit of every species and observable."""

    def initial(self, P: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the state (N, n) before the first dose."""

    def route_factors(self, P: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what one unit of amount does on each route, (N, number of routes)."""

    def observe(
        self,
        Y: NDArray[np.float64],
        P: NDArray[np.float64],
        U: NDArray[np.float64] | None = None,
        t: NDArray[np.float64] | float = 0.0,
    ) -> NDArray[np.float64]:
        """Return all observables (N, k) of states (N, n), with inputs (N, m) or none, at `t`."""

    def solve(
        self,
        P: NDArray[np.float64],
        schedule: Schedule,
        t0: float,
        t1: float,
        times: NDArray[np.float64],
        outputs: Sequence[str],
        *,
        rtol: float = 1e-6,
        atol: NDArray[np.float64] | float | None = None,
        threads: int | None = None,
    ) -> Solution:
        """Follow every patient from `t0` to `t1`; `atol` None is rtol × scale of a species."""
