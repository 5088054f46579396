# SPDX-License-Identifier: Apache-2.0
"""How error messages show what they got."""

from trimer.core.shown import shown


def test_long_values_are_cut():
    """A value that goes on and on is cut."""
    assert shown("a" * 200) == "'" + "a" * 79 + "..."


def test_huge_integers_are_described():
    """An integer Python refuses to print is described."""
    assert shown(16**5000) == "a number of thousands of digits"
