# SPDX-License-Identifier: Apache-2.0
"""Doses that rules give one patient, as `orders` and `dose_book` give them; and where he stays."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from trimer.simulate.ward.calm.tables import (
    DISCHARGED,
    DOSE_ROWS,
    INFECTION,
    INPATIENT,
    OXYGEN,
    QUIET_FROM,
    READMITTED,
    TOLD_ROWS,
    TREATED,
    VASOPRESSOR,
)
from trimer.simulate.ward.stay import DAY

if TYPE_CHECKING:
    from trimer.engine.scalar_words import Floats, Ints
    from trimer.simulate.ward.calm.tables import Tables


def have_room(d: Tables, q: int, gives: Ints) -> bool:
    """Return whether what this look gives and tells can be noted."""
    wanted = 0
    for place in range(d.n_gives):
        wanted += gives[place] > 0
    return d.n_given[q] + wanted <= DOSE_ROWS and d.n_told[q] + wanted < TOLD_ROWS


def give_all(
    d: Tables, q: int, minute: int, gives: Ints, seen: Floats, crs: Ints, lefts: Floats
) -> bool:
    """Give what rules want and may be given; return whether the solver has to know.

    Each of `gives` is 0, or 1 where a dose is wanted, plus 2 where the rule holds since this look.
    """
    dosed = False
    for place in range(d.n_gives):
        if gives[place] > 0:
            why = refused(d, q, minute, place, gives)
            if why == d.why_other:
                d.given[place, q] = minute
                note_dose(d, q, minute, place, 3, why)
            elif why >= 0:
                if gives[place] >= 2:
                    note_dose(d, q, minute, place, 3, why)
            else:
                give(d, q, minute, place)
                value = nan
                main = d.main[d.give_rule[place]]
                if main >= 0:
                    value = lefts[main]
                tell(d, q, minute, place, value, seen, crs)
                dosed = dosed or d.give_kind[place] >= 0
    return dosed


def refused(d: Tables, q: int, minute: int, place: int, gives: Ints) -> int:
    """Return the word that says why a dose is not given, -1 if it is."""
    drug = d.give_drug[place]
    less = False
    for rival in range(d.n_gives):
        if rival != place and gives[rival] > 0 and d.give_drug[rival] == drug:
            more = d.give_amount[rival, q] - d.give_amount[place, q]
            less = less or more > 0.0 or (more == 0.0 and rival < place)
    if less:
        return d.why_other
    since = minute - d.doses[drug * d.kept, q]
    if since <= 0:
        return d.why_already
    within = 0
    for k in range(d.kept):
        within += minute - d.doses[drug * d.kept + k, q] < DAY
    why = -1
    if d.caps[3 * drug] >= 0 and since < d.caps[3 * drug]:
        why = d.why_soon
    if d.caps[3 * drug + 1] >= 0 and within >= d.caps[3 * drug + 1]:
        why = d.why_day
    if d.caps[3 * drug + 2] >= 0 and d.counts[drug, q] >= d.caps[3 * drug + 2]:
        why = d.why_all
    return why


def give(d: Tables, q: int, minute: int, place: int) -> None:
    """Give a dose and remember it."""
    drug = d.give_drug[place]
    d.given[place, q] = minute
    d.times[place, q] += 1
    k = d.kept - 1
    while k > 0:
        d.doses[drug * d.kept + k, q] = d.doses[drug * d.kept + k - 1, q]
        k -= 1
    d.doses[drug * d.kept, q] = minute
    d.counts[drug, q] += 1
    d.whole[QUIET_FROM, q] = minute
    note_dose(d, q, minute, place, 1, 0)
    if d.give_kind[place] >= 0:
        at = q * DOSE_ROWS + d.n_queued[q]
        d.queue_time[at] = float(minute) / 1440.0
        d.queue_kind[at] = d.give_kind[place]
        d.queue_index[at] = d.give_index[place]
        d.queue_value[at] = d.give_value[place, q]
        d.n_queued[q] += 1
    if d.treats[place] == 1:
        d.whole[TREATED, q] = 1


def note_dose(d: Tables, q: int, minute: int, place: int, what: int, why: int) -> None:
    """Note a dose, or that it is not given."""
    at = 4 * (q * DOSE_ROWS + d.n_given[q])
    d.dose_notes[at] = minute
    d.dose_notes[at + 1] = place
    d.dose_notes[at + 2] = what
    d.dose_notes[at + 3] = why
    d.n_given[q] += 1


def tell(d: Tables, q: int, minute: int, place: int, value: float, seen: Floats, crs: Ints) -> None:
    """Note a decision with what was seen then."""
    at = 4 * (q * TOLD_ROWS + d.n_told[q])
    d.told[at] = minute
    d.told[at + 1] = place
    d.told[at + 2] = crs[0]
    d.told[at + 3] = crs[3]
    d.told_values[at] = value
    d.told_values[at + 1] = seen[0]
    d.told_values[at + 2] = seen[1]
    d.told_values[at + 3] = seen[3]
    d.n_told[q] += 1


def stay(d: Tables, q: int, minute: int, held: bool, seen: Floats, crs: Ints) -> None:
    """Discharge or readmit him, as `stay` does."""
    well = crs[0] == 0 and crs[3] == 0 and d.whole[VASOPRESSOR, q] == 0
    well = well and d.whole[OXYGEN, q] == 0 and not held and d.whole[INFECTION, q] == 0
    inside = d.whole[INPATIENT, q] == 1
    if inside and well and minute >= d.first_home and crs[8] == 0:
        d.whole[INPATIENT, q] = 0
        tell(d, q, minute, DISCHARGED, nan, seen, crs)
    elif not inside and not well:
        d.whole[INPATIENT, q] = 1
        tell(d, q, minute, READMITTED, nan, seen, crs)
