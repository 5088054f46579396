# SPDX-License-Identifier: Apache-2.0
"""Bad input at the command line: a sentence, exit 1, nothing written over."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from trimer import report
from trimer.cli import main

STUDY = """\
[study]
name = "s"
model = "flotetuzumab-reference"
patients = 2
seed = 1
days = 3

[arms.a]
protocol = "p.toml"
"""

PROTOCOL = """\
name = "p"

[[infuse]]
drug = "flotetuzumab"
rate = "30 ng/kg/day"
days = 1
"""

CARD = """\
name,definition,value,unit,spread,source,basis,details
CL,clearance,38,L/day,lognormal cv 40%,A2020,assumed,
"""

SOURCES = "@misc{A2020, title = {A}, year = {2020}}\n"


SECOND = """\
days = 2

[[infuse]]
drug = "flotetuzumab"
rate = "1 ng/h"
start_days = 1
days = 1
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder with a study, a protocol, a card and its sources."""
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("s.toml", STUDY), ("p.toml", PROTOCOL), ("card.csv", CARD), ("sources.bib", SOURCES),
    ):  # fmt: skip
        Path(name).write_text(text)
    return tmp_path


@pytest.fixture
def trimer(folder, capsys):
    """Return a function that calls the command line and leaves the folder as it was."""

    def call(*arguments):
        before = contents(folder)
        code = main([str(argument) for argument in arguments])
        assert contents(folder) == before
        out, err = capsys.readouterr()
        return code, out, err

    return call


def contents(folder):
    """Return everything in a folder, byte by byte."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(name, old, new):
    """Change a file."""
    text = Path(name).read_text()
    assert old in text
    Path(name).write_text(text.replace(old, new))


def test_what_is_in_order_is_said_to_be(trimer):
    """Study, protocol, card, shipped names: exit 0 and a line each."""
    code, out, err = trimer("check", "s.toml", "p.toml", "card.csv", "flotetuzumab-reference",
                            "flotetuzumab-flat", "flotetuzumab-lead-in")  # fmt: skip
    assert (code, err) == (0, "")
    assert out.count("is in order") == 6


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('"30 ng/kg/day"', '"30 ngg/kg/day"', ["p.toml', line 5", "30 ngg/kg/day", "ng/kg/day"]),
        ('"30 ng/kg/day"', "30", ["p.toml', line 5", "got 30", "ng/kg/day"]),
        ('"30 ng/kg/day"', '"-30 ng/kg/day"', ["p.toml', line 5", "-30"]),
        ('"30 ng/kg/day"', '"nan ng/kg/day"', ["p.toml', line 5", "nan"]),
        ("days = 1", "days = 0", ["p.toml', line 6", "got 0"]),
        ("days = 1", "dys = 1", ["Unknown key 'dys'", "line 6", "Did you mean 'days'"]),
        ('name = "p"', "", ["Missing 'name'"]),
        (
            "days = 1",
            SECOND,
            ["Overlapping infusions of flotetuzumab", "lines 3 and 8", "Start the second on day 2"],
        ),
    ],
)  # fmt: skip
def test_a_wrong_protocol_is_refused_everywhere(trimer, old, new, parts):
    """Checked, simulated or named by a study: the same sentences, exit 1."""
    edit("p.toml", old, new)
    for arguments in (
        ("check", "p.toml"), ("check", "s.toml"), ("simulate", "--protocol", "p.toml"),
        ("simulate", "s.toml"), ("trial", "s.toml", "--out", "run"), ("show", "p.toml"),
    ):  # fmt: skip
        code, out, err = trimer(*arguments)
        assert (code, out) == (1, ""), arguments
        for part in parts:
            assert part in err, arguments


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("38", "-38", ["'card.csv', line 2", "-38", "Correct the value."]),
        ("38", "nan", ["'card.csv', line 2", "nan", "Correct the value."]),
        ("38", "much", ["'card.csv', line 2", "much"]),
        ("A2020", "", ["'card.csv', line 2", "source", "Write a key of the sources"]),
        ("A2020", "A2021", ["A2021", "Did you mean 'A2020'"]),
        ("assumed", "guessed", ["guessed", "assumed"]),
        (
            "lognormal cv 40%",
            "lognormal 40",
            ["'card.csv', line 2, field 'spread'", "lognormal 40"],
        ),
        (
            "L/day",
            "Lx/day",
            ["'card.csv', line 2, field 'unit': unknown unit 'Lx'", "Did you mean"],
        ),
        ("L/day", "((", ["'card.csv', line 2, field 'unit': cannot read the unit '(('"]),
        ("CL,clearance", "CL,", ["'card.csv', line 2"]),
    ],
)
def test_a_wrong_card_is_refused(trimer, old, new, parts):
    """Value, source, basis and spread of a row: file, line, what was found."""
    edit("card.csv", old, new)
    code, out, err = trimer("check", "card.csv")
    assert (code, out) == (1, "")
    for part in parts:
        assert part in err


