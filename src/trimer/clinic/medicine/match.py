# SPDX-License-Identifier: Apache-2.0
"""Find a medicine by the name that was written: generic, brand, or a spelling close to one.

Names of medicines that look alike are a known hazard, so a spelling is only read as another name if
it is close to one medicine and clearly less close to every other. The standard library's
`difflib` is enough for a few hundred names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from trimer.clinic.medicine.table import MedicineClass

    Named: TypeAlias = tuple[str, MedicineClass, str]

How: TypeAlias = Literal["name", "other name", "first words", "spelling", "unknown"]

_CLOSE = 0.83
"""Least likeness of a spelling that is read as a name (assumed)."""

_CLEAR = 0.05
"""By how much the nearest other medicine has to be less alike (assumed)."""

_HINT = 0.65
_SHORTEST = 5
"""Shorter names are not corrected: one letter is too much of them."""

_STRENGTH = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|ug|µg|g|ml|iu|units?|%)?(?:\s*/\s*\d*\s*(?:ml|h|day))?\b"
)
_FORM = re.compile(
    r"\b(?:tablets?|tabs?|capsules?|caps?|oral|iv|po|sc|injections?|inj|solution|syrup|suspension|cream|"
    r"er|xr|sr|cr|xl|retard|forte|sodium|phosphate|acetate|succinate|tartrate|"
    r"mesylate|maleate|besylate|hydrochloride|hcl|sulfate|fumarate|daily|twice|once|bid|tid|qd|prn|weekly)\b"
)
_PARTS = re.compile(r"\s*(?:/|\+|\band\b|\bwith\b|&|,)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """What a written name was taken for.

    Parameters
    ----------
    written : str
        As it was written.
    name : str
        The medicine; empty if unknown.
    found : MedicineClass or None
        Its class.
    how : str
        By which kind of name it was found.
    by : str
        The name in the table that it was found by.
    near : tuple of str
        Names close to an unknown one.
    """

    written: str
    name: str
    found: MedicineClass | None
    how: How
    by: str = ""
    near: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the name stands in the table as it was written, but for case and marks."""
        return self.how in {"name", "other name"}

    @property
    def in_words(self) -> str:
        """How it was found, in words.

        Examples
        --------
        >>> from trimer.clinic.medicine import find, medicines
        >>> find("prograf 1 mg", medicines())[0].in_words
        "'prograf 1 mg' is tacrolimus, by its other name 'Prograf'"
        """
        if self.found is None:
            near = f"; near to it: {', '.join(self.near)}" if self.near else ""
            return f"'{self.written}' is not known{near}"
        if self.how == "name":
            return f"'{self.written}' is {self.name}"
        if self.how == "first words":
            return f"'{self.written}' was read as {self.name}, by its first words '{self.by}'"
        if self.how == "spelling":
            return f"'{self.written}' was read as {self.name}, being close to '{self.by}'"
        return f"'{self.written}' is {self.name}, by its other name '{self.by}'"


def find(written: str, classes: tuple[MedicineClass, ...]) -> tuple[Match, ...]:
    """Return what a written name means: one medicine, or each part of a combination.

    Examples
    --------
    >>> from trimer.clinic.medicine import medicines
    >>> [match.name for match in find("TACROLIMUS", medicines())]
    ['tacrolimus']
    >>> [match.name for match in find("lisinopril/HCTZ", medicines())]
    ['lisinopril', 'hydrochlorothiazide']
    """
    whole = _find_one(written, classes)
    if whole.is_sure:
        return (whole,)
    bare = _STRENGTH.sub(" ", written)  # "5/25 mg" is no list of medicines
    parts = [part for part in _PARTS.split(bare) if _plain(part)]
    if len(parts) > 1:
        found = tuple(_find_one(part, classes) for part in parts)
        if any(match.found is not None for match in found):
            return found
    return (whole,)


def _find_one(written: str, classes: tuple[MedicineClass, ...]) -> Match:
    known = names_of(classes)
    for key in (_plain(written), _bare(written), f"{_plain(written)} vaccine"):
        if key in known:
            name, found, by = known[key]
            how: How = "name" if by == name else "other name"
            return Match(written.strip(), name, found, how, by)
    words = _bare(written).split()
    for some in range(len(words) - 1, 0, -1):
        key = " ".join(words[:some])
        if key in known and len(key) >= _SHORTEST:
            name, found, by = known[key]
            return Match(written.strip(), name, found, "first words", by)
    return _close(written.strip(), _bare(written), known)


def _close(written: str, key: str, known: dict[str, Named]) -> Match:
    """Return the medicine whose name is close to a spelling, if one is clearly the closest."""
    best: dict[str, tuple[float, MedicineClass, str]] = {}
    matcher = SequenceMatcher(b=key, autojunk=False)
    for other, (name, found, by) in known.items():
        matcher.set_seq1(other)
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < _HINT:
            continue
        likeness = matcher.ratio()
        if likeness >= _HINT and likeness > best.get(name, (0.0,))[0]:
            best[name] = likeness, found, by
    ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    near = tuple(dict.fromkeys(by for _, (_, _, by) in ranked[:3]))
    if not ranked or len(key) < _SHORTEST:
        return Match(written, "", None, "unknown", near=near)
    name, (likeness, found, by) = ranked[0]
    next_best = ranked[1][1][0] if len(ranked) > 1 else 0.0
    if likeness < _CLOSE or likeness - next_best < _CLEAR:
        return Match(written, "", None, "unknown", near=near)
    return Match(written, name, found, "spelling", by)


@cache
def names_of(classes: tuple[MedicineClass, ...]) -> dict[str, Named]:
    """Return every name in plain letters: medicine, class, and the name as the table has it."""
    known: dict[str, Named] = {}
    for found in classes:
        for name, others in found.names.items():
            for by in (name, *others):
                known.setdefault(_plain(by), (name, found, by))
    return known


def _plain(text: str) -> str:
    """Return a name in lower-case letters and digits, without accents, hyphens and marks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters.encode("ascii", "ignore").decode()).split())


def _bare(text: str) -> str:
    """Return a plain name without strength, form and salt."""
    without = _FORM.sub(" ", _STRENGTH.sub(" ", text.casefold()))
    return _plain(without) or _plain(text)
