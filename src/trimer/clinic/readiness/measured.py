# SPDX-License-Identifier: Apache-2.0
"""Items that are measured: weight, marrow, heart, nervous system, laboratory, lungs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.assess import ADULT
from trimer.clinic.readiness.limits import limits

if TYPE_CHECKING:
    from trimer.clinic.patient import Patient
    from trimer.clinic.readiness.item import Item

_NO_SIGNS = {"none", "no", "normal", "nothing"}


def weight(patient: Patient) -> list[Item]:
    """Return the item of body weight, from which every dose is computed."""
    return [limits()["weight"].judged(patient.weight_kg)]


def marrow(patient: Patient) -> list[Item]:
    """Return the items of CD123 (S70)."""
    found, first = patient.marrow, patient.first_dose
    values = {
        "cd123_percent": found.cd123_percent,
        "cd123_sites": found.cd123_sites_per_cell,
    }
    made = []
    for key, value in values.items():
        item = limits()[key].judged(value, when=found.date, first_dose=first)
        if value == 0:
            item = limits()[key].item(
                "not ready", "Without CD123 the drug has no target.", item.found
            )
        made.append(item)
    return made


def heart(patient: Patient) -> list[Item]:
    """Return the item of the ejection fraction (S71)."""
    found, limit = patient.echocardiogram, limits()["ejection_fraction"]
    own = found.lower_limit_percent
    lowest = limit.low if own is None else own
    whose = (
        "assumed, as that of the institution is not given" if own is None else "the institution's"
    )
    return [
        limit.judged(
            found.ejection_fraction_percent, when=found.date, first_dose=patient.first_dose,
            low=own, limit=f"{limit.limit}: {lowest:g} %, {whose}",
        )
    ]  # fmt: skip


def neurology(patient: Patient) -> list[Item]:
    """Return the items of the baseline examination, whose points are kept (S72)."""
    found, ice = patient.neurology, limits()["ice"]
    items = ", ".join(f"{name} {points}" for name, points in found.ice_items.items())
    score = found.ice
    if score is None:
        asked = f"Asked so far: {items}." if items else "Not in the patient file."
        made = [ice.missing(f"{asked} All five items are needed for a baseline.")]
    else:
        item = ice.judged(score, when=found.date, first_dose=patient.first_dose)
        reason = "Kept as this patient's baseline."
        if item.status == "needs a human" and score < (ice.low or 0):
            reason = "Below 10 before any drug: why? It is kept as this patient's baseline."
        elif item.status != "ready":
            reason = item.reason
        made = [ice.item(item.status, reason, f"{item.found} ({items})")]
    signs = limits()["signs"]
    if found.other_signs is None:
        made.append(signs.missing())
    elif found.other_signs.lower().rstrip(".") in _NO_SIGNS:
        made.append(signs.item("ready", "Nothing to mistake for ICANS later.", found.other_signs))
    else:
        reason = "A sign that is there before the drug could later be taken for ICANS."
        made.append(signs.item("needs a human", reason, found.other_signs))
    return made


def labs(patient: Patient) -> list[Item]:
    """Return the items of laboratory tests, held against limits of admission to a trial."""
    found, first = patient.labs, patient.first_dose
    made = []
    for test in ("ALT", "AST", "bilirubin"):
        limit = limits()[test]
        own = found.upper_limits.get(test)
        upper = float(getattr(ADULT, test)) if own is None else own
        times = limit.times or 1.0
        if found.gilbert_syndrome and limit.times_gilbert is not None:
            times = limit.times_gilbert
        whose = "a typical one of adults, from memory" if own is None else "the laboratory's"
        # one part in 10^12, so that 1.8 is not more than 1.5 times 1.2
        made.append(
            limit.judged(
                found.values.get(test), when=found.date, first_dose=first,
                high=upper * times * (1 + 1e-12),
                limit=f"at most {times:g} times the upper limit of normal, {upper:g} {limit.unit} "
                f"({whose})",
            )
        )  # fmt: skip
    clearance = limits()["creatinine_clearance"].judged(
        patient.creatinine_clearance, when=found.date, first_dose=first
    )
    if clearance.status == "missing":
        need = "Needs the clearance, or creatinine with age, sex and weight."
        clearance = limits()["creatinine_clearance"].missing(need)
    elif found.creatinine_clearance is None:
        how = f"{clearance.found}, by Cockcroft and Gault from creatinine"
        clearance = limits()["creatinine_clearance"].item(clearance.status, clearance.reason, how)
    made.append(clearance)
    for test in ("blood_blasts", "ANC", "platelets", "hemoglobin"):
        value = found.values.get(test)
        made.append(limits()[test].judged(value, when=found.date, first_dose=first))
    return made


def lungs(patient: Patient) -> list[Item]:
    """Return the items of the lungs: needed after a transplant, checked if they are known."""
    found = patient.transplant
    known = {"dlco": found.dlco_percent, "fev1": found.fev1_percent}
    return [
        limits()[key].judged(value)
        for key, value in known.items()
        if value is not None or found.allogeneic
    ]
