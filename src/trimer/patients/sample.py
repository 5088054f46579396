# SPDX-License-Identifier: Apache-2.0
"""Draw virtual patients."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from trimer.core.errors import CohortError, InputError, Problems
from trimer.core.random import checked_seed, uniform
from trimer.core.shown import shown
from trimer.patients.cohort import Cohort, ParameterLike
from trimer.patients.distribution import Distribution, parse_spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_LAST_ID = 2**63 - 1


def sample(
    parameters: Iterable[ParameterLike],
    n: SupportsIndex,
    seed: SupportsIndex,
    first: SupportsIndex = 0,
    *,
    name: str = "cohort",
    description: str = "",
) -> Cohort:
    """Draw patients number `first` to ``first + n - 1``.

    Each parameter with a spread is drawn independently of the others, as the quantile of a
    uniform number from its own stream, ``patients/<name>``. A patient depends on seed and number
    alone: patient 17 is the same in a cohort of 20 and in one of a million.

    Parameters
    ----------
    parameters : iterable of parameters
        Anything with ``name``, ``value`` and ``spread``, such as ``model.parameters``; those
        with an empty spread are the same in everyone and left out.
    n : int
        How many patients; at least 1.
    seed : int
        Not negative.
    first : int
        Number of the first patient; 0 if left out.

    Other Parameters
    ----------------
    name : str
        What reports call the cohort.
    description : str
        Who these patients are, in a sentence.

    Returns
    -------
    Cohort
        Not screened.

    Raises
    ------
    CohortError
        When `n` or `first` is out of range.
    Problems
        When spreads are wrong: one sentence each.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> weight = SimpleNamespace(name="WT", value=70.0, spread="lognormal cv 20% within 45..120")
    >>> cohort = sample([weight], n=1000, seed=7)
    >>> print(cohort)
    Cohort 'cohort': 1,000 patients, seed 7, not screened
      WT  ...
    """
    number = checked_seed(seed)
    ids = numbered(n, first)
    spreads = _distributions(parameters)
    values = np.empty((ids.size, len(spreads)), dtype=np.float64)
    for j, (parameter, distribution) in enumerate(spreads.items()):
        values[:, j] = distribution.quantile(uniform(number, f"patients/{parameter}", ids))
    return Cohort(name, ids, tuple(spreads), values, number, description)


def numbered(n: SupportsIndex, first: SupportsIndex) -> NDArray[np.int64]:
    """Return the numbers of `n` patients from number `first` on, or say what is wrong with them."""
    try:
        count, start = operator.index(n), operator.index(first)
    except TypeError:
        count, start = 0, 0
    if count < 1 or start < 0 or start + count - 1 > _LAST_ID:
        raise CohortError(
            f"Wrong numbers of patients: got {shown(n)} patients from number {shown(first)} on; "
            "both are whole numbers, at least 1 patient and not from below number 0."
        )
    return np.arange(count, dtype=np.int64) + start


def _distributions(parameters: Iterable[ParameterLike]) -> dict[str, Distribution]:
    spreads: dict[str, Distribution] = {}
    problems: list[str] = []
    for parameter in parameters:
        if not parameter.spread:
            continue
        try:
            spreads[parameter.name] = parse_spread(
                parameter.spread, name=parameter.name, value=parameter.value
            )
        except InputError as problem:
            problems.append(str(problem))
    if problems:
        raise Problems(problems)
    return spreads
