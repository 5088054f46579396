# SPDX-License-Identifier: Apache-2.0
"""The 45 states and the two inputs, with unit and typical magnitude."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder


def declare(m: Builder, molecule: Molecule, left_out: frozenset[str] = frozenset()) -> None:
    """Declare inputs and states, without those left out; the order is that of the state vector."""
    m.input("inf", f"{molecule.drug} infused", "nmol/day")
    m.input("chemo", "effect level of chemotherapy", "1")

    def species(name: str, definition: str, unit: str, *, scale: float) -> None:
        if name not in left_out:
            m.species(name, definition, unit, scale=scale)

    _drug_and_cells(species, molecule)
    _signals(species)


def _drug_and_cells(species: Callable[..., None], molecule: Molecule) -> None:
    target, name = molecule.target, molecule.name
    # free drug
    species("Dc", "free drug in plasma", "nmol/L", scale=1e-2)
    species("Dp", "free drug in peripheral tissue", "nmol/L", scale=1e-2)
    species("Dm", "free drug in marrow", "nmol/L", scale=1e-2)
    # complexes, per liter of plasma or of marrow
    species("C3b", "drug on CD3 in blood", "nmol/L", scale=1e-4)
    species(name("C", "b"), f"drug on {target} in blood", "nmol/L", scale=1e-3)
    species("TRb", "trimers in blood", "nmol/L", scale=1e-5)
    species("C3m", "drug on CD3 in marrow", "nmol/L", scale=1e-3)
    species(name("C", "m"), f"drug on {target} in marrow", "nmol/L", scale=1e-2)
    species("TRm", "trimers in marrow", "nmol/L", scale=1e-2)
    # T cells
    species("TbR", "resting T cells in blood", "Gcell", scale=1.0)
    species("TbA", "early-activated T cells in blood", "Gcell", scale=0.1)
    species("TbE", "effector T cells in blood", "Gcell", scale=1.0)
    species("TmR", "resting T cells in marrow", "Gcell", scale=10.0)
    species("TmA", "early-activated T cells in marrow", "Gcell", scale=10.0)
    species("TmE", "effector T cells in marrow", "Gcell", scale=10.0)
    species("TmX", "exhausted T cells in marrow", "Gcell", scale=10.0)
    species("TtR", "resting T cells in tissue", "Gcell", scale=100.0)
    species("TtA", "early-activated T cells in tissue", "Gcell", scale=1.0)
    species("TtE", "effector T cells in tissue", "Gcell", scale=10.0)
    species("Dad", "drug level that T cells have adapted to", "nmol/L", scale=1e-2)
    # leukemia and its surface
    species("LSC", "leukemic stem cells", "Gcell", scale=1.0)
    species("Bm", "blasts in marrow", "Gcell", scale=100.0)
    species("Bb", "blasts in blood", "Gcell", scale=10.0)
    species(name("N"), f"{molecule.normal}, 1 = baseline", "1", scale=1.0)
    species("PDL1", "induced PD-L1 on blasts", "1", scale=0.1)
    # normal blood formation
    species("Prol", "neutrophil precursors that divide", "G/L", scale=10.0)
    species("Tr1", "maturing neutrophils, stage 1", "G/L", scale=10.0)
    species("Tr2", "maturing neutrophils, stage 2", "G/L", scale=10.0)
    species("Tr3", "maturing neutrophils, stage 3", "G/L", scale=10.0)
    species("ANC", "neutrophils in blood", "G/L", scale=1.0)
    species("Meg1", "megakaryocytes", "G/L", scale=100.0)
    species("PLT", "platelets in blood", "G/L", scale=100.0)


def _signals(species: Callable[..., None]) -> None:
    # macrophages and cytokines
    species("Mac", "activated fraction of macrophages", "1", scale=1e-2)
    species("MacR", "refractory fraction of macrophages", "1", scale=0.1)
    species("IL6", "interleukin 6 in plasma", "pg/mL", scale=10.0)
    species("IFNg", "interferon gamma in plasma", "pg/mL", scale=10.0)
    species("TNF", "tumor necrosis factor in plasma", "pg/mL", scale=10.0)
    species("IL2", "interleukin 2 in plasma", "pg/mL", scale=10.0)
    species("IL10", "interleukin 10 in plasma", "pg/mL", scale=10.0)
    # rescue drugs
    species("Tc", "tocilizumab in plasma", "mg", scale=100.0)
    species("Tp", "tocilizumab in tissue", "mg", scale=100.0)
    species("Dex", "dexamethasone in plasma", "ng/mL", scale=100.0)
    species("DexE", "dexamethasone at its site of effect", "ng/mL", scale=100.0)
    # what the ward sees
    species("Temp", "body temperature", "degC", scale=37.0)
    species("Vasc", "vascular leak, 0 to 1", "1", scale=0.1)
