# SPDX-License-Identifier: Apache-2.0
"""Two processes and one run folder; folders that were cut off; files that were damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.store.test_store import block

from trimer.core.errors import StoreError
from trimer.store import RunFolder, open_run
from trimer.store.lock import left_behind, owner_of

HOLD = """
import sys, time
from pathlib import Path
import polars as pl
from trimer.store import RunFolder
folder = RunFolder(Path(sys.argv[1]), {"study": {"name": "s"}})
folder.add({"outcomes": [pl.DataFrame({"id": [1, 2]})]}, facts={"patients": 2})
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path):
    """Return a process that is writing a run to tmp_path / 'run'."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


def test_a_folder_that_is_being_written_is_refused_with_the_writer(tmp_path, writer):
    """Nobody else gets in, asked to overwrite or to resume or not; the sentence names who is in."""
    run = open_run(tmp_path / "run")
    assert run.owner.pid == writer.pid
    assert run.state.startswith(f"running, process {writer.pid} on ")
    assert not run.can_resume
    before = run.read("outcomes")
    for options in ({"overwrite": True}, {"resume": True}):
        with pytest.raises(StoreError, match=f"being written by process {writer.pid} on"):
            RunFolder(tmp_path / "run", run.manifest, **options)
    assert open_run(tmp_path / "run").read("outcomes").equals(before)


def test_a_lock_of_a_killed_process_is_taken_over_and_said(tmp_path, writer):
    """The kernel freed it; what the file says tells who was killed."""
    writer.kill()
    writer.wait()
    run = open_run(tmp_path / "run")
    assert run.owner is None
    assert run.can_resume
    assert run.state.startswith(f"killed, process {writer.pid} on ")
    folder = RunFolder(run.path, run.manifest, resume=True)
    assert folder.taken_over_from.pid == writer.pid
    assert folder.done == {0: {"patients": 2}}
    assert owner_of(run.path).pid == os.getpid()
    folder.close("complete")
    assert owner_of(run.path) is left_behind(run.path) is None
    assert open_run(run.path).state == "complete"


def test_blocks_that_are_not_whole_are_not_read_and_not_resumed(tmp_path):
    """Parts without a mark, changed parts and half-written files go; whole blocks stay."""
    folder = RunFolder(tmp_path / "run", {})
    for first in (0, 3, 6, 9):
        folder.add(block(first), facts={"patients": 3})
    parts = folder.path / "parts"
    (parts / "block-000001.json").unlink()  # killed before the mark
    changed = parts / "outcomes-001-000002.parquet"
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    (parts / ".doses-000-000009.parquet.1.part").write_bytes(b"half")
    assert open_run(folder.path).scan("doses").collect()["id"].to_list()[:6] == [0, 1, 2, 6, 7, 8]
    folder.mark("interrupted")
    again = RunFolder(folder.path, folder.manifest, resume=True)
    assert sorted(again.done) == [0, 3]
    names = {path.name for path in parts.iterdir()}
    assert not any("000001" in name or "000002" in name or ".part" in name for name in names)
    again.add(block(3), 1, {"patients": 3})
    again.add(block(6), 2, {"patients": 3})
    again.close("complete")
    assert open_run(folder.path).read("outcomes")["id"].to_list() == [*range(12)] * 2


def test_a_run_killed_while_it_joined_its_tables_ends(tmp_path):
    """Tables that were joined already stay, the others are joined."""
    folder = RunFolder(tmp_path / "run", {})
    for first in (0, 3):
        folder.add(block(first))
    whole = pl.concat([pl.read_parquet(p) for p in sorted(folder.path.glob("parts/outcomes-*"))])
    whole.write_parquet(folder.path / "outcomes.parquet")
    (folder.path / "parts" / "outcomes-000-000000.parquet").unlink()
    folder.mark("incomplete")
    again = RunFolder(folder.path, folder.manifest, resume=True)
    assert sorted(again.done) == [0, 1]
    again.close("complete")
    run = open_run(folder.path)
    for table in ("outcomes", "profiles"):
        assert run.read(table)["id"].to_list() == [*range(6)] * 2
    assert not (folder.path / "parts").exists()


@pytest.mark.parametrize("thorough", [False, True])
def test_a_damaged_file_is_named_and_the_rest_is_read(tmp_path, thorough):
    """Cut off, missing or changed: the sentence says which file it is, other tables are read."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    folder.close("complete")
    run = open_run(folder.path)
    assert run.damage(thorough=thorough) == {}
    cut, gone = run.path / "profiles.parquet", run.path / "doses.parquet"
    cut.write_bytes(cut.read_bytes()[:-20])
    gone.unlink()
    found = run.damage(thorough=thorough)
    assert set(found) == {cut, gone}
    assert "bytes" in found[cut]
    assert found[gone] == "it is missing"
    with pytest.raises(
        StoreError, match=r"profiles\.parquet' is damaged.*other tables can be read"
    ):
        run.read("profiles")
    with pytest.raises(StoreError, match=r"doses\.parquet' is missing"):
        run.read("doses")
    assert run.read("outcomes").height == 6


def test_a_changed_byte_is_found_when_looked_for(tmp_path):
    """Size and end are as they were; only its sum tells."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0, n=2000))
    folder.close("complete")
    run = open_run(folder.path)
    file = run.path / "outcomes.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 4] ^= 0xFF
    file.write_bytes(content)
    assert run.damage() == {}
    assert "content" in run.damage(thorough=True)[file]


def test_a_damaged_part_is_named(tmp_path):
    """So it is while the run goes on."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    folder.add(block(3))
    part = folder.path / "parts" / "outcomes-000-000001.parquet"
    part.write_bytes(b"PAR1nothingPAR1")
    run = open_run(folder.path)
    with pytest.raises(StoreError, match=r"outcomes-000-000001\.parquet' is damaged"):
        run.read("outcomes")
    assert list(run.damage()) == [part]
    assert run.read("doses").height == 12


def test_duckdb_and_polars_read_tables_directly(tmp_path):
    """A finished table is one file, a run that goes on is a pattern of files."""
    duckdb = pytest.importorskip("duckdb")
    folder = RunFolder(tmp_path / "run", {})
    for first in (0, 3):
        folder.add(block(first))
    pattern = folder.path / "parts" / "outcomes-*.parquet"
    assert duckdb.sql(f"select count(*) from '{pattern}'").fetchall() == [(12,)]  # noqa: S608
    folder.close("complete")
    file = folder.path / "outcomes.parquet"
    query = f"select arm, sum(id) from '{file}' group by arm order by arm"  # noqa: S608
    assert duckdb.sql(query).fetchall() == [("a", 15), ("b", 15)]
    assert pl.read_parquet(file).equals(open_run(folder.path).read("outcomes"))


def test_the_manifest_keeps_sums_of_its_files(tmp_path):
    """Of every table, its bytes and its CRC-32."""
    folder = RunFolder(tmp_path / "run", {})
    folder.add(block(0))
    folder.close("complete")
    manifest = json.loads((folder.path / "run.json").read_text())
    files = {path.name: path.stat().st_size for path in Path(folder.path).glob("*.parquet")}
    assert {name: entry["bytes"] for name, entry in manifest["files"].items()} == files
