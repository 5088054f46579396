# SPDX-License-Identifier: Apache-2.0
"""Conventional salvage chemotherapy: a dose, an effect that fades, no drug in between (K-PD).

A dose is that of cytarabine and stands for the combination that is given with it. Its effect adds
to the level of chemotherapy that a course sets directly: level 1 is the daily dose `DRref` held
for long. Blasts, stem cells and normal precursors are killed as by any chemotherapy of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.model.build import Builder


def states(m: Builder) -> None:
    """Declare the infusion and what is left of its effect."""
    m.input("araC", "cytarabine, for the combination around it", "mg/day")
    m.initial(m.species("Kpd", "effect of salvage chemotherapy that is left", "mg", scale=1e3), 0)


def declare(m: Builder) -> None:
    """Declare gain and loss of the effect, and add it to that of a set level."""
    y, p, t = m.states, m.parameters, m.terms
    m.flow("salvage given", "effect of the dose", "mg/day", t.araC, {y.Kpd: 1})
    m.flow("salvage lost", "the effect fades", "mg/day", p.kKpd * y.Kpd, {y.Kpd: -1})
    level = p.kKpd * y.Kpd / p.DRref
    m.refine("chB", lambda plain: plain + p.kcB * level)
    m.refine("chN", lambda plain: plain + p.kcN * level)
    m.route(
        "cytarabine", "infusion", t.araC, amount_unit="mg", coefficient=1,
        definition="infusion into a vein, for the combination around it",
    )  # fmt: skip


def observe(m: Builder) -> None:
    """Declare the level of the effect."""
    y, p, t = m.states, m.parameters, m.terms
    m.observable(
        "chemotherapy_level", "effect level of chemotherapy", "1",
        t.chemo + p.kKpd * y.Kpd / p.DRref, label="Chemotherapy",
    )  # fmt: skip
