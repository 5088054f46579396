# SPDX-License-Identifier: Apache-2.0
"""Cytokine release syndrome (CRS) by the scale of Lee and others of 2014, which older trials used.

| grade | definition |
|---|---|
| 1 | symptoms that are not life-threatening, symptomatic treatment only (fever, nausea, ...) |
| 2 | oxygen below 40 %, hypotension that responds to fluids or to a low dose of one vasopressor, or organ toxicity of grade 2 |
| 3 | oxygen of 40 % or more, a high dose of a vasopressor or several, organ toxicity of grade 3, or raised transaminases of grade 4 |
| 4 | ventilator, or organ toxicity of grade 4 other than raised transaminases |
| 5 | death |

**Source.** Lee2014 (see `trimer.assess.scales`), from memory. **Assumed:** the fraction of oxygen
is told by the device (`trimer.assess.support`), any positive pressure counts as a ventilator, and
vasopressin counts as a vasopressor like any other. What an episode is, the scale does not say:
here it is the one of `trimer.assess.crs_astct`.
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import codes, flags
from trimer.assess.support import NO_SUPPORT

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from trimer.assess.codes import Codes
    from trimer.assess.support import Support


def crs_lee_grade(
    fever: ArrayLike,
    support: Support = NO_SUPPORT,
    *,
    in_episode: ArrayLike = True,
    organ_grade: ArrayLike = 0,
    transaminase_grade: ArrayLike = 0,
    symptoms: ArrayLike = False,
    death: ArrayLike = False,
) -> Codes:
    """Return the Lee 2014 grade of each patient. No grade but the first needs fever or symptoms.

    Parameters
    ----------
    fever : array_like of bool
        Fever not put down to another cause, such as `CrsMemory.fever`.
    support : Support
        What pressure and oxygen need.
    in_episode : array_like of bool
        Whether a CRS episode is open, such as `CrsMemory.open`; elsewhere the grade is 0.
    organ_grade : array_like of int
        Worst CTCAE grade of organ toxicity by CRS other than raised transaminases; -1 (not
        graded) counts as none.
    transaminase_grade : array_like of int
        Worse CTCAE grade of ALT and AST; -1 counts as none.
    symptoms : array_like of bool
        Other symptoms of CRS, such as nausea, headache or myalgia.
    death : array_like of bool
        Who has died of CRS.

    Returns
    -------
    ndarray of int8
        0 to 5.

    Examples
    --------
    >>> from trimer.assess import Support
    >>> one = Support(vasopressors=1, vasopressor_high_dose=[False, True])
    >>> crs_lee_grade(True, one).tolist()
    [2, 3]
    """
    two = np.int8(2)
    pressors = support.all_vasopressors
    several = (pressors > 1) | support.vasopressor_high_dose
    # A low dose of one vasopressor is no worse here than fluids.
    pressure = (support.hypotension | (pressors > 0)) * two + several
    grade = np.maximum(pressure, support.oxygen_grade)
    grade = np.maximum(grade, flags("fever", fever) | flags("symptoms of CRS", symptoms))
    organ = codes("grade of organ toxicity", organ_grade, 4, -1)
    liver = codes("grade of transaminases", transaminase_grade, 4, -1)
    for toxicity in (organ, np.minimum(liver, np.int8(3))):
        # organ toxicity of grade 1 does not make a grade
        grade = np.maximum(grade, toxicity * (toxicity > 1))
    grade = grade * flags("episode of CRS", in_episode)
    died = flags("death from CRS", death)
    return np.asarray(np.maximum(grade, died * np.int8(5)), dtype=np.int8)
