# SPDX-License-Identifier: Apache-2.0
"""Where single patients are computed: few at a time, the last results kept."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from trimer.core.errors import TrimerError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_AT_ONCE = 2
MOST_WAITING = 12
MOST_KEPT = 24


class Busy(TrimerError):
    """Too many ask at once."""


class Desk:
    """Computes answers, each once, as JSON text."""

    def __init__(self) -> None:
        self._seats = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._waiting = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def answer(self, key: str, make: Callable[[], dict[str, Any]]) -> bytes:
        """Return what `make` gives as JSON; the same again if it was asked lately.

        Raises
        ------
        Busy
            If too many wait already.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if self._waiting >= MOST_WAITING:
                raise Busy("Too many virtual patients are asked for at once. Try again soon.")
            self._waiting += 1
        try:
            with self._seats:
                body = json.dumps(make(), allow_nan=False, separators=(",", ":")).encode()
        finally:
            with self._lock:
                self._waiting -= 1
        with self._lock:
            self._kept[key] = body
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return body
