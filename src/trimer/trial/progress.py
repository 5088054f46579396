# SPDX-License-Identifier: Apache-2.0
"""Say how far a run is, on stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

BAR_WIDTH = 24
PLAIN_SECONDS = 5.0
"""Where there is no terminal, a line is printed this often."""


class Progress:
    """A bar on a terminal, a plain line every few seconds elsewhere, nothing if quiet.

    Parameters
    ----------
    total : int
        How many there are to do.
    what : str
        What is counted: patients, or simulations where each patient is in several arms.
    quiet : bool
        Whether to say nothing.
    stream : text file
        Where to say it; stderr if left out.
    clock : callable
        Seconds that only rise.
    """

    def __init__(
        self,
        total: int,
        *,
        what: str = "patient",
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._what = what
        self._stream = sys.stderr if stream is None else stream
        self._quiet = quiet
        self._is_terminal = self._stream.isatty()
        self._clock = clock
        self._began = self._said = clock()
        self._done = 0

    def update(self, done: int) -> None:
        """Note that so many are done."""
        self._done = done
        if self._quiet:
            return
        now = self._clock()
        if self._is_terminal:
            self._write(f"\r{self._bar()} {self._line(now)}\x1b[K")
        elif now - self._said >= PLAIN_SECONDS and done < self._total:
            self._said = now
            self._write(f"{self._line(now)}\n")

    def close(self) -> None:
        """End the bar, or print the last line."""
        if not self._quiet and self._done:
            self._write("\n" if self._is_terminal else f"{self._line(self._clock())}\n")

    def _line(self, now: float) -> str:
        seconds = now - self._began
        rate = self._done / seconds if seconds > 0 else 0.0
        text = f"{self._done:,}/{counted(self._total, self._what)}"
        if rate > 0:
            text += f", {rate:,.0f}/s" if rate >= 10 else f", {rate:.1f}/s"
            left = (self._total - self._done) / rate
            text += f", {_duration(left)} left" if self._done < self._total else ""
            text += f", {_duration(seconds)}" if self._done >= self._total else ""
        return text

    def _bar(self) -> str:
        filled = BAR_WIDTH * self._done // max(1, self._total)
        return f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}]"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _duration(seconds: float) -> str:
    """Return a length of time as people say it.

    Examples
    --------
    >>> _duration(4.2), _duration(75), _duration(7300)
    ('5 s', '1 min 15 s', '2 h 1 min')
    """
    whole = int(-(-seconds // 1))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
