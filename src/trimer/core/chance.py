# SPDX-License-Identifier: Apache-2.0
"""Random numbers for moments that nobody knows beforehand.

`trimer.core.random` gives a patient one number of each named stream. On a ward things happen at
times that depend on the patient: the noise of a reading belongs to a patient *and a minute*. Here
every patient has a key, and a word is a scramble of key, minute and use: no order, no state. So
a reading at hour 14 has the same noise in every arm, whoever else was looked at before.

The scramble is the finalizer of SplitMix64 (Steele GL, Lea D, Flood CH. Fast splittable
pseudorandom number generators. *OOPSLA'14*, doi:10.1145/2660193.2660195), applied twice. All of
it is arithmetic of whole numbers, the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.random import uniform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsIndex

    from numpy.typing import ArrayLike, NDArray

    Words = NDArray[np.uint64]

GOLDEN, ODD = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
BELL = 3.0**0.5 / 65535.0
_GOLDEN, _FIRST, _SECOND = np.uint64(GOLDEN), np.uint64(FIRST), np.uint64(SECOND)


def keys(seed: SupportsIndex, stream: str, ids: ArrayLike) -> Words:
    """Return the key of each patient for a named use of chance.

    Parameters
    ----------
    seed : int
        Not negative.
    stream : str
        Name, such as ``"ward/readings"``.
    ids : array_like of int
        Patient numbers.
    """
    return (uniform(seed, stream, ids) * 2.0**52).astype(np.uint64) << np.uint64(12)


def words(key: Words, minute: NDArray[np.signedinteger[Any]], use: int | Sequence[int]) -> Words:
    """Return one scrambled word for each key at its minute.

    Parameters
    ----------
    key : uint64 array (n,)
        Keys of the patients.
    minute : int64 array (n,)
        When, in **minutes**.
    use : int or sequence of int, length k
        Which of the things drawn at that minute.

    Returns
    -------
    uint64 array (n,) or (k, n)
        A row for each use, if there are several.

    Examples
    --------
    >>> key = keys(7, "example", [3, 4])
    >>> a, b = words(key, np.array([60, 60]), 0), words(key[1:], np.array([60]), 0)
    >>> bool(a[1] == b[0])
    True
    """
    word = minute.astype(np.uint64)
    word *= _GOLDEN
    word += key
    if isinstance(use, int):
        word += np.uint64((use + 1) * ODD % 2**64)
    else:
        shifts = np.array([(k + 1) * ODD % 2**64 for k in use], dtype=np.uint64)
        word = word + shifts[:, None]
    _scramble(word)
    word += key
    _scramble(word)
    return word


def bell(word: Words) -> NDArray[np.float64]:
    """Return numbers of mean 0 and standard deviation 1, near normal, within ±3.46.

    The four 16-bit parts of each word are added up: no logarithm, and a thermometer that is
    never wrong by ten degrees.
    """
    parts = word.view(np.uint16).reshape(*word.shape, 4)
    total = parts[..., 0].astype(np.float64)
    for k in (1, 2, 3):
        total += parts[..., k]
    total -= 2.0 * 65535.0
    total *= BELL
    return total


def chance(word: Words) -> NDArray[np.float64]:
    """Return numbers uniform between 0 and 1, never 0 or 1 itself."""
    result = (word >> np.uint64(12)).astype(np.float64)
    result += 0.5
    result *= 2.0**-52
    return result


def _scramble(word: Words) -> None:
    word ^= word >> np.uint64(30)
    word *= _FIRST
    word ^= word >> np.uint64(27)
    word *= _SECOND
    word ^= word >> np.uint64(31)
