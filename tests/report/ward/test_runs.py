# SPDX-License-Identifier: Apache-2.0
"""``trimer runs``: the list, the card, the story, and what can be wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from trimer.cli import main

NOTICE = "Simulation, not medical advice."
POLICY = "Trimer's default policy: assumed, not the trial's protocol."


@pytest.fixture
def trimer(capsys, tmp_path, monkeypatch):
    """Return a function that calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_a_patients_story_is_printed(trimer, ward_folder):
    """The lines, the other arm, the notice of the policy and that of every output."""
    code, out, err = trimer("runs", "show", ward_folder, "--patient", 17)
    assert (code, err) == (0, "")
    assert out.startswith("Virtual patient 17 on Multi-step lead-in: 56 days\n")
    assert "Day 17, hour 9: Pump alarm: occlusion. No drug for 9 h." in out
    assert "The same patient in another arm: --arm flat" in out
    assert POLICY in out
    assert out.endswith(f"{NOTICE}\n")


def test_a_patients_story_in_another_arm_as_json(trimer, ward_folder):
    """JSON holds the same, with both notices."""
    code, out, _ = trimer("runs", "show", ward_folder, "--patient", 17, "--arm", "flat", "--json")
    record = json.loads(out)
    assert code == 0
    assert (record["patient"], record["arm"]) == (17, "flat")
    assert record["policy_notice"] == POLICY
    assert record["notice"].startswith(NOTICE[:-1])
    assert record["totals"]["worst"]["CRS"] == 3
    assert record["lines"][0]["day"] == -0.5 / 24


def test_a_run_is_shown_as_a_card(trimer, ward_folder, run_folder):
    """What it is, how it ended, what it holds; the story is offered where there is one."""
    code, out, _ = trimer("runs", "show", ward_folder)
    assert code == 0
    assert "30 virtual patients in each of 2 arms, 56 days, seed 20260101" in out
    assert "flat: Flat 500, no lead-in" in out
    assert "decisions, grades, verdicts, readings" in out
    assert "--patient NUMBER" in out
    assert POLICY in out
    plain = trimer("runs", "show", run_folder)[1]
    assert "--patient" not in plain
    assert "policy" not in plain
    record = json.loads(trimer("runs", "show", run_folder, "--json")[1])
    assert record["tables"] == ["patients", "doses", "profiles", "outcomes"]


def test_runs_are_listed_newest_first(trimer, tmp_path):
    """Folders with a run in them, those that cannot be read too; others are left out."""
    for name, created in (("old", "2026-01-01T00:00:00"), ("new", "2026-02-01T00:00:00")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        manifest = {
            "format": 1, "created": created, "status": "complete",
            "study": {"name": "s", "patients": 5}, "arms": [{}, {}],
        }  # fmt: skip
        (tmp_path / "runs" / name / "run.json").write_text(json.dumps(manifest))
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "run.json").write_text("{")
    (tmp_path / "runs" / "nothing").mkdir()
    code, out, _ = trimer("runs", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["new", "old", "broken"]
    assert "cannot be read" in out
    assert NOTICE in out
    record = json.loads(trimer("runs", "list", "runs", "--json")[1])
    assert [entry["run"] for entry in record["runs"]] == ["new", "old", "broken"]
    assert "No run folder in" in trimer("runs", "list", "runs/nothing")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--patient", "99"), "Unknown patient 99"),
        (("--patient", "3", "--arm", "flt"), "Did you mean 'flat'?"),
        (("--arm", "flat"), "give --patient with --arm"),
    ],
)
def test_what_is_not_in_a_run_is_named(trimer, ward_folder, arguments, sentence):
    """A sentence on stderr, nothing on stdout, exit code 1."""
    code, out, err = trimer("runs", "show", ward_folder, *arguments)
    assert (code, out) == (1, "")
    assert sentence in err


def test_a_run_without_a_ward_has_no_story(trimer, run_folder):
    """The sentence says what to run instead."""
    code, _, err = trimer("runs", "show", run_folder, "--patient", "1")
    assert code == 1
    assert "No ward acted" in err


def test_a_folder_that_is_no_run_is_named(trimer, tmp_path):
    """An empty folder, and one that is not there."""
    assert "holds no run" in trimer("runs", "show", tmp_path)[2]
    assert "is no folder" in trimer("runs", "show", tmp_path / "nowhere")[2]
    code, _, err = trimer("runs", "list", tmp_path / "nowhere")
    assert code == 1
    assert "No folder" in err


@pytest.mark.parametrize(
    "arguments", [("runs", "shw"), ("runs", "show"), ("runs", "show", "x", "y")]
)
def test_a_wrong_call_is_a_matter_of_usage(trimer, arguments):
    """Exit code 2 and where help is."""
    code, _, err = trimer(*arguments)
    assert code == 2
    assert "trimer runs --help" in err


def test_help_loads_nothing_heavy():
    """Help of the verb and of its parts is there without tables or pictures."""
    program = (
        "import sys; from trimer.cli import main; main(sys.argv[1:]); "
        "print([x for x in ('polars', 'matplotlib', 'numpy', 'sympy') if x in sys.modules])"
    )
    for arguments in (["runs", "--help"], ["runs", "show", "--help"], ["runs", "list", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stdout.rstrip().endswith("[]")
