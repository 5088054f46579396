# SPDX-License-Identifier: Apache-2.0
"""The verb: simulate everything behind the published figures and compare."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trimer.trial.targets.figures import figures
from trimer.trial.targets.simulate import simulate_scenarios
from trimer.trial.targets.tally import FIT_AIM, PREDICTED_AIM, tally
from trimer.trial.targets.verdict import verdict
from trimer.trial.targets.words import miss_sentence, rule_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.figures import Simulated
    from trimer.trial.targets.tally import Tally
    from trimer.trial.targets.target import Part, Target, Targets
    from trimer.trial.targets.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was simulated for a scenario, in short.

    Parameters
    ----------
    name, title, model, cohort, protocol, policy, note : str
        As in the targets file; `cohort` is the one that was drawn.
    days : float
        Length, in **days**.
    patients, failed : int
        How many were started, and how many could not be followed.
    model_version, model_hash : str
        Which model it was.
    """

    name: str
    title: str
    model: str
    cohort: str
    protocol: str
    policy: str
    note: str
    days: float
    patients: int
    failed: int
    model_version: str
    model_hash: str


@dataclass(frozen=True, eq=False, repr=False)
class Validation:
    """Published figures beside the simulated ones.

    Parameters
    ----------
    targets : Targets
        The rows that were compared.
    simulated : mapping of str to Simulated
        By id.
    simulations : tuple of Simulation
        What was simulated.
    patients, seed : int
        In each scenario, and of the draws.
    stand_in : str
        Cohort that was drawn in place of missing ones; empty if none was.
    wall_seconds : float
        How long it took, in **seconds**.
    """

    targets: Targets
    simulated: Mapping[str, Simulated]
    simulations: tuple[Simulation, ...]
    patients: int
    seed: int
    stand_in: str
    wall_seconds: float

    @property
    def tally(self) -> dict[str, Tally]:
        """How many rows of each use are met."""
        return tally(self.targets, self.simulated)

    def verdict(self, id_: str) -> Verdict:
        """Return whether a row is met."""
        return verdict(self.targets[id_], self.simulated[id_])

    def miss(self, id_: str) -> str:
        """Return the sentence on a missed row; empty if it is not missed."""
        if self.verdict(id_) != "missed":
            return ""
        return miss_sentence(self.targets[id_], self.simulated[id_])

    def __repr__(self) -> str:
        """Return a short card."""
        counts = ", ".join(f"{name} {found}" for name, found in self.tally.items() if found.judged)
        return f"<Validation of {len(self.targets)} rows, met: {counts}>"


def validate(
    targets: Targets,
    *,
    patients: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    stand_in: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Validation:
    """Simulate what is behind the rows and compare.

    Parameters
    ----------
    targets : Targets
        From `read_targets`, perhaps only some of them.
    patients, seed : int
        In each scenario, and of the draws.
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.
    stand_in : str, optional
        A cohort to draw where a scenario's own does not exist; without it that is an error.
    progress : callable, optional
        Called with the number of patients simulated so far, over all scenarios.
    """
    began = time.perf_counter()
    results = simulate_scenarios(
        targets.to_simulate(), patients=patients, seed=seed, threads=threads, stand_in=stand_in,
        progress=progress,
    )  # fmt: skip
    found = figures(targets, results)
    done = tuple(
        Simulation(
            name=name, title=result.scenario.title, model=result.run.model,
            cohort=result.run.cohort.name, protocol=result.scenario.protocol,
            policy=result.scenario.policy, note=result.scenario.note, days=result.scenario.days,
            patients=len(result.run.ids), failed=len(result.run.ids) - len(result),
            model_version=result.run.model_version, model_hash=result.run.model_hash,
        )
        for name, result in results.items()
    )  # fmt: skip
    wall = time.perf_counter() - began
    return Validation(targets, found, done, patients, seed, stand_in or "", wall)


def validation_record(validation: Validation) -> dict[str, Any]:
    """Return a validation as plain data, for JSON."""
    return {
        "patients": validation.patients,
        "seed": validation.seed,
        "stand_in": validation.stand_in or None,
        "wall_seconds": round(validation.wall_seconds, 1),
        "aims": {"fit": FIT_AIM, "predicted_share": PREDICTED_AIM},
        "counts": {
            name: {"met": found.met, "judged": found.judged, "not_judged": found.not_judged}
            for name, found in validation.tally.items()
        },
        "rows": [_row(validation, row) for row in validation.targets.rows],
        "scenarios": [
            {name: getattr(done, name) for name in Simulation.__dataclass_fields__}
            for done in validation.simulations
        ],
    }


def _row(validation: Validation, row: Target) -> dict[str, Any]:
    found = validation.simulated[row.id]
    return {
        "id": row.id,
        "observable": row.observable,
        "use": row.use,
        "test": row.test,
        "scale": row.scale,
        "sources": list(row.sources),
        "read": row.read,
        "n": row.n,
        "rule": rule_text(row),
        "verdict": validation.verdict(row.id),
        "parts": [
            _published(part) | {"simulated": _estimate(estimate)}
            for part, estimate in zip(row.parts, found.parts, strict=False)
        ],
        "by_ASTCT": [_estimate(estimate) for estimate in found.astct],
        "why_not": found.reason,
        "why_missed": validation.miss(row.id),
        "note": row.note,
    }


def _published(part: Part) -> dict[str, Any]:
    return {
        "label": part.label,
        "where": part.where,
        "against": part.against or None,
        "unit": part.unit,
        "published": part.value,
        "published_low": part.low,
        "published_high": part.high,
        "published_interval": part.interval,
        "published_n": part.n,
        "published_count": part.count,
        "at_least": part.at_least,
        "at_most": part.at_most,
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    def known(x: float) -> float | None:
        return x if math.isfinite(x) else None

    return {
        "value": known(found.value),
        "low": known(found.low),
        "high": known(found.high),
        "interval": found.interval,
        "n": known(found.n),
    }