def test_a_card_in_order_says_what_was_not_checked(trimer):
    """Units alone can be read; whether they fit is for the model's equations."""
    assert trimer("check", "card.csv")[1].splitlines()[:2] == [
        "'card.csv' is in order: a card of 1 parameter with sources from 'sources.bib'.",
        "  - Whether units fit the flows is seen when a model is built with the card.",
    ]


def test_a_drug_that_no_shipped_model_knows_is_noted(trimer):
    """A protocol may be for a user's own model: exit 0, with the near name; a study is refused."""
    assert (
        "p.toml' is in order: a protocol of 1 infusion and 0 doses.\n"
        in trimer("check", "p.toml")[1]
    )
    edit("p.toml", '"flotetuzumab"', '"flotetuzumabb"')
    note = "No shipped model knows the drug 'flotetuzumabb'. Did you mean 'flotetuzumab'?"
    code, out, err = trimer("check", "p.toml")
    assert (code, err) == (0, "")
    assert f"a protocol of 1 infusion and 0 doses.\n  - {note}\n" in out
    record = json.loads(trimer("check", "p.toml", "--json")[1])
    assert record["files"]["p.toml"] == {"problems": [], "notes": [note]}


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("id,WT,CL\n0,70,38\n1,80,30\n", 0, "a cohort of 2 patients with 2 parameters.\n"),
        ("id,WT\n0,70\n", 0, "a cohort of 1 patient with 1 parameter.\n"),
        ("id,WTT\n0,70\n", 0, "No shipped model knows the parameter 'WTT'. Did you mean 'WT'?"),
        ("id,WT\n0,-70\n", 1, "Negative value of 'WT' in cohort 'c.csv', line 2"),
        ("id,WT\n0,nan\n", 1, "Wrong cohort 'c.csv', line 2: 'WT' is nan"),
    ],
)
def test_a_cohort_file_is_checked_as_one(trimer, text, code, part):
    """Its columns tell it from a card: no .bib file is asked for."""
    Path("c.csv").write_text(text)
    found, out, err = trimer("check", "c.csv")
    assert found == code
    assert part in out + err
    assert ".bib" not in err
    assert "'c.csv' is a cohort" in trimer("show", "c.csv")[2]


def test_a_missing_card_is_called_missing(trimer):
    """Before its sources are looked for."""
    assert "Missing file 'none.csv'" in trimer("check", "none.csv")[2]


def test_a_folder_of_trajectories_has_no_report(folder, capsys):
    """What `trimer simulate --out` wrote is no trial; the sentence says what to do."""
    assert main(["simulate", "s.toml", "--out", "run", "--quiet"]) == 0
    before = contents(folder)
    capsys.readouterr()
    assert main(["report", "run"]) == 1
    assert capsys.readouterr().err == (
        "'run' holds trajectories that `trimer simulate` wrote, not a trial, and a report is of "
        "a trial. Draw them with `trimer simulate ... --plot FILE`, or run the study with "
        "`trimer trial`.\n"
    )
    assert contents(folder) == before


