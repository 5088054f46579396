# SPDX-License-Identifier: Apache-2.0
"""How far a run is, in words."""

from __future__ import annotations

import io

import pytest

from trimer.trial.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


@pytest.fixture
def clock():
    """Return a clock that is set by hand, in seconds."""

    def now():
        return now.time

    now.time = 0.0
    return now


def test_a_plain_line_every_few_seconds_without_a_terminal(clock):
    """Rate and time left; no control characters; the last line says how long it took."""
    stream = io.StringIO()
    progress = Progress(1000, stream=stream, clock=clock)
    for done, time in ((10, 1), (100, 6), (200, 7), (500, 12)):
        clock.time = time
        progress.update(done)
    clock.time = 20
    progress.update(1000)
    progress.close()
    assert stream.getvalue() == (
        "100/1,000 patients, 17/s, 54 s left\n"
        "500/1,000 patients, 42/s, 12 s left\n"
        "1,000/1,000 patients, 50/s, 20 s\n"
    )


def test_a_bar_on_a_terminal(clock):
    """One line that is written over."""
    stream = Terminal()
    progress = Progress(40, stream=stream, clock=clock)
    clock.time = 4
    progress.update(10)
    assert (
        stream.getvalue() == "\r[######..................] 10/40 patients, 2.5/s, 12 s left\x1b[K"
    )
    progress.close()
    assert stream.getvalue().endswith("\n")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_says_nothing(stream, clock):
    """Neither bar nor line."""
    progress = Progress(40, quiet=True, stream=stream, clock=clock)
    clock.time = 9
    progress.update(10)
    progress.close()
    assert stream.getvalue() == ""


def test_nothing_done_is_nothing_said(clock):
    """A run that ended before the first patient leaves no line."""
    stream = io.StringIO()
    Progress(40, stream=stream, clock=clock).close()
    assert stream.getvalue() == ""


def test_what_is_counted_is_named(clock):
    """A patient in two arms is two simulations; one of them is in the singular."""
    stream = io.StringIO()
    for total in (6, 1):
        progress = Progress(total, what="simulation", stream=stream, clock=clock)
        progress.update(total)
        progress.close()
    assert stream.getvalue() == "6/6 simulations\n1/1 simulation\n"
