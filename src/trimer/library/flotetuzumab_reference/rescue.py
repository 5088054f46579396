# SPDX-License-Identifier: Apache-2.0
"""Tocilizumab and dexamethasone: doses, distribution and loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.model.build import Builder


def declare(m: Builder) -> None:
    """Declare the kinetics of the rescue drugs."""
    _tocilizumab(m)
    _dexamethasone(m)


def _tocilizumab(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    frey = ("Frey2010",)
    m.flow("tocilizumab clearance", "linear loss", "mg/day", p.CLt * t.Ct, {y.Tc: -1}, sources=frey)
    m.flow(
        "tocilizumab saturable loss",
        "loss by its receptor",
        "mg/day",
        p.Vmt * t.Ct / (p.Kmt + t.Ct),
        {y.Tc: -1},
        sources=frey,
    )
    m.flow(
        "tocilizumab exchange",
        "between plasma and tissue",
        "mg/day",
        p.Qt * (t.Ct - y.Tp / p.V2t),
        {y.Tc: -1, y.Tp: 1},
        sources=frey,
    )
    m.route(
        "tocilizumab",
        "bolus",
        y.Tc,
        amount_unit="mg",
        coefficient=1,
        definition="short infusion into a vein, taken as instantaneous",
    )


def _dexamethasone(m: Builder) -> None:
    y, p = m.states, m.parameters
    m.flow(
        "dexamethasone clearance",
        "linear loss",
        "ng/mL/day",
        p.CLd / p.Vd * y.Dex,
        {y.Dex: -1},
        sources=("Krzyzanski2021",),
    )
    m.flow(
        "dexamethasone effect",
        "the site of effect follows plasma",
        "ng/mL/day",
        p.ked * (y.Dex - y.DexE),
        {y.DexE: 1},
    )
    m.route(
        "dexamethasone",
        "bolus",
        y.Dex,
        amount_unit="mg",
        coefficient=p.ug_per_mg / p.Vd,
        definition="injection into a vein",
    )
