# SPDX-License-Identifier: Apache-2.0
"""Doses as text with a unit: ``"30 ng/kg/day"``, ``"10 mg"``.

The units are a closed table, so that reading a dose needs no library of units and no dose is
ever a guess: a bare number is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_NANOGRAMS = {"ng": 1, "ug": 10**3, "mcg": 10**3, "µg": 10**3, "μg": 10**3, "mg": 10**6}
_CANONICAL = {"ng": "ng", "mg": "mg"}  # the rest are spellings of "ug"
_PER_DAY = {"/day": 1, "/h": 24}

_COUNTED = {"mL": "mL", "unit": "unit", "units": "unit"}  # fluids and transfusions

AMOUNT_UNITS = (
    *(f"{mass}{size}" for mass in _NANOGRAMS for size in ("", "/kg", "/m2")),
    *_COUNTED,
)
"""Units a single dose may be written in."""

RATE_UNITS = tuple(
    f"{mass}{size}{time}" for mass in _NANOGRAMS for size in ("", "/kg", "/m2") for time in _PER_DAY
)
"""Units the rate of an infusion may be written in."""

_RATE_ALLOWED = "a rate is a number with ng, ug or mg, then /kg or /m2 or neither, then /day or /h"
_AMOUNT_ALLOWED = (
    "a dose is a number with ng, ug or mg, then /kg or /m2 or neither, or with mL or unit"
)
_NUMBER_AND_UNIT = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf))\s*([A-Za-zµμ].*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast an infusion runs.

    Parameters
    ----------
    value : float
        In `unit`.
    per_kg : bool
        Whether it is per kilogram of body weight.
    text : str
        As it was written; two ways of writing one rate are equal.
    per_m2 : bool
        Whether it is per square meter of body surface.
    """

    value: float
    per_kg: bool
    text: str = field(compare=False)
    per_m2: bool = False

    @property
    def unit(self) -> str:
        """Unit of `value`: ``ng/kg/day``, ``ng/m2/day`` or ``ng/day``."""
        if self.per_m2:
            return "ng/m2/day"
        return "ng/kg/day" if self.per_kg else "ng/day"

    def per_patient(self, weight_kg: ArrayLike) -> NDArray[np.float64]:
        """Return the rate in ng/day for patients of these body weights (kg).

        Raises
        ------
        ProtocolError
            If the rate is per square meter: a weight alone does not tell that.
        """
        if self.per_m2:
            raise _no_surface("rate", self.text)
        return _per_patient(self.value, weight_kg, per_kg=self.per_kg)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Amount:
    """A single dose.

    Parameters
    ----------
    value : float
        In `unit`, per kilogram of body weight if `per_kg`, per square meter if `per_m2`.
    unit : str
        ``ng``, ``ug`` or ``mg``; ``mL`` or ``unit`` of what is not weighed.
    per_kg : bool
        Whether it is per kilogram of body weight.
    text : str
        As it was written.
    per_m2 : bool
        Whether it is per square meter of body surface.
    """

    value: float
    unit: str
    per_kg: bool
    text: str = field(compare=False)
    per_m2: bool = False

    @property
    def size(self) -> str:
        """What it goes by: ``/kg``, ``/m2``, or nothing."""
        return "/m2" if self.per_m2 else "/kg" if self.per_kg else ""

    def per_patient(self, weight_kg: ArrayLike) -> NDArray[np.float64]:
        """Return the dose in `unit` for patients of these body weights (kg).

        Raises
        ------
        ProtocolError
            If the dose is per square meter: a weight alone does not tell that.
        """
        if self.per_m2:
            raise _no_surface("dose", self.text)
        return _per_patient(self.value, weight_kg, per_kg=self.per_kg)

    def __str__(self) -> str:
        return self.text


def parse_rate(text: object, where: str = "") -> Rate:
    """Read the rate of an infusion.

    Parameters
    ----------
    text : str
        Such as ``"30 ng/kg/day"``.
    where : str
        For the error message, such as ``"'flat.toml', line 7"``.

    Raises
    ------
    ProtocolError
        For anything that is not a positive number with a unit from `RATE_UNITS`.

    Examples
    --------
    >>> parse_rate("1.25 ng/kg/h").value
    30.0
    """
    what = f"Wrong rate{_in(where)}: got {shown(text)}"
    number, unit = _number_and_unit(text, what, _RATE_ALLOWED, "30 ng/kg/day")
    if unit in AMOUNT_UNITS:
        raise ProtocolError(f'{what}; a rate needs a time. Write "{text}/day" or "{text}/h".')
    if unit not in RATE_UNITS:
        raise ProtocolError(f"{what}; {_RATE_ALLOWED}.{did_you_mean(unit, RATE_UNITS)}")
    mass, *size, time = unit.split("/")
    factor = _NANOGRAMS[mass] * _PER_DAY[f"/{time}"]
    return Rate(
        _scaled(number, factor, what), size == ["kg"], str(text).strip(), per_m2=size == ["m2"]
    )


