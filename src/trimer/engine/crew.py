# SPDX-License-Identifier: Apache-2.0
"""Threads that run compiled code, kept for a moment between calls.

A thread that has had nothing to do for a while goes away, so that none is left behind.
"""

from __future__ import annotations

import os
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

#: So long a thread waits for its next task.
IDLE_SECONDS = 0.3


class Task(NamedTuple):
    """A function, the address that it gets, and what must not go away while it runs."""

    function: Callable[[int], None]
    address: int
    held: object


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="trimer-engine")
        self.orders: SimpleQueue[tuple[Task, threading.Event]] = SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                order = self.orders.get(timeout=IDLE_SECONDS)
            except Empty:
                with _LOCK:
                    if self in _IDLE:
                        _IDLE.remove(self)
                        return
                try:  # an order is given under the lock: if it was, it is here
                    order = self.orders.get_nowait()
                except Empty:
                    return
            task, done = order
            task.function(task.address)
            del task, order  # what was held may go
            with _LOCK:
                _IDLE.append(self)
            done.set()
            del done


_LOCK = threading.Lock()
_IDLE: list[_Worker] = []


def run(tasks: Sequence[Task], cancel: NDArray[np.int64]) -> None:
    """Run tasks, each on a thread of its own; an interrupt stops them all at their next step."""
    started: list[threading.Event] = []
    try:
        for task in tasks:
            done = threading.Event()
            if _give(task, done):
                started.append(done)
        for done in started:
            done.wait()
    except BaseException:
        cancel[0] = 1
        for done in started:
            done.wait()
        raise


def _give(task: Task, done: threading.Event) -> bool:
    with _LOCK:
        if _IDLE:
            _IDLE.pop().orders.put((task, done))
            return True
    worker = _Worker()
    worker.orders.put((task, done))
    worker.start()
    return True


def _after_fork() -> None:
    """A child process has none of its parent's threads, and perhaps a lock that nobody frees."""
    global _LOCK  # noqa: PLW0603
    _LOCK = threading.Lock()
    _IDLE.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
