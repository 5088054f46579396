# SPDX-License-Identifier: Apache-2.0
"""Tell what a file is from what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trimer.core.errors import InputError
from trimer.core.textfile import read_text

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["study", "protocol", "card", "cohort", "definition"]

_LONGEST_HEADER = 1_000_000


def kind_of(path: Path) -> Kind:
    """Return what kind of file it is.

    Raises
    ------
    InputError
        If it is missing, empty, not text, not TOML, or none of them.
    """
    if path.suffix.lower() == ".csv":
        return "cohort" if "id" in _columns(path) else "card"
    if path.suffix.lower() == ".parquet":
        return "cohort"
    from trimer.core.toml import read_toml

    data = read_toml(path).data
    if "study" in data or "arms" in data:
        return "study"
    if "cohort" in data:
        return "definition"
    if {"infuse", "give", "name", "title"} & data.keys():
        return "protocol"
    raise InputError(
        f"Unknown kind of file '{path}': got the tables {', '.join(data) or 'none'}; a study has "
        "[study] and [arms.NAME], a protocol has [[infuse]] or [[give]], the definition of a "
        "cohort has [cohort], a parameter card and a table of patients are CSV files. "
        "Name the tables so."
    )


def _columns(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file, which may be larger than any text."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline(_LONGEST_HEADER)
    except OSError:
        read_text(path)  # says why it cannot be read
        raise
    return [name.strip(' \r\n"') for name in header.split(",")]
