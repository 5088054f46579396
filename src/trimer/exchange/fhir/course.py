# SPDX-License-Identifier: Apache-2.0
"""The course of a simulated patient in FHIR: doses, readings, adverse events."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trimer.exchange.fhir.resource import Maker, concept, quantity
from trimer.protocol.drugs import said
from trimer.protocol.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from trimer.report.course import PatientCourse

LOINC = {
    "temperature": "8310-5", "heart_rate": "8867-4", "respiratory_rate": "9279-1",
    "SpO2": "2708-6",
}  # fmt: skip
"""Codes of vital signs, from the value set of the specification."""

_GRADES = {
    "CRS": ("cytokine release syndrome", "ASTCT 2019"),
    "ICANS": ("immune effector cell-associated neurotoxicity syndrome", "ASTCT 2019"),
}
_GIVEN = {"given", "reduced", "level"}
_NOT_GIVEN = {"held", "missed", "not given", "skipped"}
_TO_THE_SECOND = 86_400


def course_bundle(course: PatientCourse, start: datetime) -> dict[str, Any]:
    """Return what was written down about a simulated patient as FHIR R5, as JSON has it.

    Parameters
    ----------
    course : PatientCourse
        From a run folder; see `trimer.report.course.stored_course`.
    start : datetime
        When the first dose is said to have been given.

    Raises
    ------
    InputError
        If `fhir.resources` is not installed.
    """
    seed = f"{course.origin}|{course.arm}|{course.id}|{start.isoformat()}"
    tags = (f"Simulated patient, nobody's data. {course.origin}", course.policy)
    maker = Maker(seed, tags)
    number = f"virtual patient {course.id}, {course.treatment}"
    patient = maker.make("Patient", "patient", active=False, identifier=[{"value": number}])
    for row in course.doses.iter_rows(named=True):
        _administration(maker, row, patient, start)
    _observations(maker, course, patient, start)
    _events(maker, course, patient, start)
    return maker.bundle(start + timedelta(days=course.days))


def _at(start: datetime, days: float) -> datetime:
    return start + timedelta(seconds=round(days * _TO_THE_SECOND))


def _administration(
    maker: Maker, row: Mapping[str, Any], patient: dict[str, str], start: datetime
) -> None:
    """Make one line of the ledger an administration; what nature did is none, nor is a pause."""
    status = str(row["status"])
    if row["by"] == "nature" or status not in _GIVEN | _NOT_GIVEN:
        return
    if status == "level" and not row["amount"]:
        return  # what was given before has been stopped
    begin = _at(start, row["time"])
    lasts = float(row["duration"] or 0.0)
    when: dict[str, object] = {"occurenceDateTime": begin}
    if lasts > 0:
        when = {"occurencePeriod": {"start": begin, "end": _at(start, row["time"] + lasts)}}
    reason = str(row["why"] or row["by"] or "")
    done = status in _GIVEN
    maker.make(
        "MedicationAdministration", f"{row['time']!r}|{row['drug']}|{status}|{len(maker.made)}",
        status="completed" if done else "not-done",
        statusReason=None if done else [concept(f"{status}: {reason}".removesuffix(": "))],
        medication={"concept": concept(said(str(row["drug"])))}, subject=patient,
        dosage=_dosage(row) if done else None,
        note=[{"text": reason}] if reason and done else None, **when,
    )  # fmt: skip


def _dosage(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = str(row["unit"])
    if unit == "level":
        return {"text": f"level {row['amount']:g} of the simulated ward"}
    unit = {"ug": "mcg"}.get(unit, unit)
    found: dict[str, Any] = {"dose": quantity(float(row["amount"]), unit)}
    if row["rate"]:
        found["rateQuantity"] = quantity(float(row["rate"]), f"{unit}/day")
    return found


def _observations(
    maker: Maker, course: PatientCourse, patient: dict[str, str], start: datetime
) -> None:
    """Make observations of readings; a result of the laboratory once, not at every later look."""
    last: dict[str, float] = {}
    for row in course.readings.iter_rows(named=True):
        for name, known in QUANTITIES.items():
            value = row.get(name)
            if value is None or math.isnan(value):
                continue
            if known.kind != "vital" and last.get(name) == value:
                continue
            last[name] = value
            maker.make(
                "Observation", f"{row['time']!r}|{name}", status="final", subject=patient,
                category=[concept("vital-signs" if known.kind == "vital" else "laboratory")],
                code=concept(known.definition, LOINC.get(name, "")),
                effectiveDateTime=_at(start, row["time"]),
                valueQuantity=quantity(float(value), known.unit),
            )  # fmt: skip


def _events(maker: Maker, course: PatientCourse, patient: dict[str, str], start: datetime) -> None:
    drug = course.doses.filter(course.doses["rate"] > 0)["drug"]
    suspect = [{"instanceCodeableConcept": concept(str(drug[0]))}] if len(drug) else None
    for name, (text, scale) in _GRADES.items():
        for begin, end, worst in episodes(course, name):
            period = {"start": _at(start, begin)}
            if end is not None:
                period["end"] = _at(start, end)
            maker.make(
                "AdverseEvent", f"{name}|{begin!r}", status="completed", actuality="actual",
                subject=patient, code=concept(f"{text}, grade {worst} by {scale}"),
                occurrencePeriod=period, suspectEntity=suspect,
                outcome=[concept("resolved" if end is not None else "not resolved at the end")],
            )  # fmt: skip
    for row in course.doses.iter_rows(named=True):
        if row["by"] == "nature":
            maker.make(
                "AdverseEvent", f"{row['drug']}|{row['time']!r}", status="completed",
                actuality="actual", subject=patient,
                code=concept(str(row["drug"]).replace("_", " ")),
                occurrenceDateTime=_at(start, row["time"]),
            )  # fmt: skip


def episodes(course: PatientCourse, name: str) -> Iterator[tuple[float, float | None, int]]:
    """Find the stretches of a grade above 0.

    Yields
    ------
    tuple of (float, float or None, int)
        Begin and end in **days** (None if it goes on), and the worst grade.
    """
    begin, worst = None, 0
    for row in course.grades.iter_rows(named=True):
        grade = int(row[name])
        if grade > 0:
            begin = float(row["time"]) if begin is None else begin
            worst = max(worst, grade)
        elif begin is not None:
            yield begin, float(row["time"]), worst
            begin, worst = None, 0
    if begin is not None:
        yield begin, None, worst
