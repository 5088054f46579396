# SPDX-License-Identifier: Apache-2.0
"""The shipped policies: what they do, and that they say what they are."""

import re

import pytest

from trimer.core.errors import ProtocolError
from trimer.protocol import policy_names, read_policy

DEFAULT = read_policy("trimer-default")
RULES = {rule.name: rule for rule in DEFAULT.rules}

PERSISTENT = "CRS >= 2 and CRS < 3 and MAP < 65 mmHg"
LIVER = "ALT <= 3 x ULN and AST <= 3 x ULN and bilirubin <= 1.5 x ULN"

TABLE = {
    "fever": ("CRS >= 1 and fever", ["acetaminophen 650 mg every 6 h", "vitals every 2 h"]),
    "fever over 3 days": ("CRS >= 1 for 72 h", ["hold", "tocilizumab 8 mg/kg every 8 h"]),
    "step only when tolerated": ("CRS >= 2 or ICANS >= 2", ["delay step"]),
    "CRS grade 2": ("CRS >= 2", ["hold", "tocilizumab 8 mg/kg every 8 h"]),
    "steroid for persistent hypotension": (
        f"{PERSISTENT} and fluids doses in 24 h >= 2 and tocilizumab doses >= 1",
        ["dexamethasone 10 mg every 12 h"],
    ),
    "CRS grade 3": ("CRS >= 3", ["hold", "dexamethasone 10 mg every 6 h"]),
    "CRS grade 3 again, or grade 4": ("CRS >= 4 or severe_CRS_events >= 2", ["stop for good"]),
    "CRS grade 4": ("CRS >= 4", ["methylprednisolone 500 mg every 12 h at most 6"]),
    "ICANS grade 2": ("ICANS >= 2 and ICANS < 3", ["hold", "dexamethasone 10 mg"]),
    "ICANS grade 3": (
        "ICANS >= 3 and ICANS < 4", ["hold", "dexamethasone 10 mg every 6 h"],
    ),
    "ICANS grade 4": (
        "ICANS >= 4", ["stop for good", "methylprednisolone 1000 mg every 24 h at most 3"],
    ),
    "organ stress": (
        "ALT > 5 x ULN or AST > 5 x ULN or bilirubin > 3 x ULN or creatinine > 3 x baseline",
        ["hold"],
    ),
    "fluids for hypotension": (
        "MAP < 65 mmHg for 2 readings and fluids doses in 24 h < 2 and vasopressor = 0",
        ["fluids 500 mL every 1 h"],
    ),
    "fever and neutropenia": ("fever and neutropenia and not antibiotic", ["antibiotics"]),
    "red cells": ("hemoglobin < 7 g/dL", ["red cells 2 units every 24 h"]),
    "platelets": ("platelets < 10 G/L", ["platelets 1 unit every 24 h"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "row"), TABLE.items(), ids=TABLE)
def test_the_default_policy_is_the_table(name, row):
    """Every row of the table is a rule: what is seen, and what is done."""
    when, do = row
    assert str(RULES[name].when) == when
    assert [action.text for action in RULES[name].do] == do


@pytest.mark.parametrize(
    ("name", "resume_when"),
    [
        ("CRS grade 2", "CRS <= 1"),
        ("CRS grade 3", "CRS <= 1 for 24 h"),
        ("ICANS grade 2", "ICANS <= 1 for 24 h"),
        ("ICANS grade 3", "ICANS <= 1 for 72 h"),
        ("fever over 3 days", "CRS < 1 for 6 h"),
        (
            "organ stress",
            f"{LIVER} and creatinine <= 1.5 x baseline",
        ),
    ],
)
def test_a_hold_ends_one_step_lower(name, resume_when):
    """After every hold of the default policy the infusion goes on one step back."""
    assert str(RULES[name].resume_when) == resume_when
    assert RULES[name].resume == "one step back"


def test_no_rule_holds_for_cytopenia():
    """Most patients begin with one."""
    counts = {"ANC", "platelets", "lymphocytes", "hemoglobin", "neutropenia"}
    for rule in DEFAULT.rules:
        assert not (rule.holds and counts & set(rule.when.quantities))


def test_the_restart_table():
    """Gaps by length: lower limits belong to a row, upper ones do not."""
    rows = [(row.gap, row.premedicate, row.at) for row in DEFAULT.restart]
    assert rows == [
        ("under 4 h", False, "same rate"),
        ("4 h to 24 h", True, "same rate"),
        ("24 h to 48 h", True, "one step back"),
        ("48 h to 14 days", True, "from the start"),
        ("over 14 days", False, "stop"),
    ]


def test_the_caps_of_tocilizumab():
    """8 mg/kg, 12 mg/kg under 30 kg, at most 800 mg, 8 h apart, 3 in 24 h, 4 in all."""
    (limit,) = [limit for limit in DEFAULT.drugs if limit.drug == "tocilizumab"]
    assert (str(limit.dose), limit.small_kg, str(limit.small_dose), str(limit.max_dose)) == (
        "8 mg/kg", 30, "12 mg/kg", "800 mg",
    )  # fmt: skip
    assert (limit.apart_minutes, limit.in_24_h, limit.in_all) == (480, 3, 4)


def test_methylprednisolone_is_tapered():
    """500 mg for 3 days, 250 and 125 mg for 2 days each, then 60 mg until grade 1."""
    taper = [rule for rule in DEFAULT.rules if rule.name.startswith("methylprednisolone")]
    assert [rule.do[0].text for rule in taper] == [
        f"methylprednisolone {dose} mg" for dose in (500, 250, 125, 60)
    ]
    ends = [re.findall(r"methylprednisolone doses >= (\d+)", str(rule.when)) for rule in taper]
    assert ends == [["1"], ["6"], ["10"], ["14"]]
    assert all("time since methylprednisolone >= 12 h" in str(rule.when) for rule in taper)


@pytest.mark.parametrize("name", policy_names())
def test_every_rule_of_a_policy_is_marked_as_assumed(name):
    """A policy says of itself that it is assumed, and so does each rule."""
    policy = read_policy(name)
    assert "assumed" in policy.notice
    assert {rule.basis for rule in policy.rules} == {"assumed"}
    assert policy.name == name


def test_supportive_care_neither_holds_nor_stops():
    """What is done whatever drug runs leaves the infusion alone; the default begins with it."""
    care = read_policy("supportive-care")
    allowed = {"Give", "Support", "Start", "End", "LookEvery", "LookAgain"}
    assert {type(action).__name__ for rule in care.rules for action in rule.do} == allowed
    assert DEFAULT.rules[: len(care.rules)] == care.rules


def test_an_unknown_policy_gets_a_suggestion():
    """A misspelled policy is answered with the nearest name."""
    with pytest.raises(ProtocolError, match=r"Unknown policy: got 'trimer-defalt'. Did you mean"):
        read_policy("trimer-defalt")
    with pytest.raises(ProtocolError, match="Unknown policy in x: got 7"):
        read_policy(7, "x")
