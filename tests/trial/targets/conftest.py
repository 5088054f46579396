# SPDX-License-Identifier: Apache-2.0
"""Rows and simulated scenarios that are made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from trimer.patients import Cohort
from trimer.trial.targets import Part, Scenario, ScenarioResult, Target, read_targets
from trimer.trial.targets.estimate import Estimate
from trimer.trial.targets.figures import Simulated
from trimer.trial.targets.group import Group


@pytest.fixture(scope="session")
def targets():
    """Return the shipped targets."""
    return read_targets()


@pytest.fixture
def part():
    """Return a function that makes a published number."""

    def make(value=None, low=None, high=None, interval="none", **more):
        usual = {
            "label": "", "measure": "grade_share", "options": {}, "where": "two-step",
            "against": "", "unit": "%", "n": None, "count": None, "at_least": None,
            "at_most": None,
        }  # fmt: skip
        return Part(**(usual | {"value": value, "low": low, "high": high, "interval": interval}
                       | more))  # fmt: skip

    return make


@pytest.fixture
def row():
    """Return a function that makes a row of published numbers."""

    def make(kind, *parts, **more):
        usual = {
            "id": "V0", "observable": "something", "test": "Q", "use": "predicted",
            "scale": "none", "sources": ("Uy2021",), "read": "found", "n": "30",
        }  # fmt: skip
        return Target(**(usual | {"kind": kind, "parts": tuple(parts)} | more))

    return make


@pytest.fixture
def found():
    """Return a function that makes what was simulated for a row."""

    def make(*values, n=1000.0, reason=""):
        return Simulated("V0", tuple(Estimate(value, n=n) for value in values), (), reason)

    return make


@pytest.fixture
def result():
    """Return a function that makes a simulated scenario of courses and changes of grade."""

    def make(times, grades=(), doses=None, status=None, card=None, **columns):
        times = np.asarray(times, dtype=float)
        n = len(next(iter(columns.values()))) if columns else 1 + max(g[0] for g in grades)
        scenario = Scenario("made", "Made", "flotetuzumab", "reference", "p", 28.0, 1.0, ())
        table = pl.DataFrame(
            [(i, t, *((g,) * 4 if np.isscalar(g) else g)) for i, t, g in grades],
            schema={"id": pl.Int64, "time": pl.Float64, "CRS": pl.Int8, "CRS_Lee": pl.Int8,
                    "CRS_CTCAE": pl.Int8, "ICANS": pl.Int8},
            orient="row",
        )  # fmt: skip
        ward = SimpleNamespace(grades=lambda: table, doses=lambda: doses)
        run = SimpleNamespace(
            ids=np.arange(n),
            status=np.zeros(n, np.int8) if status is None else np.asarray(status, np.int8),
            times=times,
            cohort=Cohort("made", np.arange(n), (), np.empty((n, 0))),
            column=lambda name: np.asarray(columns[name], dtype=float),
            ward=ward,
        )
        return ScenarioResult(scenario, run, card or {})

    return make


@pytest.fixture
def group(result):
    """Return a function that makes a group of one such scenario."""
    return lambda *given, **more: Group([(result(*given, **more), 1.0)])
