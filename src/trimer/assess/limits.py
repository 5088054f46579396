# SPDX-License-Identifier: Apache-2.0
"""Limits of normal of laboratory tests, which CTCAE grades are multiples of."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.core.shown import shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Upper limit of normal (ULN) or lower (LLN) of each test: one for all, or one a patient.

    The defaults are typical for adults, **from memory**, and depend on the laboratory; those of
    creatinine and hemoglobin are the same for both sexes.

    Parameters
    ----------
    ALT, AST : array_like of float
        ULN in U/L.
    bilirubin, creatinine : array_like of float
        ULN in mg/dL.
    ANC, platelets, lymphocytes : array_like of float
        LLN in 10^9/L.
    hemoglobin : array_like of float
        LLN in g/dL.

    Raises
    ------
    InputError
        When a limit is not a positive number.

    Examples
    --------
    >>> Limits(ALT=35.0).ALT, Limits().platelets
    (35.0, 150.0)
    """

    ALT: ArrayLike = 40.0
    AST: ArrayLike = 40.0
    bilirubin: ArrayLike = 1.2
    creatinine: ArrayLike = 1.2
    ANC: ArrayLike = 1.8
    platelets: ArrayLike = 150.0
    hemoglobin: ArrayLike = 12.0
    lymphocytes: ArrayLike = 1.0

    def __post_init__(self) -> None:
        """Refuse limits that nothing can be measured by."""
        for part in fields(self):
            limit = getattr(self, part.name)
            found = np.asarray(limit)
            if found.dtype.kind not in "iuf" or not (np.isfinite(found) & (found > 0)).all():
                raise InputError(
                    f"Wrong limit of normal of {part.name}: got {shown(limit)}; it is a positive "
                    "number, or one for each patient. Take it from the laboratory's report."
                )

    def as_pairs(self) -> dict[str, tuple[ArrayLike, ArrayLike]]:
        """Return the lower and the upper limit of each test; NaN where CTCAE uses none.

        Examples
        --------
        >>> Limits().as_pairs()["ALT"], Limits().as_pairs()["ANC"]
        ((nan, 40.0), (1.8, nan))
        """
        none = float("nan")
        return {
            part.name: (none, getattr(self, part.name))
            if part.name in _UPPER
            else (getattr(self, part.name), none)
            for part in fields(self)
        }


_UPPER = ("ALT", "AST", "bilirubin", "creatinine")

ADULT = Limits()
"""Typical limits of adults (from memory)."""
