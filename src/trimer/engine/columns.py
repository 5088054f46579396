# SPDX-License-Identifier: Apache-2.0
"""What the driver must know of the outputs asked for: which are species, which functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import UnknownName, did_you_mean
from trimer.engine.job import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.engine.compiled import CompiledModel


@dataclass(frozen=True, eq=False)
class Plan:
    """Output columns as the job table wants them.

    Attributes
    ----------
    fields : int64 array
        What :data:`trimer.engine.job.COLUMNS` names.
    arrays : tuple of arrays
        What some of the fields point to.
    """

    fields: NDArray[np.int64]
    arrays: tuple[NDArray[np.int64], ...]


def plan(compiled: CompiledModel, outputs: tuple[str, ...]) -> Plan:
    """Return what the driver must know of these outputs; made once for each model and outputs."""
    made = compiled.plans.get(outputs)
    if made is None:
        made = compiled.plans[outputs] = _plan(compiled, outputs)
    return made


def _plan(compiled: CompiledModel, outputs: tuple[str, ...]) -> Plan:
    direct, functions, needed = [], [], set[int]()
    for column, name in enumerate(outputs):
        function, species = place(compiled, name)
        if function:
            functions.append((function, column))
            needed.update(compiled.needs[compiled.observables.index(name)])
        else:
            direct.append((species, column))
    found = np.array(direct, dtype=np.int64).reshape(-1, 2).T.copy()
    called = np.array(functions, dtype=np.int64).reshape(-1, 2).T.copy()
    read = np.array(sorted(needed), dtype=np.int64)
    entries: dict[str, int | NDArray[np.int64]] = {
        "width": len(outputs),
        "n_needed": len(read), "needed": read,
        "n_direct": len(direct), "direct": found[0], "direct_column": found[1],
        "n_functions": len(functions), "functions": called[0], "function_column": called[1],
    }  # fmt: skip
    values = [entries[name] for name in COLUMNS]
    fields = [x if isinstance(x, int) else x.ctypes.data for x in values]
    return Plan(np.array(fields, dtype=np.int64), (read, found, called))


def place(compiled: CompiledModel, name: str) -> tuple[int, int]:
    """Return the address of an observable's function and 0, or 0 and the number of a species."""
    if name in compiled.observables:
        return compiled.addresses[f"observe_{compiled.observables.index(name)}"], 0
    if name in compiled.species:
        return 0, compiled.species.index(name)
    known = (*compiled.observables, *compiled.species)
    message = f"Unknown output '{name}' of '{compiled.name}'.{did_you_mean(name, known)}"
    raise UnknownName(message)


def species_read(compiled: CompiledModel, name: str) -> tuple[int, ...]:
    """Return the species that an output reads."""
    if name in compiled.observables:
        return compiled.needs[compiled.observables.index(name)]
    return (compiled.species.index(name),)
