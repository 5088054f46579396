# SPDX-License-Identifier: Apache-2.0
"""Blinatumomab in relapsed or refractory B-cell acute lymphoblastic leukemia, with a ward.

The equations are those of the flotetuzumab model; T cells, cytokines, blood formation and the
ward keep their constants. Its own are the molecule (clearance, affinities, target) and the normal
cells that carry its target: B cells, which vanish within days and come back over months. Values
are nominal, many from memory; nothing is calibrated or validated.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.sources import read_sources
from trimer.library import flotetuzumab
from trimer.library.flotetuzumab.options import Options
from trimer.library.flotetuzumab_reference.molecule import FLOTETUZUMAB, Molecule
from trimer.library.variants import join
from trimer.model.build import Builder
from trimer.model.card import Card, read_card

if TYPE_CHECKING:
    from trimer.model.model import Model

_HERE = Path(__file__).parent

BLINATUMOMAB = Molecule(
    "blinatumomab",
    target="CD19",
    mark="19",
    free="R19",
    normal="normal B cells",
    flow="B cell",
    CD3_sources=("TrimerBlinatumomab",),
    target_sources=("TrimerBlinatumomab",),
    clearance_sources=("Clements2020",),
)

ASSUMPTIONS = (
    *"""
Blood, peripheral tissue and marrow are each well mixed.
The second binding step is faster than the first by one factor, chosen so that killing begins at \
published concentrations.
Stem cells and blasts of acute lymphoblastic leukemia are born, leave and die as those of AML do.
Normal B cells are one pool; they take up no drug worth counting, and T cells in tissue meet them.
Vessels carry no CD19: nothing attacks them but cytokines.
Marrow, blasts and T cells at the start, T cells and cytokines have the values of the AML model.
Patients differ independently in each parameter: no correlations.
""".strip().splitlines(),
    *flotetuzumab.CELLS[1:],
    *flotetuzumab.WARD_ASSUMPTIONS,
)

LIMITS = (
    *"""
Not for the care of a person, nor for choosing a dose for one.
Nominal, not validated: affinities, CD19 density and B cells are from memory or assumed; T cells \
and cytokines were set against published medians, nothing else was compared with patients.
Response, relapse and neurotoxicity under blinatumomab are not predicted.
Absolute levels of interferon gamma, TNF and IL-2 are uncalibrated.
""".strip().splitlines(),
    *flotetuzumab.WARD_LIMITS,
)


def build(**choices: str) -> Model:
    """Declare and check the model.

    Parameters
    ----------
    **choices : str
        Structural choices that differ from the model's own; see `Options`. Vessels never carry
        the target.
    """
    options = Options(**choices, endothelium="off")
    card = read_cards(options)
    m = Builder(
        join("blinatumomab", choices),
        title="Blinatumomab (CD19 × CD3) in relapsed or refractory B-cell ALL; nominal, not "
        "validated" + flotetuzumab.told(choices),
        version="2.0",
        card=card,
        assumptions=ASSUMPTIONS,
        limits=LIMITS,
        weight="WT",
        read_outs=("crs_deviate", *flotetuzumab.idle(card, options)),
    )
    flotetuzumab.declare(m, BLINATUMOMAB, options)
    _observe(m)
    return m.build()


def read_cards(options: Options) -> Card:
    """Return its own rows, and those of the flotetuzumab model that it keeps."""
    shared = flotetuzumab.read_cards(options)
    own = read_card(_HERE / "card.csv", read_sources(_HERE / "sources.bib"))
    replaced = {parameter.name for parameter in own.parameters}
    replaced |= {FLOTETUZUMAB.name(symbol) for symbol in ("kon", "koff", "kint", "R", "fLSC")}
    replaced |= {"kEL"}  # vessels carry no CD19 in any variant
    kept = tuple(part for part in shared.parameters if part.name not in replaced)
    cited = {key for part in kept for key in part.sources}
    # what a term or flow of the shared equations cites
    cited |= {"Stiehl2014", "Friberg2002", "Frey2010", "Krzyzanski2021", "Philipp2022"}
    sources = {key: source for key, source in shared.sources.items() if key in cited}
    return Card(kept, sources, shared.places).with_rows(own)


def _observe(m: Builder) -> None:
    N = m.states[BLINATUMOMAB.name("N")]
    m.observable(
        "B_cells", "normal B cells in blood", "cell/uL", m.parameters.B_start * N, label="B cells"
    )
