# SPDX-License-Identifier: Apache-2.0
"""What is watched while patients are carried forward, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from numpy.typing import NDArray

RISING, FALLING, BOTH = 1, -1, 0


@dataclass(frozen=True, eq=False)
class Watch:
    """An output and a level; it is told when the output crosses the level.

    Parameters
    ----------
    output : str
        A species or an observable.
    level : float or array (N,)
        In the output's unit, for all or for each patient of the population; NaN for a patient who
        is not watched.
    direction : {1, -1, 0}
        `RISING`, `FALLING` or `BOTH`.
    terminal : bool
        Whether a patient stops where he crosses.

    Examples
    --------
    >>> Watch("CRP", 100.0, RISING, terminal=True).direction
    1
    """

    output: str
    level: float | NDArray[np.float64]
    direction: int = BOTH
    terminal: bool = False

    def __post_init__(self) -> None:
        """Check the direction."""
        if self.direction not in (RISING, FALLING, BOTH):
            message = (
                f"Unknown direction in a watch of '{self.output}': got {self.direction}; "
                "allowed are 1 (rising), -1 (falling) and 0 (both)."
            )
            raise ValueError(message)

    def levels(self, size: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the level of each of these rows of a population of so many patients."""
        level = np.asarray(self.level, dtype=np.float64)
        if level.ndim == 0:
            return np.full(len(rows), level)
        if level.shape != (size,):
            message = (
                f"Wrong shape of the levels in a watch of '{self.output}': got {level.shape}; "
                f"allowed are one number and ({size},). Give one level per patient."
            )
            raise ValueError(message)
        return level[rows]


@dataclass(frozen=True, eq=False)
class Crossings:
    """Where watched outputs crossed their levels, sorted by patient, then time.

    Parameters
    ----------
    patient : int64 array (C,)
        Row of the population.
    watch : int32 array (C,)
        Which of the watches.
    time : float64 array (C,)
        When, in **days**. For a terminal watch exactly the time at which the patient stands.
    direction : int8 array (C,)
        1 where the output rose, -1 where it fell.
    lost : int
        How many more there were than a patient may have.
    """

    patient: NDArray[np.int64]
    watch: NDArray[np.int32]
    time: NDArray[np.float64]
    direction: NDArray[np.int8]
    lost: int = 0

    def __len__(self) -> int:
        return len(self.patient)

    @classmethod
    def sorted(
        cls,
        patient: NDArray[np.int64],
        watch: NDArray[np.int32],
        time: NDArray[np.float64],
        direction: NDArray[np.int8],
        lost: int,
    ) -> Self:
        """Return crossings put in order; those of one instant by watch."""
        by = np.lexsort((watch, time, patient))
        return cls(patient[by], watch[by], time[by], direction[by], lost)

    @classmethod
    def none(cls) -> Self:
        """Return no crossings."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0), np.empty(0, np.int8))


def level_table(
    watches: Sequence[Watch], size: int, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the levels (rows, watches) of some rows of a population."""
    table = np.empty((len(rows), len(watches)))
    for k, watch in enumerate(watches):
        table[:, k] = watch.levels(size, rows)
    return table
