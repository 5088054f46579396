# SPDX-License-Identifier: Apache-2.0
"""The 45 states and the two inputs, with unit and typical magnitude."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare states and inputs; the order is that of the state vector."""
    target, name = molecule.target, molecule.name
    m.input("inf", f"{molecule.drug} infused", "nmol/day")
    m.input("chemo", "effect level of chemotherapy", "1")

    # free drug
    m.species("Dc", "free drug in plasma", "nmol/L", scale=1e-2)
    m.species("Dp", "free drug in peripheral tissue", "nmol/L", scale=1e-2)
    m.species("Dm", "free drug in marrow", "nmol/L", scale=1e-2)
    # complexes, per liter of plasma or of marrow
    m.species("C3b", "drug on CD3 in blood", "nmol/L", scale=1e-4)
    m.species(name("C", "b"), f"drug on {target} in blood", "nmol/L", scale=1e-3)
    m.species("TRb", "trimers in blood", "nmol/L", scale=1e-5)
    m.species("C3m", "drug on CD3 in marrow", "nmol/L", scale=1e-3)
    m.species(name("C", "m"), f"drug on {target} in marrow", "nmol/L", scale=1e-2)
    m.species("TRm", "trimers in marrow", "nmol/L", scale=1e-2)
    # T cells
    m.species("TbR", "resting T cells in blood", "Gcell", scale=1.0)
    m.species("TbA", "early-activated T cells in blood", "Gcell", scale=0.1)
    m.species("TbE", "effector T cells in blood", "Gcell", scale=1.0)
    m.species("TmR", "resting T cells in marrow", "Gcell", scale=10.0)
    m.species("TmA", "early-activated T cells in marrow", "Gcell", scale=10.0)
    m.species("TmE", "effector T cells in marrow", "Gcell", scale=10.0)
    m.species("TmX", "exhausted T cells in marrow", "Gcell", scale=10.0)
    m.species("TtR", "resting T cells in tissue", "Gcell", scale=100.0)
    m.species("TtA", "early-activated T cells in tissue", "Gcell", scale=1.0)
    m.species("TtE", "effector T cells in tissue", "Gcell", scale=10.0)
    m.species("Dad", "drug level that T cells have adapted to", "nmol/L", scale=1e-2)
    # leukemia and its surface
    m.species("LSC", "leukemic stem cells", "Gcell", scale=1.0)
    m.species("Bm", "blasts in marrow", "Gcell", scale=100.0)
    m.species("Bb", "blasts in blood", "Gcell", scale=10.0)
    m.species(name("N"), f"{molecule.normal}, 1 = baseline", "1", scale=1.0)
    m.species("PDL1", "induced PD-L1 on blasts", "1", scale=0.1)
    # normal blood formation
    m.species("Prol", "neutrophil precursors that divide", "G/L", scale=10.0)
    m.species("Tr1", "maturing neutrophils, stage 1", "G/L", scale=10.0)
    m.species("Tr2", "maturing neutrophils, stage 2", "G/L", scale=10.0)
    m.species("Tr3", "maturing neutrophils, stage 3", "G/L", scale=10.0)
    m.species("ANC", "neutrophils in blood", "G/L", scale=1.0)
    m.species("Meg1", "megakaryocytes", "G/L", scale=100.0)
    m.species("PLT", "platelets in blood", "G/L", scale=100.0)
    # macrophages and cytokines
    m.species("Mac", "activated fraction of macrophages", "1", scale=1e-2)
    m.species("MacR", "refractory fraction of macrophages", "1", scale=0.1)
    m.species("IL6", "interleukin 6 in plasma", "pg/mL", scale=10.0)
    m.species("IFNg", "interferon gamma in plasma", "pg/mL", scale=10.0)
    m.species("TNF", "tumor necrosis factor in plasma", "pg/mL", scale=10.0)
    m.species("IL2", "interleukin 2 in plasma", "pg/mL", scale=10.0)
    m.species("IL10", "interleukin 10 in plasma", "pg/mL", scale=10.0)
    # rescue drugs
    m.species("Tc", "tocilizumab in plasma", "mg", scale=100.0)
    m.species("Tp", "tocilizumab in tissue", "mg", scale=100.0)
    m.species("Dex", "dexamethasone in plasma", "ng/mL", scale=100.0)
    m.species("DexE", "dexamethasone at its site of effect", "ng/mL", scale=100.0)
    # what the ward sees
    m.species("Temp", "body temperature", "degC", scale=37.0)
    m.species("Vasc", "vascular leak, 0 to 1", "1", scale=0.1)
