# SPDX-License-Identifier: Apache-2.0
"""Outputs of patients who are at different times: which are due on a way, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trimer.simulate.ward.arrays import Floats, Rows


def due_outputs(times: Floats, begin: Floats, end: Floats) -> tuple[Floats, Rows]:
    """Return the output times of each patient on his way, and which they are.

    Parameters
    ----------
    times : float64 array (T,)
        All output times, in **days**.
    begin, end : float64 arrays (n,)
        Where each comes from, and goes to; a time at the beginning has been written already.

    Returns
    -------
    float64 array (n, m)
        Times, ending in infinity.
    intp array (n, m)
        Their places in `times`; -1 after the last.
    """
    low = np.searchsorted(times, begin, side="right")
    high = np.searchsorted(times, end, side="right")
    most = int((high - low).max(initial=0))
    place = low[:, None] + np.arange(most)
    inside = place < high[:, None]
    place = np.where(inside, place, -1)
    return np.where(inside, times[place], np.inf), place


def put_outputs(values: Floats, rows: Rows, place: Rows, found: Floats) -> None:
    """Write what was found at these places of `values`."""
    at, column = np.nonzero(place >= 0)
    values[rows[at], place[at, column]] = found[at, column]
