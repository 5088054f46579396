# SPDX-License-Identifier: Apache-2.0
"""Work space of a thread: arrays of vectors, one after the other, kept between calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trimer.engine import rodas5p
from trimer.engine.compiled import aligned
from trimer.engine.ir import LANES
from trimer.engine.job import CHANNELS, WORK
from trimer.engine.watching import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel

_WHOLE_NUMBERS = (
    "place",
    "dose",
    "taken",
    "refused",
    "back",
    "halted",
    *(f"output_{c}" for c in CHANNELS),
)


class Workspace(NamedTuple):
    """Memory, and the addresses of its parts in the order of :data:`trimer.engine.job.WORK`."""

    memory: NDArray[np.float64]
    fields: NDArray[np.int64]


def lend(compiled: CompiledModel, width: int, watches: int, count: int) -> list[Workspace]:
    """Return work space for so many threads; :func:`give_back` it after use."""
    spare = compiled.spaces.setdefault((width, watches), [])
    spaces = []
    for _ in range(count):
        try:  # another thread may take the last one
            spaces.append(spare.pop())
        except IndexError:
            spaces.append(_made(compiled, width, watches))
    return spaces


def give_back(compiled: CompiledModel, width: int, watches: int, spaces: list[Workspace]) -> None:
    """Keep work space for the next call. What an interrupted call used is not given back."""
    compiled.spaces[width, watches].extend(spaces)


def _made(compiled: CompiledModel, width: int, watches: int) -> Workspace:
    n = len(compiled.species)
    loaded = len(compiled.parameters) + len(compiled.baselines) + len(compiled.inputs)
    sizes = {
        "n": n,
        "stages": n * rodas5p.STAGES,
        "factors": compiled.n_factors,
        "constants": loaded + compiled.uses_time + compiled.n_hoisted,
        "width": width + LANES,
        "watches": watches,
        "samples": (PARTS + 1) * watches,
        "roots": PARTS * watches,
    }
    counts: dict[str, int] = {
        name: sizes[count] if isinstance(count, str) else count for name, count in WORK.items()
    }
    memory = aligned(sum(counts.values()) * LANES)
    memory[:] = 1.0  # idle lanes compute on this: something harmless
    addresses, at = {}, 0
    for name, count in counts.items():
        if name in _WHOLE_NUMBERS:
            memory[at * LANES : (at + count) * LANES] = 0.0
        addresses[name] = memory.ctypes.data + at * LANES * 8
        at += count
    if compiled.uses_time:
        addresses["clock"] = addresses["p"] + loaded * LANES * 8
    return Workspace(memory, np.array([addresses[name] for name in WORK], dtype=np.int64))
