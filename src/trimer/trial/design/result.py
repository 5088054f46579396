# SPDX-License-Identifier: Apache-2.0
"""What a trial with endpoints found: read from its run folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trimer.assess import Proportion, compare_paired
from trimer.core.errors import StoreError
from trimer.trial.design.deaths import Deaths, deaths
from trimer.trial.design.escalation import (
    Boin,
    Characteristics,
    Crm,
    ThreePlusThree,
    Toxicity,
    escalate,
    skeleton,
)
from trimer.trial.design.operating import Operating, arm_values, operating
from trimer.trial.design.record import (
    ESCALATION,
    PAIRED,
    recorded_design,
    recorded_endpoints,
    recorded_escalation,
)
from trimer.trial.design.tables import DLT

if TYPE_CHECKING:
    from trimer.store import StoredRun
    from trimer.trial.design.endpoint import Endpoint
    from trimer.trial.design.escalation import DesignRule
    from trimer.trial.design.plan import Escalation


@dataclass(frozen=True, eq=False, repr=False)
class TrialResult:
    """What a trial found.

    Parameters
    ----------
    kind : str
        ``randomized`` or ``paired``.
    arms : dict of str to str
        Labels by name.
    endpoints : tuple of Endpoint
        By which it is judged.
    values : dict
        For each endpoint and arm what `trimer.trial.design.operating.arm_values` returns, all
        repeats together.
    operating : tuple of Operating
        How each comparison with the control does over the repeats; none of a paired trial.
    alpha : float
        Level of a success.
    deaths : dict
        For each arm, deaths by cause; empty where the model tells of none.
    days : float
        Follow-up, in **days**.
    """

    kind: str
    arms: dict[str, str]
    endpoints: tuple[Endpoint, ...]
    values: dict[str, dict[str, dict[str, Any]]]
    operating: tuple[Operating, ...]
    alpha: float
    deaths: dict[str, Deaths]
    days: float

    def record(self) -> dict[str, Any]:
        """Return it in plain numbers, texts and lists."""
        return {
            "kind": self.kind,
            "endpoints": {
                endpoint.name: {
                    "label": endpoint.title,
                    "says": endpoint.text,
                    "primary": endpoint.primary,
                    "arms": {
                        arm: {key: plain(value) for key, value in found.items()}
                        for arm, found in self.values[endpoint.name].items()
                    },
                }
                for endpoint in self.endpoints
            },
            "alpha": self.alpha,
            "deaths": {
                arm: {
                    cause: dict(zip(("share", "low", "high"), map(plain, shares), strict=True))
                    for cause, shares in found.by_end.items()
                }
                for arm, found in self.deaths.items()
            },
            "comparisons": [
                {key: plain(value) for key, value in _fields(one).items()} for one in self.operating
            ],
        }


def trial_result(run: StoredRun) -> TrialResult:
    """Return what a trial found.

    Raises
    ------
    StoreError
        If the run has no endpoints.
    """
    design = recorded_design(run)
    endpoints = recorded_endpoints(design)
    table = run.read("endpoints")
    arms = {str(arm["name"]): str(arm["label"]) for arm in run.manifest["arms"]}
    alpha = float(design.get("alpha", 0.05))
    days = float(run.manifest["study"]["days"])
    dead: dict[str, Deaths] = {}
    if table["cause"].count():
        found = {arm: deaths(table, arm, days) for arm in arms}
        dead = {arm: one for arm, one in found.items() if one is not None}
    done: tuple[Operating, ...] = ()
    if run.has("comparisons"):
        done = operating(run.read("comparisons"), endpoints, alpha)
    return TrialResult(
        kind=design["kind"],
        arms=arms,
        endpoints=endpoints,
        values={
            endpoint.name: {arm: arm_values(table, endpoint, arm) for arm in arms}
            for endpoint in endpoints
        },
        operating=done,
        alpha=alpha,
        deaths=dead,
        days=days,
    )


def paired_differences(run: StoredRun, control: str | None = None) -> list[tuple[str, str, str]]:
    """Return how shares differ between arms that treat the same patients, as texts.

    Returns
    -------
    list of (endpoint, arm, text)
        Every arm against `control`, the last if left out.
    """
    design = recorded_design(run)
    if design["kind"] != PAIRED:
        return []
    table, names = run.read("endpoints"), [str(arm["name"]) for arm in run.manifest["arms"]]
    against = names[-1] if control is None else control
    found = []
    for endpoint in recorded_endpoints(design):
        if not endpoint.is_share:
            continue
        wide = table.pivot("arm", index="id", values=endpoint.name).drop_nulls()
        for arm in names:
            if arm != against:
                one, two = (wide[name].to_numpy().astype(np.bool_) for name in (arm, against))
                found.append((endpoint.name, arm, str(compare_paired(one, two))))
    return found


def toxicity_table(run: StoredRun) -> Toxicity:
    """Return who has a DLT at which dose, from a run of a dose escalation.

    Patients who could not be followed at every dose are left out.

    Raises
    ------
    StoreError
        If the run is none of a dose escalation.
    """
    design = recorded_design(run)
    if design["kind"] != ESCALATION:
        raise StoreError(
            f"No dose escalation in run '{run.path}': its study has no table [escalation]. Run "
            "one that has, such as flotetuzumab-escalation."
        )
    table = run.read("endpoints").select("arm", "id", DLT, f"{DLT}_day").sort("id")
    doses = tuple(str(arm["name"]) for arm in run.manifest["arms"])
    toxic = table.pivot("arm", index="id", values=DLT).select("id", *doses)
    day = table.pivot("arm", index="id", values=f"{DLT}_day").select("id", *doses)
    known = ~pl.Series(toxic.select(pl.any_horizontal(pl.col(doses).is_null())).to_series())
    kept = toxic.filter(known)
    return Toxicity(
        doses=doses,
        ids=kept["id"].to_numpy(),
        toxic=kept.select(doses).to_numpy().astype(np.bool_),
        day=day.filter(known).select(doses).cast(pl.Float64).to_numpy(),
        window_days=float(design["window_days"]),
        left_out=toxic.height - kept.height,
    )


def escalations(toxicity: Toxicity, plan: Escalation, seed: int) -> tuple[Characteristics, ...]:
    """Return how each design of a plan does on a table of toxicity."""
    start = toxicity.doses.index(plan.start) if plan.start else 0
    return tuple(
        escalate(
            toxicity, _rule(name, plan, toxicity.doses), target=plan.target, most=plan.most,
            cohort=plan.cohort, start=start, repeats=plan.repeats, seed=seed,
        )
        for name in plan.designs
    )  # fmt: skip


def escalation_result(run: StoredRun) -> tuple[Toxicity, tuple[Characteristics, ...]]:
    """Return the table of toxicity of a run, and how the designs of its study do on it."""
    toxicity = toxicity_table(run)
    plan = recorded_escalation(recorded_design(run))
    return toxicity, escalations(toxicity, plan, int(run.manifest["seed"]))


def plain(value: Any) -> Any:  # noqa: ANN401 (what JSON takes)
    """Return a value as JSON takes it: no NaN, proportions as counts."""
    if isinstance(value, Proportion):
        low, high = value.low, value.high
        return {"n": value.count, "N": value.total, "low": low, "high": high}
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (NaN is not itself)
        return None
    return value


def _fields(one: Operating) -> dict[str, Any]:
    return {**asdict(one), "success": one.success}


def _rule(name: str, plan: Escalation, doses: tuple[str, ...]) -> DesignRule:
    if name == "3+3":
        return ThreePlusThree()
    if name == "BOIN":
        return Boin(plan.target)
    expected = doses.index(plan.expected) if plan.expected else (len(doses) - 1) // 2
    half = min(0.05, plan.target / 2)
    return Crm(plan.target, skeleton(plan.target, len(doses), expected + 1, half))
