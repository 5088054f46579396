# SPDX-License-Identifier: Apache-2.0
"""Leukemia: two clones that share the marrow, one with little of the target; all may be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder

_CELLS = "Gcell/day"


def states(m: Builder) -> None:
    """Declare the antigen-low clone, a share of the whole at the start."""
    p, t = m.parameters, m.terms
    m.initial(
        m.species("LSCe", "antigen-low leukemic stem cells", "Gcell", scale=0.01), p.fE0 * t.LSC0
    )
    m.initial(m.species("Be", "antigen-low blasts in marrow", "Gcell", scale=1.0), p.fE0 * t.Bm0)


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare the clones, their PD-L1 and the normal cells that share the target."""
    y, p, t = m.states, m.parameters, m.terms
    m.term(
        "a",
        "self-renewal of stem cells under crowding",
        "1",
        p.aL / (1 + (2 * p.aL - 1) * t.crowd / p.Kcap),
        sources=("Stiehl2014",),
    )
    m.term("eg", "egress of blasts", "1/day", p.keg * t.crowd / (t.crowd + p.Keg))
    _clone(m, "", y.LSC, y.Bm, t.kapm)
    _clone(m, "antigen-low ", y.LSCe, y.Be, t.kape)
    m.flow("blood blast loss", "blood blasts die", _CELLS, p.dBb * y.Bb, {y.Bb: -1})
    m.flow("blood blast kill", "T cells kill blasts", _CELLS, t.kapb * y.Bb, {y.Bb: -1})
    m.flow(
        "blood blast chemotherapy", "chemotherapy kills blasts", _CELLS, t.chB * y.Bb, {y.Bb: -1}
    )
    _surface(m, molecule)


def _clone(m: Builder, kind: str, LSC: Symbol, B: Symbol, kill: Symbol) -> None:
    y, p, t = m.states, m.parameters, m.terms

    def flow(name: str, definition: str, rate: object, changes: dict[Symbol, int]) -> None:
        m.flow(f"{kind}{name}", definition, _CELLS, rate, changes)

    flow("stem cell growth", "stem cells renew", (2 * t.a - 1) * p.pL * LSC, {LSC: 1})
    flow(
        "blast birth",
        "stem cells differentiate and amplify",
        p.Amp * 2 * (1 - t.a) * p.pL * LSC,
        {B: 1},
    )
    flow("blast loss", "marrow blasts die or mature", p.dB * B, {B: -1})
    flow("egress", "blasts leave for the blood", t.eg * B, {B: -1, y.Bb: 1})
    flow("stem cell kill", "T cells kill stem cells", p.psiL * kill * LSC, {LSC: -1})
    flow("marrow blast kill", "T cells kill blasts", kill * B, {B: -1})
    flow("stem cell chemotherapy", "chemotherapy kills stem cells", p.fcL * t.chB * LSC, {LSC: -1})
    flow("marrow blast chemotherapy", "chemotherapy kills blasts", t.chB * B, {B: -1})


def _surface(m: Builder, molecule: Molecule) -> None:
    y, p, t = m.states, m.parameters, m.terms
    cells, N = molecule.normal, y[molecule.name("N")]
    m.flow(f"{molecule.flow} renewal", f"{cells} renew", "1/day", p.kN * (1 - N), {N: 1})
    m.flow(f"{molecule.flow} kill", f"T cells kill {cells}", "1/day", p.kkN * t.armed * N, {N: -1})
    IFN = m.term("IFNp", "interferon gamma, floored", "pg/mL", at_least(y.IFNg, 0))
    m.flow(
        "PD-L1 induction",
        "interferon gamma induces PD-L1",
        "1/day",
        p.kP * IFN / (IFN + p.KP),
        {y.PDL1: 1},
    )
    m.flow("PD-L1 decay", "PD-L1 is lost", "1/day", p.dP * y.PDL1, {y.PDL1: -1})
