# SPDX-License-Identifier: Apache-2.0
"""What the drug is: identity, status, trials, effects, each statement with date and source.

A statement that is commonly made stands beside what published evidence adds or contradicts, so
that a reader sees both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from trimer.clinic.sources import checked
from trimer.core.errors import UnknownName, did_you_mean
from trimer.core.toml import read_toml
from trimer.library import clinic_path

MARKS = ("agrees", "refined", "contradicted", "unverified", "historical")
"""How evidence stands to what is commonly said."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement, and what evidence says of it.

    Parameters
    ----------
    topic, name : str
        Where it belongs, and what it is about.
    says : str
        The statement as it is commonly made.
    but : str
        What published evidence adds or contradicts; empty where nothing does.
    mark : str
        One of `MARKS`.
    frequency : str
        Of an adverse effect; else empty.
    dated : str
        Date of the evidence, ``undated`` where none is known.
    sources : tuple of str
        Keys of the sources.
    basis, confidence : str
        How it came here, and how sure it is.
    stories : tuple of str
        Requirements it answers.
    """

    topic: str
    name: str
    says: str
    but: str
    mark: str
    dated: str
    sources: tuple[str, ...]
    basis: str
    confidence: str
    stories: tuple[str, ...] = ()
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """The mechanism, told at one reading level."""

    name: str
    title: str
    text: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of the drug.

    Parameters
    ----------
    drug : str
        Its name.
    checked : str
        Month in which the sources were looked at.
    claim : str
        Where the statements come from that are commonly made.
    topics : dict of str to str
        Name and title of each topic, in order.
    facts : tuple of Fact
        In the order of the topics.
    levels : tuple of Level
        The mechanism at two reading levels.
    """

    drug: str
    checked: str
    claim: str
    topics: dict[str, str]
    facts: tuple[Fact, ...]
    levels: tuple[Level, ...]

    def of(self, topic: str) -> tuple[Fact, ...]:
        """Return the facts of a topic."""
        return tuple(fact for fact in self.facts if fact.topic == topic)


@cache
def read_facts() -> Facts:
    """Return what is shipped; every statement has source, basis, confidence and date."""
    data = read_toml(clinic_path("facts.toml")).data
    topics = {topic["name"]: topic["title"] for topic in data["topic"]}
    for table in data["fact"]:
        checked(table, f"fact '{table['name']}'")
    facts = tuple(_fact(table) for table in data["fact"])
    levels = tuple(
        Level(each["name"], each["title"], tuple(each["text"]), tuple(each["sources"]))
        for each in data["level"]
    )
    return Facts(data["drug"], data["checked"], data["claim"], topics, facts, levels)


def topic_named(name: str) -> str:
    """Return the topic that a name means.

    Raises
    ------
    UnknownName
        If there is none.

    Examples
    --------
    >>> topic_named("Adverse effects")
    'adverse-effects'
    """
    topics = read_facts().topics
    plain = "-".join(name.lower().replace("_", " ").replace("-", " ").split())
    if plain not in topics:
        raise UnknownName(f"Unknown topic '{name}' of the facts.{did_you_mean(plain, topics)}")
    return plain


def _fact(table: dict[str, Any]) -> Fact:
    lists = {key: tuple(table[key]) for key in ("sources", "stories")}
    return Fact(**{**table, **lists})
