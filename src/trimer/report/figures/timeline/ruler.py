# SPDX-License-Identifier: Apache-2.0
"""The time axis of a timeline: days to points, with the first weeks drawn wider than the rest.

Most of what happens to a patient happens in the lead-in. A long course is therefore drawn in two
pieces side by side, each to its own scale, so that every event stands there once and has room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.report.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EARLY_DAYS = 14.0
"""Days in the first piece of a long course."""

LONG_DAYS = 21.0
"""A course longer than this is drawn in two pieces."""

_SHARE = 0.6
_BETWEEN = 9.0
_BEFORE = 0.12


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the axis: its days, its ends in points, and its name."""

    start: float
    end: float
    left: float
    right: float
    name: str

    @property
    def points_per_day(self) -> float:
        """Scale."""
        return (self.right - self.left) / (self.end - self.start)

    def x(self, days: Floats | list[float] | float) -> Floats:
        """Times in **days** as points, cut at the ends."""
        inside = np.clip(days, self.start, self.end)
        place: Floats = self.left + (inside - self.start) * self.points_per_day
        return place

    def ticks(self) -> tuple[list[float], list[float]]:
        """Days with a number, and days with a tick alone."""
        step = next(
            (s for s in (1.0, 2.0, 7.0, 14.0, 28.0) if s * self.points_per_day >= 19.0), 56.0
        )
        if self.end - self.start <= 3.0:
            step = next(s for s in (0.25, 0.5, 1.0) if s * self.points_per_day >= 30.0 or s == 1.0)
        small = 1.0 if self.points_per_day >= 8.0 else 7.0
        return self._multiples(step), self._multiples(small)

    def _multiples(self, step: float) -> list[float]:
        first = np.ceil(self.start / step - 1e-9) * step
        return [float(day) + 0.0 for day in np.arange(first, self.end + 1e-6, step)]


@dataclass(frozen=True, slots=True)
class Ruler:
    """The whole axis: its pieces from left to right, and its width in points."""

    pieces: tuple[Piece, ...]
    width: float

    def spans(self, start: float, end: float) -> Iterator[tuple[Piece, float, float]]:
        """A time from start to end as points on each piece it touches."""
        for piece in self.pieces:
            if end > piece.start and start < piece.end:
                yield piece, float(piece.x(start)), float(piece.x(end))

    def curves(self, times: Floats, values: Floats) -> Iterator[tuple[Floats, Floats]]:
        """A curve as points on each piece; it runs to the very end of each."""
        for piece in self.pieces:
            inside = (times > piece.start) & (times < piece.end)
            known = times[~np.isnan(values)]
            ends = [
                d for d in (piece.start, piece.end) if known.size and known[0] <= d <= known[-1]
            ]
            if not inside.any() and len(ends) < 2:
                continue
            days = np.unique(np.r_[times[inside], ends])
            yield piece.x(days), np.interp(days, times, values)

    def at(self, day: float) -> float | None:
        """A moment in points; None outside. Where pieces meet it is on the later one."""
        found = [p for p in self.pieces if p.start <= day <= p.end]
        return float(found[-1].x(day)) if found else None

    def shows(self, start: float, end: float) -> bool:
        """Whether any of a time is on the axis."""
        return any(end >= piece.start and start <= piece.end for piece in self.pieces)


def ruler(
    begins: float, days: float, width: float, window: tuple[float, float] | None = None
) -> Ruler:
    """Lay out the time axis.

    Parameters
    ----------
    begins, days : float
        First and last time of the course, in **days**.
    width : float
        Points.
    window : (float, float), optional
        Days from and to; the whole course if left out.

    Raises
    ------
    InputError
        If the window is empty or outside the course.
    """
    first = min(0.0, begins) - (_BEFORE if begins < 0 else 0.0)
    if window is not None:
        start, end = window
        if not first - 1.0 <= start < end or start >= days:
            raise InputError(
                f"Wrong window of a timeline: got day {start:g} to day {end:g}; it lies between "
                f"day 0 and day {days:g} and ends after it starts. Choose other days."
            )
        end = min(end, days)
        return Ruler((Piece(start, end, 0.0, width, _name(start, end)),), width)
    if days <= LONG_DAYS:
        return Ruler((Piece(first, days, 0.0, width, _name(first, days)),), width)
    knee = _SHARE * (width - _BETWEEN)
    early = Piece(first, EARLY_DAYS, 0.0, knee, f"First {EARLY_DAYS:g} days")
    late = Piece(EARLY_DAYS, days, knee + _BETWEEN, width, _name(EARLY_DAYS, days))
    return Ruler((early, late), width)


def _name(start: float, end: float) -> str:
    return f"Day {number(max(start, 0.0))}–{number(end)}"
