# SPDX-License-Identifier: Apache-2.0
"""``trimer runs``: compare, cite, resume, rm, and patients who are simulated again."""

from __future__ import annotations

import json

import pytest

from trimer.cli import main
from trimer.store import RunFolder, open_run

STUDY = """\
[study]
name = "small"
title = "A small study of 50% & more"
model = "flotetuzumab-reference"
patients = 6
seed = 5
days = 3

[arms.multi-step]
protocol = "reference-multi-step"
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a folder with two runs of a study, the second of another seed and outcomes alone."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "study.toml").write_text(STUDY)
    for name, more in (("one", []), ("two", ["--seed", "6", "--detail", "none"])):
        out = str(folder / name)
        assert main(["trial", str(folder / "study.toml"), "--out", out, "--quiet", *more]) == 0
    return folder


@pytest.fixture
def trimer(capsys, runs):  # noqa: ARG001 (their output is not ours)
    """Return a function that calls the command line."""
    capsys.readouterr()

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_compare_tells_what_was_done_otherwise_and_what_came_out(trimer, runs):
    """Another seed is named, other bits are named; a run is the same as itself."""
    code, out, _ = trimer("runs", "compare", runs / "one", runs / "two")
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("seed"))
    assert line.split() == ["seed", "5", "6"]
    assert "6 patients in common: differ in" in out
    assert "Peak IL-6, median" in out
    assert "not medical advice" in out
    record = json.loads(trimer("runs", "compare", runs / "one", runs / "one", "--json")[1])
    assert record["settings"] == {}
    assert record["bits"] == {"multi-step": "6 patients in common: the same, bit for bit"}


def test_cite_names_everything_the_numbers_depend_on(trimer, runs):
    """Version, seed, hashes; BibTeX with its own signs escaped."""
    manifest = open_run(runs / "one").manifest
    out = trimer("runs", "cite", runs / "one")[1]
    for part in ("Trimer 0.1.0", "seed 5", manifest["hashes"]["card"], "not medical advice"):
        assert part in out
    entry = trimer("runs", "cite", runs / "one", "--bibtex")[1]
    assert entry.startswith("@software{Trimer2")
    assert r"50\% \& more" in entry
    record = json.loads(trimer("runs", "cite", runs / "one", "--json")[1])
    assert record["bibtex"] == entry.rstrip("\n")


def test_show_simulates_a_patient_again_of_whom_outcomes_alone_were_kept(trimer, runs, tmp_path):
    """It says so, and whether the outcomes are those of the run; his tables can be had."""
    out = tmp_path / "him"
    code, text, err = trimer("runs", "show", runs / "two", "--patient", 4, "--out", out)
    assert code == 0
    assert "simulated again, from seed and number: the same outcomes, bit for bit" in err
    assert "peak_il6" in text
    assert open_run(out).read("profiles")["id"].unique().to_list() == [4]
    record = json.loads(trimer("runs", "show", runs / "two", "--patient", 4, "--json")[1])
    assert record["outcomes"][0]["arm"] == "multi-step"
    assert record["run"] == str(runs / "two")
    for wrong, words in ((("--patient", 99), "Unknown patient 99"), (("--redraw",), "--patient")):
        code, _, err = trimer("runs", "show", runs / "two", *wrong)
        assert code == 1
        assert words in err
    assert "Unknown arm" in trimer("runs", "show", runs / "two", "--patient", 4, "--arm", "x")[2]


def test_show_names_a_damaged_file_and_exits_with_1(trimer, runs, tmp_path):
    """Size is looked at anyway, content with --verify."""
    main(["trial", str(runs / "study.toml"), "--out", str(tmp_path / "run"), "--quiet"])
    file = tmp_path / "run" / "profiles.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    assert trimer("runs", "show", tmp_path / "run")[0] == 0
    code, out, _ = trimer("runs", "show", tmp_path / "run", "--verify")
    assert code == 1
    assert "profiles.parquet: its content has changed" in out
    file.unlink()
    code, out, _ = trimer("runs", "show", tmp_path / "run")
    assert code == 1
    assert "profiles.parquet: it is missing" in out


def test_a_run_that_did_not_end_is_listed_shown_and_resumed(trimer, runs, tmp_path, monkeypatch):
    """`trimer runs resume` ends it; the study file is not needed."""
    from trimer.trial import here

    real = here.do_block

    def stop(work, block, **options):
        if block.number == 1:
            raise KeyboardInterrupt
        return real(work, block, **options)

    monkeypatch.setattr(here, "do_block", stop)
    monkeypatch.setattr("trimer.trial.hands.BLOCK", 4)
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    code, _, err = trimer("trial", path, "--out", tmp_path / "run", "--quiet")
    assert code == 130
    assert f"4 of 6 patients are kept in '{tmp_path / 'run'}'. Go on with `trimer runs re" in err
    monkeypatch.undo()
    path.unlink()
    assert "interrupted, 4 patients done" in trimer("runs", "list", tmp_path)[1]
    shown = trimer("runs", "show", tmp_path / "run")[1]
    assert "interrupted (4 of 6 patients done)" in shown
    assert "trimer runs resume" in shown
    code, _, err = trimer("runs", "resume", tmp_path / "run")
    assert code == 0
    assert "4 of 6 patients are there (interrupted)." in err
    record = json.loads(trimer("runs", "compare", runs / "one", tmp_path / "run", "--json")[1])
    assert record["bits"] == {"multi-step": "6 patients in common: the same, bit for bit"}
    code, _, err = trimer("runs", "resume", tmp_path / "run")
    assert code == 1
    assert "is complete" in err


def test_rm_removes_what_a_run_wrote_and_nothing_else(trimer, tmp_path):
    """Other files stay, and are counted; what is no run is refused before anything goes."""
    for name in ("a", "b"):
        RunFolder(tmp_path / name, {}).close("complete")
    (tmp_path / "b" / "notes.txt").write_text("mine")
    assert "Would remove" in trimer("runs", "rm", "--dry-run", tmp_path / "a")[1]
    assert (tmp_path / "a").is_dir()
    code, _, err = trimer("runs", "rm", tmp_path / "a", tmp_path / "c")
    assert code == 1
    assert "is no folder" in err
    assert (tmp_path / "a").is_dir()
    code, out, _ = trimer("runs", "rm", tmp_path / "a", tmp_path / "b")
    assert code == 0
    assert "1 other file stays in it" in out
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b", "notes.txt"]
    assert trimer("runs", "rm")[0] == 1


def test_rm_leaves_a_run_that_is_being_written(trimer, tmp_path):
    """It says who is writing it."""
    folder = RunFolder(tmp_path / "run", {})
    code, _, err = trimer("runs", "rm", tmp_path / "run")
    assert code == 1
    assert "being written by process" in err
    assert open_run(folder.path).status == "running"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--detail", "some"], 1, "it must be all, none"),
        (["--processes", "0"], 1, "at least 1"),
        (["--cluster", "nowhere"], 1, "tcp://HOST:8786"),
        (["--cluster", "tcp://127.0.0.1:9"], 5, "No Dask scheduler answers"),
    ],
)
def test_wrong_ways_to_run_are_sentences(
    trimer, runs, tmp_path, monkeypatch, arguments, code, words
):
    """One sentence, exit 1, or 5 where a server failed."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("trimer.trial.cluster.CONNECT_SECONDS", 0.5)
    got = trimer("trial", runs / "study.toml", "--out", tmp_path / "run", "--quiet", *arguments)
    assert (got[0], got[1]) == (code, "")
    assert words in got[2]
