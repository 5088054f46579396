# SPDX-License-Identifier: Apache-2.0
"""Cost against the number of states: parts of the reference model, the model, and two coupled.

A part keeps the first states and holds the others at their initial value: with 10 states drug,
binding and resting T cells in blood, with 20 all T cells. 90 states are two copies of the model
that share patient and infusion and exchange drug between their plasmas.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from bench.case import make_case, protocol
from bench.flops import step_flops
from bench.plot import save
from bench.speed import cpu_rate

from trimer.engine.compile import compile_text
from trimer.engine.compiled import describe
from trimer.library import load
from trimer.model.parts import Baseline, Flow

if TYPE_CHECKING:
    from trimer.model import Model

SIZES = (10, 20, 45, 90)
PATIENTS = 1024
_SECOND = "_2"
_EXCHANGE = 0.1  # per day, of the drug in the two plasmas


def sized(model: Model, n: int) -> Model:
    """Return a model of n states made from this one: a part of it, itself, or two of it."""
    whole = len(model.species)
    if n == whole:
        return model
    return part(model, n) if n < whole else pair(model)


def part(model: Model, n: int) -> Model:
    """Return the model with its first n states; the others are constants of a patient."""
    kept = {s.name for s in model.species[:n]}
    held = [Baseline(s.name, s.definition, s.unit, s.initial) for s in model.species[n:]]
    flows = [
        replace(f, changes=tuple((name, x) for name, x in f.changes if name in kept))
        for f in model.flows
    ]
    inputs = {i.name for i in model.inputs}
    return replace(
        model,
        name=f"{model.name}-{n}",
        species=model.species[:n],
        baselines=(*model.baselines, *held),
        flows=tuple(f for f in flows if f.changes),
        routes=tuple(r for r in model.routes if r.target in kept | inputs),
    )


def pair(model: Model) -> Model:
    """Return two copies of the model, coupled through their first state."""
    renamed = [*(s.name for s in model.species), *(t.name for t in model.terms)]
    other = {sympy.Symbol(name): sympy.Symbol(name + _SECOND) for name in renamed}
    species = [replace(s, name=s.name + _SECOND) for s in model.species]
    terms = [
        replace(t, name=t.name + _SECOND, expression=t.expression.xreplace(other))
        for t in model.terms
    ]
    flows = [
        replace(
            f,
            name=f.name + _SECOND,
            rate=sympy.sympify(f.rate).xreplace(other),
            changes=tuple((name + _SECOND, x.xreplace(other)) for name, x in f.changes),
        )
        for f in model.flows
    ]
    first, second = model.species[0].name, species[0].name
    exchange = Flow(
        "exchange", "drug between the two", f"{model.species[0].unit}/day",
        _EXCHANGE * (sympy.Symbol(first) - sympy.Symbol(second)),
        ((first, sympy.Integer(-1)), (second, sympy.Integer(1))),
    )  # fmt: skip
    return replace(
        model,
        name=f"{model.name}-pair",
        species=(*model.species, *species),
        terms=(*model.terms, *terms),
        flows=(*model.flows, *flows, exchange),
    )


def measure() -> dict[str, Any]:
    """Return cost and size for each number of states."""
    whole = load("flotetuzumab-reference")
    rows = [_row(sized(whole, n), n) for n in SIZES]
    x = [row["states"] for row in rows]
    save(
        "states", "states", x,
        {
            "µs per patient and step": [row["us_per_step"] for row in rows],
            "ms of CPU per patient": [1e3 / row["rate"] for row in rows],
            "s of lowering and LLVM": [row["compile"] for row in rows],
        },
    )  # fmt: skip
    return {"rows": rows}


def _row(model: Model, n: int) -> dict[str, float]:
    before = time.process_time()
    card, ir = describe(model)
    compile_text(ir)
    spent = time.process_time() - before
    case = make_case(PATIENTS, model=model, doses=protocol(dexamethasone=n >= 45))
    solution = case.solve()
    assert not solution.status.any()
    tries = float((solution.steps + solution.rejected).mean())
    rate = cpu_rate(case.solve, PATIENTS)
    return {
        "states": n, "jacobian": card.n_jacobian, "factors": card.n_factors,
        "flops": step_flops(ir), "steps": tries, "rate": rate,
        "us_per_step": 1e6 / rate / tries, "compile": spent,
    }  # fmt: skip


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    lines = [
        (
            "| states | Jacobian entries | L + U | flops per step | steps | µs per patient-step | "
            "patients/s | lowering + LLVM, CPU s |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['states']} | {r['jacobian']} | {r['factors']} | {r['flops']:,} | {r['steps']:.0f} | "
        f"{r['us_per_step']:.2f} | {r['rate']:,.0f} | {r['compile']:.2f} |"
        for r in result["rows"]
    ]
    return [
        (
            "One thread, CPU time, 113 times of all states, rtol 1e-6. 10 and 20 states are parts "
            "of the reference model (the others held at their initial value), 90 are two coupled "
            "copies."
        ),
        "",
        *lines,
    ]
