# SPDX-License-Identifier: Apache-2.0
"""States of the drug, of cells and of cytokines: the reference model's, some replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.library.flotetuzumab_reference import states as reference

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab.options import Options
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder


def declare(m: Builder, molecule: Molecule, options: Options) -> None:
    """Declare states and inputs that the reference model has too."""
    left_out: set[str] = set()
    if options.binding == "quasi-steady":
        target = molecule.name("C", "")
        left_out |= {"Dc", "Dm", "C3b", "C3m", "TRb", "TRm", f"{target}b", f"{target}m"}
        m.species("DTc", "drug in plasma, free and bound", "nmol/L", scale=1e-2)
        m.species("DTm", "drug in marrow, free and bound", "nmol/L", scale=1e-2)
    if options.tolerance in {"exposure", "none"}:
        left_out.add("MacR")
    reference.declare(m, molecule, frozenset(left_out))


def level(m: Builder, name: str) -> Symbol:
    """Return a quantity that is a state in some variants and a term in others."""
    return m.states[name] if name in dir(m.states) else m.terms[name]
