# SPDX-License-Identifier: Apache-2.0
"""What patients and clinicians say of the treatment, shown on infusion plans."""

from __future__ import annotations

import pytest
from tests.clinic.plan.conftest import DAY, example, interruption, plan, protocol

from trimer import library
from trimer.clinic.plan.formats import FORMATS, rendered


def test_the_plan_runs_day_and_night_into_a_vein():
    """A continuous drip: while the drug is on, nothing but the rate changes (S9, S36)."""
    found = plan()
    assert all(step.ng_per_day > 0 for step in found.steps)
    assert sum(step.stretch.minutes for step in found.steps) == 56 * DAY
    assert not [event for event in found.events if event.what == "dose"]


def test_the_plan_keeps_patients_in_hospital_for_the_first_week():
    """Admitted before the first dose; nobody is discharged before day 8 (S31, S38)."""
    events = [event for event in plan().events if event.what == "hospital"]
    assert [(e.minute, e.text) for e in events] == [
        (-30, "inpatient: admitted from here on"),
        (7 * DAY, "earliest discharge: day 8"),
    ]


def test_the_plan_steps_up_from_30_to_maintenance():
    """Daily steps from a very low first one to 500 ng/kg/day (S32, S33, S34, S35)."""
    rates = [step.rate_text for step in plan().steps]
    assert rates[:7] == [f"{rate} ng/kg/day" for rate in (30, 60, 100, 200, 300, 400, 500)]
    assert set(rates[7:]) == {"500 ng/kg/day"}


def test_more_than_700_is_said_to_be_unusual_in_the_plan():
    """500 is the recommended dose, 700 the highest arm, 1000 was only planned (S35)."""
    notes = " ".join(plan(protocol().with_maintenance("800 ng/kg/day")).notes)
    assert "highest arm of the registry is 700" in notes
    assert "recommended phase 2 dose is 500" in notes


def test_the_plan_shows_days_on_and_off():
    """24-hour infusion for set days of a cycle: 4 on, 3 off (S37)."""
    steps = plan("flotetuzumab-flat").steps
    lengths = [(bool(step.ng_per_day), step.stretch.minutes // DAY) for step in steps]
    assert lengths == [(True, 4), (False, 3)] * 8


def test_the_plan_names_premedication_and_starts_only_with_it():
    """Dexamethasone and a fever reducer before the first dose; nothing starts without (S59)."""
    found = plan()
    given = [e.text for e in found.events if e.what == "premedication" and e.minute < 0]
    assert any(text.startswith("dexamethasone 10 mg") for text in given)
    assert any(text.startswith("acetaminophen 650 mg") for text in given)
    assert "Nothing starts without dexamethasone and acetaminophen beforehand." in found.notes
    assert not any("tocilizumab" in e.text for e in found.events)  # no prophylaxis


def test_a_pump_that_stood_still_restarts_by_the_table():
    """Four hours and more without drug: premedication first (S73)."""
    long, short = (plan(**interruption("2027-01-12T14:00+01:00", h)) for h in (4, 3.9))
    assert any("restart" in e.text for e in long.events if e.what == "premedication")
    assert not any("restart" in e.text for e in short.events if e.what == "premedication")


@pytest.mark.parametrize("kind", ["table", "json", "html", "ics"])
def test_every_plan_says_what_it_is(kind):
    """Education, not advice; never approved (S10, S80, S81)."""
    content = rendered(plan(pharmacy=example()), kind)
    text = (
        content
        if isinstance(content, str)
        else content.replace(b"\r\n ", b"").replace(b"\\", b"").decode()
    )
    assert "imulation, not medical advice" in text
    assert "never approved" in " ".join(text.split())
    assert set(FORMATS) >= {kind}


def test_a_plan_sends_the_reader_to_a_professional_and_knows_no_open_trial():
    """S82 and S83."""
    text = " ".join(rendered(plan(), "table").split())
    assert "ask a qualified professional" in text
    assert "No open trial of flotetuzumab is known." in text


def test_no_plan_depends_on_kidney_or_liver():
    """No dose is adjusted to them: a plan asks for weight, and surface where a dose does (S39)."""
    for name in library.protocol_names():
        rates = {step.stretch.rate.unit for step in plan(name).steps if step.stretch.rate}
        assert rates <= {"ng/kg/day", "ng/day", "ng/m2/day"}
