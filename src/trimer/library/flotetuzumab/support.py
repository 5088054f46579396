# SPDX-License-Identifier: Apache-2.0
"""Supportive care: fluids, vasopressors, oxygen, acetaminophen, methylprednisolone, filgrastim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def states(m: Builder) -> None:
    """Declare what is given and fades, and the levels that are set."""
    m.input("pressors", "vasopressors that run", "1")
    m.input("device", "oxygen: 0 none, 1 low flow, 2 high flow, 3 positive pressure", "1")
    for name, definition, unit, scale in (
        ("Fluid", "fluid given that is still in the vessels", "mL", 500.0),
        ("Apap", "acetaminophen", "mg", 500.0),
        ("Gcsf", "filgrastim", "ug", 300.0),
    ):
        m.initial(m.species(name, definition, unit, scale=scale), 0)


def declare(m: Builder) -> None:
    """Declare loss, effects and routes."""
    y, p, t = m.states, m.parameters, m.terms
    m.flow("fluid loss", "fluid leaves the vessels", "mL/day", p.kFluid * y.Fluid, {y.Fluid: -1})
    m.flow("acetaminophen loss", "linear loss", "mg/day", p.kApap * y.Apap, {y.Apap: -1})
    m.flow("filgrastim loss", "linear loss", "ug/day", p.kGcsf * y.Gcsf, {y.Gcsf: -1})
    m.term("refill", "pressure by fluids", "mmHg", p.eFluid * y.Fluid)
    m.term("Iap", "acetaminophen on fever", "1", p.Imaxa * hill(y.Apap / p.IC50a, 2))
    m.term("squeeze", "pressure by vasopressors", "mmHg", _stairs(t.pressors, (p.vp1, p.vp2)))
    m.term("breath", "saturation by oxygen", "%", _stairs(t.device, (p.ox1, p.ox2, p.ox3)))
    _routes(m)


def _stairs(level: Symbol, effects: tuple[Symbol, ...]) -> Expr:
    """Return the effect of a level: that of each whole level, and a line between them."""
    total: Expr = 0 * effects[0]
    before: Expr = total
    for step, effect in enumerate(effects):
        rise = at_least(level - step, 0) - at_least(level - step - 1, 0)
        total = total + (effect - before) * rise
        before = effect
    return total


def _routes(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    for drug, target, unit, what in (
        ("fluids", y.Fluid, "mL", "bolus into a vein"),
        ("acetaminophen", y.Apap, "mg", "by mouth or vein, taken as instantaneous"),
        ("filgrastim", y.Gcsf, "ug", "injection, taken as instantaneous"),
    ):
        m.route(drug, "bolus", target, amount_unit=unit, coefficient=1, definition=what)
    m.route(
        "methylprednisolone",
        "bolus",
        y.Dex,
        amount_unit="mg",
        coefficient=p.eq_mp * p.ug_per_mg / p.Vd,
        definition="injection into a vein, as the equivalent of dexamethasone",
    )
    for drug, target, what in (
        ("vasopressor", t.pressors, "level: how many run"),
        ("oxygen", t.device, "level of the device"),
    ):
        m.route(drug, "infusion", target, amount_unit="day", coefficient=1, definition=what)
