# SPDX-License-Identifier: Apache-2.0
"""Items of the history: infection, performance, transplant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.clinic.readiness.limits import limits

if TYPE_CHECKING:
    from trimer.clinic.patient import Patient
    from trimer.clinic.readiness.item import Item


def infection(patient: Patient) -> list[Item]:
    """Return the items of infection and temperature."""
    found, limit = patient.infection, limits()["infection"]
    if found.active is None:
        first = limit.missing()
    elif found.active:
        first = limit.item("not ready", "Treat the infection first.", "active")
    else:
        first = limit.item("ready", "Nothing is known that would forbid it.", "none active")
    heat = limits()["temperature"].judged(
        found.temperature, when=found.date, first_dose=patient.first_dose
    )
    return [first, heat]


def performance(patient: Patient) -> list[Item]:
    """Return the item of performance status."""
    return [limits()["performance"].judged(patient.ecog)]


def transplant(patient: Patient) -> list[Item]:
    """Return the items of a prior transplant, on which trials differ."""
    found, limit = patient.transplant, limits()["transplant"]
    if found.allogeneic is None:
        return [limit.missing()]
    if not found.allogeneic:
        return [limit.item("ready", "Nothing of it to weigh.", "none")]
    made = [limit.item("needs a human", "Trials differ on relapse after a transplant.", "yes")]
    gvhd = limits()["gvhd"]
    if found.active_gvhd is None:
        made.append(gvhd.missing())
    elif found.active_gvhd:
        reason = "Donor T cells that are awake already may be driven further."
        made.append(gvhd.item("needs a human", reason, "active"))
    else:
        made.append(gvhd.item("ready", "Nothing of it to weigh.", "none active"))
    return made
