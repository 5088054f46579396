# SPDX-License-Identifier: Apache-2.0
"""Words of scalar code (`trimer.engine.scalar`) that Python does not have, as Python runs them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Reals(Protocol):
    """An array of numbers."""

    def __getitem__(self, at: Any, /) -> float: ...  # noqa: ANN401 (places)

    def __setitem__(self, at: Any, value: float, /) -> None: ...  # noqa: ANN401 (places)


class Wholes(Protocol):
    """An array of whole numbers."""

    def __getitem__(self, at: Any, /) -> int: ...  # noqa: ANN401 (places)

    def __setitem__(self, at: Any, value: int, /) -> None: ...  # noqa: ANN401 (places)


class Flags(Protocol):
    """An array of yes and no."""

    def __getitem__(self, at: Any, /) -> bool: ...  # noqa: ANN401 (places)

    def __setitem__(self, at: Any, value: bool, /) -> None: ...  # noqa: ANN401 (places)


F8: TypeAlias = Reals
F4: TypeAlias = Reals
Floats: TypeAlias = Reals
I8: TypeAlias = Wholes
I4: TypeAlias = Wholes
I2: TypeAlias = Wholes
I1: TypeAlias = Wholes
U8: TypeAlias = Wholes
Ints: TypeAlias = Wholes


def floats(size: int) -> NDArray[np.float64]:
    """Return an array of numbers for the time of a call."""
    return np.zeros(size)


def ints(size: int) -> NDArray[np.int64]:
    """Return an array of whole numbers for the time of a call."""
    return np.zeros(size, np.int64)


def floor(value: float) -> float:
    """Return the next whole number below."""
    return float(np.floor(value))


def rint(value: float) -> float:
    """Return the nearest whole number, the even one of two."""
    return float(np.rint(value))


def single(value: float) -> float:
    """Return the nearest number of single precision."""
    return float(np.float32(value))


isnan = math.isnan
