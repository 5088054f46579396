# SPDX-License-Identifier: Apache-2.0
"""Hemoglobin, transfusions, lymphocytes, and what filgrastim does to neutrophils."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.model.build import Builder


def states(m: Builder) -> None:
    """Declare hemoglobin."""
    m.initial(m.species("Hb", "hemoglobin", "g/dL", scale=10.0), m.parameters.Hb_start)


def declare(m: Builder) -> None:
    """Declare red cells, transfusions and filgrastim's effect."""
    y, p, t = m.states, m.parameters, m.terms
    m.flow(
        "red cell balance",
        "red cells are made as precursors are there, and grow old",
        "g/dL/day",
        (p.Hb_set * y.Prol / t.Prol0 - y.Hb) / p.life_rbc,
        {y.Hb: 1},
    )
    m.flow(
        "filgrastim division",
        "filgrastim makes precursors divide",
        "G/L/day",
        p.Emaxg * y.Gcsf / (y.Gcsf + p.EC50g) * t.ktr * y.Prol * t.inh,
        {y.Prol: 1},
    )
    m.route(
        "red_cells", "bolus", y.Hb, amount_unit="unit", coefficient=p.rise_rbc,
        definition="transfusion, taken as instantaneous",
    )  # fmt: skip
    m.route(
        "platelet_units", "bolus", y.PLT, amount_unit="unit", coefficient=p.rise_plt,
        definition="transfusion, taken as instantaneous",
    )  # fmt: skip


def observe(m: Builder) -> None:
    """Declare hemoglobin and lymphocytes."""
    y, p, t = m.states, m.parameters, m.terms
    m.observable("hemoglobin", "hemoglobin", "g/dL", y.Hb, label="Hemoglobin")
    m.observable(
        "lymphocytes", "lymphocytes in blood", "G/L", t.TbT / p.Vblood * p.uL_per_L + p.other_lymph,
        label="Lymphocytes",
    )  # fmt: skip
