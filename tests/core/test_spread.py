# SPDX-License-Identifier: Apache-2.0
"""What may be written of a spread."""

from __future__ import annotations

import pytest

from trimer.core.spread import check, numbers


def test_numbers_are_read_by_what_they_are():
    """Limits, shapes and median come by name; a logistic has none."""
    assert numbers("lognormal sd 0.9 median 2 within 1..3") == {
        "sd": 0.9, "median": 2.0, "low": 1.0, "high": 3.0,
    }  # fmt: skip
    assert numbers("logistic") == {}
    assert numbers("lognormall cv 40%") is None


@pytest.mark.parametrize(
    ("text", "value", "part"),
    [
        ("lognormal cv 40%", 38.0, ""),
        ("lognormall cv 40%", 38.0, "got 'lognormall cv 40%'; allowed are 'lognormal cv 40%'"),
        ("lognormal cv 40% within 1..2", 3.0, "the value 3 lies outside 1..2"),
        ("lognormal cv 40% within 1..2", None, ""),
        ("lognormal cv 0%", None, "'cv' has to be positive"),
    ],
)
def test_what_is_wrong_is_said(text, value, part):
    """The text alone is looked at where the value is wrong itself."""
    problem = check(text, value)
    assert part in problem
    assert bool(part) == bool(problem)
