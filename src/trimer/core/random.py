# SPDX-License-Identifier: Apache-2.0
"""Random numbers that belong to a patient, not to a place in a queue.

A stream has a name, such as ``"patients/CL"``. Seed and name give the key of a counter-based
generator (Philox 4x64-10), and the number of patient *i* is word *i* of that generator's output.
So patient 17 draws the same numbers in a cohort of 20 or of a million, in any order, in every
arm and on any number of threads, and a new stream never moves the numbers of another.

**Source.** Salmon JK, Moraes MA, Dror RO, Shaw DE. Parallel random numbers: as easy as 1, 2, 3.
*SC'11*, 2011, doi:10.1145/2063384.2063405; the generator is NumPy's.
"""

from __future__ import annotations

import hashlib
import itertools
import operator
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from trimer.core.elementary import normal_quantile
from trimer.core.errors import InputError
from trimer.core.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

_WORDS_PER_COUNT = 4  # a Philox block is four 64-bit words
_LINE = 256  # a run of words starts at a multiple of this, so that close ids share one run
_MOST_IDS = 1 << 15  # ids answered by one run: bounds memory for ids far apart


def uniform(seed: SupportsIndex, stream: str, ids: ArrayLike) -> NDArray[np.float64]:
    """Return one number for each id, uniform between 0 and 1, never 0 or 1 itself.

    The number depends on seed, stream and id only: not on the other ids, their order or gaps.
    It is the middle of one of 2**52 equal parts of the unit interval (the largest count for which
    every middle is a double), so that ``1 - u`` is exact and as likely as ``u``.

    Parameters
    ----------
    seed : int
        Not negative, of any size.
    stream : str
        Name of the stream, a path such as ``"patients/CL"``.
    ids : array_like of int
        Patient numbers, not negative; any order, gaps and repeats allowed.

    Returns
    -------
    ndarray of float64
        Same shape as `ids`.

    Raises
    ------
    InputError
        When seed, stream or an id is not what it has to be.

    Examples
    --------
    >>> few = uniform(7, "patients/CL", [17, 3])
    >>> many = uniform(7, "patients/CL", range(100))
    >>> bool(few[0] == many[17] and few[1] == many[3])
    True
    """
    key = _key(checked_seed(seed), stream)
    numbers = checked_ids(ids)
    words = _words(key, numbers.reshape(-1))
    # 52 bits, not 53: with 53 the last middle would round to 1.
    result = (words >> np.uint64(12)).astype(np.float64)
    result += 0.5
    result *= 2.0**-52
    return result.reshape(numbers.shape)


def normal(seed: SupportsIndex, stream: str, ids: ArrayLike) -> NDArray[np.float64]:
    """Return one standard normal number for each id: the normal quantile of `uniform`.

    Parameters
    ----------
    seed : int
        Not negative, of any size.
    stream : str
        Name of the stream.
    ids : array_like of int
        Patient numbers, not negative.

    Returns
    -------
    ndarray of float64
        Same shape as `ids`.
    """
    return normal_quantile(uniform(seed, stream, ids))


def checked_seed(seed: SupportsIndex) -> int:
    """Return a seed as an int, or say what a seed is."""
    if not isinstance(seed, (bool, np.bool_)):
        try:
            number = operator.index(seed)
        except TypeError:
            number = -1
        if number >= 0:
            return number
    raise InputError(
        f"Wrong seed: got {shown(seed)}; a seed is a whole number, not negative. "
        "Write it like 20260101."
    )


def checked_ids(ids: ArrayLike) -> NDArray[np.int64]:
    """Return patient numbers as 64-bit integers, or say what a patient number is."""
    numbers = np.asarray(ids)
    if numbers.size == 0:
        return numbers.astype(np.int64)
    if numbers.dtype.kind not in "iu":
        what = f"numbers of type {numbers.dtype}"
    elif numbers.min() < 0 or numbers.max() > np.iinfo(np.int64).max:
        what = f"numbers from {numbers.min()} to {numbers.max()}"
    else:
        return numbers.astype(np.int64, copy=False)
    raise InputError(
        f"Wrong patient numbers: got {what}; they are whole numbers from 0 to 2**63 - 1. "
        "Number patients 0, 1, 2 and so on."
    )


def _key(seed: int, stream: str) -> int:
    if not isinstance(stream, str) or not stream:
        raise InputError(
            f"Wrong name of a random stream: got {shown(stream)}; "
            "it is text such as 'patients/CL'. Give each use of randomness its own name."
        )
    text = f"trimer\n{seed:x}\n{stream}"  # hexadecimal, since Python limits decimal digits
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:16], "little")


def _words(key: int, ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Word number `id` of the generator, for each id."""
    if np.all(ids[1:] >= ids[:-1]):
        return _sorted_words(key, ids)
    order = np.argsort(ids, kind="stable")
    result = np.empty(ids.size, dtype=np.uint64)
    result[order] = _sorted_words(key, ids[order])
    return result


def _sorted_words(key: int, ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    # Imported here: numpy.random is slow to load and not every command draws.
    from numpy.random import Philox

    result = np.empty(ids.size, dtype=np.uint64)
    for start, stop in _runs(ids):
        line = int(ids[start]) // _LINE * _LINE
        run = Philox(key=key, counter=line // _WORDS_PER_COUNT)
        words = run.random_raw(int(ids[stop - 1]) - line + 1)
        result[start:stop] = words[ids[start:stop] - line]
    return result


def _runs(ids: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of sorted ids without a wide gap, of at most `_MOST_IDS` ids each."""
    lines = ids // _LINE
    gaps = np.flatnonzero(np.diff(lines) > 1) + 1
    edges = [0, *gaps.tolist(), ids.size]
    for first, last in itertools.pairwise(edges):
        for start in range(first, last, _MOST_IDS):
            yield start, min(start + _MOST_IDS, last)
