# SPDX-License-Identifier: Apache-2.0
"""What conditions are judged on: what is known of patients at a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Mask: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Minutes: TypeAlias = NDArray[np.signedinteger[Any]]
"""Whole minutes since the first dose."""


class Scene(Protocol):
    """What is known about n patients at a look; every array is of length n."""

    @property
    def minute(self) -> Minutes:
        """When each is looked at, in **minutes**."""

    @property
    def values(self) -> Mapping[str, Floats]:
        """Latest value of a quantity, NaN if it was never read; a flag is 0 or 1."""

    @property
    def fresh(self) -> Mapping[str, Mask]:
        """Whether a quantity was read at this very look.

        It is asked for where something has to hold for a while or changes, by the name of a
        quantity, a flag, a drug or an event; what the ward keeps itself is fresh at every look.
        """

    @property
    def baseline(self) -> Mapping[str, Floats]:
        """First reading of a quantity."""

    def count(self, drug: str, within_minutes: int | None) -> Floats:
        """How many doses of a drug were given, in all or within so many minutes."""

    def since_minutes(self, event: str) -> Floats:
        """Minutes since the latest of an event or dose of a drug, NaN if there was none."""
