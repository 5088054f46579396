# SPDX-License-Identifier: Apache-2.0
"""Do blocks of patients on a cluster of Dask workers, or on one started on this machine.

The workers send tables back and write nothing; the process that asked for the run writes them. A
worker that is lost has its block done by another. If the scheduler is lost, what was written stays.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import time
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError, ServerError
from trimer.trial.block import do_block, simulations

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from trimer.trial.block import Block, Done, Work

_LOCAL = re.compile(r"local:(\d{1,4})")
_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://[^\s/]+:\d{1,5}")

CONNECT_SECONDS = 10.0
NO_WORKER_SECONDS = 60.0
"""So long a cluster may be without any worker: they may be starting, or be started anew."""

AHEAD = 2
"""Blocks handed to the scheduler for each thread of a worker: none waits, and memory stays flat."""


class Cluster:
    """A Dask cluster.

    Parameters
    ----------
    address : str
        Of a scheduler, such as ``tcp://HOST:8786``; or ``local:4`` for four workers here.

    Raises
    ------
    InputError
        If it is no address, or Dask is not installed.
    """

    def __init__(self, address: str) -> None:
        match = _LOCAL.fullmatch(address)
        if (match and not int(match[1])) or not (match or _ADDRESS.fullmatch(address)):
            raise InputError(
                f"Wrong address of a cluster: got '{address}'; it must be that of a Dask "
                "scheduler, such as tcp://HOST:8786, or local:4 for four workers on this machine."
            )
        try:
            import distributed  # noqa: F401 (only whether it is there)
        except ImportError:
            raise InputError(
                "A cluster needs the package 'distributed', which is not installed. "
                "Install it with: pip install 'trimer[cluster]'"
            ) from None
        self.address = address
        self._local = int(match[1]) if match else 0

    def __str__(self) -> str:
        """Say where the blocks are done."""
        return f"cluster {self.address}"

    def run(
        self, work: Work, blocks: Iterator[Block], tell: Callable[[int], None]
    ) -> Generator[Done, None, None]:
        """Yield what came out of each block, as it comes.

        Raises
        ------
        ServerError
            If the scheduler cannot be reached or is lost, has no workers, or its workers die or
            have another version of Trimer.
        """
        with _quiet(), self._client() as client:
            yield from _Conversation(client, self.address, work).run(blocks, tell)

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        import distributed

        dask: Any = distributed  # its calls are not typed
        with contextlib.ExitStack() as stack:
            place: Any = self.address
            if self._local:
                place = stack.enter_context(
                    dask.LocalCluster(
                        n_workers=self._local,
                        threads_per_worker=1,
                        dashboard_address="127.0.0.1:0",  # any free port, not 8787
                        memory_limit=0,
                        silence_logs=logging.CRITICAL,
                    )
                )
            try:
                client = dask.Client(place, timeout=CONNECT_SECONDS, set_as_default=False)
            except (OSError, TimeoutError) as error:
                raise ServerError(
                    f"No Dask scheduler answers at '{self.address}' within {CONNECT_SECONDS:g} "
                    "seconds. Start one with `dask scheduler`, and workers with "
                    "`dask worker --nthreads 1`, or check the address."
                ) from error
            stack.callback(_close, client)
            yield client


class _Conversation:
    """What goes on between this process and the scheduler."""

    def __init__(self, client: Any, address: str, work: Work) -> None:  # noqa: ANN401 (Dask's own)
        self._client, self._address, self._work = client, address, work
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._open: dict[str, tuple[Any, Block]] = {}
        self._run = f"trimer-{time.time_ns():x}"
        self._seen_worker = time.monotonic()

    def run(
        self, blocks: Iterator[Block], tell: Callable[[int], None]
    ) -> Generator[Done, None, None]:
        """Yield what came out of each block."""
        self._fill(blocks)
        while self._open:
            try:
                future = self._answers.get(timeout=1.0)
            except queue.Empty:
                self._check_workers()
                continue
            _, block = self._open.pop(future.key)
            done = self._result(future, block)
            future.release()
            self._fill(blocks)
            tell(simulations(self._work, block))
            yield done

    def _fill(self, blocks: Iterator[Block]) -> None:
        """Hand as many blocks over as the workers will soon want."""
        wanted = AHEAD * max(1, self._threads())
        while len(self._open) < wanted and (block := next(blocks, None)) is not None:
            future = self._client.submit(
                do_block, self._work, block,
                threads=1, pure=False, key=f"{self._run}-{block.number:06d}",
            )  # fmt: skip
            self._open[future.key] = future, block
            future.add_done_callback(self._answers.put)

    def _threads(self) -> int:
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        except Exception as error:  # whatever way the connection breaks
            raise self._lost() from error
        return sum(int(worker["nthreads"]) for worker in workers)

    def _result(self, future: Any, block: Block) -> Done:  # noqa: ANN401 (Dask's own)
        from distributed import KilledWorker

        ids = block.cohort.ids
        who = f"patients {ids[0]} to {ids[-1]}"
        try:
            found: Done = future.result()
        except KilledWorker as error:
            raise ServerError(
                f"Workers of the cluster at '{self._address}' died again and again while they "
                f"simulated {who}; perhaps they ran out of memory."
            ) from error
        except ModuleNotFoundError as error:
            raise ServerError(
                f"A worker of the cluster at '{self._address}' cannot load Trimer: {error}. "
                "Install the same version of Trimer on every worker."
            ) from error
        except Exception as error:
            if future.status == "error":  # what the block itself raised
                raise
            raise self._lost() from error
        return found

    def _lost(self) -> ServerError:
        return ServerError(
            f"The Dask scheduler at '{self._address}' is lost: the connection broke while it had "
            "patients to simulate."
        )

    def _check_workers(self) -> None:
        """Say that nobody is there to do the work, after a while."""
        if self._threads():
            self._seen_worker = time.monotonic()
        elif time.monotonic() - self._seen_worker > NO_WORKER_SECONDS:
            raise ServerError(
                f"The cluster at '{self._address}' has had no workers for {NO_WORKER_SECONDS:g} "
                f"seconds. Start some with `dask worker --nthreads 1 {self._address}`."
            )


def _close(client: Any) -> None:  # noqa: ANN401 (Dask's own)
    """Cancel what is still there and leave, whatever state the connection is in."""
    with contextlib.suppress(Exception):
        client.close(timeout=2)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log off the screen: what matters of it is said in our errors."""
    log = logging.getLogger("distributed")  # its children have levels of their own
    propagate, handlers = log.propagate, log.handlers
    log.propagate, log.handlers = False, [logging.NullHandler()]
    try:
        yield
    finally:
        log.propagate, log.handlers = propagate, handlers
