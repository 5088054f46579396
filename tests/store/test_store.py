# SPDX-License-Identifier: Apache-2.0
"""Run folders: whole, cut off, on a full disk, in the way of another."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trimer.core.errors import DiskError, StoreError
from trimer.store import RunFolder, check_way, disk, open_run, read_table, write_table


def block(first, n=3, arms=("a", "b")):
    """Return a block of patients of every table."""
    ids = np.arange(first, first + n)
    rows = [pl.DataFrame({"arm": [arm] * n, "id": ids}) for arm in arms]
    return {
        "patients": [pl.DataFrame({"id": ids})],
        "doses": rows,
        "profiles": rows,
        "outcomes": rows,
    }


def files(folder):
    """Return the names of everything in a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return sorted(str(path.relative_to(folder)) for path in found)


def full_disk(monkeypatch, *, after):
    """Let the disk be full after so many files, for files larger than a little."""
    real, written = Path.write_bytes, []

    def write_bytes(self, content):
        if len(written) >= after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        written.append(self)
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


def test_a_finished_run_is_one_file_a_table_sorted_by_arm(tmp_path):
    """Parts are joined: arm by arm, block by block, and nothing else is left."""
    folder = RunFolder(tmp_path / "run", {"study": {"name": "s"}})
    folder.write_model({"name": "m"})
    folder.write_study("[study]\n")
    for first in (0, 3, 6):
        folder.add(block(first))
    folder.close("complete", wall_seconds=1.5)
    assert files(folder.path) == [
        "doses.parquet", "model.json", "outcomes.parquet", "patients.parquet",
        "profiles.parquet", "run.json", "study.toml",
    ]  # fmt: skip
    run = open_run(folder.path)
    assert run.is_complete
    assert run.manifest["wall_seconds"] == 1.5
    assert "not medical advice" in run.manifest["notice"]
    table = run.read("profiles")
    assert table["arm"].to_list() == ["a"] * 9 + ["b"] * 9
    assert table["id"].to_list() == [*range(9)] * 2
    assert repr(run) == f"<StoredRun {folder.path}: s, complete>"


def test_a_run_that_goes_on_is_readable(tmp_path):
    """Before the end the parts are read as if they were the table."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    folder.add(block(3))
    run = open_run(folder.path)
    assert run.status == "running"
    assert run.read("outcomes")["id"].to_list() == [0, 1, 2, 3, 4, 5] * 2
    assert not run.is_complete


def test_a_table_without_rows_says_so(tmp_path):
    """A run that ended before its first block has no tables, and unknown ones get a suggestion."""
    run = open_run(RunFolder(tmp_path / "run", {}).path)
    with pytest.raises(StoreError, match="ended before the first patients were done"):
        run.scan("profiles")
    with pytest.raises(StoreError, match="Did you mean 'profiles'"):
        run.scan("profile")


def test_a_block_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    """When the disk is full in the middle of a block nothing of that block remains."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    before = files(folder.path)
    full_disk(monkeypatch, after=2)
    with pytest.raises(DiskError, match=r"No space left on device.*Free some space"):
        folder.add(block(3))
    assert files(folder.path) == before


def test_a_full_disk_still_marks_the_run(tmp_path, monkeypatch):
    """There is room for the mark even where no new file can be written."""
    folder = RunFolder(tmp_path / "run", {"study": {"name": "s"}})
    folder.add(block(0))
    size = (folder.path / "run.json").stat().st_size
    full_disk(monkeypatch, after=0)
    with pytest.raises(DiskError):
        folder.add(block(3))
    folder.mark("incomplete", reason="No space left on device")
    run = open_run(folder.path)
    assert run.status == "incomplete"
    assert run.manifest["reason"] == "No space left on device"
    assert (folder.path / "run.json").stat().st_size == size
    assert run.read("profiles")["id"].to_list() == [0, 1, 2] * 2


def test_a_full_disk_at_the_end_keeps_the_parts(tmp_path, monkeypatch):
    """A run that cannot be joined is incomplete and stays readable."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    folder.add(block(3))

    def full(*_args, **_options):
        raise pl.exceptions.ComputeError("underlying IO error: No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(DiskError, match="No space left on device"):
        folder.close("complete")
    run = open_run(folder.path)
    assert run.status == "incomplete"
    assert run.read("profiles").height == 12


FILL = """
import resource, sys
from pathlib import Path
import numpy as np, polars as pl
from trimer.core.errors import DiskError
from trimer.store import RunFolder, open_run
folder = RunFolder(Path(sys.argv[1]), {})
small = pl.DataFrame({"id": np.arange(5)})
folder.add({"patients": [small]})
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    folder.add({"patients": [pl.DataFrame({"id": np.random.default_rng(1).random(9999)})]})
except DiskError as error:
    folder.mark("incomplete", reason=str(error))
