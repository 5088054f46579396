# SPDX-License-Identifier: Apache-2.0
"""Objectives with known answers."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from trimer.trial.calibration import Evaluation, Row

CARD = tuple(
    SimpleNamespace(name=name, value=value, unit="1/day", spread="", basis="assumed")
    for name, value in (("a", 1.0), ("b", 2.0), ("c", 5.0))
)
BEST = {"a": 3.0, "b": 0.7, "c": 5.0}
WEIGHT = {"a": 8.0, "b": 20.0, "c": 2.0}

FIT = """name,low,high,block,reason
a,0.1,10,one,example
b,0.1,10,one,example
c,1,20,two,example
"""


def bowl(overrides, *, patients, seed, rows=None):  # noqa: ARG001 (an objective takes them)
    """A quadratic of the logarithms, one row for each parameter; the seed shifts nothing."""
    found = {}
    for name, best in BEST.items():
        value = overrides.get(name, next(row.value for row in CARD if row.name == name))
        if rows is None or name in rows:
            found[name] = Row(name, value, WEIGHT[name] * math.log(value / best) ** 2 / 2)
    return Evaluation(sum(row.score for row in found.values()), found)


@pytest.fixture
def fit_file(tmp_path):
    """A fit file of two blocks."""
    path = tmp_path / "fit.csv"
    path.write_text(FIT)
    return path
