# SPDX-License-Identifier: Apache-2.0
"""A model's LLVM module: right-hand side, factorization, solve, step, start values, outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.engine.differentiate import jacobian, time_derivative, worthwhile_cuts
from trimer.engine.factor import factorize
from trimer.engine.ir import ATTRIBUTES, LANES, Writer, declarations
from trimer.engine.kernels import kernel
from trimer.engine.rodas5p import STAGES
from trimer.engine.step import Drift, step_function

if TYPE_CHECKING:
    from trimer.engine.graph import Graph
    from trimer.engine.lower import Lowered

#: Bisection steps of a root: enough for 16 digits from bounds fourteen decades apart.
BISECTIONS = 100


@dataclass(frozen=True)
class Generated:
    """Generated code and what one must know to call it.

    Attributes
    ----------
    text : str
        The module.
    functions : tuple of str
        Names that can be called: ``step``, ``prelude``, ``initial``, ``routes``, ``observe_<i>``.
    n_hoisted, n_factors : int
        Entries of ``p`` that the prelude computes, and slots of the factorization (with df/dt).
    needs : tuple of tuple of int
        For each observable the species it reads.
    n_jacobian : int
        Nonzeros of the Jacobian.
    """

    text: str
    functions: tuple[str, ...]
    n_hoisted: int
    n_factors: int
    needs: tuple[tuple[int, ...], ...]
    n_jacobian: int


def generate(
    model: Lowered, bounds: tuple[tuple[float, float], ...], lanes: int = LANES
) -> Generated:
    """Return the module of a lowered model.

    Parameters
    ----------
    model : Lowered
        The model.
    bounds : tuple of (float, float)
        Where each root lies.
    lanes : int
        Patients per vector.
    """
    g, n = model.graph, len(model.derivatives)
    derivatives = list(model.derivatives)
    entries = jacobian(g, derivatives, worthwhile_cuts(g, derivatives))
    factors = factorize(g, n, entries)
    slots, drift = _drift(model, list(factors.slots))
    ahead = g.frontier([*derivatives, *slots])
    loaded = len(model.columns) + (model.clock is not None)
    hoisted = {node: loaded + i for i, node in enumerate(ahead)}
    reads = ("y", "p")
    parts = [
        declarations(lanes),
        kernel(
            "rhs",
            g,
            reads,
            {"o": derivatives},
            accumulate=True,
            hoisted=hoisted,
            strides={"o": STAGES},
            lanes=lanes,
        ),
        kernel(
            "jaclu",
            g,
            (*reads, "gh"),
            {"lu": slots, "o": derivatives},
            hoisted=hoisted,
            strides={"o": STAGES},
            lanes=lanes,
        ),
        kernel(
            "solve",
            factors.solve,
            ("lu",),
            {"b": factors.solution},
            strides={"b": STAGES},
            lanes=lanes,
        ),
        step_function(n, lanes, drift),
        kernel("prelude", g, ("p",), {"o": ahead}, internal=False, lanes=lanes),
        _start(model, bounds, lanes),
    ]
    observed = [f"observe_{i}" for i in range(len(model.observables))]
    for name, node in zip(observed, model.observables, strict=True):
        parts.append(kernel(name, g, reads, {"o": [node]}, internal=False, lanes=lanes))
    parts.append(ATTRIBUTES)
    functions = ("step", "prelude", "initial", "routes", *observed)
    needs = tuple(_species_of(g, node) for node in model.observables)
    return Generated("".join(parts), functions, len(ahead), len(slots), needs, len(entries))


def _drift(model: Lowered, slots: list[int]) -> tuple[list[int], Drift | None]:
    """Return the slots that ``jaclu`` fills, df/dt behind the factors, and how the step uses it."""
    g, derivatives = model.graph, model.derivatives
    if model.clock is None or model.clock not in g.live(derivatives):
        return slots, None
    by_time = time_derivative(g, derivatives, model.clock)
    places = {state: len(slots) + i for i, state in enumerate(by_time)}
    return [*slots, *by_time.values()], Drift(len(model.columns), places)


def _species_of(g: Graph, node: int) -> tuple[int, ...]:
    loads = (g.code[v] for v in g.live([node]))
    return tuple(sorted(int(op[2]) for op in loads if op[:2] == ("load", "y")))  # type: ignore[call-overload]


def _start(model: Lowered, bounds: tuple[tuple[float, float], ...], lanes: int) -> str:
    """Return ``initial`` (species, then baselines) and ``routes`` (dose factors)."""
    g = model.start
    reads = ("y", "p")
    parts = [
        kernel(f"residual_{i}", g, reads, {"o": [node]}, lanes=lanes)
        for i, node in enumerate(model.residuals)
    ]
    parts.append(kernel("from_roots", g, reads, {"o": model.initial}, lanes=lanes))
    w = Writer(lanes)
    v = w.vector
    roots = f"[{max(1, len(bounds))} x {v}]"
    w.entry.append(f"  %z = alloca {roots}")
    found = w.variable(v, "zeroinitializer")

    def residual(i: int, at: str) -> str:
        w.write(v, at, "%z", i)
        w.do(f"call void @residual_{i}(ptr %z, ptr %p, ptr {found})")
        return w.get(v, found)

    for i, (lower, upper) in enumerate(bounds):
        low, high = w.variable(v, w.number(lower)), w.variable(v, w.number(upper))
        at_low = residual(i, w.number(lower))
        at_high = residual(i, w.number(upper))
        signs = w.binary("fmul", at_low, at_high)
        with w.count(BISECTIONS):
            total = w.binary("fadd", w.get(v, low), w.get(v, high))
            middle = w.binary("fmul", total, w.number(0.5))
            product = w.binary("fmul", residual(i, middle), at_low)
            same = w.compare("ogt", product, w.number(0.0))
            w.put(v, w.choose(same, middle, w.get(v, low)), low)
            w.put(v, w.choose(same, w.get(v, high), middle), high)
        half = w.binary("fmul", w.binary("fadd", w.get(v, low), w.get(v, high)), w.number(0.5))
        bracketed = w.compare("ole", signs, w.number(0.0))
        w.write(v, w.choose(bracketed, half, w.number(float("nan"))), "%z", i)
    w.do("call void @from_roots(ptr %z, ptr %p, ptr %o)")
    parts.append(w.function("initial", "ptr noalias %y, ptr noalias %p, ptr noalias %o"))
    parts.append(kernel("routes", g, reads, {"o": model.routes}, internal=False, lanes=lanes))
    return "".join(parts)
