# SPDX-License-Identifier: Apache-2.0
"""The same patients under another parameter card: typical values shifted, spreads kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core import spread
from trimer.patients import Cohort, sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.patients import ParameterLike


@dataclass(frozen=True, slots=True)
class Shifted:
    """A parameter with another typical value."""

    name: str
    value: float
    spread: str


def shifted(row: ParameterLike, factor: float) -> Shifted:
    """Return a parameter whose typical value is multiplied by a factor.

    A median of its own in the spread is multiplied too, and both stay inside the limits of the
    spread. Patients of a beta distribution do not depend on the typical value; their share is left
    as it is.

    Examples
    --------
    >>> row = Shifted("T", 1000.0, "lognormal sd 0.5 median 900 within 150..1500")
    >>> shifted(row, 2.0)
    Shifted(name='T', value=1500.0, spread='lognormal sd 0.5 median 1500 within 150..1500')
    """
    number = spread.numbers(row.spread) or {}
    low, high = number.get("low", -np.inf), number.get("high", np.inf)
    value = float(np.clip(row.value * factor, low, high))
    text = row.spread
    if "median" in number:
        words = text.split()
        at = words.index("median") + 1
        words[at] = f"{np.clip(number['median'] * factor, low, high):.12g}"
        text = " ".join(words)
    return Shifted(row.name, value, text)


def can_shift(row: ParameterLike) -> bool:
    """Whether a factor on the typical value means anything: not of zero, nor of a deviate."""
    number = spread.numbers(row.spread) or {}
    return row.value > 0 and "a" not in number and not row.spread.startswith("logistic")


def under_cards(
    table: Iterable[ParameterLike],
    cards: Sequence[Mapping[str, float]],
    patients: int,
    seed: int,
) -> tuple[Cohort, NDArray[np.int64]]:
    """Return the same patients under several cards, one card below the other.

    Patient *i* of every card draws the same random numbers: what differs between two cards is the
    card.

    Parameters
    ----------
    table : iterable of parameters
        The card as it is.
    cards : sequence of mapping of str to float
        Factors on typical values, by name.
    patients : int
        Under each card.
    seed : int
        Of the patients.

    Returns
    -------
    Cohort
        Patient *i* of card *k* has number ``k * patients + i``.
    int64 array
        Whose luck each has on the ward: that of number *i* under every card.
    """
    rows = tuple(table)
    touched = {name for card in cards for name in card}
    names = [row.name for row in rows if row.spread or row.name in touched]
    values = np.empty((len(cards) * patients, len(names)))
    for k, card in enumerate(cards):
        moved = [shifted(row, card[row.name]) if row.name in card else row for row in rows]
        drawn, typical = sample(moved, patients, seed), {row.name: row.value for row in moved}
        part = values[k * patients : (k + 1) * patients]
        for j, name in enumerate(names):
            part[:, j] = drawn.column(name) if name in drawn.parameters else typical[name]
    ids = np.arange(len(values), dtype=np.int64)
    return Cohort("under several cards", ids, tuple(names), values, seed), ids % patients
