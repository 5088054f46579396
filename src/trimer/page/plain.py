# SPDX-License-Identifier: Apache-2.0
"""Numbers as JSON holds them: short, and null where there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DIGITS = 5
"""Significant digits that leave the server; a screen shows 3."""


def rounded(values: Iterable[float], digits: int = DIGITS) -> list[float]:
    """Return numbers with so many significant digits; null for what is none.

    Examples
    --------
    >>> rounded([1.0, 123456.789, float("nan"), 0.5])
    [1, 123460.0, None, 0.5]
    """
    return [_short(float(value), digits) for value in values]


def _short(value: float, digits: int) -> float:
    if not math.isfinite(value):
        return None  # type: ignore[return-value]  # JSON has no NaN
    found = float(f"{value:.{digits}g}")
    return int(found) if found == int(found) and abs(found) < 1e5 else found
