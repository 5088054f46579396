# SPDX-License-Identifier: Apache-2.0
"""The shipped tables of medicines and of vaccines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from trimer.clinic.sources import checked
from trimer.core.toml import read_toml
from trimer.library import clinic_path


@dataclass(frozen=True, slots=True, eq=False)
class MedicineClass:
    """A class of medicines or vaccines.

    Parameters
    ----------
    key, title : str
        Its short and its full name.
    found : str
        What it means for a first dose that one is taken; empty for vaccines: the date decides.
    reason, limit, note : str
        Why, what is allowed, and what else is known.
    sources : tuple of str
        Keys of the sources.
    basis, confidence : str
        How it came here, and how sure it is.
    names : dict of str to tuple of str
        Each member, and its brands and other spellings.
    """

    key: str
    title: str
    found: str
    reason: str
    limit: str
    note: str
    sources: tuple[str, ...]
    basis: str
    confidence: str
    names: dict[str, tuple[str, ...]]


@cache
def medicines() -> tuple[MedicineClass, ...]:
    """Return the classes of medicines."""
    return _read("medicines.toml")


@cache
def vaccines() -> tuple[MedicineClass, ...]:
    """Return the classes of vaccines."""
    return _read("vaccines.toml")


def _read(name: str) -> tuple[MedicineClass, ...]:
    classes = []
    for table in read_toml(clinic_path(name)).data["class"]:
        checked(table, f"class '{table['key']}'")
        optional = {key: table.get(key, "") for key in ("found", "limit", "note")}
        names = {member: tuple(others) for member, others in table["names"].items()}
        plain = {key: table[key] for key in ("key", "title", "reason", "basis", "confidence")}
        classes.append(
            MedicineClass(**plain, **optional, sources=tuple(table["sources"]), names=names)
        )
    return tuple(classes)
