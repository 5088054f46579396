# SPDX-License-Identifier: Apache-2.0
"""A model whose equations are Python functions: everything SciPy needs to follow patients."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import sympy

from trimer.engine.scipy_path.printed import (
    Named,
    chain_rule,
    split_terms,
    to_arrays,
    to_numbers,
    uses_time,
)
from trimer.engine.solution import CompiledRoute
from trimer.model.parts import TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.leg import Leg
    from trimer.engine.population import Population
    from trimer.engine.scipy_path.printed import ArrayFunction, NumberFunction
    from trimer.engine.solution import Schedule, Solution
    from trimer.engine.watch import Crossings
    from trimer.model.model import Model
    from trimer.model.parameter import Parameter
    from trimer.model.parts import Root

    Floats = NDArray[np.float64]

BISECTIONS = 100
"""Halvings of a root's bounds: finer than double precision can tell apart."""


@lru_cache(maxsize=16)
def scipy_compile(model: Model, vary: tuple[str, ...] = ()) -> ScipyModel:
    """Prepare a model for SciPy.

    Parameters
    ----------
    model : Model
        Any model.
    vary : tuple of str
        Parameters that get a column of their own although their card row has no spread.

    Returns
    -------
    ScipyModel
        With the interface that every engine has.
    """
    for name in vary:
        model.parameter(name)
    return ScipyModel(model, vary)


