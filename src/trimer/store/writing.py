# SPDX-License-Identifier: Apache-2.0
"""Write a run folder, block by block."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trimer.core.errors import DiskError, StoreError
from trimer.core.notice import NOTICE
from trimer.store.disk import disk_error, write_text
from trimer.store.layout import (
    FORMAT,
    INCOMPLETE,
    MADE_LATER,
    MANIFEST,
    MODEL,
    PARTS,
    RUNNING,
    STUDY,
    TABLES,
    table_parts,
)
from trimer.store.tables import join_tables, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

RESERVE = 8192
"""Bytes of blanks behind the first ``run.json``: room to mark a run on a disk that is full."""


class RunFolder:
    """A run folder while it is being written.

    Parameters
    ----------
    path : Path
        The folder. It is made if it is not there.
    manifest : dict
        Entries of ``run.json``, besides those that the folder knows itself.
    overwrite : bool
        Whether a run that is there already may be replaced.

    Raises
    ------
    StoreError
        If the folder holds a run (and `overwrite` is false) or anything that is not a run.
    DiskError
        If the disk refuses.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any], *, overwrite: bool = False) -> None:
        self.path = path
        self._n_blocks = 0
        _make_way(path, overwrite=overwrite)
        created = datetime.now().astimezone().isoformat(timespec="seconds")
        self.manifest: dict[str, Any] = {
            "format": FORMAT,
            "notice": NOTICE,
            "run": path.resolve().name,
            "status": RUNNING,
            "created": created,
            **manifest,
        }
        write_text(path / MANIFEST, self._text() + " " * RESERVE + "\n")

    def write_model(self, record: Mapping[str, Any]) -> None:
        """Write ``model.json``."""
        write_text(self.path / MODEL, json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    def write_study(self, text: str) -> None:
        """Write ``study.toml``."""
        write_text(self.path / STUDY, text)

    def add(self, block: Mapping[str, Sequence[pl.DataFrame]]) -> None:
        """Add a block of patients to every table; all of it or nothing.

        Parameters
        ----------
        block : mapping of str to sequence of polars DataFrame
            For each table its rows, arm by arm; the finished table is sorted by arm, then by
            block.

        Raises
        ------
        DiskError
            If the disk refuses; what was added before stays readable.
        """
        parts = {
            self._part(name, arm, self._n_blocks): rows
            for name, arms in block.items()
            for arm, rows in enumerate(arms)
        }
        try:
            for path, rows in parts.items():
                write_table(path, rows)
        except BaseException:
            for path in parts:
                path.unlink(missing_ok=True)
            raise
        self._n_blocks += 1

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
                if parts := table_parts(self.path, name):
                    join_tables(parts, self.path / f"{name}.parquet")
            shutil.rmtree(self.path / PARTS, ignore_errors=True)
            self.manifest["status"] = status
            write_text(self.path / MANIFEST, self._text())
        except DiskError as error:
            self.mark(INCOMPLETE, reason=str(error))
            raise

    def mark(self, status: str, **entries: object) -> None:
        """Change ``run.json`` in place where there may be no room for a second one."""
        self.manifest.update(entries, status=status)
        path, text = self.path / MANIFEST, self._text()
        try:
            write_text(path, text)
        except DiskError:
            _write_over(path, text)

    def _part(self, table: str, arm: int, block: int) -> Path:
        return self.path / PARTS / f"{table}-{arm:03d}-{block:06d}.parquet"

    def _text(self) -> str:
        return json.dumps(self.manifest, indent=1, ensure_ascii=False) + "\n"


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
    if path.exists() and not holds_run and any(path.iterdir()):
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


def _make_way(path: Path, *, overwrite: bool) -> None:
    """Make sure that the folder is there and empty of runs."""
    try:
        holds_run = check_way(path, overwrite=overwrite)
        path.mkdir(parents=True, exist_ok=True)
        if holds_run:
            _remove_run(path)
    except OSError as error:
        raise disk_error(path, error) from error


def _remove_run(path: Path) -> None:
    """Remove what a run wrote, and nothing else."""
    tables = [f"{name}.parquet" for name in TABLES]
    for name in (*tables, MODEL, STUDY, *MADE_LATER, MANIFEST):
        (path / name).unlink(missing_ok=True)
    shutil.rmtree(path / PARTS, ignore_errors=True)
