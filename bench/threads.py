# SPDX-License-Identifier: Apache-2.0
"""Two threads against one, on the wall clock."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.case import make_case
from bench.machine import load

PATIENTS = 4096
TURNS = 9
AIM = 1.85


def measure() -> dict[str, Any]:
    """Return patients per second with one thread and two, and their ratio, turn by turn."""
    case = make_case(PATIENTS)
    outputs = case.compiled.observables[:8]
    before = load()
    runs: dict[int, list[float]] = {1: [], 2: []}
    case.solve(outputs=outputs, threads=2)
    for _ in range(TURNS):
        for threads, rates in runs.items():
            start = time.perf_counter()
            case.solve(outputs=outputs, threads=threads)
            rates.append(PATIENTS / (time.perf_counter() - start))
    ratios = [two / one for one, two in zip(runs[1], runs[2], strict=True)]
    return {
        "one": median(runs[1]), "two": median(runs[2]), "ratio": median(ratios),
        "best": max(ratios), "load_before": before, "load_after": load(),
    }  # fmt: skip


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    return [
        (
            f"{PATIENTS} patients, 113 times of 8 observables, wall clock, {TURNS} turns: "
            f"{result['one']:,.0f} patients/s with one thread, {result['two']:,.0f} with two: "
            f"**{result['ratio']:.2f} times** (median of turns; best {result['best']:.2f}; the "
            f"aim on an idle machine is {AIM}). Load average {result['load_before']:.1f} before, "
            f"{result['load_after']:.1f} after; two busy threads alone make 2."
        ),
    ]
