# SPDX-License-Identifier: Apache-2.0
"""What is looked at when: vital signs, neurology, laboratory, marrow; and where the patient is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trimer.core.errors import ProtocolError
from trimer.core.shown import shown
from trimer.protocol.times import DAY, duration_text, parse_duration

FOREVER = -10 * DAY
"""Monitoring begins before the first premedication."""

_EVERY = re.compile(r"every (.+?)(?: until day ([1-9]\d{0,4}))?")
_ORDERS = ("inpatient", "outpatient")


@dataclass(frozen=True, slots=True)
class Every:
    """Looks at regular times of the clock, counted from the first dose.

    Parameters
    ----------
    minutes : int
        Between two looks.
    from_minute : int
        From when on.
    until_minute : int or None
        Until when; None is for good.
    """

    minutes: int
    from_minute: int = FOREVER
    until_minute: int | None = None

    @property
    def text(self) -> str:
        """As it is written: ``every 4 h until day 8``, counting days from 1."""
        until = "" if self.until_minute is None else f" until day {self.until_minute // DAY + 1}"
        return f"every {duration_text(self.minutes)}{until}"


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What is looked at when.

    Parameters
    ----------
    vitals, neurology, labs : tuple of Every
        One after the other.
    marrow_days : tuple of int
        Days of each cycle, counted from 1.
    continuous : bool
        Whether a monitor calls at once when temperature, pressure or saturation cross a limit.
    """

    vitals: tuple[Every, ...]
    neurology: tuple[Every, ...] = (Every(12 * 60),)
    labs: tuple[Every, ...] = (Every(DAY),)
    marrow_days: tuple[int, ...] = ()
    continuous: bool = False

    def rarest(self, what: str) -> int | None:
        """Return the longest time between looks, in **minutes**; None if there are none."""
        return max((every.minutes for every in getattr(self, what)), default=None)


@dataclass(frozen=True, slots=True)
class Hospital:
    """Where patients are treated.

    Parameters
    ----------
    order : {"inpatient", "outpatient"}
        The drug is given by professionals in a hospital; the other needs an allowance.
    first_discharge_day : int
        Nobody goes home before this day of treatment, counted from 1.
    """

    order: str = "inpatient"
    first_discharge_day: int = 8


AT_HOME_FROM_DAY_8 = Hospital()


@dataclass(frozen=True, slots=True)
class Pump:
    """What the pump needs.

    Parameters
    ----------
    bag_change_minutes : int or None
        Time between two bags.
    change_minutes : int
        How long the drug stands still for a change.
    """

    bag_change_minutes: int | None = None
    change_minutes: int = 0


NO_BAG_CHANGE = Pump()


def parse_every(texts: object, where: str) -> tuple[Every, ...]:
    """Read ``"every 4 h"`` or ``["every 4 h until day 8", "every 8 h"]``.

    Raises
    ------
    ProtocolError
        When it is neither, or one does not begin where the one before ends.
    """
    found: list[Every] = []
    begin: int | None = FOREVER
    for text in texts if isinstance(texts, list) else [texts]:
        match = _EVERY.fullmatch(" ".join(text.split())) if isinstance(text, str) else None
        minutes = parse_duration(match[1], where) if match else 0
        until = None if match is None or match[2] is None else (int(match[2]) - 1) * DAY
        if match is None or minutes < 1 or begin is None or (until is not None and until <= begin):
            raise ProtocolError(
                f'Wrong monitoring in {where}: got {shown(text)}; it is "every" and a duration, '
                "and all but the last say until which day, each a later one. Write it like "
                '["every 4 h until day 8", "every 8 h"].'
            )
        found.append(Every(minutes, begin, until))
        begin = until
    return tuple(found)


def parse_interval(text: object, where: str) -> int:
    """Read ``"every 96 h"``, one interval for good, in **minutes**.

    Raises
    ------
    ProtocolError
        When it is anything else.
    """
    if isinstance(text, str):
        (every,) = parse_every(text, where)
        if every.until_minute is None:
            return every.minutes
    raise ProtocolError(
        f'Wrong interval in {where}: got {shown(text)}; it is "every" and a duration, and holds '
        'for good. Write it like "every 96 h".'
    )


def parse_order(text: object, where: str) -> str:
    """Return where patients are treated, or refuse what is no such place."""
    if text in _ORDERS:
        return str(text)
    raise ProtocolError(
        f'Wrong order in {where}: got {shown(text)}; it is "inpatient" or "outpatient". '
        'Write "inpatient".'
    )
