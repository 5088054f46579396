# SPDX-License-Identifier: Apache-2.0
"""How numbers are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.report.numbers import counted, number, share, unit_text


@given(st.floats(1e-3, 9.9e6) | st.floats(-9.9e6, -1e-3))
def test_number_keeps_three_significant_digits(value):
    """What is printed is within half a unit of the third digit of what was meant."""
    printed = float(number(value).replace(",", "").replace("−", "-"))
    assert printed == pytest.approx(value, rel=5.001e-3)
    assert printed == float(f"{value:.2e}")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_number_never_fails(value):
    """Every float has a form, and none shows Python's own exponent or a trailing zero."""
    text = number(value)
    assert text
    assert "e" not in text
    assert not ("." in text and text.endswith("0") and "×" not in text)


def test_a_share_always_has_its_n_and_total():
    """No percentage stands alone; a share of nobody has none."""
    assert share(3, 60).startswith("3 of 60 (")
    assert "%" not in share(0, 0)


def test_one_is_singular():
    """A count of one has a singular noun."""
    assert counted(1, "virtual patient") == "1 virtual patient"
    assert counted(0, "virtual patient") == "0 virtual patients"


def test_units_are_printed_with_their_signs():
    """Units of the tables are plain ASCII; on the page they have their signs."""
    assert unit_text("pg/mL") == "pg/mL"
    assert unit_text("degC") == "°C"
