# SPDX-License-Identifier: Apache-2.0
"""One process writes a run folder at a time.

The lock is the kernel's own (``flock``): it goes away with the process that holds it, however that
ends. The file ``.lock`` says who holds it, for the sentence that another process gets; left behind
by a process that was killed, it says that the run did not end.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from trimer.core.errors import StoreError
from trimer.store.disk import disk_error

if sys.platform != "win32":  # where there is no flock, the file alone says who
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

LOCK = ".lock"

_TRIES = 10
_PAUSE_SECONDS = 0.03
"""Who looks whether a run goes on holds the lock for a moment; a writer waits that long."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who writes, or wrote, a run folder.

    Parameters
    ----------
    pid : int
        Number of the process.
    host : str
        Name of the machine.
    since : str
        When it began.
    """

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        """Return the owner in words."""
        return f"process {self.pid} on '{self.host}' since {self.since}"


class RunLock:
    """The right to write a run folder, until it is released or the process ends.

    Parameters
    ----------
    folder : Path
        The folder, which is there.

    Attributes
    ----------
    left_by : Owner or None
        Who left the lock behind without an end: a process that was killed.

    Raises
    ------
    StoreError
        If another process holds it.
    DiskError
        If the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        try:
            self._file = _locked(self._path)
            self.left_by = _read(self._path)
            me = {"pid": os.getpid(), "host": platform.node(), "since": _now()}
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, json.dumps(me).encode(), 0)
        except OSError as error:
            raise disk_error(self._path, error) from error
        self._close = weakref.finalize(self, os.close, self._file)

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        if self._close.alive:
            with suppress(OSError):
                self._path.unlink()
            self._close()


def owner_of(folder: Path) -> Owner | None:
    """Return who is writing a run folder just now; None if nobody is."""
    path = folder / LOCK
    if sys.platform == "win32":
        return _read(path)
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(path) or Owner(0, "unknown", "unknown")
    finally:
        os.close(file)
    return None


def left_behind(folder: Path) -> Owner | None:
    """Return who left a lock behind; None if there is none or somebody holds it."""
    return None if owner_of(folder) else _read(folder / LOCK)


def _locked(path: Path) -> int:
    """Open the lock file and lock it."""
    for _ in range(_TRIES):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it before may have removed the file between our opening and locking it.
            if os.stat(path).st_ino == os.fstat(file).st_ino:  # noqa: PTH116 (beside fstat)
                return file
        except FileNotFoundError:
            pass
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        os.close(file)
    who = _read(path) or "another process"
    raise StoreError(
        f"Cannot write a run to '{path.parent}': it is being written by {who}. Wait until that "
        "run has ended, or choose another folder with --out."
    )


def _read(path: Path) -> Owner | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Owner(int(found["pid"]), str(found["host"]), str(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
