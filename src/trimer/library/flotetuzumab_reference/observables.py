# SPDX-License-Identifier: Apache-2.0
"""What a clinic or a laboratory measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def declare(m: Builder, molecule: Molecule, temperature: Expr | None = None) -> None:
    """Declare the observables; `temperature` is what a thermometer shows, by default `Temp`."""
    drug(m, molecule)
    cells(m)
    signals(m, m.states.Temp if temperature is None else temperature)
    amounts(m, molecule)


def drug(m: Builder, molecule: Molecule, plasma: Expr | None = None) -> None:
    """Declare the level of the drug, free in `plasma`, and its trimers."""
    p, t = m.parameters, m.terms
    free = m.states.Dc if plasma is None else plasma
    m.observable(
        "concentration",
        f"free {molecule.drug} in plasma",
        "ng/mL",
        free * p.MW / p.mL_per_L,
        label=molecule.label,
    )
    m.observable(
        "trimers_per_blast",
        "trimers per leukemic cell in marrow",
        "molecule/cell",
        t.tpb_m,
        label="Trimers per blast",
    )
    m.observable(
        "trimers_per_T",
        "trimers per T cell in marrow",
        "molecule/cell",
        t.tpt_m,
        label="Trimers per T cell",
    )


def cells(m: Builder, stem_cells: Expr | None = None, blasts: Expr | None = None) -> None:
    """Declare leukemia, T cells and blood counts; with several clones, their sums are given."""
    y, p, t = m.states, m.parameters, m.terms
    stem_cells = y.LSC if stem_cells is None else stem_cells
    blasts = y.Bm if blasts is None else blasts
    normal = m.term(
        "normal",
        "normal nucleated cells in marrow",
        "Gcell",
        p.N0 * at_least((y.Prol + y.Tr1 + y.Tr2 + y.Tr3) / (4 * t.Prol0), 0.03),
    )
    marrow = m.term("marrow", "nucleated cells in marrow", "Gcell", t.Bl + normal + t.TmT)
    active = m.term("Tba", "activated T cells in blood", "Gcell", y.TbA + y.TbE)
    per_uL = p.cells_per_Gcell / p.Vblood
    m.observable(
        "blasts",
        "leukemic share of marrow cells",
        "%",
        100 * t.Bl / marrow,
        label="Marrow blasts",
    )
    m.observable("LSC_cells", "leukemic stem cells", "cell", stem_cells * p.cells_per_Gcell)
    m.observable("blast_mass", "blasts in marrow", "Gcell", blasts, label="Blast mass")
    m.observable("T_cells", "T cells in blood", "cell/uL", t.TbT * per_uL, label="Blood T cells")
    m.observable(
        "T_activated",
        "activated share of T cells in blood",
        "%",
        100 * active / t.TbT,
        label="Activated T cells",
    )
    m.observable(
        "marrow_T",
        "T-cell share of marrow cells",
        "%",
        100 * t.TmT / marrow,
        label="Marrow T cells",
    )
    m.observable("blood_blasts", "blasts in blood", "cell/uL", y.Bb * per_uL, label="Blood blasts")
    m.observable("ANC", "neutrophils in blood", "G/L", y.ANC, label="Neutrophils")
    m.observable("PLT", "platelets in blood", "G/L", y.PLT, label="Platelets")


def signals(m: Builder, temperature: Expr) -> None:
    """Declare cytokines, temperature, leak and rescue drugs."""
    y, t = m.states, m.terms
    m.observable("IL6", "interleukin 6 in plasma", "pg/mL", y.IL6, label="IL-6")
    m.observable(
        "IL6_signal", "IL-6 that can signal", "pg/mL", y.IL6 * (1 - t.RO), label="Signaling IL-6"
    )
    m.observable("IFNg", "interferon gamma in plasma", "pg/mL", y.IFNg, label="IFN-γ")
    m.observable("TNF", "tumor necrosis factor in plasma", "pg/mL", y.TNF, label="TNF")
    m.observable("IL2", "interleukin 2 in plasma", "pg/mL", y.IL2, label="IL-2")
    m.observable("IL10", "interleukin 10 in plasma", "pg/mL", y.IL10, label="IL-10")
    m.observable("temperature", "body temperature", "degC", temperature, label="Temperature")
    m.observable("vascular_leak", "vascular leak, 0 to 1", "1", y.Vasc, label="Vascular leak")
    m.observable(
        "receptor_occupancy",
        "IL-6 receptors occupied by tocilizumab, 0 to 1",
        "1",
        t.RO,
        label="IL-6 receptor occupancy",
    )
    m.observable("tocilizumab", "tocilizumab in plasma", "mg/L", t.Ct, label="Tocilizumab")
    m.observable("dexamethasone", "dexamethasone in plasma", "ng/mL", y.Dex, label="Dexamethasone")
    m.observable(
        "dexamethasone_effect",
        "dexamethasone at its site of effect",
        "ng/mL",
        y.DexE,
        label="Dexamethasone effect",
    )


def amounts(m: Builder, molecule: Molecule) -> None:
    """Declare amounts of the drug, for a balance."""
    t = m.terms
    m.observable(
        "drug_in_body",
        f"{molecule.drug} in the body, free and bound",
        "nmol",
        t.body,
        label=f"{molecule.label} in the body",
    )
    m.observable(
        "drug_elimination",
        f"{molecule.drug} eliminated, by clearance and with its targets",
        "nmol/day",
        t.eliminated,
        label=f"{molecule.label} eliminated",
    )
