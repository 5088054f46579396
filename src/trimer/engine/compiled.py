# SPDX-License-Identifier: Apache-2.0
"""A model as machine code, with the plain data that a simulation needs to know of it."""

from __future__ import annotations

import ctypes
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.engine import cache
from trimer.engine.compile import compile_text, load_object
from trimer.engine.driver import FUNCTIONS, driver_module
from trimer.engine.ir import LANES
from trimer.engine.solution import CompiledRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from trimer.engine.columns import Plan
    from trimer.engine.leg import Leg
    from trimer.engine.population import Population
    from trimer.engine.solution import Schedule, Solution
    from trimer.engine.watch import Crossings
    from trimer.engine.workspace import Workspace
    from trimer.model import Model


@dataclass(frozen=True)
class Recipe:
    """A model that need not be built if its code is in the cache.

    Parameters
    ----------
    name : str
        Name of the model.
    files : tuple of Path
        Every file that defines it: equations, card, sources.
    build : callable
        Builds the model; called only when the cache has no code for these files.
    """

    name: str
    files: tuple[Path, ...]
    build: Callable[[], Model]


@dataclass(frozen=True)
class CardRow:
    """One row of the parameter card, as plain data."""

    name: str
    definition: str
    value: float
    unit: str
    spread: str
    sources: tuple[str, ...]
    basis: str
    details: str


@dataclass(frozen=True)
class Card:
    """What is known of a compiled model without its equations."""

    name: str
    title: str
    version: str
    model_hash: str
    species: tuple[str, ...]
    species_units: tuple[str, ...]
    scales: tuple[float, ...]
    parameters: tuple[str, ...]
    baselines: tuple[str, ...]
    inputs: tuple[str, ...]
    observables: tuple[str, ...]
    observable_units: tuple[str, ...]
    observable_labels: tuple[str, ...]
    needs: tuple[tuple[int, ...], ...]
    routes: tuple[CompiledRoute, ...]
    weight: str
    parameter_table: tuple[CardRow, ...]
    functions: tuple[str, ...]
    n_hoisted: int
    n_factors: int
    n_jacobian: int
    uses_time: bool

    @classmethod
    def of_table(cls, table: dict[str, Any]) -> Card:
        """Return the card that :func:`dataclasses.asdict` turned into a table."""
        table = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
        table["needs"] = tuple(tuple(x) for x in table["needs"])
        table["routes"] = tuple(CompiledRoute(**x) for x in table["routes"])
        table["parameter_table"] = tuple(
            CardRow(**{**x, "sources": tuple(x["sources"])}) for x in table["parameter_table"]
        )
        return cls(**table)


