# SPDX-License-Identifier: Apache-2.0
"""Small models for the engine's tests, and two ways to evaluate a graph."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import sympy

from trimer.engine.compile import compile_text, load_object
from trimer.engine.compiled import CompiledModel, load_compiled
from trimer.engine.driver import FUNCTIONS, driver_module
from trimer.engine.ir import ATTRIBUTES, declarations
from trimer.engine.kernels import kernel
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule
from trimer.model.model import Model
from trimer.model.parameter import Parameter
from trimer.model.parts import Baseline, Flow, Input, Observable, Root, Route, Species, Term


def make_model(species, flows, *, parameters=None, vary=(), inputs=(), **parts):
    """Return an unchecked model whose formulas are strings: these tests are about numbers.

    ``species`` maps a name to its initial value, ``flows`` lists (rate, {species: coefficient}),
    ``parameters`` maps a name to its value; those in ``vary`` differ between patients.
    ``terms``, ``baselines`` and ``observables`` map a name to a formula, ``roots`` a name to
    (residual, lower, upper), ``routes`` lists (drug, kind, target, coefficient).
    """
    parameters = parameters or {}
    groups = ("terms", "baselines", "observables", "roots")
    named = {group: parts.get(group, {}) for group in groups}
    names = [*species, *parameters, *inputs, *(n for group in named.values() for n in group)]
    symbols = {name: sympy.Symbol(name) for name in names}

    def formula(text):
        return sympy.sympify(text, locals=symbols)

    return Model(
        name="tiny",
        title="A tiny model",
        version="1",
        species=tuple(
            Species(s, s, "1", parts.get("scale", 1.0), formula(value))
            for s, value in species.items()
        ),
        parameters=tuple(
            Parameter(p, p, value, "1", "lognormal cv 30%" if p in vary else "", ("A",), "assumed")
            for p, value in parameters.items()
        ),
        inputs=tuple(Input(u, u, "1") for u in inputs),
        roots=tuple(
            Root(r, r, "1", formula(f), low, high) for r, (f, low, high) in named["roots"].items()
        ),
        baselines=tuple(Baseline(b, b, "1", formula(f)) for b, f in named["baselines"].items()),
        terms=tuple(Term(t, t, "1", formula(f)) for t, f in named["terms"].items()),
        flows=tuple(
            Flow(f"f{i}", "", "1", formula(rate), tuple((s, formula(c)) for s, c in to.items()))
            for i, (rate, to) in enumerate(flows)
        ),
        observables=tuple(
            Observable(o, o, "1", formula(f), o) for o, f in named["observables"].items()
        ),
        routes=tuple(
            Route(drug, kind, target, "1", formula(c), "")
            for drug, kind, target, c in parts.get("routes", ())
        ),
        sources={},
    )


@pytest.fixture(scope="session", name="make_model")
def _make_model():
    """Return the function that makes a tiny model of strings."""
    return make_model


@pytest.fixture(scope="session")
def compiled():
    """Return a function that makes a tiny model and compiles it."""
    return lambda *args, **parts: load_compiled(make_model(*args, **parts))


MEANING = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "recip": lambda a: 1 / a,
    "max": max,
    "min": min,
    "select": lambda a, b, x, y: x if a > b else y,
    "fma": lambda a, b, c: a * b + c,
}


def evaluate(graph, nodes, arrays, functions):
    """Return the values of nodes by walking the graph; ``functions`` has sqrt, exp and log.

    Works for whatever numbers the arrays hold: whole numbers, floats, many-digit numbers.
    """
    values = {}
    for node in graph.live(nodes):
        kind, *rest = graph.code[node]
        if kind == "const":
            values[node] = rest[0]
        elif kind == "load":
            values[node] = arrays[rest[0]][rest[1]]
        else:
            meaning = MEANING.get(kind) or getattr(functions, kind)
            values[node] = meaning(*(values[x] for x in rest))
    return [values[node] for node in nodes]


@pytest.fixture(scope="session", name="evaluate")
def _evaluate():
    """Return the interpreter of graphs."""
    return evaluate


@pytest.fixture(scope="session")
def loaded():
    """Return a function that compiles ``nodes(y, p, o)``: (N, n) arrays in, (N, k) out."""
    kept, rows = load_object(compile_text(driver_module()), FUNCTIONS, key="rows")

    def load(body, k):
        code = compile_text(declarations() + body + ATTRIBUTES)
        own, address = load_object(code, ("nodes",), key="nodes")
        made = SimpleNamespace(addresses={**address, **rows}, keep=(kept, own))

        def call(Y, P=None):
            P = np.zeros((len(Y), 0)) if P is None else P
            return CompiledModel.rows(made, "nodes", Y, P, k)

        return call

    return load


@pytest.fixture(scope="session")
def machine(loaded):
    """Return a function that compiles nodes of a graph to machine code."""

    def compile_nodes(graph, outputs):
        body = kernel("nodes", graph, ("y", "p"), {"o": outputs}, internal=False)
        return loaded(body, len(outputs))

    return compile_nodes


BUSY = make_model(
    {"D": 0, "A": "A0", "C": 1, "F": 1},
    [
        ("rate / V", {"D": 1}),
        ("CL * D / V", {"D": -1}),
        ("kon * D * A - koff * C", {"D": -1, "A": -1, "C": 1}),
        ("kin * (A0 / (A + C / 2)) ** gamma + boost", {"F": 1}),
        ("effect * F", {"F": -1}),
    ],
    parameters={
        "V": 2.0, "CL": 3.0, "kon": 50.0, "koff": 5.0, "A0": 2.0, "kin": 1.5, "gamma": 0.7,
        "h": 1.6, "floor": 0.05,
    },
    vary=("V", "CL", "kon", "A0", "gamma"),
    inputs=("rate", "boost"),
    baselines={"start": "A0 / V"},
    terms={"x": "Max(C, floor) ** h", "effect": "1 + start * x / (1 + x) + exp(-F)"},
    observables={"conc": "D / V", "on": "rate", "bound": "C / (A + C)", "sum": "A + C + F"},
    routes=[("drug", "infusion", "rate", "1"), ("drug", "bolus", "D", "1 / V")],
)  # fmt: skip


@pytest.fixture(scope="session")
def busy_model():
    """Return a model with all that an engine must carry."""
    return BUSY


@pytest.fixture(scope="session")
def busy():
    """Return that model compiled."""
    return load_compiled(BUSY)


@pytest.fixture(scope="session")
def busy_patients():
    """Return a function that makes n patients of the busy model, each with doses of their own."""

    def patients(n):
        random = np.random.default_rng(5)
        typical = np.array([2.0, 3.0, 50.0, 2.0, 0.7])
        P = typical * np.exp(random.normal(0, 0.3, (n, 5)))
        at = np.sort(random.uniform(0, 4, (n, 6)), axis=1)
        at[:, 0] = 0
        kind = np.tile([SET_INPUT, ADD_TO_SPECIES, SET_INPUT] * 2, (n, 1))
        index = np.tile([0, 0, 1, 0, 2, 0], (n, 1))
        value = random.uniform(0, 3, (n, 6))
        schedule = Schedule(
            np.arange(n + 1, dtype=np.int64) * 6,
            at.ravel(),
            kind.ravel().astype(np.int8),
            index.ravel().astype(np.int32),
            value.ravel(),
        )
        return P, schedule

    return patients


@pytest.fixture(scope="session")
def random_model():
    """Return a function that makes a random network: mass action, some of it saturating."""

    def network(seed, saturation=0.3):
        random = np.random.default_rng(seed)
        names = [f"s{i}" for i in range(random.integers(1, 7))]
        flows = []
        for i in range(random.integers(len(names), 3 * len(names) + 1)):
            used = random.choice(names, random.integers(0, 3))
            rate = " * ".join([f"k{i}", *used])
            if random.random() < saturation:
                by = random.choice(names)
                rate += f" / (1 + {by} ** {random.choice([1, 1.5, 2, 2.3])})"
            changes = {str(s): -1 for s in used} | {str(random.choice(names)): 1}
            flows.append((rate, changes))
        rates = {f"k{i}": 10 ** random.uniform(-2, 2) for i in range(len(flows))}
        return make_model(dict.fromkeys(names, 1), flows, parameters=rates, vary=[*rates][::2])

    return network
