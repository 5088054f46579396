# SPDX-License-Identifier: Apache-2.0
"""Normal blood formation under crowding by blasts: neutrophils and platelets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_COUNT = "G/L/day"


def declare(m: Builder, division_left: Expr | None = None) -> None:
    """Declare granulopoiesis and thrombopoiesis.

    `division_left` is what crowding leaves of the division of precursors, by default what
    marrow blasts leave of it.
    """
    _neutrophils(m, division_left)
    _platelets(m)


def _neutrophils(m: Builder, division_left: Expr | None) -> None:
    y, p, t = m.states, m.parameters, m.terms
    ktr = m.term("ktr", "transit through maturation", "1/day", 4 / p.MTT)
    if division_left is None:
        division_left = 1 / (1 + 0.35 * t.Bmp / p.KI)
    inh = m.term("inh", "division left by crowding", "1", division_left)
    fb = m.term(
        "fb",
        "feedback of neutrophils",
        "1",
        (p.ANC0 / at_least(y.ANC, p.ANC_min)) ** p.gam,
        sources=("Friberg2002",),
    )
    m.flow(
        "precursor division",
        "precursors divide",
        _COUNT,
        ktr * y.Prol * fb * inh,
        {y.Prol: 1},
        sources=("Friberg2002",),
    )
    m.flow("stem cell influx", "stem cells feed precursors", _COUNT, p.kin * t.Prol0, {y.Prol: 1})
    m.flow(
        "precursor kill",
        "precursors are killed by T cells and chemotherapy",
        _COUNT,
        (p.psiN * t.kapm + t.chN) * y.Prol,
        {y.Prol: -1},
    )
    m.flow("maturation 1", "precursors mature", _COUNT, ktr * y.Prol, {y.Prol: -1, y.Tr1: 1})
    m.flow("maturation 2", "neutrophils mature", _COUNT, ktr * y.Tr1, {y.Tr1: -1, y.Tr2: 1})
    m.flow("maturation 3", "neutrophils mature", _COUNT, ktr * y.Tr2, {y.Tr2: -1, y.Tr3: 1})
    m.flow("release", "neutrophils enter the blood", _COUNT, ktr * y.Tr3, {y.Tr3: -1, y.ANC: 1})
    m.flow("neutrophil loss", "neutrophils leave the blood", _COUNT, p.kANC * y.ANC, {y.ANC: -1})


def _platelets(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    ktp = m.term("ktp", "transit of megakaryocytes", "1/day", 1 / p.MTTp)
    fbp = m.term(
        "fbp", "feedback of platelets", "1", (p.PLT0 / at_least(y.PLT, p.PLT_min)) ** p.gamp
    )
    m.flow(
        "megakaryocyte birth",
        "precursors feed megakaryocytes",
        _COUNT,
        ktp * t.Meg0 * y.Prol / t.Prol0 * fbp,
        {y.Meg1: 1},
    )
    m.flow(
        "platelet release",
        "megakaryocytes shed platelets",
        _COUNT,
        ktp * y.Meg1,
        {y.Meg1: -1, y.PLT: 1},
    )
    m.flow(
        "megakaryocyte kill",
        "chemotherapy kills megakaryocytes",
        _COUNT,
        0.5 * t.chN * y.Meg1,
        {y.Meg1: -1},
    )
    m.flow("platelet loss", "platelets leave the blood", _COUNT, p.kPLT * y.PLT, {y.PLT: -1})
