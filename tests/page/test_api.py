# SPDX-License-Identifier: Apache-2.0
"""The page's server answers with what the library computes, and wrong requests with sentences."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
import tempfile
import tomllib
import zipfile

import pytest
from tests.page.conftest import SMALL_TRIAL

PATIENT = {
    "who": {"cohort": "reference", "seed": 7, "id": 1},
    "treatment": {"base": "flotetuzumab-multi-step"},
    "days": 14,
}


@pytest.fixture(scope="module")
def course(server):
    """Return a patient's course as the page gets it."""
    status, found = server.post("/api/patient", PATIENT)
    assert status == 200, found
    return found


def test_what_is_shipped_is_listed(server):
    """The page begins with models, cohorts, protocols with a ward, and the notice."""
    _, found = server.get("/api/start")
    assert "not medical advice" in found["badge"]
    assert {"flotetuzumab-multi-step", "flotetuzumab-flat"} <= {
        p["name"] for p in found["protocols"]
    }
    assert {"reference", "pif-er"} <= {c["name"] for c in found["cohorts"]}


def test_a_patient_is_the_library_s_patient(course):
    """Numbers of the page are those of `trimer.simulate` for the same patient and seed."""
    from trimer import library, simulate
    from trimer.protocol import read_protocol
    from trimer.simulate import prepare
    from trimer.trial.cohorts import find_cohort
    from trimer.trial.recipe import shipped

    compiled = prepare(shipped("flotetuzumab"))
    cohort = find_cohort("reference").patients(compiled, 7, 1).take(1)
    protocol = read_protocol(library.protocol_path("flotetuzumab-multi-step"))
    run = simulate(compiled, cohort, protocol, days=14, every_hours=2, seed=7, log="full")
    assert course["patient"]["id"] == int(cohort.ids[0])
    assert len(course["times"]) == len(run.times)
    for name in ("IL6", "blasts", "temperature"):
        assert course["series"][name] == pytest.approx(list(run.column(name)[0]), rel=1e-4)
    read = run.ward.readings()["temperature"].is_not_nan().sum()
    assert len(course["readings"]["temperature"][0]) == read


def test_the_course_holds_together(course):
    """Stretches join up, shares are shares, every entry of the log is told."""
    parts = course["stretches"]
    assert all(a["to"] == b["from"] for a, b in itertools.pairwise(parts))
    scene = course["scene"]
    for name in ("awake", "contact", "quiet"):
        assert all(0 <= value <= 1 for value in scene[name]), name
    working = [a * b for a, b in zip(scene["contact"], scene["kills_contact"], strict=True)]
    assert scene["kills_working"] == pytest.approx(working, rel=1e-3, abs=1e-9)
    assert [e["day"] for e in course["log"]] == sorted(e["day"] for e in course["log"])
    assert all(entry["text"] for entry in course["log"])


def test_days_are_counted_from_one(course):
    """The headline's day of the worst CRS is that of the grades, the first 24 hours being day 1."""
    worst = max(grade for *_, grade in course["grades"]["CRS"])
    assert worst > 0
    first = next(start for start, _, grade in course["grades"]["CRS"] if grade == worst)
    assert f"on day\u00a0{int(first) + 1}" in course["headline"]
    assert not any("hour" in text for text in course["totals"])


