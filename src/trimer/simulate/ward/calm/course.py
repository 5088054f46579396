# SPDX-License-Identifier: Apache-2.0
"""Whether anything happens to one patient besides what rules ask for, and when to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.assess.crs_astct import FEVER
from trimer.simulate.ward.calm.reading import finds
from trimer.simulate.ward.calm.tables import (
    ARMED,
    AT_RESTART,
    AT_STEP,
    CAP,
    CLOCK_AGAIN,
    CLOCK_LABS,
    CLOCK_NEUROLOGY,
    CLOCK_START,
    CLOCK_VITALS,
    CRS,
    DUE,
    FAULTY,
    INFECTED_UNTIL,
    INFECTION,
    LEVEL,
    OFF_FROM,
    QUIET_FROM,
    REPORTS,
    RUNNING,
    STOPPED,
    WAITING,
    WHY_OFF,
)
from trimer.simulate.ward.plan import NEVER, OVER, PAUSE

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats, Ints
    from trimer.simulate.ward.calm.tables import Tables


def flow_changes(d: Tables, q: int, held: bool, looked: bool, delayed: bool) -> bool:
    """Return whether `infusion` would change anything."""
    running = d.whole[RUNNING, q] == 1
    stopped = d.whole[STOPPED, q] > 0
    faulty = d.whole[FAULTY, q]
    due = d.whole[DUE, q]
    begun = d.whole[AT_RESTART, q] > -NEVER
    able = not held and faulty == 0 and not stopped and due >= 0
    why = 2 if due == PAUSE else 5
    why = why if begun else 1
    why = 4 if faulty == 1 else why
    why = 3 if held else why
    why = 7 if due == OVER else why
    why = 6 if stopped else why
    why = 0 if running else why
    awaits = d.clock[CLOCK_START, q] < NEVER
    rises = running and d.whole[WAITING, q] == 1 and looked and not delayed
    starts = able and not running and not awaits and begun
    level = d.whole[LEVEL, q]
    steps = running and (min(d.whole[CAP, q], due) != level or d.whole[AT_STEP, q] == -NEVER)
    return (
        (running and not able) or why != d.whole[WHY_OFF, q] or (not able and awaits and begun)
        or rises or starts or steps
    )  # fmt: skip


def germs_act(d: Tables, q: int, minute: int, seen: Floats) -> bool:
    """Return whether `germs` would do something."""
    infected = d.whole[INFECTION, q] == 1
    over = infected and minute >= d.whole[INFECTED_UNTIL, q]
    arms = seen[0] < FEVER and d.whole[ARMED, q] == 0 and d.whole[REPORTS, q] == 1
    return over or arms or finds(d, q, minute)


# ---------------------------------------------------------------------- the next looks
def interval(d: Tables, which: int, minute: int) -> int:
    """Return the minutes between looks that the protocol asks for now."""
    first = 0
    for k in range(which):
        first += d.n_intervals[k]
    found = NEVER
    k = d.n_intervals[which] - 1
    while k >= 0:
        at = 3 * (first + k)
        if minute >= d.intervals[at] and minute < d.intervals[at + 1]:
            found = d.intervals[at + 2]
        k -= 1
    return found


def plan_looks(d: Tables, q: int, minute: int, every: Ints) -> None:
    """Set the clocks of looks and samples, as `looks` does."""
    over = d.whole[STOPPED, q] > 0 or d.whole[DUE, q] == OVER
    last = minute
    if d.whole[OFF_FROM, q] < NEVER:
        last = d.whole[OFF_FROM, q]
    if d.whole[QUIET_FROM, q] < NEVER:
        last = max(last, d.whole[QUIET_FROM, q])
    quiet = d.whole[RUNNING, q] == 0 and d.whole[CRS, q] == 0 and over
    quiet = quiet and minute - last > d.quiet_minutes
    d.clock[CLOCK_VITALS, q] = next_look(minute, every[0], quiet)
    d.clock[CLOCK_NEUROLOGY, q] = next_look(minute, every[1], quiet)
    gap = interval(d, 2, minute)
    if gap == NEVER:
        d.clock[CLOCK_LABS, q] = NEVER
    elif d.clock[CLOCK_LABS, q] <= minute:
        d.clock[CLOCK_LABS, q] = next_look(minute, gap, False)
    d.clock[CLOCK_AGAIN, q] = NEVER if every[2] <= minute else every[2]


def next_look(minute: int, gap: int, quiet: bool) -> int:
    """Return the next whole multiple of the minutes between looks."""
    if gap == NEVER or quiet:
        return NEVER
    return (minute // gap + 1) * gap
