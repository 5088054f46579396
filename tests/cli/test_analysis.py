# SPDX-License-Identifier: Apache-2.0
"""``trimer calibrate``, ``weigh``, ``sensitivity`` and ``uncertainty`` from the command line."""

from __future__ import annotations

import csv
import json
import math

import pytest

from trimer.cli import main
from trimer.trial.calibration import Evaluation, Row, shipped

FIT = "name,low,high,block,reason\nk6,1e4,3e5,il6,example\nkk,0.3,9,response,example\n"
MODEL = "flotetuzumab-reference"


@pytest.fixture
def targets(monkeypatch):
    """Targets with a known best: k6 80000 and kk 1."""

    def objective(overrides, *, patients, seed, rows=None):
        best = {"k6": 80000.0, "kk": 1.0}
        card = {row.name: row.value for row in shipped.card()}
        found = {
            name: Row(name, value, 5 * math.log(overrides.get(name, card[name]) / value) ** 2)
            for name, value in best.items()
            if rows is None or name in rows
        }
        noise = 1e-6 * (seed + patients)
        return Evaluation(sum(row.score for row in found.values()) + noise, found)

    monkeypatch.setattr(shipped, "shipped_objective", lambda **_: objective)
    monkeypatch.setattr(shipped, "identity", lambda: {"model": "flotetuzumab"})


