# SPDX-License-Identifier: Apache-2.0
"""Conduct a randomized trial, again and again with new patients.

Patients are taken from the cohort in the order of their numbers: trial *r* enrolls those from
*r n* to *(r + 1) n*. Each is allocated to one arm and simulated in it alone; his luck belongs to
his number, so he would meet the same in any other arm. Nothing depends on how many trials are in
memory at a time. The first trial is kept with every table, of the others only the endpoints.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.simulate import Run, simulate, weights_kg
from trimer.trial.design.allocation import allocate
from trimer.trial.design.compare import Contrast, comparisons
from trimer.trial.design.observe import Observation, observe, watched
from trimer.trial.design.stratum import check_strata, strata_of
from trimer.trial.outcomes import NEEDED, outcomes
from trimer.trial.safety.events import adverse_rows, needed_outputs
from trimer.trial.tables import patient_table, profile_table, profiles_of, treatment_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.trial.cohorts import Patients
    from trimer.trial.design.plan import Randomized
    from trimer.trial.study import Study

TOGETHER = 2000
"""Patients simulated at a time, at least one whole trial."""

Tables = dict[str, list[pl.DataFrame]]
Failures = dict[str, dict[str, str]]


def enrolled(
    study: Study, design: Randomized, patients: Patients, together: int | None = None
) -> Iterator[tuple[Cohort, int, int]]:
    """Yield patients with the first trial they are in, and the one after the last.

    The first trial comes by itself; a stratum with nobody in it is said before it is conducted.

    Parameters
    ----------
    study, design : Study and Randomized
        How many patients and repeats.
    patients : Patients
        Of the cohort.
    together : int, optional
        Patients simulated at a time, at least one whole trial. Results do not depend on it.
    """
    n, repeats = study.patients, design.repeats
    step = max(1, (TOGETHER if together is None else together) // n)
    bounds = [0, *range(1, repeats, step), repeats]
    for first, last in pairwise(bounds):
        if last == first:
            continue
        cohort = patients.take(n * (last - first))
        if first == 0:
            check_strata(cohort, design.strata)
        yield cohort, first, last


def all_comparisons(study: Study, design: Randomized, endpoints: pl.DataFrame) -> pl.DataFrame:
    """Return every comparison of the repeats that were conducted.

    Parameters
    ----------
    study, design : Study and Randomized
        Arms and strata.
    endpoints : polars DataFrame
        Of all repeats.
    """
    contrasts = [
        Contrast(arm.name, design.control, bool(design.strata))
        for arm in study.arms
        if arm.name != design.control
    ]
    return comparisons(endpoints, study.endpoints, contrasts)


class Trial:
    """A randomized trial, ready to be conducted.

    Parameters
    ----------
    study : Study
        With its design.
    design : Randomized
        How patients are allocated.
    compiled : Compiled
        Its model.
    rtol : float
        Relative tolerance of a step of the solver.
    threads : int or None
        Threads to use.
    finer : int
        Outputs of the first trial for each that is stored.
    claims : bool
        Whether responses may be judged in these patients.
    """

    def __init__(
        self,
        study: Study,
        design: Randomized,
        compiled: Compiled,
        *,
        rtol: float,
        threads: int | None,
        finer: int,
        claims: bool = True,
    ) -> None:
        self._study, self._design, self._compiled = study, design, compiled
        self._rtol, self._threads = rtol, threads
        self._finer, self._claims = finer, claims
        self._how = Observation(
            study.endpoints, study.visit_days, design.dropout_per_day, design.transplants
        )

    def conduct(
        self, cohort: Cohort, first: int, last: int, tell: Callable[[int], None] | None = None
    ) -> tuple[Tables, Failures]:
        """Conduct some repeats; return rows for the run folder, and reasons of failures.

        Parameters
        ----------
        cohort : Cohort
            Patients of these repeats, in order.
        first, last : int
            Number of the first repeat, and of the one after the last.
        tell : callable, optional
            Called after each arm with the number of patients who were simulated.
        """
        study, n = self._study, self._study.patients
        repeat = np.repeat(np.arange(first, last), n)
        strata = strata_of(cohort, self._design.strata)
        arm_of = np.concatenate(
            [
                allocate(
                    strata[repeat == r], study.ratio, seed=study.seed, trial=r,
                    block=self._design.block,
                )
                for r in range(first, last)
            ]
        )  # fmt: skip
        tables: Tables = {"patients": [patient_table(cohort)]} if first == 0 else {}
        endpoints: list[pl.DataFrame] = []
        failures: Failures = {}
        for k, arm in enumerate(study.arms):
            rows = np.flatnonzero(arm_of == k)
            if not len(rows):
                continue
            part = cohort.select(cohort.ids[rows])
            run = self._follow(part, k, whole=first == 0)
            stored = self._stored(run, whole=first == 0)
            frame = observe(arm.name, run, stored, self._how)
            extra = pl.DataFrame({"repeat": repeat[rows], "stratum": strata[rows]})
            endpoints.append(pl.concat([frame, extra], how="horizontal"))
            failures[arm.name] = {str(i): why for i, why in run.failures.items()}
            if first == 0:
                for name, frames in self._tables(arm.name, run, stored).items():
                    tables.setdefault(name, []).extend(frames)
            if tell is not None:
                tell(len(rows))
        tables["endpoints"] = endpoints
        return tables, failures

    def _follow(self, cohort: Cohort, arm: int, *, whole: bool) -> Run:
        study, compiled = self._study, self._compiled
        outputs = self._how.outputs(tuple(compiled.units))
        if whole:
            events = needed_outputs(tuple(compiled.units))
            names = (*profiles_of(compiled.observables), *NEEDED, *outputs, *events)
            outputs = tuple(dict.fromkeys(names))
        return simulate(
            compiled,
            cohort,
            watched(study.arms[arm].protocol, study.endpoints),
            days=study.days,
            every_hours=study.every_hours / (self._finer if whole else 1),
            outputs=outputs,
            rtol=self._rtol,
            threads=self._threads,
        )

    def _stored(self, run: Run, *, whole: bool) -> NDArray[np.intp]:
        """Return which outputs are stored: the same times in every trial."""
        found = np.arange(0, len(run.times), self._finer if whole else 1)
        return found if found[-1] == len(run.times) - 1 else np.append(found, len(run.times) - 1)

    def _tables(self, arm: str, run: Run, stored: NDArray[np.intp]) -> Tables:
        weight = weights_kg(self._compiled, run.cohort)
        names = profiles_of(self._compiled.observables)
        return {
            **treatment_tables({arm: run}, weight),
            "profiles": [profile_table(arm, run, names, stored)],
            "adverse": [adverse_rows(arm, run, stored)],
            "outcomes": [outcomes(arm, run, stored, response_criteria=self._claims)],
        }
