# SPDX-License-Identifier: Apache-2.0
"""``trimer plan`` at the command line: what is printed, refused, written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from trimer.cli import main

BASE = ["plan", "flotetuzumab-multi-step", "--weight", "70", "--start", "2027-01-04T09:00+01:00"]
AS_OF = ["--as-of", "2027-01-01"]


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Return a function that calls a verb in an empty folder: code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def changed(**options):
    """Return the arguments with other options; None leaves one out."""
    arguments = [*BASE, *AS_OF]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if flag in arguments:
            at = arguments.index(flag)
            del arguments[at : at + 2]
        if value is not None:
            arguments += [flag] if value is True else [flag, value]
    return arguments


def test_the_plan_of_the_issue(call):
    """70 kg on the multi-step lead-in: 2.1, 4.2, 7, 14, 21, 28, 35 mcg a day."""
    code, out, err = call(*BASE, *AS_OF, "--as", "json")
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert [s["mcg_per_day"] for s in record["steps"][:7]] == [2.1, 4.2, 7, 14, 21, 28, 35]
    assert call(*BASE, *AS_OF, "--json") == (0, out, "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"weight": "0"}, "from 2 to 400 kg"),
        ({"weight": "7000"}, "Is it in grams"),
        ({"weight": "70 lb"}, "--convert-lb"),
        ({"weight": None}, "Missing weight"),
        ({"start": "2027-01-04T09:00"}, "without a zone"),
        ({"zone": "Europe/Brelin"}, "Did you mean 'Europe/Berlin'"),
        ({"as": "docx"}, "Unknown format 'docx'"),
        ({"as": "pdf"}, "name a file with --out"),
        ({"out": "p.docx"}, "a plan ends in"),
        ({"pharmacy": "exmaple"}, "Did you mean 'example'"),
        ({"pharmacy": "none.toml"}, "Missing file 'none.toml'"),
        ({"interrupted": "2027-01-06T14:00+01:00"}, "give --interrupted and --hours"),
        ({"hours": "6"}, "give --interrupted and --hours"),
        ({"interrupted": "2027-01-06T14:00+01:00", "hours": "-1"}, "at least one"),
        ({"interrupted": "2027-01-06T14:00+01:00", "hours": "nan"}, "Wrong --hours"),
        ({"interrupted": "2027-01-06T14:00", "hours": "6"}, "Wrong interruption"),
        ({"as_of": "today"}, "Wrong --as-of"),
        ({"maintenance": "5000 ng/kg/day"}, "above 1000 ng/kg/day"),
        ({"surface": "185"}, "square meters"),
        ({"label": "a\nb"}, "one line of text"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_1(call, tmp_path, options, says):
    """Nothing is printed on stdout, nothing written, and no trace of a program is shown."""
    code, out, err = call(*changed(**options))
    assert (code, out) == (1, "")
    assert says in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_protocol_is_refused(call):
    """With the nearest name."""
    code, _, err = call("plan", "flotetuzumab-multistep", *BASE[2:])
    assert code == 1
    assert "Did you mean 'flotetuzumab-multi-step'" in err


def test_a_date_that_has_passed_is_a_note_that_as_of_silences(call):
    """Exit 0 with a note on stderr; with the day named there is none."""
    past = changed(start="2020-01-06T09:00+01:00", as_of=None)
    code, out, err = call(*past)
    assert code == 0
    assert "is in the past" in err
    assert "2.1" in out
    assert call(*past, "--as-of", "2020-01-01")[2] == ""
    assert "in the past" in call(*past, "--as-of", "2021-01-01")[2]


def test_files_are_written_by_their_ending_and_kept(call, tmp_path):
    """Each format once; a second time only with --force."""
    for ending in ("txt", "json", "html", "pdf", "ics", "csv"):
        code, out, _ = call(*BASE, *AS_OF, "--out", f"p.{ending}")
        assert code == 0
        assert "not medical advice" in out
        before = (tmp_path / f"p.{ending}").read_bytes()
        code, _, err = call(*changed(weight="80", out=f"p.{ending}"))
        assert code == 1
        assert "--force" in err
        assert (tmp_path / f"p.{ending}").read_bytes() == before
        assert call(*changed(weight="80", out=f"p.{ending}", force=True))[0] == 0
        assert (tmp_path / f"p.{ending}").read_bytes() != before
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    assert len(list(tmp_path.iterdir())) == 6


def test_the_invented_pharmacy_stamps_what_is_printed_and_written(call):
    """EXAMPLE, NOT A PRESCRIPTION on the table and on the line that names the file."""
    assert "EXAMPLE, NOT A PRESCRIPTION" in call(*changed(pharmacy="example"))[1]
    assert "EXAMPLE, NOT A PRESCRIPTION" in call(*changed(pharmacy="example", out="p.pdf"))[1]


def test_pounds_convert_when_asked(call):
    """And the plan says what was taken."""
    out = call(*changed(weight="154 lb", convert_lb=True))[1]
    assert "154 lb = 69.85 kg, taken as 69.9 kg" in out


def test_an_interruption_gives_the_restart_by_the_table(call):
    """Six hours on day 3: premedicate, same rate."""
    out = call(*changed(interrupted="2027-01-06T14:00+01:00", hours="6"))[1]
    assert "premedicate, then same rate" in out
    assert "Wed 6 Jan 2027 20:00" in out


@pytest.mark.parametrize("ending", ["txt", "html", "ics"])
def test_the_verb_answers_within_a_second(tmp_path, ending):
    """The better of two calls, in processor time: other work on the machine does not count."""
    best = 9.0
    for k in range(2):
        before, wall = os.times(), time.monotonic()
        arguments = [
            *BASE,
            *AS_OF,
            "--pharmacy",
            "example",
            "--out",
            str(tmp_path / f"{k}.{ending}"),
        ]
        code = f"import sys; from trimer.cli import main; sys.exit(main({arguments!r}))"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        best = min(best, spent, time.monotonic() - wall)
    assert best < 1.0


def test_a_first_dose_waits_for_the_checklist(call, tmp_path):
    """S69: refused while a patient file is not ready; with the flag planned, and said so."""
    (tmp_path / "p.toml").write_text("weight_kg = 70.0\n", encoding="utf-8")
    from_file = changed(weight=None, patient="p.toml")
    code, out, err = call(*from_file)
    assert (code, out) == (1, "")
    assert "No first dose" in err
    code, out, err = call(*from_file, "--not-ready-anyway")
    assert code == 0
    assert "Weight      70 kg" in out
    assert "items of the checklist are not ready" in out
    assert "not ready" in err
    again = ["--interrupted", "2027-01-06T14:00+01:00", "--hours", "6"]
    assert call(*from_file, *again)[0] == 0  # no first dose


def test_the_weight_of_the_file_gives_way_to_one_that_is_named(call, tmp_path):
    """And that is said; a file without one needs it."""
    (tmp_path / "p.toml").write_text("weight_kg = 70.0\n", encoding="utf-8")
    code, out, err = call(*changed(weight="80", patient="p.toml", not_ready_anyway=True))
    assert code == 0
    assert "Weight      80 kg" in out
    assert "not the 70 kg of 'p.toml'" in err
    (tmp_path / "q.toml").write_text('id = "x"\n', encoding="utf-8")
    code, _, err = call(*changed(weight=None, patient="q.toml", not_ready_anyway=True))
    assert code == 1
    assert "Write weight_kg there" in err
    assert call(*changed(not_ready_anyway=True))[0] == 1


def test_the_checklist_is_judged_for_the_day_and_weight_of_the_plan(call, tmp_path):
    """A live vaccine just before --start, or a weight under the limit, stops the plan."""
    from trimer.library import clinic_path

    text = clinic_path("example-patient.toml").read_text(encoding="utf-8")
    ready = tmp_path / "p.toml"
    ready.write_text(text, encoding="utf-8")
    base = changed(weight=None, patient="p.toml")
    code, _, err = call(*base)
    assert code == 0, err
    assert call(*changed(weight="7", patient="p.toml"))[0] == 1
    ready.write_text(
        text + '\n[[vaccine]]\nname = "FluMist"\ndate = 2026-12-28\n', encoding="utf-8"
    )
    code, _, err = call(*base)
    assert code == 1
    assert "No first dose" in err
    assert "live vaccine" in err
