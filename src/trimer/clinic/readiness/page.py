# SPDX-License-Identifier: Apache-2.0
"""The checklist as a document, and as a record for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trimer.clinic.document import Document, Grid, Heading, Part, Text
from trimer.clinic.notice import BADGES, foot
from trimer.clinic.readiness.item import STATUSES, Item, Readiness, Status
from trimer.clinic.sources import list_of_sources, origin, sources
from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLES: dict[Status, str] = {
    "not ready": "Not ready",
    "missing": "Missing",
    "needs a human": "Needs a human",
    "ready": "Ready",
}


def verdict(readiness: Readiness) -> str:
    """Return the checklist in a sentence.

    Examples
    --------
    >>> from trimer.clinic.patient import Patient
    >>> from trimer.clinic.readiness import check
    >>> verdict(check(Patient(weight_kg=10.0)))
    'NOT READY for a first dose: 1 not ready, 19 missing, 0 need a human, 0 ready.'
    """
    if readiness.ready:
        found = counted(len(readiness.items), "item")
        return f"READY for a first dose by this list: {found} ready."
    counts = {status: readiness.count(status) for status in STATUSES}
    return (
        f"NOT READY for a first dose: {counts['not ready']} not ready, "
        f"{counts['missing']} missing, {counts['needs a human']} need a human, "
        f"{counts['ready']} ready."
    )


def readiness_document(readiness: Readiness) -> Document:
    """Return the checklist as a document, what is open first."""
    patient = readiness.patient
    parts: list[Part] = [Text(f"**{verdict(readiness)}**", "lead")]
    if patient.first_dose:
        parts.append(Text(f"First dose planned for {patient.first_dose.isoformat()}."))
    for status in STATUSES:
        found = [item for item in readiness.items if item.status == status]
        if found:
            parts += [Heading(_TITLES[status]), _grid(found)]
    parts += [
        Heading("Sources"),
        Text(
            "No list of conditions for flotetuzumab was published in full. Limits come from the "
            "registry of one trial, from other engagers, or are assumed, as each item says.",
            "small",
        ),
        list_of_sources(key for item in readiness.items for key in item.sources),
    ]
    title = f"Readiness checklist, patient {patient.id}" if patient.id else "Readiness checklist"
    return Document(title, "Before a first dose", BADGES, tuple(parts), foot())


def readiness_record(readiness: Readiness) -> dict[str, Any]:
    """Return the checklist for JSON, with the baseline that later changes are measured from."""
    patient = readiness.patient
    items = [{k: v for k, v in asdict(item).items() if k != "names"} for item in readiness.items]
    return {
        "patient": patient.id,
        "first_dose": patient.first_dose.isoformat() if patient.first_dose else None,
        "ready": readiness.ready,
        "counts": {status: readiness.count(status) for status in STATUSES},
        "items": items,
        "baseline": {
            "ICE": patient.neurology.ice,
            "ICE items": patient.neurology.ice_items,
            "other signs": patient.neurology.other_signs,
            "labs": patient.labs.values,
        },
        "sources": {
            key: str(sources()[key])
            for key in dict.fromkeys(key for item in readiness.items for key in item.sources)
        },
    }


def _grid(items: Sequence[Item]) -> Grid:
    rows = tuple(
        (
            item.title,
            item.found,
            item.reason,
            f"{item.limit}. {item.note}".replace("..", ".").strip(),
            origin(item.sources, item.basis, item.confidence),
        )
        for item in items
    )
    return Grid("", ("Item", "Found", "Reason", "Limit", "Source"), rows, (1.5, 1.5, 2, 2.1, 1.5))
