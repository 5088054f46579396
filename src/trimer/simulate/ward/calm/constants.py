# SPDX-License-Identifier: Apache-2.0
"""What calm looks know beforehand: ward, conditions and actions of a run, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess import ADULT
from trimer.assess.ctcae import ABOVE, SLACK
from trimer.core.condition import Count, Flag, Observed, Since
from trimer.core.condition.tree import name_of
from trimer.protocol.action import (
    DelayStep,
    End,
    Give,
    Hold,
    LookAgain,
    LookEvery,
    SkipStep,
    Start,
    StopForGood,
    Support,
    Transplant,
)
from trimer.simulate.ward.calm import tables
from trimer.simulate.ward.dispensary import HIGHEST
from trimer.simulate.ward.dose_book import ALREADY, ENOUGH_IN_A_DAY, ENOUGH_IN_ALL, TOO_SOON
from trimer.simulate.ward.orders import OTHER_RULE, TREATS_CRS
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.readings import LABS, MOST, SHOWN
from trimer.simulate.ward.scene import EVENTS_AT, ORGANS, SEVERE_NEUTROPENIA
from trimer.simulate.ward.state import CLOCKS, WHOLE
from trimer.simulate.ward.stay import DAY

if TYPE_CHECKING:
    from trimer.core.condition.tree import Measured
    from trimer.protocol.action import Action
    from trimer.simulate.ward.rounds import Rounds

CALM_CLOCKS = ("vitals", "neurology", "again", "labs", "culture")
"""What a look may be due to and still be calm."""

_SIGNS = {
    ">": tables.MORE, ">=": tables.AT_LEAST, "<": tables.LESS, "<=": tables.AT_MOST,
    "=": tables.SAME, "!=": tables.OTHER,
}  # fmt: skip
_NUMBERS: dict[str, tuple[int, int]] = {
    "CRS": (tables.GRADED, 0), "CRS_Lee": (tables.GRADED, 1), "CRS_CTCAE": (tables.GRADED, 2),
    "ICANS": (tables.GRADED, 3), "ICE_change": (tables.ICE_CHANGE, 0), "cycle": (tables.CYCLE, 0),
    "fever": (tables.HAS_FEVER, 0), "pump off": (tables.PUMP_OFF, 0), "held": (tables.IS_HELD, 0),
    "CRS_events": (tables.EVENTS, 0), "severe_CRS_events": (tables.SEVERE, 0),
    "step": (tables.NEXT_NUMBER, tables.LEVEL),
    **{x: (tables.NUMBER, WHOLE.index(x)) for x in ("vasopressor", "oxygen")},
    **{
        x: (tables.IS_ONE, WHOLE.index(x))
        for x in ("infection", "inpatient", "antibiotic", "antifungal")
    },
}  # fmt: skip
"""Where each name of a condition is found; laboratory grades are left to a full look."""


def constants(rounds: Rounds) -> dict[str, Any]:
    """Return the entries of the tables that do not change in a run."""
    return {**_ward(rounds), **_conditions(rounds), **_actions(rounds)}


def _ward(rounds: Rounds) -> dict[str, Any]:
    ward, names, plan = rounds.ward, rounds.bedside.bedside, rounds.infusion.plan
    step = np.array([ward.step.get(name, 0.0) for name in names])
    every = [rounds.looks.every[name] for name in ("vitals", "neurology", "labs")]
    rows = [
        (e.from_minute, NEVER if e.until_minute is None else e.until_minute, e.minutes)
        for whole in every
        for e in whole
    ]
    return {
        "noisy": np.array([ward.noise.get(name, 0.0) for name in names]), "step": step,
        "per_step": 1.0 / np.where(step > 0, step, 1.0),
        "lowest_shown": np.array([SHOWN[name][0] for name in names]),
        "highest_shown": np.array([SHOWN[name][1] for name in names]),
        "lab_spread": ward.noise.get("lab", 0.0), "lab_minutes": ward.lab_minutes,
        "most_lab": np.array([MOST.get(name, np.inf) for name in LABS]),
        "upper": np.array([getattr(ADULT, name) for name in ORGANS], np.float64),
        "cuts": np.array([cut * SLACK for name in ORGANS for cut in ABOVE[name]]),
        "culture_minutes": ward.culture_minutes, "culture_finds": ward.culture_finds,
        "clock_acts": _whole([name not in CALM_CLOCKS for name in CLOCKS]),
        "missed": ward.missed, "low_pressure": ward.low_pressure,
        "low_saturation": ward.low_saturation, "fluid_minutes": ward.fluid_minutes,
        "quiet_minutes": ward.quiet_minutes, "cycle_minutes": plan.cycle,
        "first_home": (rounds.protocol.hospital.first_discharge_day - 1) * DAY,
        "intervals": np.array(rows, np.int64).reshape(-1),
        "n_intervals": np.array([len(whole) for whole in every]),
    }  # fmt: skip


def _conditions(rounds: Rounds) -> dict[str, Any]:
    bound, names = rounds.bound, rounds.chart.names
    program, size = bound.program, rounds.verdicts.size
    lefts = [left_side(left, rounds) or (0, 0, 0, 0.0) for left in bound.lefts]
    kind, row, minutes, value = zip(*lefts, strict=True) if lefts else ((), (), (), ())
    signs = [tables.MORE if isinstance(a, Flag) else _SIGNS[a.operator] for a in program.atoms]
    lasting = program.durations + program.rows
    fresh = [name_of(a) for a in program.atoms[:lasting]]
    mains = [bound.main(k) for k in range(size)]
    return {
        "n_lefts": len(lefts), "left_kind": _whole(kind), "left_row": _whole(row),
        "left_minutes": _whole(minutes), "left_value": np.array(value, np.float64),
        "n_durations": program.durations, "n_rows": program.rows, "n_atoms": len(program.atoms),
        "atom_sign": _whole(signs), "atom_left": _whole([leaf[1] for leaf in bound.leaves]),
        "atom_limit": np.array([float(leaf[2]) for leaf in bound.leaves]),
        "atom_baseline": _whole([names.index(x[3]) if x[3] else -1 for x in bound.leaves]),
        "atom_fresh": _whole([names.index(x) if x in names else -1 for x in fresh]),
        "atom_lasts": _whole([a.minutes or a.readings for a in program.atoms[:lasting]]),
        "n_steps": len(program.steps),
        "steps": _whole([
            x for act, first, second, _ in program.steps for x in (_joint(act), first, second, 0)
        ]),
        "results": _whole(program.results), "n_rules": size,
        "main": _whole([bound.lefts.index(Observed(x)) if x else -1 for x in mains]),
        "n_resuming": len(rounds.resuming), "resuming": _whole(rounds.resuming),
    }  # fmt: skip


def _joint(act: Any) -> int:  # noqa: ANN401 (a function of NumPy)
    return {np.logical_and: tables.AND, np.logical_or: tables.OR}.get(act, tables.NOT)


def left_side(left: Measured, rounds: Rounds) -> tuple[int, int, int, float] | None:
    """Return how a calm look finds a left side, None if it does not."""
    names, drugs = rounds.chart.names, rounds.orders.drugs
    if isinstance(left, Observed):
        if left.name in names:
            return tables.SEEN, names.index(left.name), 0, 0.0
        if left.name == "neutropenia":
            return tables.BELOW, names.index("ANC"), 0, SEVERE_NEUTROPENIA
        found = _NUMBERS.get(left.name)
        return None if found is None else (*found, 0, 0.0)
    if isinstance(left, Count):
        drug = drugs.index(left.drug) if left.drug in drugs else -1
        return tables.COUNT, drug, -1 if left.within_minutes is None else left.within_minutes, 0.0
    if isinstance(left, Since):
        if left.event == "first dose":
            return tables.SINCE_FIRST, 0, 0, 0.0
        if left.event == "CRS_onset":
            return tables.SINCE_CRS, 0, 0, 0.0
        if left.event in EVENTS_AT:
            return tables.SINCE_ROW, WHOLE.index(EVENTS_AT[left.event]), 0, 0.0
        return tables.SINCE_DRUG, drugs.index(left.event) if left.event in drugs else -1, 0, 0.0
    return None


def _actions(rounds: Rounds) -> dict[str, Any]:
    orders, rows = rounds.orders, []
    supports = len(orders.gives)
    for number, held in enumerate(orders.orders):
        for place, action in held:
            slot = place
            if isinstance(action, Support):
                slot, supports = supports, supports + 1
            row = _action(action, number, slot)
            if row is not None:
                rows.append(row)
    drugs, words, gives = orders.drugs, orders.words, orders.gives
    caps = [
        (x.apart_minutes, x.in_24_h, x.in_all) if x else (None, None, None) for x in orders.limits
    ]
    amounts = [g.doses for g in gives]
    values = [g.doses * g.entry.per_unit for g in gives]
    patients = len(orders.germs["bacterial_infection"].per_unit)
    return {
        "n_actions": len(rows), "actions": _whole(rows).reshape(-1), "kept": orders.kept,
        "fluids": drugs.index("fluids") if "fluids" in drugs else -1,
        "n_gives": len(gives), "give_drug": _whole([g.drug for g in gives]),
        "give_rule": _whole([g.rule for g in gives]),
        "give_kind": _whole([g.entry.kind if g.entry.index >= 0 else -1 for g in gives]),
        "give_index": _whole([g.entry.index for g in gives]),
        "give_amount": np.array(amounts, np.float64).reshape(len(gives), patients),
        "give_value": np.array(values, np.float64).reshape(len(gives), patients),
        "treats": _whole([drugs[g.drug] in TREATS_CRS for g in gives]),
        "caps": _whole([-1 if x is None else x for cap in caps for x in cap]),
        "why_other": words.number(OTHER_RULE), "why_already": words.number(ALREADY),
        "why_soon": words.number(TOO_SOON), "why_day": words.number(ENOUGH_IN_A_DAY),
        "why_all": words.number(ENOUGH_IN_ALL),
    }  # fmt: skip


def words_of_doses(rounds: Rounds) -> Any:  # noqa: ANN401 (an int64 array)
    """Return the words of each dose: drug, unit, who, what is told, about which quantity.

    The last two columns are those of a readmission and a discharge, which -2 and -1 find.
    """
    orders, number = rounds.orders, rounds.orders.words.number
    columns = [
        (
            number(orders.drugs[g.drug]), number(g.entry.unit),
            number(orders.rules[g.rule].name), number(g.action.text),
            rounds.verdicts.mains[g.rule][0],
        )
        for g in orders.gives
    ]  # fmt: skip
    stays = [(0, 0, number("hospital"), number(text), 0) for text in ("readmitted", "discharged")]
    return _whole(columns + stays).T


def _action(action: Action, rule: int, slot: int) -> tuple[int, ...] | None:
    """Return kind, rule, slot, minutes, most, row, change, highest; None if it does nothing."""
    if isinstance(action, Give):
        every, most = action.every_minutes, action.at_most
        return (
            tables.GIVES, rule, slot, -1 if every is None else every, -1 if most is None else most,
            0, 0, 0,
        )  # fmt: skip
    if isinstance(action, Support):
        every, what = action.every_minutes, action.what
        return (
            tables.SUPPORTS, rule, slot, -1 if every is None else every, -1, WHOLE.index(what),
            action.direction, HIGHEST[what],
        )  # fmt: skip
    if isinstance(action, (Start, End)):
        on = int(isinstance(action, Start))
        return tables.SWITCHES, rule, 0, -1, -1, WHOLE.index(action.what), on, 0
    if isinstance(action, LookEvery):
        vitals = action.what == "vitals"
        kind = tables.EVERY_VITALS if vitals else tables.EVERY_NEUROLOGY
        return kind, rule, 0, action.minutes, -1, 0, 0, 0
    if isinstance(action, LookAgain):
        return tables.AGAIN, rule, 0, action.minutes, -1, 0, 0, 0
    if isinstance(action, SkipStep):
        return None
    kind = (
        tables.HOLDS if isinstance(action, Hold)
        else tables.ENDS if isinstance(action, (StopForGood, Transplant))
        else tables.DELAYS if isinstance(action, DelayStep)
        else tables.ON_EDGE
    )  # fmt: skip
    return kind, rule, 0, -1, -1, 0, 0, 0


def _whole(values: Any) -> Any:  # noqa: ANN401 (an int64 array)
    return np.array(values, dtype=np.int64)
