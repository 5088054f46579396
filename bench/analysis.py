# SPDX-License-Identifier: Apache-2.0
"""Sensitivity, uncertainty and one evaluation of the calibration's objective."""

from __future__ import annotations

import time
from typing import Any

from bench.machine import load

AIMS = {"sobol": 60.0, "objective": 6.0}
"""Seconds on two cores."""


def measure() -> dict[str, Any]:
    """Return the seconds that each analysis of the shipped course takes."""
    from trimer.core.errors import TrimerError
    from trimer.simulate import prepare
    from trimer.trial.calibration.shipped import shipped_objective
    from trimer.trial.recipe import shipped
    from trimer.trial.sensitivity import Plan, sensitivity
    from trimer.trial.treatments import find_treatment
    from trimer.trial.uncertainty import draw_cards, read_doubt, uncertainty
    from trimer.trial.uncertainty.doubt import shipped_doubt

    before = load()
    study = find_treatment("flotetuzumab-multi-step")
    found = sensitivity(study.model, study.arms[0], Plan(kinds=("local", "sobol")), days=28.0)
    seconds: dict[str, float | None] = dict(found.seconds)
    recipe = shipped(study.model)
    table = prepare(recipe).parameter_table
    compiled = prepare(recipe, vary=[row.name for row in table])
    cards = draw_cards(read_doubt(shipped_doubt(study.model), table, strict=False), 40, 1)
    start = time.perf_counter()
    uncertainty(compiled, table, study.arms[0], cards, days=28.0)
    seconds["uncertainty"] = time.perf_counter() - start
    try:
        objective = shipped_objective()
        objective({}, patients=20, seed=1)
        start = time.perf_counter()
        objective({}, patients=500, seed=1)
        seconds["objective"] = time.perf_counter() - start
    except TrimerError:
        seconds["objective"] = None  # without targets or their cohorts there is none
    patients = found.sobol.patients if found.sobol is not None else 0
    return {
        "seconds": seconds,
        "patients": patients,
        "load_before": before,
        "load_after": load(),
    }


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    names = {
        "local": "one parameter at a time, every parameter",
        "sobol": f"Sobol, 20 parameters, {result['patients']:,} virtual patients",
        "uncertainty": "uncertainty, 41 cards of 250 virtual patients on the ward",
        "objective": "one evaluation of the calibration's objective, 500 patients an arm",
    }
    rows = []
    for name, words in names.items():
        seconds, aim = result["seconds"].get(name), AIMS.get(name)
        shown = "–" if seconds is None else f"{seconds:.1f}"
        rows.append(f"| {words} | {shown} | {'' if aim is None else f'{aim:g}'} |")
    loads = f"load average {result['load_before']:.1f} to {result['load_after']:.1f}"
    return [
        "| 28 days of `flotetuzumab-multi-step` | seconds | aim |",
        "|---|---|---|",
        *rows,
        "",
        f"Two threads, wall clock; {loads}.",
    ]
