# SPDX-License-Identifier: Apache-2.0
"""Deaths by cause, as competing events: who dies of one cause can no longer die of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import aalen_johansen
from trimer.trial.fate import CAUSES

if TYPE_CHECKING:
    from trimer.assess import CumulativeIncidence


@dataclass(frozen=True, slots=True, eq=False)
class Deaths:
    """Deaths of an arm.

    Parameters
    ----------
    causes : tuple of str
        In the order of the rows of `incidence`.
    incidence : CumulativeIncidence
        By Aalen and Johansen; withdrawal and the end of follow-up cut off.
    by_end : dict of str to tuple of float
        Share dead of each cause by the end of follow-up, and its limits.
    """

    causes: tuple[str, ...]
    incidence: CumulativeIncidence
    by_end: dict[str, tuple[float, float, float]]


def deaths(table: pl.DataFrame, arm: str, end: float) -> Deaths | None:
    """Return the deaths of an arm by cause, all repeats together.

    Parameters
    ----------
    table : polars DataFrame
        Of endpoints, of a run folder.
    arm : str
        Which.
    end : float
        End of follow-up, in **days**.

    Returns
    -------
    Deaths or None
        None where nobody could be followed.
    """
    rows = table.filter((pl.col("arm") == arm) & ~pl.col("failed"))
    if rows.is_empty():
        return None
    last = rows.select(pl.min_horizontal("death_day", "withdrawal_day", pl.lit(end))).to_series()
    number = {cause: k + 1 for k, cause in enumerate(CAUSES)}
    cause = np.array([number.get(word, 0) for word in rows["cause"].to_list()])
    found = aalen_johansen(last.to_numpy(), cause, causes=len(CAUSES))
    shares = {name: found.at(end, k) for name, k in number.items()}
    return Deaths(CAUSES, found, shares)