def test_a_card_without_sources_says_where_they_belong(trimer):
    """The .bib file beside the card is part of it."""
    Path("sources.bib").unlink()
    code, _, err = trimer("check", "card.csv")
    assert code == 1
    assert "no .bib file beside it" in err


def test_all_problems_of_all_files_are_listed(trimer):
    """One call finds everything."""
    edit("p.toml", '"30 ng/kg/day"', "30")
    edit("s.toml", "patients = 2", "patients = -2")
    edit("card.csv", "38", "-38")
    code, _, err = trimer("check", "s.toml", "card.csv")
    assert code == 1
    for part in ("s.toml', line 4", "p.toml', line 5", "card.csv', line 2", "3 problems found."):
        assert part in err


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"", "mpty"), (b"[study", "Not TOML"), (b"\xff\xfe\x00\x01", "text"), (None, "issing")],
)
def test_a_file_that_is_none_says_so(trimer, content, part):
    """Empty, not TOML, not text, missing: for every verb that reads one."""
    Path("s.toml").unlink()
    if content is not None:
        Path("s.toml").write_bytes(content)
    for verb in ("check", "simulate", "trial", "show"):
        code, out, err = trimer(verb, "s.toml")
        assert (code, out) == (1, ""), verb
        assert part in err, verb
        assert "s.toml" in err


def test_a_file_of_another_kind_says_so(trimer):
    """A protocol is no study, a folder is no file, other TOML is neither."""
    for verb in ("trial", "simulate"):
        code, _, err = trimer(verb, "p.toml")
        assert code == 1
        assert err == (
            "'p.toml' is a protocol, not a study. Follow it with "
            "`trimer simulate --protocol p.toml`.\n"
        )
    assert "is a protocol, not a study" in trimer("trial", "flotetuzumab-flat")[2]
    Path("other.toml").write_text("x = 1\n")
    for name in ("other.toml", "."):
        code, _, err = trimer("check", name)
        assert code == 1
        assert err


def test_a_drug_the_model_does_not_know_is_found_before_anything_is_written(trimer):
    """Checked, run or simulated: exit 1 with a suggestion, and no run folder."""
    edit("p.toml", '"flotetuzumab"', '"flotetuzumabb"')
    for arguments in (
        ("check", "s.toml"),
        ("trial", "s.toml", "--out", "run"),
        ("simulate", "s.toml"),
    ):
        code, _, err = trimer(*arguments)
        assert code == 1
        assert "Unknown drug 'flotetuzumabb'" in err
        assert "Did you mean 'flotetuzumab'" in err
        assert not Path("run").exists()


