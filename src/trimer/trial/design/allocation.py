# SPDX-License-Identifier: Apache-2.0
"""Allocate patients to arms by permuted blocks within strata.

In each stratum of each trial, patients in the order of their entry fill blocks that hold every
arm as often as the ratio says, in an order drawn anew for every block. The draw depends on seed,
stratum, number of the trial and place in it alone: not on other strata, nor on how many patients
or trials there are.

**Source.** Zelen M. The randomization and stratification of patients to clinical trials. *J Chronic
Dis* 1974;27:365-375.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from trimer.core.errors import StudyError
from trimer.core.random import uniform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_IN_BLOCK = 100
_STRIDE = 1 << 24  # more patients than any one trial has


def checked_block(ratio: Sequence[int], block: int | None) -> int:
    """Return how many patients are in a block, twice the ratio's sum if left out.

    Raises
    ------
    StudyError
        When the ratio has no place for an arm or does not fit into the block.
    """
    total = sum(ratio)
    if not ratio or min(ratio) < 1:
        raise StudyError(
            f"Wrong ratio of allocation: got {':'.join(map(str, ratio))}; every arm has a whole "
            "share of at least 1."
        )
    size = 2 * total if block is None else block
    if size < total or size % total or size > MOST_IN_BLOCK:
        raise StudyError(
            f"Wrong block of allocation: got {size} patients for the ratio "
            f"{':'.join(map(str, ratio))}; a block holds {total} or a multiple of it, up to "
            f"{MOST_IN_BLOCK}."
        )
    return size


def allocate(
    strata: NDArray[np.str_],
    ratio: Sequence[int],
    *,
    seed: SupportsIndex,
    trial: int = 0,
    block: int | None = None,
) -> NDArray[np.intp]:
    """Return the arm of each patient of one trial.

    Parameters
    ----------
    strata : array of str, shape (N,)
        Stratum of each patient, in the order of their entry.
    ratio : sequence of int
        Share of each arm, such as ``(2, 1)``.
    seed : int
        Not negative.
    trial : int
        Number of the trial, from 0.
    block : int, optional
        Patients in a block; twice the sum of the ratio if left out.

    Returns
    -------
    ndarray of int, shape (N,)
        From 0.

    Examples
    --------
    >>> import numpy as np
    >>> arms = allocate(np.array(["all"] * 12), (2, 1), seed=1)
    >>> np.bincount(arms[:6]).tolist(), np.bincount(arms).tolist()
    ([4, 2], [8, 4])
    """
    size = checked_block(ratio, block)
    pattern = np.repeat(np.arange(len(ratio)), np.array(ratio) * (size // sum(ratio)))
    arm = np.empty(len(strata), np.intp)
    for name in np.unique(strata).tolist():
        rows = np.flatnonzero(strata == name)
        blocks = -(-len(rows) // size)
        place = trial * _STRIDE + np.arange(blocks * size)
        order = uniform(seed, f"allocation/{name}", place).reshape(blocks, size).argsort(axis=1)
        arm[rows] = pattern[order].reshape(-1)[: len(rows)]
    return arm
