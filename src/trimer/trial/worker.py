# SPDX-License-Identifier: Apache-2.0
"""A worker process: takes blocks of patients from a pipe and sends back what came out.

The process that started it is at the other end. Where that one has gone, however it ended, the
pipe is closed, and so ends the worker.
"""

from __future__ import annotations

import pickle
import signal
import traceback
from multiprocessing.connection import Connection

from trimer.trial.block import Block, Work, do_block

PROGRESS, DONE, FAILED = "progress", "done", "failed"


def serve(file: int) -> None:
    """Do blocks until the pipe is closed.

    Parameters
    ----------
    file : int
        Descriptor of this end of the pipe.
    """
    # Ctrl-C is for the process that started us: it decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(file)
    try:
        work, threads = pipe.recv()
        while True:
            _answer(pipe, work, pipe.recv(), threads)
    except (EOFError, ConnectionError):
        return


def _answer(pipe: Connection, work: Work, block: Block, threads: int) -> None:
    try:
        done = do_block(
            work, block, threads=threads, tell=lambda n: pipe.send((PROGRESS, block.number, n))
        )
        pipe.send((DONE, block.number, done))
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it is raised at the other end)
        error.add_note(traceback.format_exc())
        pipe.send((FAILED, block.number, _as_sent(error)))


def _as_sent(error: Exception) -> Exception:
    """Return an error as it can be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    except Exception:  # noqa: BLE001 (an error may be anything)
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
