# SPDX-License-Identifier: Apache-2.0
"""Guides: what the protocol says is in them word by word, and they are easy to read."""

from __future__ import annotations

import re

import pytest
import textstat

from trimer.assess import ICE_ITEMS
from trimer.clinic.document import Grid, Text, plain
from trimer.clinic.document.parts import unmarked
from trimer.clinic.guide import GUIDES, guide
from trimer.clinic.guide.rules import in_plain_words
from trimer.clinic.medicine import vaccines
from trimer.core.errors import InputError, UnknownName
from trimer.library import protocol_names, protocol_path
from trimer.protocol import Protocol, read_protocol
from trimer.protocol.card import caps_in_words, every_in_words

COURSES = [
    protocol
    for protocol in (read_protocol(protocol_path(name)) for name in protocol_names())
    if protocol.is_closed_loop
]
MULTI_STEP = read_protocol(protocol_path("flotetuzumab-multi-step"))


def squeezed(document) -> str:
    """Return a document's text with single spaces."""
    return " ".join(plain(document).split())


def cells(document) -> list[str]:
    """Return every cell of its tables."""
    return [unmarked(cell) for part in document.parts if isinstance(part, Grid)
            for row in part.rows for cell in row]  # fmt: skip


@pytest.mark.parametrize("protocol", COURSES, ids=lambda protocol: protocol.name)
@pytest.mark.parametrize("reader", GUIDES)
def test_guides_read_at_grade_8_or_easier(protocol, reader):
    """By Flesch and Kincaid, by SMOG and by Coleman and Liau, tables and small print left out."""
    sentences = guide(reader, protocol).sentences
    text = " ".join(s if s.endswith((".", "!", "?", ":")) else f"{s}." for s in sentences)
    assert textstat.lexicon_count(text) > 300
    assert textstat.flesch_kincaid_grade(text) <= 8
    assert textstat.smog_index(text) <= 8
    assert textstat.coleman_liau_index(text) <= 8
    assert textstat.flesch_reading_ease(text) >= 60


def test_hard_text_is_found_to_be_hard():
    """The measure can fail: the technical account of the mechanism does not pass."""
    from trimer.clinic.facts import read_facts

    (hard,) = (level for level in read_facts().levels if level.name == "technical")
    assert textstat.flesch_kincaid_grade(" ".join(hard.text)) > 8


@pytest.mark.parametrize("protocol", COURSES, ids=lambda protocol: protocol.name)
def test_the_nurse_guide_holds_every_rule_of_the_protocol(protocol):
    """Name, condition, actions and end of each, as the protocol has them."""
    found = cells(guide("nurse", protocol))
    for rule in protocol.rules:
        assert rule.name in found
        assert in_plain_words(rule.when) in found
        assert "; ".join(action.text for action in rule.do) in found
        if rule.resume_when is not None:
            assert any(cell.startswith(in_plain_words(rule.resume_when)) for cell in found)


@pytest.mark.parametrize("protocol", COURSES, ids=lambda protocol: protocol.name)
def test_the_nurse_guide_holds_steps_looks_gaps_and_caps(protocol):
    """Every rate, interval, row of the restart table, premedication and cap."""
    document = guide("nurse", protocol)
    found, text = cells(document), squeezed(document)
    assert {str(rate) for rate in protocol.course.levels} <= set(found)
    for looks in (
        protocol.monitoring.vitals,
        protocol.monitoring.neurology,
        protocol.monitoring.labs,
    ):
        assert every_in_words(looks) in found
    for row in protocol.restart:
        assert row.gap in found
    for entry in protocol.premedication:
        assert {str(entry.amount), entry.when} <= set(found)
    for limit in protocol.drugs:
        assert caps_in_words(limit) in text