def test_edited_blocks_become_a_protocol(server):
    """Steps, maintenance, cycles, premedication and rules are read back as they were asked for."""
    asked = {
        "base": "flotetuzumab-multi-step",
        "steps": [{"rate": 30, "hours": 36}, {"rate": 90, "hours": 24},
                  {"rate": None, "hours": 12}],
        "maintenance": 250,
        "cycles": 3,
        "later_cycles": "4 days on, 3 days off",
        "premedication": [{"give": "dexamethasone 8 mg", "when": "1 h before each step"}],
        "leave_out": ["fever over 3 days"],
        "rules": [{"name": "CRS grade 2", "when": "CRS >= 2", "do": ["hold"],
                   "resume_when": "CRS < 1 for 6 h", "resume": "half rate"}],
    }  # fmt: skip
    status, found = server.post("/api/protocols", asked)
    assert status == 200, found
    assert [(s["rate"], s["hours"]) for s in found["steps"]] == [(30, 36), (90, 24), (None, 12)]
    assert (found["maintenance"], found["cycles"]) == (250, 3)
    assert found["later_cycles"] == "4 days on, 3 days off"
    assert [p["text"] for p in found["premedication"]] == [
        "dexamethasone 8 mg, 1 h before each step"
    ]
    rules = {rule["name"]: rule for rule in found["rules"]}
    assert "fever over 3 days" not in rules
    assert rules["CRS grade 2"]["resume"] == "half rate"
    from trimer.protocol.read import parse_protocol

    again = parse_protocol(found["toml"], "edited.toml")
    assert again.course.cycles == 3


def test_premedication_that_is_left_out_is_not_waited_for(server):
    """Without dexamethasone the course still starts, and none is given beforehand."""
    given = [{"give": "acetaminophen 650 mg", "when": "30 min before first dose"}]
    asked = {**PATIENT, "treatment": {**PATIENT["treatment"], "premedication": given}}
    status, found = server.post("/api/patient", asked)
    assert status == 200, found
    assert found["stretches"][0]["rate"] > 0
    before = [d for d in found["drugs"] if d["by"].startswith("premedication")]
    assert {d["drug"] for d in before} == {"acetaminophen"}


def test_a_jump_needs_an_allowance(server):
    """A step of over three times is refused with a sentence, and made when it is allowed."""
    asked = {"base": "flotetuzumab-multi-step", "steps": [{"rate": 30, "hours": 24}]}
    status, found = server.post("/api/protocols", asked)
    assert status == 422
    assert "step" in found["problems"][0]["sentence"]
    status, found = server.post("/api/protocols", {**asked, "allow": True})
    assert status == 200, found


def test_a_pulled_plug_stops_the_drug(server):
    """The pump stands from the hour asked for, for as long as asked for at least."""
    asked = {**PATIENT, "plugs": [{"at_hours": 200, "hours": 9}]}
    _, found = server.post("/api/patient", asked)
    gap = next(g for g in found["gaps"] if g["why"] == "pump" and abs(g["from"] - 200 / 24) < 0.01)
    assert gap["to"] - gap["from"] >= 9 / 24 - 1e-6
    assert any(entry["kind"] == "plug" for entry in found["log"])


def test_changes_reach_the_model(server, course):
    """A patient with ten times less CD123 gets fewer trimers on a cell."""
    few = {**PATIENT, "who": {**PATIENT["who"], "changes": {"R123": 200}}}
    status, found = server.post("/api/patient", few)
    assert status == 200, found
    assert found["patient"]["values"]["R123"] == 200
    assert max(found["series"]["trimers_per_blast"]) < max(course["series"]["trimers_per_blast"])


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"days": 0}, "days", "greater than or equal to 1"),
        ({"days": 10**9}, "days", "less than or equal"),
        ({"days": "x"}, "days", "got 'x'"),
        ({"who": {"cohort": "nobody"}}, "", "No cohort 'nobody'"),
        ({"who": {"seed": -1}}, "who.seed", "greater than or equal to 0"),
        ({"who": {"id": 10**30}}, "who.id", "less than or equal"),
        ({"who": {"changes": {"CL": 1}}}, "", "Unknown change"),
        ({"who": {"changes": {"R123": 1e9}}}, "", "between"),
        ({"treatment": {"base": "../../etc/passwd"}}, "treatment.base", "pattern"),
        ({"treatment": {"base": "nothing"}}, "", "Unknown protocol"),
        ({"treatment": {"base": "reference-flat"}}, "", "fixed schedule"),
        ({"model": "blinatumomab"}, "", "flotetuzumab"),
        ({"model": "os"}, "", "Unknown model"),
        ({"plugs": [{"at_hours": -3, "hours": 1}]}, "plugs[0].at_hours", "greater"),
        ({"code": "import os"}, "code", "Unknown field"),
        (
            {"treatment": {"base": "flotetuzumab-multi-step", "rules": [
                {"name": "x", "when": "__import__('os')", "do": ["hold"]}]}},
            "", "rule 'x'",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(server, change, path, words):
    """A wrong request answers 4xx with the path of the field and a sentence."""
    status, found = server.post("/api/patient", {**PATIENT, **change})
    assert status in {404, 422}, found
    assert found["problems"][0]["path"] == path
    assert words in found["problems"][0]["sentence"], found


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'{"days": NaN}', b'{"days": 1e999}', b"\xff\xfe", b'"' * 50,
     b'{"treatment": {"base": "x", "maintenance": NaN}}', b"[" * 20_000],
)  # fmt: skip
def test_broken_bodies_are_refused(server, raw):
    """What is no request is refused, never a fault of the server."""
    status, _, content = server.ask("POST", "/api/patient", raw=raw)
    assert status in {400, 422}, content


