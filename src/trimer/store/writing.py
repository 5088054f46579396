# SPDX-License-Identifier: Apache-2.0
"""Write a run folder, block by block."""

from __future__ import annotations

import json
import shutil
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trimer.core.errors import DiskError, StoreError
from trimer.core.notice import NOTICE
from trimer.store.disk import disk_error, write_bytes, write_text
from trimer.store.layout import (
    COHORT,
    FORMAT,
    INCOMPLETE,
    MADE_LATER,
    MANIFEST,
    MODEL,
    PARTS,
    RUNNING,
    STUDY,
    TABLES,
    marker_name,
    part_name,
    table_parts,
    whole_blocks,
)
from trimer.store.lock import LOCK, RunLock
from trimer.store.tables import as_parquet, join_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from trimer.store.lock import Owner

RESERVE = 8192
"""Bytes of blanks behind the first ``run.json``: room to mark a run on a disk that is full."""


class RunFolder:
    """A run folder while it is being written, by this process alone.

    Parameters
    ----------
    path : Path
        The folder. It is made if it is not there.
    manifest : dict
        Entries of ``run.json``, besides those that the folder knows itself.
    overwrite : bool
        Whether a run that is there already may be replaced.
    resume : bool
        Whether to take up a run that did not end; `manifest` is then its ``run.json``. Blocks that
        are there whole stay, all others are removed.

    Raises
    ------
    StoreError
        If the folder holds a run (and `overwrite` is false) or anything that is not a run, or
        another process is writing it.
    DiskError
        If the disk refuses.
    """

    def __init__(
        self,
        path: Path,
        manifest: Mapping[str, Any],
        *,
        overwrite: bool = False,
        resume: bool = False,
    ) -> None:
        self.path = path
        self.done: dict[int, dict[str, Any]] = {}
        """Blocks that are there, with the facts that were written down of each."""
        if resume:
            self._lock = RunLock(path)
            self.manifest: dict[str, Any] = {**manifest, "status": RUNNING}
            self.manifest.pop("reason", None)
            self._take_up()
        else:
            self._lock = _make_way(path, overwrite=overwrite)
            created = datetime.now().astimezone().isoformat(timespec="seconds")
            self.manifest = {
                "format": FORMAT,
                "notice": NOTICE,
                "run": path.resolve().name,
                "status": RUNNING,
                "created": created,
                **manifest,
            }
        write_text(path / MANIFEST, self._text() + " " * RESERVE + "\n")

    def _take_up(self) -> None:
        """Keep the blocks that are there whole, and remove all other parts."""
        for block in whole_blocks(self.path):
            facts = _whole(self.path, block)
            if facts is not None:
                self.done[block] = facts
        try:
            _remove_other_parts(self.path, set(self.done))
        except OSError as error:
            raise disk_error(self.path / PARTS, error) from error

    @property
    def taken_over_from(self) -> Owner | None:
        """The process that left its lock behind: it was killed."""
        return self._lock.left_by

    def write_model(self, record: Mapping[str, Any]) -> None:
        """Write ``model.json``."""
        write_text(self.path / MODEL, json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    def write_study(self, text: str) -> None:
        """Write ``study.toml``."""
        write_text(self.path / STUDY, text)

    def write_cohort(self, text: str) -> None:
        """Write ``cohort.toml``, the definition of a cohort that is not shipped."""
        write_text(self.path / COHORT, text)

    def add(
        self,
        block: Mapping[str, Sequence[pl.DataFrame | bytes]],
        number: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a block of patients to every table; all of it or nothing.

        Parameters
        ----------
        block : mapping of str to sequence of polars DataFrame or bytes
            For each table its rows, arm by arm, or what a Parquet file of them holds; the
            finished table is sorted by arm, then by block.
        number : int, optional
            Place of the block; the one after the last if left out.
        facts : mapping, optional
            What is to be remembered of the block, as JSON.

        Raises
        ------
        DiskError
            If the disk refuses; what was added before stays readable.
        """
        number = max(self.done, default=-1) + 1 if number is None else number
        sums: dict[str, tuple[int, int]] = {}
        written: list[Path] = []
        try:
            for table, arms in block.items():
                for arm, rows in enumerate(arms):
                    content = rows if isinstance(rows, bytes) else as_parquet(rows)
                    path = self.path / PARTS / part_name(table, arm, number)
                    written.append(path)
                    write_bytes(path, content)
                    sums[path.name] = (len(content), zlib.crc32(content))
            marker = self.path / PARTS / marker_name(number)
            written.append(marker)
            write_text(marker, json.dumps({"files": sums, "facts": dict(facts or {})}))
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        self.done[number] = dict(facts or {})

    def close(self, status: str, **entries: object) -> None:
        """Join the parts and say in ``run.json`` how the run ended.

        Raises
        ------
        DiskError
            If the disk refuses; the run is then marked incomplete and keeps its parts.
        """
        self.manifest.update(entries)
        try:
            for name in sorted(TABLES, key="profiles".__eq__):  # the largest last
                whole = self.path / f"{name}.parquet"
                # A table that is there was joined by a process that was killed at its end.
                if not whole.is_file() and (parts := table_parts(self.path, name)):
                    join_tables(parts, whole)
            self.manifest["files"] = {
                f"{name}.parquet": checksum(self.path / f"{name}.parquet")
                for name in TABLES
                if (self.path / f"{name}.parquet").is_file()
            }
            self.manifest["status"] = status
            write_text(self.path / MANIFEST, self._text())
            shutil.rmtree(self.path / PARTS, ignore_errors=True)
            self._lock.release()
        except DiskError as error:
            self.mark(INCOMPLETE, reason=str(error))
            raise

    def mark(self, status: str, **entries: object) -> None:
        """Say in ``run.json`` that the run did not end; its parts stay, to be read and resumed.

        The file is changed in place where there may be no room for a second one.
        """
        self.manifest.update(entries, status=status)
        path, text = self.path / MANIFEST, self._text()
        try:
            write_text(path, text)
        except DiskError:
            _write_over(path, text)
        finally:
            self._lock.release()

    def _text(self) -> str:
        return json.dumps(self.manifest, indent=1, ensure_ascii=False) + "\n"


def checksum(path: Path) -> dict[str, int]:
    """Return size and CRC-32 of a file.

    Raises
    ------
    DiskError
        If it cannot be read.
    """
    size = code = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                size, code = size + len(piece), zlib.crc32(piece, code)
    except OSError as error:
        raise DiskError(f"Cannot read '{path}': {error.strerror or error}.") from error
    return {"bytes": size, "crc32": code}


def _whole(path: Path, block: int) -> dict[str, Any] | None:
    """Return the facts of a block if all of its parts are as they were written."""
    try:
        marker = json.loads((path / PARTS / marker_name(block)).read_text(encoding="utf-8"))
        for name, (size, code) in marker["files"].items():
            table = name.partition("-")[0]
            if (path / f"{table}.parquet").is_file():
                continue  # joined already
            if checksum(path / PARTS / name) != {"bytes": size, "crc32": code}:
                return None
        return dict(marker["facts"])
    except (OSError, ValueError, KeyError, TypeError, DiskError):
        return None


def _remove_other_parts(path: Path, blocks: set[int]) -> None:
    """Remove parts of blocks that are not whole, and what was being written when it ended."""
    if not (path / PARTS).is_dir():
        return
    for file in (path / PARTS).iterdir():
        number = file.stem.rpartition("-")[2]
        if file.name.startswith(".") or not number.isdigit() or int(number) not in blocks:
            file.unlink()


def _write_over(path: Path, text: str) -> None:
    """Replace the content of a file without asking the disk for more room."""
    content = text.encode()
    try:
        with path.open("r+b") as file:
            size = file.seek(0, 2)
            file.seek(0)
            file.write(content.ljust(size))
    except OSError as error:
        raise disk_error(path, error) from error


def check_way(path: Path, *, overwrite: bool = False) -> bool:
    """Make sure that a run may be written to a folder; return whether one is there.

    Raises
    ------
    StoreError
        If the folder holds a run (and `overwrite` is false) or anything that is not a run.
    """
    if path.exists() and not path.is_dir():
        raise StoreError(
            f"Cannot write a run to '{path}': a file of this name is there. "
            "Choose another folder with --out."
        )
    holds_run = (path / MANIFEST).exists()
    if path.exists() and not holds_run and any(x.name != LOCK for x in path.iterdir()):
        raise StoreError(
            f"Cannot write a run to '{path}': the folder is not empty and holds no run. "
            "Choose a new or empty folder with --out."
        )
    if holds_run and not overwrite:
        raise StoreError(
            f"Cannot write a run to '{path}': the folder holds a run already. "
            "Choose another folder with --out, or replace that run with --overwrite."
        )
    return holds_run


def _make_way(path: Path, *, overwrite: bool) -> RunLock:
    """Make sure that the folder is there and empty of runs, and nobody else writes to it."""
    try:
        check_way(path, overwrite=overwrite)
        path.mkdir(parents=True, exist_ok=True)
        lock = RunLock(path)
        try:
            # Another process may have written a run between the first look and the lock.
            if check_way(path, overwrite=overwrite):
                remove_run(path)
        except BaseException:
            lock.release()
            raise
        return lock
    except OSError as error:
        raise disk_error(path, error) from error


def remove_run(path: Path) -> None:
    """Remove what a run wrote, and nothing else."""
    tables = [f"{name}.parquet" for name in TABLES]
    for name in (*tables, MODEL, STUDY, COHORT, *MADE_LATER, MANIFEST):
        (path / name).unlink(missing_ok=True)
    shutil.rmtree(path / PARTS, ignore_errors=True)
