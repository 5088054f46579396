# SPDX-License-Identifier: Apache-2.0
"""The decision log: what was done when, by which rule, and what the ward had seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trimer.page.days import from_one
from trimer.report.numbers import number
from trimer.report.story import phrases
from trimer.report.units import name_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimer.report.course import PatientCourse
    from trimer.report.story import Story

    Row = Mapping[str, Any]

OWN = {
    "plan": "The plan", "step": "The plan", "restart": "Restart table", "pump": "The pump",
    "hospital": "The hospital", "culture": "The laboratory",
}  # fmt: skip
"""Who decides besides the rules, in words."""


def entries(course: PatientCourse, told: Story) -> list[dict[str, Any]]:
    """Return the log, one entry for each line of the story.

    Each has ``day`` (since the first dose), ``kind`` of glyph, ``text``, the rules that spoke and
    what the ward saw.
    """
    rows: dict[int, list[Row]] = {}
    for row in course.decisions.iter_rows(named=True):
        rows.setdefault(phrases.minute_of(row["time"]), []).append(row)
    given: dict[int, list[Row]] = {}
    for row in course.doses.iter_rows(named=True):
        given.setdefault(phrases.minute_of(row["time"]), []).append(row)
    found = []
    for line in told.lines:
        here = rows.get(line.minute, [])
        doses = given.get(line.minute, [])
        found.append(
            {
                "day": line.minute / phrases.MINUTES,
                "kind": _kind(here, doses, line.text),
                "text": from_one(line.text),
                "rules": _rules(course, here, doses),
                "seen": _seen(here),
            }
        )
    return found


def _kind(rows: list[Row], doses: list[Row], text: str) -> str:
    """Return the glyph of an entry: the weightiest thing that happened."""
    actions = [row["action"] for row in rows]
    drugs = {row["drug"] for row in doses if row["status"] == "given" and not row["rate"]}
    checks = (
        ("stop", any(action == "stop for good" for action in actions)),
        ("plug", any(row["rule"] == "pump" and "alarm" in row["action"] for row in rows)),
        ("hold", any(action == "hold" for action in actions)),
        ("tocilizumab", "tocilizumab" in drugs),
        ("resume", "drug flows again" in text or "the hold of rule" in text),
        ("step", "step up to" in text.lower() or "infusion starts" in text),
        ("steroid", bool(drugs & {"dexamethasone", "methylprednisolone"})),
        ("vasopressor", "vasopressor" in text),
        ("oxygen", "oxygen" in text),
        ("drug", bool(drugs)),
    )
    return next((kind for kind, holds in checks if holds), "look")


def _rules(course: PatientCourse, rows: list[Row], doses: list[Row]) -> list[dict[str, str]]:
    names = [row["rule"] for row in rows] + [row["by"] for row in doses]
    found = []
    for name in dict.fromkeys(names):
        if name in course.rules:
            rule = course.rules[name]
            found.append({"name": name, "text": str(rule), "basis": rule.basis,
                          "source": rule.source})  # fmt: skip
        elif name in OWN:
            found.append({"name": OWN[name], "text": "", "basis": "", "source": ""})
    return found


def _seen(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Return what was seen at the look, as short texts."""
    row = next(iter(rows), None)
    if row is None:
        return []
    found = [{"name": "CRS", "text": str(row["CRS"]), "unit": ""}] if row["CRS"] >= 0 else []
    for name, digits in (("temperature", 1), ("MAP", 0), ("SpO2", 0)):
        value = row[name]
        if value is not None and math.isfinite(value):
            found.append({"name": name, "text": f"{value:.{digits}f}", "unit": unit_of(name)})
    if row["ICANS"] > 0:
        found.append({"name": "ICANS", "text": str(row["ICANS"]), "unit": ""})
    for other in rows:
        name, value = other["quantity"], other["value"]
        told = not name or name in {"CRS", "ICANS", "temperature", "MAP", "SpO2"}
        if not told and value is not None and math.isfinite(value):
            found.append({"name": name_of(name), "text": number(value), "unit": unit_of(name)})
    return found
