# SPDX-License-Identifier: Apache-2.0
"""The 3+3 design: cohorts of three, six at the dose that is recommended.

| at the present dose | then |
|---|---|
| 0 of 3 | up; at the highest dose 3 more |
| 1 of 3 | 3 more |
| 2 or more | shut this dose and those above; down, where 3 more are treated unless 6 were |
| at most 1 of 6 | up; stop where there is no dose above, or it is shut |

The dose chosen is the highest with at most 1 of 6; none if the lowest is shut.

**Source.** Storer BE. Design and analysis of phase I clinical trials. *Biometrics* 1989;45:925-937;
the variant with six patients at the recommended dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.trial.design.escalation.rule import NONE, at

if TYPE_CHECKING:
    from trimer.trial.design.escalation.rule import Counts, Doses


@dataclass(frozen=True, slots=True)
class ThreePlusThree:
    """The 3+3 design; it has no target, cohorts are of 3 and there are at most 6 at a dose."""

    name: str = "3+3"

    def size(self, doses: int, most: int, cohort: int) -> tuple[int, int]:
        """Return six at each dose, in threes, whatever else is asked for."""
        del most, cohort
        return 6 * doses, 3

    def next_dose(self, treated: Counts, toxic: Counts, dose: Doses) -> Doses:
        """Return the dose of the next three."""
        doses = treated.shape[1]
        here, bad = at(treated, dose), at(toxic, dose)
        shut = toxic >= 2
        above = np.minimum(dose + 1, doses - 1)
        can_rise = (dose + 1 < doses) & ~at(shut.astype(np.int64), above).astype(np.bool_)
        below = np.maximum(dose - 1, 0)
        down = np.where((dose > 0) & (at(treated, below) < 6), below, NONE)
        stay = np.where(here < 6, dose, NONE)
        clear = (bad == 0) | (here >= 6)
        return np.select([bad >= 2, clear & can_rise], [down, above], stay)

    def choose(self, treated: Counts, toxic: Counts) -> Doses:
        """Return the highest dose with at most one of six."""
        fine = (treated >= 6) & (toxic <= 1)
        # a dose that was passed with 6 patients counts only while nothing below it was shut
        fine &= ~np.logical_or.accumulate(toxic >= 2, axis=1)
        highest = treated.shape[1] - 1 - fine[:, ::-1].argmax(axis=1)
        return np.where(fine.any(axis=1), highest, NONE)
