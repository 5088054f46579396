# SPDX-License-Identifier: Apache-2.0
"""Trials with a design on the command line: answers, and sentences for what is wrong."""

import json

import pytest
from tests.trial.design.conftest import ESCALATION, RANDOMIZED

from trimer.cli import main

ESCALATION_TABLE = '[escalation]\ndlt = "CRS >= 3"\ntarget = 0.25\n'


@pytest.fixture
def trimer(capsys, tmp_path, monkeypatch):
    """Return a function that calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a study, some of it replaced."""

    def make(text, *changes):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "study.toml"
        path.write_text(text)
        return path

    return make


def test_a_randomized_trial_prints_endpoints_and_power(trimer, write):
    """n/N by arm, comparisons over the repeats; no report; shown again from its folder."""
    study = write(RANDOMIZED)
    code, out, err = trimer("trial", study, "--out", "run", "--quiet", "--repeats", 2)
    assert (code, err) == (0, "")
    assert "8 virtual patients, allocated 1:1, in each of 2 trials" in out
    assert "CR or CRh *" in out
    assert "p < 0.05" in out
    assert "Report:" not in out
    code, again, _ = trimer("runs", "trial", "run")
    assert code == 0
    assert "Overall survival" not in again
    assert "overall survival" in again
    code, text, _ = trimer("runs", "trial", "run", "--json")
    record = json.loads(text)
    assert record["endpoints"]["remission"]["arms"]["salvage"]["share"]["N"] > 0
    assert record["comparisons"][0]["success"]["N"] == 2
    code, text, _ = trimer("runs", "safety", "run")
    assert code == 0
    assert "worst grade" in text
    assert json.loads(trimer("runs", "safety", "run", "--json")[1])["arms"]["multi-step"]["crs"]
    code, _, err = trimer("report", "run")
    assert code == 1
    assert "randomized trial" in err
    code, _, err = trimer("escalate", "run")
    assert code == 1
    assert "No dose escalation" in err


def test_a_dose_escalation_is_told_and_conducted_again(trimer, write):
    """The table of designs; another target and design without simulating anew."""
    study = write(ESCALATION)
    code, out, _ = trimer("trial", study, "--out", "run", "--quiet")
    assert code == 0
    assert "Target 30.0 % within 7 days" in out
    assert "BOIN chooses" in out
    code, text, _ = trimer(
        "escalate", "run", "--target", 0.2, "--designs", "BOIN,CRM", "--repeats", 20, "--json",
        "--start", "700",
    )  # fmt: skip
    record = json.loads(text)
    assert (code, record["target"], list(record["designs"])) == (0, 0.2, ["BOIN", "CRM"])
    shares = record["designs"]["BOIN"]["selected"].values()
    assert sum(s["n"] for s in shares) + record["designs"]["BOIN"]["none_selected"]["n"] == 20
    for wrong, says in (
        (("--target", 0.9), "Impossible target toxicity"),
        (("--designs", "BION"), "Did you mean 'BOIN'"),
        (("--start", "70"), "Did you mean '700'"),
        (("--most", 1), "3 at a time"),
    ):
        code, _, err = trimer("escalate", "run", *wrong)
        assert code == 1
        assert says in err


@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        (RANDOMIZED, [("days = 30", "days = 20")], "Follow-up shorter than endpoint"),
        (RANDOMIZED, [('control = "salvage"', 'control = "salvag"')], "Did you mean 'salvage'"),
        (RANDOMIZED, [("repeats = 3", "repeats = 0")], "'repeats'"),
        (RANDOMIZED, [("block = 2", "block = 3")], "Wrong block of allocation"),
        (RANDOMIZED, [("{ WT = [70.0] }", "{ WT = [70.0, 60.0] }")], "they rise"),
        (RANDOMIZED, [("{ WT = [70.0] }", '{ WT = "70" }')], "Wrong 'strata'"),
        (RANDOMIZED, [("{ WT = [70.0] }", "{ weight = [70.0] }")], "Unknown stratum 'weight'"),
        (RANDOMIZED, [("{ WT = [70.0] }", "{ WT = [999.0] }")], "Nobody in stratum"),
        (RANDOMIZED, [('time_to = "death"', 'time_to = "deth"')], "Did you mean 'death'"),
        (RANDOMIZED, [('response = ["CR", "CRh"]', "respons = 1")], "Did you mean 'response'"),
        (RANDOMIZED, [("visits = [25, 28]", "visits = [28, 25]")], "Wrong 'visits'"),
        (RANDOMIZED, [('model = "flotetuzumab"', 'model = "flotetuzumab-reference"')], "who dies"),
        (RANDOMIZED, [("[endpoints.survival]", "[endpoints.dlt]")], "Wrong name of an endpoint"),
        (RANDOMIZED, [("[arms.salvage]", ESCALATION_TABLE + "[arms.salvage]")], "Two designs"),
        (ESCALATION, [("target = 0.3", "target = 1.5")], "Impossible target toxicity"),
        (ESCALATION, [("target = 0.3", "")], "Missing 'target'"),
        (ESCALATION, [("CRS >= 2 or", "CRSS >= 2 or")], "Did you mean 'CRS'"),
        (ESCALATION, [("CRS >= 2 or", "CRS >> 2 or")], "Wrong condition"),
        (ESCALATION, [("window_days = 7", "window_days = 28")], "shorter than the window"),
        (ESCALATION, [("700 ng/kg/day", "5000 ng/kg/day")], "5000 ng/kg/day"),
        (ESCALATION, [("most = 12", 'most = 12\nstart = "70"')], "Unknown arm '70'"),
    ],
    ids=range(21),
)  # fmt: skip
def test_a_wrong_design_is_a_sentence_and_exit_code_1(trimer, write, text, changes, says):
    """Whatever is wrong: what, where, and what is allowed; nothing is written."""
    study = write(text, *changes)
    code, out, err = trimer("trial", study, "--out", "run", "--quiet")
    assert (code, out) == (1, "")
    assert says in err
    assert "bug" not in err
    assert not (study.parent / "run").exists()


def test_only_randomized_trials_are_repeated(trimer):
    """Every patient in every arm: more patients say the same."""
    code, _, err = trimer("trial", "flotetuzumab-lead-in", "--repeats", 5)
    assert code == 1
    assert "cannot be repeated" in err


def test_shipped_designs_are_in_order(trimer):
    """Checked like any study."""
    for name in ("flotetuzumab-against-salvage", "flotetuzumab-escalation"):
        code, out, _ = trimer("check", name)
        assert code == 0
        assert "in order" in out
