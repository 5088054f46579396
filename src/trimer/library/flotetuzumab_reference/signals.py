# SPDX-License-Identifier: Apache-2.0
"""What cells sense and do: counts, trimers per cell, drug effects, killing.

Floors keep powers and quotients defined when a count falls to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare the terms that the flows share."""
    _counts(m)
    _trimers(m, molecule)
    _drug_effects(m)
    _killing(m)


def _counts(m: Builder) -> None:
    y, p = m.states, m.parameters
    m.term("Bmp", "marrow blasts, floored", "Gcell", at_least(y.Bm, 0))
    m.term("LSCp", "leukemic stem cells, floored", "Gcell", at_least(y.LSC, 0))
    m.term("Bbp", "blood blasts, floored", "Gcell", at_least(y.Bb, p.Bb_min))
    m.term("Bl", "leukemic cells in marrow", "Gcell", at_least(m.terms.Bmp + m.terms.LSCp, p.B_min))
    m.term("TmT", "T cells in marrow", "Gcell", at_least(y.TmR + y.TmA + y.TmE + y.TmX, p.T_min))
    m.term("TbT", "T cells in blood", "Gcell", at_least(y.TbR + y.TbA + y.TbE, p.T_min))


def _trimers(m: Builder, molecule: Molecule) -> None:
    y, p, t = m.states, m.parameters, m.terms
    nmol_m = at_least(y.TRm, 0) * p.Vm
    nmol_b = at_least(y.TRb, 0) * p.Vc
    unit = "molecule/cell"
    tpb_m = m.term("tpb_m", "trimers per marrow blast", unit, nmol_m / (p.NG * t.Bl))
    tpt_m = m.term("tpt_m", "trimers per marrow T cell", unit, nmol_m / (p.NG * t.TmT))
    tpb_b = m.term("tpb_b", "trimers per blood blast", unit, nmol_b / (p.NG * t.Bbp))
    tpt_b = m.term("tpt_b", "trimers per blood T cell", unit, nmol_b / (p.NG * t.TbT))
    m.term("am", "activation signal in marrow", "1", hill(tpt_m / p.Ka, p.ga))
    m.term("ab", "activation signal in blood", "1", hill(tpt_b / p.Ka, p.ga))
    seen = m.term(
        "DN",
        f"drug on {molecule.normal} in tissue",
        "nmol/L",
        at_least(y.Dp, 0) * at_least(y[molecule.name("N")], 0),
    )
    m.term("at", "activation signal in tissue", "1", p.actt * seen / (p.Kt + seen))
    m.term("phim", "killing signal in marrow", "1", hill(tpb_m / p.Kk, p.nk))
    m.term("phib", "killing signal in blood", "1", hill(tpb_b / p.Kk, p.nk))


def _drug_effects(m: Builder) -> None:
    y, p = m.states, m.parameters
    m.term(
        "Id",
        "dexamethasone on cytokines",
        "1",
        p.Imax * y.DexE / (y.DexE + p.IC),
        sources=("Krzyzanski2021",),
    )
    It = m.term("It", "dexamethasone on T cells", "1", p.Imaxt * y.DexE / (y.DexE + p.ICt))
    m.term("sup", "T-cell function left by dexamethasone", "1", 1 - It)
    Ct = m.term("Ct", "tocilizumab in plasma", "mg/L", y.Tc / p.V1t)
    m.term("RO", "IL-6 receptors occupied by tocilizumab", "1", Ct / (Ct + p.KDt))


def _killing(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    brake = m.term("brake", "function left by PD-L1", "1", 1 / (1 + p.fPD * y.PDL1))
    Em = m.term("Em", "killers in marrow", "Gcell", at_least(y.TmE, 0) + p.wAk * at_least(y.TmA, 0))
    Eb = m.term("Eb", "killers in blood", "Gcell", at_least(y.TbE, 0) + p.wAk * at_least(y.TbA, 0))
    # saturates both ways: few killers are limited by their pace, many by the blasts within reach
    m.term(
        "kapm",
        "killing of a marrow blast",
        "1/day",
        p.kk * Em * t.phim * brake * t.sup / (t.Bl + p.hET * Em + p.B_half),
    )
    m.term(
        "kapb",
        "killing of a blood blast",
        "1/day",
        p.kk * Eb * t.phib * brake * t.sup / (t.Bbp + p.hET * Eb + p.B_half),
    )
    m.term("chB", "chemotherapy on blasts", "1/day", p.kcB * t.chemo)
    m.term("chN", "chemotherapy on normal precursors", "1/day", p.kcN * t.chemo)
