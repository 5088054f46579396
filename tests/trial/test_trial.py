# SPDX-License-Identifier: Apache-2.0
"""Trials: paired arms, blocks, interrupts, full disks."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from trimer.assess import best_response
from trimer.core.errors import DiskError, StoreError
from trimer.store import open_run
from trimer.trial import cohorts
from trimer.trial import outcomes as outcomes_of
from trimer.trial.interrupt import uninterrupted
from trimer.trial.read import read_study
from trimer.trial.tables import PROFILES
from trimer.trial.trial import default_folder, run_study

TABLES = ("patients", "doses", "profiles", "outcomes")


@pytest.fixture
def study(write):
    """Return 14 patients in two arms for 30 days."""
    return read_study(write())


def test_a_run_folder_holds_the_whole_story(study, tmp_path):
    """Manifest, model, study and tables say what was done and what came of it."""
    done = []
    run = run_study(study, tmp_path / "run", progress=done.append)
    assert run.is_complete
    assert done == [14, 28]
    manifest = run.manifest
    assert manifest["seed"] == 5
    assert manifest["study"]["patients"] == manifest["patients_done"] == 14
    assert "not screened" in manifest["study"]["cohort_description"]
    assert [arm["name"] for arm in manifest["arms"]] == ["multi-step", "own"]
    assert manifest["solver"]["rtol"] == 1e-6
    assert manifest["failures"] == {"multi-step": {}, "own": {}}
    assert set(manifest["units"]) == set(PROFILES)
    assert "not medical advice" in manifest["notice"]
    assert (run.path / "study.toml").read_text() == study.text
    model = json.loads((run.path / "model.json").read_text())
    assert len(model["species"]) == 45
    assert all(row["source"] for row in model["parameters"])
    keys = {source["key"] for source in model["sources"]}
    assert {"Uy2021", "TrimerReference"} <= keys
    assert run.read("patients").height == 14
    profiles = run.read("profiles")
    assert profiles.columns == ["arm", "id", "time", *PROFILES]
    assert profiles.height == 2 * 14 * (30 * 4 + 1)
    assert profiles["time"].max() == 30
    outcomes = run.read("outcomes")
    assert outcomes.height == 28
    assert not outcomes["failed"].any()
    doses = run.read("doses").filter((pl.col("arm") == "own") & (pl.col("id") == 3))
    weight = run.read("patients").filter(pl.col("id") == 3)["WT"].item()
    assert doses["amount"].to_list() == pytest.approx([28 * 100 * weight])


def test_arms_treat_the_same_patients_with_the_same_luck(write, tmp_path):
    """Two arms of one protocol have identical numbers; other arms start from the same patients."""
    twins = read_study(write(('"own.toml"', '"reference-multi-step"')))
    run = run_study(twins, tmp_path / "run")
    for table in ("profiles", "outcomes", "doses"):
        one, other = (
            run.read(table).filter(pl.col("arm") == arm).drop("arm")
            for arm in ("multi-step", "own")
        )
        assert_frame_equal(one, other, check_exact=True)
    paired = run_study(read_study(write()), tmp_path / "paired")
    start = paired.read("profiles").filter(pl.col("time") == 0)
    one, other = (start.filter(pl.col("arm") == arm).drop("arm") for arm in ("multi-step", "own"))
    assert_frame_equal(one, other, check_exact=True)


def test_same_seed_same_numbers_whatever_the_blocks(study, tmp_path):
    """Blocks of 5 or of 500, one thread or two, more patients behind: bitwise the same."""
    whole = run_study(study, tmp_path / "a", block=500)
    split = run_study(study, tmp_path / "b", block=5, threads=1)
    more = run_study(study.with_numbers(patients=20), tmp_path / "c", block=6)
    for table in TABLES:
        assert_frame_equal(whole.read(table), split.read(table), check_exact=True)
        first = more.read(table).filter(pl.col("id") < 14)
        assert_frame_equal(whole.read(table), first, check_exact=True)
    other = run_study(study.with_numbers(seed=6), tmp_path / "d")
    assert not other.read("patients").equals(whole.read("patients"))


def test_outcomes_agree_with_the_stored_profiles(study, tmp_path):
    """Response follows from what is stored; peaks are looked for hourly, so never lower."""
    run = run_study(study, tmp_path / "run")
    profiles = run.read("profiles").filter(pl.col("arm") == "multi-step")
    course = {
        name: profiles[name].to_numpy().astype(float).reshape(14, -1)
        for name in ("blasts", "blood_blasts", "ANC", "PLT", "IL6", "concentration")
    }
    times = profiles["time"].to_numpy().reshape(14, -1)[0]
    outcomes = run.read("outcomes").filter(pl.col("arm") == "multi-step")
    want = best_response(
        times, *(course[name] for name in ("blasts", "blood_blasts", "ANC", "PLT"))
    )
    assert outcomes["response"].to_list() == want.tolist()
    for column, name in (("peak_il6", "IL6"), ("cmax_ng_mL", "concentration")):
        stored = course[name].max(axis=1)
        assert (outcomes[column].to_numpy() >= stored * (1 - 1e-6)).all()
        assert (outcomes[column].to_numpy() <= stored * 1.2).all()
    assert set(outcomes["crs_grade"]) <= {0, 1, 2, 3, 4}


def test_both_engines_give_the_same_trial(study, tmp_path):
    """Machine code and SciPy agree on every outcome of a few patients."""
    few = study.with_numbers(patients=3)
    lanes = run_study(few, tmp_path / "a", engine="lanes").read("outcomes")
    scipy = run_study(few, tmp_path / "b", engine="scipy").read("outcomes")
    assert_frame_equal(lanes.drop("steps"), scipy.drop("steps"), rel_tol=1e-4, abs_tol=1e-6)


def test_a_failed_patient_is_a_row_with_a_reason(study, tmp_path, monkeypatch):
    """Nulls and a reason for him, his neighbors bitwise as without him."""
    good = run_study(study, tmp_path / "good")

    def sample(*args, **options):
        cohort = real(*args, **options)
        values = cohort.values.copy()
        values[4, cohort.parameters.index("blood_T")] = 1e308
        return type(cohort)(
            cohort.name, cohort.ids, cohort.parameters, values, cohort.seed, cohort.description
        )

    real = cohorts.sample
    monkeypatch.setattr(cohorts, "sample", sample)
    run = run_study(study, tmp_path / "bad")
    outcomes = run.read("outcomes")
    failed = outcomes.filter(pl.col("failed"))
    assert failed["id"].to_list() == [4, 4]
    assert all(failed["reason"])
    assert failed["crs_grade"].null_count() == failed["response"].null_count() == 2
    assert list(run.manifest["failures"]["own"]) == ["4"]
    profiles = run.read("profiles")
    last = profiles.filter((pl.col("id") == 4) & (pl.col("time") == 30))
    assert np.isnan(last["blasts"].to_numpy()).all()
    for table in ("profiles", "outcomes"):
        mine, theirs = (r.read(table).filter(pl.col("id") != 4) for r in (run, good))
        assert_frame_equal(mine, theirs, check_exact=True)


def test_an_interrupted_run_keeps_the_blocks_that_were_done(study, tmp_path):
    """Ctrl-C in the second block: the first stays, and the run says it was interrupted."""

    def interrupt(done):
        if done == 10 + 5:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="5 of 14 patients are kept in"):
        run_study(study, tmp_path / "run", block=5, progress=interrupt)
    run = open_run(tmp_path / "run")
    assert run.status == "interrupted"
    assert run.manifest["patients_done"] == 5
    assert run.read("outcomes").height == 10
    assert run.can_resume
    whole = run_study(study, tmp_path / "whole")
    first = whole.read("profiles").filter(pl.col("id") < 5)
    assert_frame_equal(run.read("profiles"), first, check_exact=True)


def test_an_interrupt_before_the_first_block_leaves_a_marked_folder(study, tmp_path):
    """Nothing was done, and the folder says so."""

    def interrupt(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="0 of 14"):
        run_study(study, tmp_path / "run", progress=interrupt)
    run = open_run(tmp_path / "run")
    assert run.status == "interrupted"
    with pytest.raises(StoreError, match="before the first patients"):
        run.read("outcomes")


def test_a_patient_who_fails_is_a_row_with_a_reason(study, tmp_path, monkeypatch):
    """The slowest patient runs out of steps: reason and nulls for him, the same bits for others."""
    whole = run_study(study, tmp_path / "whole", threads=1).read("outcomes")
    most = whole.sort("steps").row(-1, named=True)
    monkeypatch.setattr("trimer.engine.launch.MAX_STEPS", most["steps"] - 1)
    run = run_study(study, tmp_path / "run", threads=1)
    found = run.read("outcomes")
    failed = found.filter(pl.col("failed"))
    assert (most["arm"], most["id"]) in failed.select("arm", "id").rows()
    assert failed["reason"].unique().to_list() == ["too many steps were needed"]
    assert failed["response"].null_count() == failed["crs_grade"].null_count() == failed.height
    assert sum(len(each) for each in run.manifest["failures"].values()) == failed.height
    rest = found.filter(~pl.col("failed"))
    assert 0 < rest.height == found.height - failed.height
    assert_frame_equal(rest, whole.join(rest, on=["arm", "id"], how="semi"), abs_tol=0, rel_tol=0)
    profiles = run.read("profiles").filter(arm=most["arm"], id=most["id"])
    assert profiles["IL6"].is_not_null().any()
    assert profiles["IL6"][-1] is None or np.isnan(profiles["IL6"][-1])


def test_a_full_disk_leaves_an_incomplete_run_that_reads(study, tmp_path, monkeypatch):
    """The block that did not fit is gone, those before it stay, and run.json says why."""
    real = Path.write_bytes

    def write_bytes(self, content):
        if "000002" in self.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(DiskError, match=r"No space left.*10 of 14 patients are kept in"):
        run_study(study, tmp_path / "run", block=5)
    run = open_run(tmp_path / "run")
    assert run.status == "incomplete"
    assert "No space left" in run.manifest["reason"]
    assert run.read("outcomes")["id"].to_list() == [*range(10)] * 2
    assert run.read("profiles").height == 2 * 10 * 121


def test_a_bug_on_the_way_leaves_an_incomplete_run(study, tmp_path):
    """Whatever breaks, the folder does not claim that the run still goes on."""

    def explode(done):
        if done > 10:
            raise ZeroDivisionError("oops")

    with pytest.raises(ZeroDivisionError):
        run_study(study, tmp_path / "run", block=5, progress=explode)
    run = open_run(tmp_path / "run")
    assert run.status == "incomplete"
    assert run.manifest["reason"] == "ZeroDivisionError: oops"
    assert run.read("outcomes").height == 10


def test_what_is_there_is_not_overwritten(study, tmp_path):
    """A second run into the same folder is refused before anything is simulated."""
    first = run_study(study.with_numbers(patients=2), tmp_path / "run")
    before = first.read("outcomes")
    with pytest.raises(StoreError, match="--overwrite"):
        run_study(study.with_numbers(patients=3), tmp_path / "run")
    assert_frame_equal(open_run(tmp_path / "run").read("outcomes"), before, check_exact=True)
    again = run_study(study.with_numbers(patients=3), tmp_path / "run", overwrite=True)
    assert again.read("outcomes").height == 6


def test_the_default_folder_says_when_and_what(tmp_path, monkeypatch):
    """Two runs of one second do not meet in one folder."""
    monkeypatch.chdir(tmp_path)
    first = default_folder("s")
    assert first.parent == Path("runs")
    assert first.name.endswith("_s")
    first.mkdir(parents=True)
    second = default_folder("s")
    assert second != first


def test_an_interrupt_waits_while_something_is_written():
    """It is raised at the end of the block, not inside."""
    reached = []

    def write():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        write()
    assert reached


def test_a_course_that_ends_early_is_read_at_its_end(study, tmp_path, monkeypatch):
    """A study shorter than 28 days takes its last day."""
    monkeypatch.setattr(outcomes_of, "WINDOWS", (25.0,))
    short = read_study(study.path)
    short = type(short)(**{name: getattr(short, name) for name in short.__slots__} | {"days": 10.0})
    run = run_study(short.with_numbers(patients=2), tmp_path / "run")
    profiles = run.read("profiles").filter(pl.col("time") == 10)
    outcomes = run.read("outcomes")
    np.testing.assert_allclose(
        outcomes["blast_day28"].to_numpy(), profiles["blasts"].to_numpy(), rtol=1e-6
    )
