# SPDX-License-Identifier: Apache-2.0
"""Infusion-related reaction by CTCAE v5. It is systemic: no reaction at the infusion site.

| grade | definition |
|---|---|
| 1 | mild and transient; neither interruption nor treatment indicated |
| 2 | treatment or interruption indicated, responds promptly; prophylaxis for 24 hours at most |
| 3 | prolonged (does not respond rapidly), comes back after improving, or hospital needed |
| 4 | life-threatening, urgent intervention indicated |
| 5 | death |

**Source.** CTCAE5 (see `trimer.assess.scales`), from memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import flags
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from trimer.assess.codes import Codes, Flags

WINDOW_HOURS = 24.0
"""A reaction counts as infusion-related so long after a start or step, in hours (assumed)."""


def infusion_related(
    minute: ArrayLike, last_start_or_step: ArrayLike, *, hours: float = WINDOW_HOURS
) -> Flags:
    """Return whether a time is so near to the start of an infusion, or to a rise of its rate.

    Parameters
    ----------
    minute, last_start_or_step : array_like of int
        In minutes; a start that lies ahead is none.
    hours : float
        Hours after the start, the last minute included.

    Examples
    --------
    >>> infusion_related([60, 1440, 1441], 0).tolist()
    [True, True, False]
    """
    if not 0 < hours < 1e6:
        raise InputError(
            f"Wrong window of infusion-related reactions: got {hours!r} h; it is a positive number "
            "of hours."
        )
    since = np.asarray(minute) - np.asarray(last_start_or_step)
    return np.asarray((since >= 0) & (since <= round(60 * hours)))


def infusion_reaction_grade(
    reaction: ArrayLike,
    *,
    interrupted: ArrayLike = False,
    treated: ArrayLike = False,
    prompt_response: ArrayLike = True,
    recurred: ArrayLike = False,
    hospitalized: ArrayLike = False,
    life_threatening: ArrayLike = False,
    death: ArrayLike = False,
) -> Codes:
    """Return the CTCAE v5 grade of an infusion-related reaction.

    Parameters
    ----------
    reaction : array_like of bool
        Whether there was one, such as symptoms where `infusion_related`; else the grade is 0.
    interrupted, treated : array_like of bool
        Whether interruption, or treatment of symptoms, was indicated.
    prompt_response : array_like of bool
        Whether it was gone soon, by itself or by that.
    recurred : array_like of bool
        Whether it came back after improving.
    hospitalized : array_like of bool
        Whether what followed needed the hospital.
    life_threatening, death : array_like of bool
        What it led to.

    Returns
    -------
    ndarray of int8
        0 to 5.

    Examples
    --------
    >>> infusion_reaction_grade(True, interrupted=True, prompt_response=[True, False]).tolist()
    [2, 3]
    """
    acted = flags("interruption", interrupted) | flags("treatment of a reaction", treated)
    lasting = (
        ~flags("prompt response", prompt_response)
        | flags("recurrence", recurred)
        | flags("hospital stay", hospitalized)
    )
    steps = (
        (acted, 2),
        (lasting, 3),
        (flags("danger to life", life_threatening), 4),
        (flags("death from a reaction", death), 5),
    )
    grade = np.ones((), np.int8)
    for present, step in steps:
        grade = np.maximum(grade, present * np.int8(step))
    return np.asarray(grade * flags("infusion-related reaction", reaction), dtype=np.int8)