def test_a_changed_protocol_changes_the_guides():
    """Nothing of it is typed a second time."""
    changed = (
        MULTI_STEP.limit("tocilizumab", most="777 mg", in_all=3)
        .monitor(vitals="every 7 h", neurology="every 11 h")
        .rule("CRS grade 2", when="CRS >= 2 for 5 h", do=["hold", "tocilizumab every 9 h"],
              resume_when="CRS < 1 for 13 h", resume="half rate")
        .restart_after({"under 3 h": "same rate", "over 3 h": "stop"})
        .bags("every 50 h")
        .stay(no_discharge_before_day=12)
    )  # fmt: skip
    nurse = squeezed(guide("nurse", changed))
    for words in ("at most 777 mg at once", "at most 3 in all", "every 7 h", "every 11 h",
                  "CRS at least 2 for 5 h", "every 9 h", "CRS below 1 for 13 h; half rate",
                  "under 3 h", "every 50 hours", "before day 12"):  # fmt: skip
        assert words in nurse
    patient = squeezed(guide("patient", changed))
    for words in ("every 7 hours", "every 11 hours", "until day 12", "Stopped for under 3 hours",
                  "Stopped for over 3 hours: It is not started again"):  # fmt: skip
        assert words in patient


def test_a_text_that_lacks_a_word_of_the_protocol_is_left_out():
    """A protocol without lead-in, bags or premedication tells of none."""
    bare = (
        Protocol("bare").maintain("100 ng/kg/day").monitor(vitals="every 4 h")
        .restart_after({"any": "same rate"}).checked()
    )  # fmt: skip
    patient, nurse = squeezed(guide("patient", bare)), squeezed(guide("nurse", bare))
    assert "goes up in" not in patient.replace("dose starts low and goes up in steps", "")
    assert "changes the bag" not in patient
    assert "stops the drug for a while" not in patient
    assert "Nothing starts without" not in nurse
    assert "The protocol sets no caps" in nurse
    assert "{" not in patient + nurse


def test_the_ice_sheet_has_every_item_and_room_to_write():
    """All items with their points, a baseline and six scores."""
    (sheet,) = (part for part in guide("nurse", MULTI_STEP).parts
                if isinstance(part, Grid) and part.kind == "tall")  # fmt: skip
    assert [row[1] for row in sheet.rows[: len(ICE_ITEMS)]] == [
        str(most) for most in ICE_ITEMS.values()
    ]
    assert sheet.header[2] == "Baseline"
    assert all(cell == "" for row in sheet.rows for cell in row[2:])


def test_the_patient_guide_names_the_live_vaccines_of_the_table():
    """All of them, with their other names."""
    found = cells(guide("patient", MULTI_STEP))
    (live,) = (each for each in vaccines() if each.key == "live")
    for name, others in live.names.items():
        assert name in found
        assert ", ".join(others) in found


def test_what_the_policy_has_to_say_is_said():
    """An assumed policy is never shown as the trial's."""
    for reader in GUIDES:
        assert MULTI_STEP.policy_notice in squeezed(guide(reader, MULTI_STEP))


def test_sources_shown_in_the_text_are_listed_at_the_end():
    """A key beside a sentence is in the table of sources."""
    for reader in GUIDES:
        document = guide(reader, MULTI_STEP)
        keys = {key for part in document.parts if isinstance(part, Text) for key in part.sources}
        table = document.parts[-1]
        assert isinstance(table, Grid)
        assert keys <= {row[0] for row in table.rows}


def test_another_drug_gets_its_own_guide():
    """Nothing on flotetuzumab's effects stands in a guide on blinatumomab."""
    other = read_protocol(protocol_path("blinatumomab-label"))
    document = guide("patient", other)
    body = " ".join(unmarked(text) for text in (*document.sentences, *cells(document)))
    assert document.title == "Your blinatumomab infusion"
    assert "30 of 30" not in body
    assert not re.search("flotetuzumab", " ".join(document.sentences), re.IGNORECASE)


def test_a_fixed_schedule_gives_no_guide():
    """It has no monitoring and no rules to tell of."""
    with pytest.raises(InputError, match="it is a fixed schedule"):
        guide("nurse", read_protocol(protocol_path("reference-flat")))


def test_an_unknown_reader_is_answered_with_a_near_one():
    """There are two."""
    with pytest.raises(UnknownName, match="Did you mean 'nurse'"):
        guide("nurses", MULTI_STEP)


def test_large_print_is_larger_and_says_the_same():
    """The same parts in larger letters."""
    from trimer.clinic.document.html import html
    from trimer.clinic.document.pdf import source

    small, large = guide("patient", MULTI_STEP), guide("patient", MULTI_STEP, large=True)
    assert small.parts == large.parts
    assert '<body class="large">' in html(large)
    assert "size: 18pt" in source(large)
    assert "size: 10.5pt" in source(small)
