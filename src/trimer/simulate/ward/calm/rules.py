# SPDX-License-Identifier: Apache-2.0
"""What the rules say of one patient, as `core.condition` judges it, and whether they act."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from trimer.assess.crs_astct import FEVER
from trimer.core.condition.memory import LONGEST_ROW, NOT_YET
from trimer.engine.scalar_words import isnan, rint, single
from trimer.simulate.ward.calm.tables import (
    AGAIN,
    AND,
    AT_CRS,
    AT_RESTART,
    BELOW,
    COUNT,
    CRS,
    CYCLE,
    DELAYS,
    ENDS,
    EVENTS,
    EVERY_NEUROLOGY,
    EVERY_VITALS,
    FAULTY,
    GIVES,
    GRADED,
    HAS_FEVER,
    HOLDS,
    ICE_CHANGE,
    IS_HELD,
    IS_ONE,
    LOOKED_AT,
    LOOKS,
    NEXT_NUMBER,
    NUMBER,
    ON_EDGE,
    OR,
    PUMP_OFF,
    RUNNING,
    SEEN,
    SEVERE,
    SINCE_CRS,
    SINCE_DRUG,
    SINCE_FIRST,
    SINCE_ROW,
    STOPPED,
    STRETCH_ROWS,
    SUPPORTS,
    SWITCHES,
)
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats, Ints
    from trimer.simulate.ward.calm.tables import Tables


# ---------------------------------------------------------------------- conditions
def left_sides(
    d: Tables, q: int, minute: int, seen: Floats, base: Floats, crs: Ints, lefts: Floats
) -> None:
    """Work out what conditions compare, as `scene` does."""
    for k in range(d.n_lefts):
        lefts[k] = left_side(d, q, minute, k, seen, base, crs)


def left_side(
    d: Tables, q: int, minute: int, k: int, seen: Floats, base: Floats, crs: Ints
) -> float:
    """Return one of them."""
    kind = d.left_kind[k]
    row = d.left_row[k]
    if kind == SEEN:
        return seen[row]
    if kind == GRADED:
        return float(crs[row])
    if kind == NUMBER:
        return float(d.whole[row, q])
    if kind == IS_ONE:
        return float(d.whole[row, q] == 1)
    if kind == HAS_FEVER:
        return float(seen[0] >= FEVER)
    if kind == BELOW:
        return float(seen[row] < d.left_value[k])
    if kind == COUNT:
        return float(doses_within(d, q, minute, row, d.left_minutes[k]))
    if kind == SINCE_DRUG:
        if row < 0:
            return nan
        return past(minute, d.doses[row * d.kept, q])
    if kind == SINCE_ROW:
        return past(minute, d.whole[row, q])
    if kind == SINCE_CRS:
        begins = crs[0] > 0 and d.whole[CRS, q] == 0
        return 0.0 if begins else past(minute, d.whole[AT_CRS, q])
    if kind == SINCE_FIRST:
        return float(minute) if minute >= 0 else nan
    if kind == EVENTS:
        return float(d.events[q] + crs[7])
    if kind == SEVERE:
        return float(d.severe[q] + crs[10])
    if kind == CYCLE:
        return float(max(minute, 0) // d.cycle_minutes + 1)
    if kind == NEXT_NUMBER:
        return float(d.whole[row, q] + 1)
    if kind == ICE_CHANGE:
        return seen[5] - base[5]
    if kind == IS_HELD:
        return float(is_held(d, q))
    if kind == PUMP_OFF:
        off = d.whole[RUNNING, q] == 0 or d.whole[FAULTY, q] == 1
        return float(off and d.whole[AT_RESTART, q] > -NEVER)
    return nan


def past(minute: int, at: int) -> float:
    """Return the minutes since something, NaN if it never was."""
    if at > -NEVER:
        return float(minute - at)
    return nan


def doses_within(d: Tables, q: int, minute: int, drug: int, within: int) -> int:
    """Return how many doses were given, in all or within some minutes."""
    if drug < 0:
        return 0
    if within < 0:
        return d.counts[drug, q]
    count = 0
    for k in range(d.kept):
        if minute - d.doses[drug * d.kept + k, q] < within:
            count += 1
    return count


def is_held(d: Tables, q: int) -> bool:
    """Return whether a rule holds the infusion."""
    held = False
    for k in range(d.n_rules):
        held = held or d.held[k, q]
    return held


def judge(
    d: Tables, q: int, minute: int, base: Floats, fresh: Ints, lefts: Floats,
    cells: Ints, since: Ints,
) -> None:  # fmt: skip
    """Fill `cells`: 1 where something surely holds, plus 2 where it may; and what is remembered."""
    for k in range(d.n_atoms):
        value = lefts[d.atom_left[k]]
        limit = d.atom_limit[k]
        row = d.atom_baseline[k]
        if row >= 0:
            limit = rint(limit * base[row] * 1e9) / 1e9
        relation = (value < limit) + 2 * (value == limit) + 4 * (value > limit)
        yes = relation & d.atom_sign[k] != 0
        no = relation != 0 and not yes
        if k < d.n_durations + d.n_rows:
            new = True
            if d.atom_fresh[k] >= 0:
                new = fresh[d.atom_fresh[k]] == 1
            enough = lasting(d, q, minute, k, yes, no, new, since)
            no = no or (yes and not enough)
            yes = yes and enough
        cells[k] = int(yes) + 2 * int(not no)
    for k in range(d.n_steps):
        a = cells[d.steps[4 * k + 1]]
        b = cells[d.steps[4 * k + 2]]
        act = d.steps[4 * k]
        if act == AND:
            cells[d.n_atoms + k] = a & b
        elif act == OR:
            cells[d.n_atoms + k] = a | b
        else:
            cells[d.n_atoms + k] = 3 - ((a & 1) * 2 + (a >> 1))


def lasting(
    d: Tables, q: int, minute: int, k: int, yes: bool, no: bool, fresh: bool, since: Ints
) -> bool:
    """Keep since when, or at how many readings, something holds; return whether it is enough."""
    if k < d.n_durations:
        begun = d.since[k, q]
        if yes and fresh:
            begun = min(begun, minute)
        if no:
            begun = max(begun, NOT_YET)
        since[k] = begun
        return begun <= minute - d.atom_lasts[k]
    count = d.row[k - d.n_durations, q] + int(yes and fresh)
    if no:
        count = 0
    count = min(count, LONGEST_ROW)
    since[k] = count
    return count >= d.atom_lasts[k]


# ---------------------------------------------------------------------- verdicts and actions
def rules(
    d: Tables, q: int, minute: int, cells: Ints, verdicts: Ints, every: Ints, gives: Ints
) -> int:
    """Return how many stretches end, or -1 if a rule acts; shorten what is looked at next.

    `gives` gets which doses are wanted. `every` holds minutes between looks at vital signs and
    neurology, when to look again, and whether a step is put off.
    """
    changes = 0
    for k in range(d.n_rules):
        cell = cells[d.results[k]]
        verdicts[k] = 1 if cell & 1 else (0 if cell & 2 == 0 else -1)
        if verdicts[k] != d.was[k, q] and d.whole[LOOKS, q] > 0:
            changes += 1
    for k in range(d.n_resuming):
        rule = d.resuming[k]
        if d.held[rule, q] and cells[d.results[d.n_rules + k]] & 1:
            return -1
    for k in range(d.n_actions):
        rule = d.actions[8 * k + 1]
        if verdicts[rule] == 1:
            edge = d.was[rule, q] != 1
            if an_act(d, q, minute, k, rule, edge, every, gives):
                return -1
    return changes


def an_act(
    d: Tables, q: int, minute: int, k: int, rule: int, edge: bool, every: Ints, gives: Ints
) -> bool:
    """Return whether an action of a rule that holds does more than give or look again."""
    kind = d.actions[8 * k]
    slot = d.actions[8 * k + 2]
    minutes = d.actions[8 * k + 3]
    if kind == EVERY_VITALS:
        every[0] = min(every[0], minutes)
    elif kind == EVERY_NEUROLOGY:
        every[1] = min(every[1], minutes)
    elif kind == AGAIN:
        every[2] = min(every[2], minute + minutes)
    elif kind == DELAYS:
        every[3] = 1
    elif kind == HOLDS:
        return not d.held[rule, q] and d.whole[STOPPED, q] == 0
    elif kind == ENDS:
        return d.whole[STOPPED, q] == 0
    elif kind == ON_EDGE:
        return edge
    elif kind == GIVES:
        most = d.actions[8 * k + 4]
        left = most < 0 or d.times[slot, q] < most
        if left and (minute - d.given[slot, q] >= minutes if minutes >= 0 else edge):
            gives[slot] = 1 + 2 * edge
    elif kind == SUPPORTS:
        row = d.actions[8 * k + 5]
        level = d.whole[row, q]
        new = min(max(level + d.actions[8 * k + 6], 0), d.actions[8 * k + 7])
        late = minute - d.given[slot, q] >= minutes if minutes >= 0 else edge
        return late and new != level
    elif kind == SWITCHES:
        return edge and d.whole[d.actions[8 * k + 5], q] != d.actions[8 * k + 6]
    return False


def keep_verdicts(d: Tables, q: int, minute: int, verdicts: Ints, lefts: Floats) -> None:
    """Write down the stretches that end, as `verdicts` does."""
    looks = d.whole[LOOKS, q]
    for k in range(d.n_rules):
        value = nan
        if d.main[k] >= 0:
            value = single(lefts[d.main[k]])
        if verdicts[k] != d.was[k, q]:
            if looks > 0:
                at = q * STRETCH_ROWS + d.n_stretches[q]
                d.stretches[5 * at] = k
                d.stretches[5 * at + 1] = d.was[k, q]
                d.stretches[5 * at + 2] = d.stretch[k, q]
                d.stretches[5 * at + 3] = d.whole[LOOKED_AT, q]
                d.stretches[5 * at + 4] = looks - d.stretch[d.n_rules + k, q]
                d.stretch_values[2 * at] = d.lowest[k, q]
                d.stretch_values[2 * at + 1] = d.highest[k, q]
                d.n_stretches[q] += 1
            d.stretch[k, q] = minute
            d.stretch[d.n_rules + k, q] = looks
            d.lowest[k, q] = value
            d.highest[k, q] = value
            d.was[k, q] = verdicts[k]
        if value < d.lowest[k, q] or isnan(d.lowest[k, q]):
            d.lowest[k, q] = value
        if value > d.highest[k, q] or isnan(d.highest[k, q]):
            d.highest[k, q] = value
    d.whole[LOOKS, q] = looks + 1
    d.whole[LOOKED_AT, q] = minute
