# SPDX-License-Identifier: Apache-2.0
"""Units: reading, arithmetic, equality, messages."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import UnitError
from trimer.core.units import NUMBER, check, dimension

UNITS = ["day", "nmol/L", "pg/mL", "Gcell", "molecule/cell", "degC", "1", "mg/L", "1/day", "G/L"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ug/L", "ng/mL"),
        ("nM", "nmol/L"),
        ("G/L", "Gcell/L"),
        ("1/(nmol/L)/day", "L/nmol/day"),
        ("cell/uL", "cell/µL"),
        ("%", "1"),
        ("d", "day"),
        ("mcg", "ug"),
    ],
)
def test_units_that_measure_the_same_are_equal(one, other):
    """Two ways to write a unit are one unit."""
    assert dimension(one) == dimension(other)
    assert hash(dimension(one)) == hash(dimension(other))


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [("mg", "ug", 1000), ("day", "h", 24), ("L", "uL", 1e6), ("Gcell", "cell", 1e9)],
)
def test_units_that_differ_by_a_factor_are_told_apart(one, other, factor):
    """A factor between two units is known, and makes them unequal."""
    assert dimension(one) != dimension(other)
    assert dimension(one).measures_as(dimension(other))
    ratio = dimension(one) / dimension(other)
    assert ratio.exponents == ()
    assert ratio.factor == pytest.approx(factor)


def test_cells_and_molecules_are_no_plain_numbers():
    """A count of cells is not a count of molecules."""
    assert not dimension("cell").is_number
    assert not dimension("cell").measures_as(dimension("molecule"))
    assert dimension("cell") != 1


@given(st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_dividing_undoes_multiplying(one, other):
    """A product over one factor is the other factor, whatever the units."""
    product = dimension(one) * dimension(other)
    assert product / dimension(other) == dimension(one)


@given(st.sampled_from(UNITS), st.integers(-4, 4).filter(bool))
def test_a_root_undoes_a_power(unit, power):
    """A power followed by its root is the unit itself."""
    assert (dimension(unit) ** Fraction(power)) ** Fraction(1, power) == dimension(unit)


def test_a_unit_prints_as_it_was_written():
    """Messages show the units a user knows, with superscripts."""
    assert str(dimension("nmol/L/day") * dimension("nmol/L")) == "nmol²/L²/day"
    assert str(NUMBER) == "1"
    assert str(dimension("1/day")) == "1/day"


@pytest.mark.parametrize("text", ["mmHg", "mmHg/mL", "U/L", "mg/dL", "g/dL/unit", "1/min/degC"])
def test_units_of_a_ward_are_known(text):
    """Vital signs, laboratory tests and transfusions have their clinical units."""
    assert check(text) == ""


def test_units_of_a_ward_do_not_pass_for_one_another():
    """Pressure, enzyme activity and transfused units are no plain numbers; 1 mg/dL is 10 mg/L."""
    kinds = [dimension(text) for text in ("mmHg", "U", "unit", "1")]
    assert not any(a.measures_as(b) for a, b in combinations(kinds, 2))
    assert dimension("mg/dL").factor == pytest.approx(10 * dimension("mg/L").factor)


def test_an_unknown_unit_gets_a_suggestion():
    """A misspelled unit is named together with the text it stands in."""
    with pytest.raises(UnitError, match=r"Unknown unit 'Lt' in 'mg/Lt'\. Did you mean 'L'\?"):
        dimension("mg/Lt")


@pytest.mark.parametrize("text", ["", " ", "(", "1e9/L", "2*L", "L^L", "1/0", "x" * 200, "5"])
def test_what_is_no_unit_gets_an_example(text):
    """Text that is no unit at all is answered with one that is."""
    with pytest.raises(UnitError, match="Write it like 'nmol/L/day'"):
        dimension(text)


def test_check_returns_the_sentence_instead_of_raising():
    """The check is empty for a unit and a sentence for anything else."""
    assert check("mg/L") == ""
    assert check("mgg/L").startswith("Unknown unit 'mgg'")


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_a_unit_error(text):
    """Reading a unit never fails in any other way."""
    check(text)
