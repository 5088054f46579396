# SPDX-License-Identifier: Apache-2.0
"""Do blocks of patients one after another in this process, with threads inside the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from trimer.trial.block import do_block

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from trimer.trial.block import Block, Done, Work


class Hands(Protocol):
    """Whoever does blocks of patients."""

    def run(
        self, work: Work, blocks: Iterator[Block], tell: Callable[[int], None]
    ) -> Generator[Done, None, None]:
        """Yield what came out of each block, as it comes; tell how many simulations are done."""


class Here:
    """The process that runs the study.

    Parameters
    ----------
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def __str__(self) -> str:
        """Say where the blocks are done."""
        return "one process"

    def run(
        self, work: Work, blocks: Iterator[Block], tell: Callable[[int], None]
    ) -> Generator[Done, None, None]:
        """Yield what came out of each block."""
        for block in blocks:
            yield do_block(work, block, threads=self._threads, tell=tell)
