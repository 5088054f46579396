# SPDX-License-Identifier: Apache-2.0
"""Simulate the patient of a patient file, once the checklist lets a first dose be given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.output import note
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from trimer.clinic.patient import Patient
    from trimer.patients import Cohort


def patient_allowed(file: Path | None, *, anyway: bool) -> Patient | None:
    """Return the patient of a file, or refuse a first dose while the checklist is not ready.

    Raises
    ------
    InputError
        If the checklist is not ready and nobody said to go on, or there is no file to go on with.
    """
    if file is None:
        if anyway:
            raise InputError(
                "--not-ready-anyway goes with --patient FILE: without a patient file there is no "
                "checklist. Leave it out, or name the file."
            )
        return None
    from trimer.clinic.patient_file import read_patient
    from trimer.clinic.readiness import need_readiness

    readiness = need_readiness(read_patient(file), anyway=anyway)
    if not readiness.ready:
        found = len(readiness.open)
        note(f"Note: simulated although {found} of {len(readiness.items)} items are not ready.")
    return readiness.patient


def patient_cohort(patient: Patient, card: Any, where: Path) -> Cohort:  # noqa: ANN401 (parameters)
    """Return one virtual patient: the card's typical one, with what is known of this patient."""
    from trimer.patients import Cohort

    nominal = Cohort.nominal(card)
    units = {row.name: row.unit for row in card}
    known = patient.model_values()
    taken = {name: value for name, (value, unit) in known.items() if units.get(name) == unit}
    left = [name for name in known if name not in taken]
    said = ", ".join(f"{name} {value:g} {units[name]}" for name, value in taken.items())
    note(f"Note: from '{where}': {said or 'nothing'}; all else is the typical patient's.")
    if left:
        note(f"Note: the model has no parameter for {', '.join(left)}.")
    columns = nominal.columns() | {name: [value] for name, value in taken.items()}
    label = patient.id or where.stem
    description = f"The typical patient of the card, with values of patient '{label}': {said}."
    return Cohort.from_columns(columns, name="patient", description=description)
