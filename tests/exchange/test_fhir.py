# SPDX-License-Identifier: Apache-2.0
"""FHIR R5: valid by its library, marked as test data, complete against plan and ledger."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from fhir.resources import get_fhir_model_class
from tests.clinic.plan.conftest import example, interruption, plan

from trimer.cli import main
from trimer.core.errors import InputError
from trimer.core.notice import NOTICE
from trimer.exchange.fhir import course_bundle, plan_bundle
from trimer.exchange.fhir.course import episodes
from trimer.library import protocol_names
from trimer.store import open_run

START = datetime(2027, 1, 4, 9, tzinfo=UTC)


def resources(bundle, kind=None):
    """Return the resources of a bundle, of one kind or all."""
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if kind in (None, one["resourceType"])]


def check(bundle):
    """Read a bundle back; every resource is marked, and every reference leads to an entry."""
    text = json.dumps(bundle)
    whole = get_fhir_model_class("Bundle").model_validate_json(text)
    assert len(whole.entry) == len(bundle["entry"])
    for resource in (bundle, *resources(bundle)):
        assert [label["code"] for label in resource["meta"]["security"]] == ["HTEST"]
        assert resource["meta"]["tag"][0]["display"] == NOTICE
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    wanted = {piece.split('"')[0] for piece in text.split('"reference": "')[1:]}
    assert wanted <= urls


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two patients after 16 days on the ward, with every reading."""
    folder = tmp_path_factory.mktemp("fhir") / "run"
    arguments = ["simulate", "--n", "2", "--seed", "3", "--days", "16", "--log", "full", "--quiet"]
    assert main([*arguments, "--out", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("name", protocol_names())
def test_the_plan_of_every_protocol_is_valid(name):
    """Every shipped protocol."""
    check(plan_bundle(plan(name)))


def test_the_orders_are_those_of_the_plan():
    """Rates, volumes, times of premedication, and a plan that names every order."""
    found = plan(pharmacy=example())
    bundle = plan_bundle(found)
    requests = resources(bundle, "MedicationRequest")
    infusion = next(r for r in requests if r["medication"]["concept"]["text"] == "flotetuzumab")
    rates = [
        [rate["rateQuantity"]["value"] for rate in one["doseAndRate"]]
        for one in infusion["dosageInstruction"]
    ]
    assert rates == [[float(s.mcg_per_h), float(s.pump.set_to)] for s in found.steps]
    given = sum(
        len(one["timing"]["event"])
        for request in requests
        for one in request["dosageInstruction"]
        if "event" in one["timing"]
    )
    assert given == len([event for event in found.events if event.what == "premedication"])
    (care,) = resources(bundle, "CarePlan")
    orders = len(requests) + len(resources(bundle, "ServiceRequest"))
    assert len(care["activity"]) == orders
    stamps = [tag["display"] for tag in care["meta"]["tag"]]
    assert found.stamp in stamps
    (definition,) = resources(bundle, "PlanDefinition")
    assert {rule.name for rule in found.protocol.rules} <= {
        a["title"] for a in definition["action"]
    }
    assert definition["experimental"] is True


def test_a_plan_after_an_interruption_and_one_that_is_stopped_are_valid():
    """With a restart; and without any drug to come."""
    check(plan_bundle(plan(**interruption("2027-01-06T14:00+01:00", 30))))
    stopped = plan_bundle(plan(**interruption("2027-01-14T12:00+01:00", 15 * 24)))
    check(stopped)
    assert resources(stopped, "MedicationRequest")[0]["status"] == "stopped"


def test_the_course_is_that_of_the_ledger(run, tmp_path):
    """Every dose is an administration with its amount, and every reading is there."""
    out = tmp_path / "course.json"
    assert (
        main(
            ["export", str(run), "--patient", "1", "--start", START.isoformat(), "--out", str(out)]
        )
        == 0
    )
    bundle = json.loads(out.read_text(encoding="utf-8"))
    check(bundle)
    opened = open_run(run)
    doses = opened.read("doses").filter((pl.col("id") == 1) & (pl.col("drug") == "flotetuzumab"))
    expected = doses.filter(pl.col("status").is_in(["given", "reduced"]))["amount"].sum()
    done = [
        r for r in resources(bundle, "MedicationAdministration")
        if r["medication"]["concept"]["text"] == "flotetuzumab" and r["status"] == "completed"
    ]  # fmt: skip
    assert sum(r["dosage"]["dose"]["value"] for r in done) == pytest.approx(expected, rel=1e-12)
    hot = [r for r in resources(bundle, "Observation") if r["code"]["text"] == "body temperature"]
    readings = opened.read("readings").filter(pl.col("id") == 1)["temperature"].drop_nans()
    assert [r["valueQuantity"]["value"] for r in hot] == readings.to_list()
    assert {r["valueQuantity"]["code"] for r in hot} == {"Cel"}
    # a file that is there is kept
    assert main(["export", str(run), "--patient", "1", "--out", str(out)]) == 1


def test_the_same_course_is_the_same_bundle(run):
    """Identities depend on run, arm, patient and start alone."""
    from trimer.report.course import stored_course

    course = stored_course(open_run(run), 0)
    course = replace(course, readings=course.readings.head(20))
    assert course_bundle(course, START) == course_bundle(course, START)
    moved = course_bundle(course, START + timedelta(days=1))
    assert moved["id"] != course_bundle(course, START)["id"]


def test_episodes_of_a_grade():
    """A stretch above 0 with its worst grade; one that goes on has no end."""
    grades = pl.DataFrame({"time": [1.0, 1.5, 2.0, 3.0, 4.0], "CRS": [1, 2, 0, 0, 1]})
    found = list(episodes(SimpleNamespace(grades=grades), "CRS"))
    assert found == [(1.0, 2.0, 2), (4.0, None, 1)]


def test_without_the_library_there_is_a_sentence(monkeypatch):
    """It is an extra: what to install is said."""
    monkeypatch.setitem(sys.modules, "fhir.resources", None)
    with pytest.raises(InputError, match=r"pip install 'trimer\[fhir\]'"):
        plan_bundle(plan())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--patient", "99"], "Unknown patient 99"),
        (["--patient", "0", "--as", "hl7"], "Unknown format 'hl7'"),
        (["--patient", "0", "--arm", "x"], "Unknown arm 'x'"),
        (["--patient", "0", "--start", "2027-01-04T09:00"], "without a zone"),
    ],
)
def test_bad_input_is_a_sentence(run, tmp_path, capsys, arguments, says):
    """Exit 1, and nothing is written."""
    assert main(["export", str(run), *arguments, "--out", str(tmp_path / "x.json")]) == 1
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_verb_plan_prints_fhir(capsys):
    """As any other format."""
    arguments = ["plan", "flotetuzumab-flat", "--weight", "70", "--start", "2027-01-04T09:00Z"]
    assert main([*arguments, "--as-of", "2027-01-01", "--as", "fhir"]) == 0
    check(json.loads(capsys.readouterr().out))
