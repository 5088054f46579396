# SPDX-License-Identifier: Apache-2.0
"""A small run folder with plausible curves, made without a model, to try the report on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from trimer.protocol.ledger import dose_rows
from trimer.protocol.protocol import Protocol
from trimer.protocol.write import to_toml

if TYPE_CHECKING:
    from pathlib import Path

LEAD_IN = (30, 60, 100, 200, 300, 400, 500)
ARMS = {"multi-step": "Multi-step lead-in", "flat": "Flat 500, no lead-in"}
UNITS = {
    "concentration": "ng/mL",
    "trimers_per_blast": "molecule/cell",
    "blasts": "%",
    "T_cells": "cell/uL",
    "IL6": "pg/mL",
    "temperature": "degC",
    "ANC": "G/L",
    "PLT": "G/L",
}
LABELS = {
    "concentration": "Flotetuzumab in plasma",
    "trimers_per_blast": "Trimers per marrow blast",
    "blasts": "Marrow blasts",
    "T_cells": "T cells in blood",
    "IL6": "IL-6 in blood",
    "temperature": "Body temperature",
    "ANC": "Neutrophils",
    "PLT": "Platelets",
}


@pytest.fixture
def make_run(tmp_path: Path):
    """Write a run folder; the keywords are those of `write_run`."""
    return lambda **options: write_run(tmp_path / "run", **options)


@pytest.fixture(scope="session")
def write_plain():
    """`write_run` itself, for runs with more in their folder."""
    return write_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run: two arms, 40 patients, none of whom failed. Not to be changed."""
    return write_run(tmp_path_factory.mktemp("report") / "run")


