# SPDX-License-Identifier: Apache-2.0
"""The facts as a document, and as a record for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trimer.clinic.document import Document, Grid, Heading, Part, Text
from trimer.clinic.facts import Fact, Facts, read_facts
from trimer.clinic.notice import BADGES, foot
from trimer.clinic.sources import list_of_sources, origin, sources

_HOW = {
    "agrees": "Agrees",
    "refined": "Refined",
    "contradicted": "Contradicted",
    "unverified": "Unverified",
    "historical": "Historical, no longer so",
}


def facts_document(topic: str | None = None) -> Document:
    """Return the facts of a topic as a document; of all topics where none is named."""
    facts = read_facts()
    shown = list(facts.topics) if topic is None else [topic]
    parts: list[Part] = [Text(_preface(facts), "small")]
    for name in shown:
        parts += _topic(facts, name)
    keys = [key for fact in facts.facts if fact.topic in shown for key in fact.sources]
    if "mechanism" in shown:
        keys += [key for level in facts.levels for key in level.sources]
    parts += [Heading("Sources"), list_of_sources(keys)]
    title = f"{facts.drug.capitalize()}: facts"
    title += "" if topic is None else f", {facts.topics[topic].lower()}"
    return Document(title, "Product facts", BADGES, tuple(parts), foot())


def facts_record(topic: str | None = None) -> dict[str, Any]:
    """Return the facts for JSON."""
    facts = read_facts()
    shown = list(facts.topics) if topic is None else [topic]
    chosen = [fact for fact in facts.facts if fact.topic in shown]
    levels = facts.levels if "mechanism" in shown else ()
    keys = [key for fact in chosen for key in fact.sources]
    keys += [key for level in levels for key in level.sources]
    return {
        "drug": facts.drug,
        "checked": facts.checked,
        "claim": facts.claim,
        "topics": {name: facts.topics[name] for name in shown},
        "facts": [asdict(fact) for fact in chosen],
        "mechanism": [asdict(level) for level in levels],
        "sources": {key: str(sources()[key]) for key in dict.fromkeys(keys)},
    }


def _preface(facts: Facts) -> str:
    return (
        f'Sources were looked at in {facts.checked}. "Said" is a {facts.claim}; "evidence" is what '
        "sources add to it or say against it. Date and source are those of the evidence."
    )


def _topic(facts: Facts, name: str) -> list[Part]:
    parts: list[Part] = [Heading(facts.topics[name])]
    if name == "mechanism":
        for level in facts.levels:
            parts += [Heading(level.title, 2), *(Text(line) for line in level.text)]
            parts.append(Text(f"Sources: {', '.join(level.sources)}.", "small"))
    elif name == "adverse-effects":
        header = ("Effect", "How often", "Said", "Evidence", "Date and source")
        effects = tuple(_row(fact, fact.frequency) for fact in facts.of(name))
        parts.append(Grid("", header, effects, (1.5, 1.8, 1.4, 2.2, 1.7)))
    else:
        rows = tuple(_row(fact) for fact in facts.of(name))
        about = ("About", "Said", "Evidence", "Date and source")
        parts.append(Grid("", about, rows, (1.2, 2, 2.6, 1.6)))
    return parts


def _row(fact: Fact, *extra: str) -> tuple[str, ...]:
    came = origin(fact.sources, fact.basis, fact.confidence)
    evidence = f"**{_HOW[fact.mark]}.** {fact.but}".strip()
    return (fact.name, *extra, fact.says, evidence, f"{fact.dated}. {came}")
