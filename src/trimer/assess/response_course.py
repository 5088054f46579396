# SPDX-License-Identifier: Apache-2.0
"""When a patient responds, and when the leukemia is back.

**Source.** The criteria of `trimer.assess.response`; relapse after a remission is 5 % blasts in
the marrow or blasts in the blood again, here 10 per µL. A response dates from the marrow that
shows it; relapse is noted at the first output that shows it, as if someone looked every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.response import NOT_EVALUABLE, RESPONSES, WINDOWS, best_response
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from trimer.assess.response import Criteria

    Floats = NDArray[np.float64]

REMISSIONS = ("CRi", "CRh", "CR")
"""Responses that count as remission."""

RELAPSE_BLASTS = 5.0
"""Marrow blasts of a relapse, in %."""

RELAPSE_BLOOD = 10.0
"""Circulating blasts of a relapse, per µL."""


def response_day(
    times: ArrayLike,
    blasts: ArrayLike,
    blood_blasts: ArrayLike,
    anc: ArrayLike,
    plt: ArrayLike,
    *,
    windows: Sequence[float] = WINDOWS,
    kinds: Sequence[str] = REMISSIONS,
    criteria: Criteria = "ELN 2022",
) -> Floats:
    """Return the day of the first marrow that shows a response of the kinds asked for.

    Parameters
    ----------
    times, blasts, blood_blasts, anc, plt : array_like of float
        As for `trimer.assess.best_response`.
    windows : sequence of float
        Days of marrow assessments, increasing.
    kinds : sequence of str
        Of `RESPONSES`; remissions if left out.
    criteria : {"ELN 2022", "ELN 2017"}
        Whose.

    Returns
    -------
    ndarray of float64, shape (N,)
        In **days**; NaN where there is none, or the course is not known.

    Examples
    --------
    >>> response_day(
    ...     times=[0.0, 25.0, 28.0],
    ...     blasts=[[60.0, 6.0, 3.0], [60.0, 50.0, 55.0]],
    ...     blood_blasts=[[500.0, 0.0, 0.0], [500.0, 400.0, 400.0]],
    ...     anc=[[0.8, 0.7, 1.2], [0.8, 0.7, 0.7]],
    ...     plt=[[40.0, 90.0, 110.0], [40.0, 30.0, 30.0]],
    ... ).tolist()
    [28.0, nan]
    """
    wrong = [kind for kind in kinds if kind not in RESPONSES]
    if wrong:
        raise InputError(
            f"Unknown response '{wrong[0]}'; known are {', '.join(RESPONSES)}. Write one of them."
        )
    days = np.asarray(times, dtype=np.float64)
    first = np.full(len(np.asarray(blasts)), np.nan)
    for day in windows:
        if not days[-1] >= day:
            break  # a marrow after the end of the course is not taken
        found = best_response(
            days, blasts, blood_blasts, anc, plt, windows=[day], criteria=criteria
        )
        at = days[np.searchsorted(days, day)]
        hit = np.isin(found, list(kinds)) & (found != NOT_EVALUABLE) & np.isnan(first)
        first[hit] = at
    return first


def relapse_day(
    times: ArrayLike, blasts: ArrayLike, blood_blasts: ArrayLike, since: ArrayLike
) -> Floats:
    """Return the day of relapse after a response.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    blasts, blood_blasts : array_like of float, shape (N, T)
        Marrow blasts in % and circulating blasts per µL.
    since : array_like of float, shape (N,)
        Days of the responses; NaN where there is none.

    Returns
    -------
    ndarray of float64, shape (N,)
        In **days**; NaN where there was no response or no relapse.

    Examples
    --------
    >>> relapse_day([0.0, 28.0, 90.0], [[60.0, 3.0, 7.0]], [[500.0, 0.0, 0.0]], [28.0]).tolist()
    [90.0]
    """
    days = np.asarray(times, dtype=np.float64)
    start = np.asarray(since, dtype=np.float64)
    back = (np.asarray(blasts, dtype=np.float64) >= RELAPSE_BLASTS) | (
        np.asarray(blood_blasts, dtype=np.float64) >= RELAPSE_BLOOD
    )
    if back.shape != (*start.shape, days.size):
        raise InputError(
            f"Wrong shape of the courses of blasts: got {back.shape} for {start.size} responses "
            f"and {days.size} times; there is one row a patient and one column a time."
        )
    back &= days > start[:, None]
    return np.where(back.any(axis=1), days[back.argmax(axis=1)], np.nan)
