# SPDX-License-Identifier: Apache-2.0
"""MathML from a file is let in only as MathML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.report.mathml import safe_mathml


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<math><mtext><img src='x' onerror='alert(1)'/></mtext></math>",
        "<math><annotation-xml><p>x</p></annotation-xml></math>",
        "<mrow><mi>x</mi></mrow>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><math><mi>&a;</mi></math>",
        "<math><mi>x</math>",
        "",
    ],
)
def test_anything_else_is_refused(text):
    """What is not plain MathML gives nothing, so the page shows the text instead."""
    assert safe_mathml(text) == ""


def test_attributes_that_act_are_dropped():
    """Links, styles and handlers do not pass."""
    text = "<math href='https://x.example'><mi style='x' onclick='y'>k</mi></math>"
    assert safe_mathml(text) == "<math><mi>k</mi></math>"


def test_a_sum_can_break_before_its_signs():
    """A sum becomes pieces, in order, nothing lost."""
    text = "<math><mi>a</mi><mo>=</mo><mrow><mi>b</mi><mo>−</mo><mi>c</mi></mrow></math>"
    pieces = safe_mathml(text).split("</math> ")
    assert len(pieces) == 3
    assert [piece.count("<m") for piece in pieces] == [3, 2, 3]


@given(st.text())
def test_nothing_breaks_it(text):
    """Any text gives MathML or nothing."""
    assert not safe_mathml(text) or safe_mathml(text).startswith("<math")
