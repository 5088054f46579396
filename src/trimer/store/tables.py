# SPDX-License-Identifier: Apache-2.0
"""One table in one file: Parquet, or CSV where the name says so."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import StoreError
from trimer.store.disk import disk_error, write_bytes, writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.generic] | Sequence[object]


def write_table(path: Path, table: pl.DataFrame | Mapping[str, Column]) -> None:
    """Write a table; a name ending in ``.csv`` makes it CSV, any other Parquet.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(dict(table))
    if path.suffix.lower() == ".csv":
        buffer = io.BytesIO()
        frame.write_csv(buffer)
        write_bytes(path, buffer.getvalue())
    else:
        write_bytes(path, as_parquet(frame))


def as_parquet(frame: pl.DataFrame) -> bytes:
    """Return a table as the content of a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def read_table(path: Path) -> pl.DataFrame:
    """Read a table from Parquet or CSV.

    Raises
    ------
    StoreError
        If the file is missing or is no such table.
    """
    if not path.is_file():
        raise StoreError(f"No file '{path}'. Give the path of a Parquet or CSV table.")
    try:
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema_length=None)
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"'{path}' cannot be read as a table: {reason}. It must be Parquet, or CSV with a "
            "header line."
        ) from None


def scan_parts(parts: Sequence[Path]) -> pl.LazyFrame:
    """Return several files as one table; what only some of them have is null in the others.

    Arms of one run may differ in their columns: a ward writes down more of a dose than a plan.
    """
    schemas = [pl.read_parquet_schema(part) for part in parts]
    if all(schema == schemas[0] for schema in schemas):
        return pl.scan_parquet(list(parts))
    return pl.concat([pl.scan_parquet(part) for part in parts], how="diagonal_relaxed")


def join_tables(parts: Sequence[Path], path: Path) -> None:
    """Make one table of several, as a stream; then remove the parts.

    Raises
    ------
    DiskError
        If the disk refuses; the parts stay.
    """
    if len(parts) == 1:
        try:
            parts[0].replace(path)
        except OSError as error:
            raise disk_error(path, error) from error
        return
    with writing(path) as temporary:
        try:
            scan_parts(parts).sink_parquet(temporary, compression="zstd", compression_level=1)
        except pl.exceptions.PolarsError as error:
            # Polars wraps what the disk said: "...: underlying IO error: No space left (os ...".
            reason = str(error).partition("\n")[0].rpartition("IO error: ")[2]
            raise OSError(reason.partition(" (os error")[0]) from error
    for part in parts:
        with contextlib.suppress(OSError):
            part.unlink()
