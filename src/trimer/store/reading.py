# SPDX-License-Identifier: Apache-2.0
"""Read a run folder, finished or not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.core.errors import StoreError, did_you_mean
from trimer.store.layout import (
    COMPLETE,
    FORMAT,
    MANIFEST,
    TABLES,
    WARD_TABLES,
    table_parts,
)

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, repr=False)
class StoredRun:
    """A run folder, opened.

    Parameters
    ----------
    path : Path
        The folder.
    manifest : dict
        ``run.json``.
    """

    path: Path
    manifest: dict[str, Any]

    @property
    def status(self) -> str:
        """``running``, ``complete``, ``interrupted`` or ``incomplete``."""
        return str(self.manifest.get("status", ""))

    @property
    def is_complete(self) -> bool:
        """Whether all patients that were asked for are there."""
        return self.status == COMPLETE

    def has(self, table: str) -> bool:
        """Whether anything was written to a table; tables of the ward may be missing."""
        return (self.path / f"{table}.parquet").is_file() or bool(table_parts(self.path, table))

    def scan(self, table: str) -> pl.LazyFrame:
        """Return one of the tables, to be read as far as it is needed.

        Raises
        ------
        StoreError
            If there is no such table, or nothing was written to it.
        """
        import polars as pl

        if table not in TABLES:
            raise StoreError(f"No table '{table}' in a run folder.{did_you_mean(table, TABLES)}")
        whole = self.path / f"{table}.parquet"
        if whole.is_file():
            return pl.scan_parquet(whole)
        parts = table_parts(self.path, table)
        if not parts and table in WARD_TABLES:
            raise StoreError(
                f"Run '{self.path}' has no table '{table}': no ward acted in it, or this was not "
                "kept. Run a protocol with rules."
            )
        if not parts:
            raise StoreError(
                f"Table '{table}' of '{self.path}' is empty: the run ended before the first "
                f"patients were done (status '{self.status}'). Run the study again."
            )
        from trimer.store.tables import scan_parts

        return scan_parts(parts)

    def read(self, table: str) -> pl.DataFrame:
        """Return one of the tables, whole."""
        return self.scan(table).collect()

    def __repr__(self) -> str:
        """Return a short card."""
        study = self.manifest.get("study", {})
        name = study.get("name", "?") if isinstance(study, dict) else study
        return f"<StoredRun {self.path}: {name}, {self.status}>"


def open_run(path: Path | str) -> StoredRun:
    """Open a run folder.

    Parameters
    ----------
    path : Path or str
        The folder.

    Raises
    ------
    StoreError
        If there is no run, or its ``run.json`` cannot be read.
    """
    path = Path(path)
    file = path / MANIFEST
    if not file.is_file():
        what = "holds no run" if path.is_dir() else "is no folder"
        raise StoreError(
            f"'{path}' {what}: got no '{MANIFEST}' in it. Give the folder that "
            "`trimer trial` or `trimer simulate` wrote."
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"'{file}' cannot be read: {error}. It must be the JSON that a run wrote."
        ) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        got = manifest.get("format") if isinstance(manifest, dict) else manifest
        raise StoreError(
            f"Unknown format of run folder '{path}': got {got!r}; this version of Trimer reads "
            f"format {FORMAT}. Read it with the version that wrote it."
        )
    return StoredRun(path, manifest)
