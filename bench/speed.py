# SPDX-License-Identifier: Apache-2.0
"""Patients per CPU second of every engine, at equal tolerance and at matched error, in one run.

Another engine is always timed right beside ours, in turns, and the ratio is the median over
turns: the speed of a shared machine moves, the ratio does less. All of it is done in several fresh
processes, since where code and memory come to lie moves a ratio by some percent: what is reported
is the median of the processes, and the range.
"""

from __future__ import annotations

import json
import time
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from bench.case import errors, make_case
from bench.flops import peak, step_flops
from bench.machine import load, python

from trimer.engine.compiled import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.case import Case
    from bench.peers.peer import Peer
    from numpy.typing import NDArray

PEERS = ("numbalsoda", "diffsol", "sundae", "roadrunner", "scipy")
RTOL = 1e-6
SCAN = (1e-4, 1e-5, 1e-6, 3e-7, 1e-7, 1e-8)
OURS = 1024  # patients of ours in a timing
CHECKED = 64  # patients with a reference; no peer solves more
SHOWN = 8  # observables of the smaller output set
TURNS = 5
PROCESSES = 5
KINDS = ("equal", "matched", "matched_worst", "hourly")


def measure() -> dict[str, Any]:
    """Return everything the table needs: medians, and the least ratios of each process."""
    runs = [json.loads(python("-m", "bench.speed", keep_memory=True)) for _ in range(PROCESSES)]
    least = {kind: [_least(run, kind) for run in runs] for kind in KINDS}
    return {**_middle(runs), "least": least, "loads": [run["load"] for run in runs]}


def _least(run: dict[str, Any], kind: str) -> float:
    """Return the ratio over the best of the others, whichever it is."""
    if kind == "hourly":
        return min(peer["ratio"] for peer in run["hourly"]["peers"])
    return min(peer[kind] for peer in run["peers"])


def _middle(runs: list[Any]) -> Any:
    """Return the median of each number in records of one shape."""
    first = runs[0]
    if isinstance(first, dict):
        return {key: _middle([run[key] for run in runs]) for key in first}
    if isinstance(first, list):
        return [_middle(list(parts)) for parts in zip(*runs, strict=True)]
    return median(runs) if isinstance(first, int | float) else first


def _once() -> dict[str, Any]:
    """Return one measurement of everything."""
    case = make_case(OURS)
    _check_tolerance(case.first(8))
    notes: list[str] = []
    reference = case.first(CHECKED).solve(1e-11)
    assert not reference.status.any()
    peers = list(_peers(case, notes))
    hourly = case.at(673)
    return {
        "load": load(),
        "flops": step_flops(describe(case.model)[1]),
        "peak": peak(),
        "patients": OURS,
        "crosscheck": _crosscheck(case, reference.values),
        "ours": [_ours(case, rtol, reference.values) for rtol in SCAN],
        "peers": [_against(case, peer, reference.values) for peer in peers],
        "observables": _outputs(case, case.compiled.observables[:SHOWN]),
        "hourly": {
            "ours": cpu_rate(lambda: hourly.solve(RTOL), OURS),
            "observables": _outputs(hourly, case.compiled.observables[:SHOWN]),
            "peers": [_hourly(hourly, peer) for peer in _peers(hourly, [])],
        },
        "notes": notes,
    }


def _check_tolerance(case: Case) -> None:
    """Make sure that the tolerance all engines are given is the one ours takes by default."""
    given = case.compiled.solve(
        case.P, case.schedule, 0.0, case.times[-1], case.times, case.states,
        rtol=RTOL, atol=case.atol(RTOL), threads=1,
    )  # fmt: skip
    assert np.array_equal(given.values, case.solve(RTOL).values), "not our default tolerance"


def cpu_rate(run: Callable[[], object], patients: int, turns: int = TURNS) -> float:
    """Return patients per CPU second: the median over turns, after one that does not count."""
    run()
    return median(_rate(run, patients) for _ in range(turns))


