# SPDX-License-Identifier: Apache-2.0
"""An item of the checklist, and the checklist as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from trimer.clinic.patient import Patient

Status: TypeAlias = Literal["ready", "not ready", "missing", "needs a human"]

STATUSES: tuple[Status, ...] = ("not ready", "missing", "needs a human", "ready")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist.

    Parameters
    ----------
    key, title : str
        What it is.
    status : Status
        How it stands.
    found : str
        What the patient file says; empty if nothing.
    reason : str
        Why it stands so.
    limit : str
        What is asked for.
    sources : tuple of str
        Where the limit comes from.
    basis, confidence : str
        How the limit came here, and how sure it is.
    note : str
        What the literature says differently.
    names : tuple of str
        What a review may call it.
    """

    key: str
    title: str
    status: Status
    found: str
    reason: str
    limit: str
    sources: tuple[str, ...]
    basis: str
    confidence: str
    note: str = ""
    names: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Readiness:
    """The checklist of a patient.

    Parameters
    ----------
    patient : Patient
        Whose it is.
    items : tuple of Item
        In the order of the checklist.
    """

    patient: Patient
    items: tuple[Item, ...]

    @property
    def ready(self) -> bool:
        """Whether every item is ready."""
        return all(item.status == "ready" for item in self.items)

    @property
    def open(self) -> tuple[Item, ...]:
        """What is not ready, the worst first."""
        found = [item for item in self.items if item.status != "ready"]
        return tuple(sorted(found, key=lambda item: STATUSES.index(item.status)))

    def count(self, status: Status) -> int:
        """Return how many items stand so."""
        return sum(item.status == status for item in self.items)
