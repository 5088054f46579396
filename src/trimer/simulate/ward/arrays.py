# SPDX-License-Identifier: Apache-2.0
"""What the ward's arrays are called in signatures."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Minutes: TypeAlias = NDArray[np.signedinteger[Any]]
"""Whole minutes since the first dose."""
Numbers: TypeAlias = NDArray[np.signedinteger[Any]]
"""Whole numbers."""
Rows: TypeAlias = NDArray[np.intp]
"""Places in an array."""
