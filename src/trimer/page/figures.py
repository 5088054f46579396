# SPDX-License-Identifier: Apache-2.0
"""The numbers that the trial page draws, from a run folder."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.assess import proportion
from trimer.core.errors import StoreError
from trimer.page.study import SURVIVAL
from trimer.page.survival import curve
from trimer.report.course import levels_of, protocol_of
from trimer.report.data import read_run
from trimer.report.rates import CRS_EVENTS, REMISSION, RESPONSES, SEVERE, Event, difference, rate
from trimer.report.ward import crs_by_day, crs_by_step
from trimer.store import open_run
from trimer.store.layout import COMPLETE, INTERRUPTED

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.assess import PairedDifference, Proportion
    from trimer.report.data import RunData
    from trimer.report.manifest import Arm
    from trimer.store import StoredRun

CAP = 100.0
"""A waterfall's bars end at so many % more."""


def trial_record(folder: Path) -> dict[str, Any]:
    """Return what the trial page shows of a run.

    Raises
    ------
    StoreError
        If the run holds no trial, or is damaged.
    """
    stored = open_run(folder)
    if stored.status not in {COMPLETE, INTERRUPTED} or not stored.has("outcomes"):
        raise StoreError(
            f"Run '{folder.name}' has no figures: it is {stored.status or 'not known how'} and "
            "holds no outcomes of patients. Run the study again."
        )
    run = read_run(folder)
    study = stored.manifest.get("study", {})
    return {
        "run": folder.name,
        "status": stored.status,
        "created": stored.manifest.get("created", ""),
        "study": study,
        "seed": stored.manifest.get("seed"),
        "model": stored.manifest.get("model", {}),
        "version": stored.manifest.get("versions", {}).get("trimer", ""),
        "patients_done": stored.manifest.get("patients_done"),
        "wall_seconds": stored.manifest.get("wall_seconds"),
        "policy_notice": stored.manifest.get("policy_notice") or "",
        "screening": stored.manifest.get("screening"),
        "responses_judged": run.is_response_assessed,
        "failed": _failed(run),
        "arms": [_arm(run, stored, arm) for arm in run.arms],
        "pairs": _pairs(run),
    }


def _failed(run: RunData) -> list[dict[str, Any]]:
    rows = run.failed().group_by("arm", "reason").agg(pl.len().alias("n"))
    return rows.sort("arm", "reason").to_dicts()


def _arm(run: RunData, stored: StoredRun, arm: Arm) -> dict[str, Any]:
    protocol = protocol_of(arm.text)
    rows = run.finished(arm)
    return {
        "name": arm.name,
        "label": arm.label,
        "n": len(rows),
        "levels": [{"rate": level.value, "unit": level.unit} for level in levels_of(protocol)],
        "plan": _plan(protocol),
        "crs_by_day": _stacked(crs_by_day(run, arm), "day") if run.ward else [],
        "crs_by_step": _stacked(crs_by_step(run, arm), "step") if run.ward else [],
        "rates": _rates(run, arm, rows),
        "patients": _patients(rows, stored, arm),
        "crs_free": _crs_free(rows, run.manifest.days),
        "survival": _survival(stored, arm, run.manifest.days),
        "adverse": _care(rows),
    }


def _plan(protocol: Any) -> list[list[float]]:  # noqa: ANN401 (a protocol or None)
    """Return the planned rate as steps: from which day on, how much."""
    if protocol is None or protocol.course is None:
        return []
    levels = protocol.course.levels
    return [
        [minute / 1440, levels[place].value if place >= 0 else 0.0]
        for minute, place in protocol.course.plan()
    ]