@pytest.mark.usefixtures("targets")
def test_calibrate_writes_a_patch_and_a_record(tmp_path, capsys):
    """Values come to the best, old and new stand in the patch, and going on changes nothing."""
    (tmp_path / "fit.csv").write_text(FIT)
    command = [
        "calibrate", "--fit", str(tmp_path / "fit.csv"), "--out", str(tmp_path / "out"),
        "--rounds", "1", "--generations", "12", "--patients", "5", "--json",
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert record["notice"].startswith("Simulation, not medical advice")
    assert record["values"]["k6"]["new"] == pytest.approx(80000, rel=0.02)
    assert record["after"]["loss"] < record["before"]["loss"]
    assert "generation" in said.err
    rows = list(csv.DictReader((tmp_path / "out" / "card-patch.csv").read_text().splitlines()))
    assert {row["name"]: row["basis"] for row in rows} == {"k6": "fitted", "kk": "fitted"}
    before = (tmp_path / "out" / "calibration.json").read_bytes()
    assert main(command) == 0
    assert "Going on" in capsys.readouterr().err
    assert (tmp_path / "out" / "calibration.json").read_bytes() == before


@pytest.mark.usefixtures("targets")
def test_a_block_alone_is_fitted(tmp_path, capsys):
    """The other one keeps the values of the card."""
    (tmp_path / "fit.csv").write_text(FIT)
    out = ["--out", str(tmp_path / "out"), "--generations", "3", "--rounds", "1", "--quiet"]
    command = ["calibrate", "--fit", str(tmp_path / "fit.csv"), "--block", "response", *out]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "k6" not in said.out.split("target")[0]
    assert main(["calibrate", "--fit", str(tmp_path / "fit.csv"), "--block", "responce"]) == 1
    assert "Unknown block 'responce'. Did you mean 'response'?" in capsys.readouterr().err


@pytest.mark.usefixtures("targets")
def test_calibrate_checks_its_record(tmp_path, capsys):
    """The record is held against the card that is shipped: it is another, and that is said."""
    (tmp_path / "fit.csv").write_text(FIT)
    out = ["--out", str(tmp_path / "out"), "--generations", "3", "--rounds", "1", "--quiet"]
    assert main(["calibrate", "--fit", str(tmp_path / "fit.csv"), *out]) == 0
    capsys.readouterr()
    record = tmp_path / "out" / "calibration.json"
    assert main(["calibrate", "--check", "--record", str(record)]) == 1
    assert "was fitted" in capsys.readouterr().out
    kept = json.loads(record.read_text())
    for value in kept["values"].values():
        value["new"] = value["old"]
    kept["after"] = kept["before"]
    record.write_text(json.dumps(kept))
    assert main(["calibrate", "--check", "--record", str(record)]) == 0
    said = capsys.readouterr().out
    assert "The card gives what the record says." in said
    assert "simulation, not medical advice" in said.lower()


def test_calibrate_without_a_record_says_so(tmp_path, capsys):
    """A record that is not there is a sentence."""
    assert main(["calibrate", "--check", "--record", str(tmp_path / "none.json")]) == 1
    assert "there is no such file" in capsys.readouterr().err


MARGINALS = (
    "name,statistic,value,error,source,reason\npeak_il6,median,80,,Example2020,example\n"
    "WT,mean,72,,Example2020,example\n"
)


def test_weigh_draws_a_cohort(tmp_path, capsys):
    """Figures are met, the effective sample size is said, the cohort is a file for a trial."""
    (tmp_path / "m.csv").write_text(MARGINALS)
    (tmp_path / "p.csv").write_text("name,low,high,unit,reason\nANC,0.2,,G/L,alive\n")
    command = [
        "weigh", "reference-multi-step", str(tmp_path / "m.csv"), "--model", MODEL,
        "--plausible", str(tmp_path / "p.csv"), "--candidates", "200", "--patients", "60",
        "--days", "8", "--out", str(tmp_path / "cohort.csv"), "--json",
    ]  # fmt: skip
    assert main(command) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["effective_sample_size"] > 50
    for row in record["figures"]:
        assert row["weighted"] == pytest.approx(row["published"], rel=1e-4)
    lines = (tmp_path / "cohort.csv").read_text().splitlines()
    assert len(lines) == 61
    assert main(command) == 1
    assert "there already" in capsys.readouterr().err


def test_weigh_refuses_too_few_effective_patients(tmp_path, capsys):
    """A figure far away leaves too few, and the sentence gives both numbers."""
    (tmp_path / "m.csv").write_text(MARGINALS.replace("WT,mean,72", "WT,mean,93"))
    command = ["weigh", "reference-multi-step", str(tmp_path / "m.csv"), "--model", MODEL]
    assert main([*command, "--candidates", "150", "--days", "2"]) == 1
    assert "effective sample size is" in capsys.readouterr().err


def test_sensitivity_writes_a_folder(tmp_path, capsys):
    """Tables, record and page; the share on assumed parameters is printed."""
    out = tmp_path / "out"
    command = [
        "sensitivity", "reference-multi-step", "--model", MODEL, "--base-samples", "16", "--most",
        "4", "--typical", "2", "--trajectories", "2", "--patients", "10", "--days", "8", "--out",
        str(out), "--quiet",
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "variance that rests on assumed parameters" in said.out
    names = {path.name for path in out.iterdir()}
    assert names == {
        "local.csv", "sobol.csv", "morris.csv", "sensitivity.json", "sensitivity.html",
    }  # fmt: skip
    assert json.loads((out / "sensitivity.json").read_text())["notice"]


def test_uncertainty_writes_a_folder(tmp_path, capsys):
    """Bands, rates and draws of every arm; both layers are printed."""
    out = tmp_path / "out"
    command = [
        "uncertainty", "reference-multi-step", "--model", MODEL, "--draws", "3", "--patients",
        "10", "--days", "3", "--out", str(out), "--json",
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert record["draws"] == 3
    assert record["layers"]["parameters"].startswith("about the parameters")
    names = {path.name for path in out.iterdir()}
    assert names == {"bands.csv", "rates.csv", "draws.csv", "uncertainty.json", "uncertainty.html"}
    clearance = next(row for row in record["parameters"] if row["name"] == "CL")
    assert clearance["sd_log"] >= math.sqrt(math.log1p(0.25)) - 1e-12


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["sensitivity", "multi-step"], "No study or protocol 'multi-step'"),
        (["sensitivity", "--base-samples", "100"], "power of two"),
        (["sensitivity", "--only", "globl"], "Unknown analysis: got globl"),
        (["uncertainty", "reference-multi-step", "--observable", "IL66"], "Did you mean 'IL6'"),
        (["uncertainty", "reference-multi-step", "--draws", "1"], "Too little for two layers"),
        (["weigh", "reference-multi-step", "none.csv"], "there is no such file"),
        (["calibrate", "--fit", "none.csv"], "there is no such file"),
        (["calibrate", "--patients", "0"], "Wrong 'patients'"),
    ],
)
def test_bad_input_is_a_sentence(command, sentence, tmp_path, monkeypatch, capsys):
    """Exit code 1, a sentence, and nothing half written."""
    monkeypatch.chdir(tmp_path)
    assert main([*command]) == 1
    assert sentence in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
