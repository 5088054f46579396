# SPDX-License-Identifier: Apache-2.0
"""Units: what a text such as ``nmol/L/day`` measures, and whether two of them agree.

Numbers in Trimer never carry units; declarations do, and are checked once when a model is
built. `Dimension` does the arithmetic; reading the text is left to pint, which only this
module knows.

Two conventions. ``%`` is a plain number here: an observable in percent writes its factor 100 in
the equation. ``degC`` is a unit of its own, for temperatures and their differences alike; it
converts to nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from trimer.core.errors import UnitError, did_you_mean

Powers: TypeAlias = tuple[tuple[str, Fraction], ...]

# Base units have a dimension in brackets; the rest follow from them. G before a prefix-able unit
# is giga, so Gcell is 1e9 cells; G/L is the hematologist's 1e9 cells per liter.
_DEFINITIONS = """
yocto- = 1e-24 = y-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ- = μ- = mc-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
deci- = 1e-1 = d-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
day = [time] = _ = d
hour = day / 24 = h
minute = hour / 60 = min
second = minute / 60 = s
week = 7 day = week
gram = [mass] = g
liter = [volume] = L = l
meter = [length] = m
mole = [substance] = mol
molar = mole / liter = M
molecule = [molecule]
cell = [cell]
degC = [temperature]
mmHg = [pressure]
enzyme_unit = [enzyme] = U
unit = [transfusion]
""".strip().splitlines()

_COMMON = (
    "day", "h", "min", "week", "1/day", "kg", "g", "mg", "ug", "ng", "pg", "L", "mL", "uL", "L/day",
    "mol", "nmol", "pmol", "nmol/L", "pg/mL", "ng/mL", "mg/L", "molecule", "cell", "Gcell", "G/L",
    "cell/uL", "molecule/cell", "degC", "mmHg", "U/L",
    "g/dL", "mg/dL", "1/min", "unit", "%", "1", "m", "cm", "mm", "um",
)  # fmt: skip
_GIGA_PER_LITER = re.compile(r"(?<![A-Za-z])G(?=\s*/\s*L\b)")
_CLOSE = 1e-9
_LONGEST = 100


@dataclass(frozen=True, eq=False)
class Dimension:
    """What a unit measures: powers of base units times a factor.

    Two dimensions are equal when a number means the same in both, so ``ug/L == ng/mL``.

    Parameters
    ----------
    exponents : tuple of (str, Fraction)
        Powers of the base quantities, sorted by name.
    factor : float
        Size in base units.
    written : tuple of (str, Fraction)
        Powers of the units as they were written, for messages.

    Examples
    --------
    >>> dimension("nmol/L") / dimension("day")
    nmol/L/day
    >>> dimension("ug/L") == dimension("ng/mL")
    True
    >>> dimension("L") ** Fraction(1, 2)
    L^(1/2)
    """

    exponents: Powers = ()
    factor: float = 1.0
    written: Powers = field(default=(), repr=False)

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension(
            tuple(sorted(_merged(self.exponents, other.exponents))),
            self.factor * other.factor,
            _merged(self.written, other.written),
        )

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other ** Fraction(-1)

    def __pow__(self, power: Fraction) -> Dimension:
        return Dimension(
            _scaled(self.exponents, power),
            float(self.factor**power),
            _scaled(self.written, power),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dimension):
            return NotImplemented
        return self.measures_as(other) and math.isclose(self.factor, other.factor, rel_tol=_CLOSE)

    def __hash__(self) -> int:
        # Factors are compared with a tolerance, so they cannot enter the hash.
        return hash(self.exponents)

    def measures_as(self, other: Dimension) -> bool:
        """Whether the two differ by a factor at most, as ``mg`` and ``kg`` do."""
        return self.exponents == other.exponents

    @property
    def is_number(self) -> bool:
        """Whether it is that of a plain number: no unit, factor 1."""
        return self == NUMBER

    def __str__(self) -> str:
        """Return the unit as it was written, ``1`` for a plain number."""
        above = [_power(name, power) for name, power in self.written if power > 0]
        below = [_power(name, -power) for name, power in self.written if power < 0]
        return "/".join(["·".join(above) or "1", *below])

    __repr__ = __str__


NUMBER = Dimension()
"""The dimension of a plain number."""


@cache
def dimension(text: str) -> Dimension:
    """Read a unit.

    Parameters
    ----------
    text : str
        Unit, such as ``"1/(nmol/L)/day"``; ``"1"`` for a plain number.

    Raises
    ------
    UnitError
        If a part of it is unknown, or the text cannot be read.

    Examples
    --------
    >>> dimension("molecule/cell")
    molecule/cell
    >>> dimension("ng/kgg")
    Traceback (most recent call last):
    trimer.core.errors.UnitError: Unknown unit 'kgg' in 'ng/kgg'. Did you mean 'kg'?
    """
    import pint

    plain = _GIGA_PER_LITER.sub("Gcell", text.replace("%", "1"))
    product = NUMBER
    try:
        if not text.strip() or len(text) > _LONGEST:
            raise ValueError(text)
        for name, power in _registry().parse_units(plain)._units.items():  # noqa: SLF001
            product *= _atom(name) ** Fraction(power).limit_denominator(1000)
    except pint.UndefinedUnitError as unknown:
        # pint gives one name, or several in a tuple
        names: Any = unknown.unit_names
        name = names if isinstance(names, str) else str(next(iter(names)))
        message = f"Unknown unit '{name}' in {text!r}.{did_you_mean(name, _COMMON)}"
        raise UnitError(message) from None
    except Exception:  # noqa: BLE001  pint lets through whatever its tokenizer raises
        message = (
            f"Cannot read the unit {text[:_LONGEST]!r}. Write it like 'nmol/L/day' or '1/day', "
            "and '1' for a plain number."
        )
        raise UnitError(message) from None
    return product


def check(text: str) -> str:
    """Return the sentence on what is wrong with a unit, empty when nothing is."""
    try:
        dimension(text)
    except UnitError as error:
        return str(error)
    return ""


@cache
def _registry() -> Any:  # noqa: ANN401  pint is imported only when needed
    import pint

    # None: not pint's own thousand units, which take 0.3 s and would read 'T' as tesla.
    registry: Any = pint.UnitRegistry(None)
    registry.load_definitions(_DEFINITIONS)
    return registry


@cache
def _atom(name: str) -> Dimension:
    """Return the dimension of a single unit as pint names it, such as 'nanomole'."""
    registry = _registry()
    factor, base = registry.get_base_units(name)
    exponents = tuple(sorted((str(unit), Fraction(power)) for unit, power in base._units.items()))  # noqa: SLF001
    return Dimension(exponents, float(factor), ((str(registry.get_symbol(name)), Fraction(1)),))


def _merged(first: Powers, second: Powers) -> Powers:
    """Add powers; units stay in the order of first mention."""
    powers = dict(first)
    for name, power in second:
        powers[name] = powers.get(name, Fraction(0)) + power
    return tuple((name, power) for name, power in powers.items() if power)


def _scaled(powers: Powers, by: Fraction) -> Powers:
    return tuple((name, power * by) for name, power in powers if by)


_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    if power.denominator == 1:
        return name + str(power).translate(_SUPERSCRIPT)
    return f"{name}^({power})"
