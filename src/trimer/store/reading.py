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
    RUNNING,
    TABLES,
    WARD_TABLES,
    block_facts,
    table_parts,
)
from trimer.store.lock import Owner, left_behind, owner_of

if TYPE_CHECKING:
    import polars as pl


_REST = "The other tables can be read; `trimer runs show` says which files are sound."


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

    @property
    def owner(self) -> Owner | None:
        """Who is writing the run just now; None if nobody is."""
        return owner_of(self.path)

    @property
    def state(self) -> str:
        """The status, in words: a run that says it goes on may have been killed."""
        if self.status != RUNNING:
            return self.status
        if (owner := self.owner) is not None:
            return f"running, {owner}"
        killed = left_behind(self.path)
        return f"killed, {killed}" if killed else "killed"

    @property
    def can_resume(self) -> bool:
        """Whether the run did not end and nobody is writing it."""
        return self.status != COMPLETE and self.owner is None

    @property
    def patients_done(self) -> int:
        """How many patients are there, in every arm."""
        if self.is_complete:
            return int(self.manifest.get("patients_done", 0))
        return sum(int(facts.get("patients", 0)) for facts in block_facts(self.path))

    def files(self, table: str) -> list[Path]:
        """Return the files that a table is in: one, or its parts while the run goes on."""
        whole = self.path / f"{table}.parquet"
        return [whole] if whole.is_file() else table_parts(self.path, table)

    def damage(self, *, thorough: bool = False) -> dict[Path, str]:
        """Return files of the run that are missing or not what was written, with the reason.

        Parameters
        ----------
        thorough : bool
            Whether to read each file whole and compare its sum; sizes and ends are looked at
            anyway.
        """
        from trimer.store.damage import damaged

        return damaged(self, thorough=thorough)

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
        if whole.name in self.manifest.get("files", {}):
            raise StoreError(f"'{whole}' is missing: the run wrote it. {_REST}")
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

        try:
            return scan_parts(parts)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._unreadable(table, error) from None

    def read(self, table: str) -> pl.DataFrame:
        """Return one of the tables, whole.

        Raises
        ------
        StoreError
            If a file of it is damaged: the sentence names it.
        """
        import polars as pl

        lazy = self.scan(table)
        try:
            return lazy.collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._unreadable(table, error) from None

    def _unreadable(self, table: str, error: Exception) -> StoreError:
        """Name the files of a table that cannot be read."""
        from trimer.store.damage import problem_of

        bad = {file: why for file in self.files(table) if (why := problem_of(file))}
        if not bad:
            return StoreError(f"Table '{table}' of '{self.path}' cannot be read: {error}. {_REST}")
        named = "; ".join(f"'{file}' is damaged: {why}" for file, why in bad.items())
        return StoreError(f"{named[0].upper()}{named[1:]}. {_REST}")

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
            f"'{file}' cannot be read: {error}. It must be the JSON that a run wrote. The tables "
            "beside it are ordinary Parquet files: any reader of Parquet still opens them."
        ) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        got = manifest.get("format") if isinstance(manifest, dict) else manifest
        raise StoreError(
            f"Unknown format of run folder '{path}': got {got!r}; this version of Trimer reads "
            f"format {FORMAT}. Read it with the version that wrote it."
        )
    return StoredRun(path, manifest)
