# SPDX-License-Identifier: Apache-2.0
"""Treat one virtual patient, and say everything of it that the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.errors import InputError
from trimer.page import log, synapse, who
from trimer.page.days import from_one
from trimer.page.plain import rounded
from trimer.page.treatment import blocks, built
from trimer.protocol.write import to_toml
from trimer.report.course import course_of
from trimer.report.figures.timeline.data import finding
from trimer.report.figures.timeline.ribbon import grade_runs
from trimer.report.flow import gaps, levels, single_doses, stretches
from trimer.report.story import story
from trimer.simulate import simulate
from trimer.simulate.ward import Happening, check_on_ward
from trimer.trial.cohorts import find_cohort
from trimer.trial.outcomes import outcomes

if TYPE_CHECKING:
    from trimer.engine.solution import Compiled
    from trimer.page.requests import PatientRequest, Plug
    from trimer.report.course import PatientCourse
    from trimer.simulate import Run

READ = ("temperature", "MAP", "heart_rate", "SpO2", "respiratory_rate", "ICE", "ANC", "platelets",
        "hemoglobin", "ALT", "blasts")  # fmt: skip
"""Readings that have a lane."""

FINE_DAYS = 63
"""Up to so many days there is an output every 2 hours, else every 6."""


def treated(asked: PatientRequest) -> tuple[Run, Compiled]:
    """Run what was asked for.

    Raises
    ------
    InputError
        If anything of it is wrong.
    """
    compiled = who.compiled_for(asked.model, asked.who)
    protocol = built(asked.treatment)
    check_on_ward(compiled, protocol)
    cohort = who.patient(compiled, asked.who)
    run = simulate(
        compiled, cohort, protocol,
        days=asked.days, every_hours=hours_between(asked.days),
        outputs=(*compiled.observables, *synapse.wanted(compiled)),
        seed=asked.who.seed, happenings=[_happening(plug) for plug in asked.plugs],
        log="full", threads=1,
    )  # fmt: skip
    if run.failures:
        raise InputError(
            f"This virtual patient could not be followed to day {asked.days} "
            f"({next(iter(run.failures.values()))}). Choose another patient or smaller changes."
        )
    return run, compiled


def _happening(plug: Plug) -> Happening:
    return Happening(plug.what, round(60 * plug.at_hours), max(1, round(60 * plug.hours)))


def hours_between(days: float) -> float:
    """Return how many **hours** lie between two outputs."""
    return 2.0 if days <= FINE_DAYS else 6.0


def record(asked: PatientRequest) -> dict[str, Any]:
    """Return one patient's course for the page."""
    run, compiled = treated(asked)
    claims = find_cohort(asked.who.cohort).response_criteria
    found = course_record(run, compiled, response_criteria=claims)
    found["request"] = asked.model_dump()
    found["patient"] |= {
        "id": found["patient"]["id"] if asked.who.id is not None else None,
        "cohort": asked.who.cohort,
        "seed": asked.who.seed,
        "changes": asked.who.changes,
    }
    return found


def course_record(run: Run, compiled: Compiled, *, response_criteria: bool) -> dict[str, Any]:
    """Return everything that the page shows of a run of one patient."""
    course, told = course_of(run), story(course_of(run))
    values = who.values(compiled, run.cohort)
    row = outcomes(
        "arm", run, np.arange(len(run.times)), response_criteria=response_criteria
    ).row(0, named=True)  # fmt: skip
    return {
        "headline": from_one(finding(course)),
        "patient": {
            "id": course.id,
            "facts": who.facts(compiled, run.cohort),
            "covariates": who.covariates(run.cohort),
            "changes": {},
            "values": {name: values[name] for name in sorted(values) if name in _SCENE},
        },
        "model": {"name": run.model, "version": run.model_version, "engine": run.engine},
        "wall_seconds": round(run.wall_seconds, 3),
        "days": float(run.times[-1]),
        "begins": course.begins,
        "protocol": blocks(run.protocol),
        "toml": to_toml(run.protocol, by_policy=True),
        "times": rounded(run.times, 8),
        "series": {name: rounded(run.column(name)[0]) for name in compiled.observables},
        "units": {name: run.units[name] for name in compiled.observables},
        "labels": {name: run.labels[name] for name in compiled.observables},
        "scene": {name: rounded(found) for name, found in synapse.scene(run, values).items()},
        "told": all(name in compiled.observables for name in synapse.TOLD),
        "readings": _readings(course),
        **_dosing(course),
        "grades": {
            name: [[start, end, int(grade)] for start, end, grade in grade_runs(course, name)]
            for name in ("CRS", "ICANS")
        },
        "log": log.entries(course, told),
        "totals": [from_one(text) for text in told.totals],
        "rules": list(told.rules),
        "outcome": _outcome(row),
        "policy_notice": run.protocol.policy_notice,
    }


_SCENE = {"NG", "Kk", "nk", "Ka", "ga", "kk", "R3", "R123", "kon3", "koff3", "kon123", "koff123",
          "Vm", "MW", "CL", "Kpm", "WT"}  # fmt: skip


def _readings(course: PatientCourse) -> dict[str, list[list[float]]]:
    """Return times and values of each quantity as it was read anew."""
    from trimer.report.figures.timeline.curves import readings_of

    found = {}
    for name in READ:
        times, values = readings_of(course, name)
        if len(times):
            found[name] = [rounded(times, 8), rounded(values)]
    return found


def _dosing(course: PatientCourse) -> dict[str, Any]:
    parts = stretches(course)
    return {
        "rate_unit": course.rates.unit,
        "stretches": [
            {"from": part.start, "to": part.end, "rate": part.rate, "planned": part.planned,
             "why": part.why, "step": part.step}
            for part in parts
        ],
        "gaps": [
            {"from": gap.start, "to": gap.end, "why": gap.why} for gap in gaps(parts)
        ],
        "drugs": [
            {"time": row["time"], "drug": row["drug"], "amount": row["amount"],
             "unit": row["unit"], "by": row["by"]}
            for row in single_doses(course.doses).iter_rows(named=True)
            if row["by"] != "nature"
        ],
        "support": [
            {"time": row["time"], "what": row["drug"], "level": row["amount"]}
            for row in levels(course.doses).iter_rows(named=True)
        ],
    }  # fmt: skip


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("crs_grade", "crs_onset", "icans_grade", "response", "best_blast_change_percent",
            "peak_il6", "peak_temperature", "hold_days", "dose_intensity", "tocilizumab_doses",
            "steroid_doses", "stopped", "lsc_log10_reduction", "cmax_ng_mL")  # fmt: skip
    found = {}
    for name in kept:
        value = row.get(name)
        found[name] = None if isinstance(value, float) and not np.isfinite(value) else value
    return found
