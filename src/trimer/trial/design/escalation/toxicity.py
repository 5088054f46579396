# SPDX-License-Identifier: Apache-2.0
"""Potential outcomes: whether each virtual patient has a DLT at each dose, and when.

Every patient is simulated once at every dose. All designs and all repeats of them then draw from
this table, so they see the same patients, and a thousand trials cost no more simulation than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.assess import Proportion


@dataclass(frozen=True, eq=False, repr=False)
class Toxicity:
    """A table of patients and doses.

    Parameters
    ----------
    doses : tuple of str, length D
        Names, from the lowest on.
    ids : int64 array (N,)
        Patient numbers.
    toxic : bool array (N, D)
        Whether the patient has a DLT at the dose.
    day : float64 array (N, D)
        When, in **days** from the first dose; NaN where he has none.
    window_days : float
        For how long a DLT counts, in **days**.
    left_out : int
        Patients who could not be followed at every dose, and are not in the table.
    """

    doses: tuple[str, ...]
    ids: NDArray[np.int64]
    toxic: NDArray[np.bool_]
    day: NDArray[np.float64]
    window_days: float
    left_out: int = 0

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, and a table without patients."""
        shape = (len(self.ids), len(self.doses))
        if self.toxic.shape != shape or self.day.shape != shape or 0 in shape:
            raise InputError(
                f"Wrong table of toxicity: got {self.toxic.shape} outcomes for {shape[0]} patients "
                f"and {shape[1]} doses; there is one for each of both, and at least one of each. "
                "Follow patients at every dose to the end of the window."
            )

    @property
    def rates(self) -> tuple[Proportion, ...]:
        """The share of patients with a DLT at each dose, with exact intervals."""
        from trimer.assess import proportion

        return tuple(
            proportion(int(count), len(self.ids)) for count in self.toxic.sum(axis=0).tolist()
        )

    def nearest(self, target: float) -> int:
        """Return the dose whose rate is nearest a target; the lower of two that are as near."""
        return int(np.abs(self.toxic.mean(axis=0) - target).round(12).argmin())

    def __repr__(self) -> str:
        """Return a short card."""
        rates = (f"  {dose}: {rate}" for dose, rate in zip(self.doses, self.rates, strict=True))
        return "\n".join(
            [
                f"DLT of {len(self.ids):,} virtual patients within {self.window_days:g} days",
                *rates,
            ]
        )
