# SPDX-License-Identifier: Apache-2.0
"""What a built model offers."""

from __future__ import annotations

import pickle

import pytest
import sympy

from trimer.core.errors import ModelError, UnknownName

D, C, R, CL, V, kon, koff, infused = sympy.symbols("D C R CL V kon koff infused")


def test_derivatives_are_the_sum_of_flows_with_terms_kept(tiny):
    """Each flow adds coefficient × rate; the term R is not inlined."""
    binding = kon * D * R - koff * C
    dD, dC = tiny.derivatives()
    assert dD - (infused / V - CL * D / V - binding) == 0
    assert dC == binding


def test_parameters_are_found_by_name(tiny):
    """A row of the card is found; an unknown name gets a suggestion."""
    assert tiny.parameter("CL").unit == "L/day"
    with pytest.raises(UnknownName, match=r"Unknown parameter 'kom' of 'tiny'\. Did you mean 'ko"):
        tiny.parameter("kom")


def test_values_can_be_replaced(tiny):
    """Overrides replace typical values in a dictionary or in a new model, never in the old one."""
    assert tiny.values(CL=3) == tiny.values() | {"CL": 3.0}
    assert tiny.with_values(CL=3).parameter("CL").value == 3.0
    assert tiny.parameter("CL").value == 2.0


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_impossible_values_are_refused(tiny, value):
    """Negative and non-finite values are named."""
    with pytest.raises(ModelError, match="'CL' of 'tiny': got"):
        tiny.with_values(CL=value)
    with pytest.raises(UnknownName):
        tiny.values(unknown=1.0)


def test_varied_are_the_parameters_with_a_spread(tiny):
    """Patients differ in these, in card order."""
    assert tiny.varied == ("WT", "CL")


def test_cards_are_short(tiny):
    """The repr says how large the model is; the HTML card also says what it is not."""
    assert repr(tiny) == (
        "<Model tiny 1: 2 species, 7 parameters (2 varied), 3 flows, 1 observables>"
    )
    html = tiny._repr_html_()
    assert html.startswith("<table>")
    assert "not medical advice" in html


def test_a_model_survives_a_trip_to_another_process(tiny):
    """A pickled model has the same equations."""
    again = pickle.loads(pickle.dumps(tiny))  # noqa: S301  our own bytes
    assert again.derivatives() == tiny.derivatives()
