# SPDX-License-Identifier: Apache-2.0
"""What is remembered of patients for conditions that look back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.condition.trend import Trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.core.condition.scene import Mask, Minutes
    from trimer.core.condition.tree import Change

NOT_YET = 2**29
"""Since when something holds that does not: never."""

_NOT_YET = np.int32(NOT_YET)
_FAR = np.int32(2 * NOT_YET)

LONGEST_ROW = 1000


@dataclass(eq=False)
class Memory:
    """What is remembered for conditions that have to hold for a while, or compare with before.

    Attributes
    ----------
    since : int32 array (those for a duration, n)
        Minute of the first look at which it held without a break; `NOT_YET` while it does not.
    row : int16 array (those for so many readings, n)
        Readings in a row at which it held.
    trends : list of Trend
        One for each rise or fall.
    """

    since: NDArray[np.int32]
    row: NDArray[np.int16]
    trends: list[Trend]

    @classmethod
    def start(cls, n: int, *, durations: int, rows: int, changes: Sequence[Change]) -> Memory:
        """Return the memory of n patients who have not been looked at."""
        return cls(
            np.full((durations, n), NOT_YET, np.int32),
            np.zeros((rows, n), np.int16),
            [Trend.start(change, n) for change in changes],
        )

    def take(self, rows: NDArray[np.intp]) -> Memory:
        """Return the memory of some patients, as copies."""
        trends = [trend.take(rows) for trend in self.trends]
        return Memory(self.since.take(rows, axis=-1), self.row.take(rows, axis=-1), trends)

    def put(self, rows: NDArray[np.intp], part: Memory) -> None:
        """Write the memory of some patients back."""
        self.since[:, rows], self.row[:, rows] = part.since, part.row
        for trend, new in zip(self.trends, part.trends, strict=True):
            trend.put(rows, new)


def lasted(since: NDArray[np.int32], minute: Minutes, lasting: Minutes, holds: Mask, fails: Mask,
           fresh: Mask) -> Mask:  # fmt: skip
    """Keep since when each holds, and return where it has held for as long as it has to.

    Parameters
    ----------
    since : int32 array (k, n)
        Changed in place.
    minute : int32 array (n,)
        Now.
    lasting : int32 array (k, 1)
        How long each has to hold, in **minutes**.
    holds, fails, fresh : bool arrays (k, n)
        Whether it holds now, does not, and was read now: it begins with a reading, and what is
        not known or was not read breaks nothing.
    """
    # No branches on patients, which would cost several times as much, and one array for all steps.
    rest = np.multiply(~(holds & fresh), _FAR)
    rest += minute
    np.minimum(since, rest, out=since)  # what holds already began earlier
    np.multiply(fails, _FAR, out=rest)
    rest -= _NOT_YET
    np.maximum(since, rest, out=since)
    np.subtract(minute, lasting, out=rest)
    long_enough: Mask = since <= rest  # NOT_YET is later than any minute
    return long_enough


def repeated(
    row: NDArray[np.int16], wanted: Minutes, holds: Mask, fails: Mask, fresh: Mask
) -> Mask:
    """Count the readings in a row at which each holds, and return where they are enough.

    Parameters
    ----------
    row : int16 array (k, n)
        Changed in place.
    wanted : int16 array (k, 1)
        How many there have to be.
    holds, fails, fresh : bool arrays (k, n)
        As for `lasted`.
    """
    row += holds & fresh
    row *= ~fails
    np.minimum(row, LONGEST_ROW, out=row)
    enough: Mask = row >= wanted
    return enough
