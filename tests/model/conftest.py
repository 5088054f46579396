# SPDX-License-Identifier: Apache-2.0
"""Tiny models for the tests of this folder."""

from __future__ import annotations

import pytest

from trimer.core.sources import Source
from trimer.model import Builder, Card, Parameter

SOURCES = {"A2020": Source("A2020", "misc", title="An example")}

ROWS = {
    "WT": ("body weight", 70.0, "kg", "lognormal cv 20%"),
    "CL": ("clearance", 2.0, "L/day", "lognormal cv 40%"),
    "V": ("volume", 4.0, "L", ""),
    "kon": ("association", 3.0, "1/(nmol/L)/day", ""),
    "koff": ("dissociation", 5.0, "1/day", ""),
    "R0": ("receptor", 7.0, "nmol/L", ""),
    "MW": ("mass", 50.0, "ng/nmol", ""),
}


def _card(**changes):
    """Return a card; a change replaces a row's (definition, value, unit, spread)."""
    rows = ROWS | changes
    return Card(
        tuple(Parameter(name, *row, ("A2020",), "assumed") for name, row in rows.items()), SOURCES
    )


def _declared(**changes):
    """Return a builder with all of a small binding model declared."""
    m = Builder("tiny", title="Drug and receptor", version="1", card=_card(**changes))
    p = m.parameters
    infused = m.input("infused", "drug infused", "nmol/day")
    D = m.species("D", "free drug", "nmol/L", scale=1.0)
    C = m.species("C", "complex", "nmol/L", scale=1.0)
    m.initial(D, 0)
    m.initial(C, 0)
    R = m.term("R", "free receptor", "nmol/L", p.R0 - C)
    m.flow("infusion", "drug given", "nmol/day", infused, {D: 1 / p.V})
    m.flow("clearance", "drug cleared", "nmol/day", p.CL * D, {D: -1 / p.V})
    rate = p.kon * D * R - p.koff * C
    m.flow("binding", "drug binds", "nmol/L/day", rate, {D: -1, C: 1}, sources=("A2020",))
    m.observable("share", "share of receptor bound", "%", 100 * C / p.R0, label="Bound")
    m.route(
        "drug",
        "infusion",
        infused,
        amount_unit="ng",
        coefficient=1 / p.MW,
        definition="into a vein",
    )
    m.route(
        "drug",
        "bolus",
        D,
        amount_unit="ng",
        coefficient=1 / p.MW / p.V,
        definition="into a vein",
    )
    return m


@pytest.fixture
def rows():
    """Return the names of the card's rows."""
    return list(ROWS)


@pytest.fixture
def card():
    """Return a function that makes a card with some rows replaced."""
    return _card


@pytest.fixture
def declared():
    """Return a function that declares the binding model, with some rows replaced."""
    return _declared


@pytest.fixture
def builder():
    """Return the binding model, declared but not yet built."""
    return _declared()


@pytest.fixture
def tiny():
    """Return the binding model."""
    return _declared().build()
