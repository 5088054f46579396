# SPDX-License-Identifier: Apache-2.0
"""Durations of a closed-loop protocol: whole minutes, written as "4 h", "30 min" or "2 days"."""

from __future__ import annotations

import re
from fractions import Fraction

from trimer.core.condition.scales import MINUTES
from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown

LONGEST_MINUTES = 36_500 * 1440
DAY = 1440
_ROUNDING = Fraction(1, 10**6)

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([A-Za-z]+)", re.ASCII)


def parse_duration(text: object, where: str) -> int:
    """Read a duration, in **minutes**.

    Parameters
    ----------
    text : str
        Such as ``"4 h"``, ``"30 min"``, ``"2 days"``.
    where : str
        For the error message.

    Raises
    ------
    ProtocolError
        When it is no such text, or no whole number of minutes.

    Examples
    --------
    >>> parse_duration("1.5 h", "an example")
    90
    """
    match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ProtocolError(
            f"Wrong duration in {where}: got {shown(text)}; it is a number with min, h, days or "
            'weeks. Write it like "4 h".'
        )
    if match[2] not in MINUTES:
        raise ProtocolError(
            f"Wrong duration in {where}: got {shown(text)}; unknown unit of time '{match[2]}'."
            f"{did_you_mean(match[2], MINUTES)}"
        )
    minutes = Fraction(match[1]) * MINUTES[match[2]]
    if minutes.denominator != 1 or minutes > LONGEST_MINUTES:
        raise ProtocolError(
            f"Wrong duration in {where}: got {shown(text)}; times of a course are whole minutes, "
            "up to a hundred years. Round it."
        )
    return int(minutes)


def minutes_of(days: Fraction, where: str) -> int:
    """Return a number of days in whole **minutes**, or say that it is none."""
    minutes = round(days * DAY)
    if abs(days * DAY - minutes) > _ROUNDING:  # 1 / 24 of a day is no decimal
        raise ProtocolError(
            f"Wrong time in {where}: got {float(days):g} days; times of a course are whole "
            "minutes. Round it."
        )
    return minutes


def duration_text(minutes: int) -> str:
    """Return minutes as people write them.

    Examples
    --------
    >>> duration_text(90), duration_text(2880), duration_text(4320)
    ('90 min', '48 h', '3 days')
    """
    if minutes % DAY == 0 and minutes // DAY > 2:
        return f"{minutes // DAY} days"
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60} h"
    return f"{minutes} min"
