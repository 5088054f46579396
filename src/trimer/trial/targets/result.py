# SPDX-License-Identifier: Apache-2.0
"""The noun: a simulated scenario, ready to be read out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import best_response
from trimer.assess.crs_astct import QUIET_HOURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from trimer.simulate import Run
    from trimer.simulate.ward.record import WardRecord
    from trimer.trial.targets.scenario import Scenario

    Floats = NDArray[np.float64]

GRADES = ("CRS", "CRS_Lee", "CRS_CTCAE", "ICANS")


class Unavailable(Exception):
    """A row asks for what this simulation does not hold; the message says what, as a clause."""


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """CRS episodes, one entry each, by patient and then by time.

    From the first sign to the last; signs less than 24 hours apart belong to one episode.

    Attributes
    ----------
    patient : int array
        Row of the patient among those who were followed.
    onset, end : float64 array
        First and last sign, in **days**.
    worst : mapping of str to int8 array
        Worst grade by scale.
    """

    patient: NDArray[np.int64]
    onset: Floats
    end: Floats
    worst: Mapping[str, NDArray[np.int8]]

    def __len__(self) -> int:
        return len(self.patient)


@dataclass(frozen=True, eq=False, repr=False)
class ScenarioResult:
    """A simulated scenario. Patients who could not be followed to the end are left out.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    run : Run
        The simulation.
    card : mapping of str to float
        Typical value of each parameter, replaced ones included.
    lacking : tuple of str
        Outputs that the model has not.
    """

    scenario: Scenario
    run: Run
    card: Mapping[str, float]
    lacking: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Rows of the run's patients who were followed to the end."""
        return np.flatnonzero(self.run.status == 0)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def times(self) -> Floats:
        """Output times, in **days**."""
        return self.run.times

    def column(self, name: str) -> Floats:
        """Return one output of the patients who were followed, (N, T).

        Raises
        ------
        Unavailable
            If the model has no such output.
        """
        if name in self.lacking:
            raise Unavailable(f"the model '{self.scenario.model}' has no output '{name}'")
        return self.run.column(name)[self.rows]

    def covariate(self, name: str) -> Floats | None:
        """Return what is known of the patients who were followed; None if nothing is.

        A covariate of the cohort, or a parameter in which they differ.
        """
        cohort = self.run.cohort
        known = getattr(cohort, "covariates", {})  # only cohorts that are screened have some
        if name in known:
            return np.asarray(known[name], dtype=np.float64)[self.rows]
        return cohort.column(name)[self.rows] if name in cohort.parameters else None

    # ------------------------------------------------------------------------ the ward
    @property
    def ward(self) -> WardRecord:
        """The ward's papers.

        Raises
        ------
        Unavailable
            If nobody was on a ward.
        """
        if self.run.ward is None:
            raise Unavailable(f"scenario '{self.scenario.name}' is not followed on a ward")
        return self.run.ward

    @cached_property
    def _stretches(self) -> Mapping[str, NDArray[np.float64]]:
        """Times between two changes of a grade: patient, begin, end, and the grades meanwhile."""
        import polars as pl

        known = pl.DataFrame({"id": self.run.ids[self.rows], "patient": np.arange(len(self))})
        table = self.ward.grades().join(known, on="id", how="inner").sort("patient", "time")
        table = table.with_columns(
            end=pl.col("time").shift(-1).over("patient").fill_null(self.run.times[-1])
        )
        names = ("patient", "time", "end", *GRADES)
        return {name: table[name].to_numpy().astype(np.float64) for name in names}

    def worst(
        self, scale: str = "CRS", first: float = 0.0, last: float = np.inf
    ) -> NDArray[np.int8]:
        """Return each patient's worst grade between two days."""
        part = self._stretches
        inside = (part["time"] < last) & (part["end"] > first)
        worst = np.zeros(len(self), np.int8)
        np.maximum.at(
            worst,
            part["patient"][inside].astype(np.intp),
            np.maximum(part[scale][inside], 0).astype(np.int8),
        )
        return worst

    @cached_property
    def episodes(self) -> Episodes:
        """CRS episodes of all patients."""
        part = self._stretches
        signs = part["CRS"] > 0
        patient, onset, end = (part[name][signs] for name in ("patient", "time", "end"))
        new = np.ones(len(patient), np.bool_)
        quiet = onset[1:] - end[:-1] >= QUIET_HOURS / 24.0
        new[1:] = (patient[1:] != patient[:-1]) | quiet
        first = np.flatnonzero(new)
        if not len(first):
            none = np.empty(0)
            worst = {name: none.astype(np.int8) for name in GRADES}
            return Episodes(none.astype(np.int64), none, none, worst)
        return Episodes(
            patient=patient[first].astype(np.int64),
            onset=onset[first],
            end=np.maximum.reduceat(end, first),
            worst={
                name: np.maximum.reduceat(part[name][signs], first).astype(np.int8)
                for name in GRADES
            },
        )

    @cached_property
    def first_episode(self) -> tuple[Floats, Floats]:
        """Onset and end of each patient's first episode, in **days**; NaN without one."""
        found = self.episodes
        who, place = np.unique(found.patient, return_index=True)
        onset, end = np.full(len(self), np.nan), np.full(len(self), np.nan)
        onset[who], end[who] = found.onset[place], found.end[place]
        return onset, end

    def given(self, drug: str) -> NDArray[np.bool_]:
        """Return who was given a drug, or a level of support above none."""
        import polars as pl

        doses = self.ward.doses().filter((pl.col("drug") == drug) & (pl.col("amount") > 0))
        return np.isin(self.run.ids[self.rows], doses["id"].to_numpy())

    def doses(self, drug: str) -> pl.DataFrame:
        """Return the ledger of a drug."""
        import polars as pl

        return self.ward.doses().filter(pl.col("drug") == drug)

    # ------------------------------------------------------------------------ response
    def response(self, windows: Sequence[float]) -> NDArray[np.str_]:
        """Return each patient's best response at marrows on some days."""
        names = ("blasts", "blood_blasts", "ANC", "PLT")
        marrow, blood, anc, plt = (self.column(name) for name in names)
        return best_response(self.times, marrow, blood, anc, plt, windows)

    def __repr__(self) -> str:
        """Return a short card."""
        return f"<ScenarioResult {self.scenario.name}: {len(self)} patients>"
