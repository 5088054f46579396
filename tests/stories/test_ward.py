# SPDX-License-Identifier: Apache-2.0
"""What patients and clinicians say of the treatment, shown on simulated wards.

Behavior is shown in 200 virtual patients, each his own control, by a one-sided test at p < 0.001.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from scipy.stats import wilcoxon
from tests.simulate.ward.conftest import cohort, compiled_model, protocol, treated
from tests.simulate.ward.test_ledger import record

from trimer.core.condition import parse
from trimer.core.errors import Problems
from trimer.protocol import parse_protocol, to_toml
from trimer.protocol.action import parse_action
from trimer.protocol.monitoring import Every
from trimer.protocol.rule import Rule
from trimer.simulate.ward import QUIET, Happening, Ward

if TYPE_CHECKING:
    from trimer.protocol import Protocol
    from trimer.simulate.ward import Treated
    from trimer.simulate.ward.record import WardRecord

N = 200
DAY = 1440
SURE = 1e-3


def less(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the first is smaller, patient by patient, beyond chance."""
    return bool(wilcoxon(one, other, alternative="less").pvalue < SURE)


def without_steroid(plan: Protocol) -> Protocol:
    """Return a protocol without dexamethasone beforehand, and without rules."""
    left = tuple(p for p in plan.premedication if p.drug != "dexamethasone")
    return replace(plan, premedication=left, start_requires=(), rules=())


@cache
def multi_step() -> tuple[Treated, WardRecord]:
    """200 patients after a cycle of the shipped multi-step schedule."""
    plan, patients = protocol("flotetuzumab-multi-step"), cohort(N)
    run = treated(patients, plan, every=0.25, outputs=("IL6", "IL6_signal", "temperature", "CRP"))
    return run, record(patients, run, plan)


def test_tocilizumab_raises_serum_il6_while_signaling_falls() -> None:
    """Clearance by the receptor is blocked, and so is what IL-6 does (S60)."""
    plan = without_steroid(protocol("flotetuzumab-multi-step"))
    patients, outputs = cohort(N), ("IL6", "IL6_signal", "CRP")
    rule = Rule(
        "on day 4", parse("time since first dose >= 3 days"),
        (parse_action("tocilizumab 8 mg/kg", "a test"),),
    )  # fmt: skip
    options = {"days": 5.0, "every": 0.25, "ward": QUIET, "outputs": outputs}
    plain = treated(patients, plan, **options).values
    given = treated(patients, replace(plan, rules=(rule,)), **options).values
    at = 16  # a day later
    assert less(plain[:, at, 0], given[:, at, 0])
    assert less(given[:, at, 1], plain[:, at, 1])
    assert less(given[:, at, 2], plain[:, at, 2])


def test_the_lead_in_lowers_peak_il6() -> None:
    """Multi-step against flat, nothing else given (S34, S61)."""
    patients = cohort(N)
    peaks = [
        treated(
            patients, without_steroid(protocol(name)), days=14.0, every=0.125, ward=QUIET,
            outputs=("IL6",),
        ).values[:, :, 0].max(axis=1)
        for name in ("flotetuzumab-multi-step", "flotetuzumab-flat")
    ]  # fmt: skip
    assert less(*peaks)


def test_a_larger_maintenance_dose_harms_more_through_vessels() -> None:
    """After the same lead-in 1000 leaks more than 500 ng/kg/day, least without endothelium."""
    plan = without_steroid(protocol("flotetuzumab-two-step"))
    rise = {}
    for model in ("flotetuzumab", "flotetuzumab:endothelium=off"):
        leaks = [
            treated(
                cohort(N), plan.with_maintenance(f"{dose} ng/kg/day"), model=model, days=14.0,
                every=0.125, ward=QUIET, outputs=("vascular_leak",),
            ).values[:, 56:, 0].max(axis=1)
            for dose in (500, 1000)
        ]  # fmt: skip
        assert less(*leaks)
        rise[model] = leaks[1] - leaks[0]
    assert less(rise["flotetuzumab:endothelium=off"], rise["flotetuzumab"])


