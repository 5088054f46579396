# SPDX-License-Identifier: Apache-2.0
"""The limits of the checklist, as shipped, and how a number is held against one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from trimer.clinic.readiness.item import Item
from trimer.clinic.sources import checked
from trimer.core.toml import read_toml
from trimer.library import clinic_path

if TYPE_CHECKING:
    from datetime import date

    from trimer.clinic.readiness.item import Status


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the checklist; see ``readiness.toml`` for its fields."""

    key: str
    title: str
    unit: str
    limit: str
    outside: Status
    sources: tuple[str, ...]
    basis: str
    confidence: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    times: float | None = None
    times_gilbert: float | None = None
    days_before: int | None = None
    required: str = "always"

    def item(self, status: Status, reason: str, found: str = "", *, limit: str = "") -> Item:
        """Return an item of the checklist that is held against this limit."""
        return Item(
            self.key, self.title, status, found, reason, limit or self.limit,
            self.sources, self.basis, self.confidence, self.note, (self.key, self.title),
        )  # fmt: skip

    def missing(self, what: str = "Not in the patient file.") -> Item:
        """Return the item of something that is not known."""
        return self.item("missing", what)

    def judged(
        self,
        value: float | None,
        *,
        when: date | None = None,
        first_dose: date | None = None,
        low: float | None = None,
        high: float | None = None,
        limit: str = "",
    ) -> Item:
        """Return the item of a number, held against this limit or one of the patient's own.

        Parameters
        ----------
        value : float or None
            In the unit of the limit; None if it is not known.
        when, first_dose : date or None
            A test after the first dose is no test before it.
        low, high : float or None
            In place of the limit's own.
        limit : str
            The limit in words, if it is the patient's own.
        """
        if value is None:
            return self.missing()
        lowest = self.low if low is None else low
        highest = self.high if high is None else high
        found = (
            f"{value:,.4g} {self.unit}".strip() if value < 10_000 else f"{value:,.0f} {self.unit}"
        )
        found += f", {when.isoformat()}" if when else ""
        if when is not None and first_dose is not None and when > first_dose:
            reason = "The test is dated after the planned first dose."
            return self.item("needs a human", reason, found, limit=limit)
        if lowest is not None and value < lowest:
            return self.item(self.outside, "Below the limit.", found, limit=limit)
        if highest is not None and value > highest:
            return self.item(self.outside, "Above the limit.", found, limit=limit)
        within = "Within the limit."
        if lowest is None and highest is None:
            within = "Kept as this patient's baseline."
        return self.item("ready", within, found, limit=limit)


@cache
def limits() -> dict[str, Limit]:
    """Return the limits by key."""
    found = {}
    for table in read_toml(clinic_path("readiness.toml")).data["item"]:
        checked(table, f"limit '{table['key']}'")
        fields = cast("dict[str, Any]", {**table, "sources": tuple(table["sources"])})
        found[table["key"]] = Limit(**fields)
    return found
