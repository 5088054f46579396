# SPDX-License-Identifier: Apache-2.0
"""Who may go home, and who has to come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.journal import say

if TYPE_CHECKING:
    from trimer.assess import CrsMemory
    from trimer.protocol.monitoring import Hospital
    from trimer.simulate.ward.arrays import Minutes
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.state import Patients

DAY = 1440


def stay(
    hospital: Hospital, words: Words, part: Patients, minute: Minutes, crs: CrsMemory, notes: Notes
) -> None:
    """Discharge who has been well for a day, and readmit who is not."""
    well = (part.crs == 0) & (part.icans == 0) & (part.vasopressor == 0) & (part.oxygen == 0)
    well &= ~part.held.any(axis=0) & (part.infection == 0)
    home = minute >= (hospital.first_discharge_day - 1) * DAY
    out = np.flatnonzero((part.inpatient == 1) & well & home & ~crs.open)
    if len(out):
        part.inpatient[out] = 0
        say(words, part, minute, out, "hospital", "discharged", notes)
    back = np.flatnonzero((part.inpatient == 0) & ~well)
    if len(back):
        part.inpatient[back] = 1
        say(words, part, minute, back, "hospital", "readmitted", notes)
