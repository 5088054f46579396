# SPDX-License-Identifier: Apache-2.0
"""Items of the medication list and of vaccines: one for each name, unknown ones too (S77, S79)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from trimer.clinic.medicine import find, medicines, vaccines
from trimer.clinic.readiness.item import Item
from trimer.clinic.readiness.limits import limits

if TYPE_CHECKING:
    from datetime import date

    from trimer.clinic.medicine import Match
    from trimer.clinic.patient import Medicine, Patient, Vaccine
    from trimer.clinic.readiness.item import Status

_LASTING = {"immunosuppressant", "steroid"}
"""Classes whose effect outlasts the last dose by a time that was not found."""


def medication(patient: Patient) -> list[Item]:
    """Return an item for each medicine; one item if there are none, or nobody has asked."""
    limit = limits()["medicines"]
    if patient.medicines is None:
        return [limit.missing("Ask for the list of everything that is taken; write [] if nothing.")]
    if not patient.medicines:
        return [limit.item("ready", "Nothing is taken.", "none")]
    return [
        _medicine(medicine, match, patient.first_dose)
        for medicine in patient.medicines
        for match in find(medicine.name, medicines())
    ]


def vaccination(patient: Patient) -> list[Item]:
    """Return an item for each vaccine; one item if there were none, or nobody has asked."""
    limit = limits()["vaccines"]
    if patient.vaccines is None:
        return [limit.missing("Ask for the vaccines of the last year; write [] if none.")]
    if not patient.vaccines:
        return [limit.item("ready", "None was given.", "none")]
    return [
        _vaccine(vaccine, match, patient.first_dose)
        for vaccine in patient.vaccines
        for match in find(vaccine.name, vaccines())
    ]


def _medicine(medicine: Medicine, match: Match, first_dose: date | None) -> Item:
    said = match.in_words + (f", {medicine.dose}" if medicine.dose else "")
    names = (medicine.name, match.name)
    found = match.found
    if found is None:
        reason = "Unknown here: a pharmacist says what it is. It is not taken to be harmless."
        return _under(
            "medicines", f"Medicine: {match.written}", "needs a human", said, reason, names
        )
    status = cast("Status", found.found)
    reason = f"{found.title[0].upper()}{found.title[1:]}. {found.reason}"
    stopped = medicine.stopped
    if stopped is not None and (first_dose is None or stopped <= first_dose):
        said += f", stopped on {stopped.isoformat()}"
        lasting = found.key in _LASTING
        status = "needs a human" if lasting else "ready"
        reason += " It was stopped" + ("; is that long enough?" if lasting else ".")
    elif not match.is_sure and status == "ready":
        status, reason = "needs a human", f"Is it {match.name}? The name is not written like that."
    return Item(
        "medicines", f"Medicine: {match.name}", status, said, reason, found.limit, found.sources,
        found.basis, found.confidence, found.note, names,
    )  # fmt: skip


def _vaccine(vaccine: Vaccine, match: Match, first_dose: date | None) -> Item:
    said = match.in_words + (f", {vaccine.date.isoformat()}" if vaccine.date else ", no date")
    names = (vaccine.name, match.name)
    title = f"Vaccine: {match.name or match.written}"
    found = match.found
    if found is None:
        reason = "Unknown here: find out whether it is live. It is not taken to be harmless."
        return _under("vaccines", title, "needs a human", said, reason, names)
    status, reason = _timed(found.key, vaccine.date, first_dose)
    if not match.is_sure and status == "ready":
        status, reason = "needs a human", f"Is it {match.name}? The name is not written like that."
    return _under("vaccines", title, status, said, f"{found.reason} {reason}".strip(), names)


def _timed(kind: str, given: date | None, first_dose: date | None) -> tuple[Status, str]:
    """Return how a vaccine of a kind stands, given when it was or will be given."""
    if kind == "not live":
        return "ready", ""
    before = timedelta(days=limits()["vaccines"].days_before or 0)
    if given is not None and first_dose is not None and given < first_dose - before:
        return "ready", "It was given long enough before the first dose."
    if kind == "live or not":
        return "needs a human", "If it was live, it has to lie 2 weeks before the first dose."
    if given is None:
        return "needs a human", "When was it given?"
    if first_dose is None:
        return "missing", "When is the first dose planned?"
    if given > first_dose:
        return "not ready", "It is planned for after the first dose: put it off until recovery."
    return "not ready", f"It lies {(first_dose - given).days} days before the first dose."


def _under(
    key: str, title: str, status: Status, found: str, reason: str, names: tuple[str, ...]
) -> Item:
    """Return an item of its own title under a limit."""
    limit = limits()[key]
    return Item(
        key, title, status, found, reason, limit.limit, limit.sources, limit.basis,
        limit.confidence, limit.note, names,
    )  # fmt: skip
