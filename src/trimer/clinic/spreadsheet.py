# SPDX-License-Identifier: Apache-2.0
"""Refuse a spreadsheet or another binary file where text is wanted, and say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or another packed file (Excel, LibreOffice)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF file",
}


def refuse_binary(path: Path, wanted: str) -> None:
    """Refuse a file that is no text by the bytes it begins with; one that is not there passes.

    Raises
    ------
    InputError
        If it is a spreadsheet, a PDF or the like.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return  # whoever reads it says why it cannot be
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature):
            raise InputError(
                f"Cannot read '{path}': got {what}; {wanted}. "
                "Save it as text (in a spreadsheet: save as CSV) and name that file."
            )
