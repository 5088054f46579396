# SPDX-License-Identifier: Apache-2.0
"""Hazards of death by leukemia, by infection and by toxicity, which add up.

Leukemia kills by its burden in marrow and blood and by the bleeding of an empty marrow; an active
infection kills, more so without neutrophils; leak of the order of CRS grade 4 kills. A sum that
passes what was drawn for a patient is his death of that cause (`trimer.trial.fate`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.model.build import Builder

_CAUSES = (
    ("Hdis", "disease", "leukemia and marrow failure"),
    ("Hinf", "infection", "infection"),
    ("Htox", "toxicity", "toxicity of the drug"),
)


def states(m: Builder) -> None:
    """Declare the summed hazards."""
    for name, _, cause in _CAUSES:
        m.initial(m.species(name, f"summed hazard of death by {cause}", "1", scale=0.1), 0)


def declare(m: Builder) -> None:
    """Declare the hazards."""
    y, p, t = m.states, m.parameters, m.terms
    burden = t.Bl / t.marrow
    count = t.Bbp * p.cells_per_Gcell / p.Vblood
    leak = at_least(y.Vasc, 0)
    rates = {
        "disease": p.hLeuk * hill(burden / p.K_leuk, 2)
        + p.hStasis * hill(count / p.K_stasis, 2)
        + p.hBleed * (1 - hill(at_least(y.PLT, 0) / p.PLT_bleed, 2)),
        "infection": p.hSepsis * (1 + p.gSepsis * t.low) * at_least(y.InfB + p.wFun * y.InfF, 0),
        "toxicity": p.hTox * hill(leak / p.V_tox, 8),
    }
    for name, word, cause in _CAUSES:
        hazard = m.term(f"death_{word}", f"hazard of death by {cause}", "1/day", rates[word])
        m.flow(f"{word} deaths", "hazards add up", "1/day", hazard, {y[name]: 1})


def observe(m: Builder) -> None:
    """Declare the hazards."""
    for _, word, cause in _CAUSES:
        m.observable(
            f"{word}_death_hazard", f"hazard of death by {cause}", "1/day",
            m.terms[f"death_{word}"], label=f"Hazard of death: {cause}",
        )  # fmt: skip
