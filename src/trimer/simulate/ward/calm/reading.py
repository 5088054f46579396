# SPDX-License-Identifier: Apache-2.0
"""Readings of one patient, as `trimer.simulate.ward.readings` makes them."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from trimer.core.chance import BELL, FIRST, GOLDEN, ODD, SECOND
from trimer.engine.ir import LANES
from trimer.engine.scalar_words import floor, isnan, rint
from trimer.simulate.ward.calm.tables import (
    MASK,
    VITALS,
)
from trimer.simulate.ward.readings import MISSED_USE

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats
    from trimer.simulate.ward.calm.tables import Tables


def scramble(word: int) -> int:
    """Return the word scrambled, as in `core.chance`."""
    word = ((word ^ (word >> 30)) * FIRST) & MASK
    word = ((word ^ (word >> 27)) * SECOND) & MASK
    return word ^ (word >> 31)


def drawn(d: Tables, q: int, minute: int, use: int) -> int:
    """Return the word of a patient, minute and use."""
    key = int(d.key[q])
    word = (minute * GOLDEN + key + (use + 1) * ODD) & MASK
    return scramble((scramble(word) + key) & MASK)


def read(d: Tables, q: int, minute: int, values: Floats, lane: int, found: Floats) -> None:
    """Read vital signs and neurology as `read_bedside` does."""
    for k in range(7):
        value = values[k * LANES + lane]
        if d.noisy[k] != 0.0:
            word = drawn(d, q, minute, k if k < VITALS else 50 + k)
            parts = (word & 65535) + ((word >> 16) & 65535) + ((word >> 32) & 65535) + (word >> 48)
            value = value + d.noisy[k] * ((float(parts) - 131070.0) * BELL)
        step = d.step[k]
        if step == 1.0:
            value = rint(value)
        elif step != 0.0:
            value = rint(value / step) / d.per_step[k]
        value = max(value, d.lowest_shown[k])
        value = min(value, d.highest_shown[k])
        found[k] = floor(value) if k == 6 else value
    if d.missed > 0.0:
        word = drawn(d, q, minute, MISSED_USE)
        if (float(word >> 12) + 0.5) * 2.220446049250313e-16 < d.missed:
            for k in range(7):
                found[k] = nan


def write(d: Tables, q: int, minute: int, examined: bool, found: Floats, seen: Floats) -> None:
    """Write readings down."""
    for k in range(7):
        d.seen[k, q] = seen[k]
        if isnan(d.baseline[k, q]) and (k < VITALS or examined):
            d.baseline[k, q] = found[k]
    if d.most_readings > 0:
        at = q * d.most_readings + d.n_readings[q]
        d.reading_minutes[at] = minute
        for k in range(7):
            d.readings[at * 7 + k] = found[k]
        d.n_readings[q] += 1
