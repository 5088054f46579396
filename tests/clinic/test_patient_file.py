# SPDX-License-Identifier: Apache-2.0
"""Patient files: what is read, and a sentence for everything that is wrong."""

from __future__ import annotations

import json
from datetime import date

import pytest

from trimer.clinic.patient_file import example_text, read_medicines, read_patient
from trimer.core.errors import InputError


def test_the_example_is_read_in_full(patient):
    """Every table of it arrives, in its unit."""
    found = patient()
    assert found.weight_kg == 70.0
    assert found.first_dose == date(2027, 1, 4)
    assert found.neurology.ice == 10
    assert found.labs.values["bilirubin"] == 0.7
    assert found.creatinine_clearance == pytest.approx(77 * 70 / (72 * 0.9) * 0.85)
    assert [medicine.name for medicine in found.medicines] == [
        "Zovirax", "posaconazole", "Ramipril 5 mg",
    ]  # fmt: skip


def test_units_are_converted(patient):
    """A value may be written in any unit that measures the same."""
    found = patient(
        ('bilirubin = "0.7 mg/dL"', 'bilirubin = "17.1 umol/L"'),
        ('hemoglobin = "8.9 g/dL"', 'hemoglobin = "89 g/L"'),
        ('temperature = "36.8 degC"', 'temperature = "98.6 F"'),
        ('ANC = "0.6 G/L"', 'ANC = "600 cells/uL"'),
    )
    assert found.labs.values["bilirubin"] == pytest.approx(1.0, abs=0.01)
    assert found.labs.values["hemoglobin"] == pytest.approx(8.9)
    assert found.infection.temperature == pytest.approx(37.0)
    assert found.labs.values["ANC"] == pytest.approx(0.6)


def test_json_says_the_same(tmp_path, patient, example):
    """The same keys in JSON, dates as text."""
    path = tmp_path / "patient.json"
    path.write_text(json.dumps(example, default=lambda day: day.isoformat()), encoding="utf-8")
    assert read_patient(path) == patient()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("weight_kg = 70.0", "weigth_kg = 70.0", "Did you mean 'weight_kg'"),
        ("[marrow]", "[marow]", "Did you mean 'marrow'"),
        ('ALT = "31 U/L"', 'ALTT = "31 U/L"', "Did you mean 'ALT'"),
        ('ALT = "40 U/L"', 'CK = "40 U/L"', "Unknown key 'CK'"),
        ("weight_kg = 70.0", "weight_kg = 7000", "Impossible value"),
        ("weight_kg = 70.0", "weight_kg = 0", "Impossible value"),
        ("weight_kg = 70.0", 'weight_kg = "70 lb"', "a plain number in kg"),
        ("weight_kg = 70.0", "weight_kg = nan", "Impossible value"),
        ("weight_kg = 70.0", "weight_kg = true", "a plain number in kg"),
        ("age_years = 63", "age_years = 630", "Impossible value"),
        ('sex = "female"', 'sex = "femal"', "Did you mean 'female'"),
        ("first_dose = 2027-01-04", 'first_dose = "soon"', "Wrong date"),
        ("cd123_percent = 92.0", "cd123_percent = 920", "0 to 100"),
        ("ejection_fraction_percent = 61.0", "ejection_fraction_percent = 0.61", "5 to 90"),
        ("orientation = 4", "orientation = 5", "whole number from 0 to 4"),
        ("orientation = 4", "orientation = 3.5", "whole number from 0 to 4"),
        ('ALT = "31 U/L"', "ALT = 31", 'Write it like "31 U/L"'),
        ('ALT = "31 U/L"', 'ALT = "31 mg/dL"', "Wrong unit"),
        ('ALT = "31 U/L"', 'ALT = "-31 U/L"', "Wrong quantity"),
        ('creatinine = "0.9 mg/dL"', 'creatinine = "90 mg/dL"', "Impossible value"),
        ('ANC = "0.6 G/L"', 'ANC = "<0.1 G/L"', "beyond what was measured"),
        ('temperature = "36.8 degC"', 'temperature = "98.6 degC"', "30 to 45"),
        ("active = false", 'active = "no"', "true or false"),
        ("ecog = 1", "ecog = 6", "from 0 to 5"),
        ("allogeneic = false", "allogeneic = 0", "true or false"),
        ('name = "posaconazole"', "name = 3", "Wrong text"),
        ('name = "posaconazole"', 'nam = "posaconazole"', "Missing 'name'"),
        ('by = "the ward\'s pharmacist"', 'who = "me"', "Missing 'by'"),
    ],
)
def test_what_is_wrong_is_a_sentence(patient, old, new, sentence):
    """It says what, where, and what is allowed."""
    with pytest.raises(InputError) as caught:
        patient((old, new))
    text = str(caught.value)
    assert sentence in text
    assert "patient.toml" in text
    assert all(line.rstrip().endswith((".", "?")) for line in text.splitlines())


def test_everything_wrong_is_told_at_once(patient):
    """Not only the first mistake."""
    with pytest.raises(InputError) as caught:
        patient(("weight_kg = 70.0", "weight_kg = 7000"), ("ecog = 1", "ecog = 9"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["[]", "{", "3", '{"labs": 3}', '{"medicine": "none"}'])
def test_wrong_json_is_refused(tmp_path, text):
    """Whatever it holds instead of a record."""
    path = tmp_path / "p.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"p\.json"):
        read_patient(path)


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7"]
)
@pytest.mark.parametrize("name", ["list.xlsx", "list.csv", "list.txt"])
def test_a_spreadsheet_is_refused_by_what_it_is(tmp_path, start, name):
    """Not by its name: it says how to save it."""
    path = tmp_path / name
    path.write_bytes(start + bytes(range(256)))
    with pytest.raises(InputError, match="save as CSV"):
        read_medicines(path)
    with pytest.raises(InputError, match="a patient file is TOML or JSON"):
        read_patient(path)


def test_a_list_of_medicines_may_be_text_or_csv(tmp_path, patient):
    """One a line, or a column `name`; it takes the place of the patient file's."""
    plain, table = tmp_path / "m.txt", tmp_path / "m.csv"
    plain.write_text("# my list\nPrograf 1 mg\n\naspirin\n", encoding="utf-8")
    table.write_text("Dose;Name\n1 mg;Prograf\n;aspirin\n", encoding="utf-8")
    assert [each.name for each in read_medicines(plain)] == ["Prograf 1 mg", "aspirin"]
    assert [(each.name, each.dose) for each in read_medicines(table)] == [
        ("Prograf", "1 mg"), ("aspirin", ""),
    ]  # fmt: skip
    patient()
    found = read_patient(tmp_path / "patient.toml", plain)
    assert [each.name for each in found.medicines] == ["Prograf 1 mg", "aspirin"]


def test_a_csv_list_without_names_is_refused(tmp_path):
    """It says which columns it got."""
    path = tmp_path / "m.csv"
    path.write_text("drug,dose\nPrograf,1 mg\n", encoding="utf-8")
    with pytest.raises(InputError, match="got the columns drug, dose"):
        read_medicines(path)


def test_the_example_says_that_its_patient_is_made_up():
    """Nobody takes it for a real one."""
    assert "made up" in example_text()