@dataclass(frozen=True, eq=False, repr=False)
class ScipyModel:
    """A model ready to be solved by SciPy; the interface is `Compiled`, as of every engine."""

    model: Model
    vary: tuple[str, ...] = ()
    engine: str = "scipy LSODA"
    method: str = "LSODA"
    functions: dict[str, NumberFunction] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return a short card."""
        return f"<{self.name} {self.version} on {self.engine}: {len(self.species)} species>"

    @cached_property
    def name(self) -> str:
        """Name of the model."""
        return self.model.name

    @cached_property
    def title(self) -> str:
        """One line for people."""
        return self.model.title

    @cached_property
    def version(self) -> str:
        """Version of the model."""
        return self.model.version

    @cached_property
    def model_hash(self) -> str:
        """Fingerprint of the equations and of the whole card."""
        model = self.model
        text = repr((model.species, model.inputs, model.roots, model.baselines, model.terms))
        text += repr((model.derivatives(), model.observables, model.routes))
        text += "".join(repr(row) for row in model.parameters)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def species(self) -> tuple[str, ...]:
        """Names of the states, in the order of the state vector."""
        return tuple(part.name for part in self.model.species)

    @cached_property
    def species_units(self) -> tuple[str, ...]:
        """Units of the states."""
        return tuple(part.unit for part in self.model.species)

    @cached_property
    def scales(self) -> tuple[float, ...]:
        """Typical magnitude of each state, in its unit."""
        return tuple(part.scale for part in self.model.species)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the columns of a parameter matrix, in card order."""
        chosen = {*self.model.varied, *self.vary}
        return tuple(row.name for row in self.model.parameters if row.name in chosen)

    @property
    def parameter_table(self) -> tuple[Parameter, ...]:
        """The whole parameter card."""
        return self.model.parameters

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(part.name for part in self.model.inputs)

    @cached_property
    def observables(self) -> tuple[str, ...]:
        """Names of what can be read."""
        return tuple(part.name for part in self.model.observables)

    @cached_property
    def observable_units(self) -> tuple[str, ...]:
        """Units of the observables."""
        return tuple(part.unit for part in self.model.observables)

    @cached_property
    def observable_labels(self) -> tuple[str, ...]:
        """What figures write on an axis."""
        return tuple(part.label for part in self.model.observables)

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every species and observable."""
        names = self.species + self.observables
        return dict(zip(names, self.species_units + self.observable_units, strict=True))

    @cached_property
    def routes(self) -> tuple[CompiledRoute, ...]:
        """How doses enter."""
        targets = {"infusion": self.inputs, "bolus": self.species}
        return tuple(
            CompiledRoute(
                route.drug, route.kind, targets[route.kind].index(route.target), route.amount_unit
            )
            for route in self.model.routes
        )

    @property
    def weight(self) -> str:
        """Name of the parameter that holds body weight."""
        return self.model.weight

    @cached_property
    def uses_time(self) -> bool:
        """Whether an equation uses the time."""
        return uses_time(self.model)

    def start(self, P: Floats) -> tuple[Floats, Floats]:
        """Return the state (N, n) before the first dose, and what does not change (N, c)."""
        return self.initial(P), self.constants(P)

    def initial(self, P: Floats) -> Floats:
        """Return the state (N, n) before the first dose."""
        return self._of_constants(self.equations.start, P)

    def route_factors(self, P: Floats) -> Floats:
        """Return what one unit of amount does on each route, (N, number of routes)."""
        return self._of_constants(self.equations.factors, P)

    def observe(
        self, Y: Floats, P: Floats, U: Floats | None = None, t: Floats | float = 0.0
    ) -> Floats:
        """Return all observables (N, k) of states (N, n), with inputs (N, m) or none, at `t`."""
        if U is None:
            U = np.zeros((len(Y), len(self.inputs)))
        return self.read(self.constants(P), Y, U, np.broadcast_to(np.asarray(t, float), len(Y)))

    def carry(self, population: Population, leg: Leg) -> Crossings:
        """Carry a population along a leg; see `trimer.engine.population.carry`."""
        from trimer.engine.scipy_path.solve import scipy_carry

        return scipy_carry(population, leg)

    def solve(
        self,
        P: Floats,
        schedule: Schedule,
        t0: float,
        t1: float,
        times: Floats,
        outputs: Sequence[str],
        *,
        rtol: float = 1e-6,
        atol: Floats | float | None = None,
        threads: int | None = None,  # noqa: ARG002 (one interpreter, one thread)
    ) -> Solution:
        """Follow every patient from `t0` to `t1`; see `trimer.engine.population.solve`."""
        from trimer.engine.population import solve

        return solve(self, P, schedule, t0, t1, times, outputs, rtol=rtol, atol=atol)

    @cached_property
    def equations(self) -> Equations:
        """Every function of the model, printed by sympy once."""
        model = self.model
        static, moving = split_terms(model)
        known = [row.name for row in model.parameters]
        roots = [root.name for root in model.roots]
        baselines = [Named(part.name, part.expression) for part in model.baselines]
        fixed = [*baselines, *static]
        constants = [*known, *roots, *(part.name for part in fixed)]
        arguments = [constants, *self._moving()]
        slopes = model.derivatives()
        partials, pairs, entries = chain_rule(slopes, moving, self.species)
        return Equations(
            residuals=tuple(to_arrays([[*known, r.name]], [], [r.residual]) for r in model.roots),
            baselines=to_arrays([[*known, *roots]], fixed, [part.expression for part in fixed]),
            start=to_arrays([constants], [], [part.initial for part in model.species]),
            factors=to_arrays([constants], [], [route.coefficient for route in model.routes]),
            read=to_arrays(arguments, moving, [part.expression for part in model.observables]),
            slope=to_numbers(arguments, moving, slopes),
            jacobian=to_numbers(arguments, [*moving, *partials], entries),
            rows=np.array([i for i, _ in pairs], dtype=np.intp),
            columns=np.array([j for _, j in pairs], dtype=np.intp),
        )

    def _moving(self) -> list[list[str]]:
        """Return the names of what changes: species, and inputs with the time if it is used."""
        return [list(self.species), [*self.inputs, *[TIME] * self.uses_time]]

    def watched(self, name: str) -> NumberFunction:
        """Return an observable or species as a function of plain numbers, printed once."""
        known = self.functions.get(name)
        if known is None:
            model = self.model
            static, moving = split_terms(model)
            fixed = [row.name for row in model.parameters]
            fixed += [root.name for root in model.roots]
            fixed += [part.name for part in model.baselines]
            fixed += [part.name for part in static]
            arguments = [fixed, *self._moving()]
            expressions = {o.name: o.expression for o in model.observables}
            expression = expressions.get(name, sympy.Symbol(name))
            known = self.functions[name] = to_numbers(arguments, moving, [expression])
        return known

    def constants(self, P: Floats) -> Floats:
        """Return what does not change within a patient (N, c): parameters and baselines."""
        P = np.asarray(P, dtype=np.float64)
        if P.ndim != 2 or P.shape[1] != len(self.parameters):
            msg = f"The parameter matrix needs {len(self.parameters)} columns, one per parameter."
            raise ValueError(msg)
        column = {name: P[:, k] for k, name in enumerate(self.parameters)}
        rows = self.model.parameters
        known = [column.get(row.name, np.full(len(P), float(row.value))) for row in rows]
        equations = self.equations
        with np.errstate(all="ignore"):
            roots = [
                _bisect(root, residual, known)
                for root, residual in zip(self.model.roots, equations.residuals, strict=True)
            ]
            baselines = equations.baselines([*known, *roots])
        return _columns([*known, *roots, *baselines], len(P))

    def _of_constants(self, function: ArrayFunction, P: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return _columns(function(list(self.constants(P).T)), len(P))

    def read(self, constants: Floats, Y: Floats, U: Floats, t: Floats) -> Floats:
        """Return all observables (N, k) of constants (N or 1, c), states, inputs and times."""
        clock = [t] * self.uses_time
        with np.errstate(all="ignore"):
            values = self.equations.read(list(constants.T), list(Y.T), [*U.T, *clock])
        return _columns(values, len(Y))


class Equations(NamedTuple):
    """The functions of one model."""

    residuals: tuple[ArrayFunction, ...]
    baselines: ArrayFunction
    start: ArrayFunction
    factors: ArrayFunction
    read: ArrayFunction
    slope: NumberFunction
    jacobian: NumberFunction
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]


def _columns(values: Sequence[Floats | float], n: int) -> Floats:
    """Stack columns, some of which may be plain numbers."""
    out = np.empty((n, len(values)))
    for k, value in enumerate(values):
        out[:, k] = value
    return out


def _bisect(root: Root, residual: ArrayFunction, known: list[Floats]) -> Floats:
    """Find the root in every patient; NaN where the residual does not change its sign."""
    n = len(known[0]) if known else 1
    lower, upper = np.full(n, root.lower), np.full(n, root.upper)
    at_lower = np.broadcast_to(residual([*known, lower])[0], n)
    at_upper = np.broadcast_to(residual([*known, upper])[0], n)
    for _ in range(BISECTIONS):
        middle = 0.5 * (lower + upper)
        same = np.sign(residual([*known, middle])[0]) == np.sign(at_lower)
        lower, upper = np.where(same, middle, lower), np.where(same, upper, middle)
    return np.where(np.sign(at_lower) * np.sign(at_upper) <= 0, 0.5 * (lower + upper), np.nan)
