# SPDX-License-Identifier: Apache-2.0
"""The checklist as a whole, with what humans have decided, and the gate before a first dose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trimer.clinic.readiness import history, measured
from trimer.clinic.readiness.item import Item, Readiness
from trimer.clinic.readiness.medicines import medication, vaccination
from trimer.core.errors import InputError, Problems, did_you_mean
from trimer.core.shown import counted

if TYPE_CHECKING:
    from trimer.clinic.patient import Patient, Review

_PARTS = (
    measured.marrow, measured.heart, measured.neurology, measured.labs, measured.lungs,
    history.infection, history.performance, history.transplant, measured.weight,
    medication, vaccination,
)  # fmt: skip


def check(patient: Patient) -> Readiness:
    """Return the checklist of a patient before a first dose.

    Parameters
    ----------
    patient : Patient
        What is known of the patient.

    Returns
    -------
    Readiness
        Every item: ready, not ready, missing or needing a human, with reason, limit and source. A
        decision of a human settles an item that needs one, and no other.

    Raises
    ------
    InputError
        If a decision is on an item that is not there.

    Examples
    --------
    >>> from trimer.clinic.patient import Patient
    >>> readiness = check(Patient(weight_kg=70.0))
    >>> readiness.ready
    False
    >>> readiness.count("missing")
    19
    """
    items = [item for part in _PARTS for item in part(patient)]
    problems = []
    for review in patient.reviews:
        places = [i for i, item in enumerate(items) if _is_meant(item, review)]
        if not places:
            known = [name for item in items for name in item.names if name]
            hint = did_you_mean(review.item, dict.fromkeys(known))
            problems.append(f"Unknown item '{review.item}' of a review by {review.by}.{hint}")
        for i in places:
            items[i] = _reviewed(items[i], review)
    if problems:
        raise Problems(problems)
    return Readiness(patient, tuple(items))


def need_readiness(patient: Patient, *, anyway: bool = False) -> Readiness:
    """Return the checklist, or refuse a first dose while it is not ready (S69).

    Parameters
    ----------
    patient : Patient
        What is known of the patient.
    anyway : bool
        Whether to go on all the same.

    Raises
    ------
    InputError
        While it is not ready.
    """
    readiness = check(patient)
    if readiness.ready or anyway:
        return readiness
    label = f" '{patient.id}'" if patient.id else ""
    lines = [f"{item.title}: {item.status}. {item.reason}" for item in readiness.open]
    raise InputError(
        f"No first dose for patient{label}: {counted(len(lines), 'item')} of the checklist not "
        "ready. See them all with `trimer ready`, or go on with --not-ready-anyway.",
        *lines,
    )


def _is_meant(item: Item, review: Review) -> bool:
    return review.item.casefold() in {name.casefold() for name in (*item.names, item.title) if name}


def _reviewed(item: Item, review: Review) -> Item:
    """Return the item as a human has decided; only one that needs a human is settled."""
    when = f" on {review.date.isoformat()}" if review.date else ""
    said = f"Reviewed by {review.by}{when}: {review.reason}."
    if item.status != "needs a human":
        if item.status == "ready":
            return item
        return replace(item, reason=f"{item.reason} {said} That does not settle this item.")
    return replace(item, status="ready", reason=f"{said} Before: {item.reason}")
