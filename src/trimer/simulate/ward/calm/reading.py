# SPDX-License-Identifier: Apache-2.0
"""Readings, laboratory and cultures of one patient, as `readings`, `bedside` and `germs` do it."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from trimer.assess.crs_astct import FEVER
from trimer.assess.ctcae import SLACK
from trimer.core.chance import BELL, FIRST, GOLDEN, ODD, SECOND
from trimer.engine.ir import LANES
from trimer.engine.scalar_words import floor, isnan, rint
from trimer.simulate.ward.calm.tables import (
    ARMED,
    AT_INFECTION,
    BEDSIDE,
    CHART,
    CLOCK_CULTURE,
    INFECTION,
    LAB_READY,
    LIVER,
    MASK,
    ORGAN,
    SAMPLED,
    TESTS,
    VITALS,
)
from trimer.simulate.ward.germs import CULTURE_USE, INFECTED_DAYS
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.readings import LAB_USE, LEAST, MISSED_USE
from trimer.simulate.ward.stay import DAY

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats, Ints
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


def normal(word: int) -> float:
    """Return a number near normal, as `core.chance.bell` does."""
    parts = (word & 65535) + ((word >> 16) & 65535) + ((word >> 32) & 65535) + (word >> 48)
    return (float(parts) - 131070.0) * BELL


def share(word: int) -> float:
    """Return a number between 0 and 1, as `core.chance.chance` does."""
    return (float(word >> 12) + 0.5) * 2.220446049250313e-16


def read(
    d: Tables, q: int, minute: int, values: Floats, lane: int, reads: bool, found: Floats
) -> None:
    """Read vital signs and neurology as `read_bedside` does; NaN where nothing is read."""
    for k in range(BEDSIDE):
        value = values[k * LANES + lane]
        if d.noisy[k] != 0.0:
            word = drawn(d, q, minute, k if k < VITALS else 50 + k)
            value = value + d.noisy[k] * normal(word)
        step = d.step[k]
        if step == 1.0:
            value = rint(value)
        elif step != 0.0:
            value = rint(value / step) / d.per_step[k]
        value = min(max(value, d.lowest_shown[k]), d.highest_shown[k])
        found[k] = floor(value) if k == BEDSIDE - 1 else value
    if not reads or (d.missed > 0.0 and share(drawn(d, q, minute, MISSED_USE)) < d.missed):
        for k in range(BEDSIDE):
            found[k] = nan


def know(
    d: Tables, q: int, examined: bool, results: bool, found: Floats, seen: Floats, base: Floats,
    fresh: Ints,
) -> None:  # fmt: skip
    """Fill in what is known now: latest and first readings, and which of them are new."""
    for k in range(CHART):
        seen[k] = d.seen[k, q]
        base[k] = d.baseline[k, q]
        fresh[k] = 0
        if k < BEDSIDE:
            if (k < VITALS or examined) and not isnan(found[k]):
                fresh[k] = 1
                seen[k] = found[k]
        elif results and k < BEDSIDE + TESTS:
            fresh[k] = 1
            seen[k] = d.pending[k, q]
        if fresh[k] == 1 and isnan(base[k]):
            base[k] = seen[k]


def write(
    d: Tables, q: int, minute: int, reads: bool, results: bool, found: Floats, seen: Floats,
    base: Floats,
) -> None:  # fmt: skip
    """Write readings and results down."""
    last = BEDSIDE + TESTS if results else BEDSIDE
    for k in range(last):
        d.seen[k, q] = seen[k]
        d.baseline[k, q] = base[k]
    if results:
        d.whole[LAB_READY, q] = NEVER
        d.whole[LIVER, q] = max(max(raised(d, seen, base, 0), raised(d, seen, base, 1)), 0)
        d.whole[ORGAN, q] = max(max(raised(d, seen, base, 2), raised(d, seen, base, 3)), 0)
    if d.most_readings > 0 and reads:
        at = q * d.most_readings + d.n_readings[q]
        d.reading_minutes[at] = minute
        for k in range(CHART):
            d.readings[at * CHART + k] = found[k] if k < BEDSIDE else seen[k]
        d.n_readings[q] += 1


def draw(d: Tables, q: int, minute: int, values: Floats, lane: int) -> None:
    """Draw blood, as `read_laboratory` reads it."""
    for k in range(TESTS):
        value = values[(BEDSIDE + k) * LANES + lane]
        if d.lab_spread != 0.0:
            value = value * (1.0 + d.lab_spread * normal(drawn(d, q, minute, LAB_USE + k)))
        d.pending[BEDSIDE + k, q] = min(max(value, LEAST), d.most_lab[k])
    d.whole[LAB_READY, q] = minute + d.lab_minutes


def raised(d: Tables, seen: Floats, base: Floats, k: int) -> int:
    """Return the CTCAE grade of ALT, AST, bilirubin or creatinine, -1 without a result."""
    value = seen[BEDSIDE + k]
    own = base[BEDSIDE + k]
    grade = 0
    by_own = 0
    for cut in range(4):
        factor = d.cuts[4 * k + cut]
        grade += value > d.upper[k] * factor
        if cut == 0 and k < 2:
            by_own += value >= own * (1.5 / SLACK)
        elif k < 3:
            by_own += value > own * factor
    if k == 3:
        by_own = 2 * (value > own * d.cuts[13]) + (value > own * d.cuts[14])
        grade = max(grade, by_own)
    elif own > d.upper[k]:
        grade = by_own
    return -1 if isnan(value) else grade


def take_cultures(d: Tables, q: int, minute: int, seen: Floats) -> None:
    """Let a culture without a finding come in, and take one for fever."""
    if d.clock[CLOCK_CULTURE, q] <= minute:
        d.clock[CLOCK_CULTURE, q] = NEVER
    takes = seen[0] >= FEVER and d.clock[CLOCK_CULTURE, q] == NEVER
    takes = takes and d.whole[INFECTION, q] == 0 and minute - d.whole[SAMPLED, q] >= DAY
    if takes:
        d.clock[CLOCK_CULTURE, q] = minute + d.culture_minutes
        d.whole[SAMPLED, q] = minute
    if seen[0] < FEVER:
        d.whole[ARMED, q] = 1


def finds(d: Tables, q: int, minute: int) -> bool:
    """Return whether a culture that comes in now shows an infection."""
    taken = minute - d.culture_minutes
    began = d.whole[AT_INFECTION, q]
    infected = taken >= began and taken - began < INFECTED_DAYS * DAY
    luck = share(drawn(d, q, taken, CULTURE_USE)) < d.culture_finds
    return d.clock[CLOCK_CULTURE, q] == minute and infected and luck
