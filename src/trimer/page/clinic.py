# SPDX-License-Identifier: Apache-2.0
"""Clinic pack and product facts for the page: the library's own documents, part by part."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer import library
from trimer.core.errors import InputError, Problems
from trimer.page.treatment import base_of

if TYPE_CHECKING:
    from trimer.clinic.document import Document
    from trimer.page.requests import PlanRequest


def facts() -> dict[str, Any]:
    """Return what is known of the drug, each statement with date and source."""
    from trimer.clinic.facts_page import facts_record

    return facts_record()


def document_record(document: Document) -> dict[str, Any]:
    """Return a document as plain data; ``kind`` of a part says what it is."""
    from trimer.clinic.document.parts import spans

    parts = []
    for part in document.parts:
        found: dict[str, Any] = {"part": type(part).__name__, **asdict(part)}
        if "text" in found:
            found["spans"] = [list(span) for span in spans(str(found["text"]))]
        if found["part"] == "Items":
            found["spans"] = [[list(span) for span in spans(item)] for item in found["items"]]
        if found["part"] == "Grid":
            found["cells"] = [
                [[list(span) for span in spans(cell)] for cell in row] for row in found["rows"]
            ]
        parts.append(found)
    return {
        "title": document.title, "kind": document.kind, "badges": list(document.badges),
        "parts": parts, "foot": list(document.foot), "large": document.large,
    }  # fmt: skip


def guide(reader: str, protocol: str, *, large: bool) -> dict[str, Any]:
    """Return the guide of a patient or a nurse."""
    from trimer.clinic.guide import guide as make

    return document_record(make(reader, base_of(protocol), large=large))


def example() -> str:
    """Return an example of a patient file."""
    from trimer.clinic.patient_file import example_text

    first, _, rest = example_text().partition("\n")
    return rest if first.startswith("# SPDX") else example_text()


def ready(text: str) -> dict[str, Any]:
    """Check a patient file; nothing of it is kept."""
    from trimer.clinic.patient_file import read_patient
    from trimer.clinic.readiness import check
    from trimer.clinic.readiness.page import readiness_record, verdict

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patient.toml"
        path.write_text(text, encoding="utf-8")
        try:
            readiness = check(read_patient(path))
        except InputError as error:
            raise _without_path(error, path) from None
    return {**readiness_record(readiness), "verdict": verdict(readiness)}


def _without_path(error: InputError, path: Path) -> Problems:
    """Return an error whose sentences do not tell where the server keeps files for a moment."""
    return Problems(problem.replace(str(path), "patient file") for problem in error.problems)


def plan(asked: PlanRequest) -> dict[str, Any]:
    """Return an infusion plan in clock time."""
    from trimer.clinic.plan import Clock, Size, make_plan, parse_start, parse_weight, read_pharmacy
    from trimer.clinic.plan.formats.record import record_of
    from trimer.clinic.plan.pharmacy import pharmacy_named

    kg, converted = parse_weight(asked.weight, convert_lb=False)
    pharmacy = None
    if asked.pharmacy is not None:
        pharmacy = read_pharmacy(pharmacy_named(asked.pharmacy, library.pharmacies()))
    found = make_plan(
        base_of(asked.protocol), Size(kg, None, converted),
        Clock(parse_start(asked.start, asked.zone)), made=datetime.now(UTC), pharmacy=pharmacy,
    )  # fmt: skip
    return record_of(found)
