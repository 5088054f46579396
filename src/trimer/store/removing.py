# SPDX-License-Identifier: Apache-2.0
"""Remove a run folder, and nothing that others put there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from trimer.store.disk import disk_error
from trimer.store.layout import COHORT, MADE_LATER, MANIFEST, MODEL, PARTS, STUDY, TABLES
from trimer.store.lock import LOCK, RunLock
from trimer.store.writing import remove_run

if TYPE_CHECKING:
    from pathlib import Path


def remove_folder(path: Path, *, dry_run: bool = False) -> tuple[int, list[Path]]:
    """Remove what a run wrote; the folder goes too if nothing else is in it.

    Parameters
    ----------
    path : Path
        The run folder.
    dry_run : bool
        Whether to look only.

    Returns
    -------
    int, list of Path
        Bytes that are freed, and files that stay.

    Raises
    ------
    StoreError
        If a process is writing the run.
    DiskError
        If the disk refuses.
    """
    names = {f"{name}.parquet" for name in TABLES}
    names |= {MODEL, STUDY, COHORT, *MADE_LATER, MANIFEST, LOCK}
    every = [file for file in path.rglob("*") if file.is_file()]
    ours = [x for x in every if x.relative_to(path).parts[0] in {PARTS, *names}]
    size = sum(file.stat().st_size for file in ours)
    stay = [file for file in every if file not in ours]
    if not dry_run:
        lock = RunLock(path)
        try:
            remove_run(path)
        except OSError as error:
            raise disk_error(path, error) from error
        finally:
            lock.release()
        with contextlib.suppress(OSError):  # not empty: something of others is in it
            path.rmdir()
    return size, stay
