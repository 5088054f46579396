# SPDX-License-Identifier: Apache-2.0
"""Immune effector cell-associated neurotoxicity syndrome (ICANS), adults, by ASTCT 2019.

| grade | ICE | consciousness | seizure | motor | edema |
|---|---|---|---|---|---|
| 1 | 7-9 | awakens spontaneously | | | |
| 2 | 3-6 | awakens to voice | | | |
| 3 | 0-2 | awakens only to tactile stimulus | resolves rapidly, or non-convulsive on EEG and resolves with intervention | | focal on imaging |
| 4 | 0, unarousable | unarousable, or vigorous or repetitive stimuli; stupor, coma | longer than 5 min, or repetitive without return to baseline | deep focal weakness | diffuse; decerebrate or decorticate posture, palsy of the sixth nerve, papilledema, Cushing triad |

The most severe domain is the grade. A score of 0 is grade 3 in a patient who is awake (global
aphasia). Tremor, myoclonus and hemorrhage do not grade.

**Source.** Lee2019 (see `trimer.assess.scales`). **Assumed:** a score that is not below the
patient's own before treatment is no sign; a score between whole points is rounded, halves up.
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import codes, flags, values
from trimer.core.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from trimer.assess.codes import Codes, Flags, Floats

ICE_ITEMS = {"orientation": 4, "naming": 3, "command": 1, "writing": 1, "attention": 1}
"""Items of the ICE score and their points: year, month, city, hospital; three objects; one simple
command; a standard sentence; counting backwards from 100 by tens."""

FULL_ICE = 10.0

NOT_EXAMINED = -1
"""Grade of a patient who was not examined."""


def ice_score(items: Mapping[str, ArrayLike]) -> Floats:
    """Return the score of the immune effector cell-associated encephalopathy (ICE) test.

    Parameters
    ----------
    items : mapping of str to array_like
        Points of each of `ICE_ITEMS`, whole; NaN where it was not asked.

    Returns
    -------
    ndarray of float64
        0 to 10; NaN where an item is.

    Examples
    --------
    >>> points = {"orientation": 3, "naming": 3, "command": 1, "writing": 0, "attention": 1}
    >>> ice_score(points).item()
    8.0
    """
    unknown = [name for name in items if name not in ICE_ITEMS]
    missing = [name for name in ICE_ITEMS if name not in items]
    if unknown:
        raise InputError(
            f"Unknown item of the ICE score: got '{unknown[0]}'."
            + did_you_mean(unknown[0], ICE_ITEMS)
        )
    if missing:
        raise InputError(
            f"Missing items of the ICE score: got {len(items)} of {len(ICE_ITEMS)}; "
            f"{', '.join(missing)} had no points. Give NaN where an item was not asked."
        )
    total = np.zeros(())
    for name, most in ICE_ITEMS.items():
        points = values(f"ICE item '{name}'", items[name], 0.0, most, "points")
        if (np.floor(points) < points).any():
            raise InputError(
                f"Wrong ICE item '{name}' of a patient: got a part of a point; points are whole. "
                "Give a whole number."
            )
        total = total + points
    return np.asarray(total)


def ice_change(ice: ArrayLike, baseline: ArrayLike) -> Floats:
    """Return how far the ICE score is from the patient's own: negative where it has fallen.

    Parameters
    ----------
    ice, baseline : array_like of float
        Scores now and before treatment, 0 to 10.

    Returns
    -------
    ndarray of float64
        Points; NaN where a score is not known.

    Examples
    --------
    >>> ice_change([8.0, 10.0], [10.0, 9.0]).tolist()
    [-2.0, 1.0]
    """
    return np.asarray(_points("ICE score", ice) - _points("baseline ICE score", baseline))


def ice_alert(ice: ArrayLike, baseline: ArrayLike, *, drop: float = 1.0) -> Flags:
    """Return whose ICE score has fallen from the patient's own, whatever its grade.

    Parameters
    ----------
    ice, baseline : array_like of float
        Scores now and before treatment, 0 to 10; where one is not known there is no alert.
    drop : float
        Points of fall that alert.

    Examples
    --------
    >>> ice_alert([8.0, 10.0], [10.0, 9.0]).tolist()
    [True, False]
    """
    if not 0 < drop <= FULL_ICE:
        raise InputError(
            f"Wrong fall of the ICE score to alert at: got {drop!r}; it is above 0 and at most 10."
        )
    return np.asarray(ice_change(ice, baseline) <= -drop)


def icans_grade(
    ice: ArrayLike,
    *,
    baseline: ArrayLike = FULL_ICE,
    consciousness: ArrayLike = 0,
    seizure: ArrayLike = 0,
    motor: ArrayLike = False,
    edema: ArrayLike = 0,
    tremor: ArrayLike = False,
) -> Codes:
    """Return the ICANS grade of each patient.

    Parameters
    ----------
    ice : array_like of float
        ICE score, 0 to 10; NaN where it was not tested: the other domains then grade alone.
    baseline : array_like of float
        The patient's own score before treatment; 10 where it is NaN.
    consciousness : array_like of float
        0 awake; 1 awakens spontaneously, 2 to voice, 3 only to tactile stimulus; 4 unarousable,
        or vigorous or repetitive stimuli, stupor, coma. In between, what has been reached counts.
    seizure : array_like of int
        0 none; 1 resolves rapidly, or non-convulsive and resolves with intervention; 2 longer
        than 5 minutes, or repetitive without return to baseline.
    motor : array_like of bool
        Deep focal weakness.
    edema : array_like of int
        0 none; 1 focal; 2 diffuse, or decerebrate or decorticate posture, palsy of the sixth
        nerve, papilledema, Cushing triad.
    tremor : array_like of bool
        Accepted and checked; it does not grade.

    Returns
    -------
    ndarray of int8
        0 to 4; -1 (not examined) where the score is NaN and no other domain shows a sign.

    Examples
    --------
    >>> icans_grade([10, 9, 6, 0, 0], consciousness=[0, 0, 0, 0, 4]).tolist()
    [0, 1, 2, 3, 4]
    """
    flags("tremor", tremor)
    score = _points("ICE score", ice)
    own = _points("baseline ICE score", baseline)
    awake = values("consciousness", consciousness, 0.0, 4.0, "steps")
    # `not at least`, so that a baseline that is not known excuses no score
    cognitive = _reached(score < 10, score < 7, score < 3) * ~(score >= own)
    arousal = _reached(awake >= 1, awake >= 2, awake >= 3, awake >= 4)
    grade = np.maximum(cognitive, arousal)
    for what, sign in (("seizure", seizure), ("edema of the brain", edema)):
        code = codes(what, sign, 2)
        if code.any():  # rare: nearly always this is all
            grade = np.maximum(grade, code + (code > 0) * np.int8(2))
    weak = flags("deep focal weakness", motor)
    if weak.any():
        grade = np.maximum(grade, weak * np.int8(4))
    if np.isnan(score).any():
        grade = np.where(np.isnan(score) & (grade == 0), np.int8(NOT_EXAMINED), grade)
    return np.asarray(grade, dtype=np.int8)


def _points(what: str, score: ArrayLike) -> Floats:
    return np.asarray(np.floor(values(what, score, 0.0, FULL_ICE, "points") + 0.5))


def _reached(first: Flags, *further: Flags) -> Codes:
    """Count how many hold."""
    grade = np.asarray(first).view(np.int8)
    for step in further:
        grade = grade + np.asarray(step).view(np.int8)
    return np.asarray(grade)
