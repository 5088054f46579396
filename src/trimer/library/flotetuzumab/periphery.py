# SPDX-License-Identifier: Apache-2.0
"""What surrounds the core of the model: parts that only follow it, and parts that are optional.

Always there are salvage chemotherapy, residual disease, other adverse events and hazards of
death. The synapse and antibodies against the drug are off unless they are asked for: the first
changes little within days and costs time, the second is known from animals only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.sources import read_sources
from trimer.library.flotetuzumab import (
    adverse,
    immunogenicity,
    mortality,
    residual,
    salvage,
    synapse,
)
from trimer.model.card import read_card

if TYPE_CHECKING:
    from types import ModuleType

    from trimer.model.build import Builder
    from trimer.model.card import Card

_HERE = Path(__file__).parent
_ALWAYS = (salvage, adverse, mortality)
_OPTIONAL = {"synapse": synapse, "immunogenicity": immunogenicity}

ASSUMPTIONS = """
Hazards of death by leukemia, infection and toxicity add up; whether and when a patient dies of \
them is drawn afterwards.
Nausea, diarrhea, fatigue, headache, edema and reactions at the infusion site each follow \
cytokines, activated T cells, leak or the infusion with a delay.
Salvage chemotherapy acts in proportion to its dose and fades; it stands for a combination.
""".strip().splitlines()

LIMITS = """
Hazards of death and severities of other adverse events are nominal: set by hand to published \
orders of magnitude, not predictions.
""".strip().splitlines()


def with_rows(card: Card, on: frozenset[str] = frozenset()) -> Card:
    """Return a card with the rows of the periphery, which replace those of the same name."""
    from dataclasses import replace

    sources = read_sources(_HERE / "periphery.bib")
    for name in ("periphery", *sorted(on)):
        own = read_card(_HERE / f"{name}.csv", sources)
        cited = {key for row in own.parameters for key in row.sources}
        own = replace(own, sources={key: sources[key] for key in sorted(cited)})
        names = {row.name for row in own.parameters}
        kept = tuple(row for row in card.parameters if row.name not in names)
        card = replace(card, parameters=kept).with_rows(own)
    return card


def states(m: Builder, on: frozenset[str] = frozenset()) -> None:
    """Declare states and inputs."""
    for part in _parts(on):
        part.states(m)


def declare(m: Builder, on: frozenset[str] = frozenset()) -> None:
    """Declare flows and routes, behind all other parts."""
    for part in _parts(on):
        part.declare(m)


def observe(m: Builder, on: frozenset[str] = frozenset()) -> None:
    """Declare what can be read, behind the observables of cells."""
    residual.observe(m)
    for part in _parts(on):
        part.observe(m)
    if "synapse" not in on:
        synapse.observe_plain(m)


def _parts(on: frozenset[str]) -> tuple[ModuleType, ...]:
    return (*_ALWAYS, *(part for name, part in _OPTIONAL.items() if name in on))
