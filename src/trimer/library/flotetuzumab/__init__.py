# SPDX-License-Identifier: Apache-2.0
"""Flotetuzumab in relapsed or refractory acute myeloid leukemia, with what a ward sees.

The reference model, and on top of it vital signs, supportive care, the nervous system, organ
tests, blood and infections, so that patients can be graded and treated. What is added has
nominal constants, set by hand so that gradings are of a plausible order; nothing is calibrated.
Each file holds one part.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.sources import read_sources
from trimer.library import flotetuzumab_reference as reference
from trimer.library.flotetuzumab import blood, infection, nervous, organs, support, vitals
from trimer.library.flotetuzumab_reference import (
    cytokines,
    drug,
    hematopoiesis,
    leukemia,
    observables,
    rescue,
    signals,
    start,
    states,
    t_cells,
)
from trimer.library.flotetuzumab_reference.molecule import FLOTETUZUMAB
from trimer.model.build import Builder
from trimer.model.card import Card, read_card

if TYPE_CHECKING:
    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.model import Model

_HERE = Path(__file__).parent
_REFERENCE = Path(reference.__file__).parent
_LEAK = ("kV", "dV", "K6V")  # rows of the reference model's vascular leak, which is another here

WARD_ASSUMPTIONS = """
Vital signs, organ tests, blood, nervous system and infections follow from cytokines, vascular \
leak, neutrophils and drugs by plain relations with nominal constants.
A vasopressor, oxygen, an antibiotic act at once and as long as they run.
The course begins at nine in the morning; temperature is highest in the afternoon.
No death, transplant or withdrawal happens to a patient.
""".strip().splitlines()

WARD_LIMITS = """
Constants of vital signs, organ tests, blood, nervous system and infections are nominal: how \
often which grade occurs is not calibrated and not a prediction.
""".strip().splitlines()

ASSUMPTIONS = (*reference.ASSUMPTIONS[:-1], *WARD_ASSUMPTIONS)
LIMITS = (*reference.LIMITS, *WARD_LIMITS)


def build() -> Model:
    """Declare and check the model."""
    m = Builder(
        "flotetuzumab",
        title="Flotetuzumab (CD123 × CD3) in relapsed or refractory AML, with the ward; nominal",
        version="2.0",
        card=read_cards(),
        assumptions=ASSUMPTIONS,
        limits=LIMITS,
        weight="WT",
        read_outs=("crs_deviate",),
    )
    declare(m, FLOTETUZUMAB)
    return m.build()


def read_cards() -> Card:
    """Return the rows of the reference model's card that are kept, and those of the ward's."""
    shared = read_card(_REFERENCE / "card.csv", read_sources(_REFERENCE / "sources.bib"))
    kept = tuple(row for row in shared.parameters if row.name not in _LEAK)
    own = read_card(_HERE / "card.csv", read_sources(_HERE / "sources.bib"))
    return Card(kept, shared.sources, shared.places).with_rows(own)


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare a model of a drug in leukemia, with the ward."""
    states.declare(m, molecule)
    start.declare(m, molecule)
    for part in (vitals, support, nervous, organs, blood, infection):
        part.states(m)
    signals.declare(m, molecule)
    drug.declare(m, molecule)
    t_cells.declare(m)
    leukemia.declare(m, molecule)
    hematopoiesis.declare(m)
    cytokines.declare(m)
    rescue.declare(m)
    for part in (support, vitals, nervous, organs, blood, infection):
        part.declare(m)
    observables.declare(m, molecule, vitals.temperature(m))
    for part in (vitals, nervous, organs, blood, infection):
        part.observe(m)
