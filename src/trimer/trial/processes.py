# SPDX-License-Identifier: Apache-2.0
"""Do blocks of patients in several processes of this machine.

What happens on a ward between two steps of the solver is decided in Python, which uses one
processor; so blocks of patients are shared between processes, each with its own interpreter.
Blocks come back in any order and carry their place.

Not `concurrent.futures`: there a worker that is killed breaks the whole pool, and running work
cannot be stopped. Not `multiprocessing`: it runs a user's script again in each worker, and a script
need not be made for that.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from trimer.core.errors import ServerError
from trimer.simulate.prepare import TrimerWarning
from trimer.trial.worker import DONE, FAILED, PROGRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from trimer.trial.block import Block, Done, Work

_START = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from trimer.trial.worker import serve; serve(int(sys.argv[1]))"
)

MOST_LOSSES = 2
"""A block whose worker dies so often is given up: it is the block that kills them."""

_STOP_SECONDS = 2.0


class Processes:
    """Worker processes of this machine.

    Parameters
    ----------
    number : int
        How many, at most.
    threads : int
        Threads of each.
    """

    def __init__(self, number: int, threads: int = 1) -> None:
        self.number = number
        self._threads = threads

    def __str__(self) -> str:
        """Say where the blocks are done."""
        return f"{self.number} processes"

    def run(
        self, work: Work, blocks: Iterator[Block], tell: Callable[[int], None]
    ) -> Generator[Done, None, None]:
        """Yield what came out of each block, as it comes.

        Parameters
        ----------
        work : Work
            What is to be done.
        blocks : iterator of Block
            With whom; a block is taken when a worker is free.
        tell : callable
            Called with the number of simulations that were done, or, negative, were lost.

        Raises
        ------
        ServerError
            If workers die over the same block again and again.
        """
        busy: dict[Connection, _Worker] = {}
        lost: dict[int, int] = {}
        try:
            for block in blocks:
                worker = _Worker(work, self._threads)
                busy[worker.pipe] = worker
                worker.give(block)
                if len(busy) == self.number:
                    break
            while busy:
                for pipe in wait(list(busy)):
                    worker = busy[pipe]  # type: ignore[index]  # a pipe is what we waited for
                    done = worker.hear(tell)
                    if worker.is_lost:
                        again = _again(worker, lost)
                        tell(-worker.told)
                        del busy[worker.pipe]
                        worker.stop()
                        worker = _Worker(work, self._threads)
                        busy[worker.pipe] = worker
                        worker.give(again)
                    elif done is not None:
                        following = next(blocks, None)
                        if following is None:
                            del busy[worker.pipe]
                            worker.stop()
                        else:
                            worker.give(following)
                        yield done
        finally:
            for worker in busy.values():
                worker.stop()


class _Worker:
    """One process and our end of the pipe to it."""

    def __init__(self, work: Work, threads: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (this very interpreter)
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Tables are made on the worker's own processor.
                env={**os.environ, "POLARS_MAX_THREADS": str(threads)},
                # Ctrl-C in a terminal goes to a session; workers are told by us.
                start_new_session=True,
            )
        self.pipe = Connection(ours.detach())
        self.is_lost = False
        self.told = 0
        self.block: Block | None = None
        self._send((work, threads))

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def give(self, block: Block) -> None:
        """Hand a block over."""
        self.block, self.told = block, 0
        self._send(block)

    def hear(self, tell: Callable[[int], None]) -> Done | None:
        """Take the next message; return what came out of the block if it was that."""
        try:
            kind, _number, content = self.pipe.recv()
        except (EOFError, OSError):
            self.is_lost = True
            return None
        if kind == FAILED:
            raise content
        if kind == PROGRESS:
            self.told += content
            tell(content)
            return None
        assert kind == DONE  # noqa: S101 (there is no other)
        found: Done = content
        return found

    def why(self) -> str:
        """Say how the process ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        code = self._process.returncode
        if code is None:
            return "it stopped answering"
        if code >= 0:
            return f"it ended with code {code}"
        name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
        memory = "; perhaps the machine ran out of memory" if -code == signal.SIGKILL else ""
        return f"it was killed by {name}{memory}"

    def stop(self) -> None:
        """End the process."""
        self.pipe.close()
        with suppress(OSError):
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, message: object) -> None:
        with suppress(OSError):  # a worker that has died is noticed when it is listened to
            self.pipe.send(message)


def _again(worker: _Worker, lost: dict[int, int]) -> Block:
    """Return the block of a worker that died, to be done again, or say that it is given up."""
    block = worker.block
    assert block is not None  # noqa: S101 (only a worker with a block is listened to)
    lost[block.number] = lost.get(block.number, 0) + 1
    ids = block.cohort.ids
    what = (
        f"Worker process {worker.pid} ended while it simulated patients {ids[0]} to {ids[-1]}: "
        f"{worker.why()}."
    )
    if lost[block.number] >= MOST_LOSSES:
        raise ServerError(f"{what} So did {lost[block.number] - 1} before it with these patients.")
    warnings.warn(
        f"{what} Another one simulates them again; nothing is lost.", TrimerWarning, stacklevel=4
    )
    return block


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
