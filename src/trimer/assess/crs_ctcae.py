# SPDX-License-Identifier: Apache-2.0
"""Cytokine release syndrome (CRS) by CTCAE v5.

| grade | definition |
|---|---|
| 1 | fever, with or without constitutional symptoms |
| 2 | hypotension that responds to fluids, or hypoxia that responds to less than 40 % oxygen |
| 3 | hypotension managed with one vasopressor, or hypoxia that needs 40 % oxygen or more |
| 4 | life-threatening, urgent intervention indicated |
| 5 | death |

**Source.** CTCAE5 (see `trimer.assess.scales`). **Assumed:** several vasopressors and positive
pressure are urgent interventions for something life-threatening; vasopressin counts as a
vasopressor, as the row excludes none; the fraction of oxygen is told by the device
(`trimer.assess.support`). The episode is the one of `trimer.assess.crs_astct`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import flags
from trimer.assess.support import NO_SUPPORT

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from trimer.assess.codes import Codes
    from trimer.assess.support import Support


def crs_ctcae_grade(
    fever: ArrayLike,
    support: Support = NO_SUPPORT,
    *,
    in_episode: ArrayLike = True,
    symptoms: ArrayLike = False,
    life_threatening: ArrayLike = False,
    death: ArrayLike = False,
) -> Codes:
    """Return the CTCAE v5 grade of CRS of each patient.

    Parameters
    ----------
    fever : array_like of bool
        Fever not put down to another cause, such as `CrsMemory.fever`.
    support : Support
        What pressure and oxygen need.
    in_episode : array_like of bool
        Whether a CRS episode is open, such as `CrsMemory.open`; elsewhere the grade is 0.
    symptoms : array_like of bool
        Constitutional symptoms.
    life_threatening : array_like of bool
        Other consequences that are life-threatening.
    death : array_like of bool
        Who has died of CRS.

    Returns
    -------
    ndarray of int8
        0 to 5.

    Examples
    --------
    >>> from trimer.assess import Support
    >>> crs_ctcae_grade(True, Support(hypotension=True, vasopressors=[0, 1, 2])).tolist()
    [2, 3, 4]
    """
    two = np.int8(2)
    pressors = support.all_vasopressors
    pressure = np.minimum(pressors, two) + (pressors > 0) * two
    pressure = np.maximum(pressure, support.hypotension * two)
    grade = np.maximum(pressure, support.oxygen_grade)
    grade = np.maximum(grade, flags("fever", fever) | flags("symptoms of CRS", symptoms))
    grade = np.maximum(grade, flags("danger to life", life_threatening) * np.int8(4))
    grade = grade * flags("episode of CRS", in_episode)
    died = flags("death from CRS", death)
    return np.asarray(np.maximum(grade, died * np.int8(5)), dtype=np.int8)
