# SPDX-License-Identifier: Apache-2.0
"""``trimer guide``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from trimer.protocol import Protocol


def guide_(
    reader: Literal["patient", "nurse"],
    protocol: str = "flotetuzumab-multi-step",
    /,
    *,
    large_print: bool = False,
    out: list[Path] | None = None,
    force: bool = False,
    json: bool = False,
) -> None:
    """Write a guide for a patient or for a nurse, from a protocol.

    Doses, times, rules and caps are the protocol's own; all else has its sources.

    Parameters
    ----------
    reader
        patient, or nurse.
    protocol
        Name of a shipped protocol, or a TOML file.
    large_print
        Larger letters in HTML and PDF.
    out
        Write it to this file: .html, .pdf or .txt. May be given several times; printed as text if
        left out.
    force
        Replace files that are there.
    json
        Print JSON.
    """
    from trimer.cli.documents import show_document
    from trimer.cli.output import note
    from trimer.clinic.guide import guide

    treatment = _protocol(protocol)
    for sentence in treatment.warnings:
        note(f"Note: {sentence}")
    document = guide(reader, treatment, large=large_print)
    show_document(document, out, force=force, json=json)


def _protocol(name: str) -> Protocol:
    from trimer import library
    from trimer.protocol import read_protocol

    path = Path(name)
    if name in library.protocol_names() or not (path.exists() or path.suffix):
        path = library.protocol_path(name)
    return read_protocol(path)
