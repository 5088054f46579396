# SPDX-License-Identifier: Apache-2.0
"""The verb: simulate scenarios with common random numbers.

Scenarios of one model and cohort treat the same patients, and what happens by chance on the ward
belongs to patient and minute, so that two scenarios differ by what is done alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.simulate import simulate
from trimer.trial.targets.patients import card_of, draw, ready, replaced_values
from trimer.trial.targets.result import ScenarioResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trimer.engine.solution import Compiled
    from trimer.patients import Cohort
    from trimer.trial.targets.scenario import Scenario

RTOL = 1e-4
"""Relative tolerance of a step; figures compared here are known to a tenth at best."""

_NOTHING: Mapping[str, float] = {}


def simulate_scenarios(
    scenarios: Iterable[Scenario],
    *,
    overrides: Mapping[str, float] = _NOTHING,
    patients: int,
    seed: int,
    threads: int | None = None,
    stand_in: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, ScenarioResult]:
    """Simulate scenarios, each once.

    Parameters
    ----------
    scenarios : iterable of Scenario
        Such as ``targets.to_simulate()``.
    overrides : mapping of str to float
        Card values replaced for all patients: medians, with the spread kept. See
        `trimer.trial.targets.patients`.
    patients, seed : int
        How many patients in each scenario, and the seed of the draw.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    stand_in : str, optional
        A cohort to draw where a scenario's own does not exist; without it that is an error.
    progress : callable, optional
        Called with the number of patients simulated so far, over all scenarios.

    Returns
    -------
    dict of str to ScenarioResult
        By name of the scenario.

    Raises
    ------
    InputError
        If a name is unknown, a number is out of range, or nobody could be followed.
    """
    wanted = list(scenarios)
    if patients < 1:
        raise InputError(f"Wrong number of patients: got {patients}; there is at least one.")
    changed = replaced_values({scenario.model for scenario in wanted}, overrides)
    cohorts: dict[tuple[object, ...], Cohort] = {}
    results: dict[str, ScenarioResult] = {}
    for scenario in wanted:
        values = changed[scenario.model] | dict(scenario.values)
        key = (scenario.model, scenario.cohort, *sorted(values.items()))
        if key not in cohorts:
            cohorts[key] = draw(scenario, values, patients, seed, stand_in, threads)
        results[scenario.name] = _simulate(
            scenario, ready(scenario.model, values), cohorts[key], values, threads
        )
        if progress is not None:
            progress(len(results) * patients)
    return results


def _simulate(
    scenario: Scenario,
    compiled: Compiled,
    cohort: Cohort,
    values: Mapping[str, float],
    threads: int | None,
) -> ScenarioResult:
    known = {*compiled.observables, *compiled.species}
    lacking = tuple(name for name in scenario.may_lack if name not in known)
    run = simulate(
        compiled,
        cohort,
        scenario.read_protocol(),
        days=scenario.days,
        every_hours=scenario.every_hours,
        outputs=[name for name in scenario.outputs if name not in lacking],
        rtol=RTOL,
        threads=threads,
    )
    if (run.status != 0).all():
        raise InputError(
            f"Nobody could be followed in scenario '{scenario.name}': {run.failure_text()}"
        )
    return ScenarioResult(scenario, run, card_of(scenario.model, values), lacking)
