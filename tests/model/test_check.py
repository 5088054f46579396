# SPDX-License-Identifier: Apache-2.0
"""What the builder finds wrong, and how it says so."""

from __future__ import annotations

import pytest
import sympy

from trimer.core.errors import ModelError, UnknownName
from trimer.model import Builder, Card, Parameter


def problems(builder):
    """Return the sentences that building fails with."""
    with pytest.raises(ModelError) as caught:
        builder.build()
    return caught.value.problems


def test_a_sound_model_builds(builder):
    """Nothing is wrong with the model that the other tests break."""
    assert builder.build().name == "tiny"


def test_a_unit_mismatch_names_flow_units_and_parameter(declared):
    """The sentence shows the product, its unit, the unit needed and whose unit to check."""
    wrong = declared(kon=("association", 3.0, "1/(nmol/L)/day**2", ""))
    (problem,) = problems(wrong)
    assert problem == (
        "Unit mismatch in flow 'binding' of 'tiny': kon·D·R has unit nmol/L/day², "
        "the flow needs nmol/L/day. Check the unit of kon."
    )


def test_a_missing_factor_is_named(declared):
    """A unit off by a factor says which."""
    (first, *_) = problems(declared(CL=("clearance", 2.0, "mL/day", "")))
    assert "CL·D has unit mL·nmol/day/L" in first or "CL·D has unit" in first
    assert "a factor of 0.001 is missing" in first


def test_every_problem_is_listed(builder):
    """Units, names and sources are reported together."""
    p, y = builder.parameters, builder.states
    builder.term("T1", "sum of unlike things", "L", p.V + p.CL)
    builder.term("T2", "exponent with a unit", "1", (y.D / p.R0) ** p.V)
    builder.term("T3", "logarithm of a unit", "1", sympy.log(p.V), sources=("B2000",))
    builder.term("T4", "unknown function", "1", sympy.tan(y.D / p.R0))
    builder.term("T5", "unknown symbol", "L", sympy.Symbol("VV"))
    builder.observable("O", "unknown unit", "ng/mll", y.D)
    found = problems(builder)
    text = "\n".join(found)
    assert len(found) == 7
    assert "term 'T1' of 'tiny': CL has unit L/day, the term needs L" in text
    assert "V has unit L, but an exponent must be a plain number" in text
    assert "V has unit L, but the argument of log must be a plain number" in text
    assert "tan is not known here; use + - * / powers, exp, log, cos, sin, sqrt, Max, Min" in text
    assert "Unknown symbol 'VV' in term 'T5' of 'tiny'" in text
    assert "Unknown source 'B2000' in term 'T3' of 'tiny'" in text
    assert "Unknown unit 'mll' in 'ng/mll' in observable 'O' of 'tiny'" in text


def test_compared_quantities_need_one_unit(builder):
    """Max of a volume and a clearance is refused; Max with zero is fine."""
    p = builder.parameters
    builder.term("T1", "fine", "L", sympy.Max(p.V, 0))
    builder.term("T2", "not fine", "L", sympy.Max(p.V, p.CL))
    (problem,) = problems(builder)
    assert "but they are compared. Check the units of CL and V." in problem


def test_a_bare_number_with_a_hidden_unit_is_found(builder):
    """A level added to a literal asks for a row on the card."""
    builder.term("T", "saturation", "1", builder.states.D / (20 + builder.states.D))
    (problem,) = problems(builder)
    assert "20 is a plain number and D has unit nmol/L, but they are added" in problem


def test_dimensionless_arithmetic_and_roots_are_allowed(builder):
    """Square roots, half powers, exp of a ratio and negative powers pass."""
    p, y = builder.parameters, builder.states
    builder.term("T1", "root", "L", sympy.sqrt(p.V**2))
    builder.term("T2", "power", "1", (y.D / p.R0) ** 1.5 * sympy.exp(-y.D / p.R0))
    builder.term("T3", "inverse", "day/L", 1 / p.CL)
    builder.term("T4", "varying exponent", "1", (y.D / p.R0) ** (y.C / p.R0) + 2 * sympy.pi)
    assert builder.build()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("clearance", -2.0, "L/day", ""), "got -2.0; it must not be negative"),
        (("clearance", float("nan"), "L/day", ""), "got nan; it must be finite"),
        (
            ("clearance", 2.0, "L/day", "lognormall cv 4%"),
            "Spread of 'CL' in parameter 'CL': got 'l",
        ),
        (("clearance", 2.0, "L/dy", ""), "Unknown unit 'dy' in 'L/dy' in parameter 'CL'"),
    ],
)
def test_a_bad_parameter_is_named(row, message, declared):
    """Values, units and spreads of the card are checked when the model is built."""
    assert message in "\n".join(problems(declared(CL=row)))


def test_a_parameter_needs_a_source_a_basis_and_a_use(card):
    """A row without source, with an unknown basis or used nowhere is refused."""
    given = card()
    extra = Parameter("X", "extra", 1.0, "1", "", (), "guess")
    m = Builder("x", title="x", version="1", card=Card((*given.parameters, extra), given.sources))
    y = m.species("y", "state", "1", scale=1.0)
    m.initial(y, 0)
    p = m.parameters
    used = p.kon * p.R0 + p.koff + p.CL / p.V
    m.flow("f", "flow", "1/day", used, {y: 1})
    found = "\n".join(problems(m))
    assert "No source of 'X'" in found
    assert "Unknown basis 'guess'" in found
    assert "The parameter 'X' of 'x' is used by no equation" in found
    assert "The parameter 'MW' of 'x' is used by no equation" in found