def _stacked(table: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    found = []
    for (place,), part in table.group_by(by, maintain_order=True):
        counts = dict(part.select("grade", "n").iter_rows())
        found.append(
            {by: place, "N": int(part["N"][0]), "n": [int(counts.get(g, 0)) for g in range(1, 5)]}
        )
    return found


def _rates(run: RunData, arm: Arm, rows: pl.DataFrame) -> list[dict[str, Any]]:
    found = []
    if run.is_response_assessed:
        found.append(_of("CR, CRh or CRi", rate(run, arm, REMISSION)))
    found += [
        _of(f"CRS, {_words(event)}", rate(run, arm, event))
        for event in (CRS_EVENTS[0], CRS_EVENTS[1], SEVERE)
    ]
    for column, words in (
        ("tocilizumab_doses", "Had tocilizumab"),
        ("stopped", "Stopped for good"),
    ):
        if column in rows.columns:
            values = rows[column].cast(pl.Float64).drop_nulls()
            found.append(_of(words, proportion(int((values > 0).sum()), len(values))))
    return found


def _words(event: Event) -> str:
    return "any grade" if event is CRS_EVENTS[0] else event.name


def _of(words: str, found: Proportion) -> dict[str, Any]:
    return {"what": words, "n": found.count, "N": found.total, "low": found.low, "high": found.high}


def _pairs(run: RunData) -> list[dict[str, Any]]:
    if len(run.arms) < 2:
        return []
    first, *others = run.arms
    events = [(f"CRS, {_words(e)}", e) for e in (CRS_EVENTS[0], CRS_EVENTS[1], SEVERE)]
    if run.is_response_assessed:
        events.insert(0, ("CR, CRh or CRi", REMISSION))
    return [
        {"what": words, "first": first.name, "second": other.name,
         **_difference(difference(run, first, other, event))}
        for other in others
        for words, event in events
    ]  # fmt: skip


def _difference(found: PairedDifference) -> dict[str, Any]:
    plain: dict[str, Any] = {**asdict(found), "difference": found.difference}
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in plain.items()
    }


def _patients(rows: pl.DataFrame, stored: StoredRun, arm: Arm) -> list[dict[str, Any]]:
    """Return one row for each patient: what waterfall and swimmer draw."""
    wanted = [
        name
        for name in ("id", "crs_grade", "crs_onset", "response", "best_blast_change_percent",
                     "tocilizumab_doses", "hold_days", "dose_intensity", "stopped", "blast_day28",
                     "peak_il6", "icans_grade")
        if name in rows.columns
    ]  # fmt: skip
    table = rows.select(wanted).with_columns(pl.col(pl.Float64).round_sig_figs(4).fill_nan(None))
    ends = _ends(stored, arm)
    return [{**row, "end": ends.get(row["id"])} for row in table.iter_rows(named=True)]


def _ends(stored: StoredRun, arm: Arm) -> dict[int, float]:
    """Return on which day treatment was stopped for good, by patient."""
    if not stored.has("doses"):
        return {}
    mine = (pl.col("arm").cast(pl.String) == arm.name) & (pl.col("why") == "stopped for good")
    columns = stored.scan("doses").collect_schema().names()
    if "why" not in columns:
        return {}
    rows = stored.scan("doses").filter(mine).group_by("id").agg(pl.col("time").min()).collect()
    return {int(i): round(float(t), 4) for i, t in rows.iter_rows()}


def _crs_free(rows: pl.DataFrame, days: float) -> dict[str, Any]:
    """Return the Kaplan-Meier curve of the time without CRS."""
    if "crs_onset" not in rows.columns:
        return {}
    onset = rows["crs_onset"].fill_nan(None)
    happened = onset.is_not_null()
    lasts = onset.fill_null(days).clip(0.0, days)
    return curve(lasts.to_numpy(), happened.to_numpy(), days)


def _survival(stored: StoredRun, arm: Arm, days: float) -> dict[str, Any]:
    """Return the Kaplan-Meier curve of overall survival, if the study states it."""
    if not stored.has("endpoints"):
        return {}
    names = (f"{SURVIVAL}_days", f"{SURVIVAL}_event")
    scan = stored.scan("endpoints")
    if not set(names) <= set(scan.collect_schema().names()):
        return {}
    rows = scan.filter(pl.col("arm").cast(pl.String) == arm.name).select(names).collect()
    rows = rows.with_columns(pl.col(names[0]).fill_nan(None)).drop_nulls()
    if rows.is_empty():
        return {}
    return curve(rows[names[0]].to_numpy(), rows[names[1]].cast(pl.Boolean).to_numpy(), days)


def _care(rows: pl.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {"responses": {}}
    if "response" in rows.columns:
        counts = dict(rows.group_by("response").agg(pl.len()).iter_rows())
        found["responses"] = {name: int(counts.get(name, 0)) for name in RESPONSES}
    for name in ("hold_days", "dose_intensity", "peak_il6"):
        if name in rows.columns:
            values = rows[name].drop_nulls().drop_nans()
            if len(values):
                low, mid, high = (values.quantile(q, "linear") for q in (0.05, 0.5, 0.95))
                found[name] = [low, mid, high]
    return found
