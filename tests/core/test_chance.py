# SPDX-License-Identifier: Apache-2.0
"""Chance at a moment: it belongs to patient, minute and use, and has the spread it says."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.core.chance import bell, chance, keys, words

MANY = np.arange(200_000)


def _drawn(use: int = 0) -> np.ndarray:
    return words(keys(7, "test", [5]).repeat(MANY.size), MANY, use)


def test_a_word_depends_on_key_minute_and_use_only() -> None:
    """Who else is drawn for, and in which order, moves nothing."""
    key = keys(7, "test", [3, 9, 4])
    minute = np.array([10, 20, 30])
    together = words(key, minute, 2)
    alone = [words(key[k : k + 1], minute[k : k + 1], 2)[0] for k in (2, 0, 1)]
    assert together[[2, 0, 1]].tolist() == alone


def test_minutes_before_the_first_dose_have_luck_of_their_own() -> None:
    """A negative minute is a minute."""
    key = keys(7, "test", [3, 3])
    early, late = words(key, np.array([-30, 30]), 0)
    assert early != late


def test_words_are_the_same_on_every_machine() -> None:
    """These numbers were computed with Python's whole numbers."""
    key = np.array([1], dtype=np.uint64)
    mask = 2**64 - 1

    def scramble(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        return z ^ (z >> 31)

    z = (60 * 0x9E3779B97F4A7C15 + 1 + 4 * 0xD1B54A32D192ED03) & mask
    expected = scramble((scramble(z) + 1) & mask)
    assert int(words(key, np.array([60]), 3)[0]) == expected


@pytest.mark.parametrize("use", [0, 1, 100])
def test_a_bell_has_mean_zero_and_spread_one_and_bounds(use: int) -> None:
    """Sum of four uniform numbers: near normal, never beyond 3.47."""
    drawn = bell(_drawn(use))
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1.0) < 0.01
    assert np.abs(drawn).max() < 3.47
    # kurtosis of a sum of four uniform numbers is 3 - 1.2 / 4
    assert (drawn**4).mean() == pytest.approx(2.7, abs=0.05)


def test_chance_is_uniform_and_uses_do_not_hang_together() -> None:
    """A tenth falls into each tenth; two uses at one minute are independent."""
    one, two = chance(_drawn(0)), chance(_drawn(1))
    share = np.histogram(one, bins=10, range=(0, 1))[0] / MANY.size
    assert np.abs(share - 0.1).max() < 0.005
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.01
    assert one.min() > 0
    assert one.max() < 1


def test_neighboring_minutes_do_not_hang_together() -> None:
    """A reading says nothing of the noise of the next."""
    one = chance(_drawn(0))
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.01


def test_several_uses_are_rows() -> None:
    """Drawn together or one by one, the words are the same."""
    key, minute = keys(7, "test", [3, 9]), np.array([10, 20])
    together = words(key, minute, [0, 5])
    np.testing.assert_array_equal(together, [words(key, minute, use) for use in (0, 5)])
