# SPDX-License-Identifier: Apache-2.0
"""Grades of one patient, as `trimer.simulate.ward.grading` makes them."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from trimer.assess.crs_astct import FEVER
from trimer.engine.scalar_words import floor, isnan
from trimer.simulate.ward.calm.reading import raised
from trimer.simulate.ward.calm.tables import (
    AT_CRS,
    CRS,
    CTCAE,
    DUE,
    GRADE_ROWS,
    HOLD_MINUTES,
    ICANS,
    INFECTION,
    LEE,
    LEVEL,
    LIVER,
    LOW_PRESSURE,
    LOW_SATURATION,
    OFF_FROM,
    ORGAN,
    OXYGEN,
    PAUSED,
    QUIET_MINUTES,
    RUNNING,
    SEEN_UNTIL,
    TREATED,
    VASOPRESSOR,
)
from trimer.simulate.ward.plan import NEVER, PAUSE

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats, Ints
    from trimer.simulate.ward.calm.tables import Tables


def grade(
    d: Tables, q: int, minute: int, seen: Floats, base: Floats, looked: bool, results: bool,
    crs: Ints,
) -> None:  # fmt: skip
    """Grade as `grading.grade` and what it calls; 0 to 3 of `crs` are the grades."""
    low = d.whole[LOW_PRESSURE, q]
    airless = d.whole[LOW_SATURATION, q]
    if looked:
        low = low + 1 if seen[1] < d.low_pressure else 0
        airless = airless + 1 if seen[3] < d.low_saturation else 0
    fluids = False
    if d.fluids >= 0:
        last = d.doses[d.fluids * d.kept, q]
        fluids = last > -NEVER and minute - last < d.fluid_minutes
    hypotension = low >= 2 or fluids
    pressors = d.whole[VASOPRESSOR, q]
    oxygen = d.whole[OXYGEN, q]
    by_oxygen = max(oxygen + (oxygen > 0), 2 * (airless >= 2))
    pressure = max(min(pressors, 2) + 2 * (pressors > 0), 2 * hypotension)
    strength = max(pressure, by_oxygen)

    explained = d.whole[INFECTION, q] == 1
    heat = seen[0] if looked else nan
    hot = heat >= FEVER or (d.hot[q] and not looked)
    read_at = minute if looked else d.read_at[q]
    fever = hot and minute - read_at <= HOLD_MINUTES and not explained
    sign = fever or strength > 0
    quiet = minute - d.last_sign[q] >= QUIET_MINUTES
    goes_on = d.open[q] and not (quiet and not (sign and d.sign[q]))
    opens = heat >= FEVER and not explained and not goes_on
    is_open = goes_on or opens
    treated = is_open and (d.whole[TREATED, q] == 1 or (d.treated[q] and goes_on))
    counts = is_open and (fever or treated)
    graded = max(strength, int(fever)) * counts

    crs[0] = graded
    lee = max(2 * (hypotension or pressors > 0) + (pressors > 1), by_oxygen)
    lee = max(lee, int(fever))
    organ = d.whole[ORGAN, q]
    liver = d.whole[LIVER, q]
    if results:
        liver = max(raised(d, seen, base, 0), raised(d, seen, base, 1))
        organ = max(raised(d, seen, base, 2), raised(d, seen, base, 3))
    liver = min(liver, 3)
    lee = max(lee, max(organ * (organ > 1), liver * (liver > 1)))
    crs[1] = lee * is_open
    crs[2] = max(strength, int(fever)) * is_open
    score = floor(seen[5] + 0.5)
    own = floor(base[5] + 0.5)
    mind = (score < 10.0) + (score < 7.0) + (score < 3.0)
    mind = mind * (not score >= own)
    awake = (seen[6] >= 1.0) + (seen[6] >= 2.0) + (seen[6] >= 3.0) + (seen[6] >= 4.0)
    icans = max(mind, awake)
    crs[3] = -1 if isnan(score) and icans == 0 else icans
    crs[4] = int(hot)
    crs[5] = int(fever)
    crs[6] = int(sign)
    crs[7] = int(opens)
    crs[8] = int(is_open)
    crs[9] = int(treated)
    crs[10] = int(d.calm[q] and graded >= 3)
    crs[11] = int(max(graded, strength) <= 1 or (d.calm[q] and graded < 3))
    crs[12] = low
    crs[13] = airless


def remember(d: Tables, q: int, minute: int, crs: Ints, moved: bool, looked: bool) -> None:
    """Keep grades and what they were made from."""
    d.whole[LOW_PRESSURE, q] = crs[12]
    d.whole[LOW_SATURATION, q] = crs[13]
    d.whole[TREATED, q] = 0
    if crs[0] > 0 and d.whole[CRS, q] == 0:
        d.whole[AT_CRS, q] = minute
    d.whole[CRS, q] = crs[0]
    d.whole[LEE, q] = crs[1]
    d.whole[CTCAE, q] = crs[2]
    d.whole[ICANS, q] = crs[3]
    if moved:
        at = (q * GRADE_ROWS + d.n_grades[q]) * 6
        d.grades[at] = minute
        for k in range(4):
            d.grades[at + 1 + k] = crs[k]
        d.grades[at + 5] = d.whole[LEVEL, q] if d.whole[RUNNING, q] == 1 else -1
        d.n_grades[q] += 1
    opens = crs[7] == 1
    d.open[q] = crs[8] == 1
    d.treated[q] = crs[9] == 1
    if opens:
        d.opened[q] = minute
        d.events[q] += 1
        d.worst[q] = 0
    if crs[8] == 1 and (crs[6] == 1 or opens):
        d.last_sign[q] = minute
    d.worst[q] = max(d.worst[q], crs[0])
    d.severe[q] += crs[10]
    d.calm[q] = crs[11] == 1
    d.hot[q] = crs[4] == 1
    if looked:
        d.read_at[q] = minute
    d.fever[q] = crs[5] == 1
    d.sign[q] = crs[6] == 1
    off = d.whole[RUNNING, q] == 0 and d.whole[OFF_FROM, q] < NEVER
    if off and d.whole[DUE, q] == PAUSE:
        d.whole[PAUSED, q] += minute - d.whole[SEEN_UNTIL, q]
    d.whole[SEEN_UNTIL, q] = minute
