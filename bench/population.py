# SPDX-License-Identifier: Apache-2.0
"""Cost against the number of patients, a hundred to a million, each in a process of its own."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from bench.machine import load, python
from bench.plot import RESULTS, save

SIZES = (100, 1_000, 10_000, 100_000)
MILLION = 1_000_000
CHUNK = 20_000  # patients at a time: memory is that of the results and of one chunk
OUTPUTS = ("concentration", "blasts", "IL6_signal")
AIM_GB = 2.0


def measure() -> dict[str, Any]:
    """Return cost and memory for each number of patients up to a hundred thousand."""
    rows = [_run(n) for n in SIZES]
    _draw(rows)
    return {"rows": rows}


def measure_million() -> dict[str, Any]:
    """Return cost and memory of a million patients."""
    row = _run(MILLION)
    saved = RESULTS / "population.json"
    if saved.exists():
        _draw([*json.loads(saved.read_text(encoding="utf-8"))["result"]["rows"], row])
    return {"rows": [row]}


def _draw(rows: list[dict[str, float]]) -> None:
    save(
        "population", "patients", [r["patients"] for r in rows],
        {
            "patients per CPU second": [r["patients"] / r["cpu"] for r in rows],
            "wall seconds": [r["wall"] for r in rows],
            "peak memory, GB": [r["gigabytes"] for r in rows],
        },
    )  # fmt: skip


def _run(patients: int) -> dict[str, float]:
    row: dict[str, float] = json.loads(python("-m", "bench.population", str(patients)))
    return row


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    lines = [
        "| patients | wall s | CPU s | patients per CPU s | peak memory GB | failed | load |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['patients']:,} | {r['wall']:.2f} | {r['cpu']:.2f} | {r['patients'] / r['cpu']:,.0f} "
        f"| {r['gigabytes']:.2f} | {r['failed']} | {r['load']:.1f} |"
        for r in result["rows"]
    ]
    return [
        (
            f"Drawn and solved in chunks of at most {CHUNK:,} with `trimer.sample` and "
            f"`trimer.simulate`, all threads, one cycle of 28 days, {', '.join(OUTPUTS)} once a "
            f"day, all kept. The aim for a million is {AIM_GB:g} GB; memory is that of the whole "
            "process, imports and all."
        ),
        "",
        *lines,
    ]


def _once(patients: int) -> dict[str, float]:
    import numpy as np
    from bench.case import DAYS, MODEL, SEED, protocol

    from trimer.engine.compiled import Recipe
    from trimer.library import files
    from trimer.library import load as build
    from trimer.patients.sample import sample
    from trimer.simulate import prepare, simulate

    compiled = prepare(Recipe(MODEL, files(MODEL), lambda: build(MODEL)))
    plan = protocol()
    wall, cpu = time.perf_counter(), time.process_time()
    values = np.empty((patients, int(DAYS) + 1, len(OUTPUTS)))
    failed = 0
    for first in range(0, patients, CHUNK):
        last = min(first + CHUNK, patients)
        cohort = sample(compiled.parameter_table, last - first, SEED, first)
        run = simulate(compiled, cohort, plan, days=DAYS, every_hours=24.0, outputs=OUTPUTS)
        values[first:last] = run.values
        failed += len(run.failures)
    assert np.isfinite(values).all() == (failed == 0)
    return {
        "patients": patients, "failed": failed, "load": load(),
        "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu,
        "gigabytes": _peak_memory() / 1e9,
    }  # fmt: skip


def _peak_memory() -> int:
    """Return the most memory this process ever had, in bytes.

    Not ``ru_maxrss``: a process started by a larger one inherits that one's.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(_once(int(sys.argv[1]))))
