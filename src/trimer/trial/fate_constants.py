# SPDX-License-Identifier: Apache-2.0
"""Constants of what happens beside and after the model: transplant, relapse, withdrawal."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.core.shown import shown
from trimer.core.sources import read_sources
from trimer.model.card import read_card

if TYPE_CHECKING:
    from typing import Self

    from trimer.model.card import Card

_HERE = Path(__file__).parent
_SHARES = ("eligible",)


@dataclass(frozen=True, slots=True)
class FateConstants:
    """What `trimer.trial.fate` draws from; definitions, units and sources are in ``fate.csv``.

    Parameters
    ----------
    eligible : float
        Share of responders who can have a transplant.
    delay, delay_sd : float
        Median from response to transplant in **days**, and standard deviation of its logarithm.
    early_days, year : float
        Lengths of the phases in which hazards are constant, in **days**.
    toxic_early, toxic_late : float
        Hazards of death by the transplant, per **day**.
    relapse_year, relapse_later : float
        Hazards of relapse after a transplant, per **day**.
    mrd_rise, mrd_floor : float
        Rise of these per tenfold of residual disease above 10 to the power of minus the floor.
    after_relapse : float
        Hazard of death after such a relapse, per **day**.
    withdraws : float
        Hazard of withdrawal while treated, per **day**.

    Raises
    ------
    InputError
        When a value is negative, or a share is above 1.
    """

    eligible: float
    delay: float
    delay_sd: float
    early_days: float
    toxic_early: float
    toxic_late: float
    relapse_year: float
    relapse_later: float
    year: float
    mrd_rise: float
    mrd_floor: float
    after_relapse: float
    withdraws: float

    def __post_init__(self) -> None:
        """Refuse what is no hazard, time or share."""
        for part in fields(self):
            value = getattr(self, part.name)
            top = 1.0 if part.name in _SHARES else float("inf")
            if not 0.0 <= value <= top or value == float("inf"):
                raise InputError(
                    f"Wrong constant of fate '{part.name}': got {shown(value)}; it is a number "
                    f"from 0{' to 1' if top == 1.0 else ' on'}. Correct it."
                )

    @classmethod
    def of(cls, card: Card) -> Self:
        """Return the constants that stand on a card."""
        found = {row.name: row.value for row in card.parameters}
        wanted = {part.name for part in fields(cls)}
        if found.keys() != wanted:
            odd = sorted(found.keys() ^ wanted)
            raise InputError(
                f"Wrong rows of a card of fate: '{odd[0]}' is "
                f"{'missing' if odd[0] in wanted else 'not known'}. Take fate.csv as a pattern."
            )
        return cls(**found)


def fate_card() -> Card:
    """Return the card of the constants, with units, sources and basis."""
    return read_card(_HERE / "fate.csv", read_sources(_HERE / "fate.bib"))


@cache
def fate_constants() -> FateConstants:
    """Return the shipped constants."""
    return FateConstants.of(fate_card())
