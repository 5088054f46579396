# SPDX-License-Identifier: Apache-2.0
"""Reading a run folder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import polars as pl
import pytest

from trimer.core.errors import StoreError
from trimer.report.data import QUANTILES, read_run

NEEDED = (
    "run.json",
    "model.json",
    "patients.parquet",
    "doses.parquet",
    "profiles.parquet",
    "outcomes.parquet",
)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(make_run, name):
    """Whatever is missing, the sentence names it."""
    folder = make_run(patients=3)
    (folder / name).unlink()
    with pytest.raises(StoreError, match=name.replace(".", r"\.")):
        read_run(folder)


@pytest.mark.parametrize("name", ["profiles.parquet", "outcomes.parquet", "patients.parquet"])
def test_a_damaged_table_is_named(make_run, name):
    """A table that is no Parquet is named, and a remedy offered."""
    folder = make_run(patients=3)
    (folder / name).write_bytes(b"PAR1 not really")
    with pytest.raises(StoreError, match=rf"'{name}'.* cannot be read.*Run the study again"):
        read_run(folder)


@pytest.mark.parametrize("name", ["run.json", "model.json"])
def test_json_that_is_none_is_named(make_run, name):
    """A JSON file that cannot be read is named."""
    folder = make_run(patients=3)
    (folder / name).write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match=rf"{name}.* cannot be read"):
        read_run(folder)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("seed",), "seven", r"'seed'.*got 'seven'; it must be a number"),
        (("study", "days"), None, r"'study\.days'.*must be a number"),
        (("arms",), 3, r"'arms'.*a list of objects"),
        (("arms", 0, "name"), None, r"'arms\[0\]\.name'.*must be text"),
        (("model",), "x", r"'model'.*an object"),
    ],
)
def test_a_wrong_entry_is_named(make_run, path, value, words):
    """The sentence says which entry of which file, what was found and what is allowed."""
    folder = make_run(patients=3)
    manifest = json.loads((folder / "run.json").read_text())
    place = manifest
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (folder / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=words):
        read_run(folder)


def test_a_missing_column_is_named(make_run):
    """A table of another version is refused with the column it lacks."""
    folder = make_run(patients=3)
    path = folder / "outcomes.parquet"
    pl.read_parquet(path).drop("crs_grade").write_parquet(path)
    with pytest.raises(StoreError, match="lacks the column 'crs_grade'"):
        read_run(folder)


def test_no_folder_is_said(tmp_path):
    """A path that is no run is refused."""
    with pytest.raises(StoreError, match=r"no 'run\.json'"):
        read_run(tmp_path / "nothing")


def test_a_run_without_a_finished_patient_is_refused(make_run):
    """When everyone failed there is nothing to report."""
    folder = make_run(patients=2, arms=("flat",), failed=(("flat", 0), ("flat", 1)))
    with pytest.raises(StoreError, match="No virtual patient was finished"):
        read_run(folder)


def test_courses_are_quantiles_of_the_profiles(run_folder):
    """Each band is the linear quantile over the patients of its arm at its time."""
    run = read_run(run_folder)
    profiles = pl.read_parquet(run_folder / "profiles.parquet")
    for arm in run.arms:
        part = profiles.filter(pl.col("arm") == arm.name).sort("id", "time")
        values = part["IL6"].to_numpy().reshape(40, -1)
        course = run.course(arm, "IL6")
        assert np.allclose(course.bands, np.quantile(values, QUANTILES, axis=0), rtol=1e-12)
        assert set(course.n) == {40}


def test_failed_patients_are_left_out(make_run):
    """A failed patient is in no band and no count, but stays in the list of failures."""
    folder = make_run(failed=(("flat", 3), ("flat", 7)))
    run = read_run(folder)
    multi, flat = run.arms
    assert set(run.course(flat, "IL6").n) == {38}
    assert not np.isnan(run.course(flat, "IL6").bands).any()
    assert len(run.finished(flat)) == 38
    assert len(run.finished(multi)) == 40
    assert len(run.pairs(multi, flat)) == 38
    assert run.failed()["id"].to_list() == [3, 7]


def test_an_incomplete_run_is_read_from_its_parts(make_run):
    """A run that a full disk stopped keeps its tables in parts, which are read as one."""
    folder = make_run(patients=6)
    manifest = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(manifest | {"status": "incomplete"}))
    (folder / "parts").mkdir()
    for name in ("patients", "doses", "profiles", "outcomes"):
        table = pl.read_parquet(folder / f"{name}.parquet")
        for i, ids in enumerate(([0, 1, 2], [3, 4, 5])):
            part = table.filter(pl.col("id").is_in(ids))
            part.write_parquet(folder / "parts" / f"{name}-{i:06d}.parquet")
        (folder / f"{name}.parquet").unlink()
    for i in range(2):  # written when a block is whole
        (folder / "parts" / f"block-{i:06d}.json").write_text('{"files": {}, "facts": {}}')
    run = read_run(folder)
    assert len(run.patients) == 6
    assert set(run.course(run.arms[0], "blasts").n) == {6}
    shutil.rmtree(folder / "parts")
    with pytest.raises(StoreError, match="empty"):
        read_run(folder)
