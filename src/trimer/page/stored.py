# SPDX-License-Identifier: Apache-2.0
"""One patient of a stored run, simulated again: same model, seed and protocol, same numbers.

A run folder keeps what was decided and every sixth hour; the page shows every reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.core.errors import StoreError, UnknownName, did_you_mean
from trimer.page import patient as page_patient
from trimer.page import synapse
from trimer.patients import Cohort
from trimer.report.course import protocol_of
from trimer.simulate import simulate
from trimer.simulate.prepare import prepare
from trimer.trial.cohorts import find_cohort
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from trimer.engine.solution import Compiled
    from trimer.store import StoredRun


def arm_of(stored: StoredRun, name: str | None) -> dict[str, Any]:
    """Return an arm of a run, the first if none is named."""
    arms = {str(arm["name"]): arm for arm in stored.manifest.get("arms", [])}
    if not arms:
        raise StoreError(f"Run '{stored.path.name}' says nothing of its arms.")
    if name is None:
        return dict(next(iter(arms.values())))
    if name not in arms:
        raise UnknownName(
            f"No arm '{name[:80]}' in run '{stored.path.name}'.{did_you_mean(name[:80], arms)}"
        )
    return dict(arms[name])


def cohort_of(stored: StoredRun, number: int) -> Cohort:
    """Return the patient of this number, as the run keeps him."""
    rows = stored.scan("patients").filter(pl.col("id") == number).collect()
    if rows.is_empty():
        raise UnknownName(f"No patient {number} in run '{stored.path.name}'.")
    columns = {name: rows[name].to_numpy() for name in rows.columns}
    study = stored.manifest.get("study", {})
    return Cohort.from_columns(
        columns, name=str(study.get("cohort", "?")), seed=int(stored.manifest.get("seed", 0))
    )


def record(stored: StoredRun, number: int, arm: str | None) -> dict[str, Any]:
    """Return the course of a patient of a run.

    Raises
    ------
    StoreError
        If no ward acted in this arm, or this version cannot read its protocol.
    """
    entry = arm_of(stored, arm)
    protocol = protocol_of(str(entry.get("text", "")))
    if protocol is None or protocol.course is None:
        raise StoreError(
            f"Arm '{entry['name']}' of run '{stored.path.name}' has no ward, so there is no course "
            "to show. Open a run on a protocol with rules."
        )
    cohort = cohort_of(stored, number)
    study = stored.manifest.get("study", {})
    name = str(stored.manifest.get("model", {}).get("name", "flotetuzumab"))
    days = float(study.get("days", 63.0))
    compiled = _compiled(name, cohort)
    run = simulate(
        compiled, cohort, protocol, days=days, every_hours=page_patient.hours_between(days),
        outputs=(*compiled.observables, *synapse.wanted(compiled)), log="full", threads=1,
    )  # fmt: skip
    claims = _claims(str(study.get("cohort", "reference")))
    found = page_patient.course_record(run, compiled, response_criteria=claims)
    found["request"] = None
    found["patient"] |= {"id": number, "cohort": cohort.name, "seed": cohort.seed}
    found["stored"] = {
        "run": stored.path.name,
        "arm": entry["name"],
        "label": entry.get("label") or entry["name"],
        "others": [a["name"] for a in stored.manifest["arms"] if a["name"] != entry["name"]],
        "same_model": compiled.model_hash == stored.manifest.get("hashes", {}).get("model"),
    }
    return found


def _claims(cohort: str) -> bool:
    try:
        return find_cohort(cohort).response_criteria
    except Exception:  # noqa: BLE001 (a file that is gone: then nothing is claimed)
        return False


def _compiled(name: str, cohort: Cohort) -> Compiled:
    recipe = shipped(name)
    compiled = prepare(recipe)
    further = [p for p in cohort.parameters if p not in compiled.parameters]
    return prepare(recipe, "auto", tuple(further)) if further else compiled
