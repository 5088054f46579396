# SPDX-License-Identifier: Apache-2.0
"""Cytokine release syndrome (CRS) by the ASTCT consensus of 2019, a look at a time.

The same code grades during a run and after it: `crs_look` takes what is remembered of each
patient, and what is seen now, and returns the grade and what to remember.

| grade | fever >= 38.0 degC | pressure | oxygen |
|---|---|---|---|
| 1 | yes | no hypotension | no hypoxia |
| 2 | yes | hypotension without vasopressor | low flow (6 L/min or less) or blow-by |
| 3 | yes | one vasopressor, with or without vasopressin | high flow, mask, Venturi |
| 4 | yes | several vasopressors, vasopressin not counted | positive pressure |

The worse of pressure and oxygen counts; 5 is death from CRS. An *episode* opens with a recorded
temperature of 38.0 degC or more that is not put down to a diagnosed infection. Once an
antipyretic, an anticytokine drug or a steroid has been given for it, pressure and oxygen alone
carry the grade.

**Source.** Lee2019 (see `trimer.assess.scales`). **Assumed**, since the scale is silent: a missed
temperature is taken as the last for 12 hours; an episode closes after 24 hours without any sign;
vasopressin alone is one vasopressor; hypotension or hypoxia that nobody treats yet is grade 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import flags, values
from trimer.assess.crs_memory import CrsMemory
from trimer.assess.support import NO_SUPPORT
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from trimer.assess.codes import Codes, Flags, Floats
    from trimer.assess.support import Support

FEVER = 38.0
"""Fever is this temperature or more, in degC."""

HOLD_HOURS = 12.0
"""A missed temperature is taken as the last recorded one for so long, in hours (assumed)."""

QUIET_HOURS = 24.0
"""An episode is over after so long without a sign, in hours (assumed)."""


def crs_grade(
    fever: ArrayLike, support: Support = NO_SUPPORT, *, treated: ArrayLike = False
) -> Codes:
    """Return the ASTCT grade of patients who are in an episode: the table alone.

    Parameters
    ----------
    fever : array_like of bool
        Temperature of 38.0 degC or more, not put down to another cause.
    support : Support
        What pressure and oxygen need.
    treated : array_like of bool
        Whether an antipyretic, an anticytokine drug or a steroid was given for the episode, so
        that no fever is needed.

    Returns
    -------
    ndarray of int8
        0 to 4.

    Examples
    --------
    >>> from trimer.assess import Support
    >>> crs_grade([True, True, False], Support(vasopressors=[0, 1, 1])).tolist()
    [1, 3, 0]
    >>> crs_grade(False, Support(vasopressors=1), treated=True).item()
    3
    """
    hot = flags("fever", fever)
    return _graded(hot, hot | flags("treatment of CRS", treated), _support_grade(support))


def crs_look(
    memory: CrsMemory,
    minute: ArrayLike,
    temperature: ArrayLike,
    fever_explained: ArrayLike = False,  # noqa: FBT002 - an array
    support: Support = NO_SUPPORT,
    treated_now: ArrayLike = False,  # noqa: FBT002 - an array
    *,
    death: ArrayLike | None = None,
    hold_hours: float = HOLD_HOURS,
    quiet_hours: float = QUIET_HOURS,
) -> tuple[Codes, CrsMemory]:
    """Return the ASTCT grade of each patient at a look, and what to remember.

    Parameters
    ----------
    memory : CrsMemory
        What was returned at the look before, `CrsMemory.start` at first; it is not changed.
    minute : array_like of int
        When, in minutes: one for all or one for each patient, never before the last look.
    temperature : array_like of float, shape (N,)
        Recorded temperature in degC; NaN where it was missed, which keeps the last recorded one
        for `hold_hours`. A missed temperature opens no episode.
    fever_explained : array_like of bool
        Whether fever is put down to a diagnosed infection: it then neither opens an episode nor
        counts in an open one.
    support : Support
        What pressure and oxygen need now.
    treated_now : array_like of bool
        Whether an antipyretic, an anticytokine drug or a steroid was given **for CRS** at this
        look or since the last. Premedication does not count: leave it out. What is given while
        no episode is open is not remembered.
    death : array_like of bool, optional
        Who has died of CRS.
    hold_hours, quiet_hours : float
        Hours for which a missed temperature is taken as the last, and after which an episode
        without sign is over. An episode goes on if there was a sign at this look and at the one
        before, however far apart: nobody saw it quiet.

    Returns
    -------
    grade : ndarray of int8, shape (N,)
        0 to 5; 0 where no episode is open, where it shows no sign, and where there is no fever
        and nothing was given for it.
    memory : CrsMemory
        For the next look.

    Examples
    --------
    >>> from trimer.assess import Support
    >>> start = CrsMemory.start(1)
    >>> grade, memory = crs_look(start, 0, [38.6])
    >>> grade.tolist()
    [1]
    >>> pressor = Support(hypotension=True, vasopressors=1)
    >>> crs_look(memory, 240, [37.5], support=pressor, treated_now=True)[0].tolist()
    [3]
    >>> crs_look(memory, 240, [37.5], support=pressor)[0].tolist()  # nothing was given for it
    [0]
    """
    now = whole_minutes(minute)
    heat = values("temperature", temperature, 20.0, 46.0, "degC")
    explained = flags("explained fever", fever_explained)
    given = flags("treatment of CRS", treated_now)
    died = None if death is None else flags("death from CRS", death)
    strength = _support_grade(support)
    for array in (now, explained, given, strength, heat if died is None else died):
        _need_fitting(len(memory), array.shape, heat.shape)

    hot, read_at = _last_reading(memory, now, heat)
    fever = hot & (now - read_at <= _minutes("hold_hours", hold_hours)) & ~explained
    sign = fever | (strength > 0)

    quiet = now - memory.last_sign >= _minutes("quiet_hours", quiet_hours)
    goes_on = memory.open & ~(quiet & ~(sign & memory.sign))
    opens = (heat >= FEVER) & ~explained & ~goes_on
    if died is not None:
        opens = opens | (died & ~goes_on & (memory.worst < 5))
    is_open = goes_on | opens
    treated = is_open & (given | (memory.treated & goes_on))
    grade = _graded(fever, is_open & (fever | treated), strength)
    if died is not None:
        grade = np.where(died, np.int8(5), grade)

    before = memory.worst * ~opens
    return grade, CrsMemory(
        open=is_open,
        opened=np.where(opens, now, memory.opened),
        treated=treated,
        last_sign=np.where(is_open & (sign | opens), now, memory.last_sign),
        worst=np.maximum(before, grade),
        events=memory.events + opens,
        severe=memory.severe + (memory.calm & (grade >= 3)),
        # whose fever alone is gone and who still needs support has not recovered
        calm=(np.maximum(grade, strength) <= 1) | (memory.calm & (grade < 3)),
        hot=hot,
        read_at=read_at,
        fever=fever,
        sign=sign,
    )


def _last_reading(
    memory: CrsMemory, now: NDArray[np.int64], heat: Floats
) -> tuple[Flags, NDArray[np.int64]]:
    """Whether the last recorded temperature was fever, and its minute."""
    read = heat == heat  # noqa: PLR0124 - NaN is not itself
    return (heat >= FEVER) | (memory.hot & ~read), np.where(read, now, memory.read_at)


def _support_grade(support: Support) -> Codes:
    """Grade by pressure and oxygen: 0, 2, 3 or 4."""
    # no vasopressor is 0, one is 3, two are 4; vasopressin makes one of none, never two of one
    pressors = np.maximum(np.minimum(support.vasopressors, np.int8(2)), support.vasopressin)
    pressure = pressors + (pressors > 0) * np.int8(2)
    pressure = np.maximum(pressure, support.hypotension * np.int8(2))
    return np.asarray(np.maximum(pressure, support.oxygen_grade))


def _graded(fever: Flags, counts: Flags, strength: Codes) -> Codes:
    return np.asarray(np.maximum(strength, fever) * counts, dtype=np.int8)


def _minutes(name: str, hours: float) -> int:
    if not 0 < hours < 1e6:
        raise InputError(
            f"Wrong {name} of CRS episodes: got {hours!r} h; it is a positive number of hours."
        )
    return round(60 * hours)


def whole_minutes(minute: ArrayLike) -> NDArray[np.int64]:
    """Return minutes as integers; fractions are refused, as no two computers round them alike."""
    found = np.asarray(minute)
    if found.size and found.dtype.kind not in "iu":
        raise InputError(
            f"Wrong minute of a look: got numbers of type {found.dtype}; it is whole minutes. "
            "Round them and give integers."
        )
    return found.astype(np.int64, copy=False)


def _need_fitting(patients: int, shape: tuple[int, ...], heat: tuple[int, ...]) -> None:
    if heat != (patients,) or shape not in {(), (patients,)}:
        raise InputError(
            f"Wrong shape of a look at {patients} patients: got temperatures {heat} and "
            f"{shape} of something else; there is one for each patient. Give as many."
        )
