# SPDX-License-Identifier: Apache-2.0
"""A look at one patient that leads to notes, and to doses at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.engine.scalar_words import floats, ints, rint
from trimer.engine.visit import STOP
from trimer.simulate.ward.calm.course import flow_changes, germs_act, interval, plan_looks
from trimer.simulate.ward.calm.doses import give_all, have_room, stay
from trimer.simulate.ward.calm.grades import grade, remember
from trimer.simulate.ward.calm.reading import draw, know, read, take_cultures, write
from trimer.simulate.ward.calm.rules import is_held, judge, keep_verdicts, left_sides, rules
from trimer.simulate.ward.calm.tables import (
    CLOCK_AGAIN,
    CLOCK_COUNT,
    CLOCK_LABS,
    CLOCK_NEUROLOGY,
    CLOCK_VITALS,
    CRS,
    CTCAE,
    GRADE_ROWS,
    ICANS,
    LAB_READY,
    LEE,
    MARROW_READY,
    STRETCH_ROWS,
)
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats
    from trimer.simulate.ward.calm.tables import Tables


def visit(d: Tables, q: int, time: float, values: Floats, lane: int) -> float:
    """Look at a patient; return the time of the next look in days, or that he has to stop."""
    minute = int(rint(time * 1440.0))
    if something_else(d, q, minute):
        return STOP
    found = floats(32)
    seen = floats(32)
    base = floats(32)
    fresh = ints(32)
    examined = d.clock[CLOCK_NEUROLOGY, q] == minute
    reads = examined or d.clock[CLOCK_VITALS, q] == minute or d.clock[CLOCK_AGAIN, q] == minute
    results = d.whole[LAB_READY, q] <= minute
    draws = d.clock[CLOCK_LABS, q] == minute and (results or d.whole[LAB_READY, q] == NEVER)
    read(d, q, minute, values, lane, reads, found)
    know(d, q, examined, results, found, seen, base, fresh)
    looked = fresh[0] == 1
    crs = ints(16)
    grade(d, q, minute, seen, base, looked, results, crs)
    cells = ints(256)
    since = ints(256)
    lefts = floats(256)
    left_sides(d, q, minute, seen, base, crs, lefts)
    judge(d, q, minute, base, fresh, lefts, cells, since)
    verdicts = ints(256)
    every = ints(4)
    every[0] = interval(d, 0, minute)
    every[1] = interval(d, 1, minute)
    every[2] = d.clock[CLOCK_AGAIN, q]
    every[3] = 0
    gives = ints(256)
    for k in range(d.n_gives):
        gives[k] = 0
    changes = rules(d, q, minute, cells, verdicts, every, gives)
    if changes < 0 or d.n_stretches[q] + changes > STRETCH_ROWS:
        return STOP
    moved = crs[0] != d.whole[CRS, q] or crs[1] != d.whole[LEE, q]
    moved = moved or crs[2] != d.whole[CTCAE, q] or crs[3] != d.whole[ICANS, q]
    if moved and d.n_grades[q] == GRADE_ROWS:
        return STOP
    held = is_held(d, q)
    if flow_changes(d, q, held, looked, every[3] == 1) or germs_act(d, q, minute, seen):
        return STOP
    if not have_room(d, q, gives):
        return STOP
    write(d, q, minute, reads, results, found, seen, base)
    if draws:
        draw(d, q, minute, values, lane)
    remember(d, q, minute, crs, moved, looked)
    dosed = give_all(d, q, minute, gives, seen, crs, lefts)
    stay(d, q, minute, held, seen, crs)
    take_cultures(d, q, minute, seen)
    keep_verdicts(d, q, minute, verdicts, lefts)
    for k in range(d.n_durations):
        d.since[k, q] = since[k]
    for k in range(d.n_rows):
        d.row[k, q] = since[d.n_durations + k]
    plan_looks(d, q, minute, every)
    return -following(d, q) if dosed else following(d, q)


def something_else(d: Tables, q: int, minute: int) -> bool:
    """Return whether anything is due that brings more than readings, laboratory and cultures."""
    due = d.whole[MARROW_READY, q] <= minute
    for k in range(CLOCK_COUNT):
        due = due or (d.clock_acts[k] == 1 and d.clock[k, q] <= minute)
    return due


def following(d: Tables, q: int) -> float:
    """Return the time of the next look in days; never, if that is where he is going anyway."""
    first = NEVER
    for k in range(CLOCK_COUNT):
        if d.clock_acts[k] == 0:
            first = min(first, d.clock[k, q])
    if first >= d.goal[q]:
        return 1e300
    return float(first) / 1440.0
