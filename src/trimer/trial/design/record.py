# SPDX-License-Identifier: Apache-2.0
"""What a run folder says of a study's design, written and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.core.condition import parse
from trimer.core.errors import StoreError
from trimer.trial.design.endpoint import Endpoint
from trimer.trial.design.plan import Escalation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.store import StoredRun
    from trimer.trial.study import Study

RANDOMIZED, PAIRED, ESCALATION = "randomized", "paired", "escalation"


def design_record(study: Study) -> dict[str, Any]:
    """Return the entry ``design`` of ``run.json``; nothing where no endpoint is stated."""
    if not study.endpoints:
        return {}
    record: dict[str, Any] = {
        "kind": PAIRED,
        "visits": list(study.visit_days),
        "endpoints": [_endpoint(endpoint) for endpoint in study.endpoints],
    }
    if study.escalation is not None:
        plan = study.escalation
        names = ("target", "window_days", "cohort", "most", "start", "expected", "repeats")
        record |= {
            "kind": ESCALATION,
            "dlt": plan.dlt.source,
            "designs": list(plan.designs),
            **{name: getattr(plan, name) for name in names},
        }
    elif study.design is not None:
        design = study.design
        record |= {
            "kind": RANDOMIZED,
            "control": design.control,
            "repeats": design.repeats,
            "ratio": {arm.name: arm.share for arm in study.arms},
            "block": design.block,
            "strata": {stratum.of: list(stratum.cuts) for stratum in design.strata},
            "dropout_per_day": design.dropout_per_day,
            "transplants": design.transplants,
            "alpha": design.alpha,
        }
    return {"design": record}


def recorded_design(run: StoredRun) -> dict[str, Any]:
    """Return that entry of a run folder.

    Raises
    ------
    StoreError
        If the run has no endpoints.
    """
    found = run.manifest.get("design")
    if not isinstance(found, dict):
        raise StoreError(
            f"No endpoints in run '{run.path}': its study states none. Add tables "
            "[endpoints.NAME] to the study and run it again."
        )
    return found


def recorded_endpoints(design: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    """Return the endpoints of such an entry."""
    found = []
    for entry in design["endpoints"]:
        given = dict(entry)
        when = given.pop("when")
        given["response"] = tuple(given["response"])
        found.append(Endpoint(when=parse(when) if when else None, **given))
    return tuple(found)


def recorded_escalation(design: Mapping[str, Any]) -> Escalation:
    """Return the plan of a dose escalation of such an entry."""
    given = {
        key: design[key]
        for key in ("target", "window_days", "cohort", "most", "start", "expected", "repeats")
    }
    return Escalation(parse(design["dlt"]), designs=tuple(design["designs"]), **given)


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "response": list(endpoint.response),
        "criteria": endpoint.criteria,
        "mrd_below": endpoint.mrd_below,
        "when": "" if endpoint.when is None else endpoint.when.source,
        "time_to": endpoint.time_to,
        "mean_of": endpoint.mean_of,
        "by_day": endpoint.by_day,
        "primary": endpoint.primary,
    }
