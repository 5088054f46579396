# SPDX-License-Identifier: Apache-2.0
"""Weights and surfaces: what is taken, converted, refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trimer.clinic.plan import parse_surface, parse_weight
from trimer.core.errors import ProtocolError


@pytest.mark.parametrize(
    ("text", "kg"),
    [("70", "70"), ("70.5", "70.5"), (" 70 kg ", "70"), ("70KG", "70"), (".5e", None)],
)
def test_kilograms_are_read_exactly(text, kg):
    """A decimal is kept as it was written."""
    if kg is None:
        with pytest.raises(ProtocolError):
            parse_weight(text)
        return
    assert parse_weight(text) == (Fraction(kg), "")


def test_pounds_are_converted_when_asked_and_said_so():
    """By the definition of the pound, to a tenth of a kilogram."""
    assert parse_weight("154", convert_lb=True) == parse_weight("154 lbs", convert_lb=True)
    kg, note = parse_weight("154 lb", convert_lb=True)
    assert kg == Fraction("69.9")
    assert note == "154 lb = 69.85 kg, taken as 69.9 kg"


@pytest.mark.parametrize(
    ("text", "convert", "says"),
    [
        ("0", False, "from 2 to 400 kg"),
        ("-70", False, "a number of kilograms"),
        ("7000", False, r"from 2 to 400 kg.* Is it in grams\? Then write 7\."),
        ("70000000", False, "from 2 to 400 kg"),
        ("70 lb", False, "nothing is converted unasked.*--convert-lb"),
        ("70 kg", True, "Leave one of them out"),
        ("70 stone", False, "a weight is in kg"),
        ("seventy", False, "Write it like 70"),
        ("70,5", False, "Write it like 70"),
        ("nan", False, "Write it like 70"),
        ("1e2", False, "a weight is in kg"),
        ("", False, "Write it like 70"),
        ("1", True, "from 2 to 400 kg"),
    ],
)
def test_what_is_no_weight_is_refused(text, convert, says):
    """A sentence says why, and what to write."""
    with pytest.raises(ProtocolError, match=says):
        parse_weight(text, convert_lb=convert)


def test_surfaces():
    """In square meters, within what a body has."""
    assert parse_surface("1.85 m2") == parse_surface("1.85") == Fraction("1.85")
    for text in ("0", "18.5", "1.85 ft2", "x"):
        with pytest.raises(ProtocolError, match=r"square meters from 0\.1 to 4"):
            parse_surface(text)
