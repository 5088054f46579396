# SPDX-License-Identifier: Apache-2.0
"""How far a reading has risen or fallen: the readings that have to be remembered for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.core.condition.scene import Floats, Mask, Minutes
    from trimer.core.condition.tree import Change

FEWEST, MOST, APART = 6, 62, 30
"""Earlier readings remembered: at least, at most, and one for so many minutes in between."""

DIGITS = 9
"""Decimals of what is worked out: 38.2 - 37.0 is 1.2 to a nurse, and 3 x 1.2 is 3.6."""

_NEVER = -(2**29)
_ARRAYS = ("latest", "latest_minute", "earlier", "earlier_minute", "newest")


@dataclass(eq=False)
class Trend:
    """Readings of n patients for one rise or fall.

    A fall is the rise of the negative, so values are kept with the sign `sign`. Of readings that
    are closer to each other than `apart` only the lowest is kept, so that none is pushed out while
    it counts, however often is read: one that was higher and earlier cannot count any more, and
    one that was higher and later counts only once the lowest is too old.

    Attributes
    ----------
    over, apart : float
        The time looked back to, and between two earlier readings, in **minutes**.
    latest, latest_minute : float64 and int32 arrays (n,)
        The latest reading, NaN if there is none, and when it was.
    earlier, earlier_minute : float64 and int32 arrays (kept, n)
        Earlier ones, in a ring; infinite where there is none.
    newest : intp array (n,)
        Where in the ring the newest of them is.
    """

    sign: float
    over: int
    apart: float
    latest: Floats
    latest_minute: NDArray[np.int32]
    earlier: Floats
    earlier_minute: NDArray[np.int32]
    newest: NDArray[np.intp]

    @classmethod
    def start(cls, change: Change, n: int) -> Trend:
        """Return the memory of n patients of whom nothing was read."""
        kept = kept_for(change.over_minutes)
        return cls(
            1.0 if change.direction == "rise" else -1.0,
            change.over_minutes, change.over_minutes / kept,
            np.full(n, np.nan), np.full(n, _NEVER, np.int32),
            np.full((kept, n), np.inf), np.full((kept, n), _NEVER, np.int32),
            np.zeros(n, np.intp),
        )  # fmt: skip

    def take(self, rows: NDArray[np.intp]) -> Trend:
        """Return the memory of some patients, as copies."""
        parts = [getattr(self, name).take(rows, axis=-1) for name in _ARRAYS]
        return Trend(self.sign, self.over, self.apart, *parts)

    def put(self, rows: NDArray[np.intp], part: Trend) -> None:
        """Write the memory of some patients back."""
        for name in _ARRAYS:
            getattr(self, name)[..., rows] = getattr(part, name)

    def remember(self, value: Floats, minute: Minutes, fresh: Mask) -> None:
        """Add the readings made now."""
        n = len(value)
        new = fresh & ~np.isnan(value)
        ring, ring_minute = self.earlier.reshape(-1), self.earlier_minute.reshape(-1)  # views
        newest = self.newest * n + np.arange(n)
        far = self.latest_minute - ring_minute.take(newest) >= self.apart
        lower = self.latest <= ring.take(newest)
        self.newest += far & new
        self.newest[self.newest == len(self.earlier)] = 0
        kept = np.flatnonzero((far | lower) & new)
        places = self.newest[kept] * n + kept
        ring[places] = self.latest[kept]
        ring_minute[places] = self.latest_minute[kept]
        np.multiply(value, self.sign, out=self.latest, where=new)
        np.copyto(self.latest_minute, minute, where=new, casting="same_kind")

    def rise(self, minute: Minutes) -> Floats:
        """Return the latest reading over the lowest before it in the time; NaN if there is none."""
        recent = self.earlier_minute >= (minute - self.over).astype(np.int32)
        lowest = np.where(recent, self.earlier, np.inf).min(axis=0)
        risen: Floats = np.round(self.latest - lowest, DIGITS)
        risen[np.isinf(lowest)] = np.nan
        return risen


def kept_for(minutes: int) -> int:
    """Return how many earlier readings a trend needs: one in half an hour, within limits.

    Examples
    --------
    >>> kept_for(60), kept_for(24 * 60), kept_for(30 * 24 * 60)
    (6, 48, 62)
    """
    return min(max(FEWEST, -(-minutes // APART)), MOST)