def test_a_long_gap_without_repeating_the_lead_in_gives_more_fever() -> None:
    """After 72 hours off: at the same rate, or the lead-in again (S73)."""
    patients = cohort(N)
    plan = without_steroid(protocol("flotetuzumab-multi-step"))
    same = tuple(replace(row, at="same rate") for row in plan.restart)
    gap = [Happening("battery", 10 * DAY, 72 * 60)]
    heat = []
    for table in (plan.restart, same):
        run = treated(
            patients, replace(plan, restart=table), days=20.0, every=1 / 24, ward=QUIET,
            outputs=("temperature",), happenings=gap,
        )  # fmt: skip
        after = run.values[:, 13 * 24 : 16 * 24, 0]  # the three days after the restart
        heat.append(np.maximum(after - 38.0, 0).sum(axis=1))
    assert less(heat[0] + 1e-9 * np.arange(N), heat[1])


def test_fever_is_common_and_comes_with_activation() -> None:
    """Fever in far more than a tenth (S51), and more of it where more IL-6 signals (S49)."""
    run, papers = multi_step()
    graded = papers.grades().filter(pl.col("CRS") > 0)["id"].n_unique()
    assert graded > 0.1 * N
    signal, heat = run.values[:, :, 1].max(axis=1), run.values[:, :, 2].max(axis=1)
    low = signal < np.median(signal)
    assert heat[~low].mean() > heat[low].mean() + 0.3


def test_inflammation_moves_il6_and_crp() -> None:
    """Systemic inflammation is seen in blood (S40, S55)."""
    run, _ = multi_step()
    for k in (0, 3):
        assert less(run.values[:, 0, k], run.values[:, :, k].max(axis=1))


def test_crs_is_graded_from_fever_pressure_and_oxygen() -> None:
    """Every grade above 1 comes with hypotension, hypoxia or support (S56)."""
    _, papers = multi_step()
    grades = papers.grades().filter(pl.col("CRS") >= 2)
    assert len(grades) > 0
    told = papers.decisions().filter(pl.col("CRS") >= 2)
    doses = papers.doses()
    for patient in grades["id"].unique():
        mine = doses.filter(pl.col("id") == patient)
        support = mine["drug"].is_in(["fluids", "vasopressor", "oxygen"]).any()
        seen = told.filter(pl.col("id") == patient)
        assert support or ((seen["MAP"] < 65) | (seen["SpO2"] < 92)).any()


def test_icans_is_rare_and_graded_from_the_ice_score() -> None:
    """Grade 3 or more in a few of a hundred at most (S57)."""
    _, papers = multi_step()
    severe = papers.grades().filter(pl.col("ICANS") >= 3)["id"].n_unique()
    assert severe <= 0.03 * N


def test_severe_crs_gets_tocilizumab_within_its_caps() -> None:
    """Who reaches grade 2 gets it at that look, never more than four times (S60)."""
    _, papers = multi_step()
    doses = papers.doses().filter((pl.col("drug") == "tocilizumab") & (pl.col("status") == "given"))
    for patient in papers.grades().filter(pl.col("CRS") >= 2)["id"].unique():
        mine = doses.filter(pl.col("id") == patient)
        assert 1 <= len(mine) <= 4


def test_organ_stress_holds_the_infusion() -> None:
    """Transaminases above five times normal (S41)."""
    _, papers = multi_step()
    told = papers.decisions().filter(pl.col("rule") == "organ stress")
    held = told.filter(pl.col("action") == "hold")
    assert len(held) > 0
    assert (held["quantity"] == "ALT").all()


def test_kidney_and_liver_function_change_no_dose() -> None:
    """A patient with poor baseline tests gets the dose of any other (S39)."""
    patients = cohort(2)
    plan = replace(protocol("flotetuzumab-multi-step"), rules=())
    names = list(compiled_model().parameters)
    poor = patients.values.copy()
    poor[1] = poor[0]
    poor[1, patients.parameters.index("crea0")] = 3.0
    poor[1, patients.parameters.index("ALT0")] = 150.0
    assert {"crea0", "ALT0"} <= set(names)
    twins = replace(patients, values=poor)
    run = treated(twins, plan, days=10.0, ward=QUIET)
    doses = record(twins, run, plan, 10.0).doses()
    one, other = (doses.filter(pl.col("id") == i).drop("id") for i in twins.ids)
    assert one.equals(other)


