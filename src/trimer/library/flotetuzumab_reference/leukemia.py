# SPDX-License-Identifier: Apache-2.0
"""Leukemia: stem cells renew or become blasts, blasts leave for the blood, all may be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder

_CELLS = "Gcell/day"


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare the leukemic clone, its PD-L1 and the normal cells that share its target."""
    _clone(m)
    _killing(m)
    _surface(m, molecule)


def _clone(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    a = m.term(
        "a",
        "self-renewal of stem cells under crowding",
        "1",
        p.aL / (1 + (2 * p.aL - 1) * t.Bmp / p.Kcap),
        sources=("Stiehl2014",),
    )
    eg = m.term("eg", "egress of blasts", "1/day", p.keg * t.Bmp / (t.Bmp + p.Keg))
    m.flow("stem cell growth", "stem cells renew", _CELLS, (2 * a - 1) * p.pL * y.LSC, {y.LSC: 1})
    m.flow(
        "blast birth",
        "stem cells differentiate and amplify",
        _CELLS,
        p.Amp * 2 * (1 - a) * p.pL * y.LSC,
        {y.Bm: 1},
    )
    m.flow("blast loss", "marrow blasts die or mature", _CELLS, p.dB * y.Bm, {y.Bm: -1})
    m.flow("egress", "blasts leave for the blood", _CELLS, eg * y.Bm, {y.Bm: -1, y.Bb: 1})
    m.flow("blood blast loss", "blood blasts die", _CELLS, p.dBb * y.Bb, {y.Bb: -1})


def _killing(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.flow(
        "stem cell kill", "T cells kill stem cells", _CELLS, p.psiL * t.kapm * y.LSC, {y.LSC: -1}
    )
    m.flow("marrow blast kill", "T cells kill blasts", _CELLS, t.kapm * y.Bm, {y.Bm: -1})
    m.flow("blood blast kill", "T cells kill blasts", _CELLS, t.kapb * y.Bb, {y.Bb: -1})
    m.flow(
        "stem cell chemotherapy",
        "chemotherapy kills stem cells",
        _CELLS,
        p.fcL * t.chB * y.LSC,
        {y.LSC: -1},
    )
    m.flow(
        "marrow blast chemotherapy", "chemotherapy kills blasts", _CELLS, t.chB * y.Bm, {y.Bm: -1}
    )
    m.flow(
        "blood blast chemotherapy", "chemotherapy kills blasts", _CELLS, t.chB * y.Bb, {y.Bb: -1}
    )


def _surface(m: Builder, molecule: Molecule) -> None:
    y, p, t = m.states, m.parameters, m.terms
    cells, N = molecule.normal, y[molecule.name("N")]
    m.flow(f"{molecule.flow} renewal", f"{cells} renew", "1/day", p.kN * (1 - N), {N: 1})
    m.flow(
        f"{molecule.flow} kill",
        f"T cells kill {cells}",
        "1/day",
        p.kkN * t.at / p.actt * N,
        {N: -1},
    )
    IFN = m.term("IFNp", "interferon gamma, floored", "pg/mL", at_least(y.IFNg, 0))
    m.flow(
        "PD-L1 induction",
        "interferon gamma induces PD-L1",
        "1/day",
        p.kP * IFN / (IFN + p.KP),
        {y.PDL1: 1},
    )
    m.flow("PD-L1 decay", "PD-L1 is lost", "1/day", p.dP * y.PDL1, {y.PDL1: -1})
