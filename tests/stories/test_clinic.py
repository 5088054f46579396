# SPDX-License-Identifier: Apache-2.0
"""What is said of the drug, of tests before it, and of do and don't: shown by the clinic pack."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from trimer.clinic.document import Grid, Items, Text, plain
from trimer.clinic.facts import Fact, read_facts
from trimer.clinic.facts_page import facts_document
from trimer.clinic.guide import GUIDES, guide
from trimer.clinic.patient import (
    Echocardiogram,
    Marrow,
    Medicine,
    Neurology,
    Patient,
    Vaccine,
)
from trimer.clinic.patient_file import example_text, read_patient
from trimer.clinic.readiness import check, need_readiness
from trimer.clinic.readiness.page import readiness_document, readiness_record
from trimer.core.errors import InputError
from trimer.library import protocol_path
from trimer.protocol import read_protocol


@cache
def ready() -> Patient:
    """Return the example patient, who is ready."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "patient.toml"
        path.write_text(example_text(), encoding="utf-8")
        return read_patient(path)


@cache
def multi_step():
    """Return the shipped multi-step protocol."""
    return read_protocol(protocol_path("flotetuzumab-multi-step"))


def told(document) -> str:
    """Return a document's text with single spaces."""
    return " ".join(plain(document).split())


def fact(story: str) -> Fact:
    """Return the first fact that answers a story, after seeing that it is shown with its source."""
    found = next(fact for fact in read_facts().facts if story in fact.stories)
    text = told(facts_document(found.topic))
    for part in (found.says, found.but, found.dated, *found.sources):
        assert " ".join(part.split()) in text
    return found


def advice(kind: str) -> str:
    """Return what the patient guide says to do, or not to do."""
    lists = [part for part in guide("patient", multi_step()).parts if isinstance(part, Items)]
    return " ".join(item for part in lists if part.kind == kind for item in part.items)


def evidence() -> str:
    """Return what the patient guide says of studies and of other rules."""
    parts = guide("patient", multi_step()).parts
    return " ".join(p.text for p in parts if isinstance(p, Text) and p.kind == "evidence")


# ----------------------------------------------------------------------------------------- identity
def test_it_is_an_immunotherapy_for_blood_cancers() -> None:
    """S1."""
    assert "immunotherapy" in fact("S1").says
    assert "blood cancers" in fact("S1").says


def test_it_is_not_chemotherapy() -> None:
    """And cells that carry CD123 are harmed all the same (S2)."""
    assert "not chemotherapy" in fact("S2").says
    assert "CD123" in fact("S2").but


def test_names_are_flotetuzumab_mgd006_and_s80880() -> None:
    """S5."""
    for name in ("flotetuzumab", "MGD006", "S80880"):
        assert name in fact("S5").says


def test_there_is_no_us_brand_name() -> None:
    """S6."""
    assert fact("S6").says == "none in the United States"


def test_it_is_investigational_and_its_development_has_ended() -> None:
    """Both are shown, the former as history (S7)."""
    found = fact("S7")
    assert "investigational" in found.says
    assert "development has ended" in found.but
    assert (found.mark, found.dated) == ("historical", "2024")


def test_the_class_is_a_bispecific_dart() -> None:
    """S8."""
    assert "bispecific DART protein" in fact("S8").says


def test_it_runs_into_a_vein_without_a_break() -> None:
    """S9."""
    assert "continuous infusion" in fact("S9").says


def test_it_is_not_approved() -> None:
    """By the FDA (S10, S81), and every guide says so."""
    assert "not approved" in fact("S10").says
    for reader in GUIDES:
        assert "not approved by the FDA" in told(guide(reader, multi_step()))


def test_orphan_designation_is_for_aml_and_cited() -> None:
    """S11."""
    found = fact("S11")
    assert "leukemia only" in found.but
    assert (found.dated, found.sources) == ("2017-01-05", ("ReleaseOrphan2017",))


def test_fast_track_is_flagged_as_unverified() -> None:
    """S12."""
    assert fact("S12").mark == "unverified"
    assert "Not found in any source" in fact("S12").but


def test_advanced_trials_are_contradicted() -> None:
    """S13."""
    assert fact("S13").mark == "contradicted"
    assert "terminated" in fact("S13").but


# -------------------------------------------------------------------------------------- indications
def test_there_is_no_approved_indication() -> None:
    """S26."""
    assert fact("S26").says == "none"


def test_trials_have_their_identifiers() -> None:
    """S27."""
    names = " ".join(each.name for each in read_facts().of("trials"))
    for number in ("NCT02152956", "NCT04582864", "NCT04158739", "NCT04681105"):
        assert number in names
    assert "88 patients" in fact("S27").but


def test_relapsed_or_refractory_aml_was_studied() -> None:
    """S28."""
    assert "acute myeloid leukemia" in fact("S28").says
    assert "primary induction failure" in fact("S28").but


def test_mds_was_studied_in_few_patients() -> None:
    """S29."""
    assert "5 (11 %)" in fact("S29").but
    assert fact("S29").confidence == "low"


def test_there_is_no_use_outside_cancer() -> None:
    """S30."""
    assert fact("S30").says == "none outside cancer"


# ------------------------------------------------------------------------------------------- safety
def test_the_class_carries_boxed_warnings() -> None:
    """For CRS and the nervous system, but not every member for both (S50)."""
    found = fact("S50")
    for word in ("boxed warnings", "CRS", "nervous system"):
        assert word in found.says
    assert "Mosunetuzumab and glofitamab have a box for CRS only" in found.but


