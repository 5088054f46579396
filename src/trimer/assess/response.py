# SPDX-License-Identifier: Apache-2.0
"""Best response of leukemia by the criteria of the European LeukemiaNet (ELN), 2022 or 2017.

**Source.** Döhner H, Wei AH, Appelbaum FR, et al. Diagnosis and management of AML in adults: 2022
recommendations. *Blood* 2022;140(12):1345-1377, doi:10.1182/blood.2022016867; simplified as in the
reference model (TrimerReference): complete responses need a marrow below 5 % blasts and fewer
than 10 circulating blasts per µL, a partial response half the initial blasts, at most 25 %, and
the counts of a complete one; Auer rods and disease outside the marrow are not modelled.
The criteria of 2017 (Döhner H, Estey E, Grimwade D, et al. *Blood* 2017;129:424-447) know no CRh:
who has it by those of 2022 has CRi by these if one of the two counts is that of a CR, else MLFS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

Criteria = Literal["ELN 2022", "ELN 2017"]
CRITERIA: tuple[Criteria, ...] = ("ELN 2022", "ELN 2017")
"""Whose criteria a response may be judged by."""

RESPONSES = ("NR", "PR", "MLFS", "CRi", "CRh", "CR")
"""Categories from worst to best: no response, partial response, morphologic leukemia-free state,
complete remission with incomplete or partial hematologic recovery, complete remission."""

NOT_EVALUABLE = "NE"
"""Category of a patient whose course is not known."""

WINDOWS = (25.0, 28.0, 53.0, 56.0)
"""Days of marrow assessments: near the end of two 28-day cycles."""

DAYS_BEFORE = 3.0
DAYS_AFTER = 7.0

_NR, _PR, _MLFS, _CRI, _CRH, _CR = range(len(RESPONSES))


def best_response(
    times: ArrayLike,
    blasts: ArrayLike,
    blood_blasts: ArrayLike,
    anc: ArrayLike,
    plt: ArrayLike,
    windows: Sequence[float] = WINDOWS,
    *,
    criteria: Criteria = "ELN 2022",
) -> NDArray[np.str_]:
    """Return each patient's best response over the marrow assessments.

    A marrow due on day *d* is the first output at or after day *d*, or the last output where the
    course ends earlier; blood counts are the best from 3 days before day *d* to 7 days after. An
    assessment with no output in that window does not count. Outputs are the study's grid, not the
    solver's steps: with a grid coarser than 6 hours a best count may be missed between two outputs.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Days, increasing.
    blasts : array_like of float, shape (N, T)
        Marrow blasts in %.
    blood_blasts : array_like of float, shape (N, T)
        Circulating blasts per µL.
    anc : array_like of float, shape (N, T)
        Neutrophils in 10^9/L.
    plt : array_like of float, shape (N, T)
        Platelets in 10^9/L.
    windows : sequence of float
        Days of marrow assessments.
    criteria : {"ELN 2022", "ELN 2017"}
        Whose.

    Returns
    -------
    ndarray of str, shape (N,)
        One of `RESPONSES`, or ``NE`` where a value is NaN.

    Examples
    --------
    >>> best_response(
    ...     times=[0.0, 25.0, 28.0],
    ...     blasts=[[60.0, 4.0, 3.0], [60.0, 50.0, 55.0]],
    ...     blood_blasts=[[500.0, 0.0, 0.0], [500.0, 400.0, 400.0]],
    ...     anc=[[0.8, 0.7, 1.2], [0.8, 0.7, 0.7]],
    ...     plt=[[40.0, 90.0, 110.0], [40.0, 30.0, 30.0]],
    ... ).tolist()
    ['CR', 'NR']
    """
    if criteria not in CRITERIA:
        raise InputError(
            f"Unknown criteria of response: got {criteria!r}; known are {', '.join(CRITERIA)}."
        )
    days = np.asarray(times, dtype=np.float64)
    marrow, blood, neutrophils, platelets = (
        _courses(name, course, days)
        for name, course in {
            "blasts": blasts,
            "blood_blasts": blood_blasts,
            "anc": anc,
            "plt": plt,
        }.items()
    )
    best = np.full(marrow.shape[0], _NR)
    for day in windows:
        counted = (days >= day - DAYS_BEFORE) & (days <= day + DAYS_AFTER)
        if not counted.any():
            continue
        at = min(int(np.searchsorted(days, day)), days.size - 1)
        response = _response(
            marrow=marrow[:, at],
            first_marrow=marrow[:, 0],
            blood=blood[:, at],
            anc=neutrophils[:, counted].max(axis=1),
            plt=platelets[:, counted].max(axis=1),
            has_crh=criteria == "ELN 2022",
        )
        best = np.maximum(best, response)
    unknown = np.zeros(marrow.shape[0], dtype=np.bool_)
    for course in (marrow, blood, neutrophils, platelets):
        unknown |= np.isnan(course).any(axis=1)
    return np.where(unknown, NOT_EVALUABLE, np.array(RESPONSES)[best])


def _response(
    *,
    marrow: NDArray[np.float64],
    first_marrow: NDArray[np.float64],
    blood: NDArray[np.float64],
    anc: NDArray[np.float64],
    plt: NDArray[np.float64],
    has_crh: bool,
) -> NDArray[np.intp]:
    """Position in `RESPONSES` at one assessment."""
    clear = blood < 10
    recovered = (anc >= 1.0) & (plt >= 100)
    remission = np.select(
        [
            clear & recovered,
            clear & (anc >= 0.5) & (plt >= 50) & has_crh,
            clear & ((anc >= 1.0) | (plt >= 100)),
        ],
        [_CR, _CRH, _CRI],
        _MLFS,
    )
    partial = (marrow <= 25) & (marrow <= 0.5 * first_marrow) & recovered
    return np.where(marrow < 5, remission, np.where(partial, _PR, _NR))


def _courses(name: str, course: ArrayLike, days: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.asarray(course, dtype=np.float64)
    if days.ndim != 1 or days.size == 0 or values.ndim != 2 or values.shape[1] != days.size:
        raise InputError(
            f"Wrong shape of '{name}': got {values.shape} for {days.size} times; "
            "there is one row a patient and one column a time."
        )
    return values
