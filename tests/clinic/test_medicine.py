# SPDX-License-Identifier: Apache-2.0
"""Medicines are found by brand and spelling, and what is not known is said to be unknown."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trimer.clinic.medicine import find, medicines, vaccines
from trimer.clinic.medicine.match import names_of

NAMES = [
    (name, by, found.key)
    for name, found, by in (*names_of(medicines()).values(), *names_of(vaccines()).values())
]

CONCERNS = {"immunosuppressant", "steroid", "coagulation"}


def named(written, table=medicines):
    """Return medicine and class of each match."""
    return [
        (match.name, match.found.key if match.found else "") for match in find(written, table())
    ]


@pytest.mark.parametrize(
    ("written", "name", "kind"),
    [
        ("tacrolimus", "tacrolimus", "immunosuppressant"),
        ("TACROLIMUS", "tacrolimus", "immunosuppressant"),
        ("Prograf 1 mg capsules", "tacrolimus", "immunosuppressant"),
        ("tacrolimas", "tacrolimus", "immunosuppressant"),
        ("ciclosporin", "cyclosporine", "immunosuppressant"),
        ("Cyclosporin-A", "cyclosporine", "immunosuppressant"),
        ("CellCept", "mycophenolate", "immunosuppressant"),
        ("prednisone 5mg tablets", "prednisone", "steroid"),
        ("Solu Medrol", "methylprednisolone", "steroid"),
        ("dexametasone", "dexamethasone", "steroid"),
        ("warfarine", "warfarin", "coagulation"),
        ("Eliquis®", "apixaban", "coagulation"),
        ("acetylsalicylic acid", "aspirin", "coagulation"),
        ("metoprolol succinate ER", "metoprolol", "blood pressure"),
        ("toprol-xl", "metoprolol", "blood pressure"),
        ("Lorazépam", "lorazepam", "nervous system"),
        ("paracetamol", "acetaminophen", "hides fever"),
        ("amoxicillin/clavulanate", "amoxicillin-clavulanate", "no listed concern"),
    ],
)
def test_names_match_despite_case_brand_and_spelling(written, name, kind):
    """The medicine and its class are found (S77)."""
    assert named(written) == [(name, kind)]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("MMR", "live"), ("m-m-r ii", "live"), ("FluMist Quadrivalent", "live"),
        ("Zostavax", "live"), ("Shingrix", "not live"), ("flu shot", "live or not"),
        ("Yellow fever", "live"), ("Varivax", "live"), ("BCG", "live"), ("typhoid", "live or not"),
        ("Jynneos", "not live"), ("ACAM2000", "live"),
    ],
)  # fmt: skip
def test_vaccines_are_found_by_name_and_class(written, kind):
    """Live ones, others, and names that cover both (S79)."""
    assert [found for _, found in named(written, vaccines)] == [kind]


def test_a_combination_is_taken_apart():
    """Each part of it is looked up; an unknown part stays in sight."""
    assert named("lisinopril/HCTZ 20/12.5 mg") == [
        ("lisinopril", "blood pressure"), ("hydrochlorothiazide", "blood pressure"),
    ]  # fmt: skip
    assert named("metformin + wonderdrug") == [("metformin", "no listed concern"), ("", "")]


@pytest.mark.parametrize("written", ["wonderdrug", "", "5", "St John's wort", "xy", "prednis"])
def test_what_is_not_known_is_said_to_be_unknown(written):
    """It is no error, and no guess."""
    (match,) = find(written, medicines())
    assert match.found is None
    assert "is not known" in match.in_words


def test_a_name_between_two_medicines_is_not_read_as_either():
    """Names that look alike are a known hazard: both are named, none is chosen."""
    (match,) = find("prednislone", medicines())
    assert match.found is None
    assert {"prednisone", "prednisolone"} <= set(match.near)


def test_no_name_means_two_medicines():
    """A brand or spelling stands in one place of a table only."""
    for classes in (medicines(), vaccines()):
        written = [by for each in classes for name, others in each.names.items()
                   for by in (name, *others)]  # fmt: skip
        assert len(names_of(classes)) == len(written)


def test_the_match_is_shown():
    """A reader sees what a name was taken for, and by what."""
    (match,) = find("Neorol", medicines())
    assert match.in_words == "'Neorol' was read as cyclosporine, being close to 'Neoral'"
    assert not match.is_sure


@given(st.sampled_from(NAMES), st.data())
def test_case_and_marks_never_matter(entry, data):
    """Any case, any mark between words: the same medicine."""
    name, by, kind = entry
    table = vaccines if kind in {"live", "not live", "live or not"} else medicines
    mark = data.draw(st.sampled_from([" ", "-", "  ", ". "]))
    swapped = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
    (match,) = find(swapped(by).replace(" ", mark), table())
    assert match.name == name
    assert match.is_sure


@given(st.sampled_from([entry for entry in NAMES if entry[2] in CONCERNS]), st.data())
def test_a_slip_never_makes_a_concern_harmless(entry, data):
    """One wrong letter: the same class, or not sure; never surely a harmless medicine."""
    name, by, _ = entry
    assume(len(by) >= 5)
    place = data.draw(st.integers(0, len(by) - 1))
    letter = data.draw(st.sampled_from([*string.ascii_lowercase, ""]))
    written = by[:place] + letter + by[place + 1 :]
    for match in find(written, medicines()):
        harmless = match.found is not None and match.found.found == "ready"
        assert not (harmless and match.is_sure), (written, match.in_words)
    assert name
