# SPDX-License-Identifier: Apache-2.0
"""Simulate what was before entry: chemotherapy, whether it brought a remission, and for how long.

======================  =======  ==================================================================
measure                 unit     what
======================  =======  ==================================================================
``blasts_day_N``        %        marrow blasts on day N from the first course
``remission_days``      day      from the day of assessment until blasts are above the limit again;
                                 0 without remission, infinite if longer than it is followed
``stem_cells_least``    cell     fewest leukemic stem cells from the first course on
======================  =======  ==================================================================
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.elementary import log
from trimer.engine.solution import SET_INPUT, Schedule
from trimer.patients import Cohort
from trimer.patients.definition import REMISSION_DAYS
from trimer.simulate.matching import compile_for, parameter_matrix
from trimer.simulate.prepare import prepare
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import ParameterLike
    from trimer.patients.definition import Induction
    from trimer.simulate.prepare import Engine

    Floats = NDArray[np.float64]

MODEL = "induction"
BLASTS_ON = re.compile(r"blasts_day_(\d{1,5})")
STEM_CELLS_LEAST = "stem_cells_least"
UNITS = {REMISSION_DAYS: "day", STEM_CELLS_LEAST: "cell"}

_EVERY_DAYS = 7.0
"""Interval at which a remission is looked at, in **days**; its end is found to half a day."""

_AFTER_DAYS = 7
"""For how long after a course stem cells are looked at daily, in **days**."""


class BeforeEntry:
    """The treatment before entry, simulated.

    Parameters
    ----------
    induction : Induction
        Courses and days, as the cohort's definition gives them.
    longest_remission : float
        Longer ones need not be told apart, in **days**: nobody is followed for longer.
    engine : {"auto", "lanes", "scipy"}
        See `trimer.simulate.prepare`.
    threads : int, optional
        Threads to use. Results do not depend on it.
    """

    def __init__(
        self,
        induction: Induction,
        *,
        longest_remission: float = math.inf,
        engine: Engine = "auto",
        threads: int | None = None,
    ) -> None:
        self._induction = induction
        weeks = math.ceil(longest_remission / _EVERY_DAYS) if longest_remission < 1e5 else math.inf
        enough = induction.assessed_day + _EVERY_DAYS * weeks
        self._until = min(induction.follow_days, enough)
        self._engine, self._threads = engine, threads
        self._card = tuple(prepare(shipped(MODEL), engine).parameter_table)

    @property
    def card(self) -> Sequence[ParameterLike]:
        """Parameters of the model of what was before entry."""
        return self._card

    def unit(self, name: str) -> str | None:
        """Return the unit of a measure; None if it has none of this name."""
        return "%" if BLASTS_ON.fullmatch(name) else UNITS.get(name)

    def measures(self) -> Sequence[str]:
        """Return examples of measures, for suggestions."""
        return (f"blasts_day_{self._induction.assessed_day:g}", *UNITS)

    def __call__(self, columns: Mapping[str, Floats], names: Sequence[str]) -> Mapping[str, Floats]:
        """Return measures of candidates, NaN where one could not be followed.

        Parameters
        ----------
        columns : mapping of str to array
            Parameters of the candidates; what is not there has the value of the card.
        names : sequence of str
            Measures.
        """
        if not names:
            return {}
        values = np.stack(list(columns.values()), axis=1)
        candidates = Cohort("candidates", np.arange(len(values)), tuple(columns), values)
        compiled = compile_for(shipped(MODEL), self._engine, candidates)
        times = self._times(names)
        solution = compiled.solve(
            parameter_matrix(compiled, candidates),
            self._schedule(len(candidates), compiled.inputs.index("course")),
            0.0, float(times[-1]), times, ("blasts", "stem_cells"), threads=self._threads,
        )  # fmt: skip
        solution.values[solution.status != 0] = np.nan
        blasts, stem_cells = solution.values[:, :, 0], solution.values[:, :, 1]
        found: dict[str, Floats] = {}
        for name in names:
            if name == REMISSION_DAYS:
                found[name] = self._remission(times, blasts)
            elif name == STEM_CELLS_LEAST:
                found[name] = stem_cells.min(axis=1)
            else:
                found[name] = blasts[:, int(np.searchsorted(times, _day(name)))].copy()
        return found

    def _schedule(self, patients: int, index: int) -> Schedule:
        times, rates = [], []
        for course in self._induction.courses:
            times += [course.start_day, course.start_day + course.days]
            rates += [course.share / course.days, 0.0]
        shared = np.tile(np.array(rates), (patients, 1))
        return Schedule.shared(times, [SET_INPUT] * len(times), [index] * len(times), shared)

    def _times(self, names: Sequence[str]) -> Floats:
        """Return when candidates are looked at: no longer than the measures need."""
        induction = self._induction
        days = {0.0} | {_day(name) for name in names if BLASTS_ON.fullmatch(name)}
        if UNITS.keys() & set(names):
            days |= {induction.assessed_day, self._until}
            weeks = math.ceil((self._until - induction.assessed_day) / _EVERY_DAYS)
            days |= {induction.assessed_day + _EVERY_DAYS * week for week in range(weeks)}
        if STEM_CELLS_LEAST in names:
            # Cells are fewest in the days after a course, when it stops killing.
            ends = [course.start_day + course.days for course in induction.courses]
            days |= {end + day for end in ends for day in range(_AFTER_DAYS + 1)}
        return np.array(sorted(days))

    def _remission(self, times: Floats, blasts: Floats) -> Floats:
        """Return how long each remission lasts, in **days**; see the module."""
        induction, limit = self._induction, self._induction.remission_percent
        start = int(np.searchsorted(times, induction.assessed_day))
        later = blasts[:, start:]
        with np.errstate(invalid="ignore"):
            over = later > limit
        # The first time it is above; in remission until then.
        k = np.argmax(over, axis=1)
        rows = np.flatnonzero((k > 0) & over.any(axis=1))
        days = np.where(over[:, 0], 0.0, math.inf)
        before, after = later[rows, k[rows] - 1], later[rows, k[rows]]
        # Blasts grow by a constant factor in a constant time.
        share = (log(limit) - log(before)) / (log(after) - log(before))
        t0, t1 = times[start + k[rows] - 1], times[start + k[rows]]
        days[rows] = t0 + share * (t1 - t0) - induction.assessed_day
        days[np.isnan(blasts).any(axis=1)] = math.nan
        return days


def _day(name: str) -> float:
    match = BLASTS_ON.fullmatch(name)
    return float(match[1]) if match else 0.0
