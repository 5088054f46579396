# SPDX-License-Identifier: Apache-2.0
"""A mechanism that stands in a chain which other files declare."""

import pytest
import sympy

from trimer.core.errors import UnknownName
from trimer.core.sources import Source
from trimer.model import Builder, Card, Parameter


def chain():
    """Decay of a substance, its rate a term."""
    rows = [Parameter(name, name, 2.0, "1/day", "", ("A",), "assumed") for name in ("k", "extra")]
    card = Card(tuple(rows), {"A": Source("A", "misc", title="An example")})
    m = Builder("chain", title="Chain", version="1", card=card, weight="")
    A = m.species("A", "substance", "1", scale=1.0)
    m.initial(A, 1)
    rate = m.term("rate", "rate of decay", "1/day", m.parameters.k)
    m.term("double", "twice the rate", "1/day", 2 * rate)
    m.flow("decay", "it decays", "1/day", rate * A, {A: -1})
    return m


def rate_of_change(model):
    """The right side of the only equation, its terms written out."""
    found = model.derivatives()[0]
    for term in reversed(model.terms):
        found = found.subs(sympy.Symbol(term.name), term.expression)
    return sympy.expand(found)


def test_every_user_of_a_refined_term_sees_the_change():
    """Flows and terms declared before and after use the new expression; the old one is kept."""
    m = chain()
    plain = m.refine("rate", lambda plain: plain + m.parameters.extra)
    model = m.build()
    A, k, extra = sympy.symbols("A k extra")
    assert rate_of_change(model) == sympy.expand(-A * (k + extra))
    assert plain.name == "rate_plain"
    assert [term.name for term in model.terms] == ["rate_plain", "rate", "double"]
    assert model.terms[1].definition == "rate of decay"


def test_a_term_can_be_refined_twice():
    """Two mechanisms in one chain act one after the other, each on what was there."""
    m = chain()
    m.refine("rate", lambda plain: plain + m.parameters.extra)
    m.refine("rate", lambda plain: 3 * plain, "three times as fast")
    model = m.build()
    A, k, extra = sympy.symbols("A k extra")
    assert rate_of_change(model) == sympy.expand(-3 * A * (k + extra))
    assert [term.name for term in model.terms[:3]] == ["rate_plain", "rate_plain2", "rate"]
    assert model.terms[2].definition == "three times as fast"


def test_what_is_not_declared_cannot_be_refined():
    """A misspelled term is answered with the nearest one."""
    with pytest.raises(
        UnknownName, match=r"Unknown term 'rat' of 'chain' to refine\. Did you mean"
    ):
        chain().refine("rat", lambda plain: plain)
