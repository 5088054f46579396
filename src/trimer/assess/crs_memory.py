# SPDX-License-Identifier: Apache-2.0
"""What is remembered of patients between looks for cytokine release syndrome (CRS)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

    from trimer.assess.codes import Codes, Flags

    Minutes = NDArray[np.int64]

NEVER = np.int64(-(2**60))
"""Minute of what has not happened."""


@dataclass(frozen=True, slots=True, eq=False)
class CrsMemory:
    """What is remembered of each patient between looks: arrays, one entry per patient.

    Attributes
    ----------
    open : ndarray of bool
        Whether an episode is open.
    opened : ndarray of int64
        Minute at which the latest episode opened; `NEVER` before the first.
    treated : ndarray of bool
        Whether an antipyretic, an anticytokine drug or a steroid was given for it.
    last_sign : ndarray of int64
        Minute of the latest sign (fever, hypotension or vasopressor, hypoxia or oxygen) in it.
    worst : ndarray of int8
        Worst grade of the latest episode.
    events : ndarray of int32
        How many episodes have opened.
    severe : ndarray of int32
        How often grade 3 or more was reached, each time after grade 1 or less without support.
    calm : ndarray of bool
        Whether grade and need of support have been 1 or less since the grade was 3 or more.
    hot : ndarray of bool
        Whether the latest recorded temperature was 38.0 degC or more, whatever the cause.
    read_at : ndarray of int64
        Minute of that temperature.
    fever : ndarray of bool
        Whether there was fever at the latest look, not put down to an infection.
    sign : ndarray of bool
        Whether there was any sign at the latest look.
    """

    open: Flags
    opened: Minutes
    treated: Flags
    last_sign: Minutes
    worst: Codes
    events: NDArray[np.int32]
    severe: NDArray[np.int32]
    calm: Flags
    hot: Flags
    read_at: Minutes
    fever: Flags
    sign: Flags

    @classmethod
    def start(cls, patients: int) -> Self:
        """Return the memory of patients who have not been looked at.

        Parameters
        ----------
        patients : int
            How many.
        """

        def no() -> Flags:
            return np.zeros(patients, np.bool_)

        def never() -> Minutes:
            return np.full(patients, NEVER)

        return cls(
            open=no(), opened=never(), treated=no(), last_sign=never(),
            worst=np.zeros(patients, np.int8), events=np.zeros(patients, np.int32),
            severe=np.zeros(patients, np.int32), calm=~no(), hot=no(), read_at=never(), fever=no(),
            sign=no(),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.open)

    def take(self, rows: NDArray[np.intp] | Flags) -> Self:
        """Return the memory of some patients, as copies."""
        return type(self)(*(getattr(self, part.name)[rows] for part in fields(self)))

    def put(self, rows: NDArray[np.intp] | Flags, part: Self) -> None:
        """Write the memory of some patients back, in place.

        `crs_look` changes no array, but the memory it returns may share some with the one it
        was given. So `take` first, and `put` only into a memory that nothing else refers to.
        """
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(part, field.name)


def crs_closed(before: CrsMemory, after: CrsMemory) -> Flags:
    """Return whose episode ended between two looks.

    Its onset, end and worst grade are ``before.opened``, ``before.last_sign`` and
    ``before.worst``; another may have opened at once.

    Parameters
    ----------
    before, after : CrsMemory
        Memory at two looks, one after the other.
    """
    return np.asarray(before.open & (~after.open | (after.events != before.events)))