def parse_amount(text: object, where: str = "") -> Amount:
    """Read a single dose.

    Parameters
    ----------
    text : str
        Such as ``"10 mg"`` or ``"8 mg/kg"``.
    where : str
        For the error message, such as ``"'flat.toml', line 7"``.

    Raises
    ------
    ProtocolError
        For anything that is not a positive number with a unit from `AMOUNT_UNITS`.

    Examples
    --------
    >>> parse_amount("8 mg/kg").per_patient([50.0, 100.0]).tolist()
    [400.0, 800.0]
    """
    what = f"Wrong dose{_in(where)}: got {shown(text)}"
    number, unit = _number_and_unit(text, what, _AMOUNT_ALLOWED, "10 mg")
    if unit in RATE_UNITS:
        raise ProtocolError(f"{what}; a single dose has no time in its unit. Infuse it instead.")
    if unit not in AMOUNT_UNITS:
        raise ProtocolError(f"{what}; {_AMOUNT_ALLOWED}.{did_you_mean(unit, AMOUNT_UNITS)}")
    mass, *size = unit.split("/")
    canonical = _COUNTED.get(mass) or _CANONICAL.get(mass, "ug")
    value = _scaled(number, 1, what)
    return Amount(value, canonical, size == ["kg"], str(text).strip(), per_m2=size == ["m2"])


def in_unit(value: ArrayLike, unit: str, wanted: str) -> NDArray[np.float64]:
    """Convert masses between ``ng``, ``ug`` and ``mg``.

    Examples
    --------
    >>> in_unit([10.0], "mg", "ng").tolist()
    [10000000.0]
    """
    for name in (unit, wanted):
        if name not in _NANOGRAMS:
            hint = did_you_mean(name, _NANOGRAMS)
            raise ProtocolError(f"Unknown unit of mass: got '{name}'.{hint}")
    # Whole powers of ten, multiplied or divided by, leave no rounding a decimal would not have.
    old, new = _NANOGRAMS[unit], _NANOGRAMS[wanted]
    masses = np.asarray(value, dtype=np.float64)
    return masses * (old // new) if old >= new else masses / (new // old)


def _number_and_unit(text: object, what: str, allowed: str, example: str) -> tuple[float, str]:
    bare = isinstance(text, (int, float)) and not isinstance(text, bool)
    match = None if bare else _NUMBER_AND_UNIT.fullmatch(str(text).strip())
    if not bare and (match is None or not isinstance(text, str)):
        raise ProtocolError(f'{what}; {allowed}. Write it like "{example}".')
    if match is None or match[2] is None:
        number = text.strip() if isinstance(text, str) else shown(text)
        unit = example.partition(" ")[2]
        raise ProtocolError(
            f"{what}, a number without a unit; {allowed}. "
            f'Write the unit behind it, such as "{number} {unit}" if that is what it means.'
        )
    return float(match[1]), "".join(match[2].split())


def _scaled(number: float, factor: int, what: str) -> float:
    """Multiply as decimals, so that 0.03 mg is 30000 ng to the last bit."""
    value = float(Fraction(repr(number)) * factor) if math.isfinite(number) else number
    if not 0 < value < math.inf:
        raise ProtocolError(
            f"{what}; a dose is positive and finite. Leave the step out if nothing is given."
        )
    return value


def _per_patient(value: float, weight_kg: ArrayLike, *, per_kg: bool) -> NDArray[np.float64]:
    weight = np.asarray(weight_kg, dtype=np.float64)
    return value * weight if per_kg else np.full_like(weight, value)


def _no_surface(what: str, text: str) -> ProtocolError:
    return ProtocolError(
        f"Missing body surface: the {what} {text} is per square meter, but only body weights are "
        "known here. Write it per kg, or as it is for everybody."
    )


def _in(where: str) -> str:
    return f" in {where}" if where else ""
