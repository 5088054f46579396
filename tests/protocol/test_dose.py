# SPDX-License-Identifier: Apache-2.0
"""Doses as text with a unit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import ProtocolError
from trimer.protocol import in_unit, parse_amount, parse_rate
from trimer.protocol.dose import AMOUNT_UNITS, RATE_UNITS


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("30 ng/kg/day", 30, "ng/kg/day"),
        ("30ng/kg/day", 30, "ng/kg/day"),
        (" 30  ng / kg / day ", 30, "ng/kg/day"),
        ("1.25 ng/kg/h", 30, "ng/kg/day"),
        ("0.03 ug/kg/day", 30, "ng/kg/day"),
        ("0.03 mcg/kg/day", 30, "ng/kg/day"),
        ("0.03 µg/kg/day", 30, "ng/kg/day"),
        ("0.03 mg/day", 30_000, "ng/day"),
        ("3e1 ng/day", 30, "ng/day"),
        (".5 mg/h", 12_000_000, "ng/day"),
    ],
)
def test_rates_are_read_exactly(text, value, unit):
    """A rate has the decimal value it was written with, in ng a day, and keeps its text."""
    rate = parse_rate(text)
    assert (rate.value, rate.unit) == (value, unit)
    assert str(rate) == text.strip()


@pytest.mark.parametrize(
    ("text", "value", "unit", "size"),
    [
        ("20 mg/m2", 20, "mg", "/m2"),
        ("8 mg/kg", 8, "mg", "/kg"),
        ("500 mL", 500, "mL", ""),
        ("2 units", 2, "unit", ""),
        ("1 unit", 1, "unit", ""),
    ],
)
def test_doses_go_by_weight_surface_or_neither(text, value, unit, size):
    """A dose is per kilogram, per square meter or for everybody; volumes and bags are counted."""
    amount = parse_amount(text)
    assert (amount.value, amount.unit, amount.size, str(amount)) == (value, unit, size, text)


def test_a_body_weight_does_not_tell_a_surface():
    """A dose or rate per square meter is refused where only weights are known."""
    assert parse_rate("5 mcg/m2/day").unit == "ng/m2/day"
    assert parse_rate("5 mcg/m2/day") != parse_rate("5 mcg/kg/day")
    for dose in (parse_rate("5 mcg/m2/day"), parse_amount("20 mg/m2")):
        with pytest.raises(ProtocolError, match=r"Missing body surface: the .* per square meter"):
            dose.per_patient([70.0])


def test_two_ways_of_writing_one_rate_are_equal():
    """A rate is its value, not its text."""
    assert parse_rate("30 ng/kg/day") == parse_rate("1.25 ng/kg/h")
    assert parse_rate("30 ng/kg/day") != parse_rate("30 ng/day")


@pytest.mark.parametrize(
    ("text", "value", "unit", "per_kg"),
    [
        ("10 mg", 10, "mg", False),
        ("8 mg/kg", 8, "mg", True),
        ("250 mcg", 250, "ug", False),
        ("500 ng/kg", 500, "ng", True),
    ],
)
def test_amounts_are_read(text, value, unit, per_kg):
    """A dose keeps the unit of mass it was written in."""
    amount = parse_amount(text)
    assert (amount.value, amount.unit, amount.per_kg, str(amount)) == (value, unit, per_kg, text)


def test_body_weight_counts_where_the_unit_says_so():
    """A dose per kilogram is multiplied by body weight, another is the same for all."""
    weights = [50.0, 100.0]
    assert parse_rate("500 ng/kg/day").per_patient(weights).tolist() == [25_000, 50_000]
    assert parse_rate("500 ng/day").per_patient(weights).tolist() == [500, 500]
    assert parse_amount("8 mg/kg").per_patient(weights).tolist() == [400, 800]
    assert parse_amount("10 mg").per_patient(weights).tolist() == [10, 10]


@pytest.mark.parametrize("bare", [31, 30.5, "30", " 30 ", "-3"])
def test_a_bare_number_is_refused_and_shown_how_to_write(bare):
    """A number without a unit is refused, and the message shows one with a unit."""
    with pytest.raises(
        ProtocolError, match=r"a number without a unit; .* such as \"[-.0-9]+ ng/kg/day\""
    ):
        parse_rate(bare)
    with pytest.raises(ProtocolError, match=r"a number without a unit; .* such as \"[-.0-9]+ mg\""):
        parse_amount(bare)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30 ng/kg/dya", "Did you mean 'ng/kg/day'?"),
        ("30 ng/kg/hr", "Did you mean 'ng/kg/h'?"),
        ("30 NG/KG/DAY", "Did you mean 'ng/kg/day'?"),
        ("30 IU", "Known: "),
    ],
)
def test_an_unknown_unit_is_answered_with_a_suggestion(text, hint):
    """A misspelled unit is refused with the one that was meant, another with those there are."""
    with pytest.raises(ProtocolError) as refusal:
        parse_rate(text, "'flat.toml', line 7")
    assert str(refusal.value).startswith(f"Wrong rate in 'flat.toml', line 7: got '{text}'; ")
    assert hint in str(refusal.value)


def test_a_rate_needs_a_time_and_a_dose_has_none():
    """A unit of the other kind is refused with what to do."""
    with pytest.raises(ProtocolError, match=r'a rate needs a time\. Write "30 ng/kg/day" or'):
        parse_rate("30 ng/kg")
    with pytest.raises(ProtocolError, match="a single dose has no time in its unit"):
        parse_amount("30 ng/kg/day")
    with pytest.raises(ProtocolError, match=r"Did you mean 'mg/kg'\?"):
        parse_amount("8 mg/kgs")


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "-inf", "1e999", "1e-999", "-0.0"])
def test_only_positive_finite_doses_are_taken(number):
    """Zero, negative, infinite and undefined doses are refused."""
    for read, unit in ((parse_rate, "ng/day"), (parse_amount, "mg")):
        with pytest.raises(ProtocolError, match="a dose is positive and finite"):
            read(f"{number} {unit}")


@pytest.mark.parametrize("value", [None, True, [], {}, "", "mg", "ten mg", "1,000 ng", "١ mg"])
def test_what_is_no_dose_is_refused(value):
    """Anything else is refused with how to write a dose."""
    with pytest.raises(ProtocolError, match="Write it like"):
        parse_rate(value)
    with pytest.raises(ProtocolError, match="Write it like"):
        parse_amount(value)


@given(st.text(max_size=30) | st.floats() | st.integers() | st.none())
def test_anything_is_read_or_refused(value):
    """Whatever is given, the answer is a dose or a sentence."""
    for read in (parse_rate, parse_amount):
        try:
            dose = read(value)
        except ProtocolError:
            continue
        assert 0 < dose.value < math.inf


@given(st.floats(1e-12, 1e12), st.sampled_from(RATE_UNITS))
def test_every_unit_of_the_table_is_read(number, unit):
    """A number in any unit of the table is a rate."""
    assert parse_rate(f"{number} {unit}").per_kg == ("/kg" in unit)


@given(st.floats(1e-12, 1e12), st.sampled_from(AMOUNT_UNITS))
def test_an_amount_has_the_number_it_was_written_with(number, unit):
    """A single dose is not converted."""
    assert parse_amount(f"{number} {unit}").value == number


def test_masses_are_converted():
    """A mass in another unit is the same mass."""
    assert in_unit(10.0, "mg", "ng") == 1e7
    assert in_unit(500.0, "ng", "mg") == 5e-4
    assert in_unit([1.0, 2.0], "ug", "ug").tolist() == [1, 2]
    with pytest.raises(
        ProtocolError, match=r"Unknown unit of mass: got 'mgg'\. Did you mean 'mg'\?"
    ):
        in_unit(1.0, "mgg", "ng")