def test_long_bodies_are_refused(server):
    """More than the limit is not read, with or without a length that says so."""
    assert server.ask("POST", "/api/patient", raw=b" " * 200_000)[0] == 413


@pytest.mark.parametrize(
    "path",
    ["/api/runs/..%2f..%2fetc", "/api/runs/.page", "/api/runs/%00", "/api/runs/x/tables/passwd",
     "/api/runs/nothing/patients/99999999999999999999", "/assets/..%2f..%2fapp.py",
     "/assets/%2e%2e%2findex.html", "/api/sources/parameter/nothing", "/api/sources/own/..",
     "/api/trials/nothing", "/api/protocols/..%2fx", "/nothing", "/api"],
)  # fmt: skip
def test_path_tricks_find_nothing(server, path):
    """No path leads out of the runs and the built page."""
    status, _, content = server.ask("GET", path)
    assert status in {404, 422}, content
    assert b"problems" in content


def test_other_sites_are_refused(server):
    """A name that only resolves here, and a page of another site, get nothing."""
    assert server.ask("GET", "/api/start", headers={"host": "evil.example"})[0] == 421
    asked = {"origin": "http://evil.example"}
    assert server.ask("POST", "/api/protocols", {"base": "x"}, headers=asked)[0] == 403
    asked = {"sec-fetch-site": "cross-site"}
    assert server.ask("POST", "/api/protocols", {"base": "x"}, headers=asked)[0] == 403


def test_every_answer_tells_the_browser_to_stay(server):
    """Pages and data carry a policy that lets nothing else be loaded."""
    for path in ("/", "/api/start", "/mechanism"):
        _, headers, _ = server.ask("GET", path)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_trial_runs_and_shows(server, finished):
    """Counts of the figures are those of the tables in the run folder."""
    import polars as pl

    from trimer.store import open_run

    _, found = server.get(f"/api/runs/{finished}")
    outcomes = open_run(server.runs / finished).read("outcomes")
    assert [arm["name"] for arm in found["arms"]] == ["arm-a", "arm-b"]
    for arm in found["arms"]:
        rows = outcomes.filter(pl.col("arm") == arm["name"])
        assert arm["n"] == len(rows)
        grades = {p["id"]: p["crs_grade"] for p in arm["patients"]}
        assert grades == dict(rows.select("id", "crs_grade").iter_rows())
        severe = next(r for r in arm["rates"] if "grade 3" in r["what"])
        assert severe["n"] == sum(g >= 3 for g in grades.values())
    assert server.get("/api/runs")[1]["runs"][0]["run"]


