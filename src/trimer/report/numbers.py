# SPDX-License-Identifier: Apache-2.0
"""How numbers are written in text, tables and figures.

Three significant digits, a comma between thousands, an en dash for ranges, never a percentage
without its n/N.
"""

from __future__ import annotations

import math

MISSING = "–"
"""Stands where there is no number."""

NBSP = "\u00a0"
"""Space at which a line does not break: between a number and its unit."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, digits: int = 3) -> str:
    """Write a number to some significant digits.

    Parameters
    ----------
    value : float or None
        The number; None and NaN are written as a dash.
    digits : int
        Significant digits.

    Returns
    -------
    str
        Plain digits between a thousandth and ten million, a power of ten outside.

    Examples
    --------
    >>> number(1234.6), number(0.5), number(2e9), number(1.0), number(60000.0)
    ('1,230', '0.5', '2 × 10⁹', '1', '60,000')
    >>> number(-0.0123), number(float("nan")), number(0)
    ('−0.0123', '–', '0')
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, _, power_of_ten = f"{value:.{digits - 1}e}".partition("e")
    exponent = int(power_of_ten)
    if exponent < -3 or exponent >= 7:
        power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
        return f"{_plain(float(mantissa), digits - 1)} × {power}"
    rounded = round(value, digits - 1 - exponent)
    return _plain(rounded, max(0, digits - 1 - exponent))


def count(n: int) -> str:
    """Write a count with a comma between thousands.

    Examples
    --------
    >>> count(12345)
    '12,345'
    """
    return f"{n:,}"


def counted(n: int, noun: str) -> str:
    """Write a count with its noun, plural where it should be.

    Examples
    --------
    >>> counted(1, "virtual patient"), counted(1000, "virtual patient")
    ('1 virtual patient', '1,000 virtual patients')
    """
    return f"{count(n)} {noun}" if n == 1 else f"{count(n)} {noun}s"


def fixed(value: float | None, decimals: int) -> str:
    """Write a number with a fixed number of decimals, as in a column that must line up.

    Examples
    --------
    >>> fixed(37.0, 1), fixed(-2.345, 1), fixed(None, 1)
    ('37.0', '−2.3', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:,.{decimals}f}".replace("-", "−")


def span(low: float | None, high: float | None) -> str:
    """Write a range; "to" where a minus sign beside the dash would be misread.

    Examples
    --------
    >>> span(4.1, 7.02), span(-53.7, -47.3), span(5, 5)
    ('4.1–7.02', '−53.7 to −47.3', '5')
    """
    a, b = number(low), number(high)
    if a == b:
        return a
    return f"{a} to {b}" if "−" in a + b or MISSING in (a, b) else f"{a}–{b}"


def percent(fraction: float | None) -> str:
    """Write a fraction as a percentage with one decimal, whole numbers at the ends.

    Examples
    --------
    >>> [percent(x).replace(NBSP, " ") for x in (0.054, 0, 1, 0.9996)]
    ['5.4 %', '0 %', '100 %', '100.0 %']
    """
    return f"{_points(fraction)}{NBSP}%"


def percent_span(low: float, high: float) -> str:
    """Write an interval of fractions in percent, without the sign.

    Examples
    --------
    >>> percent_span(0.0412, 0.07)
    '4.1–7.0'
    """
    return f"{_points(low)}–{_points(high)}"


def points_span(low: float, high: float) -> str:
    """Write an interval of a difference of fractions, in percentage points.

    Examples
    --------
    >>> points_span(-0.537, -0.473)
    '−53.7 to −47.3'
    """
    return f"{fixed(100 * low, 1)} to {fixed(100 * high, 1)}"


def share(n: int, total: int, interval: tuple[float, float] | None = None) -> str:
    """Write n of N with its percentage and interval.

    Parameters
    ----------
    n, total : int
        How many, of how many.
    interval : (float, float), optional
        Bounds of the fraction.

    Examples
    --------
    >>> share(54, 1000, (0.041, 0.070)).replace(NBSP, " ")
    '54 of 1,000 (5.4 %, 4.1–7.0)'
    >>> share(0, 0)
    '0 of 0'
    """
    if total == 0:
        return f"{count(n)} of 0"
    inside = percent(n / total)
    if interval is not None:
        inside += f", {percent_span(*interval)}"
    return f"{count(n)} of {count(total)} ({inside})"


def listing(parts: list[str]) -> str:
    """Join parts as in a sentence.

    Examples
    --------
    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def amount(value: float | None, unit: str, digits: int = 3) -> str:
    """Write a number with its unit.

    Examples
    --------
    >>> amount(82.35, "pg/mL", 2).replace(NBSP, " ")
    '82 pg/mL'
    """
    return f"{number(value, digits)}{NBSP}{unit}" if unit else number(value, digits)


def unit_text(unit: str) -> str:
    """Write a unit as it is printed; a plain number has none.

    Examples
    --------
    >>> unit_text("degC/day"), unit_text("cell/uL"), unit_text("1")
    ('°C/day', 'cells/µL', '')
    """
    known = {"1": "", "cell/uL": "cells/µL", "cell": "cells"}
    return known.get(unit, unit.replace("uL", "µL").replace("degC", "°C"))


def day(time: float) -> str:
    """Write a time as a day, to a quarter.

    Examples
    --------
    >>> [day(x).replace(NBSP, " ") for x in (5.75, 28.0)]
    ['day 5.75', 'day 28']
    """
    return f"day{NBSP}{number(round(4 * time) / 4, 4)}"


def duration(seconds: float) -> str:
    """Write how long something took.

    Examples
    --------
    >>> duration(0.42), duration(12.34), duration(130), duration(7320)
    ('0.42 s', '12.3 s', '2 min 10 s', '2 h 2 min')
    """
    if seconds < 60:
        return f"{number(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _points(fraction: float | None) -> str:
    if fraction is None or math.isnan(fraction):
        return MISSING
    return str(round(100 * fraction)) if fraction in (0, 1) else fixed(100 * fraction, 1)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")
