# SPDX-License-Identifier: Apache-2.0
"""The checklist: ready only if every item is, with reason, limit and source for each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clinic.conftest import item

from trimer.clinic.document import plain
from trimer.clinic.patient import Medicine, Patient
from trimer.clinic.readiness import check, need_readiness
from trimer.clinic.readiness.item import STATUSES
from trimer.clinic.readiness.limits import limits
from trimer.clinic.readiness.page import readiness_document, readiness_record
from trimer.clinic.sources import sources
from trimer.core.errors import InputError


def test_the_example_is_ready(checked):
    """All of it, with a review where a human is needed."""
    found = checked()
    assert found.ready
    assert {each.status for each in found.items} == {"ready"}


def test_each_item_has_reason_limit_and_source(checked):
    """Whatever its status."""
    for found in (checked(), check(Patient())):
        for each in found.items:
            assert each.reason
            assert each.limit
            assert each.sources
            assert set(each.sources) <= set(sources())
            assert each.status in STATUSES


def test_a_patient_of_whom_nothing_is_known_is_missing_everything():
    """Nothing passes for lack of data, nothing is guessed."""
    found = check(Patient())
    assert not found.ready
    assert {each.status for each in found.items} == {"missing"}


WEIGHT, CD123 = "Body weight", "Marrow biopsy: blasts that carry CD123"
SITES, HEART = "Marrow biopsy: CD123 on a blast", "Echocardiogram: ejection fraction"
ICE = "Baseline neurological examination: ICE score"
SIGNS = "Baseline neurological examination: other signs"


@pytest.mark.parametrize(
    ("old", "new", "title", "status"),
    [
        ("cd123_percent = 92.0", "", CD123, "missing"),
        ("cd123_percent = 92.0", "cd123_percent = 0", CD123, "not ready"),
        ("cd123_percent = 92.0", "cd123_percent = 20.9", CD123, "needs a human"),
        ("cd123_percent = 92.0", "cd123_percent = 21", CD123, "ready"),
        ("cd123_sites_per_cell = 5200", "", SITES, "missing"),
        ("cd123_sites_per_cell = 5200", "cd123_sites_per_cell = 900", SITES, "needs a human"),
        ("ejection_fraction_percent = 61.0", "", HEART, "missing"),
        ("ejection_fraction_percent = 61.0", "ejection_fraction_percent = 51", HEART, "not ready"),
        ("ejection_fraction_percent = 61.0", "ejection_fraction_percent = 52", HEART, "ready"),
        ("date = 2026-12-29", "date = 2027-01-05", HEART, "needs a human"),
        ("attention = 1 ", "# ", ICE, "missing"),
        ("attention = 1 ", "attention = 0 ", ICE, "needs a human"),
        ('other_signs = "none" ', 'other_signs = "tremor of both hands" ', SIGNS, "needs a human"),
        ('other_signs = "none" ', "# ", SIGNS, "missing"),
        ('ALT = "31 U/L"', 'ALT = "100 U/L"', "ALT", "ready"),
        ('ALT = "31 U/L"', 'ALT = "100.1 U/L"', "ALT", "not ready"),
        ('bilirubin = "0.7 mg/dL"', 'bilirubin = "1.8 mg/dL"', "Total bilirubin", "ready"),
        ('bilirubin = "0.7 mg/dL"', 'bilirubin = "1.9 mg/dL"', "Total bilirubin", "not ready"),
        ('creatinine = "0.9 mg/dL"', "", "Creatinine clearance", "missing"),
        ('"0.9 mg/dL"', '"1.4 mg/dL"', "Creatinine clearance", "not ready"),
        ('blood_blasts = "3.1 G/L"', 'blood_blasts = "20 G/L"', "Blasts in blood", "ready"),
        ('blood_blasts = "3.1 G/L"', 'blood_blasts = "20.1 G/L"', "Blasts in blood", "not ready"),
        ("active = false", "active = true", "Infection", "not ready"),
        ("active = false", "", "Infection", "missing"),
        ('temperature = "36.8 degC"', 'temperature = "38.0 degC"', "Temperature", "needs a human"),
        ("ecog = 1", "ecog = 2", "Performance status (ECOG)", "ready"),
        ("ecog = 1", "ecog = 3", "Performance status (ECOG)", "not ready"),
        ("allogeneic = false", "allogeneic = true", "Prior allogeneic transplant", "needs a human"),
        ("allogeneic = false", "allogeneic = true", "Lungs: DLCO", "missing"),
        ("allogeneic = false", "dlco_percent = 50", "Lungs: DLCO", "not ready"),
        ("weight_kg = 70.0", "weight_kg = 16.9", WEIGHT, "not ready"),
        ("weight_kg = 70.0", "", WEIGHT, "missing"),
    ],
)  # fmt: skip
def test_an_item_stands_by_its_limit(checked, old, new, title, status):
    """Just inside, just outside, and not known."""
    found = checked((old, new))
    assert item(found, title).status == status
    assert found.ready == (status == "ready")


def test_gilberts_syndrome_widens_the_limit_of_bilirubin(checked):
    """2.5 instead of 1.5 times normal."""
    high = ('bilirubin = "0.7 mg/dL"', 'bilirubin = "2.9 mg/dL"')
    assert item(checked(high), "Total bilirubin").status == "not ready"
    gilbert = ("gilbert_syndrome = false", "gilbert_syndrome = true")
    assert item(checked(high, gilbert), "Total bilirubin").status == "ready"


def test_the_institutions_own_limit_counts(checked):
    """Without it one is assumed, and said to be."""
    found = item(checked(("lower_limit_percent = 52.0", "")), HEART)
    assert "50 %, assumed" in found.limit
    assert "52 %, the institution's" in item(checked(), HEART).limit


def test_the_baseline_is_kept_item_by_item(checked):
    """Later scores are set against it."""
    record = readiness_record(checked(("writing = 1", "writing = 0")))
    assert record["baseline"]["ICE"] == 9
    assert record["baseline"]["ICE items"] == {
        "orientation": 4, "naming": 3, "command": 1, "writing": 0, "attention": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Prograf", "not ready"),
        ("prednisone 5 mg", "needs a human"),
        ("Eliquis", "needs a human"),
        ("amlodipine", "needs a human"),
        ("lorazepam", "needs a human"),
        ("Tylenol", "ready"),
        ("levofloxacin", "ready"),
        ("levofloxacinn", "needs a human"),
        ("wonderdrug", "needs a human"),
    ],
)
def test_a_medicine_stands_by_its_class(checked, name, status):
    """An unknown one, or a slip of a harmless one, never passes silently."""
    found = checked(('"posaconazole"', f'"{name}"'))
    stands = [each.status for each in found.items if name in each.found]
    assert stands == [status]
    assert found.ready == (status == "ready")


def test_a_stopped_medicine_is_another_matter(checked):
    """The effect of an immunosuppressant may last; that of a blood pressure pill has gone."""
    stopped = 'name = "{}"\nstopped = 2026-12-20'
    for name, status in (("Prograf", "needs a human"), ("amlodipine", "ready")):
        found = checked(('name = "posaconazole"', stopped.format(name)))
        assert [each.status for each in found.items if name in each.found] == [status]
    later = 'name = "Prograf"\nstopped = 2027-01-05'
    found = checked(('name = "posaconazole"', later))
    assert [each.status for each in found.items if "Prograf" in each.found] == ["not ready"]


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("MMR", "2027-01-03", "not ready"),
        ("MMR", "2026-12-21", "not ready"),
        ("MMR", "2026-12-20", "ready"),
        ("MMR", "2027-02-01", "not ready"),
        ("FluMist", "2027-01-03", "not ready"),
        ("flu shot", "2027-01-03", "needs a human"),
        ("flu shot", "2026-10-01", "ready"),
        ("Shingrix", "2027-01-03", "ready"),
        ("some vaccine", "2026-01-03", "needs a human"),
    ],
)
def test_a_live_vaccine_needs_two_weeks(checked, name, given, status):
    """By name and class, before and after the first dose."""
    found = checked(('"Fluzone"', f'"{name}"'), ("2026-10-12", given))
    assert [each.status for each in found.items if name in each.found] == [status]


def test_a_live_vaccine_without_a_date_needs_a_human(checked):
    """Nobody knows how long ago it was."""
    found = checked(('"Fluzone"\ndate = 2026-10-12', '"BCG"'))
    assert item(found, "Vaccine: BCG vaccine").status == "needs a human"


def test_lists_nobody_asked_for_are_missing(patient):
    """An empty list is an answer, no list is none."""
    known = patient()
    for name in ("medicines", "vaccines"):
        asked = check(replace(known, **{name: ()}, reviews=()))
        unasked = check(replace(known, **{name: None}, reviews=()))
        assert [each.status for each in asked.items if each.key == name] == ["ready"]
        assert [each.status for each in unasked.items if each.key == name] == ["missing"]


def test_a_review_settles_what_needs_a_human_and_nothing_else(checked):
    """A decision is shown with its reason; what is not ready stays so."""
    review = '\n[[reviewed]]\nitem = "{}"\nby = "Dr. X"\nreason = "weighed"\n'
    low = ("cd123_percent = 92.0", "cd123_percent = 20")
    found = item(checked(low, more=review.format("cd123_percent")), CD123)
    assert found.status == "ready"
    assert "Reviewed by Dr. X: weighed" in found.reason
    tired = item(checked(("ecog = 1", "ecog = 4"), more=review.format("performance")),
                 "Performance status (ECOG)")  # fmt: skip
    assert tired.status == "not ready"
    assert "does not settle" in tired.reason


def test_a_review_of_nothing_is_refused(checked):
    """A typo in it would otherwise be lost."""
    with pytest.raises(InputError, match="Did you mean 'ramipril'"):
        checked(('item = "ramipril"', 'item = "ramipirl"'))


def test_the_gate_refuses_until_told_otherwise(checked):
    """It names every open item, the worst first (S69)."""
    found = checked(("ecog = 1", "ecog = 4"), ('"posaconazole"', '"wonderdrug"'))
    with pytest.raises(InputError) as caught:
        need_readiness(found.patient)
    text = str(caught.value)
    assert "--not-ready-anyway" in text
    assert text.index("Performance") < text.index("wonderdrug")
    assert not need_readiness(found.patient, anyway=True).ready


@given(st.sets(st.sampled_from([
    "marrow", "echocardiogram", "neurology", "labs", "infection", "transplant", "ecog",
    "medicines", "vaccines", "weight_kg",
]), min_size=1))  # fmt: skip
def test_nothing_left_out_is_ever_ready(left):
    """Whatever part of a ready patient is not known, the whole is not ready."""
    import tempfile
    from pathlib import Path

    from trimer.clinic.patient_file import example_text, read_patient

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.toml"
        path.write_text(example_text(), encoding="utf-8")
        known = read_patient(path)
    empty = Patient()
    spoiled = replace(known, **{name: getattr(empty, name) for name in left}, reviews=())
    spoiled = replace(spoiled, reviews=known.reviews if "medicines" not in left else ())
    assert check(known).ready
    assert not check(spoiled).ready


@given(st.text(max_size=40))
def test_any_name_of_a_medicine_gives_an_item(name):
    """No name is lost or breaks the checklist; only known ones are ready."""
    found = check(Patient(medicines=(Medicine(name),)))
    items = [each for each in found.items if each.key == "medicines"]
    assert items
    for each in items:
        assert each.status != "ready" or "not known" not in each.found


def test_document_and_record_hold_every_item(checked):
    """Nothing is left out of either."""
    found = checked(("ecog = 1", "ecog = 4"))
    text = " ".join(plain(readiness_document(found)).split())
    record = readiness_record(found)
    assert text.startswith("Readiness checklist, patient EXAMPLE-01")
    assert "NOT READY for a first dose: 1 not ready" in text
    assert len(record["items"]) == len(found.items)
    for each in found.items:
        assert each.title in text
    assert "Simulation, not medical advice" in text


def test_limits_that_no_trial_asked_for_say_so():
    """CD123 is asked for as a matter of safety, against the literature (S70)."""
    for key in ("cd123_percent", "cd123_sites"):
        assert "No trial published CD123 as a condition" in limits()[key].note