def test_a_study_with_a_missing_protocol_or_model_suggests_one(trimer):
    """The near name is offered, with the line."""
    edit("s.toml", '"p.toml"', '"flotetuzumab-flt"')
    edit("s.toml", "-reference", "-referense")
    code, _, err = trimer("trial", "s.toml")
    assert code == 1
    assert "line 9" in err
    assert "Did you mean 'flotetuzumab-flat'" in err
    assert "Did you mean 'flotetuzumab-reference'" in err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--outputs", "IL66"), "Unknown observable 'IL66'"),
        (("--outputs", "temprature"), "Did you mean 'temperature'"),
        (("--days", "0"), "Wrong length of a simulation"),
        (("--days", "nan"), "Wrong length of a simulation"),
        (("--every", "-6"), "Wrong output interval"),
        (("--n", "0"), "at least 1 patient"),
        (("--n", "2", "--seed", "-1"), "seed"),
        (("--n", "2", "--nominal"), "Give one of"),
        (("--model", "flotetuzuma"), "Did you mean 'flotetuzumab'"),
        (("--protocol", "flotetuzumab-multi"), "Did you mean 'flotetuzumab-multi-step'"),
        (("--protocol", "none.toml"), "none.toml"),
        (("--engine", "line"), "Did you mean 'lanes'"),
        (("--rtol", "2"), "Wrong relative tolerance"),
        (("--arm", "a"), "Only a study has arms"),
        (("s.toml", "--protocol", "p.toml"), "give a study, or --model and --protocol"),
        (("--cohort", "none.csv"), "No file 'none.csv'"),
        (("--cohort", "card.csv"), "'card.csv', line 1: no column 'id'; it numbers the patients"),
        (("--plot", "p.toml"), "--overwrite"),
        (("--out", "."), "holds no run"),
        (("--out", "p.toml"), "a file of this name is there"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_done(trimer, arguments, part):
    """Every option of simulate says what it takes."""
    code, out, err = trimer("simulate", *arguments)
    assert (code, out) == (1, ""), err
    assert part in err


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("id,CL\n0,-1\n", "Negative value of 'CL' in cohort 'cohort.csv', line 2: got -1"),
        ("id,CL\n0,nan\n", "'cohort.csv', line 2: 'CL' is nan; values are finite numbers. Correct"),
        ("id,CLL\n0,1\n", "Unknown parameter 'CLL' in cohort 'cohort.csv', line 1"),
        ("id,CL\n0,1\n0,2\n", "'cohort.csv', line 3: patient number 0 stands there twice"),
        ("id,CL\n", "Wrong cohort 'cohort.csv': it is empty"),
        ("id,CL\n0,much\n", "line 2: got 'much' in column 'CL'"),
        ("id,CL\n0,\n", "'cohort.csv', line 2: 'CL' is empty"),
        ("id,CL\n0,1\n1,\n", "'cohort.csv', line 3: 'CL' is empty"),
        ("id,CL\n0.5,1\n", "Wrong patient numbers in cohort 'cohort.csv', line 2: got 0.5"),
        ("id,CL\n-1,1\n", "'cohort.csv', line 2: got -1 in column 'id'; they are whole"),
        ("id,CL\n,1\n", "'cohort.csv', line 2: 'id' is empty. Number patients"),
        ("CL\n1\n", "Wrong cohort 'cohort.csv', line 1: no column 'id'"),
        ("", "cannot be read"),
    ],
)
def test_a_wrong_cohort_is_refused(trimer, text, part):
    """Values, names and numbers of patients are looked at."""
    Path("cohort.csv").write_text(text)
    code, out, err = trimer("simulate", "--cohort", "cohort.csv")
    assert (code, out) == (1, ""), err
    assert part in err


def test_a_trial_is_not_written_over_another(folder, capsys, monkeypatch):
    """A folder that holds a run needs --overwrite, one that holds something else is refused."""
    monkeypatch.setattr(report, "write_report", lambda folder: folder / "report.html")
    assert main(["trial", "s.toml", "--out", "run", "--quiet"]) == 0
    before = contents(folder)
    assert main(["trial", "s.toml", "--out", "run", "--quiet"]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert contents(folder) == before
    assert main(["trial", "s.toml", "--out", ".", "--overwrite", "--quiet"]) == 1
    assert "holds no run" in capsys.readouterr().err
    assert contents(folder) == before
    assert main(["trial", "s.toml", "--out", "run", "--overwrite", "--quiet"]) == 0


def test_a_report_of_no_run_says_so(trimer):
    """Nothing there, or no run: exit 1 with the path."""
    for name in (".", "nowhere", "p.toml"):
        code, _, err = trimer("report", name)
        assert code == 1
        assert name in err


def test_a_disk_that_refuses_exits_with_5(folder, capsys, monkeypatch):
    """A full disk: the sentence says what is kept and where."""
    real = Path.write_bytes

    def write_bytes(self, content):
        if "profiles" in self.name:
            raise OSError(28, os.strerror(28), str(self))
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    assert main(["trial", "s.toml", "--out", "run", "--quiet"]) == 5
    err = capsys.readouterr().err
    assert "No space left on device" in err
    assert "0 of 2 patients are kept in 'run'" in err
    assert folder.joinpath("run", "run.json").exists()
