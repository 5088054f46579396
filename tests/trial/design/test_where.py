# SPDX-License-Identifier: Apache-2.0
"""Randomized trials in several processes, cut off and resumed, and patients of later repeats."""

from __future__ import annotations

import polars as pl
import pytest
from tests.trial.design.conftest import RANDOMIZED
from tests.trial.test_processes import same

from trimer.core.errors import InputError, UnknownName
from trimer.store import open_run
from trimer.trial.redraw import is_left_out, redraw, study_of
from trimer.trial.trial import resume_study, run_study


def test_processes_and_a_resumed_run_give_the_bits_of_one_process(randomized, study_of, tmp_path):
    """Cut off after the first trial, taken up by two processes: tables and comparisons alike."""
    done = []

    def stop(n):
        done.append(n)
        if n > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"8 of 24 patients are kept .*each in one arm"):
        run_study(study_of(RANDOMIZED), tmp_path / "run", block=8, progress=stop)
    run = open_run(tmp_path / "run")
    assert not run.has("comparisons")
    told = []
    again = resume_study(study_of_run(run), run, processes=2, progress=told.append)
    assert told[-1] == 24
    assert again.is_complete
    assert again.manifest["patients_done"] == 24
    whole = run_study(study_of(RANDOMIZED), tmp_path / "whole", block=8)
    same(whole, again)
    assert again.read("comparisons").equals(randomized.read("comparisons"))


def study_of_run(run):
    """Return the study of a run, which has its design again."""
    study = study_of(run)
    assert study.design is not None
    assert study.repeats == 3
    return study


def test_a_patient_of_a_later_repeat_is_simulated_again_in_every_arm(randomized, tmp_path):
    """Of the first trial everything was kept; of later ones the endpoints alone."""
    endpoints = randomized.read("endpoints")
    first = int(endpoints.filter(pl.col("repeat") == 0)["id"][0])
    later = int(endpoints.filter(pl.col("repeat") == 2)["id"][0])
    assert not is_left_out(randomized, first)
    assert is_left_out(randomized, later)
    found = redraw(randomized, later, tmp_path / "later")
    assert found.run.read("outcomes")["arm"].to_list() == ["multi-step", "salvage"]
    assert redraw(randomized, first, tmp_path / "first").differs == ()
    with pytest.raises(UnknownName, match="nobody of this number"):
        redraw(randomized, 24, tmp_path / "nobody")


def test_a_randomized_trial_decides_itself_what_it_keeps(study_of, tmp_path):
    """--detail is for studies whose patients are in every arm."""
    with pytest.raises(InputError, match="Leave --detail out"):
        run_study(study_of(RANDOMIZED), tmp_path / "run", detail="none")