@pytest.mark.parametrize(
    ("story", "name"), [("S51", "fever"), ("S53", "fatigue"), ("S54", "nausea")]
)
def test_common_effects_are_above_ten_percent(story: str, name: str) -> None:
    """Shown with their confidence, also to patients (S51, S53, S54)."""
    found = fact(story)
    assert (found.name, found.frequency) == (name, "more than 10 %")
    assert (found.basis, found.confidence) == ("memory", "low")
    rows = [row for part in guide("patient", multi_step()).parts if isinstance(part, Grid)
            for row in part.rows]  # fmt: skip
    assert (name, "more than 10 %", "from memory, low") in rows


def test_a_reaction_of_the_site_is_not_an_infusion_related_reaction() -> None:
    """Two names, and evidence for the second only (S52)."""
    found = fact("S52")
    assert found.mark == "contradicted"
    assert "infusion-RELATED" in found.but
    assert "CRS" not in found.name


# -------------------------------------------------------------------------------------- before it
def test_a_first_dose_is_refused_until_the_list_is_complete() -> None:
    """Unless somebody says to go on (S69)."""
    assert need_readiness(ready()).ready
    open_list = replace(ready(), ecog=None)
    with pytest.raises(InputError, match="No first dose"):
        need_readiness(open_list)
    assert not need_readiness(open_list, anyway=True).ready


def test_marrow_and_cd123_are_asked_for() -> None:
    """Percent and sites on a cell; that no trial asked for it is said (S70)."""
    found = check(replace(ready(), marrow=Marrow()))
    missing = [item for item in found.open if "CD123" in item.title]
    assert [item.status for item in missing] == ["missing", "missing"]
    assert all("No trial published CD123" in item.note for item in missing)
    assert not found.ready
    assert fact("S70").mark == "unverified"


def test_a_weak_heart_blocks() -> None:
    """Below the institution's normal, or not known (S71)."""
    for heart in (Echocardiogram(), Echocardiogram(None, 45.0, 52.0)):
        assert not check(replace(ready(), echocardiogram=heart)).ready
    assert "DLCO above 50 %" in fact("S71").but


def test_the_baseline_of_the_nervous_system_is_kept() -> None:
    """Without it nothing starts; with it later scores have something to be set against (S72)."""
    assert not check(replace(ready(), neurology=Neurology())).ready
    record = readiness_record(check(ready()))
    assert record["baseline"]["ICE"] == 10
    sheets = [part for part in guide("nurse", multi_step()).parts if isinstance(part, Grid)]
    assert any("Baseline" in sheet.header for sheet in sheets)


# -------------------------------------------------------------------------------------- precautions
def test_the_pump_has_to_run() -> None:
    """Both guides say so, with the protocol's table for gaps (S73)."""
    assert "pump charged" in advice("do")
    nurse = told(guide("nurse", multi_step()))
    assert all(row.gap in nurse for row in multi_step().restart)


def test_the_diet_comes_with_what_studies_say() -> None:
    """S74."""
    assert "222 people" in evidence()
    assert "1,114 people" in evidence()
    assert fact("S74").mark == "contradicted"


def test_sick_people_are_to_be_avoided() -> None:
    """S75."""
    assert "meet people who are sick" in advice("dont")
    assert "Stay away from people with a cold" in advice("do")


# ------------------------------------------------------------------------------------- do and don't
def test_fever_is_to_be_reported_at_once() -> None:
    """S76."""
    assert "report a new fever or shivering at once" in advice("do")


def test_the_medication_list_is_asked_for_and_checked() -> None:
    """Those that interfere with immune function block, unknown ones need a human (S77)."""
    assert "list of all your medicines" in advice("do")
    for name, status in (("Prograf", "not ready"), ("wonderdrug", "needs a human")):
        found = check(replace(ready(), medicines=(Medicine(name),), reviews=()))
        assert [item.status for item in found.open] == [status]


def test_driving_is_not_for_the_first_week() -> None:
    """And longer while confused, or by labels of the class (S78)."""
    assert "drive or work with machines" in advice("dont")
    text = told(guide("patient", multi_step()))
    assert "in the first week" in text
    assert "Wait longer if you have felt mixed up" in text
    assert "more strict" in evidence()
    assert "not while the drug is infused" in fact("S78").but


def test_live_vaccines_are_refused() -> None:
    """By name and class, 2 weeks before as well (S79)."""
    first = ready().first_dose
    assert first is not None
    for name in ("MMR", "nasal flu vaccine", "Zostavax"):
        found = check(replace(ready(), vaccines=(Vaccine(name, first),)))
        assert [item.status for item in found.open] == ["not ready"]
    assert "live vaccine" in advice("dont")
    assert "2 weeks before" in evidence()
    assert "2 weeks before" in fact("S79").but


# ------------------------------------------------------------------------------------------- notice
def documents() -> list[str]:
    """Return the text of every document of the clinic pack."""
    made = [facts_document(), readiness_document(check(ready()))]
    return [told(each) for each in (*made, *(guide(reader, multi_step()) for reader in GUIDES))]


@pytest.mark.parametrize("story", ["S80", "S81", "S83"])
def test_every_document_carries_the_notice(story: str) -> None:
    """Education only, not approved, ask a professional (S80, S81, S83)."""
    (said,) = (each.says for each in read_facts().of("notice") if story in each.stories)
    for text in documents():
        assert said in text
        assert "Simulation, not medical advice" in text


def test_no_open_trial_is_known() -> None:
    """S82."""
    found = fact("S82")
    assert "approved clinical trials only" in found.says
    assert "No open trial is known" in found.but
    assert (found.mark, found.dated) == ("historical", "2024-12")
