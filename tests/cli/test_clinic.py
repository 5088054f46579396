# SPDX-License-Identifier: Apache-2.0
"""The clinic verbs: outputs, exit codes, bad input, nothing written over, nothing heavy loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import trimer as package
from trimer.cli import main
from trimer.clinic.patient_file import example_text

NOTICE = "imulation, not medical advice"
HEAVY = ("polars", "scipy", "sympy", "pint", "matplotlib", "llvmlite", "pydantic")


@pytest.fixture
def trimer(capsys, tmp_path, monkeypatch):
    """Return a function that calls the command line in a folder with the example patient."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text(example_text(), encoding="utf-8")
    bad = example_text().replace('"posaconazole"', '"Prograf"').replace("= 70.0", "= 85.0")
    (tmp_path / "bad.toml").write_text(bad, encoding="utf-8")

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_facts_are_shown_by_topic_as_text_and_json(trimer):
    """One topic, or all."""
    code, out, err = trimer("facts", "status")
    assert (code, err) == (0, "")
    for part in ("Unverified", "Historical", "Contradicted", NOTICE):
        assert part in out
    record = json.loads(trimer("facts", "trials", "--json")[1])
    assert any("NCT02152956" in fact["name"] for fact in record["facts"])
    assert NOTICE in record["notice"]
    assert len(json.loads(trimer("facts", "--json")[1])["topics"]) == 10


def test_ready_says_so_by_its_exit_code(trimer):
    """0 if every item is ready, else 1, in text and JSON."""
    assert trimer("ready", "p.toml")[0] == 0
    code, out, err = trimer("ready", "bad.toml")
    assert (code, err) == (1, "")
    for part in ("NOT READY", "tacrolimus, by its other name 'Prograf'", NOTICE):
        assert part in out
    code, out, _ = trimer("ready", "bad.toml", "--json")
    record = json.loads(out)
    assert (code, record["ready"]) == (1, False)
    assert record["baseline"]["ICE"] == 10


def test_the_example_checks_itself(trimer, tmp_path):
    """Printed, saved and read again, as TOML and as JSON."""
    for name, more in (("e.toml", ()), ("e.json", ("--json",))):
        code, out, _ = trimer("ready", "--example", *more)
        (tmp_path / name).write_text(out, encoding="utf-8")
        assert (code, trimer("ready", name)[0]) == (0, 0)


def test_a_list_of_its_own_takes_the_place_of_the_files(trimer, tmp_path):
    """Read from text."""
    (tmp_path / "m.txt").write_text("Prograf\nramipril\n", encoding="utf-8")
    assert "tacrolimus" in trimer("ready", "p.toml", "--medicines", "m.txt")[1]


@pytest.mark.parametrize("reader", ["patient", "nurse"])
def test_guides_are_printed_and_written(trimer, tmp_path, reader):
    """As text, HTML and PDF, also in large print."""
    code, out, _ = trimer("guide", reader)
    assert code == 0
    assert NOTICE in out
    code, out, _ = trimer("guide", reader, "flotetuzumab-two-step", "--large-print",
                          "--out", "g.html", "--out", "g.pdf")  # fmt: skip
    assert code == 0
    assert "g.pdf" in out
    assert NOTICE in out
    assert (tmp_path / "g.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(trimer("guide", reader, "--json")[1])["title"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("facts", "trails"), 1, "Did you mean 'trials'"),
        (("facts", "--out", "f.docx"), 1, "HTML, PDF or text"),
        (("ready",), 1, "trimer ready --example"),
        (("ready", "no.toml"), 1, "there is no such file"),
        (("ready", "p.toml", "--example"), 1, "not both"),
        (("ready", "list.xlsx"), 1, "got a spreadsheet"),
        (("ready", "p.toml", "--medicines", "list.xlsx"), 1, "save as CSV"),
        (("ready", "typo.toml"), 1, "Did you mean 'weight_kg'"),
        (("guide", "patient", "flotetuzumab-multistep"), 1, "'flotetuzumab-multi-step'"),
        (("guide", "patient", "reference-flat"), 1, "fixed schedule"),
        (("guide", "doctor"), 2, "patient"),
        (("simulate", "--patient", "bad.toml"), 1, "--not-ready-anyway"),
        (("simulate", "--patient", "p.toml", "--n", "2"), 1, "each says who is simulated"),
        (("simulate", "--not-ready-anyway"), 1, "goes with --patient"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence(trimer, tmp_path, arguments, code, sentence):
    """On stderr, with its exit code, and no file is left behind."""
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    (tmp_path / "typo.toml").write_text("weigth_kg = 70\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    got, out, err = trimer(*arguments)
    assert got == code
    assert sentence in err
    assert out == ""
    assert "bug in Trimer" not in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("verb", [("facts",), ("ready", "p.toml"), ("guide", "nurse")])
def test_nothing_is_written_over_without_force(trimer, tmp_path, verb):
    """The file stays as it was; with --force it is replaced."""
    path = tmp_path / "mine.html"
    path.write_text("mine", encoding="utf-8")
    code, _, err = trimer(*verb, "--out", "new.pdf", "--out", "mine.html")
    assert (code, path.read_text(encoding="utf-8")) == (1, "mine")
    assert "--force" in err
    assert not (tmp_path / "new.pdf").exists()
    assert trimer(*verb, "--out", "mine.html", "--force")[0] == 0
    assert path.read_text(encoding="utf-8") != "mine"


def test_simulate_takes_a_patient_who_is_ready(trimer):
    """Weight and baseline tests become the virtual patient's."""
    code, out, err = trimer("simulate", "--patient", "p.toml", "--days", "1", "--json")
    assert code == 0
    assert "WT 70 kg, ALT0 31 U/L" in err
    assert json.loads(out)["arms"]
    code, _, err = trimer(
        "simulate", "--patient", "bad.toml", "--not-ready-anyway", "--days", "1", "--quiet"
    )
    assert code == 0
    assert "WT 85 kg" in err
    assert "1 of 22 items are not ready" in err


def test_a_model_without_a_parameter_says_so(trimer):
    """The reference model has weight only."""
    code, _, err = trimer(
        "simulate", "--patient", "p.toml", "--model", "flotetuzumab-reference",
        "--protocol", "reference-multi-step", "--days", "1", "--quiet",
    )  # fmt: skip
    assert code == 0
    assert "no parameter for ALT0, AST0, bili0, crea0, Hb_start" in err


@pytest.mark.parametrize(
    "verb",
    [["facts"], ["ready", "p.toml"], ["guide", "nurse"], ["guide", "patient", "--out", "g.pdf"]],
)
@pytest.mark.usefixtures("trimer")
def test_no_verb_loads_anything_heavy(tmp_path, verb):
    """Each answers within a second, since it loads none of these."""
    code = (
        f"import sys; from trimer.cli import main; main({verb!r}); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    here = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=here, cwd=tmp_path, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "[]"
