# SPDX-License-Identifier: Apache-2.0
"""The ward around a patient: monitors, bags, other engines, short and bare protocols."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.simulate.ward.conftest import cohort, compiled_model, protocol, treated
from tests.simulate.ward.test_ledger import infusion, record

from trimer.core.errors import InputError, Problems
from trimer.protocol import Protocol
from trimer.protocol.monitoring import Every
from trimer.simulate import simulate
from trimer.simulate.ward import QUIET, Happening, Ward
from trimer.trial.recipe import shipped


def test_a_monitor_calls_before_the_next_round() -> None:
    """With rounds twelve hours apart, fever is seen within minutes of 38.0 degC."""
    plan = protocol("flotetuzumab-multi-step")
    rare = replace(plan.monitoring, vitals=(Every(720),))
    patients, onset = cohort(30), []
    for continuous in (True, False):
        watched = replace(plan, monitoring=replace(rare, continuous=continuous))
        run = treated(patients, watched, days=12.0, ward=QUIET)
        grades = record(patients, run, watched, 12.0).grades().filter(pl.col("CRS") > 0)
        first = grades.group_by("id").agg(pl.col("time").min())
        onset.append(dict(first.iter_rows()))
    both = sorted(set(onset[0]) & set(onset[1]))
    earlier = np.array([onset[1][i] - onset[0][i] for i in both])
    assert (earlier >= -1e-9).all()
    assert earlier.mean() > 2 / 24


def test_a_bag_change_that_takes_time_is_written_down() -> None:
    """Every day ten minutes without drug, of which the ledger tells."""
    plan = protocol("flotetuzumab-multi-step")
    plan = replace(plan, pump=replace(plan.pump, bag_change_minutes=1440, change_minutes=10))
    patients = cohort(3)
    run = treated(patients, plan, days=5.5, ward=QUIET)
    flow = infusion(record(patients, run, plan, 5.5).doses())
    off = flow.filter((pl.col("rate") == 0) & (pl.col("planned") > 0) & (pl.col("why") == "pump"))
    for _, mine in off.group_by("id"):
        np.testing.assert_allclose(mine["duration"].to_numpy(), 10 / 1440, atol=1e-12)
        assert len(mine) >= 5


@pytest.mark.parametrize("days", [0.5, 3.0])
def test_a_bare_protocol_and_a_short_run_work(days: float) -> None:
    """No premedication, rules, laboratory, marrow or restart table, and half a day."""
    plan = protocol("flotetuzumab-multi-step")
    rounds = replace(plan.monitoring, labs=(), marrow_days=(), neurology=())
    bare = replace(
        plan, premedication=(), start_requires=(), rules=(), restart=(), monitoring=rounds
    )
    fault = Happening("air", 200, 30)
    run = treated(cohort(4), bare, days=days, every=0.25, happenings=[fault])
    assert (run.status == 0).all()
    assert np.isfinite(run.values).all()


def test_both_engines_treat_the_same() -> None:
    """SciPy takes the same decisions, and agrees to its tolerance."""
    plan, patients = protocol("flotetuzumab-two-step"), cohort(2)
    runs = [
        simulate(
            shipped("flotetuzumab").build(), patients, plan, days=3.0, every_hours=12.0,
            outputs=["IL6", "temperature", "MAP"], engine=engine, seed=1,
        )
        for engine in ("lanes", "scipy")
    ]  # fmt: skip
    peak = np.abs(runs[0].values).max(axis=1, keepdims=True)
    assert (np.abs(runs[0].values - runs[1].values) / peak).max() < 1e-4
    seen = [run.ward.decisions() for run in runs]
    one, other = (table.drop("temperature", "MAP", "SpO2", "value") for table in seen)
    assert one.equals(other)
    values = [table["value"].to_numpy() for table in seen]
    np.testing.assert_allclose(*values, rtol=1e-4)


def test_a_patient_who_fails_is_a_row_with_a_reason() -> None:
    """One bad patient stops nobody else, on the ward too."""
    patients = cohort(3)
    values = patients.values.copy()
    values[1, patients.parameters.index("WT")] = 1e308  # an infinite dose
    broken = replace(patients, values=values)
    run = treated(broken, protocol("flotetuzumab-multi-step"), days=3.0)
    alone = treated(patients.part(0, 1), protocol("flotetuzumab-multi-step"), days=3.0)
    assert run.status[1] != 0
    assert (run.status[[0, 2]] == 0).all()
    np.testing.assert_array_equal(run.values[0], alone.values[0])


def test_a_model_without_vital_signs_is_refused() -> None:
    """The reference model has none; the sentence says which model has."""
    with pytest.raises(InputError, match="Use model 'flotetuzumab'"):
        simulate(
            compiled_model("flotetuzumab-reference"), cohort(1, model="flotetuzumab-reference"),
            protocol("flotetuzumab-multi-step"), days=1.0,
        )  # fmt: skip


def test_a_protocol_made_in_python_is_checked_too() -> None:
    """A jump is refused before anything is simulated."""
    plan = Protocol("jump").lead_in("30 ng/kg/day", days=1).maintain("500 ng/kg/day")
    with pytest.raises(Problems, match="more than 3 times"):
        simulate(compiled_model(), cohort(1), plan.monitor(vitals="every 4 h"), days=1.0)


def test_unknown_happenings_are_refused() -> None:
    """With the ones that are known."""
    with pytest.raises(InputError, match="known are battery, occlusion, air"):
        Happening("flood", 0, 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"faults_per_day": {"batery": 5.0}}, "for 'batery'"),
        ({"faults_per_day": {"battery": -1.0}}, "got -1.0 for 'battery'"),
        ({"noise": {"pulse": 1.0}}, "for 'pulse'"),
        ({"missed": 1.5}, "share from 0"),
        ({"report_minutes": (30, 10)}, "the shorter first"),
    ],
)
def test_a_ward_that_cannot_be_is_refused(what: dict[str, object], says: str) -> None:
    """Names and numbers are checked."""
    with pytest.raises(InputError, match=says):
        Ward(**what)  # type: ignore[arg-type]


def test_a_fault_before_the_first_dose_is_refused() -> None:
    """No pump runs then."""
    with pytest.raises(InputError, match="from 1 on"):
        Happening("air", 0, 10)