def test_names_are_used_once(builder):
    """A symbol with two meanings and a flow declared twice are refused."""
    p, y = builder.parameters, builder.states
    builder.term("CL", "clash", "L/day", p.CL)
    builder.term("bad name", "spaces", "L", p.V)
    builder.flow("binding", "again", "nmol/L/day", 0, {y.D: 1})
    found = "\n".join(problems(builder))
    assert "Name 'CL' of 'tiny' is used twice: parameter and term" in found
    assert "Name of term 'bad name' of 'tiny'" in found
    assert "Flow 'binding' of 'tiny' is declared twice" in found


def test_a_term_uses_only_what_is_declared_before_it(builder):
    """A later term, or a state in a baseline, is not known yet."""
    y = builder.states
    builder.term("early", "uses a later term", "nmol/L", sympy.Symbol("late"))
    builder.term("late", "comes after", "nmol/L", y.D)
    builder.baseline("b", "uses a state", "nmol/L", y.D)
    found = "\n".join(problems(builder))
    assert "The term 'late' cannot be used in term 'early' of 'tiny'" in found
    assert "The species 'D' cannot be used in baseline 'b' of 'tiny'" in found


def test_roots_end_with_the_start(builder):
    """A root may be used by baselines and initial values, not by flows."""
    p = builder.parameters
    x = builder.root("x", "unknown", "1", lambda x: 1 / x - 2, lower=0.1, upper=2.0)
    b = builder.baseline("b", "kept", "nmol/L", p.R0 * x)
    builder.term("fine", "from the baseline", "nmol/L", b)
    assert builder.build().roots[0].upper == 2.0
    builder.term("wrong", "from the root", "1", x)
    (problem,) = problems(builder)
    assert "The root 'x' cannot be used in term 'wrong' of 'tiny'" in problem


def test_species_need_a_flow_an_initial_value_and_a_scale(builder):
    """A state that nothing changes is refused, as is one that starts nowhere."""
    builder.species("idle", "idle", "1", scale=0.0)
    found = "\n".join(problems(builder))
    assert "Species 'idle' of 'tiny' has no initial value" in found
    assert "Species 'idle' of 'tiny' has no flow" in found
    assert "Scale of species 'idle' of 'tiny': got 0.0" in found


def test_an_observable_with_the_name_of_a_species_is_that_species(builder):
    """One name never means a state in one place and a function of it in another."""
    D = builder.states.D
    builder.observable("D", "twice the drug", "nmol/L", 2 * D)
    found = "\n".join(problems(builder))
    assert "Observable 'D' of 'tiny' has the name of a species and is something else" in found


def test_what_is_declared_twice_is_named(builder):
    """A species or an initial value given twice is refused."""
    D = builder.species("D", "again", "nmol/L", scale=1.0)
    builder.initial(D, 1)
    found = "\n".join(problems(builder))
    assert "Species 'D' of 'tiny' is declared twice" in found
    assert "Species 'D' of 'tiny' has two initial values" in found


def test_routes_and_flows_lead_to_what_exists(builder):
    """A bolus into an input, a flow into a parameter, a flow into nothing: all refused."""
    p, y, t = builder.parameters, builder.states, builder.terms
    builder.route("x", "bolus", t.infused, amount_unit="ng", coefficient=1, definition="x")
    builder.route("y", "infusion", y.D, amount_unit="foo", coefficient=1, definition="y")
    builder.flow("into a parameter", "x", "L/day", p.CL, {p.V: 1})
    builder.flow("into nothing", "x", "L/day", p.CL, {})
    found = "\n".join(problems(builder))
    assert "Route 'x bolus' of 'tiny' leads to 'infused', which is no species" in found
    assert "Route 'y infusion' of 'tiny' leads to 'D', which is no input" in found
    assert "Unknown unit 'foo' in 'foo' in route 'y infusion'" in found
    assert "Flow 'into a parameter' of 'tiny' changes 'V', which is no species" in found
    assert "Flow 'into nothing' of 'tiny' changes no species" in found


def test_a_route_converts_units(declared):
    """The coefficient turns the amount into what the target holds."""
    (first, *_) = problems(declared(MW=("mass", 50.0, "pg/nmol", "")))
    assert "coefficient of route 'drug infusion' of 'tiny': 1/MW has unit nmol/pg" in first
    assert "needs nmol/ng; a factor of 1000 is missing" in first


def test_weight_and_read_outs_are_parameters(card):
    """A weight that is on no card is refused, with a suggestion."""
    m = Builder("x", title="x", version="1", card=card(), weight="WTT", read_outs=("u",))
    found = "\n".join(problems(m))
    assert "Unknown parameter 'WTT' as weight of 'x'. Did you mean 'WT'?" in found
    assert "Unknown parameter 'u' as read-out of 'x'" in found


def test_impossible_numbers_and_bounds_are_found(builder):
    """A division by zero in an equation and reversed bounds of a root are refused."""
    p = builder.parameters
    builder.term("T", "infinite", "L", p.V * sympy.oo)
    builder.root("x", "unknown", "1", lambda x: x - 1, lower=2.0, upper=1.0)
    found = "\n".join(problems(builder))
    assert "The term 'T' of 'tiny' is not a finite real number" in found
    assert "Bounds of root 'x' of 'tiny': got 2.0 and 1.0" in found


def test_a_misspelled_parameter_stops_at_its_line(builder, rows):
    """An unknown symbol is an error where it is written, with a suggestion."""
    with pytest.raises(UnknownName, match=r"Unknown parameter 'kof' of 'tiny'\. Did you mean 'ko"):
        _ = builder.parameters.kof
    assert dir(builder.parameters) == sorted(rows)
    assert [symbol.name for symbol in builder.states] == ["D", "C"]
    assert not hasattr(builder.parameters, "_private")
