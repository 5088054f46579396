# SPDX-License-Identifier: Apache-2.0
"""Flotetuzumab in relapsed or refractory acute myeloid leukemia, reference model.

A CD123 × CD3 bispecific (DART) binds T cells and blasts in blood and marrow. Trimers activate
T cells; activated T cells kill and make cytokines; macrophages turn these into IL-6, which
drives fever and vascular leak and makes the macrophages refractory. Blasts crowd out normal
blood formation. Each file holds one part; they are declared in reading order below.

The constants were set by hand against published totals, not fitted to patients' data.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.sources import read_sources
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
    vitals,
)
from trimer.library.flotetuzumab_reference.molecule import FLOTETUZUMAB
from trimer.model.build import Builder
from trimer.model.card import read_card

if TYPE_CHECKING:
    from trimer.model.model import Model

_HERE = Path(__file__).parent

ASSUMPTIONS = """
Blood, peripheral tissue and marrow are each well mixed.
Human clearance and volume are borrowed from blinatumomab: no human flotetuzumab kinetics was found.
The two arms bind independently; the second binding step has the affinity of the first.
Activation follows trimers per T cell, killing follows trimers per blast.
Priming is a refractory state of macrophages, entered after activation, by a little TNF and by \
glucocorticoids.
Patients differ independently in each parameter: no correlations.
No death, transplant, transfusion, infection or withdrawal happens to a patient.
""".strip().splitlines()

LIMITS = """
Not for the care of a person, nor for choosing a dose for one.
Not for doses above those studied: after a step-up lead-in, severe cytokine release does not rise \
with dose as it did in the trial.
Absolute levels of interferon gamma, TNF and IL-2 are uncalibrated.
IL-6 falls about five times too slowly after a single step, and its upper tail is too thin.
T cells in blood expand too little after the first week.
Access to leukemic stem cells decides relapse in the model and has no data at all.
Trimers for half activation and half killing, CD123 density and drug access to marrow cannot be \
told apart by the data used.
""".strip().splitlines()


def build() -> Model:
    """Declare and check the model."""
    sources = read_sources(_HERE / "sources.bib")
    m = Builder(
        "flotetuzumab-reference",
        title="Flotetuzumab (CD123 × CD3) in relapsed or refractory AML, reference model",
        version="1.0",
        card=read_card(_HERE / "card.csv", sources),
        assumptions=ASSUMPTIONS,
        limits=LIMITS,
        weight="WT",
        read_outs=("crs_deviate",),
    )
    states.declare(m, FLOTETUZUMAB)
    start.declare(m, FLOTETUZUMAB)
    signals.declare(m, FLOTETUZUMAB)
    drug.declare(m, FLOTETUZUMAB)
    t_cells.declare(m)
    leukemia.declare(m, FLOTETUZUMAB)
    hematopoiesis.declare(m)
    cytokines.declare(m)
    rescue.declare(m)
    vitals.declare(m)
    observables.declare(m, FLOTETUZUMAB)
    return m.build()