def test_a_patient_of_a_run_is_the_same_again(server, finished):
    """Opened from a run, a patient's worst grade is the one in its tables."""
    _, found = server.get(f"/api/runs/{finished}")
    arm = found["arms"][1]
    for patient in arm["patients"][:3]:
        path = f"/api/runs/{finished}/patients/{patient['id']}?arm={arm['name']}"
        status, course = server.get(path)
        assert status == 200, course
        assert course["outcome"]["crs_grade"] == patient["crs_grade"]
        assert course["stored"]["same_model"]


def test_downloads(server, finished):
    """Report, tables and study come as files."""
    for part, kind in (("report", "text/html"), ("tables/outcomes", "text/csv")):
        status, headers, content = server.ask("GET", f"/api/runs/{finished}/{part}")
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert len(content) > 100
    status, _, content = server.ask("GET", f"/api/runs/{finished}/study")
    assert tomllib.loads(content.decode())["study"]["patients"] == 6


def test_a_downloaded_study_gives_the_same_numbers(server, tmp_path, environment):
    """`trimer trial` on the file of the page writes the very same outcomes."""
    from trimer.store import open_run

    edited = json.loads(json.dumps(SMALL_TRIAL))
    edited["patients"] = 3
    edited["arms"][0]["treatment"]["maintenance"] = 300
    _, job = server.post("/api/trials", edited)
    ended = server.wait_for(job["id"])
    assert ended["state"] == "finished", ended
    _, _, content = server.ask("GET", f"/api/runs/{ended['run']}/study")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "arm-a.toml"}
    code = "import sys; from trimer.cli import main; sys.exit(main(sys.argv[1:]))"
    subprocess.run(
        [sys.executable, "-c", code, "trial", str(tmp_path / "study.toml"), "--out",
         str(tmp_path / "run"), "--quiet"],
        check=True, env=environment, capture_output=True,
    )  # fmt: skip
    ours = open_run(server.runs / ended["run"]).read("outcomes")
    assert ours.equals(open_run(tmp_path / "run").read("outcomes"))


def test_the_files_of_a_patient_give_the_same_course(server, course, tmp_path):
    """Study, protocol and patient from the page are read by the library, and agree."""
    from trimer import simulate
    from trimer.simulate import prepare
    from trimer.trial.cohort_file import read_cohort
    from trimer.trial.read import read_study
    from trimer.trial.recipe import shipped

    _, _, content = server.ask("POST", "/api/patient/files", PATIENT)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    study = read_study(tmp_path / "study.toml")
    compiled = prepare(shipped(study.model))
    cohort = read_cohort(tmp_path / "patient.csv", compiled.parameter_table)
    run = simulate(
        compiled, cohort, study.arms[0].protocol, days=study.days, every_hours=2, seed=study.seed
    )  # fmt: skip
    assert course["series"]["IL6"] == pytest.approx(list(run.column("IL6")[0]), rel=1e-4)


