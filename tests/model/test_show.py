# SPDX-License-Identifier: Apache-2.0
"""How equations are printed."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import sympy

from trimer.model import at_least, equations, hill
from trimer.model.layout import Layout, text
from trimer.model.mathml import mathml, symbol

a, b, x, y, K = sympy.symbols("a b x y K")


def printed(expression):
    """Return the text of an expression, with the order of symbols given."""
    return text(Layout({"a": 0, "b": 1, "K": 2, "x": 3, "y": 4})(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (a * x - b * y, "a·x − b·y"),
        (x - a, "x − a"),
        (-a * x, "−a·x"),
        (-a * x - b, "−a·x − b"),
        (1 - x, "1 − x"),
        (x - 1, "x − 1"),
        (a * x / (K * (b + y)), "a·x/(K·(b + y))"),
        (1 / x, "1/x"),
        (2 / (x * y), "2/(x·y)"),
        (x / 4, "x/4"),
        (x + sympy.Rational(3, 2), "3/2 + x"),
        (x**a, "x^a"),
        ((x / K) ** (-a), "1/(x/K)^a"),
        (x ** sympy.Rational(3, 2), "x^(3/2)"),
        (1 / x**2, "1/x^2"),
        (sympy.sqrt(x), "sqrt(x)"),
        (1 / sympy.sqrt(x), "1/sqrt(x)"),
        ((x**a) ** b, "(x^a)^b"),
        (sympy.exp(-x) * a, "a·exp(−x)"),
        (at_least(x, 0), "max(x, 0)"),
        (at_least(x + y, K), "max(x + y, K)"),
        (sympy.Min(x, 1), "min(x, 1)"),
        (0.35 * x, "0.35·x"),
        (sympy.Float(2.0) * x, "2·x"),
        (sympy.Integer(-2), "−2"),
        (1e-9 * x, "1e-09·x"),
        (sympy.pi * x, "pi·x"),
        (hill(x / K, a), "(x/K)^a/(1 + (x/K)^a)"),
        ((a - b) * (x + 1), "(a − b)·(1 + x)"),
        (a - (x - y), "a + y − x"),
    ],
)
def test_text_is_in_a_readers_order(expression, expected):
    """Positive parts first, parameters before what changes, one fraction bar, few brackets."""
    assert printed(expression) in (expected, expected.replace("(a − b)·(1 + x)", "(1 + x)·(a − b)"))


def test_a_printed_equation_reads_back_as_itself(reference):
    """Every right side of the shipped model means the same after printing."""
    names = {part.name: sympy.Symbol(part.name) for part in reference.parameters}
    names |= {part.name: sympy.Symbol(part.name) for _, part in reference.quantities()}
    lay = Layout({})
    for term in reference.terms:
        python = text(lay(term.expression)).replace("·", "*").replace("−", "-").replace("^", "**")
        again = eval(python, {"__builtins__": {}, "max": sympy.Max}, names)  # noqa: S307  our own text
        at = {names[name]: 0.5 + index / 300 for index, name in enumerate(sorted(names))}
        difference = (again - term.expression).subs(at)
        assert abs(float(difference)) < 1e-9 * (1 + abs(float(term.expression.subs(at))))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CL", "<mi>CL</mi>"),
        ("kon3", "<msub><mi>k</mi><mi>on3</mi></msub>"),
        ("psiL", "<msub><mi>ψ</mi><mi>L</mi></msub>"),
        ("gam", "<mi>γ</mi>"),
        ("rho", "<mi>ρ</mi>"),
        ("tpb_m", "<msub><mi>tpb</mi><mi>m</mi></msub>"),
        ("TmR", "<msub><mi>T</mi><mi>mR</mi></msub>"),
        ("TRm", "<msub><mi>TR</mi><mi>m</mi></msub>"),
        ("C123b", "<msub><mi>C</mi><mi>123b</mi></msub>"),
        ("Prol0", "<msub><mi>Prol</mi><mi>0</mi></msub>"),
        ("IL6", "<mi>IL6</mi>"),
        ("rest", "<mi>rest</mi>"),
    ],
)
def test_a_symbol_has_its_subscript(name, expected):
    """Greek letters and subscripts are read from the name."""
    assert symbol(name) == expected


def test_mathml_has_fractions_powers_and_roots():
    """Each kind of node has its element."""
    lay = Layout({})
    assert mathml(lay(x / y)) == "<mfrac><mi>x</mi><mi>y</mi></mfrac>"
    assert mathml(lay(x**2)) == "<msup><mi>x</mi><mn>2</mn></msup>"
    assert mathml(lay(sympy.sqrt(x))) == "<msqrt><mi>x</mi></msqrt>"
    assert "<mo>−</mo>" in mathml(lay(1 - x))
    assert "<mi>max</mi><mo>(</mo>" in mathml(lay(at_least(x, 0)))
    assert "<msup><mn>10</mn><mn>-9</mn></msup>" in mathml(lay(1e-9 * x))


def test_every_equation_of_the_shipped_model_is_well_formed(reference):
    """All MathML parses; every species, term and observable has its equation."""
    shown = equations(reference)
    for equation in shown:
        assert ET.fromstring(equation.mathml).tag == "math"  # noqa: S314  our own text
        assert equation.definition
        assert equation.unit
    kinds = [equation.kind for equation in shown]
    assert kinds.count("species") == len(reference.species)
    assert kinds.count("term") == len(reference.terms)
    assert kinds.count("observable") == len(reference.observables)


def test_a_model_prints_equations_units_and_parameters(tiny):
    """The text of a model has everything a reader needs to check it."""
    shown = str(tiny)
    assert "dD/dt = infused/V + koff·C − CL·D/V − kon·D·R" in shown
    assert "free drug [nmol/L/day]" in shown
    assert "R = R0 − C" in shown
    assert "share = 100·C/R0" in shown
    assert "CL = 2 L/day (clearance; lognormal cv 40%; assumed, A2020)" in shown
    assert "not medical advice" in shown


def test_roots_and_initial_values_are_printed(builder):
    """What is solved for, kept and set at the start has its own headings."""
    p, s = builder.parameters, builder.states
    x0 = builder.root("x", "unknown", "1", lambda x: 1 / x - 2, lower=0.1, upper=2.0)
    builder._initial.clear()
    builder.initial(s.D, builder.baseline("D0", "drug at start", "nmol/L", p.R0 * x0))
    builder.initial(s.C, 0)
    shown = str(builder.build())
    assert "0 = 1/x − 2" in shown
    assert "unknown: x between 0.1 and 2" in shown
    assert "D0 = R0·x" in shown
    assert "D(0) = D0" in shown
    assert "C(0)" not in shown
