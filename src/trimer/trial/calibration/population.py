# SPDX-License-Identifier: Apache-2.0
"""A virtual population: candidates, accepted, treated, weighted and drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.protocol import Protocol
from trimer.simulate import simulate
from trimer.trial.calibration.marginals import features
from trimer.trial.calibration.plausible import accept
from trimer.trial.calibration.resample import Resampled, resample
from trimer.trial.calibration.weights import LEAST_EFFECTIVE, Weights, weigh
from trimer.trial.outcomes import NEEDED, outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.patients import Cohort
    from trimer.simulate import Run
    from trimer.trial.calibration.marginals import Marginal
    from trimer.trial.calibration.plausible import Range

_AT_START = 1.0 / 24.0
_BLOCK = 500


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A weighted virtual population and the cohort drawn from it.

    Parameters
    ----------
    candidates : int
        How many patients were drawn from the card.
    accepted : Cohort
        Who of them is plausible and could be followed.
    rejected : mapping of str to int
        How many each plausible range left out.
    weights : Weights
        Of the accepted.
    resampled : Resampled
        The unweighted cohort.
    """

    candidates: int
    accepted: Cohort
    rejected: Mapping[str, int]
    weights: Weights
    resampled: Resampled


def virtual_population(
    compiled: Compiled,
    candidates: Cohort,
    protocol: Protocol,
    marginals: Sequence[Marginal],
    *,
    ranges: Sequence[Range] = (),
    n: int,
    days: float,
    seed: int,
    least_effective: float = LEAST_EFFECTIVE,
    threads: int | None = None,
) -> Population:
    """Weigh plausible patients to published figures, and draw an unweighted cohort.

    Parameters
    ----------
    compiled : Compiled
        The model.
    candidates : Cohort
        Patients drawn from the card.
    protocol : Protocol
        The treatment under which the figures were published.
    marginals : sequence of Marginal
        The figures.

    Other Parameters
    ----------------
    ranges : sequence of Range
        What is plausible: of parameters, and of observables before the first dose.
    n : int
        Size of the cohort.
    days : float
        For how long patients are followed, in **days**.
    seed : int
        Of the draw.
    least_effective : float
        A smaller effective sample size is refused.
    threads : int, optional
        Threads to use. Results do not depend on it.

    Raises
    ------
    CohortError
        If too few are plausible, the figures cannot be reached, or the effective sample size is
        too small.
    """
    screened = accept(candidates, ranges, at_start(compiled, candidates, threads))
    treated, known = screened.cohort, []
    for start in range(0, len(treated), _BLOCK):
        part = treated.part(start, min(start + _BLOCK, len(treated)))
        run = simulate(
            compiled, part, protocol, days=days, every_hours=1.0,
            outputs=tuple(name for name in NEEDED if name in compiled.observables),
            threads=threads,
        )  # fmt: skip
        known.append(quantities(run))
    table = {name: np.concatenate([part[name] for part in known]) for name in known[0]}
    followed = table["failed"] == 0
    accepted = treated.select(treated.ids[followed])
    table = {name: column[followed] for name, column in table.items()}
    weights = weigh(
        features(marginals, table),
        [marginal.target for marginal in marginals],
        names=[marginal.label for marginal in marginals],
        error=[marginal.error for marginal in marginals],
        least_effective=least_effective,
    )
    drawn = resample(
        accepted, weights.weights, n, seed=seed, name="calibrated",
        description=f"{candidates.description} Weighted to published figures and drawn again.",
    )  # fmt: skip
    return Population(len(candidates), accepted, screened.rejected, weights, drawn)


def at_start(
    compiled: Compiled, cohort: Cohort, threads: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return every observable before the first dose, one value for each patient."""
    run = simulate(
        compiled, cohort, Protocol("nothing"), days=_AT_START, every_hours=1.0, threads=threads
    )
    return {name: run.column(name)[:, 0] for name in run.names}


def quantities(run: Run) -> dict[str, NDArray[np.float64]]:
    """Return everything a figure may be of: parameters, start of observables, outcomes.

    A best response becomes one column of 0 and 1 for each category.
    """
    table = outcomes("", run, np.arange(0, len(run.times), 6))
    known = {name: run.column(name)[:, 0] for name in run.names}
    known |= {name: run.cohort.column(name) for name in run.cohort.parameters}
    known |= {
        name: table[name].cast(float).to_numpy()
        for name, kind in table.schema.items()
        if kind.is_numeric() or str(kind) == "Boolean"
    }
    kinds = table["response"].to_list() if "response" in table.columns else []
    for kind in ("CR", "CRh", "CRi", "MLFS", "PR", "NR") if kinds else ():
        known[kind] = np.array([float(found == kind) for found in kinds])
    return known