def write_run(
    folder: Path,
    *,
    patients: int = 40,
    planned: int | None = None,
    arms: tuple[str, ...] = ("multi-step", "flat"),
    days: float = 63.0,
    failed: tuple[tuple[str, int], ...] = (),
    title: str = "Does a lead-in prevent severe cytokine release syndrome?",
    status: str = "complete",
    labels: dict[str, str] | None = None,
) -> Path:
    """Write a run folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    cohort = _patients(rng, patients)
    cohort.write_parquet(folder / "patients.parquet")
    times = np.arange(0.0, days + 1e-9, 0.25)
    profiles, outcomes, doses = [], [], []
    for arm in arms:
        curves = _curves(cohort, arm, times)
        for name, number in failed:
            if name == arm:
                for values in curves.values():
                    values[number] = np.nan
        profiles.append(_profiles(arm, cohort, times, curves))
        outcomes.append(_outcomes(arm, cohort, times, curves, failed))
        doses.append(_doses(arm, cohort, days))
    pl.concat(profiles).write_parquet(folder / "profiles.parquet")
    pl.concat(outcomes).write_parquet(folder / "outcomes.parquet")
    pl.concat(doses).write_parquet(folder / "doses.parquet")
    manifest = _manifest(arms, planned or patients, days, title, status, labels or ARMS)
    (folder / "run.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    (folder / "model.json").write_text(json.dumps(_model(), indent=1), encoding="utf-8")
    (folder / "study.toml").write_text('[study]\nname = "synthetic"\n', encoding="utf-8")
    return folder


def _patients(rng: np.random.Generator, n: int) -> pl.DataFrame:
    normal = rng.standard_normal
    return pl.DataFrame(
        {
            "id": np.arange(n),
            "WT": np.clip(70 * np.exp(0.2 * normal(n)), 45, 120),
            "CL": 38 * np.exp(0.385 * normal(n)),
            "R123": 2000 * np.exp(0.63 * normal(n)),
            "k6": 6e4 * np.exp(0.63 * normal(n)),
            "kk": 1.8 * np.exp(0.29 * normal(n)),
            "blast_fraction": np.clip(rng.beta(1.8, 2.3, n), 0.12, 0.92),
            "marrow_T_fraction": np.clip(0.05 * np.exp(0.9 * normal(n)), 0.005, 0.35),
            "blood_T": np.clip(900 * np.exp(0.55 * normal(n)), 150, 4000),
            "crs_deviate": rng.logistic(size=n),
        }
    )


def _rate(arm: str, times: np.ndarray) -> np.ndarray:
    if arm == "flat":
        rate = np.full(times.shape, 500.0)
    else:
        rate = np.asarray(LEAD_IN, float)[np.minimum(times.astype(int), 6)]
    return np.where(times < 56.0, rate, 0.0)


def _curves(cohort: pl.DataFrame, arm: str, times: np.ndarray) -> dict[str, np.ndarray]:
    one = {name: cohort[name].to_numpy()[:, None] for name in cohort.columns}
    n, dt = len(cohort), 0.25
    rate = _rate(arm, times)
    conc = np.zeros((n, times.size))
    blasts, il6, cells, refractory = (np.zeros((n, times.size)) for _ in range(4))
    blasts[:, :1] = 100 * one["blast_fraction"]
    il6[:, 0], cells[:, :1] = 5.0, one["blood_T"]
    adapted = np.zeros((n, 1))
    for i in range(1, times.size):
        last = i - 1
        target = 0.00146 * rate[last] * 38 / one["CL"]
        conc[:, i : i + 1] = target + (conc[:, last:i] - target) * np.exp(-6 * dt)
        c = conc[:, i : i + 1]
        trimers = 40 * c / 0.73 * one["R123"] / 2000
        kill = 0.036 * one["kk"] * trimers / (trimers + 8) * one["marrow_T_fraction"] ** 0.35 * 3
        old = blasts[:, last:i]
        blasts[:, i : i + 1] = old + dt * old * (0.028 * (1 - old / 100) - kill)
        jump = np.maximum(c - adapted, 0) / (c + 1e-4)
        adapted = adapted + dt * (c - adapted)
        new = one["blood_T"] / (1 + 8 * jump) * (1 + 0.3 * np.sin(times[i] / 20))
        cells[:, i : i + 1] = new + (cells[:, last:i] - new) * np.exp(-4 * dt)
        push = one["k6"] / 6e4 * 70 * (trimers / 10) ** 1.6 * np.exp(-3 * refractory[:, last:i])
        refractory[:, i : i + 1] = refractory[:, last:i] + dt * (
            0.12 * np.minimum(trimers, 8) ** 0.5 - 0.06 * refractory[:, last:i]
        )
        il6[:, i : i + 1] = 5 + push + (il6[:, last:i] - 5 - push) * np.exp(-2.0 * dt)
    fever = np.maximum(il6 - 5, 0) / 50
    return {
        "concentration": conc,
        "trimers_per_blast": 40 * conc / 0.73 * one["R123"] / 2000,
        "blasts": blasts,
        "T_cells": cells,
        "IL6": il6,
        "temperature": 37 + 3.2 * fever / (1 + fever),
        "ANC": 1.3 + 2 * (1 - blasts / blasts[:, :1]),
        "PLT": 87 + 100 * (1 - blasts / blasts[:, :1]),
    }


def _profiles(
    arm: str, cohort: pl.DataFrame, times: np.ndarray, curves: dict[str, np.ndarray]
) -> pl.DataFrame:
    n = len(cohort)
    columns = {"arm": [arm] * (n * times.size), "id": np.repeat(cohort["id"], times.size)}
    columns |= {"time": np.tile(times, n)}
    return pl.DataFrame(columns | {name: values.ravel() for name, values in curves.items()})


def _outcomes(
    arm: str,
    cohort: pl.DataFrame,
    times: np.ndarray,
    curves: dict[str, np.ndarray],
    failed: tuple[tuple[str, int], ...],
) -> pl.DataFrame:
    bad = np.array([(arm, i) in failed for i in cohort["id"]])
    filled = {name: np.nan_to_num(values) for name, values in curves.items()}
    il6, blasts = filled["IL6"], filled["blasts"]
    latent = 1.35 * np.log(np.maximum(il6.max(axis=1), 1)) + cohort["crs_deviate"].to_numpy()
    grade = np.sum(latent[:, None] > np.array([2.6, 5.3, 9.2, 11.3]), axis=1)
    later = times >= min(25.0, times[-1])
    low = blasts[:, later].min(axis=1)
    order = ["CR", "CRh", "CRi", "MLFS", "PR", "NR"]
    kind = np.select(
        [low < 1.5, low < 2.5, low < 3.5, low < 5, low < blasts[:, 0] / 2], order[:5], order[5]
    )
    change = 100 * (blasts[:, later].min(axis=1) / np.maximum(blasts[:, 0], 1e-9) - 1)
    number = {
        "best_blast_change_percent": change,
        "cmax_ng_mL": filled["concentration"].max(axis=1),
        "auc": np.trapezoid(filled["concentration"], times, axis=1),
        "peak_il6": il6.max(axis=1),
        "peak_il6_signal": il6.max(axis=1),
        "peak_temperature": filled["temperature"].max(axis=1),
        "peak_vascular_leak": np.zeros(len(cohort)),
        "day_of_peak_il6": times[il6.argmax(axis=1)],
        "blast_day28": blasts[:, int(np.argmin(np.abs(times - 28)))],
        "lsc_log10_reduction": np.full(len(cohort), 1.0),
    }
    known = {"crs_grade": grade.astype(np.int8), "response": kind.astype(str)} | number
    table = pl.DataFrame(
        {"arm": [arm] * len(cohort), "id": cohort["id"]}
        | known
        | {"failed": bad, "reason": ["step size too small" if b else "" for b in bad]}
        | {"steps": np.full(len(cohort), 420)}
    )
    return table.with_columns(
        pl.when("failed").then(None).otherwise(pl.col(name)).name.keep() for name in known
    )


def _protocol(arm: str) -> Protocol:
    protocol = Protocol(arm, title=f"Protocol of {arm}")
    for rate, days in ((500, 56),) if arm == "flat" else zip(LEAD_IN, (*[1] * 6, 50), strict=True):
        protocol = protocol.infuse(f"{rate} ng/kg/day", days=days)
    for day, dose in ((0.0, 10), (0.5, 4), (1.0, 4), (2.0, 4), (3.0, 4)):
        protocol = protocol.give(f"dexamethasone {dose} mg", at_days=day)
    return protocol


def _doses(arm: str, cohort: pl.DataFrame, days: float) -> pl.DataFrame:
    rows = dose_rows(
        _protocol(arm), cohort["id"].to_numpy(), cohort["WT"].to_numpy(), until_days=days
    )
    return pl.DataFrame(rows).select(pl.lit(arm).alias("arm"), pl.all())


def _manifest(
    arms: tuple[str, ...],
    patients: int,
    days: float,
    title: str,
    status: str,
    labels: dict[str, str],
) -> dict[str, object]:
    return {
        "format": 1,
        "run": "2026-11-24-0417",
        "status": status,
        "created": "2026-11-24T04:17:00+00:00",
        "study": {
            "name": "synthetic",
            "title": title,
            "question": "How many virtual patients reach severe CRS with and without a lead-in?",
            "cohort": "reference",
            "patients": patients,
            "days": days,
            "every_hours": 6.0,
        },
        "arms": [
            {
                "name": arm,
                "label": labels.get(arm, arm),
                "protocol": arm,
                "title": f"Protocol of {arm}",
                "text": to_toml(_protocol(arm)),
            }
            for arm in arms
        ],
        "seed": 20260101,
        "model": {"name": "made-up", "title": "Made-up curves", "version": "1"},
        "solver": {"method": "none", "rtol": 1e-6, "atol": "scaled", "engine": "none"},
        "versions": {"trimer": "0.1.0", "python": "3.11.7"},
        "hashes": {"model": "0123abcd", "card": "4567ef", "protocols": dict.fromkeys(arms, "89")},
        "wall_seconds": 12.3,
        "units": UNITS,
        "labels": LABELS,
    }


def _model() -> dict[str, object]:
    mathml = (
        "<math><mrow><mfrac><mrow><mi>d</mi><mi>Dc</mi></mrow><mrow><mi>d</mi><mi>t</mi></mrow>"
        "</mfrac><mo>=</mo><mi>inf</mi><mo>-</mo><mi>CL</mi><mi>Dc</mi></mrow></math>"
    )
    row = {
        "name": "CL",
        "definition": "linear clearance",
        "value": 38.0,
        "unit": "L/day",
        "spread": "lognormal cv 40%",
        "source": "Clements2020",
        "basis": "scaled",
        "details": "from another engager < not flotetuzumab",
    }
    return {
        "name": "made-up",
        "title": "Made-up curves",
        "version": "1",
        "equations": [
            {
                "name": "Dc",
                "text": "d(Dc)/dt = inf - CL*Dc",
                "mathml": mathml,
                "unit": "nmol/L/day",
                "definition": "free drug in plasma",
                "kind": "species",
            }
        ],
        "parameters": [row, row | {"name": "WT", "definition": "body weight", "unit": "kg"}],
        "sources": [
            {"key": "Clements2020", "author": "Clements", "title": "A paper", "year": "2020"}
        ],
        "assumptions": ["Blood is well mixed."],
        "limits": ["Not for single patients."],
        "observables": [
            {"name": name, "definition": LABELS[name], "unit": unit, "label": LABELS[name]}
            for name, unit in UNITS.items()
        ],
    }
