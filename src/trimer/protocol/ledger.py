# SPDX-License-Identifier: Apache-2.0
"""Which patient receives what: a protocol as rows of a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.core.errors import ProtocolError
from trimer.core.random import checked_ids

if TYPE_CHECKING:
    from trimer.protocol.protocol import Protocol

COLUMNS = ("id", "time", "drug", "amount", "rate", "duration", "unit", "step", "reason")
"""Columns of a dose table, in order."""


def dose_rows(
    protocol: Protocol,
    ids: ArrayLike,
    weight_kg: ArrayLike | None = None,
    *,
    until_days: float = math.inf,
) -> dict[str, NDArray[Any]]:
    """Return the doses of a protocol, patient by patient, as columns of a table.

    Parameters
    ----------
    protocol : Protocol
        What is given.
    ids : array_like of int, shape (N,)
        Patient numbers.
    weight_kg : array_like of float, shape (N,), optional
        Body weights in kg; needed where a dose is per kilogram.
    until_days : float
        End of observation in days: later doses are left out and an infusion that still runs is
        counted up to here.

    Returns
    -------
    dict of str to ndarray
        One row a patient and step, by patient in the order of `ids`, then by time:
        ``id``; ``time`` (day); ``drug``; ``amount`` in ``unit``; ``rate`` in ``unit`` per day, 0
        for a dose given at once; ``duration`` (day), 0 for a dose given at once; ``unit``
        (``ng``, ``ug`` or ``mg``); ``step``; ``reason``.

    Raises
    ------
    ProtocolError
        When a dose is per kilogram and the body weights are missing or no positive numbers.

    Examples
    --------
    >>> from trimer.protocol import Protocol
    >>> rows = dose_rows(Protocol("flat").infuse("500 ng/kg/day", days=28), [0, 1], [70.0, 90.0])
    >>> rows["amount"].tolist(), rows["rate"].tolist()
    ([980000.0, 1260000.0], [35000.0, 45000.0])
    """
    numbers = checked_ids(ids).reshape(-1)
    weight = _weights(protocol, numbers.size, weight_kg)
    steps = sorted(_steps(protocol, weight, until_days), key=lambda step: step[0])
    n, k = numbers.size, len(steps)
    time, drug, amount, rate, duration, unit, name = zip(*steps, strict=True) if k else [()] * 7
    return {
        "id": np.repeat(numbers, k),
        "time": np.tile(np.array(time, dtype=np.float64), n),
        "drug": np.tile(np.array(drug, dtype=np.str_), n),
        "amount": np.array(amount, dtype=np.float64).reshape(k, n).T.reshape(-1),
        "rate": np.array(rate, dtype=np.float64).reshape(k, n).T.reshape(-1),
        "duration": np.tile(np.array(duration, dtype=np.float64), n),
        "unit": np.tile(np.array(unit, dtype=np.str_), n),
        "step": np.tile(np.array(name, dtype=np.str_), n),
        "reason": np.full(n * k, "planned"),
    }


_Step = tuple[float, str, NDArray[np.float64], NDArray[np.float64], float, str, str]


def _steps(protocol: Protocol, weight: NDArray[np.float64], until_days: float) -> list[_Step]:
    """Start, drug, amounts, rates, duration, unit and name of each step before `until_days`."""
    steps: list[_Step] = []
    for number, infusion in enumerate(protocol.infusions, start=1):
        if infusion.start_days < until_days:
            rate = infusion.rate.per_patient(weight)
            days = min(infusion.days, until_days - infusion.start_days)
            start, name = infusion.start_days, f"infuse {number}"
            steps.append((start, infusion.drug, rate * days, rate, days, "ng", name))
    for number, dose in enumerate(protocol.doses, start=1):
        if dose.at_days < until_days:
            amount = dose.amount.per_patient(weight)
            at, unit = dose.at_days, dose.amount.unit
            none = np.zeros_like(amount)
            steps.append((at, dose.drug, amount, none, 0.0, unit, f"give {number}"))
    return steps


def _weights(protocol: Protocol, n: int, weight_kg: ArrayLike | None) -> NDArray[np.float64]:
    per_kg = any(infusion.rate.per_kg for infusion in protocol.infusions) or any(
        dose.amount.per_kg for dose in protocol.doses
    )
    if not per_kg:
        return np.ones(n)
    if weight_kg is None:
        raise ProtocolError(
            f"Missing body weights for protocol '{protocol.name}': it has doses per kilogram. "
            "Give the weight of each patient in kg."
        )
    weight = np.asarray(weight_kg, dtype=np.float64).reshape(-1)
    if weight.shape != (n,) or not np.all((weight > 0) & np.isfinite(weight)):
        raise ProtocolError(
            f"Wrong body weights for protocol '{protocol.name}': got {weight.size} for {n} "
            f"patients; each is a positive number of kg. Check the cohort."
        )
    return weight
