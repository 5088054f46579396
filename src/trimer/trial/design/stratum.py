# SPDX-License-Identifier: Apache-2.0
"""Strata: groups of patients within which arms are kept in balance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.errors import StudyError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.patients.cohort import Cohort

MOST_STRATA = 64


@dataclass(frozen=True, slots=True)
class Stratum:
    """One thing by which patients are grouped.

    Parameters
    ----------
    of : str
        A covariate of the cohort, or a parameter that differs between patients.
    cuts : tuple of float
        Rising; a group begins at each. None for a covariate that is text: each word is a group.
    """

    of: str
    cuts: tuple[float, ...] = ()

    def groups(self, cohort: Cohort) -> NDArray[Any]:
        """Return the name of each patient's group.

        Raises
        ------
        StudyError
            If the cohort does not know it, or cut points are missing or not to be had.
        """
        values = self._values(cohort)
        if values.dtype.kind == "U":
            if self.cuts:
                raise StudyError(
                    f"Cut points of stratum '{self.of}': it is text in cohort '{cohort.name}', and "
                    "each word is a group. Leave the list empty: []."
                )
            return np.char.add(f"{self.of} ", values)
        if not self.cuts:
            raise StudyError(
                f"No cut points of stratum '{self.of}': it is a number in cohort '{cohort.name}'. "
                "Say where groups begin, like [50.0]."
            )
        return np.array(self.labels())[np.searchsorted(self.cuts, values, side="right")]

    def labels(self) -> tuple[str, ...]:
        """Return the names of the groups of a number, from the lowest on; none of a text."""
        if not self.cuts:
            return ()
        edges = [f"{cut:g}" for cut in self.cuts]
        inner = (f"{self.of} {a} to {b}" for a, b in pairwise(edges))
        return (f"{self.of} < {edges[0]}", *inner, f"{self.of} >= {edges[-1]}")

    def _values(self, cohort: Cohort) -> NDArray[Any]:
        if self.of in cohort.covariates:
            return cohort.covariate(self.of)
        if self.of in cohort.parameters:
            return cohort.column(self.of)
        known = (*cohort.covariates, *cohort.parameters)
        raise StudyError(
            f"Unknown stratum '{self.of}' in cohort '{cohort.name}': it is no covariate and no "
            f"parameter that differs.{did_you_mean(self.of, known)}"
        )


def strata_of(cohort: Cohort, strata: Sequence[Stratum]) -> NDArray[np.str_]:
    """Return the name of each patient's stratum: all groupings at once.

    Without any, everybody is in the stratum ``"all"``.
    """
    if not strata:
        return np.full(len(cohort), "all")
    parts = [stratum.groups(cohort) for stratum in strata]
    joined = parts[0]
    for part in parts[1:]:
        joined = np.char.add(np.char.add(joined, ", "), part)
    return joined


def check_strata(cohort: Cohort, strata: Sequence[Stratum]) -> None:
    """Make sure that every stratum has somebody in it.

    Raises
    ------
    StudyError
        If a group has nobody, or there are too many strata.
    """
    many = 1
    for stratum in strata:
        groups = stratum.groups(cohort)
        wanted = stratum.labels() or tuple(np.unique(groups).tolist())
        many *= len(wanted)
        empty = [name for name in wanted if not (groups == name).any()]
        if empty:
            raise StudyError(
                f"Nobody in stratum '{empty[0]}' among the {len(cohort):,} patients of the first "
                f"trial from cohort '{cohort.name}': every group has at least one. Choose other "
                "cut points."
            )
    if many > MOST_STRATA:
        raise StudyError(
            f"Too many strata: got {many} combinations of groups; there are at most {MOST_STRATA}. "
            "Group by fewer things."
        )
