# SPDX-License-Identifier: Apache-2.0
"""The shipped model against an independent implementation of the same equations."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from trimer.library import load
from trimer.patients import Cohort
from trimer.protocol import Protocol
from trimer.simulate import simulate

HERE = Path(__file__).parent
RTOL = 1e-9


def read(name):
    """Return header and rows of a CSV whose first line says where it comes from."""
    provenance, *lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    assert provenance.startswith("# ")
    header, *rows = csv.reader(lines)
    return header, rows


def reference_regimen():
    """Return the multi-step regimen: cycle 1 continuous, cycle 2 four days on and three off."""
    protocol = Protocol("reference multi-step")
    for dose in (30, 60, 100, 200, 300, 400):
        protocol = protocol.infuse(f"{dose} ng/kg/day", days=1)
    protocol = protocol.infuse("500 ng/kg/day", days=22)
    for week in range(4):
        protocol = protocol.infuse("500 ng/kg/day", days=4, start_days=28 + 7 * week)
    protocol = protocol.give("dexamethasone 10 mg", at_days=0)
    for day in (0.5, 1, 2, 3):
        protocol = protocol.give("dexamethasone 4 mg", at_days=day)
    return protocol


@pytest.fixture(scope="module")
def model():
    """Return the shipped model."""
    return load("flotetuzumab-reference")


@pytest.mark.parametrize("engine", ["lanes", "scipy"])
def test_nominal_patient_gives_the_printed_values(model, engine):
    """Each printed value is met to half a unit of its last digit plus 2e-5 relative."""
    header, rows = read("nominal_patient.csv")
    cohort = Cohort.from_columns(
        {"id": [0], "blast_fraction": [0.55], "marrow_T_fraction": [0.06], "blood_T": [1000.0]},
        name="nominal",
    )
    run = simulate(
        model, cohort, reference_regimen(),
        days=56, every_hours=6, outputs=header[1:], rtol=RTOL, engine=engine,
    )  # fmt: skip
    for row in rows:
        at = int(np.flatnonzero(run.times == float(row[0]))[0])
        for k, text in enumerate(row[1:]):
            digits = text.partition("e")[0].partition(".")[2]
            exponent = int(text.partition("e")[2] or 0)
            half = 0.5 * 10.0 ** (exponent - len(digits))
            want = float(text)
            assert abs(run.values[0, at, k] - want) <= half + 2e-5 * abs(want), (
                row[0],
                header[k + 1],
            )


def population(n):
    """Return cohort, output times, names and trajectories of the first n reference patients."""
    columns, rows = read("population_64_patients.csv")
    table = np.array(rows[:n], dtype=float).T
    data = dict(zip(columns, table, strict=True))
    data["id"] = data["id"].astype(int)
    cohort = Cohort.from_columns(data, name="reference patients")
    header, rows = read("population_64.csv")
    values = np.array(rows, dtype=float)
    times = np.unique(values[:, 1])
    values = values[: n * len(times), 2:].reshape(n, len(times), -1)
    return cohort, times, header[2:], values


@pytest.mark.parametrize(("engine", "n"), [("lanes", 64), ("scipy", 6)])
def test_random_patients_follow_the_reference_implementation(model, engine, n):
    """Every observable agrees within 1e-5 of its peak; where it is 0 throughout, within 1e-9."""
    cohort, times, names, want = population(n)
    run = simulate(
        model, cohort, reference_regimen(),
        days=56, every_hours=24, outputs=names, rtol=RTOL, engine=engine,
    )  # fmt: skip
    assert not run.failures
    got = run.values[:, np.searchsorted(run.times, times)]
    peak = np.abs(want).max(axis=1, keepdims=True)
    # The reference's own noise where nothing is given (a drug that is absent) is far below 1e-12.
    error = np.abs(got - want) / np.where(peak > 1e-12, 1e-5 * peak, 1e-9)
    worst = np.unravel_index(np.argmax(error), error.shape)
    assert error.max() <= 1, (cohort.ids[worst[0]], times[worst[1]], names[worst[2]], error.max())


@pytest.mark.parametrize("engine", ["lanes", "scipy"])
def test_the_default_tolerance_keeps_errors_far_below_what_a_reader_sees(model, engine):
    """At rtol 1e-6 every output stays within 3e-4 of its peak, most within 1e-5."""
    protocol = reference_regimen()
    patients, *_ = population(4)
    asked = {"days": 42, "every_hours": 12}
    exact = simulate(model, patients, protocol, rtol=1e-11, **asked).values
    found = simulate(model, patients, protocol, engine=engine, **asked).values
    peak = np.abs(exact).max(axis=1)
    error = np.abs(found - exact).max(axis=1) / np.where(peak > 1e-12, peak, np.inf)
    assert error.max() < 3e-4
    assert np.median(error) < 1e-5