def _rate(run: Callable[[], object], patients: int) -> float:
    before = time.process_time()
    run()
    return patients / (time.process_time() - before)


def paired(
    ours: Callable[[], object], n_ours: int, other: Callable[[], object], n_other: int
) -> tuple[float, float]:
    """Return the other's patients per CPU second, and how many times faster ours is."""
    rates, ratios = [], []
    before = _rate(ours, n_ours)
    for _ in range(TURNS):
        rates.append(_rate(other, n_other))
        after = _rate(ours, n_ours)
        ratios.append((before + after) / 2 / rates[-1])
        before = after
    return median(rates), median(ratios)


def _peers(case: Case, notes: list[str]) -> Iterator[Peer]:
    """Yield every engine that is here; note the others."""
    for name in PEERS:
        try:
            yield from import_module(f"bench.peers.{name}").variants(case)
        except ImportError as error:
            notes.append(f"{name} is left out: {error}.")


def _ours(case: Case, rtol: float, reference: NDArray[np.float64]) -> dict[str, float]:
    solution = case.solve(rtol)
    assert not solution.status.any()
    found = errors(solution.values[:CHECKED], reference)
    return {
        "rtol": rtol,
        "rate": cpu_rate(lambda: case.solve(rtol), OURS),
        "error": float(np.median(found)),
        "worst": float(found.max()),
        "steps": float(solution.steps.mean()),
        "rejected": float(solution.rejected.mean()),
    }


def _against(case: Case, peer: Peer, reference: NDArray[np.float64]) -> dict[str, Any]:
    n = peer.patients
    reference = reference[:n]
    same = case.first(n, OURS)  # so that nobody is given the easier patients
    ours = errors(case.first(n).solve(RTOL).values, reference)
    points = []
    for rtol in SCAN:
        found = errors(peer.solve(n, rtol), reference)
        rate, ratio = paired(
            lambda: same.solve(RTOL), OURS, lambda rtol=rtol: peer.solve(n, rtol), n
        )
        point = {"rtol": rtol, "rate": rate, "ratio": ratio}
        points.append(point | {"error": float(np.median(found)), "worst": float(found.max())})
    return {
        "label": peer.label,
        "patients": n,
        "points": points,
        "equal": next(p["ratio"] for p in points if p["rtol"] == RTOL),
        "matched": _matched(points, "error", float(np.median(ours))),
        "matched_worst": _matched(points, "worst", float(ours.max())),
    }


def _matched(points: list[dict[str, float]], kind: str, error: float) -> float:
    """Return the ratio where the other engine has this error: log-log between its tolerances.

    Outside of what was scanned the nearest two points are continued.
    """
    order = sorted(points, key=lambda p: p[kind])
    x, y = (np.log([p[k] for p in order]) for k in (kind, "ratio"))
    i = int(np.clip(np.searchsorted(x, np.log(error)), 1, len(x) - 1))
    slope = (y[i] - y[i - 1]) / (x[i] - x[i - 1])
    return float(np.exp(y[i - 1] + slope * (np.log(error) - x[i - 1])))


def _hourly(case: Case, peer: Peer) -> dict[str, Any]:
    n = peer.patients
    same = case.first(n, OURS)
    rate, ratio = paired(lambda: same.solve(RTOL), OURS, lambda: peer.solve(n, RTOL), n)
    return {"label": peer.label, "rate": rate, "ratio": ratio}


def _outputs(case: Case, names: tuple[str, ...]) -> float:
    return cpu_rate(lambda: case.solve(RTOL, names), OURS)


def _crosscheck(case: Case, reference: NDArray[np.float64], patients: int = 2) -> list[float]:
    """Return how far SciPy's Radau at 1e-10 is from the reference, for each of some patients."""
    try:
        from bench.peers.scipy import Scipy
    except ImportError:
        return []
    found = Scipy(case, "Radau", compiled=True).solve(patients, 1e-10)
    return [float(e) for e in errors(found, reference[:patients])]


if __name__ == "__main__":
    print(json.dumps(_once()))
