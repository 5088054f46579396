# SPDX-License-Identifier: Apache-2.0
"""What the rules want of the infusion at a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trimer.simulate.ward.arrays import Mask


@dataclass(frozen=True, eq=False)
class Intents:
    """What the rules want of the infusion at this look; masks over patients.

    Attributes
    ----------
    stop, transplant, reduce, half, repeat, delay, skip : bool arrays (n,)
        What actions ask for.
    hold : bool array (rules, n)
        Rules that hold from now on.
    resume : bool array (rules, n)
        Rules whose condition for resuming holds.
    """

    stop: Mask
    transplant: Mask
    reduce: Mask
    half: Mask
    repeat: Mask
    delay: Mask
    skip: Mask
    hold: Mask
    resume: Mask

    @classmethod
    def none(cls, rules: int, n: int) -> Intents:
        """Return the wish to change nothing."""
        masks = np.zeros((7, n), np.bool_)
        hold, resume = np.zeros((2, rules, n), np.bool_)
        stop, transplant, reduce, half, repeat, delay, skip = masks
        return cls(stop, transplant, reduce, half, repeat, delay, skip, hold, resume)
