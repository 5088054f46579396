# SPDX-License-Identifier: Apache-2.0
"""The patient before the first dose.

Marrow blasts are given; stem cells follow from the clone's own ratio, normal blood formation
from its quasi-steady state under crowding, T cells from their count in blood and share in marrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Rational, Symbol

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder, Formula


def declare(m: Builder, molecule: Molecule, bulk: Formula = 1) -> None:
    """Declare roots, baselines and initial values; `bulk` is the share of the clone told here."""
    y, p = m.states, m.parameters
    # Zero unless said otherwise: drugs, complexes, activated cells, most cytokines.
    at_start: dict[Symbol, Formula] = dict.fromkeys(y, 0)

    # leukemia: the clone on its own growing ratio of blasts to stem cells
    Bm0 = m.baseline("Bm0", "marrow blasts at start", "Gcell", p.blast_fraction * p.M0)
    a0 = m.baseline("a0", "self-renewal at start", "1", p.aL / (1 + (2 * p.aL - 1) * Bm0 / p.Kcap))
    growth0 = m.baseline("growth0", "growth rate at start", "1/day", (2 * a0 - 1) * p.pL)
    egress0 = m.baseline("egress0", "egress at start", "1/day", p.keg * Bm0 / (Bm0 + p.Keg))
    ratio0 = m.baseline(
        "ratio0",
        "blasts per stem cell at start",
        "1",
        p.Amp * 2 * (1 - a0) * p.pL / (p.dB + egress0 + growth0),
    )
    LSC0 = m.baseline("LSC0", "leukemic stem cells at start", "Gcell", Bm0 / ratio0)
    Bb0 = m.baseline("Bb0", "blasts in blood at start", "Gcell", egress0 * Bm0 / (p.dBb + growth0))
    at_start |= {y.LSC: bulk * LSC0, y.Bm: bulk * Bm0, y.Bb: Bb0}

    # normal blood formation: neutrophils at the fraction x of their set point
    ktr = 4 / p.MTT
    crowding0 = 1 / (1 + 0.35 * p.blast_fraction * p.M0 / p.KI)
    x = m.root(
        "x",
        "neutrophils at start over their set point",
        "1",
        lambda x: (1 / x) ** p.gam * crowding0 - 1 + p.kin / (ktr * x),
        lower=1e-4,
        upper=1.2,
    )
    Prol0 = m.baseline("Prol0", "healthy precursors", "G/L", p.ANC0 * p.kANC / ktr)
    Meg0 = m.baseline("Meg0", "healthy megakaryocytes", "G/L", p.PLT0 * p.kPLT * p.MTTp)
    z0 = m.baseline("z0", "platelets at start over their set point", "1", x ** (1 / (1 + p.gamp)))
    at_start |= dict.fromkeys((y.Prol, y.Tr1, y.Tr2, y.Tr3), Prol0 * x)
    at_start |= {y.ANC: p.ANC0 * x, y.Meg1: Meg0 * z0, y.PLT: p.PLT0 * z0}

    # T cells
    TbR0 = m.baseline(
        "TbR0", "T cells in blood at start", "Gcell", p.blood_T * p.Vblood / p.cells_per_Gcell
    )
    TmR0 = m.baseline(
        "TmR0",
        "T cells in marrow at start",
        "Gcell",
        p.marrow_T_fraction / (1 - p.marrow_T_fraction) * (Bm0 + LSC0 + p.N0 * x),
    )
    TtR0 = m.baseline(
        "TtR0",
        "T cells in tissue at start",
        "Gcell",
        p.Tt0 * (p.blood_T / p.blood_T_ref) ** Rational(1, 2),
    )
    at_start |= {y.TbR: TbR0, y.TmR: TmR0, y.TtR: TtR0}

    at_start |= {
        y[molecule.name("N")]: 1,
        y.Temp: p.Temp0,
        y.IL6: p.k6b / (p.d6n + p.d6R),
        y.IL10: p.IL10b,
    }
    for species, value in at_start.items():
        m.initial(species, value)
