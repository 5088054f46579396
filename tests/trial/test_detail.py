# SPDX-License-Identifier: Apache-2.0
"""Outcomes of everyone, everything of some; anyone else is simulated again."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import trimer as tm
from trimer.core.errors import InputError, StoreError, UnknownName
from trimer.store import open_run
from trimer.trial import cohorts
from trimer.trial.detail import Detail
from trimer.trial.read import read_study
from trimer.trial.redraw import redraw, study_of
from trimer.trial.trial import run_study

IDS = np.array([2, 3, 9, 40])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("all", [1, 1, 1, 1]),
        ("none", [0, 0, 0, 0]),
        ("First  2", [1, 1, 0, 0]),
        ("first 12", [1, 1, 1, 1]),
        ("3, 9-39", [0, 1, 1, 0]),
        ("40", [0, 0, 0, 1]),
    ],
)
def test_who_is_kept_whole(text, kept):
    """By number, or by place in the run."""
    detail = Detail.parse(text)
    assert detail.of(IDS, place=0).tolist() == [bool(x) for x in kept]
    if "irst" in text:
        assert not Detail.parse("first 2").of(IDS, place=2).any()


@pytest.mark.parametrize("text", ["", "some", "-3", "5-3", "1,,2", "first", "first -1", "1e3"])
def test_other_words_are_refused(text):
    """With what is understood."""
    with pytest.raises(InputError, match="it must be all, none, 'first 200', or numbers"):
        Detail.parse(text)


@pytest.fixture
def study(write):
    """Return 14 patients in two arms for 7 days."""
    return read_study(write(("days = 30", "days = 7")))


@pytest.mark.parametrize("size", [None, 3])
def test_outcomes_of_everyone_and_tables_of_some(study, tmp_path, size):
    """The same bits as in a run that keeps everything."""
    whole = run_study(study, tmp_path / "whole")
    some = run_study(study, tmp_path / "some", detail="0-1, 7",
                     block=size)  # fmt: skip
    assert_frame_equal(some.read("outcomes"), whole.read("outcomes"), check_exact=True)
    for table in ("patients", "doses", "profiles"):
        mine = whole.read(table).filter(pl.col("id").is_in([0, 1, 7]))
        assert_frame_equal(some.read(table), mine, check_exact=True)
    assert some.manifest["detail"] == "0-1, 7"
    none = run_study(study, tmp_path / "none", detail="none")
    assert_frame_equal(none.read("outcomes"), whole.read("outcomes"), check_exact=True)
    assert [path.name for path in none.path.glob("*.parquet")] == ["outcomes.parquet"]


def test_anyone_is_simulated_again_from_seed_and_number(study, tmp_path):
    """All tables of him, bit for bit those of a run that kept everything."""
    whole = run_study(study, tmp_path / "whole")
    none = run_study(study, tmp_path / "none", detail="none")
    study.path.unlink()  # the folder alone is enough
    (study.path.parent / "own.toml").unlink()
    found = redraw(none, 11, tmp_path / "him")
    assert found.differs == ()
    for table in ("patients", "doses", "profiles", "outcomes"):
        mine = whole.read(table).filter(pl.col("id") == 11)
        assert_frame_equal(found.run.read(table), mine, check_exact=True)
    assert found.run.manifest["redrawn"] == 11
    assert found.run.manifest["seed"] == 5


def test_a_patient_of_a_screened_cohort_is_drawn_again_by_his_number(write, tmp_path):
    """Numbers are those of candidates; who was not taken is nobody."""
    path = write(("patients = 14", 'cohort = "mine.toml"\npatients = 6'), ("days = 30", "days = 2"))
    (tmp_path / "mine.toml").write_text(
        '[cohort]\nname = "mine"\ntitle = "Mine"\ndescription = "Mine."\nbased_on = "pif"\n'
    )
    run = run_study(read_study(path), tmp_path / "run", detail="none")
    (tmp_path / "mine.toml").unlink()
    assert study_of(run).cohort == str(run.path / "cohort.toml")
    ids = run.read("outcomes")["id"].unique().sort().to_list()
    assert redraw(run, ids[4], tmp_path / "him").differs == ()
    nobody = next(number for number in range(ids[-1]) if number not in ids)
    for number in (nobody, ids[-1] + 1000, -1):
        with pytest.raises(UnknownName, match="nobody of this number"):
            redraw(run, number, tmp_path / "other")


def test_other_outcomes_than_stored_are_named(study, tmp_path):
    """A run whose numbers do not come out again is not passed over in silence."""
    run = run_study(study, tmp_path / "run", detail="none")
    changed = run.read("outcomes").with_columns(pl.col("auc") * 1.001)
    changed.write_parquet(run.path / "outcomes.parquet")
    assert redraw(run, 3, tmp_path / "him").differs == ("auc",)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("hashes", "card"), "0", "another card"),
        (("hashes", "model"), "0", "another model"),
        (("versions", "trimer"), "0.0.1", r"Trimer 0\.0\.1, this is"),
    ],
)
def test_another_model_or_version_does_not_do_it_again(study, tmp_path, place, value, words):
    """The numbers would be others, and the sentence says why."""
    run = run_study(study.with_numbers(patients=1), tmp_path / "run", detail="none")
    run.manifest[place[0]][place[1]] = value
    with pytest.raises(StoreError, match=words):
        redraw(run, 0, tmp_path / "him")


def test_a_study_made_in_python_comes_back_from_its_folder(study, tmp_path):
    """Without a text; arms, numbers and protocols are those of the study."""
    bare = type(study)(
        **{name: getattr(study, name) for name in study.__slots__} | {"text": "", "path": None}
    )
    run = run_study(bare, tmp_path / "run", detail="none")
    again = study_of(open_run(run.path))
    assert again == bare
    assert redraw(run, 13, tmp_path / "him").differs == ()


def test_the_screen_goes_on_where_it_was(write, tmp_path, monkeypatch):
    """A resumed run of a screened cohort has the same people and the same tally."""
    from trimer.trial.trial import resume_study

    path = write(("patients = 14", 'cohort = "pif"\npatients = 6'), ("days = 30", "days = 2"))
    study = read_study(path)
    whole = run_study(study, tmp_path / "whole", block=2)

    def stop(done):
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="2 of 6 patients are kept in"):
        run_study(study, tmp_path / "run", block=2, progress=stop)
    drawn = []
    real = cohorts.Patients.take
    monkeypatch.setattr(cohorts.Patients, "take", lambda s, n: drawn.append(n) or real(s, n))
    run = open_run(tmp_path / "run")
    again = tm.resume_run(run.path)
    for table in ("patients", "outcomes", "profiles"):
        assert_frame_equal(again.read(table), whole.read(table), check_exact=True)
    assert again.manifest["screening"] == whole.manifest["screening"]
    with pytest.raises(StoreError, match="complete"):
        resume_study(study_of(again), again)
    with pytest.raises(StoreError, match="complete"):
        tm.resume_run(run.path)
