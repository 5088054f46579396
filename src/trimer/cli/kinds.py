# SPDX-License-Identifier: Apache-2.0
"""Tell what a file is from what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["study", "protocol", "card"]


def kind_of(path: Path) -> Kind:
    """Return what kind of file it is.

    Raises
    ------
    InputError
        If it is missing, empty, not text, not TOML, or none of them.
    """
    if path.suffix.lower() == ".csv":
        return "card"
    from trimer.core.toml import read_toml

    data = read_toml(path).data
    if "study" in data or "arms" in data:
        return "study"
    if {"infuse", "give", "name", "title"} & data.keys():
        return "protocol"
    raise InputError(
        f"Unknown kind of file '{path}': got the tables {', '.join(data) or 'none'}; a study has "
        "[study] and [arms.NAME], a protocol has [[infuse]] or [[give]], a parameter card is a "
        "CSV file. Name the tables so."
    )
