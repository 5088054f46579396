# SPDX-License-Identifier: Apache-2.0
"""The size of a patient: body weight and, where a dose asks for it, body surface."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.clinic.plan.numbers import exact, written
from trimer.core.errors import ProtocolError
from trimer.core.shown import shown

if TYPE_CHECKING:
    from trimer.protocol import Amount, Rate

LEAST_KG, MOST_KG = Fraction(2), Fraction(400)
"""Weights outside are taken for a slip of the pen (**assumed**)."""

LEAST_M2, MOST_M2 = Fraction(1, 10), Fraction(4)
"""Surfaces outside are taken for a slip of the pen (**assumed**)."""

KG_IN_LB = Fraction("0.45359237")
"""The pound, by definition."""

_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-zµ²0-9]*)\s*", re.ASCII)
_KG = {"kg", "kilogram", "kilograms"}
_LB = {"lb", "lbs", "pound", "pounds"}
_M2 = {"m2", "m²"}


@dataclass(frozen=True, slots=True)
class Size:
    """A patient's size.

    Parameters
    ----------
    weight_kg : Fraction
        Body weight, in **kg**.
    surface_m2 : Fraction or None
        Body surface, in **m²**.
    note : str
        How it was converted, if it was.
    """

    weight_kg: Fraction
    surface_m2: Fraction | None = None
    note: str = ""

    def per_day(self, rate: Rate) -> Fraction:
        """Return a rate for this patient, in **ng/day**."""
        return exact(rate.value) * self._factor(rate, f"the rate {rate}")

    def amount(self, dose: Amount) -> Fraction:
        """Return a single dose for this patient, in its own unit."""
        return exact(dose.value) * self._factor(dose, f"the dose {dose}")

    def _factor(self, dose: Rate | Amount, what: str) -> Fraction:
        if dose.per_m2:
            if self.surface_m2 is None:
                raise ProtocolError(
                    f"Missing body surface: {what} is per square meter. Give it with --surface, "
                    "such as --surface 1.85."
                )
            return self.surface_m2
        return self.weight_kg if dose.per_kg else Fraction(1)


def parse_weight(text: str, *, convert_lb: bool = False) -> tuple[Fraction, str]:
    """Read a body weight.

    Parameters
    ----------
    text : str
        Such as ``"70"`` or ``"70.5 kg"``; in pounds only if `convert_lb`.
    convert_lb : bool
        Whether it is to be converted from pounds, to the nearest tenth of a kilogram.

    Returns
    -------
    tuple of (Fraction, str)
        Weight in **kg**, and how it was converted.

    Raises
    ------
    ProtocolError
        When it is no weight, in another unit, or none that a patient has.

    Examples
    --------
    >>> parse_weight("70 kg")[0], parse_weight("154 lb", convert_lb=True)
    (Fraction(70, 1), (Fraction(699, 10), '154 lb = 69.85 kg, taken as 69.9 kg'))
    """
    match = _NUMBER.fullmatch(text)
    what = f"Wrong weight: got {shown(text)}"
    if match is None:
        raise ProtocolError(f"{what}; it is a number of kilograms. Write it like 70 or 70.5.")
    number, unit = Fraction(match[1]), match[2].lower()
    if unit and unit not in _KG | _LB:
        raise ProtocolError(f"{what}; a weight is in kg. Write it like 70 or 70.5.")
    if unit in _LB and not convert_lb:
        raise ProtocolError(
            f"{what}; a weight is in kg, and nothing is converted unasked. Write kilograms, or "
            "add --convert-lb to convert pounds."
        )
    if unit in _KG and convert_lb:
        raise ProtocolError(f"{what}, in kilograms, with --convert-lb. Leave one of them out.")
    if not convert_lb:
        return _within(number, what), ""
    kg = number * KG_IN_LB
    tenth = Fraction(round(kg * 10), 10)
    note = f"{written(number)} lb = {written(kg)} kg, taken as {written(tenth)} kg"
    return _within(tenth, what), note


def parse_surface(text: str) -> Fraction:
    """Read a body surface, in **m²**: ``"1.85"`` or ``"1.85 m2"``.

    Raises
    ------
    ProtocolError
        When it is no number, in another unit, or none that a patient has.
    """
    match = _NUMBER.fullmatch(text)
    if match and match[2].lower() in {"", *_M2} and LEAST_M2 <= Fraction(match[1]) <= MOST_M2:
        return Fraction(match[1])
    raise ProtocolError(
        f"Wrong body surface: got {shown(text)}; it is a number of square meters from "
        f"{written(LEAST_M2)} to {written(MOST_M2)}. Write it like 1.85."
    )


def _within(kg: Fraction, what: str) -> Fraction:
    if LEAST_KG <= kg <= MOST_KG:
        return kg
    grams = kg / 1000
    hint = f" Is it in grams? Then write {written(grams)}." if LEAST_KG <= grams <= 20 else ""
    raise ProtocolError(
        f"{what}; a weight is from {written(LEAST_KG)} to {written(MOST_KG)} kg. "
        f"Write the patient's, like 70.{hint}"
    )
