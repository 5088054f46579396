# SPDX-License-Identifier: Apache-2.0
"""Choose where the blocks of a run are done, and how large they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.core.shown import counted
from trimer.trial.block import memory_per_patient
from trimer.trial.design.conduct import TOGETHER
from trimer.trial.here import Hands, Here
from trimer.trial.outcomes import NEEDED
from trimer.trial.processes import Processes, processors
from trimer.trial.tables import profiles_of

if TYPE_CHECKING:
    from trimer.engine.solution import Compiled
    from trimer.trial.detail import Detail
    from trimer.trial.study import Study

BLOCK = 500
"""Patients in memory at a time, where everything of them is kept."""

WARD_BLOCK = 2000
"""The same on a ward, where much of a look costs as much for one patient as for a thousand."""

LARGE_BLOCK = 4096
"""The same where outcomes alone are kept."""

SCIPY_BLOCK = 20
"""The same where each patient takes a tenth of a second: progress should move, and Ctrl-C lose
little."""

BLOCK_BYTES = 3e8
"""What a block larger than `BLOCK` may take while it is simulated, in **bytes**."""

WORTH_PATIENT_DAYS = 60_000.0
"""On a ward, from so many patient-days on several processes are worth their start."""


def choose_hands(
    study: Study,
    compiled: Compiled,
    *,
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
) -> Hands:
    """Return who does the blocks of a run; results do not depend on it.

    Parameters
    ----------
    study : Study
        What is to be done.
    compiled : compiled model
        With which model.
    threads : int, optional
        Threads in the solver of this process.
    processes : int, optional
        Processes of this machine; if left out, one, or one for each processor where a large study
        is followed on a ward.
    cluster : str, optional
        Address of a Dask scheduler, or ``local:4`` for one with four workers on this machine.

    Raises
    ------
    InputError
        If a number is wrong, or a cluster and processes are asked for together.
    """
    if processes is not None and processes < 1:
        raise InputError(
            f"Wrong number of processes: got {processes}; it must be at least 1. "
            "Leave --processes out to have it chosen."
        )
    if cluster is not None:
        if processes is not None:
            raise InputError(
                "A run is done in processes of this machine or on a cluster: got --processes and "
                "--cluster. Leave one of them out; 'local:4' is a cluster of four processes here."
            )
        from trimer.trial.cluster import Cluster

        return Cluster(cluster)
    number = processes or _worth(study, compiled, threads)
    return Here(threads) if number == 1 else Processes(number, threads or 1)


def block_size(
    study: Study, compiled: Compiled, hands: Hands, detail: Detail, asked: int | None
) -> int:
    """Return how many patients are simulated together; results do not depend on it."""
    if asked is not None:
        if asked < 1:
            raise InputError(f"Wrong size of a block: got {counted(asked, 'patient')}.")
        return asked
    if study.design is not None:
        return TOGETHER  # at least one whole trial
    if not compiled.engine.startswith("lanes"):
        return SCIPY_BLOCK
    outputs, most = len(NEEDED), LARGE_BLOCK
    if detail.is_all:
        outputs += len(profiles_of(compiled.observables))
        most = WARD_BLOCK if all(arm.protocol.is_closed_loop for arm in study.arms) else BLOCK
    most = max(BLOCK, min(int(BLOCK_BYTES / memory_per_patient(study, outputs)), most))
    if isinstance(hands, Here):
        return most
    # As many blocks as there are hands, or a multiple: nobody waits for the last of them.
    number = hands.number if isinstance(hands, Processes) else 1
    blocks = number * math.ceil(math.ceil(study.patients / most) / number)
    return max(1, math.ceil(study.patients / blocks))


def _worth(study: Study, compiled: Compiled, threads: int | None) -> int:
    """Return how many processes are worth their start."""
    on_ward = all(arm.protocol.is_closed_loop for arm in study.arms)
    days = study.simulations * study.days
    if threads is not None or not compiled.engine.startswith("lanes"):
        return 1
    return processors() if on_ward and days >= WORTH_PATIENT_DAYS else 1
