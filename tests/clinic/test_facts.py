# SPDX-License-Identifier: Apache-2.0
"""Facts: every statement has date, source, basis and confidence, and says what evidence adds."""

from __future__ import annotations

import re

import pytest
import textstat

from trimer.clinic.document import plain
from trimer.clinic.facts import MARKS, read_facts, topic_named
from trimer.clinic.facts_page import facts_document, facts_record
from trimer.clinic.sources import BASIS, CONFIDENCE, checked, sources
from trimer.core.errors import SourceError, UnknownName

FACTS = read_facts().facts


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.topic}: {fact.name}")
def test_every_fact_has_date_source_basis_and_confidence(fact):
    """Nothing stands there without saying where it comes from."""
    assert fact.says
    assert fact.dated
    assert fact.sources
    assert set(fact.sources) <= set(sources())
    assert fact.basis in BASIS
    assert fact.confidence in CONFIDENCE
    assert fact.mark in MARKS
    assert fact.topic in read_facts().topics


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.topic}: {fact.name}")
def test_whatever_does_not_simply_agree_says_what_evidence_says(fact):
    """A refined, contradicted, unverified or historical statement shows both sides."""
    assert fact.mark == "agrees" or fact.but


def test_a_year_in_a_date_is_that_of_a_source():
    """Each year of a date is that of a source, unless a registry or the check is dated."""
    undated = {"NCT02152956", "NCT04582864", "NCT04158739", "NCT04681105", "BrandlKauer"}
    for fact in FACTS:
        if undated & set(fact.sources) or fact.dated.startswith(("searched", "checked")):
            continue
        known = {sources()[key].year for key in fact.sources}
        known |= {"2026"} if "TrimerClinic" in fact.sources else set()
        for year in re.findall(r"20\d\d", fact.dated):
            assert year in known, (fact.name, year, known)


def test_every_shipped_source_is_used_and_every_one_says_how_it_was_read():
    """No source stands there for show."""
    from trimer.clinic.medicine import medicines, vaccines
    from trimer.clinic.readiness.limits import limits
    from trimer.core.toml import read_toml
    from trimer.library import clinic_path

    used = {key for fact in FACTS for key in fact.sources}
    used |= {key for level in read_facts().levels for key in level.sources}
    used |= {key for each in (*medicines(), *vaccines()) for key in each.sources}
    used |= {key for limit in limits().values() for key in limit.sources}
    guides = " ".join(
        clinic_path(f"guide-{reader}.toml").read_text(encoding="utf-8")
        for reader in ("patient", "nurse")
    )
    used |= {key for key in sources() if f'"{key}"' in guides}
    used |= {"CockcroftGault1976"}  # named in the code that computes the clearance
    assert set(sources()) == used
    assert all(source.note for source in sources().values())
    assert read_toml(clinic_path("facts.toml")).data["checked"] == read_facts().checked


@pytest.mark.parametrize("spoiled", [{"sources": []}, {"basis": "guess"}, {"confidence": "some"}])
def test_a_statement_without_origin_is_refused(spoiled):
    """The files cannot be shipped with a statement of unknown origin."""
    table = {"sources": ["Uy2021"], "basis": "read", "confidence": "high"}
    checked(table, "an example")
    with pytest.raises(SourceError, match="Wrong origin of an example"):
        checked(table | spoiled, "an example")


def test_the_mechanism_is_told_at_two_reading_levels():
    """The plain text is easy, the technical one is not."""
    grades = {
        level.name: textstat.flesch_kincaid_grade(" ".join(level.text))
        for level in read_facts().levels
    }
    assert grades["plain"] <= 6
    assert grades["technical"] >= 8


@pytest.mark.parametrize("name", ["Adverse effects", "adverse_effects", "ADVERSE-EFFECTS"])
def test_topics_are_found_however_they_are_written(name):
    """Case, blanks and underscores do not matter."""
    assert topic_named(name) == "adverse-effects"


def test_an_unknown_topic_is_answered_with_a_near_one():
    """A typo gets a suggestion."""
    with pytest.raises(UnknownName, match="Did you mean 'trials'"):
        topic_named("trails")


@pytest.mark.parametrize("topic", [None, *read_facts().topics])
def test_each_topic_is_shown_with_its_facts_and_their_sources(topic):
    """Text and record hold the same statements; the notice is there."""
    text = " ".join(plain(facts_document(topic)).split())
    record = facts_record(topic)
    assert "Simulation, not medical advice" in text
    assert record["facts"] or record["mechanism"]
    for fact in record["facts"]:
        assert " ".join(fact["says"].split()) in text
        assert set(fact["sources"]) <= set(record["sources"])
