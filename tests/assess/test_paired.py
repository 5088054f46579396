# SPDX-License-Identifier: Apache-2.0
"""Two arms with the same patients."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from trimer.assess import compare_counts, compare_paired, mcnemar_exact
from trimer.core.errors import InputError

COUNTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("both", "first_only", "second_only", "neither", "low", "high"),
    [
        (36, 12, 2, 0, 0.0569, 0.3404),  # Newcombe 1998, method 10
        (1, 1, 7, 12, -0.507, -0.026),  # airway reactivity, in Fagerland, Lydersen, Laake 2014
    ],
)
def test_known_intervals(both, first_only, second_only, neither, low, high):
    """Newcombe's interval is the one worked out elsewhere for the same counts."""
    found = compare_counts(
        both=both, first_only=first_only, second_only=second_only, neither=neither
    )
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)


@given(COUNTS, COUNTS)
def test_the_p_value_is_the_exact_binomial_one(first_only, second_only):
    """McNemar's exact test is the two-sided binomial test of the discordant pairs."""
    total = first_only + second_only
    expected = binomtest(first_only, total).pvalue if total else 1.0
    assert mcnemar_exact(first_only, second_only) == pytest.approx(expected, rel=1e-9)


def test_many_pairs_do_not_overflow():
    """Thousands of discordant pairs give a number, down to 0."""
    assert mcnemar_exact(5000, 5000) == 1
    assert mcnemar_exact(0, 5000) == 0


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_swapping_the_arms_turns_the_sign(both, first_only, second_only, neither):
    """The difference and its interval turn around with the arms, the p-value stays."""
    one = compare_counts(both=both, first_only=first_only, second_only=second_only, neither=neither)
    two = compare_counts(both=both, first_only=second_only, second_only=first_only, neither=neither)
    assert one.low == pytest.approx(-two.high, abs=1e-12)
    assert one.high == pytest.approx(-two.low, abs=1e-12)
    assert one.p_value == two.p_value
    if one.total:
        assert -1 <= one.low <= one.difference <= one.high <= 1
        assert one.difference == -two.difference


def test_the_interval_covers_the_truth():
    """Of 2,000 random trials of 40 pairs about 95 % of the intervals cover the true difference."""
    rng = np.random.default_rng(1)
    kinds = (0.15, 0.25, 0.1, 0.5)
    truth = kinds[1] - kinds[2]
    covered = 0
    for counts in rng.multinomial(40, kinds, size=2000).tolist():
        names = ("both", "first_only", "second_only", "neither")
        found = compare_counts(**dict(zip(names, counts, strict=True)))
        covered += found.low <= truth <= found.high
    assert 0.935 < covered / 2000 < 0.975


def test_patients_are_counted_in_pairs():
    """Each patient counts in both arms at once."""
    first = np.array([True, True, True, False, False])
    second = np.array([True, False, False, True, False])
    found = compare_paired(first, second)
    assert (found.both, found.first_only, found.second_only, found.neither) == (1, 2, 1, 1)
    assert found.total == 5
    assert found.difference == pytest.approx(0.2)
    assert found.p_value == 1


def test_a_difference_reads_as_points():
    """A difference is printed in percentage points with interval and p-value."""
    found = compare_counts(both=14, first_only=5, second_only=0, neither=22)
    assert str(found) == "+12.2 points (+1.1 to +22.6), p = 0.062"


def test_no_pairs_tell_nothing():
    """Without pairs the interval is everything."""
    none = compare_paired(np.array([], dtype=bool), np.array([], dtype=bool))
    assert (none.low, none.high, none.p_value, str(none)) == (-1, 1, 1, "no pairs")
    assert math.isnan(none.difference)


@pytest.mark.parametrize(
    ("first", "second"),
    [([True], [True, False]), ([1], [0]), ([[True]], [[True]]), ([0.5], [True])],
)
def test_what_are_no_pairs_is_refused(first, second):
    """Each patient has one truth value in either arm."""
    with pytest.raises(InputError, match="Wrong pairs"):
        compare_paired(first, second)


def test_wrong_counts_and_levels_are_refused():
    """Counts are not negative and a level lies between 0 and 1."""
    with pytest.raises(InputError, match="Wrong counts"):
        compare_counts(both=-1, first_only=2, second_only=0, neither=0)
    with pytest.raises(InputError, match="Wrong confidence level"):
        compare_counts(both=1, first_only=2, second_only=0, neither=0, level=95)
