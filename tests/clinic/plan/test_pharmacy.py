# SPDX-License-Identifier: Apache-2.0
"""A pharmacy's file: what is read, what is refused, what bags and pumps cannot do."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.clinic.plan.conftest import example, plan

from trimer import library
from trimer.clinic.plan import STAMP, read_pharmacy
from trimer.core.errors import Problems, ProtocolError

BAG_TOO_SMALL = (
    "Bag too small for 60 ng/kg/day: at 100 ng/mL it takes 1.7 mL/h, and the largest bag of "
    "pharmacy 'example' gives 40 mL, enough for 23 h; no bag is changed before 24 h"
)
TEXT = library.pharmacies()["example"].read_text(encoding="utf-8")


def read(tmp_path, *changes):
    """Read the example with some of its text changed."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "pharmacy.toml"
    path.write_text(text, encoding="utf-8")
    return read_pharmacy(path)


def test_every_shipped_pharmacy_is_invented_and_says_so():
    """No figure of a pharmacy is published; what is made with these is stamped."""
    for path in library.pharmacies().values():
        assert read_pharmacy(path).fictitious
    assert plan(pharmacy=example()).stamp == STAMP
    assert plan().stamp == ""


def test_units_are_converted(tmp_path):
    """mcg/mL, mg/L and liters mean what they say."""
    found = read(
        tmp_path,
        ('"500 ng/mL"', '"0.5 mcg/mL"'),
        ('"100 ng/mL"', '"0.1 mg/L"'),
        ('"500 mL"', '"0.5 L"'),
    )
    assert [p.ng_per_ml for p in found.preparations] == [500, 100]
    assert found.sizes_ml == example().sizes_ml


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rate_step", "rate_setp", "line 29.*Did you mean 'rate_step'"),
        (
            '"500 ng/mL"',
            "500",
            "Wrong concentration.*line 11: got 500; a concentration is a number and a unit",
        ),
        ('"500 ng/mL"', '"500 ng/ml"', "unknown unit 'ng/ml'. Did you mean 'ng/mL'"),
        ('"500 ng/mL"', '"0 ng/mL"', "more than nothing"),
        ('"500 ng/mL"', '"-500 ng/mL"', "Wrong concentration"),
        ('stable = "96 h"', 'stable = "96"', "Wrong duration"),
        ('stable = "96 h"', 'stable = "0 h"', "more than nothing"),
        ("fictitious = true", 'fictitious = "no"', "true or false"),
        ("fictitious = true\n", "", "Missing 'fictitious'"),
        ('drug = "flotetuzumab"\n', "", "Missing 'drug'"),
        ('sizes = ["50 mL", "100 mL", "250 mL", "500 mL"]', "sizes = []", "a list of volumes"),
        ("[pump]", "[pumps]", "Did you mean 'pump'"),
        ('"5 %"', '"5"', "it is a percentage"),
        ('largest_rate = "100 mL/h"', 'largest_rate = "0.01 mL/h"', "Turn them round"),
        ('"6 mL"', '"6 mL/h"', "Wrong volume"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path, old, new, says):
    """A sentence each, with file and line."""
    with pytest.raises(Problems, match=says):
        read(tmp_path, (old, new))


def test_everything_wrong_is_said_at_once(tmp_path):
    """Three mistakes, three sentences."""
    changes = [
        ("rate_step", "rate_setp"),
        ('"6 mL"', '"6"'),
        ('stable = "48 h"', 'stable = "2 fortnights"'),
    ]
    with pytest.raises(Problems) as found:
        read(tmp_path, *changes)
    assert (
        len(found.value.problems) == 4
    )  # the misspelled key is unknown, and the right one missing


def test_a_file_that_is_none_is_refused(tmp_path):
    """Missing, empty, no TOML."""
    for content, says in ((None, "Missing file"), ("", "Empty file"), ("a = ", "Not TOML")):
        path = tmp_path / "x.toml"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content, encoding="utf-8")
        with pytest.raises(ProtocolError, match=says):
            read_pharmacy(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sizes_ml": (Fraction(50),)}, BAG_TOO_SMALL),
        ({"sizes_ml": (Fraction(5),)}, "gives 0 mL, enough for 0 min"),
        ({"least_ml_h": Fraction(2)}, "Too slow for the pump: 30 ng/kg/day is 0.175 mL/h"),
        ({"most_ml_h": Fraction(1)}, "Too fast for the pump: 200 ng/kg/day"),
        ({"step_ml_h": Fraction(1)}, "Too coarse a pump: 60 ng/kg/day"),
        ({"drug": "blinatumomab"}, "is for blinatumomab"),
        ({"soonest_minutes": 100 * 60}, "at 500 ng/mL is stable for 4 days, and"),
    ],
)  # fmt: skip
def test_what_bags_and_pump_cannot_do_is_refused(changes, says):
    """A sentence names the step, the figure and the limit."""
    with pytest.raises((Problems, ProtocolError)) as found:
        plan(pharmacy=replace(example(), **changes))
    assert says in str(found.value)


def test_rounding_errors_add_up_in_a_note():
    """What the pump gives in all stands beside what was asked for."""
    notes = plan(pharmacy=example()).notes
    # 24 h x (0.9 + 1.7) x 0.1, then 24 h x (0.6 + 1.2 + 1.7 + 2.3 + 50 x 2.9) x 0.5 mcg/mL
    assert any(
        "gives 1,815.84 mcg where the plan asks for 1,826.3 mcg (-0.57 %)" in n for n in notes
    )
