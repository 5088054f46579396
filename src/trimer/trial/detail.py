# SPDX-License-Identifier: Apache-2.0
"""Of whom a trial keeps everything; of all others it keeps the outcomes alone.

Anyone else is drawn and simulated again, from seed and number: `trimer.trial.redraw`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST = re.compile(r"first\s+(\d{1,18})")
_RANGE = re.compile(r"(\d{1,18})(?:\s*-\s*(\d{1,18}))?")
_LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Detail:
    """Patients of whom courses, doses and decisions are kept.

    Parameters
    ----------
    text : str
        As it was asked for.
    ranges : tuple of (int, int)
        First and last numbers of patients, both included.
    first : int
        The first so many patients of the run besides, whatever their numbers.

    Examples
    --------
    >>> str(Detail.parse("3, 40-60")), Detail.parse("3, 40-60").ranges
    ('3, 40-60', ((3, 3), (40, 60)))
    >>> Detail.parse("first 2").of(np.array([5, 8, 9]), place=0)
    array([ True,  True, False])
    """

    text: str
    ranges: tuple[tuple[int, int], ...] = ()
    first: int = 0

    @classmethod
    def parse(cls, text: str) -> Detail:
        """Read ``all``, ``none``, ``first 200``, or numbers such as ``3, 17, 40-60``.

        Raises
        ------
        InputError
            If it is none of these.
        """
        words = " ".join(text.lower().split())
        if words == "all":
            return cls("all", ((0, _LAST),))
        if words == "none":
            return cls("none")
        if match := _FIRST.fullmatch(words):
            return cls(words, first=int(match[1]))
        ranges = []
        for part in words.split(","):
            match = _RANGE.fullmatch(part.strip())
            low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
            if low > high:
                raise InputError(
                    f"Wrong choice of patients with full tables: got '{text}'; it must be all, "
                    "none, 'first 200', or numbers of patients such as '3, 17, 40-60'."
                )
            ranges.append((low, high))
        return cls(words, tuple(ranges))

    def of(self, ids: NDArray[np.int64], place: int) -> NDArray[np.bool_]:
        """Return of whom everything is kept.

        Parameters
        ----------
        ids : array of int
            Patient numbers, in the order of the run.
        place : int
            How many patients of the run come before them.
        """
        kept = np.arange(place, place + ids.size) < self.first
        for low, high in self.ranges:
            kept |= (ids >= low) & (ids <= high)
        return kept

    @property
    def is_all(self) -> bool:
        """Whether everything is kept of everyone."""
        return self.text == "all"

    def __str__(self) -> str:
        """Return it as it was asked for."""
        return self.text
