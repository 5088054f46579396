# SPDX-License-Identifier: Apache-2.0
"""Latent outcomes: continuous numbers behind response, CRS and cytokines.

They are read from the course under the planned doses: no thresholds, no chance, and no ward whose
treatment would hide what a parameter does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import crs_severity, peak
from trimer.core.elementary import log
from trimer.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients import Cohort
    from trimer.protocol import Protocol
    from trimer.simulate import Run

    Floats = NDArray[np.float64]

_BLOCK = 2000
_LEAST_BLASTS = 1e-6
_LOG10 = 2.302585092994046


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A latent outcome.

    Parameters
    ----------
    name, label : str
        In tables, and in figures.
    unit : str
        Of the number.
    needs : tuple of str
        Observables it is made of.
    """

    name: str
    label: str
    unit: str
    needs: tuple[str, ...]


LATENT = (
    ReadOut("blast_nadir", "Blast nadir", "log10 %", ("blasts",)),
    ReadOut("crs_severity", "CRS severity", "logit", ("IL6_signal", "vascular_leak")),
    ReadOut("peak_il6", "Peak IL-6", "log10 pg/mL", ("IL6",)),
    ReadOut("lowest_pressure", "Lowest pressure", "mmHg", ("MAP",)),
)


def readable(compiled: Compiled) -> tuple[ReadOut, ...]:
    """Return the latent outcomes that a model has the observables for."""
    known = set(compiled.observables)
    return tuple(out for out in LATENT if known.issuperset(out.needs))


def latent(run: Run, read_outs: tuple[ReadOut, ...]) -> Floats:
    """Return latent outcomes of a run (N, K); NaN of patients who could not be followed."""
    made: dict[str, Callable[[], Floats]] = {
        "blast_nadir": lambda: _log10(np.min(run.column("blasts"), axis=1)),
        "crs_severity": lambda: crs_severity(
            peak(run.column("IL6_signal")), peak(run.column("vascular_leak"))
        ),
        "peak_il6": lambda: _log10(peak(run.column("IL6"))),
        "lowest_pressure": lambda: np.min(run.column("MAP"), axis=1),
    }
    values = np.column_stack([made[out.name]() for out in read_outs])
    values[run.status != 0] = np.nan
    return values


def latent_of(
    compiled: Compiled,
    cohort: Cohort,
    protocol: Protocol,
    *,
    days: float,
    rtol: float = 1e-4,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Floats:
    """Simulate a cohort and return its latent outcomes (N, K).

    Parameters
    ----------
    compiled : Compiled
        The model.
    cohort : Cohort
        The N patients.
    protocol : Protocol
        A fixed schedule; see `trimer.trial.planned.as_planned`.
    days : float
        For how long, in **days**.
    rtol : float
        Relative tolerance of a step of the solver: indices need no more than four digits.
    threads : int, optional
        Threads to use. Results do not depend on it.
    progress : callable, optional
        Called with the number of patients done.
    """
    read_outs = readable(compiled)
    needs = tuple(dict.fromkeys(name for out in read_outs for name in out.needs))
    values = np.empty((len(cohort), len(read_outs)))
    for start in range(0, len(cohort), _BLOCK):
        stop = min(start + _BLOCK, len(cohort))
        run = simulate(
            compiled, cohort.part(start, stop), protocol,
            days=days, every_hours=1.0, outputs=needs, rtol=rtol, threads=threads,
        )  # fmt: skip
        values[start:stop] = latent(run, read_outs)
        if progress is not None:
            progress(stop)
    return values


def _log10(values: Floats) -> Floats:
    return np.asarray(log(np.maximum(values, _LEAST_BLASTS)) / _LOG10)
