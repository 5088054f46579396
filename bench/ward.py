# SPDX-License-Identifier: Apache-2.0
"""What a closed loop costs over its own replay, and four cycles of a thousand patients."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from trimer import library
from trimer.patients import sample
from trimer.protocol import read_protocol
from trimer.simulate import prepare, simulate
from trimer.simulate.matching import areas_m2, parameter_matrix, weights_kg
from trimer.simulate.ward import Ward, replay, treat
from trimer.trial.recipe import shipped

PROTOCOL = "flotetuzumab-multi-step"
OUTPUTS = ("IL6", "temperature", "blasts", "ANC", "MAP")
TURNS = 3


def measure() -> dict[str, Any]:
    """Time closed loops and their replays, turn by turn on one thread; then four cycles on two."""
    compiled = prepare(shipped("flotetuzumab"))
    plan = read_protocol(library.protocol_path(PROTOCOL))
    rows = [_against_replay(compiled, plan, n, days) for n, days in ((1000, 28.0), (4000, 28.0))]
    assert plan.course is not None
    plan = replace(plan, course=replace(plan.course, cycles=4))
    rows.append(_against_replay(compiled, plan, 1000, 112.0))
    patients = sample(compiled.parameter_table, 1000, 3)
    walls = []
    for _ in range(TURNS):
        began = time.perf_counter()
        simulate(compiled, patients, plan, days=112.0, every_hours=24.0, outputs=OUTPUTS, seed=1)
        walls.append(time.perf_counter() - began)
    return {"rows": rows, "four_cycles": walls}


def _against_replay(compiled: Any, plan: Any, n: int, days: float) -> dict[str, Any]:
    patients = sample(compiled.parameter_table, n, 3)
    P, weight = parameter_matrix(compiled, patients), weights_kg(compiled, patients)
    times = np.arange(0.0, days + 0.5)
    what: dict[str, Any] = {"days": float(days), "times": times, "outputs": OUTPUTS, "threads": 1}
    ratios, stopping = [], []
    for _ in range(TURNS):
        began = time.process_time()
        run = treat(
            compiled, P, plan, Ward(), ids=patients.ids, weight_kg=weight,
            area_m2=areas_m2(compiled, patients), seed=1, **what,
        )  # fmt: skip
        loop = time.process_time()
        free = replay(compiled, P, run, stops=False, **what)
        end = time.process_time()
        same = replay(compiled, P, run, **what)
        stopped = time.process_time()
        ratios.append((loop - began) / (end - loop))
        stopping.append((stopped - end) / (end - loop))
        assert np.array_equal(same, run.values, equal_nan=True)
    peak = np.nanmax(np.abs(run.values), axis=1, keepdims=True)
    return {
        "patients": n,
        "days": days,
        "ratios": ratios,
        "with_stops": stopping,
        "stops": len(run.stops[0]) / n,
        "error": float(np.nanmax(np.abs(free - run.values) / peak)),
        "ms_per_patient": 1e3 * (loop - began) / n,
    }


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    intro = (
        f"Protocol `{PROTOCOL}`, vital signs every 4 h and more often in fever, one thread, CPU "
        f"time, median of {TURNS} turns. The replay runs the ledger as a fixed schedule; the aim "
        "of a closed loop is 1.6 times that."
    )
    head = (
        "| patients | days | ms a patient | over its replay | replay with the same stops | "
        "stops a patient | replay without stops differs by (of peak) |"
    )
    rows = [
        f"| {row['patients']:,} | {row['days']} | {row['ms_per_patient']:.2f} | "
        f"**{median(row['ratios']):.1f}** | {median(row['with_stops']):.1f} | {row['stops']:.0f} | "
        f"{row['error']:.1e} |"
        for row in result["rows"]
    ]
    walls = result["four_cycles"]
    four = (
        "1,000 patients for four cycles (112 days), two cores, warm, wall clock: "
        f"**{median(walls):.1f} s** ({min(walls):.1f} to {max(walls):.1f}; aim 3 s)."
    )
    return [intro, "", head, "|---|---|---|---|---|---|---|", *rows, "", four]
