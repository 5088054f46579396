# SPDX-License-Identifier: Apache-2.0
"""What was given, run as a fixed schedule, gives the same patients."""

from __future__ import annotations

import numpy as np
import pytest
from tests.simulate.ward.conftest import OUTPUTS, cohort, compiled_model, protocol, treated

from trimer import library
from trimer.simulate.matching import parameter_matrix
from trimer.simulate.ward import replay

WARD_PROTOCOLS = [name for name in library.protocol_names() if protocol(name).is_closed_loop]


@pytest.mark.parametrize("name", WARD_PROTOCOLS)
def test_the_ledger_replays_to_the_last_bit(name: str) -> None:
    """With the run's stops the trajectory is the same; without them it agrees to the tolerance."""
    model = protocol(name).course.drug  # a model has the name of its drug
    patients, days = cohort(16, model=model), 35.0
    outputs = tuple(o for o in OUTPUTS if o in compiled_model(model).observables)
    run = treated(patients, protocol(name), days=days, model=model, outputs=outputs)
    assert (run.status == 0).all()
    compiled = compiled_model(model)
    P, times = parameter_matrix(compiled, patients), np.arange(0.0, days + 0.5)
    same = replay(compiled, P, run, days=days, times=times, outputs=outputs)
    np.testing.assert_array_equal(same, run.values)
    errors = []
    for rtol in (1e-4, 1e-6):
        free = replay(
            compiled, P, run, days=days, times=times, outputs=outputs, stops=False, rtol=rtol
        )
        peak = np.abs(run.values).max(axis=1, keepdims=True)
        errors.append(float((np.abs(free - run.values) / peak).max()))
    assert errors[1] < 1e-3
    assert errors[1] < errors[0]


def test_threads_and_company_change_nothing() -> None:
    """A patient is treated the same on one thread or two, alone or among others."""
    plan, patients = protocol("flotetuzumab-two-step"), cohort(24)
    one = treated(patients, plan, days=14.0, threads=1)
    two = treated(patients, plan, days=14.0, threads=2)
    few = treated(patients.part(7, 12), plan, days=14.0)
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.values[7:12], few.values)
    for table in ("doses", "decisions", "grades", "stretches"):
        whole, part = one.journal.table(table), few.journal.table(table)
        chosen = (whole["patient"] >= 7) & (whole["patient"] < 12)
        np.testing.assert_array_equal(
            whole["minute" if "minute" in whole else "first"][chosen],
            part["minute" if "minute" in part else "first"],
        )


def test_output_times_change_no_decision() -> None:
    """Looking at the results more often is not looking at the patient more often."""
    plan, patients = protocol("flotetuzumab-multi-step"), cohort(12)
    rare = treated(patients, plan, days=10.0, every=1.0)
    often = treated(patients, plan, days=10.0, every=1.0 / 24)
    np.testing.assert_array_equal(rare.values, often.values[:, ::24])
    for table in ("doses", "decisions", "grades", "stretches"):
        one, other = rare.journal.table(table), often.journal.table(table)
        for column in one:
            np.testing.assert_array_equal(one[column], other[column])


def test_another_seed_is_another_luck() -> None:
    """Noise and chance follow the seed, the patients do not."""
    plan, patients = protocol("flotetuzumab-multi-step"), cohort(12)
    one, other = (treated(patients, plan, days=7.0, seed=seed) for seed in (1, 2))
    assert not np.array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.values[:, 0], other.values[:, 0])
