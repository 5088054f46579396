# SPDX-License-Identifier: Apache-2.0
"""Exact numbers, and how a plan writes them.

Doses are fractions from the text of the protocol to the last line of the plan; they are rounded
once, where they are written. Written as pharmacies ask: "mcg", a zero before the point, no zeros
at the end.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

DIGITS = 4
"""Significant digits of what does not end."""

_EXACT = Context(prec=60)


def exact(number: float) -> Fraction:
    """Return the shortest decimal that gives this double: what was typed.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(float(number)))


def written(number: Fraction, *, digits: int = DIGITS) -> str:
    """Return a number with at least its whole part and at most so many significant digits.

    Examples
    --------
    >>> written(Fraction(21, 10)), written(Fraction(7, 24)), written(Fraction(35)), written(0)
    ('2.1', '0.2917', '35', '0')
    >>> written(Fraction(21105, 10000)), written(Fraction(123456, 10))
    ('2.1105', '12,345.6')
    """
    number = Fraction(number)
    if number == 0:
        return "0"
    short = ended(number)
    if short is not None and len(short.partition(".")[2]) <= digits:
        return short
    decimal = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    places = max(digits - 1 - decimal.adjusted(), 0)
    rounded = decimal.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT)
    return _plain(rounded)


def rounded(number: Fraction, places: int) -> str:
    """Return a number with at most so many places behind the point.

    Examples
    --------
    >>> rounded(Fraction(2, 3), 2), rounded(Fraction(-1, 300), 1)
    ('0.67', '0')
    """
    decimal = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return _plain(decimal.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT))


def percent(share: Fraction) -> str:
    """Return a share with its sign: ``+2.86 %``.

    Examples
    --------
    >>> percent(Fraction(1, 35)), percent(Fraction(0)), percent(Fraction(-1, 8))
    ('+2.86 %', '0 %', '-12.5 %')
    """
    text = rounded(share * 100, 2)
    return f"+{text} %" if share > 0 and text != "0" else f"{text} %"


def ended(number: Fraction) -> str | None:
    """Return a number as the decimal it is; None if its decimal does not end."""
    left = number.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    if left != 1:
        return None
    return _plain(_EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)))


def _plain(decimal: Decimal) -> str:
    text = f"{decimal:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
