# SPDX-License-Identifier: Apache-2.0
"""Infections: hazards of neutropenia, steroids and tocilizumab; burden, and what clears it.

The hazards add up in `Hbac` and `Hfun`; whoever follows a patient lets an infection begin when a
sum passes what was drawn for him, and gives one unit of burden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import hill

if TYPE_CHECKING:
    from trimer.model.build import Builder


def states(m: Builder) -> None:
    """Declare burdens, summed hazards and how long neutrophils have been low."""
    m.input("antibiotic", "an antibiotic is given", "1")
    m.input("antifungal", "an antifungal is given", "1")
    for name, definition in (
        ("InfB", "bacterial burden, 1 at onset"),
        ("InfF", "fungal burden, 1 at onset"),
        ("Hbac", "summed hazard of bacterial infection"),
        ("Hfun", "summed hazard of fungal infection"),
        ("Low", "memory of neutropenia, 0 to 1"),
    ):
        m.initial(m.species(name, definition, "1", scale=0.1), 0)


def declare(m: Builder) -> None:
    """Declare hazards, burdens and routes."""
    y, p, t = m.states, m.parameters, m.terms
    low = m.term("low", "neutropenia, 0 to 1", "1", 1 - hill(y.ANC / p.ANC_low, 4))
    m.flow("neutropenia", "memory follows neutropenia", "1/day", p.kLow * (low - y.Low), {y.Low: 1})
    weak = m.term("weak", "steroid and IL-6 blockade", "1", 1 + p.hDex * t.Id + p.hRO * t.RO)
    hazards = (
        ("B", "bacterial", y.Hbac, y.InfB, t.antibiotic, p.hB * (1 + p.gB * low) * weak),
        ("F", "fungal", y.Hfun, y.InfF, t.antifungal, p.hF * (1 + p.gF * y.Low) * weak),
    )
    for mark, word, total, burden, drug, rate in hazards:
        hazard = m.term(f"hazard{mark}", f"hazard of {word} infection", "1/day", rate)
        m.flow(f"{word} hazard", "hazards add up", "1/day", hazard, {total: 1})
        m.flow(
            f"{word} clearance",
            "defense and drug clear it",
            "1/day",
            (p.kSelf + p.kKill * drug) * burden,
            {burden: -1},
        )
        m.route(
            f"{word}_infection", "bolus", burden, amount_unit="1", coefficient=1,
            definition="an infection begins",
        )  # fmt: skip
    for word, target in (("antibiotic", t.antibiotic), ("antifungal", t.antifungal)):
        m.route(
            word, "infusion", target, amount_unit="day", coefficient=1,
            definition="level: 1 while it is given",
        )  # fmt: skip


def observe(m: Builder) -> None:
    """Declare the hazards."""
    t = m.terms
    m.observable(
        "bacterial_hazard", "hazard of bacterial infection", "1/day", t.hazardB,
        label="Bacterial hazard",
    )  # fmt: skip
    m.observable(
        "fungal_hazard", "hazard of fungal infection", "1/day", t.hazardF, label="Fungal hazard"
    )
