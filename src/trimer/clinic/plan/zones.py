# SPDX-License-Identifier: Apache-2.0
"""Time zones by name, from the package `tzdata`, so that every machine knows the same rules."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from zoneinfo import ZoneInfo

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone.

    Parameters
    ----------
    name : str
        Such as ``"Europe/Berlin"``.

    Raises
    ------
    ProtocolError
        When there is no such zone.

    Examples
    --------
    >>> zone_named("Europe/Berlin")
    zoneinfo.ZoneInfo(key='Europe/Berlin')
    """
    data = files("tzdata")
    known = data.joinpath("zones").read_text(encoding="utf-8").split()
    if name not in known:
        cities: dict[str, str] = {}
        for zone in known:
            cities.setdefault(zone.rpartition("/")[2].lower(), zone)
        city = cities.get(name.strip().replace(" ", "_").rpartition("/")[2].lower())
        hint = f" Did you mean '{city}'?" if city else did_you_mean(name, known)
        raise ProtocolError(
            f"Unknown time zone: got {shown(name)}; it is a region and a city, such as "
            f"Europe/Berlin.{hint}"
        )
    with data.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def rules_version() -> str:
    """Return which edition of the rules it is: ``2027a``."""
    return str(import_module("tzdata").IANA_VERSION)
