# SPDX-License-Identifier: Apache-2.0
"""Scalar code for tests: a bit of everything that is translated."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from trimer.engine.scalar_words import floats, floor, ints, isnan, rint, single

if TYPE_CHECKING:
    from trimer.engine.scalar_words import F4, F8, I1, I2, I4, I8, U8, Flags, Floats

MASK, GOLDEN, HALF = 2**64 - 1, 0x9E3779B97F4A7C15, 0.5


@dataclass
class Tables:
    """What the functions are given."""

    patients: int
    factor: float
    numbers: F8
    short: F4
    whole: I4
    small: I2
    tiny: I1
    long: I8
    key: U8
    flags: Flags


def entry(d: Tables, q: int, time: float, values: Floats, lane: int) -> float:
    """Return a number that everything here has a share in."""
    total = nan if d.flags[q] else 0.0
    for k in range(3):
        d.numbers[k, q] = weigh(d, q, values[k], k)
        total = (0.0 if isnan(total) else total) + d.numbers[k, q]
    total += chain(d, q, int(time), lane)
    room = ints(4)
    for k in range(4):
        room[k] = k * k - q
    k = 3
    while k > 0 and room[k] > 0:
        total += float(room[k] // 3) - float(room[k] >> 1)
        k -= 1
    d.flags[q] = total > 0.0 or not d.flags[q]
    return total


def weigh(d: Tables, q: int, value: float, k: int) -> float:
    """Round, clip and scale."""
    if isnan(value):
        return -1.0
    scratch = floats(8)
    scratch[k] = rint(value * 10.0) / 10.0
    scratch[k + 1] = floor(value)
    d.short[k, q] = value * d.factor
    best = max(min(scratch[k], 5.0), scratch[k + 1]) if k != 1 else -scratch[k]
    return best + HALF * (value > 1.0) + single(d.short[k, q]) + float(best == value)


def chain(d: Tables, q: int, minute: int, lane: int) -> float:
    """Hash, count and store in every width."""
    word = (int(d.key[q]) + minute * GOLDEN) & MASK
    word = ((word ^ (word >> 30)) * GOLDEN) & MASK
    d.long[q] = minute // 7 - lane
    d.whole[1, q] += int(word & 1023) - 512
    d.small[q] = -minute if minute < 100 else minute & 255
    d.tiny[q] = (minute > 3) + (minute != 5) - 2 * (word & 1 == 1)
    if d.tiny[q] < 0:
        return float(d.tiny[q])
    if d.small[q] == 0 or minute <= -40:
        return float(d.whole[1, q] | 1)
    return float(word >> 40) / 3.0 - float(-(d.long[q] ^ 5) << 2)