run = open_run(folder.path)
print(run.status, run.read("patients").height, run.manifest["reason"])
"""


def test_a_disk_that_really_refuses(tmp_path):
    """With a real limit of the system instead of a pretended one."""
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path / "run")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": "src"},
    )  # fmt: skip
    assert done.stdout.startswith("incomplete 5 Cannot write "), done.stderr
    assert "File too large" in done.stdout


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_run_is_never_overwritten(tmp_path, overwrite):
    """A folder of something else, or a file, is refused even with --overwrite."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    (tmp_path / "file").write_text("precious")
    for name, message in (("thesis", "holds no run"), ("file", "a file of this name")):
        with pytest.raises(StoreError, match=message):
            RunFolder(tmp_path / name, {}, overwrite=overwrite)
    assert files(tmp_path) == ["file", "thesis/chapter.txt"]
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "precious"


def test_a_run_is_overwritten_only_when_asked(tmp_path):
    """Without --overwrite it is refused; with it the old run goes and other files stay."""
    folder = RunFolder(tmp_path / "run", {"seed": 1})
    folder.add(block(0))
    folder.close("complete")
    (folder.path / "notes.txt").write_text("mine")
    before = (folder.path / "run.json").read_bytes()
    with pytest.raises(StoreError, match=r"holds a run already.*--overwrite"):
        RunFolder(tmp_path / "run", {"seed": 2})
    assert (folder.path / "run.json").read_bytes() == before
    assert check_way(folder.path, overwrite=True)
    RunFolder(tmp_path / "run", {"seed": 2}, overwrite=True)
    assert files(folder.path) == ["notes.txt", "run.json"]
    assert open_run(folder.path).manifest["seed"] == 2


def test_an_empty_or_missing_folder_is_fine(tmp_path):
    """A new folder is made with those above it; an empty one is used."""
    (tmp_path / "empty").mkdir()
    RunFolder(tmp_path / "empty", {})
    RunFolder(tmp_path / "a" / "b", {})
    assert not check_way(tmp_path / "c")


def test_a_folder_that_cannot_be_made_is_the_disk(tmp_path):
    """A path through a file cannot be made, and says so."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="Not a directory"):
        RunFolder(tmp_path / "file" / "run", {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no run"),
        ("", "cannot be read"),
        ("[]", "Unknown format"),
        (json.dumps({"format": 99}), "reads format 1"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_what_is_no_run_is_not_read(tmp_path, content, message):
    """A folder without, or with a strange, run.json is a sentence."""
    if content is not None:
        file = tmp_path / "run.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StoreError, match=message):
        open_run(tmp_path)
    with pytest.raises(StoreError, match="is no folder"):
        open_run(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["cohort.csv", "cohort.parquet"])
def test_tables_go_through_a_file_unchanged(tmp_path, name):
    """Numbers come back with all their digits from CSV and from Parquet."""
    columns = {"id": np.arange(3), "CL": np.array([0.1, 1 / 3, 1e-300])}
    write_table(tmp_path / name, columns)
    back = read_table(tmp_path / name)
    np.testing.assert_array_equal(back["CL"].to_numpy(), columns["CL"])
    assert back["id"].to_list() == [0, 1, 2]


def test_a_file_that_is_no_table_says_so(tmp_path):
    """Missing or damaged: a sentence with the path."""
    with pytest.raises(StoreError, match="No file"):
        read_table(tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(StoreError, match="cannot be read as a table"):
        read_table(tmp_path / "x.parquet")


def test_nothing_half_written_stays(tmp_path):
    """A file that could not be finished leaves neither itself nor a temporary one."""

    def half():
        with disk.writing(tmp_path / "x") as temporary:
            temporary.write_text("half")
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(DiskError, match="Input/output error"):
        half()
    assert files(tmp_path) == []


def test_tables_of_a_ward_are_there_only_where_a_ward_acted(tmp_path):
    """A run without a ward lacks them and says why; a run with one has them joined like others."""
    plain = RunFolder(tmp_path / "plain", {})
    plain.add(block(0))
    plain.close("complete")
    run = open_run(plain.path)
    assert not run.has("grades")
    with pytest.raises(StoreError, match=r"no table 'grades': no ward acted in it"):
        run.scan("grades")
    ward = RunFolder(tmp_path / "ward", {})
    for first in (0, 3):
        ward.add(block(first) | {"grades": block(first)["doses"]})
    assert open_run(ward.path).has("grades")
    ward.close("complete")
    run = open_run(ward.path)
    assert run.read("grades")["id"].to_list() == [0, 1, 2, 3, 4, 5] * 2
    assert not run.has("decisions")
    RunFolder(ward.path, {}, overwrite=True)
    assert not open_run(ward.path).has("grades")


@pytest.mark.parametrize("closed", [False, True])
def test_arms_may_write_down_different_columns(tmp_path, closed):
    """A plan and a ward in one table: what one arm does not have is null there."""
    folder = RunFolder(tmp_path / "run", {})
    planned = pl.DataFrame({"arm": ["a"], "id": [1], "amount": [2]})
    acted = pl.DataFrame({"arm": ["b"], "id": [1], "amount": [2.5], "why": ["held"]})
    folder.add(block(0) | {"doses": [planned, acted]})
    if closed:
        folder.close("complete")
    table = open_run(folder.path).read("doses")
    assert table["arm"].to_list() == ["a", "b"]
    assert table["amount"].to_list() == [2.0, 2.5]
    assert table["why"].to_list() == [None, "held"]
