# SPDX-License-Identifier: Apache-2.0
"""Read a patient file, TOML or JSON, and a medication list, and find everything wrong with them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trimer.assess import ICE_ITEMS
from trimer.clinic import patient_fields as fields
from trimer.clinic.patient import (
    LAB_UNITS,
    Echocardiogram,
    Infection,
    Labs,
    Marrow,
    Medicine,
    Neurology,
    Patient,
    Review,
    Transplant,
    Vaccine,
)
from trimer.clinic.spreadsheet import refuse_binary
from trimer.core.errors import InputError, Problems
from trimer.core.textfile import read_text
from trimer.core.toml import Document, read_toml
from trimer.library import clinic_path
from trimer.protocol.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimer.protocol.tables import Table

    Read = Callable[[Any, str], Any]

_TOP: dict[str, Read] = {
    "id": fields.words,
    "age_years": fields.number(0, 120, "years"),
    "sex": fields.sex,
    "weight_kg": fields.number(1, 400, "kg"),
    "first_dose": fields.day,
}
_MARROW: dict[str, Read] = {
    "date": fields.day,
    "cd123_percent": fields.percent,
    "cd123_sites_per_cell": fields.number(0, 1e6, "sites per cell"),
    "blasts_percent": fields.percent,
}
_HEART: dict[str, Read] = {
    "date": fields.day,
    "ejection_fraction_percent": fields.number(5, 90, "%"),
    "lower_limit_percent": fields.number(30, 75, "%"),
}
_NEUROLOGY: dict[str, Read] = {
    "date": fields.day,
    **{item: fields.points(most) for item, most in ICE_ITEMS.items()},
    "other_signs": fields.words,
}
_LABS: dict[str, Read] = {
    "date": fields.day,
    **{lab: fields.lab(lab) for lab in LAB_UNITS},
    "creatinine_clearance_mL_per_min": fields.number(1, 400, "mL/min"),
    "gilbert_syndrome": fields.yes_or_no,
}
_LIMITS: dict[str, Read] = {lab: fields.lab(lab) for lab in ("ALT", "AST", "bilirubin")}
_INFECTION: dict[str, Read] = {
    "date": fields.day,
    "active": fields.yes_or_no,
    "temperature": fields.temperature,
}
_TRANSPLANT: dict[str, Read] = {
    "allogeneic": fields.yes_or_no,
    "active_gvhd": fields.yes_or_no,
    "dlco_percent": fields.number(1, 200, "%"),
    "fev1_percent": fields.number(1, 200, "%"),
}
_PERFORMANCE: dict[str, Read] = {"ecog": fields.points(5)}
_MEDICINE: dict[str, Read] = {"name": fields.words, "dose": fields.words, "stopped": fields.day}
_VACCINE: dict[str, Read] = {"name": fields.words, "date": fields.day}
_REVIEWED: dict[str, Read] = {
    "item": fields.words,
    "by": fields.words,
    "reason": fields.words,
    "date": fields.day,
}
_TABLES = (
    "marrow", "echocardiogram", "neurology", "labs", "infection", "performance", "transplant",
)  # fmt: skip
_LISTS = ("medicine", "vaccine", "reviewed")


def example_text() -> str:
    """Return the example of a patient file."""
    return clinic_path("example-patient.toml").read_text(encoding="utf-8")


def read_patient(path: Path, medicines: Path | None = None) -> Patient:
    """Read a patient file, in TOML or, by the end of its name, JSON.

    Parameters
    ----------
    path : Path
        The file.
    medicines : Path, optional
        A list of medicines in a file of its own, in place of those of the patient file.

    Raises
    ------
    InputError
        If a file is missing, not text, or anything in it is wrong: every problem a sentence.
    """
    refuse_binary(path, "a patient file is TOML or JSON")
    document = _json(path) if path.suffix.lower() == ".json" else read_toml(path)
    reader = Tables(document)
    data = document.data
    reader.check_keys(data, (), (*_TOP, *_TABLES, *_LISTS))
    top = _fields(reader, data, (), _TOP)
    labs = _table(reader, "labs", _LABS, "upper_limits")
    neurology = _table(reader, "neurology", _NEUROLOGY)
    performance = _table(reader, "performance", _PERFORMANCE)
    patient = Patient(
        **top,
        marrow=Marrow(**_table(reader, "marrow", _MARROW)),
        echocardiogram=Echocardiogram(**_table(reader, "echocardiogram", _HEART)),
        neurology=_neurology(neurology),
        labs=_labs(labs, _limits(reader)),
        infection=Infection(**_table(reader, "infection", _INFECTION)),
        transplant=Transplant(**_table(reader, "transplant", _TRANSPLANT)),
        ecog=performance.get("ecog"),
        medicines=_list(reader, "medicine", _MEDICINE, Medicine, ("name",)),
        vaccines=_list(reader, "vaccine", _VACCINE, Vaccine, ("name",)),
        reviews=_list(reader, "reviewed", _REVIEWED, Review, ("item", "by", "reason")) or (),
    )
    if reader.problems:
        raise Problems(reader.problems)
    return patient if medicines is None else replace(patient, medicines=read_medicines(medicines))


def read_medicines(path: Path) -> tuple[Medicine, ...]:
    """Read a list of medicines: text with one a line, or CSV with a column ``name``.

    Raises
    ------
    InputError
        If it is a spreadsheet or no text, or a CSV file without that column.
    """
    refuse_binary(path, "a medication list is text with one medicine a line, or CSV")
    lines = [line.strip() for line in read_text(path).splitlines()]
    if path.suffix.lower() != ".csv":
        return tuple(Medicine(line) for line in lines if line and not line.startswith("#"))
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = list(csv.DictReader([line for line in lines if line], delimiter=delimiter))
    columns = [name.strip().lower() for name in lines[0].split(delimiter)]
    if "name" not in columns:
        raise InputError(
            f"Wrong medication list '{path}': got the columns {', '.join(columns)}; a column "
            "'name' holds the medicines, and 'dose' may stand beside it. Name the columns so."
        )
    plain = [{str(key).strip().lower(): value for key, value in row.items()} for row in rows]
    found = [(str(row["name"] or "").strip(), str(row.get("dose") or "").strip()) for row in plain]
    return tuple(Medicine(name, dose) for name, dose in found if name)


def _json(path: Path) -> Document:
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as reason:
        raise InputError(f"Not JSON in '{path}': {reason}.") from None
    if not isinstance(data, dict):
        raise InputError(
            f"Wrong patient file '{path}': got a {type(data).__name__}; write {{...}}."
        )
    data.pop("notice", None)  # as `trimer ready --example --json` prints it
    return Document(path, data, {})


def _fields(
    reader: Tables, table: Table, path: tuple[str | int, ...], known: dict[str, Read]
) -> dict[str, Any]:
    """Read what is there of a table; what is wrong is complained of and left out."""
    read = {
        key: reader.optional(table, path, key, how) for key, how in known.items() if key in table
    }
    return {key: value for key, value in read.items() if value is not None}


def _table(reader: Tables, key: str, known: dict[str, Read], *further: str) -> dict[str, Any]:
    table = reader.table(key, (*known, *further))
    return {} if table is None else _fields(reader, table, (key,), known)


def _limits(reader: Tables) -> dict[str, float]:
    labs = reader.document.data.get("labs")
    if not isinstance(labs, dict) or "upper_limits" not in labs:
        return {}
    limits = labs["upper_limits"]
    if not isinstance(limits, dict):
        reader.problems.append(
            f"Wrong 'upper_limits' in {reader.where('labs', 'upper_limits')}: got a "
            f"{type(limits).__name__}; it is a table. Begin it with [labs.upper_limits]."
        )
        return {}
    reader.check_keys(limits, ("labs", "upper_limits"), tuple(_LIMITS))
    return _fields(reader, limits, ("labs", "upper_limits"), _LIMITS)


def _neurology(found: dict[str, Any]) -> Neurology:
    items = {item: found[item] for item in ICE_ITEMS if item in found}
    return Neurology(found.get("date"), items, found.get("other_signs"))


def _labs(found: dict[str, Any], limits: dict[str, float]) -> Labs:
    values = {lab: found[lab] for lab in LAB_UNITS if lab in found}
    clearance = found.get("creatinine_clearance_mL_per_min")
    gilbert = found.get("gilbert_syndrome", False)
    return Labs(found.get("date"), values, limits, clearance, gilbert_syndrome=gilbert)


def _list(
    reader: Tables,
    key: str,
    known: dict[str, Read],
    make: Callable[..., Any],
    needed: tuple[str, ...],
) -> tuple[Any, ...] | None:
    """Return the tables of a list; None if nobody has asked for it."""
    if key not in reader.document.data:
        return None
    made = []
    for i, table in reader.tables(key, tuple(known)):
        missing = [name for name in needed if name not in table]
        for name in missing:
            reader.complain_missing(name, (key, i), f'{name} = "..."')
        found = _fields(reader, table, (key, i), known)
        if not missing and all(name in found for name in needed):
            made.append(make(**found))
    return tuple(made)
