# SPDX-License-Identifier: Apache-2.0
"""Flags, codes and measured values of patients: checked, and made small arrays.

A scale reads findings as yes or no, as a small whole number, or as a value that may be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.errors import InputError
from trimer.core.shown import shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int8]
    Floats = NDArray[np.float64]


def flags(what: str, value: ArrayLike) -> Flags:
    """Return yes or no for each patient.

    Parameters
    ----------
    what : str
        What is asked, for the message.
    value : array_like of bool
        Or of 0 and 1; a missing value is refused, it is neither.

    Examples
    --------
    >>> flags("hypoxia", [0, 1]).tolist()
    [False, True]
    """
    found = np.asarray(value)
    if found.dtype == np.bool_:
        return found
    _need_numbers(what, found)
    wrong = (found != 0) & (found != 1)
    if wrong.any():
        raise InputError(
            f"Wrong {what} of a patient: got {shown(found[wrong].flat[0].item())}; it is yes or "
            "no (True or False). Say what is known of every patient."
        )
    return found.astype(np.bool_)


def codes(what: str, value: ArrayLike, highest: int, lowest: int = 0) -> Codes:
    """Return a small whole number for each patient.

    Parameters
    ----------
    what : str
        What is coded, for the message.
    value : array_like of int
        Floating point is taken where it is whole; a missing value is refused.
    highest, lowest : int
        Limits, both allowed, within -128 to 127.

    Examples
    --------
    >>> codes("oxygen device", [0, 3.0], 3).tolist()
    [0, 3]
    """
    found = np.asarray(value)
    _need_numbers(what, found)
    whole = found.dtype.kind in "iub" or bool(np.all(found == np.floor(found)))
    within = not found.size or (found.min() >= lowest and found.max() <= highest)
    if not (whole and within):
        wrong = ~((found >= lowest) & (found <= highest) & (found == np.floor(found)))
        raise InputError(
            f"Wrong {what} of a patient: got {shown(found[wrong].flat[0].item())}; it is a whole "
            f"number from {lowest} to {highest}. Say what is known of every patient."
        )
    return found.astype(np.int8, copy=False)


def values(what: str, value: ArrayLike, lowest: float, highest: float, unit: str) -> Floats:
    """Return a measured value of each patient; NaN, a missing one, is kept.

    Parameters
    ----------
    what : str
        What is measured, for the message.
    value : array_like of float
        In `unit`.
    lowest, highest : float
        Limits of what can be, both allowed: a value outside is in another unit, or a slip.
    unit : str
        Unit, for the message.

    Examples
    --------
    >>> values("temperature", [38.2, float("nan")], 20.0, 46.0, "degC").tolist()
    [38.2, nan]
    """
    found = np.asarray(value)
    _need_numbers(what, found)
    found = found.astype(np.float64, copy=False)
    if not found.size:
        return found
    # fmin and fmax pass over what is missing
    if np.fmin.reduce(found, None) < lowest or np.fmax.reduce(found, None) > highest:
        wrong = found[(found < lowest) | (found > highest)].flat[0].item()
        raise InputError(
            f"Wrong {what} of a patient: got {wrong:g} {unit}; it is from {lowest:g} to "
            f"{highest:g} {unit}. Check the unit, or give NaN where it was not measured."
        )
    return found


def _need_numbers(what: str, found: NDArray[Any]) -> None:
    if found.dtype.kind not in "biuf":
        raise InputError(
            f"Wrong {what} of a patient: got {shown(found.flat[0] if found.size else None)}; it "
            "is a number or an array of numbers, one for each patient. Give numbers."
        )
