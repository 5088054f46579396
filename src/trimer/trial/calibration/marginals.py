# SPDX-License-Identifier: Apache-2.0
"""Published figures that a virtual population is weighted to: a CSV file.

The columns are ``name,statistic,value,error,source,reason``. The statistic is

=================  ===========================================================================
``mean``           the mean of the quantity is `value`
``share >= 2``     the share of patients with at least (``>``, ``<=``, ``<`` likewise) so much is
                   `value`, 0 to 1
``median``         half of the patients lie below `value`
``quantile 0.25``  such a share of patients lies below `value`
=================  ===========================================================================

and ``error`` the standard error: of the mean in its unit, of all others as a share; empty if the
figure has to be met exactly.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import CohortError, Problems, did_you_mean
from trimer.trial.calibration.fit_file import csv_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

COLUMNS = ("name", "statistic", "value", "error", "source", "reason")

_SHARE = re.compile(r"share (>=|<=|>|<) (-?[\d.]+(?:[eE][-+]?\d+)?)")
_QUANTILE = re.compile(r"quantile (0?\.\d+)")
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Marginal:
    """One published figure of a population.

    Parameters
    ----------
    name : str
        Quantity it is of.
    statistic : str
        Which one, in the grammar of this module.
    value : float
        The figure.
    error : float
        Its standard error; 0 if it has to be met exactly.
    source : str
        Where it was published.
    """

    name: str
    statistic: str
    value: float
    error: float
    source: str

    @property
    def label(self) -> str:
        """What is matched, in a few words."""
        return f"{self.name}, {self.statistic}"

    @property
    def target(self) -> float:
        """What the mean of `feature` has to be."""
        if self.statistic == "median":
            return 0.5
        quantile = _QUANTILE.fullmatch(self.statistic)
        return float(quantile[1]) if quantile else self.value

    def feature(self, quantity: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return one number for each patient, whose mean is compared."""
        if self.statistic == "mean":
            return quantity
        share = _SHARE.fullmatch(self.statistic)
        if share:
            inside = _COMPARE[share[1]](quantity, float(share[2]))
            return np.asarray(inside, dtype=np.float64)
        return np.asarray(quantity <= self.value, dtype=np.float64)


def read_marginals(path: Path) -> tuple[Marginal, ...]:
    """Read the figures that a population is weighted to.

    Raises
    ------
    InputError
        If the file is missing or has other columns.
    Problems
        With one sentence for each row that is wrong.
    """
    problems, found = [], []
    for place, row in csv_rows(path, COLUMNS):
        statistic = " ".join(row["statistic"].split())
        is_known = statistic in ("mean", "median") or bool(
            _SHARE.fullmatch(statistic) or _QUANTILE.fullmatch(statistic)
        )
        if not is_known:
            problems.append(
                f"Unknown statistic '{row['statistic']}' of '{row['name']}' in {place}; allowed "
                "are 'mean', 'median', 'quantile 0.25' and 'share >= 2'. Write one of them."
            )
        value, error = _number(row["value"]), _number(row["error"] or "0")
        if math.isnan(value) or math.isnan(error) or error < 0:
            problems.append(
                f"Wrong figure of '{row['name']}' in {place}: got value '{row['value']}' and error "
                f"'{row['error']}'; both are numbers, the error not negative. Correct them."
            )
        elif statistic.startswith("share") and not 0 <= value <= 1:
            problems.append(
                f"Wrong figure of '{row['name']}' in {place}: got {value:g}; a share lies between "
                "0 and 1. Divide percents by 100."
            )
        if not row["source"]:
            problems.append(
                f"No source of '{row['name']}' in {place}: every figure cites one. Write it there."
            )
        found.append(Marginal(row["name"], statistic, value, error, row["source"]))
    if not (found or problems):
        problems.append(f"No figures in '{path}'. Write one a row.")
    if problems:
        raise Problems(problems)
    return tuple(found)


def features(
    marginals: Sequence[Marginal], known: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return one column for each figure (N, K).

    Raises
    ------
    CohortError
        If a figure is of something that is not known of the patients.
    """
    columns = []
    for marginal in marginals:
        if marginal.name not in known:
            raise CohortError(
                f"Unknown quantity '{marginal.name}' among the figures of the population."
                f"{did_you_mean(marginal.name, known)}"
            )
        columns.append(marginal.feature(known[marginal.name]))
    return np.column_stack(columns)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
