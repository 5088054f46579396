# SPDX-License-Identifier: Apache-2.0
"""What a rule can ask for, and what it looks like."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import ProtocolError
from trimer.protocol import parse_action, parse_amount
from trimer.protocol.action import (
    DelayStep,
    End,
    Give,
    Hold,
    LookAgain,
    LookEvery,
    Premedicate,
    Reduce,
    RepeatLeadIn,
    SkipStep,
    Start,
    StopForGood,
    Support,
    Transplant,
)

TEXTS = {
    "hold": Hold(),
    "reduce one step": Reduce("one step"),
    "half rate": Reduce("half rate"),
    "stop for good": StopForGood(),
    "delay step": DelayStep(),
    "skip step": SkipStep(),
    "repeat lead-in": RepeatLeadIn(),
    "premedicate": Premedicate(),
    "transplant": Transplant(),
    "raise vasopressor every 1 h": Support("vasopressor", 1, 60),
    "lower oxygen every 6 h": Support("oxygen", -1, 360),
    "raise oxygen": Support("oxygen", 1),
    "antibiotics": Start("antibiotic"),
    "stop antibiotics": End("antibiotic"),
    "antifungals": Start("antifungal"),
    "stop antifungals": End("antifungal"),
    "vitals every 2 h": LookEvery("vitals", 120),
    "neurology every 6 h": LookEvery("neurology", 360),
    "look again in 30 min": LookAgain(30),
    "dexamethasone 10 mg": Give("dexamethasone", parse_amount("10 mg")),
    "dexamethasone 10 mg every 6 h at most 12": Give(
        "dexamethasone", parse_amount("10 mg"), 360, 12
    ),
    "tocilizumab 8 mg/kg at most 4": Give("tocilizumab", parse_amount("8 mg/kg"), None, 4),
    "fluids 500 mL every 1 h": Give("fluids", parse_amount("500 mL"), 60),
    "red cells 1 unit": Give("red_cells", parse_amount("1 unit")),
    "platelets 2 units": Give("platelet_units", parse_amount("2 units")),
    "filgrastim 5 ug/kg": Give("filgrastim", parse_amount("5 ug/kg")),
    "methylprednisolone 500 mg every 12 h": Give("methylprednisolone", parse_amount("500 mg"), 720),
    "dexamethasone 20 mg/m2": Give("dexamethasone", parse_amount("20 mg/m2")),
}


@pytest.mark.parametrize(("text", "action"), TEXTS.items())
def test_actions_are_read_and_written_alike(text, action):
    """Every action is read from its text, and has that text."""
    assert parse_action(text, "x") == action
    assert action.text == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("  vitals   every 120 min ", "vitals every 2 h"),
        ("G-CSF 5 ug/kg", "filgrastim 5 ug/kg"),
        ("paracetamol 650 mg", "acetaminophen 650 mg"),
        ("red_cells 1 unit", "red cells 1 unit"),
    ],
)
def test_other_spellings_mean_the_same(text, same):
    """Spaces, units of time and common names of drugs make no difference."""
    assert parse_action(text, "x") == parse_action(same, "x")


def test_a_drug_without_a_dose_has_its_usual_one():
    """The usual dose is filled in, and stays away where the action is written."""
    usual = {"tocilizumab": parse_amount("8 mg/kg")}
    action = parse_action("tocilizumab every 8 h at most 2", "x", usual)
    assert action == Give("tocilizumab", parse_amount("8 mg/kg"), 480, 2)
    assert action.text == "tocilizumab 8 mg/kg every 8 h at most 2"
    assert action.written == "tocilizumab every 8 h at most 2"
    with pytest.raises(ProtocolError, match=r"Missing dose in x: .*\[drugs.tocilizumab\]"):
        parse_action("tocilizumab", "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hodl", "Unknown action in x: got 'hodl'. Did you mean 'hold'?"),
        ("half speed", "Did you mean 'half rate'?"),
        ("tocilizumb 8 mg/kg", "Unknown drug 'tocilizumb' in x. Did you mean 'tocilizumab'?"),
        ("raise the blinds", "Unknown action in x"),
        ("", "Unknown action in x"),
        ("tocilizumab, please", "Unknown action in x"),
        (7, "Wrong action in x: got 7; it is text."),
        ("dexamethasone 10", "a number without a unit"),
        ("dexamethasone -5 mg", "a dose is positive and finite"),
        (
            "dexamethasone 10 mL",
            "Wrong unit in x: got dexamethasone 10 mL; the dose is in ng",
        ),
        ("fluids 500 mg", "Wrong unit in x: got fluids 500 mg; the dose is in mL."),
        ("red cells 500 mL", "the dose is in unit."),
        ("dexamethasone 10 mg at most 0", "it is at least 1"),
        ("vitals every 0 h", "it is at least 1 min"),
        ("raise oxygen every 0 min", "it is at least 1 min"),
        ("vitals every 2 hourss", "unknown unit of time 'hourss'. Did you mean 'hours'?"),
        ("look again in 0.3 min", "whole minutes"),
        ("dexamethasone 10 mg every", "Wrong dose in x: got '10 mg every'"),
    ],
)
def test_other_actions_are_refused_with_a_suggestion(text, said):
    """What is no action is refused, and the nearest one named."""
    with pytest.raises(ProtocolError, match=re.escape(said)):
        parse_action(text, "x")


@given(st.text(max_size=40) | st.sampled_from(list(TEXTS)).map(lambda text: text[:-1] + "("))
def test_no_text_breaks_the_reading(text):
    """Any text is an action or a ProtocolError."""
    with suppress(ProtocolError):
        assert parse_action(text, "x").text
