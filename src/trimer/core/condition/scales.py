# SPDX-License-Identifier: Apache-2.0
"""Units that conditions may be written in: a closed table, since a limit must never be a guess."""

from __future__ import annotations

from trimer.core.errors import did_you_mean

MINUTES = {
    "min": 1, "minute": 1, "minutes": 1, "h": 60, "hour": 60, "hours": 60,
    "d": 1440, "day": 1440, "days": 1440, "week": 10080, "weeks": 10080,
}  # fmt: skip
"""Units of time, in minutes."""

#: Factor to one unit of each line, and what to add; two units of a line convert. "µ" reads as "u".
_SCALES: tuple[dict[str, tuple[float, float]], ...] = (
    {"degC": (1, 0), "C": (1, 0), "°C": (1, 0), "F": (5 / 9, -160 / 9), "°F": (5 / 9, -160 / 9)},
    {"mmHg": (1, 0)},
    {"%": (1, 0)},
    {"1/min": (1, 0), "/min": (1, 0)},
    {"U/L": (1, 0), "IU/L": (1, 0)},
    {
        "g/dL": (10, 0),
        "g/L": (1, 0),
        "mg/dL": (1e-2, 0),
        "mg/L": (1e-3, 0),
        "ug/mL": (1e-3, 0),
        "mcg/mL": (1e-3, 0),
        "ug/L": (1e-6, 0),
        "mcg/L": (1e-6, 0),
        "ng/mL": (1e-6, 0),
        "ng/L": (1e-9, 0),
        "pg/mL": (1e-9, 0),
    },
    {"umol/L": (1, 0)},
    {
        "G/L": (1, 0),
        **dict.fromkeys(("cells/uL", "cell/uL", "1/uL", "/uL"), (1e-3, 0)),
    },
    {"ng/kg/day": (1, 0)},
    {unit: (minutes, 0) for unit, minutes in MINUTES.items()},
)

MOLAR_MASS = {"creatinine": 113.12, "bilirubin": 584.67}
"""In **g/mol**, where umol/L may be written: derived from C4H7N3O and C33H36N4O6."""

_MICRO = str.maketrans("µμ", "uu")

UNITS = tuple(unit for scale in _SCALES for unit in scale)
"""Every unit that is known."""


def convert(
    value: float,
    unit: str,
    wanted: str,
    *,
    difference: bool = False,
    molar_mass: float | None = None,
) -> float | None:
    """Return a value in another unit, None if the two do not measure the same.

    Parameters
    ----------
    value : float
        In `unit`.
    unit, wanted : str
        From and to.
    difference : bool
        Whether it is a difference of two values: nothing is added then.
    molar_mass : float or None
        Of what is measured, in **g/mol**, where umol/L may be given for a mass.

    Examples
    --------
    >>> convert(500.0, "cells/uL", "G/L")
    0.5
    >>> convert(101.3, "F", "degC")
    38.5
    """
    unit, wanted = unit.translate(_MICRO), wanted.translate(_MICRO)
    if molar_mass is not None and unit == "umol/L":
        value, unit = value * molar_mass, "ug/L"
    for scale in _SCALES:
        if unit in scale and wanted in scale:
            (factor, offset), (other, shift) = scale[unit], scale[wanted]
            if unit == wanted:
                return value
            if difference:
                offset = shift = 0.0
            # 14 digits: what is exact on paper, such as 101.3 F, stays so
            return float(f"{(value * factor + offset - shift) / other:.14g}")
    return None


def spellings(unit: str) -> tuple[str, ...]:
    """Return every unit that converts to this one."""
    plain = unit.translate(_MICRO)
    return next((tuple(scale) for scale in _SCALES if plain in scale), ())


def unknown_unit(unit: str) -> str:
    """Say that a unit is unknown, with the nearest one."""
    return f"unknown unit '{unit}'.{did_you_mean(unit, UNITS)}"
