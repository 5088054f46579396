# SPDX-License-Identifier: Apache-2.0
"""From minutes since the first dose to the clock on the wall.

A cycle is physical hours: a day of treatment has 24 of them, whatever the clocks do. Where they
change, everything after it stands an hour earlier or later on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, cast

from trimer.clinic.plan.zones import zone_named
from trimer.core.errors import ProtocolError
from trimer.core.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo
    from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years of a plan (**assumed**): before, there was no such drug; after, no rule of clocks holds."""

_EXAMPLE = "Write it like 2027-01-04T09:00+01:00"


@dataclass(frozen=True)
class ChangedDay:
    """A day on which the clocks change.

    Parameters
    ----------
    day : date
        On the calendar of the zone.
    minutes : int
        How long it is, in **minutes**.
    before, after : datetime
        The last minute before the change and the first after it, on the wall.
    """

    day: date
    minutes: int
    before: datetime
    after: datetime

    @property
    def hours(self) -> float:
        """How long it is, in **hours**."""
        return self.minutes / 60


@dataclass(frozen=True)
class Clock:
    """The clock of a plan.

    Parameters
    ----------
    start : datetime
        Of the first dose, in the plan's own zone.
    """

    start: datetime

    @property
    def zone(self) -> str:
        """Name of the zone; empty where only an offset is known."""
        return getattr(self.start.tzinfo, "key", "")

    @cached_property
    def _utc(self) -> datetime:
        return self.start.astimezone(UTC)

    def at(self, minute: int) -> datetime:
        """Return the wall's time so many minutes after the first dose."""
        return (self._utc + timedelta(minutes=minute)).astimezone(self.start.tzinfo)

    def utc(self, minute: int) -> datetime:
        """Return the universal time so many minutes after the first dose."""
        return self._utc + timedelta(minutes=minute)

    def minute(self, when: datetime) -> int:
        """Return minutes since the first dose of a time with a zone."""
        seconds = (when.astimezone(UTC) - self._utc).total_seconds()
        return int(seconds // 60)

    def changed_days(self, first: int, last: int) -> Iterator[ChangedDay]:
        """Find the days between two minutes that have not 24 hours."""
        zone = cast("tzinfo", self.start.tzinfo)
        day, end = self.at(first).date(), self.at(last).date()
        while day <= end:
            begins = _midnight(day, zone)
            minutes = int((_midnight(day + timedelta(days=1), zone) - begins).total_seconds() // 60)
            if minutes != 24 * 60:
                yield _changed(day, minutes, begins, zone)
            day += timedelta(days=1)


def parse_start(text: str, zone: str | None = None, what: str = "start") -> datetime:
    """Read a date and time with its zone.

    Parameters
    ----------
    text : str
        ISO 8601: ``2027-01-04T09:00+01:00``; without the offset only if there is a `zone`.
    zone : str, optional
        Such as ``"Europe/Berlin"``; the time is then told by its clocks.
    what : str
        For messages.

    Raises
    ------
    ProtocolError
        When it is no such time, has no zone, or there is no or more than one such time.

    Examples
    --------
    >>> parse_start("2027-01-04T09:00", "Europe/Berlin").isoformat()
    '2027-01-04T09:00:00+01:00'
    """
    got = f"Wrong {what}: got {shown(text)}"
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ProtocolError(f"{got}; it is a date and a time. {_EXAMPLE}.") from None
    if len(text.strip()) <= len("2027-01-04"):
        raise ProtocolError(f"{got}, a date without a time of day. {_EXAMPLE}.")
    if when.second or when.microsecond:
        raise ProtocolError(f"{got}; a plan goes by whole minutes. Leave the seconds out.")
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ProtocolError(f"{got}; a plan is for the years {FIRST_YEAR} to {LAST_YEAR}.")
    if zone is None:
        if when.tzinfo is None:
            raise ProtocolError(
                f"{got}, without a zone: nobody knows whose clock it is. {_EXAMPLE}, or add --zone "
                "such as --zone Europe/Berlin."
            )
        offset = when.utcoffset() or timedelta()
        if offset.total_seconds() % 60:
            raise ProtocolError(f"{got}; an offset is hours and minutes. {_EXAMPLE}.")
        return when.replace(tzinfo=timezone(offset))
    place = zone_named(zone)
    if when.tzinfo is not None:
        return when.astimezone(place)
    return _by_the_clocks_of(when, place, got)


def _by_the_clocks_of(when: datetime, zone: ZoneInfo, got: str) -> datetime:
    """Return a time on the wall, or say that there is none or that there are two."""
    one, other = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if one.utcoffset() == other.utcoffset():
        return one
    back = one.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != when:
        raise ProtocolError(
            f"{got}; the clocks of {zone.key} are put forward then, and there is no such time. "
            "Choose another."
        )
    raise ProtocolError(
        f"{got}; the clocks of {zone.key} are put back then, and there are two such times. "
        f"Write {one.isoformat(timespec='minutes')} or {other.isoformat(timespec='minutes')}."
    )


def offset_text(when: datetime) -> str:
    """Return the offset from universal time: ``+01:00``."""
    return when.isoformat()[-6:]


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins, in universal time."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _changed(day: date, minutes: int, begins: datetime, zone: tzinfo) -> ChangedDay:
    """Find the minute of the change by halving."""
    low, high = 0, minutes
    first = begins.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if (begins + timedelta(minutes=middle)).astimezone(zone).utcoffset() == first:
            low = middle
        else:
            high = middle
    before, after = ((begins + timedelta(minutes=m)).astimezone(zone) for m in (low, high))
    return ChangedDay(day, minutes, before, after)
