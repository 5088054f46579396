# SPDX-License-Identifier: Apache-2.0
"""Flotetuzumab in relapsed or refractory acute myeloid leukemia, with what a ward sees.

Grown from the reference model, whose parts it takes where they still fit. What is new: a clone
with little of the target; T cells that kill at few trimers and secrete at many, and secrete less
in lasting contact; monocytes whose threshold rises with what they are used to; normal cells and
endothelium that carry the target; blood formation held down by interferon gamma. On top of it vital
signs, supportive care, nervous system, organ tests, blood and infections. Each file holds one part.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.sources import read_sources
from trimer.library import flotetuzumab_reference as reference
from trimer.library.flotetuzumab import (
    binding,
    blood,
    cytokines,
    days,
    endothelium,
    infection,
    leukemia,
    margination,
    monocytes,
    nervous,
    observables,
    organs,
    periphery,
    signals,
    states,
    support,
    vitals,
)
from trimer.library.flotetuzumab.options import Options, rows_left_out
from trimer.library.flotetuzumab_reference import hematopoiesis, rescue, start, t_cells
from trimer.library.flotetuzumab_reference.molecule import FLOTETUZUMAB
from trimer.library.variants import join
from trimer.model.build import Builder
from trimer.model.card import Card, read_card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.model import Model

_HERE = Path(__file__).parent
_REFERENCE = Path(reference.__file__).parent
_LEFT_OUT = {"kV"}  # onset of the reference model's vascular leak, which is another here

WARD_ASSUMPTIONS = (
    *"""
Vital signs, organ tests, blood, nervous system and infections follow from cytokines, vascular \
leak, neutrophils and drugs by plain relations.
A vasopressor, oxygen, an antibiotic act at once and as long as they run.
The course begins at nine in the morning; temperature is highest in the afternoon.
A patient's days, on which monocytes answer more or less, are the same on every schedule.
""".strip().splitlines(),
    *periphery.ASSUMPTIONS,
)

WARD_LIMITS = (
    *"""
Constants of organ tests, blood, nervous system and infections are nominal: how often which grade \
of these occurs is not calibrated and not a prediction.
""".strip().splitlines(),
    *periphery.LIMITS,
)

CELLS = tuple(
    """
The two arms bind independently; the second binding step has the affinity of the first.
Activation follows trimers per T cell, killing follows trimers per blast.
T cells secrete in a burst when activated; effectors need ten times the trimers to secrete that \
they need to be activated, and secrete less in lasting contact.
Monocytes get used to a stimulus within hours and forget it over days; what counts is the ratio of \
the new stimulus to the old.
A clone with 6 % of the target is there from the start, and blasts that are killed beside it \
take a few of it with them.
""".strip().splitlines()
)

ASSUMPTIONS = (
    *"""
Blood, peripheral tissue and marrow are each well mixed.
Human clearance and volume are borrowed from blinatumomab: no human flotetuzumab kinetics was found.
""".strip().splitlines(),
    *CELLS,
    "Normal CD123+ cells feed the reaction until they are consumed.",
    "Patients differ independently in each parameter, unless a cohort says otherwise.",
    *WARD_ASSUMPTIONS,
)

VESSELS = tuple(
    """
Endothelium carries a little CD123, more when inflamed, is not consumed, and is attacked by T \
cells: that makes the drug dose limiting. No measurement tells its size; see the variant without it.
""".strip().splitlines()
)

LIMITS = (
    *"""
Not for the care of a person, nor for choosing a dose for one.
Conclusions on doses above 700 ng/kg/day rest on the endothelial mechanism, which nobody measured.
Constants were set against published totals of one trial and of a sister drug, many together: none \
is known by itself.
Absolute levels of interferon gamma, TNF and IL-2 are uncalibrated, and stay high for longer than \
published.
Access to leukemic stem cells decides relapse in the model and has no data at all.
Trimers for half activation and half killing, CD123 density and drug access to marrow cannot be \
told apart by the data used.
""".strip().splitlines(),
    *WARD_LIMITS,
)


def build(**choices: str) -> Model:
    """Declare and check the model.

    Parameters
    ----------
    **choices : str
        Structural choices that differ from the model's own; see `Options`.
    """
    options = Options(**choices)
    card = read_cards(options)
    m = Builder(
        join("flotetuzumab", choices),
        title="Flotetuzumab (CD123 × CD3) in relapsed or refractory AML" + told(choices),
        version="3.0",
        card=card,
        assumptions=ASSUMPTIONS + (VESSELS if options.vessels else ()),
        limits=LIMITS,
        weight="WT",
        read_outs=("crs_deviate", *idle(card, options)),
    )
    declare(m, FLOTETUZUMAB, options)
    return m.build()


def told(choices: Mapping[str, str]) -> str:
    """Return what the title of a variant adds."""
    return f"; variant: {', '.join(f'{k} {v}' for k, v in choices.items())}" if choices else ""


def read_cards(options: Options | None = None) -> Card:
    """Return the rows of the reference model's card that are kept, and the model's own.

    Rows that a variant has no use for are left out, unless patients differ in them: so that the
    same patients can be treated in every variant.
    """
    shared = read_card(_REFERENCE / "card.csv", read_sources(_REFERENCE / "sources.bib"))
    known = {**shared.sources, **read_sources(_HERE / "sources.bib")}
    own = read_card(_HERE / "card.csv", known)
    replaced = _LEFT_OUT | {row.name for row in own.parameters}
    unused = rows_left_out(options or Options())
    kept = tuple(row for row in shared.parameters if row.name not in replaced)
    rows = tuple(row for row in own.parameters if row.name not in unused or row.is_varied)
    card = Card(kept, shared.sources, shared.places)
    card = card.with_rows(Card(rows, own.sources, own.places))
    return periphery.with_rows(card, (options or Options()).parts)


def idle(card: Card, options: Options) -> tuple[str, ...]:
    """Return rows of a card that only other variants use."""
    unused = rows_left_out(options)
    return tuple(row.name for row in card.parameters if row.name in unused)


def declare(m: Builder, molecule: Molecule, options: Options) -> None:
    """Declare a model of a drug in leukemia, with the ward."""
    states.declare(m, molecule, options)
    start.declare(m, molecule, 1 - m.parameters.fE0)
    leukemia.states(m)
    for mechanism in (cytokines, monocytes, endothelium):
        mechanism.states(m, options)
    for part in (vitals, support, nervous, organs, blood, infection):
        part.states(m)
    periphery.states(m, options.parts)
    signals.counts(m)
    if options.binding == "quasi-steady":
        binding.partition(m, molecule)
    signals.declare(m, molecule, options)
    (binding.quasi_steady if options.binding == "quasi-steady" else binding.explicit)(m, molecule)
    t_cells.declare(m, m.states.Dp, margination.of_rise(m, m.states.Dp), m.parameters.ndt)
    leukemia.declare(m, molecule)
    p, t = m.parameters, m.terms
    crowding = 1 + 0.35 * t.crowd / p.KI
    hematopoiesis.declare(m, 1 / (crowding * (1 + t.IFNp / p.KIh)))
    days.declare(m)
    for mechanism in (cytokines, monocytes, endothelium):
        mechanism.declare(m, options)
    rescue.declare(m)
    support.declare(m)
    vitals.declare(m, options)
    for part in (nervous, organs, blood, infection):
        part.declare(m)
    observables.declare(m, molecule, vitals.temperature(m), options)
    periphery.declare(m, options.parts)
    for part in (vitals, nervous, organs, blood, infection):
        part.observe(m)
    periphery.observe(m, options.parts)
