# SPDX-License-Identifier: Apache-2.0
"""The table of all engines, as markdown."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.speed import CHECKED, PROCESSES, RTOL, SCAN, SHOWN

AIMS = {"equal": 20, "matched": 25, "hourly": 15}
_WHAT = {
    "equal": "at equal tolerance",
    "matched": "at matched error",
    "hourly": "with 673 hourly outputs",
    "matched_worst": "at matched worst error",
}
_HEADER = (
    "engine",
    "patients/s",
    "ratio, equal tolerance",
    "ratio, matched error",
    "ratio, matched worst error",
    "median error",
    "worst error",
    "hourly: patients/s",
    "hourly: ratio",
)


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    return [*_table(result), "", *_own(result), "", _share(result), "", *_remarks(result)]


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _at_rtol(points: list[dict[str, float]]) -> dict[str, float]:
    return next(p for p in points if p["rtol"] == RTOL)


def _table(result: dict[str, Any]) -> list[str]:
    ours, hourly = _at_rtol(result["ours"]), result["hourly"]
    lines = [_row(*_HEADER), _row(*("---" for _ in _HEADER))]
    rate, errors = f"{ours['rate']:,.0f}", (f"{ours['error']:.1e}", f"{ours['worst']:.1e}")
    lines.append(_row("**Trimer**", rate, 1, 1, 1, *errors, f"{hourly['ours']:,.0f}", 1))
    for peer, often in zip(result["peers"], hourly["peers"], strict=True):
        at = _at_rtol(peer["points"])
        ratios = (f"{peer[kind]:.1f}" for kind in ("equal", "matched", "matched_worst"))
        errors = (f"{at['error']:.1e}", f"{at['worst']:.1e}")
        lines.append(
            _row(
                peer["label"], f"{at['rate']:,.1f}", *ratios, *errors,
                f"{often['rate']:,.1f}", f"{often['ratio']:.1f}",
            )
        )  # fmt: skip
    return [*lines, "", _summary(result)]


def _summary(result: dict[str, Any]) -> str:
    parts = []
    for kind, what in _WHAT.items():
        found = result["least"][kind]
        aim = f", aim {AIMS[kind]}" if kind in AIMS else ""
        parts.append(f"{what} **{median(found):.1f}** ({min(found):.1f} to {max(found):.1f}{aim})")
    return (
        "Over the best of the others, whichever row that is, median and range of "
        f"{PROCESSES} processes: {'; '.join(parts)}."
    )


def _own(result: dict[str, Any]) -> list[str]:
    header = (
        "Trimer at rtol", "patients/s", "steps", "rejected", "median error", "worst error",
    )  # fmt: skip
    lines = [_row(*header), _row(*("---" for _ in header))]
    for o in result["ours"]:
        counts = f"{o['rate']:,.0f}", f"{o['steps']:.0f}", f"{o['rejected']:.1f}"
        lines.append(_row(f"{o['rtol']:g}", *counts, f"{o['error']:.1e}", f"{o['worst']:.1e}"))
    few = result["observables"], result["hourly"]["observables"]
    sentence = (
        f"With {SHOWN} observables in place of all states: {few[0]:,.0f} patients/s at 113 "
        f"times, {few[1]:,.0f} at 673."
    )
    return [*lines, "", sentence]


def _share(result: dict[str, Any]) -> str:
    ours = _at_rtol(result["ours"])
    done = ours["rate"] * (ours["steps"] + ours["rejected"]) * result["flops"]
    return (
        f"A step is {result['flops']:,} floating-point operations per patient (a fused "
        f"multiply-add is two). The most one core did is {result['peak'] / 1e9:.1f} GF/s; the "
        f"whole engine does {done / 1e9:.1f} GF/s, **{100 * done / result['peak']:.0f} %** of it."
    )


def _remarks(result: dict[str, Any]) -> list[str]:
    check = ", ".join(f"{e:.1e}" for e in result["crosscheck"]) or "not done"
    counts = ", ".join(f"{p['label']} {p['patients']}" for p in result["peers"])
    tolerances = ", ".join(f"{rtol:g}" for rtol in SCAN)
    remarks = (
        (
            f"One thread, CPU time; load average {min(result['loads']):.1f} to "
            f"{max(result['loads']):.1f}. A ratio is the median "
            "over turns, ours beside the other's, on the other's patients (the first of the "
            f"cohort; ours solves them again and again, {result['patients']} in all): {counts}. "
            f"Trimer's own rows are {result['patients']} different patients, the first "
            f"{CHECKED} checked for error."
        ),
        (
            "Error of a patient: the largest over 45 states and 113 times, relative to that "
            "state's peak; median and worst over the row's patients. Reference: our engine at "
            f"rtol 1e-11; SciPy's Radau at 1e-10 differs from it by {check} (two patients)."
        ),
        (
            f"Matched error: the others are run at rtol {tolerances}; the ratio is read, "
            "log-log, where one reaches the error of ours at 1e-6 on the same patients, and "
            "likewise for the worst patient. Hourly ratios are at equal tolerance."
        ),
        (
            "The absolute tolerance of a state is rtol × its typical magnitude. Engines "
            "that take one number for all states get two rows: states in units of their "
            "magnitude, so that the number is that same tolerance (at a few multiplications), "
            "and raw units with the median, which is looser for the small states."
        ),
        (
            "All restart at each dose, solve the same generated equations, with what is "
            "constant per patient and dose computed ahead at no charge to the others, and "
            "return all 45 states. Compilation is not timed. Memory is kept between turns, for "
            "all: where it is fresh, the system's part of large outputs comes on top, most of "
            "all for the fastest engine."
        ),
        *result["notes"],
    )
    return [f"- {remark}" for remark in remarks]