def test_progress_is_told_and_a_trial_can_be_cancelled(server):
    """Messages come at least twice a second; a cancelled trial keeps what it has."""
    import http.client
    import time

    asked = {**SMALL_TRIAL, "patients": 2000, "days": 63, "name": "large"}
    _, job = server.post("/api/trials", asked)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"/api/trials/{job['id']}/events")
    stream = connection.getresponse()
    times, states = [], []
    began = time.monotonic()
    cancelled = False
    while line := stream.readline():
        if not line.startswith(b"data: "):
            continue
        times.append(time.monotonic())
        states.append(json.loads(line[6:]))
        assert len(line) <= 4096
        moving = states[-1]["done"] > 0
        if not cancelled and (moving or time.monotonic() - began > 40):
            server.post(f"/api/trials/{job['id']}/cancel", {})
            cancelled = True
        if states[-1]["state"] == "cancelled":
            break
    connection.close()
    assert states[-1]["state"] == "cancelled"
    assert 0 < states[-1]["done"] < states[-1]["total"]
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    assert gaps[len(gaps) // 2] <= 0.5


def test_more_than_one_trial_waits_in_line(server):
    """A second trial is told how many are ahead of it, and may be cancelled unstarted."""
    first = server.post("/api/trials", {**SMALL_TRIAL, "patients": 400, "name": "one"})[1]
    second = server.post("/api/trials", {**SMALL_TRIAL, "name": "two"})[1]
    assert second["state"] == "queued"
    assert second["ahead"] >= 1
    server.post(f"/api/trials/{second['id']}/cancel", {})
    server.post(f"/api/trials/{first['id']}/cancel", {})
    assert server.wait_for(second["id"])["state"] == "cancelled"
    assert server.wait_for(first["id"])["state"] == "cancelled"


def test_runs_are_deleted_and_brought_back(server):
    """Deleting puts a run away, and undoing brings it back."""
    _, job = server.post("/api/trials", {**SMALL_TRIAL, "patients": 1, "name": "gone"})
    run = server.wait_for(job["id"])["run"]
    assert server.post(f"/api/runs/{run}/delete", {})[0] == 200
    assert server.ask("GET", f"/api/runs/{run}")[0] == 404
    assert server.post(f"/api/runs/{run}/restore", {})[0] == 200
    assert server.ask("GET", f"/api/runs/{run}")[0] == 200


def test_sources_of_numbers(server):
    """A parameter tells value, basis and source; an observable its equation and what is in it."""
    _, found = server.get("/api/sources/parameter/R123")
    assert (found["value"], found["basis"]) == ("2000", "assumed")
    assert found["sources"]
    _, found = server.get("/api/sources/observable/trimers_per_blast")
    assert "trimers_per_blast" in found["equation"]
    assert "NG" in found["details"]
    _, found = server.get("/api/sources/own/kills")
    assert "Halle" in found["details"]


def test_clinic_pack_and_facts(server):
    """Guides, checklist, plan and facts are the library's."""
    _, found = server.get("/api/facts")
    assert found["drug"] == "flotetuzumab"
    _, example = server.get("/api/readiness")
    _, checked = server.post("/api/readiness", example)
    assert sum(checked["counts"].values()) == len(checked["items"])
    status, wrong = server.post("/api/readiness", {"text": "weight_kg = 'x'"})
    assert status == 422
    assert "patient file" in json.dumps(wrong)
    assert tempfile.gettempdir() not in json.dumps(wrong)
    _, guide = server.get("/api/guides/nurse?large=true")
    assert guide["large"]
    asked = {"protocol": "flotetuzumab-multi-step", "weight": "70 kg",
             "start": "2027-01-04T09:00+01:00", "pharmacy": "example"}  # fmt: skip
    _, plan = server.post("/api/plan", asked)
    assert [step["mcg_per_day"] for step in plan["steps"][:3]] == [2.1, 4.2, 7.0]
    status, wrong = server.post("/api/plan", {**asked, "weight": "70"})
    assert status == 200 or "unit" in json.dumps(wrong)


def test_another_address_needs_a_token(tmp_path, environment):
    """Beyond this machine nothing is answered without the token that was printed."""
    from tests.page.conftest import Server

    class Open(Server):
        def ask(self, method, path, body=None, headers=None, raw=None):
            token = self.url.partition("token=")[2]
            known = {"authorization": f"Bearer {token}"} if headers is None else headers
            return super().ask(method, path, body, known, raw)

    open_ = Open(tmp_path, environment, "--host", "0.0.0.0")  # noqa: S104 (this is the test)
    try:
        assert "token=" in open_.url
        assert open_.ask("GET", "/api/start", headers={})[0] == 401
        assert open_.ask("GET", "/api/start", headers={"authorization": "Bearer x"})[0] == 401
        assert open_.ask("GET", "/api/start")[0] == 200
        token = open_.url.partition("token=")[2]
        _, headers, _ = open_.ask("GET", f"/?token={token}", headers={})
        assert "HttpOnly" in headers["set-cookie"]
    finally:
        open_.stop()
