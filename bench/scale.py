# SPDX-License-Identifier: Apache-2.0
"""What a trial costs per patient: time, memory, disk; and what ten million patients need of it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.machine import ROOT, load, python

DAYS = 28.0
TEN_MILLION = 10_000_000
WORKERS = 100
CASES = (  # study, of whom everything is kept, patients
    ("reference-lead-in", "none", 10_000),
    ("reference-lead-in", "none", 100_000),
    ("reference-lead-in", "all", 5_000),
    ("flotetuzumab-lead-in", "none", 1_000),
    ("flotetuzumab-lead-in", "none", 4_000),
    ("flotetuzumab-lead-in", "all", 2_000),
)
MILLION = ("reference-lead-in", "none", 1_000_000)
AIM_GB, AIM_BYTES = 2.0, 200
ON_WARD = "flotetuzumab-lead-in"


def measure() -> dict[str, Any]:
    """Return the cost of each case."""
    return {"rows": [_run(*case) for case in CASES]}


def measure_million() -> dict[str, Any]:
    """Return the cost of a million patients on fixed schedules, outcomes only."""
    return {"rows": [_run(*MILLION)]}


def _run(study: str, detail: str, patients: int) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(python("-m", "bench.scale", study, detail, str(patients)))
    print(row, flush=True)
    return row


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    lines = [
        (
            "| how | kept | patients | patient-cycles per CPU second | wall s | peak memory GB "
            "| disk, bytes per patient | load |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        how = "closed loop on the ward" if row["study"] == ON_WARD else "fixed schedule"
        kept = "everything" if row["detail"] == "all" else "outcomes"
        lines.append(
            f"| {how} | {kept} | {row['patients']:,} | {row['patients'] / row['cpu']:,.0f} "
            f"| {row['wall']:.1f} | {row['gigabytes']:.2f} "
            f"| {row['bytes'] / row['patients']:,.0f} | {row['load']:.1f} |"
        )
    return [
        (
            "One arm, one cycle of 28 days, `trimer trial` without its report, one process with "
            "all threads; memory is that of the whole process. CPU seconds are those of the whole "
            "process too: drawing, simulating, outcomes, writing. A patient-cycle is one patient "
            "for 28 days in one arm."
        ),
        "",
        *lines,
        "",
        *_million(result["rows"]),
        *_ten_million(result["rows"]),
    ]


def _million(rows: list[dict[str, Any]]) -> list[str]:
    """Return what a million patients need on a fixed schedule, against the aims."""
    found = [row for row in rows if (row["study"], row["detail"]) == MILLION[:2]]
    if not found:
        return []
    row = max(found, key=lambda one: one["patients"])
    factor = MILLION[2] / row["patients"]
    how = "measured" if factor == 1 else f"computed from {row['patients']:,}"
    return [
        (
            f"A million patients on a fixed schedule, outcomes only, {how}: "
            f"{row['cpu'] * factor:,.0f} CPU seconds, {row['gigabytes']:.2f} GB of memory (aim "
            f"{AIM_GB:g}), {row['bytes'] / row['patients']:,.0f} bytes of disk per patient (aim "
            f"{AIM_BYTES}). Memory does not grow with patients: see the rows above."
        ),
        "",
    ]


def _ten_million(rows: list[dict[str, Any]]) -> list[str]:
    """Return what ten million patients need, computed from the largest case of each kind."""
    lines = [
        (
            f"What {TEN_MILLION:,} patients need for one cycle in one arm, computed from the "
            "largest case of each kind above, not run (time and disk are proportional to patients, "
            "memory is that of a block; perfect sharing between cores or workers is assumed):"
        ),
        "",
        f"| how | kept | CPU hours | hours on 2 cores | on {WORKERS} workers | disk GB |",
        "|---|---|---|---|---|---|",
    ]
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        largest[row["study"], row["detail"]] = row
    for (study, detail), row in largest.items():
        factor = TEN_MILLION / row["patients"]
        hours = row["cpu"] * factor / 3600
        how = "closed loop on the ward" if study == ON_WARD else "fixed schedule"
        lines.append(
            f"| {how} | {'everything' if detail == 'all' else 'outcomes'} | {hours:,.1f} "
            f"| {hours / 2:,.1f} | {hours / WORKERS:,.2f} | {row['bytes'] * factor / 1e9:,.1f} |"
        )
    return lines


def _once(name: str, detail: str, patients: int) -> dict[str, Any]:
    from bench.population import _peak_memory

    from trimer.trial.read import find_study, read_study
    from trimer.trial.trial import run_study

    study = read_study(find_study(name)).with_numbers(patients=patients)
    study = replace(study, days=DAYS, arms=study.arms[:1])
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        run_study(study.with_numbers(patients=8), Path(folder) / "warm", processes=1)
        wall, cpu = time.perf_counter(), time.process_time()
        run = run_study(study, Path(folder) / "run", detail=detail, processes=1)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = sum(path.stat().st_size for path in run.path.glob("*.parquet"))
    return {
        "study": name, "detail": detail, "patients": patients, "wall": wall, "cpu": cpu,
        "gigabytes": _peak_memory() / 1e9, "bytes": size, "load": load(),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(_once(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
