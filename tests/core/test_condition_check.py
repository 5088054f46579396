# SPDX-License-Identifier: Apache-2.0
"""Conditions against what there is: names, kinds, units, ranges."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.condition import (
    Compare,
    Condition,
    Observed,
    Quantity,
    Value,
    check,
    parse,
    threshold,
)
from trimer.core.condition.scales import UNITS, convert, spellings

KNOWN = {
    q.name: q
    for q in (
        Quantity("temperature", "degC", "vital", "body temperature", 25, 45),
        Quantity("heart_rate", "1/min", "vital", "heart rate", 0, 300),
        Quantity("ICE", "", "vital", "score", 0, 10),
        Quantity("ALT", "U/L", "lab", "enzyme", 0, inf),
        Quantity("creatinine", "mg/dL", "lab", "creatinine", 0, inf),
        Quantity("ANC", "G/L", "lab", "neutrophils", 0, inf),
        Quantity("hemoglobin", "g/dL", "lab", "hemoglobin", 0, inf),
        Quantity("ferritin", "ug/L", "lab", "ferritin", 0, inf),
        Quantity("blasts", "%", "marrow", "share", 0, 100),
        Quantity("CRS", "", "grade", "CRS grade", 0, 5),
        Quantity("cycle", "", "state", "cycle", 1, inf),
        Quantity("fever", "", "flag", "fever"),
        Quantity("pump off", "", "flag", "no drug"),
        Quantity("hold", "", "event", "held"),
        Quantity("fluids", "", "drug", "a dose"),
    )
}


@pytest.mark.parametrize(
    "text",
    [
        "temperature >= 38.5 C for 2 h",
        "temperature >= 101.3 °F",
        "heart_rate > 120 1/min or heart_rate > 120 /min",
        "ICE < 7",
        "ICE < 0.5 x baseline",
        "ALT > 5 x ULN and ALT > 200 U/L and ALT > 3 x baseline",
        "ANC < 500 cells/µL or ANC < 500 /μL or ANC < 0.5 G/L",
        "ferritin > 10000 ng/mL",
        "creatinine > 265 umol/L or creatinine > 265 µmol/L or creatinine > 30 mg/L",
        "time since hold >= 0 h",
        "rise of temperature in 6 h > 1.8 F",
        "fall of ICE in 1 day >= 3",
        "fluids doses in 24 h < 2 and time since fluids >= 1 h and time since hold < 2 days",
        "CRS = 0 and cycle >= 2 and not fever and pump off for 4 h",
    ],
)
def test_what_fits_has_no_problem(text):
    """Units that convert, limits of laboratory tests, doses, events and flags are understood."""
    assert check(parse(text), KNOWN) == []


PROBLEMS = [
    ("temperatur > 38 C", 0, "unknown quantity 'temperatur'. Did you mean 'temperature'?"),
    ("fevr", 0, "unknown flag 'fevr'. Did you mean 'fever'?"),
    ("fluid doses < 2", 0, "unknown drug 'fluid'. Did you mean 'fluids'?"),
    ("time since holt > 1 h", 11, "unknown event or drug 'holt'. Did you mean 'hold'?"),
    ("CRS", 0, "'CRS' is a number, not a flag. Compare it, such as 'CRS >= 5'."),
    ("temperature", 0, "Compare it, such as 'temperature >= 45 degC'."),
    ("fever >= 1", 0, "'fever' is a flag, not a quantity. Write 'fever' or 'not fever'."),
    ("fluids > 2", 0, "Write 'fluids doses' or 'time since fluids'."),
    ("hold doses < 2", 0, "'hold' is an event, not a drug. Write 'time since hold'."),
    ("time since fever > 1 h", 11, "'fever' is a flag, not an event or drug."),
    ("rise of CRS in 1 h >= 1", 8, "'CRS' is a number, not a reading. Known: temperature,"),
    ("temperature > 38", 14, "needs a unit: got 38; write it like 'temperature > 38 degC'."),
    ("time since hold > 3", 18, "write it like 'time since hold > 3 h'."),
    ("temperature > 38 K", 14, "not measured in 'K'; allowed are degC, C, °C, F, °F."),
    ("ALT > 200 U/l", 6, "unknown unit 'U/l'. Did you mean 'U/L'?"),
    ("ALT > 200 mg/dL", 6, "not measured in 'mg/dL'; allowed are U/L, IU/L."),
    ("time since hold > 3 mg/L", 18, "allowed are min"),
    ("CRS >= 2 C", 7, "'CRS' is a plain number: got the unit 'C'. Leave it out."),
    ("fluids doses < 2 h", 15, "'fluids doses' is a plain number"),
    ("temperature > 1.2 x ULN", 14, "'temperature' has no ULN; only laboratory tests have."),
    ("CRS > 2 x baseline", 6, "'CRS' has no baseline; only laboratory tests and vital signs have."),
    ("fluids doses > 2 x ULN", 15, "'fluids doses' has no ULN"),
    ("rise of ALT in 1 day > 2 x ULN", 23, "has no ULN"),
    ("ALT > 0 x ULN", 6, "it has to be more than 0"),
    ("CRS > 5", 6, "'CRS > 5' can never hold: 'CRS' lies between 0 and 5."),
    ("CRS >= 5.5", 7, "can never hold"),
    ("CRS = 7", 6, "can never hold"),
    ("CRS = 1.5", 6, "'CRS' is a whole number."),
    ("CRS < 0", 6, "can never hold"),
    ("temperature >= 385 C", 15, "lies between 25 and 45"),
    ("temperature > 38.5 F", 14, "always holds: 'temperature' lies between 25 and 45. Leave"),
    ("temperature < 38.5 F", 14, "lies between 25 and 45"),
    ("ALT < 0 U/L", 6, "'ALT' lies at 0 or above."),
    ("fluids doses < 0", 15, "lies at 0 or above."),
    ("time since hold < 0 h", 18, "lies at 0 or above."),
    ("rise of temperature in 6 h > 20 C", 29, "lies between -20 and 20."),
    ("creatinine > 3 umol", 13, "unknown unit 'umol'. Did you mean 'umol/L'?"),
    ("ferritin > 3 umol/L", 11, "not measured in 'umol/L'; allowed are g/dL,"),
    ("creatinine > 3 U/L", 13, "mcg/L, ng/mL, ng/L, pg/mL, umol/L."),
    ("CRS >= 0", 7, "'CRS >= 0' always holds: 'CRS' lies between 0 and 5."),
    ("CRS <= 5", 7, "always holds"),
    ("CRS < 5.5", 6, "always holds"),
    ("CRS != 7", 7, "always holds"),
    ("CRS != 1.5", 7, "'CRS' is a whole number."),
    ("fluids doses in 24 h >= 0", 24, "lies at 0 or above."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "says"), PROBLEMS, ids=[row[0] for row in PROBLEMS])
def test_what_does_not_fit_is_said(text, column, says):
    """Each thing that does not fit is one sentence, with a caret under the name or the number."""
    (problem,) = check(parse(text), KNOWN, "'policy.toml', line 7")
    sentence, shown, caret = problem.split("\n")
    assert sentence.startswith("Wrong condition in 'policy.toml', line 7: ")
    assert says in sentence
    assert shown == f"    {text}"
    assert caret.index("^") - 4 == column
    assert "?." not in sentence


def test_every_problem_is_found_at_its_place():
    """All comparisons are checked, and each caret stands under its own."""
    text = "CRS > 9  or not ALT > 3 and time since  time_since < 3 h or pump  off > 0 or hold"
    carets = [problem.split("\n")[2].index("^") - 4 for problem in check(parse(text), KNOWN)]
    words = [text[at:].split(maxsplit=1)[0] for at in carets]
    assert words == ["9", "3", "time_since", "pump", "hold"]


def test_a_condition_built_in_python_is_shown_written_out():
    """Without a text there is no caret, but the condition is shown."""
    (problem,) = check(Condition(Compare(Observed("CRS"), ">", Value(9.0)), ""), KNOWN)
    assert problem.split("\n")[1:] == ["    CRS > 9"]


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "result"),
    [
        (100.4, "F", "degC", 38.0),
        (101.3, "°F", "C", 38.5),
        (37.0, "C", "F", 98.6),
        (500, "cells/uL", "G/L", 0.5),
        (500, "/µL", "G/L", 0.5),
        (70, "g/L", "g/dL", 7.0),
        (10000, "ng/mL", "ug/L", 10000),
        (5, "mg/dL", "mg/L", 50),
        (500, "ng/mL", "mg/L", 0.5),
        (10, "ng/L", "pg/mL", 10),
        (1, "umol/L", "mg/dL", None),
        (2, "days", "min", 2880),
        (1, "G/L", "g/dL", None),
        (1, "mg", "mg", None),
    ],
)
def test_units_convert(value, unit, wanted, result):
    """Converted values are those of the definitions of the units, None between strangers."""
    assert convert(value, unit, wanted) == result


def test_a_difference_of_temperatures_has_no_offset():
    """A rise of 1.8 F is one of 1 degC."""
    assert convert(1.8, "F", "degC", difference=True) == 1.0
    compare = parse("rise of temperature in 6 h > 1.8 F").tree
    assert threshold(compare, KNOWN["temperature"]) == 1.0


@given(st.floats(-1e6, 1e6), st.sampled_from(UNITS), st.data())
def test_converting_there_and_back_changes_nothing(value, unit, data):
    """Units of one line convert both ways."""
    other = data.draw(st.sampled_from(spellings(unit)))
    there = convert(value, unit, other)
    assert there is not None
    assert convert(there, other, unit) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("temperature >= 101.3 F", 38.5),
        ("ANC < 500 cells/uL", 0.5),
        ("hemoglobin < 70 g/L", 7.0),
        ("creatinine > 100 umol/L", 1.1312),
        ("creatinine > 1 mg/dL", 1.0),
        ("time since hold > 2 h", 120.0),
        ("ALT > 5 x ULN", 5.0),
        ("CRS >= 2", 2.0),
        ("fluids doses < 2", 2.0),
        ("temperature > 38 mmHg", None),
        ("temperature > 38", None),
    ],
)
def test_a_threshold_is_in_the_unit_of_the_quantity(text, number):
    """What is compared with is converted once, None where units differ."""
    compare = parse(text).tree
    assert threshold(compare, KNOWN.get(getattr(compare.left, "name", ""))) == number