def test_the_drug_is_given_in_hospital_and_nobody_leaves_before_day_8() -> None:
    """An outpatient order is refused, and so is an early discharge (S31, S38)."""
    text = to_toml(protocol("flotetuzumab-multi-step"))
    for old, new, says in (
        ('order = "inpatient"', 'order = "outpatient"', "given by professionals in a hospital"),
        ("no_discharge_before_day = 8", "no_discharge_before_day = 5", "before day 8"),
    ):
        changed = text.replace(old, new) if old in text else f"{text}\n[hospital]\n{new}\n"
        with pytest.raises(Problems, match=says):
            parse_protocol(changed)
    _, papers = multi_step()
    left = papers.decisions().filter(pl.col("action") == "discharged")
    assert len(left) > 0
    assert left["time"].min() >= 7.0


def test_a_jump_needs_a_reason() -> None:
    """From 30 to 300 at once, or 300 at first, is refused without `allow` (S33)."""
    for rate, days in (("300 ng/kg/day", 1), ("30 ng/kg/day", 1)):
        text = f"""
        name = "jump"
        [course]
        drug = "flotetuzumab"
        maintenance = "500 ng/kg/day"
        [[lead_in]]
        rate = "{rate}"
        days = {days}
        [monitoring]
        vitals = "every 4 h"
        """
        with pytest.raises(Problems, match="add \\[\\[allow\\]\\]"):
            parse_protocol(text)


def test_four_days_on_three_off_is_given_so() -> None:
    """From cycle 2 on, where the protocol says so (S37)."""
    plan = replace(protocol("flotetuzumab-two-step"), rules=())
    patients = cohort(1)
    run = treated(patients, plan, days=56.0, ward=QUIET)
    doses = record(patients, run, plan, 56.0).doses()
    flow = doses.filter((pl.col("drug") == "flotetuzumab") & (pl.col("rate") > 0))
    last = flow.filter(pl.col("time") < 28.0)[-1]  # cycle 1 runs on into the four days of cycle 2
    assert last["time"][0] + last["duration"][0] == 32.0
    later = flow.filter(pl.col("time") >= 28.0)
    assert later["time"].to_list() == [35.0, 42.0, 49.0]
    assert later["duration"].to_list() == [4.0] * 3


def test_premedication_comes_before_the_first_dose() -> None:
    """Dexamethasone and acetaminophen half an hour before it (S59)."""
    _, papers = multi_step()
    doses = papers.doses()
    for drug in ("dexamethasone", "acetaminophen"):
        first = doses.filter(pl.col("drug") == drug).group_by("id").agg(pl.col("time").min())
        np.testing.assert_allclose(first["time"].to_numpy(), -30 / DAY)


def test_a_patient_who_reports_fever_is_looked_at_soon() -> None:
    """Within an hour or so of feeling it, where rounds are twelve hours apart (S76)."""
    patients = cohort(240)
    plan = protocol("flotetuzumab-multi-step")
    rounds = replace(plan.monitoring, vitals=(Every(12 * 60),))
    plan = replace(plan, monitoring=rounds)
    wait = {}
    for reports in (1.0, 0.0):
        run = treated(
            patients, plan, days=8.0, every=1 / 24, outputs=("temperature",), full=True,
            ward=replace(QUIET, reports=reports),
        )  # fmt: skip
        looks = record(patients, run, plan, 8.0).readings()
        found = []
        for row, patient in enumerate(patients.ids):
            hot = run.values[row, :, 0] >= QUIET.report_above
            if not hot.any() or hot[0]:
                continue
            felt = int(np.argmax(hot)) / 24  # the last hour before was cooler
            times = looks.filter(pl.col("id") == patient)["time"].to_numpy()
            found.append(times[times > felt - 1 / 24].min() - felt)
        wait[reports] = np.array(found)
    assert len(wait[1.0]) > 10
    assert wait[1.0].max() <= (QUIET.report_minutes[1] + 1) / DAY
    assert wait[1.0].mean() < wait[0.0].mean()
    assert wait[0.0].max() > 4 / 24


def test_neutropenia_brings_infections() -> None:
    """Bacterial infections are more frequent where neutrophils are low (S58)."""
    run, papers = multi_step()
    del run
    patients = cohort(N)
    plan = protocol("flotetuzumab-multi-step")
    anc = treated(patients, plan, days=28.0, outputs=("ANC",), ward=Ward(reports=0.0)).values
    low = (anc[:, :, 0] < 0.5).mean(axis=1)
    begun = papers.doses().filter(pl.col("drug") == "bacterial_infection")["id"].to_numpy()
    caught = np.isin(patients.ids, begun)
    assert caught.sum() >= 5
    assert low[caught].mean() > low[~caught].mean()
