# SPDX-License-Identifier: Apache-2.0
"""What a clinic or a laboratory measures, where two clones and other states ask for their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.library.flotetuzumab.states import level
from trimer.library.flotetuzumab_reference import observables as reference
from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.library.flotetuzumab.options import Options
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def declare(m: Builder, molecule: Molecule, temperature: Expr, options: Options) -> None:
    """Declare the observables; `temperature` is what a thermometer shows."""
    reference.drug(m, molecule, level(m, "Dc"))
    reference.cells(m, m.states.LSC + m.states.LSCe, m.states.Bm + m.states.Be)
    reference.signals(m, temperature)
    reference.amounts(m, molecule)
    _own(m, molecule, options)


def _own(m: Builder, molecule: Molecule, options: Options) -> None:
    y, t = m.states, m.terms
    m.observable(
        "antigen_low",
        f"share of leukemic cells in marrow with little {molecule.target}",
        "%",
        100 * t.Bep / t.Bl,
        label="Antigen-low cells",
    )
    m.observable(
        "target_cells",
        f"{molecule.normal} over their number before the drug",
        "%",
        100 * at_least(y[molecule.name("N")], 0),
        label=molecule.normal[0].upper() + molecule.normal[1:],
    )
    m.observable(
        "readiness", "readiness of monocytes today, 1 = typical", "1", t.ready, label="Readiness"
    )
    if options.vessels:
        m.observable(
            "endothelial_attack", "attack of T cells on endothelium", "1", t.attack,
            label="Attack on endothelium",
        )  # fmt: skip
