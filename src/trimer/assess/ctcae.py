# SPDX-License-Identifier: Apache-2.0
"""Laboratory toxicity and fever by CTCAE v5.

| term | unit | 1 | 2 | 3 | 4 |
|---|---|---|---|---|---|
| ALT, AST | x ULN | > 1 | > 3 | > 5 | > 20 |
| ... abnormal baseline | x baseline | >= 1.5 | > 3 | > 5 | > 20 |
| bilirubin | x ULN | > 1 | > 1.5 | > 3 | > 10 |
| ... abnormal baseline | x baseline | > 1 | > 1.5 | > 3 | > 10 |
| creatinine | x ULN | > 1 | > 1.5 | > 3 | > 6 |
| ... or | x baseline | | > 1.5 | > 3 | |
| ANC | 10^9/L | < LLN | < 1.5 | < 1.0 | < 0.5 |
| platelets | 10^9/L | < LLN | < 75 | < 50 | < 25 |
| hemoglobin | g/dL | < LLN | < 10 | < 8 | life-threatening |
| lymphocytes | 10^9/L | < LLN | < 0.8 | < 0.5 | < 0.2 |
| fever | degC | >= 38.0 | > 39.0 | > 40.0 | > 40.0 for more than 24 h |

A grade is the worst column whose cut-off is passed. The worse of the two creatinine columns counts.
Multiples of a limit have a slack of one part in 10^12, so that 1.8 mg/dL is not more than 1.5 x
1.2 mg/dL, whatever the last bit of the product is.

**Source.** CTCAE5 (see `trimer.assess.scales`): ALT, AST and bilirubin against ULN as read in a
published table, all other rows from memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import flags, values
from trimer.assess.limits import ADULT
from trimer.core.errors import InputError, UnknownName, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from trimer.assess.codes import Codes, Flags, Floats
    from trimer.assess.limits import Limits

CTCAE_UNITS = {
    "ALT": "U/L",
    "AST": "U/L",
    "bilirubin": "mg/dL",
    "creatinine": "mg/dL",
    "ANC": "10^9/L",
    "platelets": "10^9/L",
    "hemoglobin": "g/dL",
    "lymphocytes": "10^9/L",
    "fever": "degC",
}
"""Terms that are graded, and the unit of their values."""

NOT_GRADED = -1
"""Grade where the value is NaN."""

ABOVE = {
    "ALT": (1.0, 3.0, 5.0, 20.0),
    "AST": (1.0, 3.0, 5.0, 20.0),
    "bilirubin": (1.0, 1.5, 3.0, 10.0),
    "creatinine": (1.0, 1.5, 3.0, 6.0),
}
_BELOW = {
    "ANC": (1.5, 1.0, 0.5),
    "platelets": (75.0, 50.0, 25.0),
    "hemoglobin": (10.0, 8.0),
    "lymphocytes": (0.8, 0.5, 0.2),
}
_LARGEST = {
    "ALT": 1e6,
    "AST": 1e6,
    "bilirubin": 1e3,
    "creatinine": 1e3,
    "ANC": 1e4,
    "platelets": 1e5,
    "hemoglobin": 50.0,
    "lymphocytes": 1e4,
}  # no patient has as much: such a value is in another unit
_SMALLEST = 1e-6
SLACK = 1.0 + 1e-12


def ctcae_grade(
    term: str,
    value: ArrayLike,
    *,
    limits: Limits = ADULT,
    baseline: ArrayLike | None = None,
    over_40_hours: ArrayLike | None = None,
    life_threatening: ArrayLike | None = None,
) -> Codes:
    """Return the CTCAE v5 grade of a laboratory value, or of fever.

    Parameters
    ----------
    term : str
        One of `CTCAE_UNITS`.
    value : array_like of float
        In the unit that `CTCAE_UNITS` tells; NaN where it was not measured.
    limits : Limits
        Limits of normal.
    baseline : array_like of float, optional
        The patient's value before treatment, NaN where it is not known. Used for ALT, AST and
        bilirubin where it was above ULN, and for creatinine; other rows have no baseline column.
    over_40_hours : array_like of float, optional
        For fever: hours for which temperature has been above 40.0 degC; NaN counts as 0.
    life_threatening : array_like of bool, optional
        For hemoglobin: whether anemia is life-threatening, the only way to its grade 4.

    Returns
    -------
    ndarray of int8
        0 to 4, or -1 (not graded) where the value is NaN.

    Raises
    ------
    InputError
        When a value cannot be, or something was told that this term does not use.
    UnknownName
        When nothing is graded by that term.

    Examples
    --------
    >>> ctcae_grade("ALT", [40.0, 41.0, 120.0, 201.0, float("nan")]).tolist()
    [0, 1, 1, 3, -1]
    >>> ctcae_grade("ALT", [110.0, 150.0], baseline=100.0).tolist()
    [0, 1]
    """
    if term not in CTCAE_UNITS:
        raise UnknownName(f"Unknown term of CTCAE: got '{term}'." + did_you_mean(term, CTCAE_UNITS))
    _need_use(term, "over_40_hours", over_40_hours, "fever")
    _need_use(term, "life_threatening", life_threatening, "hemoglobin")
    if term == "fever":
        found = values("temperature", value, 20.0, 46.0, "degC")
        grade = _fever(found, over_40_hours)
    else:
        found = values(term, value, 0.0, _LARGEST[term], CTCAE_UNITS[term])
        limit = np.asarray(getattr(limits, term), dtype=np.float64)
        if term in ABOVE:
            grade = _raised(term, found, limit, baseline)
        else:
            grade = _lowered(term, found, limit)
    if life_threatening is not None:
        grade = np.maximum(grade, flags("danger to life", life_threatening) * np.int8(4))
    return np.where(np.isnan(found), np.int8(NOT_GRADED), grade).astype(np.int8)


def _raised(term: str, value: Floats, limit: Floats, baseline: ArrayLike | None) -> Codes:
    """Grade by multiples of the upper limit, or of the baseline."""
    cuts = ABOVE[term]
    grade = _passed([value > limit * (cut * SLACK) for cut in cuts])
    if baseline is None:
        return grade
    own = values(f"baseline {term}", baseline, _SMALLEST, _LARGEST[term], CTCAE_UNITS[term])
    by_own = [value > own * (cut * SLACK) for cut in cuts]
    if term == "creatinine":  # grades 2 and 3 have a column of their own, beside that of the limit
        return np.maximum(grade, _passed([by_own[1], by_own[1], by_own[2]]))
    if term in ("ALT", "AST"):
        by_own[0] = value >= own * (1.5 / SLACK)
    return np.where(own > limit, _passed(by_own), grade)


def _lowered(term: str, value: Floats, limit: Floats) -> Codes:
    """Grade by the lower limit and fixed counts; a count below the first is never only grade 1."""
    cuts = _BELOW[term]
    below_first = value < cuts[0]
    return _passed([(value < limit) | below_first, *(value < cut for cut in cuts)])


def _fever(temperature: Floats, over_40_hours: ArrayLike | None) -> Codes:
    long = np.zeros((), np.bool_)
    if over_40_hours is not None:
        long = values("time above 40 degC", over_40_hours, 0.0, 1e6, "h") > 24
    over_40 = temperature > 40
    return _passed([temperature >= 38, temperature > 39, over_40, over_40 & long])


def _passed(cuts: Sequence[Flags | np.bool_]) -> Codes:
    """Count the cut-offs that are passed."""
    grade: NDArray[np.int8] = np.zeros((), np.int8)
    for cut in cuts:
        grade = grade + np.asarray(cut).view(np.int8)
    return np.asarray(grade)


def _need_use(term: str, name: str, value: ArrayLike | None, used_for: str) -> None:
    if value is not None and term != used_for:
        raise InputError(
            f"Wrong argument '{name}' of a CTCAE grade: got it for {term}; only {used_for} uses "
            "it. Leave it out."
        )
