# SPDX-License-Identifier: Apache-2.0
"""Cytokine release syndrome (CRS) after a run: whole sequences of looks, and the events in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import flags
from trimer.assess.crs_astct import HOLD_HOURS, QUIET_HOURS, crs_look, whole_minutes
from trimer.assess.crs_memory import CrsMemory
from trimer.assess.support import NO_SUPPORT
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from trimer.assess.codes import Codes, Flags
    from trimer.assess.support import Support

    Minutes = NDArray[np.int64]

NOT_LOOKED = -1
"""Grade where nobody looked."""


@dataclass(frozen=True, slots=True, eq=False)
class CrsCourse:
    """ASTCT grades of patients over their looks.

    Attributes
    ----------
    minutes : ndarray of int64, shape (N, T)
        When.
    grade : ndarray of int8, shape (N, T)
        0 to 5; -1 where nobody looked.
    event : ndarray of int32, shape (N, T)
        Number of the episode that is open, from 1; 0 where none is.
    fever, sign : ndarray of bool, shape (N, T)
        Whether there was fever that counts, and any sign.
    memory : CrsMemory
        After the last look.
    """

    minutes: Minutes
    grade: Codes
    event: NDArray[np.int32]
    fever: Flags
    sign: Flags
    memory: CrsMemory


@dataclass(frozen=True, slots=True, eq=False)
class CrsEvents:
    """CRS events, one entry each, by patient and then by time.

    Attributes
    ----------
    patient : ndarray of int
        Row of the patient.
    number : ndarray of int32
        First, second, ... event of the patient, from 1.
    onset, end : ndarray of int64
        Minute of the first and of the last sign.
    worst : ndarray of int8
        Worst grade.
    ongoing : ndarray of bool
        Whether the episode was still open at the patient's last look.
    """

    patient: NDArray[np.intp]
    number: NDArray[np.int32]
    onset: Minutes
    end: Minutes
    worst: Codes
    ongoing: Flags

    def __len__(self) -> int:
        return len(self.patient)

    @property
    def duration(self) -> Minutes:
        """From the first to the last sign, in minutes."""
        return self.end - self.onset


def crs_sequence(
    minutes: ArrayLike,
    temperature: ArrayLike,
    *,
    fever_explained: ArrayLike = False,
    support: Support = NO_SUPPORT,
    treated_now: ArrayLike = False,
    death: ArrayLike = False,
    looked: ArrayLike = True,
    hold_hours: float = HOLD_HOURS,
    quiet_hours: float = QUIET_HOURS,
) -> CrsCourse:
    """Return the ASTCT grades of whole sequences, by `crs_look` at each look in turn.

    Parameters
    ----------
    minutes : array_like of int, shape (T,) or (N, T)
        When, in minutes, never falling.
    temperature : array_like of float, shape (N, T)
        Recorded temperature in degC, NaN where it was missed.
    fever_explained, treated_now, death : array_like of bool, shape (N, T), (T,) or ()
        As for `crs_look`.
    support : Support
        Fields of shape (N, T), (T,) or ().
    looked : array_like of bool, shape (N, T), (T,) or ()
        Where nobody looked: nothing is read there and nothing changes, so patients may have
        different numbers of looks.
    hold_hours, quiet_hours : float
        As for `crs_look`.

    Examples
    --------
    >>> course = crs_sequence([0, 240, 480], [[38.4, 37.2, 37.0], [37.0, 38.0, float("nan")]])
    >>> course.grade.tolist()
    [[1, 0, 0], [0, 1, 1]]
    """
    heat = np.asarray(temperature, dtype=np.float64)
    when = whole_minutes(minutes)
    if heat.ndim != 2 or when.shape not in {heat.shape, heat.shape[1:]}:
        raise InputError(
            f"Wrong shape of a course: got temperatures {heat.shape} at minutes {when.shape}; "
            "there is one row a patient and one column a look. Give a minute for each."
        )
    when = np.broadcast_to(when, heat.shape)
    seen = _spread("looks", looked, heat.shape)
    _need_order(when, seen)
    explained, treated, died = (
        _spread(name, given, heat.shape)
        for name, given in (
            ("explained fever", fever_explained),
            ("treatment of CRS", treated_now),
            ("death from CRS", death),
        )
    )
    needs = support.broadcast(heat.shape)
    course = CrsCourse(
        minutes=when,
        grade=np.full(heat.shape, NOT_LOOKED, np.int8),
        event=np.zeros(heat.shape, np.int32),
        fever=np.zeros(heat.shape, np.bool_),
        sign=np.zeros(heat.shape, np.bool_),
        memory=CrsMemory.start(len(heat)),
    )
    for k in range(heat.shape[1]):
        rows = np.flatnonzero(seen[:, k])
        grade, memory = crs_look(
            course.memory.take(rows),
            when[rows, k],
            heat[rows, k],
            explained[rows, k],
            needs.at_look(rows, k),
            treated[rows, k],
            death=died[rows, k],
            hold_hours=hold_hours,
            quiet_hours=quiet_hours,
        )
        course.memory.put(rows, memory)
        course.grade[rows, k] = grade
        course.event[rows, k] = memory.events * memory.open
        course.fever[rows, k] = memory.fever
        course.sign[rows, k] = memory.sign
    return course


def crs_events(course: CrsCourse) -> CrsEvents:
    """Return the CRS events of graded sequences.

    Parameters
    ----------
    course : CrsCourse
        From `crs_sequence`.

    Examples
    --------
    >>> course = crs_sequence([0, 240, 2000], [[38.4, 38.1, 37.0]])
    >>> events = crs_events(course)
    >>> events.onset.tolist(), events.end.tolist(), events.worst.tolist()
    ([0], [240], [1])
    """
    # row by row, so the looks of one event lie together and in order
    patient, look = np.nonzero(course.event)
    number = course.event[patient, look]
    new = np.ones(len(patient), np.bool_)
    new[1:] = (patient[1:] != patient[:-1]) | (number[1:] != number[:-1])
    first = np.flatnonzero(new)
    minute = course.minutes[patient, look]
    # the opening look may be a death without sign: it still is the onset
    signed = np.where(course.sign[patient, look] | new, minute, np.iinfo(np.int64).min)
    memory, who = course.memory, patient[first]
    return CrsEvents(
        patient=who,
        number=number[first],
        onset=minute[first],
        end=np.maximum.reduceat(signed, first),
        worst=np.maximum.reduceat(course.grade[patient, look], first),
        ongoing=memory.open[who] & (memory.events[who] == number[first]),
    )


def _spread(what: str, value: ArrayLike, shape: tuple[int, ...]) -> Flags:
    found = flags(what, value)
    try:
        return np.broadcast_to(found, shape)
    except ValueError:
        raise InputError(
            f"Wrong shape of {what}: got {found.shape}; {shape} is needed, one row a patient and "
            "one column a look. Give one value for all, or one for each patient and look."
        ) from None


def _need_order(minutes: Minutes, seen: Flags) -> None:
    latest = np.maximum.accumulate(np.where(seen, minutes, np.iinfo(np.int64).min), axis=1)
    late = seen & (minutes < latest)
    if late.any():
        patient, look = np.argwhere(late)[0]
        raise InputError(
            f"Wrong minutes of a course: got minute {minutes[patient, look]} after minute "
            f"{latest[patient, look]} in row {patient}; they never fall. Sort the looks."
        )
