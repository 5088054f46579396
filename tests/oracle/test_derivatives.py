# SPDX-License-Identifier: Apache-2.0
"""The equations, evaluated as sympy prints them, against numbers of an independent program."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import pytest
import sympy

TABLE = Path(__file__).with_name("derivatives.csv")
CASES = range(8)


def _bisected(residual, lower, upper):
    """Return where a falling function of a positive number is zero."""
    for _ in range(200):
        middle = math.sqrt(lower * upper)
        lower, upper = (middle, upper) if residual(middle) > 0 else (lower, middle)
    return middle


class Evaluated:
    """The model's expressions as Python functions of plain numbers."""

    def __init__(self, model):
        self.model = model
        self.functions = {}

    def value(self, expression, numbers):
        """Return the value of an expression."""
        if expression not in self.functions:
            names = sorted(symbol.name for symbol in expression.free_symbols)
            function = sympy.lambdify([sympy.Symbol(name) for name in names], expression, "math")
            self.functions[expression] = (names, function)
        names, function = self.functions[expression]
        return function(*(numbers[name] for name in names))

    def start(self, numbers):
        """Return the numbers with roots and baselines, and the initial state."""
        numbers = dict(numbers)
        for root in self.model.roots:
            numbers[root.name] = _bisected(
                lambda x, root=root: self.value(root.residual, numbers | {root.name: x}),
                root.lower,
                root.upper,
            )
        for baseline in self.model.baselines:
            numbers[baseline.name] = self.value(baseline.expression, numbers)
        state = {part.name: self.value(part.initial, numbers) for part in self.model.species}
        return numbers, state

    def running(self, numbers):
        """Return derivatives and observables in a state."""
        numbers = dict(numbers)
        for term in self.model.terms:
            numbers[term.name] = self.value(term.expression, numbers)
        derivatives = {
            part.name: self.value(expression, numbers)
            for part, expression in zip(self.model.species, self.model.derivatives(), strict=True)
        }
        observables = {
            part.name: self.value(part.expression, numbers) for part in self.model.observables
        }
        return derivatives, observables


@pytest.fixture(scope="module")
def evaluated(reference):
    """Return the shipped model, ready for numbers."""
    return Evaluated(reference)


@pytest.fixture(scope="module")
def table():
    """Return what goes in and comes out: case → kind → name → number."""
    provenance, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert provenance.startswith("# ")
    found = defaultdict(lambda: defaultdict(dict))
    for row in csv.DictReader(lines):
        found[int(row["case"])][row["kind"]][row["name"]] = float(row["value"])
    return found


def test_typical_values_are_those_of_the_reference(reference, table):
    """The typical patient of the table has the values of the parameter card."""
    expected = table[0]["parameter"]
    assert expected == {name: reference.parameter(name).value for name in expected}


def test_states_are_those_of_the_reference_in_its_order(reference, table):
    """The state vector has the same 45 names in the same order."""
    assert [species.name for species in reference.species] == list(table[0]["initial"])


@pytest.mark.parametrize("case", CASES)
def test_a_patient_starts_as_in_the_reference(reference, evaluated, table, case):
    """Initial values agree to 1e-13, those that need a root included."""
    numbers = reference.values(**table[case]["parameter"])
    _, state = evaluated.start(numbers)
    assert state == pytest.approx(table[case]["initial"], rel=1e-13, abs=0)


@pytest.mark.parametrize("case", CASES)
def test_derivatives_are_those_of_the_reference(reference, evaluated, table, case):
    """All 45 derivatives agree to 1e-12 in random states, near-empty marrow included."""
    given = table[case]
    numbers, _ = evaluated.start(reference.values(**given["parameter"]))
    derivatives, _ = evaluated.running(numbers | given["input"] | given["state"])
    assert derivatives == pytest.approx(given["derivative"], rel=1e-12, abs=0)


@pytest.mark.parametrize("case", CASES[:-1])
def test_observables_are_those_of_the_reference(reference, evaluated, table, case):
    """Every observable that the reference has agrees to 1e-12."""
    given = table[case]
    numbers, _ = evaluated.start(reference.values(**given["parameter"]))
    _, observables = evaluated.running(numbers | given["input"] | given["state"])
    found = {name: observables[name] for name in given["observable"]}
    assert found == pytest.approx(given["observable"], rel=1e-12, abs=0)


def test_drug_balance_closes_in_every_state(reference, evaluated, table):
    """What the flows do to free and bound drug is infusion minus elimination."""
    body = next(term.expression for term in reference.terms if term.name == "body")
    for case in CASES:
        given = table[case]
        numbers, _ = evaluated.start(reference.values(**given["parameter"]))
        derivatives, observables = evaluated.running(numbers | given["input"] | given["state"])
        change = sum(
            evaluated.value(sympy.diff(body, species.name), numbers) * derivatives[species.name]
            for species in reference.species
            if body.has(sympy.Symbol(species.name))
        )
        balance = given["input"]["inf"] - observables["drug_elimination"]
        assert change == pytest.approx(balance, rel=1e-9)
