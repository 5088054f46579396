# SPDX-License-Identifier: Apache-2.0
"""Times in days, kept as the decimals they were written as.

Ten infusions of 0.1 day end at 1, not at 0.9999999999999999: times are added as fractions and
become floating-point numbers once, when an event is made. So nothing drifts, and two times that
were written as the same instant are the same instant.
"""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import SupportsFloat

from trimer.core.errors import ProtocolError
from trimer.core.shown import shown

LAST_DAY = 36500
"""No protocol is longer than a hundred years; a larger number is in another unit."""

SHORTEST_DAYS = Fraction(1, 10**6)
"""No infusion is shorter than about a tenth of a second."""

_DAY_TEXT = re.compile(r"day\s+(\d{1,9}(?:\.\d{1,400})?)", re.ASCII)
_ENOUGH_DIGITS = Context(prec=1200)  # the longest decimal a double can have is shorter


def as_time(value: object, where: str) -> Fraction:
    """Return a time since the first dose, in days, as an exact fraction.

    Parameters
    ----------
    value : float
        A number of days.
    where : str
        For the error message, such as ``"'flat.toml', line 7"``.

    Raises
    ------
    ProtocolError
        When it is not a number from 0 to `LAST_DAY`.

    Examples
    --------
    >>> as_time(0.1, "an example")
    Fraction(1, 10)
    """
    time = _exact(value)
    if time is not None and 0 <= time <= LAST_DAY:
        return time
    raise ProtocolError(
        f"Wrong time in {where}: got {shown(value)}; a time is a number of days since the "
        f"first dose, from 0 to {LAST_DAY}. Write twelve hours as 0.5."
    )


def parse_day(text: object, where: str) -> Fraction:
    """Read a time such as ``"day 0.5"``: days since the first dose, as an exact fraction.

    Parameters
    ----------
    text : str
        The word "day" and a number.
    where : str
        For the error message.

    Raises
    ------
    ProtocolError
        When it is not such a text, or beyond `LAST_DAY`.

    Examples
    --------
    >>> parse_day("day 0.5", "an example")
    Fraction(1, 2)
    """
    match = _DAY_TEXT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match and Fraction(match[1]) <= LAST_DAY:
        return Fraction(match[1])
    raise ProtocolError(
        f"Wrong time in {where}: got {shown(text)}; a time is the word day and a number of "
        f'days since the first dose, from 0 to {LAST_DAY}. Write it like "day 0.5".'
    )


def as_duration(value: object, where: str) -> Fraction:
    """Return how long something lasts, in days, as an exact fraction.

    Parameters
    ----------
    value : float
        A number of days.
    where : str
        For the error message.

    Raises
    ------
    ProtocolError
        When it is not a number from `SHORTEST_DAYS` to `LAST_DAY`.
    """
    duration = _exact(value)
    if duration is not None and SHORTEST_DAYS <= duration <= LAST_DAY:
        return duration
    raise ProtocolError(
        f"Wrong duration in {where}: got {shown(value)}; a duration is a positive number of "
        f"days, from 0.000001 to {LAST_DAY}. Write twelve hours as 0.5."
    )


def day_text(time: Fraction) -> str:
    """Return a time as a decimal number without an exponent.

    Examples
    --------
    >>> day_text(Fraction(1, 2)), day_text(Fraction(28))
    ('0.5', '28')
    """
    exact = _ENOUGH_DIGITS.divide(Decimal(time.numerator), Decimal(time.denominator))
    return f"{exact:f}"


def _exact(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    # The shortest decimal that gives this double is what was typed.
    return Fraction(repr(number)) if math.isfinite(number) else None