@dataclass(frozen=True, eq=False, repr=False)
class CompiledModel(Card):
    """A model ready to be solved, a vector of patients at a time.

    Attributes
    ----------
    addresses : dict
        Where its functions are in memory.
    engine, method : str
        How it is solved.
    plans, spaces : dict
        What calls leave for the next ones: plans of outputs, and work space.
    """

    addresses: dict[str, int] = field(default_factory=dict)
    engine: str = f"lanes x{LANES}"
    method: str = "Rodas5P"
    keep: tuple[Any, ...] = ()
    plans: dict[tuple[str, ...], Plan] = field(default_factory=dict)
    spaces: dict[tuple[int, int], list[Workspace]] = field(default_factory=dict)

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every species and observable."""
        names = (*self.species, *self.observables)
        return dict(zip(names, (*self.species_units, *self.observable_units), strict=True))

    def __repr__(self) -> str:
        """Return a short card."""
        return (
            f"<CompiledModel {self.name} {self.version}: {len(self.species)} species, "
            f"{len(self.parameters)} varied parameters, {self.n_jacobian} Jacobian entries, "
            f"{self.method} on {LANES} lanes>"
        )

    def start(self, P: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the state before the first dose and the constants of each patient.

        Parameters
        ----------
        P : array (N, number of varied parameters)
            In the units of the parameter card.

        Returns
        -------
        tuple of arrays
            States (N, n), and (N, varied parameters + baselines).
        """
        n = len(self.species)
        P = self._checked(P)
        both = self.rows("initial", None, P, n + len(self.baselines))
        return np.ascontiguousarray(both[:, :n]), np.hstack([P, both[:, n:]])

    def initial(self, P: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the state (N, n) before the first dose."""
        return self.start(P)[0]

    def route_factors(self, P: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what one unit of amount does on each route, (N, number of routes)."""
        return self.rows("routes", None, self._checked(P), len(self.routes))

    def _checked(self, P: NDArray[np.float64]) -> NDArray[np.float64]:
        P = np.ascontiguousarray(P, dtype=np.float64)
        width = len(self.parameters)
        if P.ndim != 2 or P.shape[1] != width:
            message = f"P must have shape (patients, {width}); it has {P.shape}."
            raise ValueError(message)
        return P

    def observe(
        self,
        Y: NDArray[np.float64],
        P: NDArray[np.float64],
        U: NDArray[np.float64] | None = None,
        t: NDArray[np.float64] | float = 0.0,
    ) -> NDArray[np.float64]:
        """Return all observables (N, k) of states (N, n), with inputs (N, m) or none.

        ``P`` holds the varied parameters, with or without the baselines behind them; ``t`` is the
        time in **days**, or that of each patient.
        """
        if P.shape[1] == len(self.parameters):
            P = self.start(P)[1]
        if U is None:
            U = np.zeros((len(Y), len(self.inputs)))
        clock = [np.broadcast_to(np.asarray(t, np.float64), len(Y))[:, None]] * self.uses_time
        known = np.hstack([P, U, *clock])
        columns = [self.rows(f"observe_{i}", Y, known, 1) for i in range(len(self.observables))]
        return np.hstack(columns) if columns else np.empty((len(Y), 0))

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
        """Follow every patient from t0 to t1: see :func:`trimer.engine.population.solve`."""
        from trimer.engine.population import solve

        return solve(
            self, P, schedule, t0, t1, times, outputs, rtol=rtol, atol=atol, threads=threads
        )

    def carry(self, population: Population, leg: Leg) -> Crossings:
        """Carry a population along a leg; see :func:`trimer.engine.population.carry`."""
        from trimer.engine.launch import launch

        return launch(population, leg)

    def rows(
        self, function: str, Y: NDArray[np.float64] | None, P: NDArray[np.float64], k: int
    ) -> NDArray[np.float64]:
        """Evaluate one of the model's functions for every patient."""
        P = np.ascontiguousarray(P, dtype=np.float64)
        Y = np.zeros((len(P), 0)) if Y is None else np.ascontiguousarray(Y, dtype=np.float64)
        out = np.empty((len(P), k))
        if out.size == 0:
            return out
        width = max(1, Y.shape[1]), max(1, P.shape[1]), max(1, k)
        work = [aligned(w * LANES) for w in width]
        job = np.array(
            [
                self.addresses[function], len(P), Y.shape[1], Y.ctypes.data, P.shape[1],
                P.ctypes.data, k, out.ctypes.data, *(a.ctypes.data for a in work),
            ],
            dtype=np.int64,
        )  # fmt: skip
        call(self.addresses["rows"])(job.ctypes.data)
        return out


def aligned(size: int) -> NDArray[np.float64]:
    """Return zeros that begin on a cache line, as vector loads need."""
    raw = np.zeros(size + 8)
    offset = (-(raw.ctypes.data // 8)) % 8
    return raw[offset : offset + size]


def call(address: int) -> Callable[[int], None]:
    """Return a function of one pointer as a Python callable that releases the interpreter lock."""
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)


def load_compiled(source: Model | Recipe, vary: Sequence[str] = ()) -> CompiledModel:
    """Return a model as machine code, from the cache if it is there.

    Parameters
    ----------
    source : Model or Recipe
        A recipe is built only when the cache has no code for its files.
    vary : sequence of str
        Parameters to read per patient besides those that have a spread.

    Raises
    ------
    EngineUnavailable
        If this machine cannot run compiled code; the SciPy path can.
    UnknownName
        If ``vary`` names something that is not a parameter.
    """
    key = ""
    if isinstance(source, Recipe):
        key = cache.digest(
            source.name, cache.digest_files(source.files), cache.generator(), *sorted(vary)
        )
        table = cache.read_table(f"{key}.json")
        if table is not None:
            code = cache.read(table["code"] + ".o")
            if code is not None:
                return _loaded(Card.of_table(table["card"]), code, table["code"])
        source = source.build()
    card, text = describe(source, vary)
    name = cache.digest(text, cache.generator())
    code = cache.read(f"{name}.o")
    if code is None:
        code = compile_text(text)
        cache.write(f"{name}.o", code)
    if key:
        cache.write_table(f"{key}.json", {"code": name, "card": asdict(card)})
    return _loaded(card, code, name)


def describe(model: Model, vary: Sequence[str] = ()) -> tuple[Card, str]:
    """Return a model's card and its module of LLVM IR."""
    from trimer.engine.lower import lower
    from trimer.engine.module import generate

    lowered = lower(model, vary)
    made = generate(lowered, tuple((r.lower, r.upper) for r in model.roots))
    species = [s.name for s in model.species]
    inputs = [i.name for i in model.inputs]
    card = Card(
        name=model.name,
        title=model.title,
        version=model.version,
        # Scales set the tolerances, and units the doses: both belong to what was simulated.
        model_hash=cache.digest(
            made.text,
            *(f"{s.scale!r} {s.unit}" for s in model.species),
            *(f"{r.drug} {r.amount_unit}" for r in model.routes),
        ),
        species=tuple(species),
        species_units=tuple(s.unit for s in model.species),
        scales=tuple(s.scale for s in model.species),
        parameters=lowered.columns[: lowered.n_varied],
        baselines=tuple(b.name for b in model.baselines),
        inputs=tuple(inputs),
        observables=tuple(o.name for o in model.observables),
        observable_units=tuple(o.unit for o in model.observables),
        observable_labels=tuple(o.label for o in model.observables),
        needs=made.needs,
        routes=tuple(
            CompiledRoute(
                r.drug,
                r.kind,
                (inputs if r.kind == "infusion" else species).index(r.target),
                r.amount_unit,
            )
            for r in model.routes
        ),
        weight=model.weight,
        parameter_table=tuple(
            CardRow(p.name, p.definition, p.value, p.unit, p.spread, p.sources, p.basis, p.details)
            for p in model.parameters
        ),
        functions=made.functions,
        n_hoisted=made.n_hoisted,
        n_factors=made.n_factors,
        n_jacobian=made.n_jacobian,
        uses_time=lowered.clock is not None,
    )
    return card, made.text


def _loaded(card: Card, code: bytes, name: str) -> CompiledModel:
    kept, addresses = load_object(code, card.functions, key=name)
    driver, own = _driver()
    facts = {f.name: getattr(card, f.name) for f in fields(Card)}
    return CompiledModel(**facts, addresses={**addresses, **own}, keep=(kept, driver))


def _driver() -> tuple[Any, dict[str, int]]:
    name = f"driver-{cache.generator()}"
    code = cache.read(f"{name}.o")
    if code is None:
        code = compile_text(driver_module())
        cache.write(f"{name}.o", code)
    return load_object(code, FUNCTIONS, key=name)
