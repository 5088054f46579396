# SPDX-License-Identifier: Apache-2.0
"""Change from the first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

_Array = NDArray[np.float64]


def best_change_percent(
    times: ArrayLike, values: ArrayLike, days: Sequence[float] | None = None
) -> _Array:
    """Return each patient's best (lowest) change from the first output, in %.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    values : array_like of float, shape (N, T)
        Courses, such as marrow blasts in %.
    days : sequence of float, optional
        Assessments: each is the first output at or after that day, or the last where the course
        ends earlier. Every output after the first if left out.

    Returns
    -------
    ndarray of float64, shape (N,)
        -100 where nothing is left, above 0 where even the best value is above the first; NaN
        where the course is not known or starts at 0.

    Raises
    ------
    InputError
        When there is no output after the first.

    Examples
    --------
    >>> best_change_percent([0, 14, 28], [[60.0, 30.0, 45.0], [50.0, 60.0, 55.0]]).tolist()
    [-50.0, 10.0]
    """
    time = np.asarray(times, dtype=np.float64)
    courses = np.asarray(values, dtype=np.float64)
    if time.size < 2 or courses.ndim != 2 or courses.shape[1] != time.size:
        raise InputError(
            f"Wrong shape of a course: got {courses.shape} for {time.size} times; there is one "
            "row a patient, one column a time, and at least one time after the first."
        )
    if days is None:
        later = courses[:, 1:]
    else:
        later = courses[:, np.minimum(np.searchsorted(time, days), time.size - 1)]
    first = courses[:, 0]
    known = np.where(first > 0, first, np.nan)
    change = 100.0 * (later.min(axis=1) - known) / known
    return np.where(np.isnan(courses).any(axis=1), np.nan, change)


def log10_reduction(first: ArrayLike, later: ArrayLike, *, floor: float) -> _Array:
    """Return how many powers of ten are gone, such as of leukemic stem cells.

    Parameters
    ----------
    first, later : array_like of float
        Number before and after, in one unit.
    floor : float
        Positive number below which nothing is counted, in the same unit.

    Returns
    -------
    ndarray of float64
        Positive where there is less; NaN where a number is not known.

    Examples
    --------
    >>> log10_reduction([1e9, 1e9], [1e6, 0.0], floor=1.0).tolist()
    [3.0, 9.0]
    """
    if not floor > 0:
        raise InputError(f"Wrong floor of a reduction: got {floor!r}; it has to be positive.")
    before = np.maximum(np.asarray(first, dtype=np.float64), floor)
    after = np.maximum(np.asarray(later, dtype=np.float64), floor)
    return np.asarray(np.log10(before / after))
