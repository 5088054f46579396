# SPDX-License-Identifier: Apache-2.0
"""Chemotherapy before entry: whether it brings a remission, and for how long.

Three states: leukemic stem cells, marrow blasts, and the effect of chemotherapy. The growth of
the leukemia is that of the flotetuzumab model, whose parameters of the same name it takes. It
decides who failed induction, who relapsed early and who late; it follows nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sympy

from trimer.core.sources import read_sources
from trimer.model.build import Builder
from trimer.model.card import read_card
from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.model.model import Model

_HERE = Path(__file__).parent

ASSUMPTIONS = """
Chemotherapy kills a share of cells for each unit of effect, stem cells less than blasts.
All cells of a patient are equally sensitive; no resistant clone is selected.
Marrow is one well-mixed space, and blasts do not leave it: blood blasts are few.
Normal marrow cells are as many as in health when remission is judged.
Toxicity, death during induction and transplant do not happen.
""".strip().splitlines()

LIMITS = """
Not for the care of a person, nor for choosing chemotherapy for one.
The kill of a regimen and its spread are assumed: shares of failure and of relapse are of the \
right order, and were not fitted.
""".strip().splitlines()


def build() -> Model:
    """Declare and check the model."""
    m = Builder(
        "induction",
        title="Chemotherapy before entry, and what follows",
        version="1.0",
        card=read_card(_HERE / "card.csv", read_sources(_HERE / "sources.bib")),
        assumptions=ASSUMPTIONS,
        limits=LIMITS,
        weight="",
    )
    p = m.parameters
    dose = m.input("course", "course of chemotherapy given, as a share of it", "1/day")
    lnL = m.species("lnL", "logarithm of leukemic stem cells, in Gcell", "1", scale=1.0)
    Bm = m.species("Bm", "blasts in marrow", "Gcell", scale=100.0)
    E = m.species("E", "chemotherapy at work, as a share of a course", "1", scale=0.1)

    Bm0 = m.baseline("Bm0", "marrow blasts at diagnosis", "Gcell", p.blasts_diagnosis * p.M0)
    a0 = m.baseline(
        "a0", "self-renewal at diagnosis", "1", p.aL / (1 + (2 * p.aL - 1) * Bm0 / p.Kcap)
    )
    ratio0 = m.baseline(
        "ratio0",
        "blasts per stem cell at diagnosis",
        "1",
        p.Amp * 2 * (1 - a0) * p.pL / (p.dB + (2 * a0 - 1) * p.pL),
    )
    m.initial(lnL, sympy.log(Bm0 / ratio0 / p.one_Gcell))
    m.initial(Bm, Bm0)
    m.initial(E, 0)

    Bmp = m.term("Bmp", "marrow blasts, floored", "Gcell", at_least(Bm, 0))
    a = m.term("a", "self-renewal under crowding", "1", p.aL / (1 + (2 * p.aL - 1) * Bmp / p.Kcap))
    LSC = m.term("LSC", "leukemic stem cells", "Gcell", p.one_Gcell * sympy.exp(lnL))
    kill = m.term("rate", "killing of blasts by chemotherapy", "1/day", p.kill * p.kE * E)
    m.flow("dose", "chemotherapy is given", "1/day", dose, {E: 1})
    m.flow("washout", "chemotherapy ends its work", "1/day", p.kE * E, {E: -1})
    m.flow("stem cell growth", "stem cells renew", "1/day", (2 * a - 1) * p.pL, {lnL: 1})
    m.flow(
        "stem cell kill", "chemotherapy kills stem cells", "1/day", p.kill_stem * kill, {lnL: -1}
    )
    birth = p.Amp * 2 * (1 - a) * p.pL * LSC
    m.flow("blast birth", "stem cells differentiate and amplify", "Gcell/day", birth, {Bm: 1})
    m.flow("blast loss", "blasts die or mature", "Gcell/day", p.dB * Bm, {Bm: -1})
    m.flow("blast kill", "chemotherapy kills blasts", "Gcell/day", kill * Bm, {Bm: -1})

    m.observable("blasts", "blasts among marrow cells", "%", p.percent * Bmp / (Bmp + p.N0))
    m.observable("stem_cells", "leukemic stem cells", "cell", LSC * p.cells_per_Gcell)
    m.route(
        "induction", "infusion", dose, amount_unit="mg", coefficient=1 / p.course_mg,
        definition="1 mg stands for one whole course",
    )  # fmt: skip
    return m.build()
