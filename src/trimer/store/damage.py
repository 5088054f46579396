# SPDX-License-Identifier: Apache-2.0
"""Find the files of a run folder that are not what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trimer.core.errors import DiskError
from trimer.store.layout import PARTS, TABLES, marker_name, whole_blocks
from trimer.store.writing import checksum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimer.store.reading import StoredRun


def damaged(run: StoredRun, *, thorough: bool = False) -> dict[Path, str]:
    """Return files of a run that are missing or not what was written, with the reason."""
    found: dict[Path, str] = {}
    for path, size, code in _written(run):
        why = _problem(path, size, code, thorough=thorough)
        if why:
            found[path] = why
    for table in TABLES:  # what no sum was written down of
        for path in run.files(table):
            if path not in found and (why := problem_of(path, thorough=thorough)):
                found[path] = why
    return found


def problem_of(path: Path, *, thorough: bool = True) -> str:
    """Return why a file is no Parquet table that can be read; empty if it is one."""
    import polars as pl

    try:
        pl.read_parquet_metadata(path)
        if thorough:  # its end may be sound where the rest is not
            pl.scan_parquet(path).select(pl.all().is_null().sum()).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        return str(error).partition("\n")[0]
    except BaseException as error:  # a panic of the reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return "its content cannot be decoded"
    return ""


def _written(run: StoredRun) -> Iterator[tuple[Path, int, int]]:
    """Yield files with the size and the sum that were written down."""
    for name, entry in run.manifest.get("files", {}).items():
        yield run.path / name, entry["bytes"], entry["crc32"]
    folder = run.path / PARTS
    for block in whole_blocks(run.path):
        try:
            marker = json.loads((folder / marker_name(block)).read_text(encoding="utf-8"))
            parts = list(marker["files"].items())
        except (OSError, ValueError, KeyError, TypeError):
            continue
        for name, (size, code) in parts:
            if not (run.path / f"{name.partition('-')[0]}.parquet").is_file():
                yield folder / name, size, code


def _problem(path: Path, size: int, code: int, *, thorough: bool) -> str:
    if not path.is_file():
        return "it is missing"
    if path.stat().st_size != size:
        return f"it has {path.stat().st_size:,} bytes, {size:,} were written"
    if not thorough:
        return ""
    try:
        same = checksum(path)["crc32"] == code
    except DiskError as error:
        return str(error)
    return "" if same else "its content has changed since it was written"
