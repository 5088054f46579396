# SPDX-License-Identifier: Apache-2.0
"""Time in equations: where it may stand, its unit, and how it is printed."""

from __future__ import annotations

import pytest
import sympy

from trimer.core.errors import ModelError
from trimer.model import equations


@pytest.fixture
def day(declared):
    """Return a builder with a parameter of one day, and that parameter."""
    m = declared(day=("length of a day", 1.0, "day", ""))
    return m, m.parameters.day


def problems(m):
    """Return the sentences that building a model gives."""
    with pytest.raises(ModelError) as error:
        m.build()
    return error.value.problems


def test_a_rhythm_is_a_term(day):
    """A cosine of the time over a period is a plain number; flows and observables may use it."""
    m, period = day
    rhythm = m.term("rhythm", "daily rhythm", "1", sympy.cos(2 * sympy.pi * m.time / period))
    m.flow("leak", "leaks by day", "1/day", rhythm / period, {m.states.C: sympy.Integer(0)})
    m.observable("clock", "hours since the first dose", "day", m.time)
    m.observable("wave", "another", "1", sympy.sin(m.time / period))
    model = m.build()
    texts = {e.name: e.text for e in equations(model)}
    assert texts["rhythm"] == "rhythm = cos(2·pi·time/day)"
    assert texts["clock"] == "clock = time"
    mathml = {e.name: e.mathml for e in equations(model)}
    assert "<mi>cos</mi><mo>(</mo>" in mathml["rhythm"]
    assert "<mi>pi</mi><mo>⋅</mo><mi>time</mi>" in mathml["rhythm"]


def test_time_has_the_unit_day(day):
    """A time added to a number, and a cosine of days, are refused."""
    m, period = day
    m.observable("fine", "a share of a day", "1", m.time / period)
    m.observable("O1", "sum", "1", 1 + m.time)
    m.observable("O2", "cosine", "1", sympy.cos(m.time))
    first, second = problems(m)
    assert "time has unit day, the observable needs 1" in first
    assert "time has unit day, but the argument of cos must be a plain number" in second


def test_time_does_not_stand_where_things_are_computed_once(day):
    """Initial values, baselines, roots and routes refuse it, each with a sentence."""
    m, period = day
    m.baseline("b", "at the start", "1", m.time / period)
    m.root("r", "solved", "1", lambda r: r - m.time / period, lower=0.1, upper=1)
    m.route("d", "bolus", m.states.D, amount_unit="nmol", coefficient=m.time / m.parameters.V
            / period, definition="")  # fmt: skip
    found = [p for p in problems(m) if p.startswith("Time cannot be used in")]
    assert [p.split(" of 'tiny'")[0].removeprefix("Time cannot be used in ") for p in found] == [
        "route 'd bolus'", "root 'r'", "baseline 'b'",
    ]  # fmt: skip
    assert "computed once, at the start. Use it in terms, flows and observables." in found[0]


def test_nothing_else_is_called_time(declared):
    """A parameter of that name is refused, whether an equation uses the time or not."""
    found = problems(declared(time=("a time", 1.0, "day", "")))
    assert "Name 'time' of 'tiny' is used twice: time and parameter." in found


def test_time_is_a_symbol_of_sympy(declared):
    """It is what the engines look for by name."""
    assert declared().time == sympy.Symbol("time")
