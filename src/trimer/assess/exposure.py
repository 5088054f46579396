# SPDX-License-Identifier: Apache-2.0
"""Exposure: peaks, areas and means of a course in time.

A patient whose course is not known (NaN) has NaN results.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.core.errors import InputError

_Array = NDArray[np.float64]


def peak(values: ArrayLike) -> _Array:
    """Return the largest output of each patient, such as Cmax.

    Parameters
    ----------
    values : array_like of float, shape (N, T)
        Courses.

    Returns
    -------
    ndarray of float64, shape (N,)
        In the unit of `values`.
    """
    return np.asarray(np.max(np.asarray(values, dtype=np.float64), axis=1))


def time_of_peak(times: ArrayLike, values: ArrayLike) -> _Array:
    """Return when the largest output of each patient is first reached.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    values : array_like of float, shape (N, T)
        Courses.

    Returns
    -------
    ndarray of float64, shape (N,)
        Days.
    """
    days, courses = _course(times, values)
    found = days[np.argmax(courses, axis=1)]
    return np.where(np.isnan(courses).any(axis=1), np.nan, found)


def area_under_curve(
    times: ArrayLike, values: ArrayLike, start: float | None = None, end: float | None = None
) -> _Array:
    """Return the area under each patient's course by the trapezoidal rule.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    values : array_like of float, shape (N, T)
        Courses.
    start, end : float, optional
        Days between which the area is taken; between two outputs the course is a straight line.
        The whole course if left out.

    Returns
    -------
    ndarray of float64, shape (N,)
        In the unit of `values` times day.

    Raises
    ------
    InputError
        When `start` and `end` are not within the course.

    Examples
    --------
    >>> area_under_curve([0.0, 1.0, 3.0], [[0.0, 2.0, 2.0]]).tolist()
    [5.0]
    >>> area_under_curve([0.0, 1.0, 3.0], [[0.0, 2.0, 2.0]], 0.5, 2.0).tolist()
    [2.75]
    """
    days, courses = _course(times, values)
    first = float(days[0]) if start is None else start
    last = float(days[-1]) if end is None else end
    if not days[0] <= first <= last <= days[-1]:
        raise InputError(
            f"Wrong window of time: got day {first:g} to {last:g}; the course runs from day "
            f"{days[0]:g} to {days[-1]:g}. Choose a window within."
        )
    inside = (days > first) & (days < last)
    edges = [_at(days, courses, day)[:, np.newaxis] for day in (first, last)]
    cut_days = np.concatenate([[first], days[inside], [last]])
    # In rows, or the order in which numpy adds them up would depend on how many patients there are.
    cut = np.ascontiguousarray(np.concatenate([edges[0], courses[:, inside], edges[1]], axis=1))
    return np.asarray(np.trapezoid(cut, cut_days, axis=1))


def mean_level(times: ArrayLike, values: ArrayLike, start: float, end: float) -> _Array:
    """Return each patient's mean between two days, such as the steady-state concentration.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    values : array_like of float, shape (N, T)
        Courses.
    start, end : float
        Days between which the mean is taken, `start` before `end`.

    Returns
    -------
    ndarray of float64, shape (N,)
        In the unit of `values`.

    Raises
    ------
    InputError
        When `start` and `end` are not within the course, or one instant.
    """
    if not start < end:
        raise InputError(
            f"Wrong window of time: got day {start:g} to {end:g}; it has to end after it starts."
        )
    return area_under_curve(times, values, start, end) / (end - start)


def _at(days: _Array, courses: _Array, day: float) -> _Array:
    """Value of each course on a day, on the line between its neighbors."""
    right = max(1, min(int(np.searchsorted(days, day)), days.size - 1))
    left = right - 1
    if days.size == 1:
        return courses[:, 0]
    share = (day - days[left]) / (days[right] - days[left])
    return np.asarray(courses[:, left] * (1 - share) + courses[:, right] * share)


def _course(times: ArrayLike, values: ArrayLike) -> tuple[_Array, _Array]:
    days = np.asarray(times, dtype=np.float64)
    courses = np.asarray(values, dtype=np.float64)
    if days.ndim != 1 or days.size == 0 or courses.ndim != 2 or courses.shape[1] != days.size:
        raise InputError(
            f"Wrong shape of a course: got {courses.shape} for {days.size} times; "
            "there is one row a patient and one column a time."
        )
    if not np.all(np.diff(days) > 0):
        raise InputError("Wrong times of a course: they do not increase. Sort them.")
    return days, courses
