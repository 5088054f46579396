# SPDX-License-Identifier: Apache-2.0
"""How each kind of field of a patient file is read, and what no patient can have."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from trimer.clinic.patient import LAB_UNITS
from trimer.core.condition.scales import MOLAR_MASS, convert, spellings
from trimer.core.errors import InputError, did_you_mean
from trimer.core.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable

_QUANTITY = re.compile(r"\s*([<>]?)\s*(\d+(?:\.\d+)?)\s*(\S.*?)?\s*", re.ASCII)
_LONGEST = 300

_MOST = {
    "ALT": 20_000.0,
    "AST": 20_000.0,
    "bilirubin": 80.0,
    "creatinine": 30.0,
    "blood_blasts": 1_000.0,
    "ANC": 500.0,
    "platelets": 5_000.0,
    "hemoglobin": 25.0,
}
"""No patient has more, in the units of `LAB_UNITS`: a larger value is in another unit (assumed)."""


def words(value: object, where: str) -> str:
    """Return a text of one line."""
    if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST and value.isprintable():
        return value.strip()
    raise InputError(
        f"Wrong text in {where}: got {shown(value)}; it is one line of at most {_LONGEST} "
        "letters, in quotes. Write it so, or leave the key out."
    )


def yes_or_no(value: object, where: str) -> bool:
    """Return true or false."""
    if isinstance(value, bool):
        return value
    raise InputError(f"Wrong answer in {where}: got {shown(value)}; write true or false.")


def sex(value: object, where: str) -> str:
    """Return the sex that creatinine clearance is computed with."""
    if value in ("female", "male"):
        return str(value)
    hint = did_you_mean(str(value), ("female", "male"))
    raise InputError(f"Wrong sex in {where}: got {shown(value)}.{hint}")


def day(value: object, where: str) -> date:
    """Return a date: as TOML writes it, or text of a JSON file."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise InputError(
        f"Wrong date in {where}: got {shown(value)}; it is year, month and day. "
        "Write it like 2027-01-04."
    )


def number(low: float, high: float, unit: str) -> Callable[[object, str], float]:
    """Return what reads a number in a unit that the key names."""

    def read(value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(
                f"Wrong number in {where}: got {shown(value)}; it is a plain number in {unit}. "
                "Convert it, and write it without unit and quotes."
            )
        if not low <= value <= high:
            raise InputError(
                f"Impossible value in {where}: got {value:g} {unit}; it is {low:g} to {high:g} "
                f"{unit}. Check the number and its unit."
            )
        return float(value)

    return read


percent = number(0, 100, "%")
"""Reads a share in **%**."""


def points(most: int) -> Callable[[object, str], int]:
    """Return what reads whole points from 0."""

    def read(value: object, where: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        raise InputError(
            f"Wrong points in {where}: got {shown(value)}; it is a whole number from 0 to {most}."
        )

    return read


def lab(name: str) -> Callable[[object, str], float]:
    """Return what reads a laboratory value with its unit, into the unit of `LAB_UNITS`."""
    unit = LAB_UNITS[name]

    def read(value: object, where: str) -> float:
        found = _quantity(value, where, unit, MOLAR_MASS.get(name))
        if not 0 <= found <= _MOST[name] or (found == 0 and name not in {"blood_blasts", "ANC"}):
            raise InputError(
                f"Impossible value in {where}: got {shown(value)}; {name} is above 0 and at most "
                f"{_MOST[name]:g} {unit}. Check the number and its unit."
            )
        return found

    return read


def temperature(value: object, where: str) -> float:
    """Return a temperature with its unit, in **degC**."""
    found = _quantity(value, where, "degC", None)
    if 30 <= found <= 45:
        return found
    raise InputError(
        f"Impossible value in {where}: got {shown(value)}; a temperature is 30 to 45 degC. "
        "Check the number and its unit."
    )


def _quantity(value: object, where: str, unit: str, molar_mass: float | None) -> float:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[3] is None:
        raise InputError(
            f"Wrong quantity in {where}: got {shown(value)}; it is a number with its unit, in "
            f'quotes. Write it like "31 {unit}".'
        )
    if match[1]:
        raise InputError(
            f"Wrong quantity in {where}: got {shown(value)}; a value beyond what was measured "
            "cannot be checked. Write the limit of the measurement itself."
        )
    found = convert(float(match[2]), match[3], unit, molar_mass=molar_mass)
    if found is None:
        known = (*spellings(unit), *(("umol/L",) if molar_mass else ()))
        raise InputError(
            f"Wrong unit in {where}: got {shown(value)}; it is in {unit}, or a unit that converts "
            f"to it.{did_you_mean(match[3], known)}"
        )
    return found
