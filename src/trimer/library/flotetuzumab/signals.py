# SPDX-License-Identifier: Apache-2.0
"""What cells sense and do: counts, trimers per cell, drug effects, killing.

Two clones of leukemic cells, one with little of the target. Cells outside marrow and blood that
carry the target, normal cells and, where it is in the model, endothelium, are met by T cells in
tissue. T cells kill at a few trimers and secrete at many: the second threshold is in `cytokines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.library.flotetuzumab.states import level
from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab.options import Options
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def counts(m: Builder) -> None:
    """Declare cells that others meet; floors keep quotients defined when none is left."""
    y, p, t = m.states, m.parameters, m.terms
    m.term("Bmp", "marrow blasts with the target, floored", "Gcell", at_least(y.Bm, 0))
    m.term("LSCp", "leukemic stem cells with the target, floored", "Gcell", at_least(y.LSC, 0))
    m.term("Bep", "antigen-low leukemic cells, floored", "Gcell",
           at_least(y.Be, 0) + at_least(y.LSCe, 0))  # fmt: skip
    m.term("Bbp", "blood blasts, floored", "Gcell", at_least(y.Bb, p.Bb_min))
    m.term("Bh", "leukemic cells in marrow with the target", "Gcell",
           at_least(t.Bmp + t.LSCp, p.B_min))  # fmt: skip
    m.term("Bl", "leukemic cells in marrow", "Gcell", t.Bh + t.Bep)
    m.term("crowd", "blasts in marrow of both clones", "Gcell", t.Bmp + at_least(y.Be, 0))
    m.term("TmT", "T cells in marrow", "Gcell", at_least(y.TmR + y.TmA + y.TmE + y.TmX, p.T_min))
    m.term("TbT", "T cells in blood", "Gcell", at_least(y.TbR + y.TbA + y.TbE, p.T_min))


def declare(m: Builder, molecule: Molecule, options: Options) -> None:
    """Declare trimers per cell, activation, drug effects and killing."""
    _trimers(m)
    _tissue(m, molecule, options)
    _drug_effects(m)
    _killing(m, options)


def _trimers(m: Builder) -> None:
    p, t = m.parameters, m.terms
    nmol_m = at_least(level(m, "TRm"), 0) * p.Vm
    nmol_b = at_least(level(m, "TRb"), 0) * p.Vc
    unit = "molecule/cell"
    tpb_m = m.term(
        "tpb_m",
        "trimers per marrow blast with the target",
        unit,
        nmol_m / (p.NG * (t.Bh + p.fLow * t.Bep)),
    )
    tpt_m = m.term("tpt_m", "trimers per marrow T cell", unit, nmol_m / (p.NG * t.TmT))
    tpb_b = m.term("tpb_b", "trimers per blood blast", unit, nmol_b / (p.NG * t.Bbp))
    tpt_b = m.term("tpt_b", "trimers per blood T cell", unit, nmol_b / (p.NG * t.TbT))
    m.term("am", "activation signal in marrow", "1", hill(tpt_m / p.Ka, p.ga))
    m.term("ab", "activation signal in blood", "1", hill(tpt_b / p.Ka, p.ga))
    m.term("phim", "killing signal in marrow", "1", hill(tpb_m / p.Kk, p.nk))
    m.term("phib", "killing signal in blood", "1", hill(tpb_b / p.Kk, p.nk))
    m.term("phie", "killing signal of an antigen-low cell", "1", hill(p.fLow * tpb_m / p.Kk, p.nk))


def _tissue(m: Builder, molecule: Molecule, options: Options) -> None:
    y, p = m.states, m.parameters
    carriers: Expr = at_least(y[molecule.name("N")], 0)
    if options.vessels:
        carriers = carriers + p.fEn * (1 + p.gEn * at_least(y.Endo, 0))
    seen = m.term(
        "seen",
        f"drug on {molecule.normal}{' and endothelium' if options.vessels else ''} in tissue",
        "nmol/L",
        at_least(y.Dp, 0) * carriers,
    )
    m.term("near", "activation of a T cell next to such a cell", "1", hill(seen / p.Kt, p.gt))
    m.term("at", "activation signal in tissue", "1", p.actt * m.terms.near)
    # one cell is killed as fast when it is the last one: its own drug counts, not how many are left
    m.term(
        "armed",
        f"killing signal of {molecule.normal}",
        "1",
        hill(at_least(y.Dp, 0) / p.KkN, p.gt),
    )


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


def _killing(m: Builder, options: Options) -> None:
    y, p, t = m.states, m.parameters, m.terms
    brake = m.term("brake", "function left by PD-L1", "1", 1 / (1 + p.fPD * y.PDL1))
    Em = m.term("Em", "killers in marrow", "Gcell", at_least(y.TmE, 0) + p.wAk * at_least(y.TmA, 0))
    Eb = m.term("Eb", "killers in blood", "Gcell", at_least(y.TbE, 0) + p.wAk * at_least(y.TbA, 0))

    def pace(killers: Symbol, targets: Symbol) -> Expr:
        if options.killing == "mass-action":
            return p.kk * killers / p.B_ref * brake * t.sup
        # saturates both ways: few killers are limited by their pace, many by the blasts in reach
        return p.kk * killers * brake * t.sup / (targets + p.hET * killers + p.B_half)

    kap0 = m.term("kap0", "killing of a marrow blast in contact", "1/day", pace(Em, t.Bl))
    m.term("kapm", "killing of a marrow blast", "1/day", kap0 * t.phim)
    m.term(
        "kape",
        "killing of an antigen-low cell, by its own trimers or beside a blast that is killed",
        "1/day",
        kap0 * (t.phie + p.byst * t.phim * t.Bh / t.Bl),
    )
    m.term("kapb", "killing of a blood blast", "1/day", pace(Eb, t.Bbp) * t.phib)
    m.term("chB", "chemotherapy on blasts", "1/day", p.kcB * t.chemo)
    m.term("chN", "chemotherapy on normal precursors", "1/day", p.kcN * t.chemo)
