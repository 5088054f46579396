# SPDX-License-Identifier: Apache-2.0
"""What is given: amounts, caps, holds, gaps, faults, premedication."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulate.ward.conftest import cohort, protocol, treated

from trimer.core.condition import parse
from trimer.protocol.action import parse_action
from trimer.protocol.course import Course, LeadIn, Pattern
from trimer.protocol.dose import parse_rate
from trimer.protocol.monitoring import Every
from trimer.protocol.rule import Rule
from trimer.simulate.ward import QUIET, Happening, Treated, Ward
from trimer.simulate.ward.record import WardRecord

if TYPE_CHECKING:
    from trimer.patients.cohort import Cohort
    from trimer.protocol import Protocol

DAY = 1440


def record(patients: Cohort, run: Treated, plan: Protocol, days: float = 28.0) -> WardRecord:
    """Return the papers of a run."""
    rules = tuple((rule.name, str(rule)) for rule in plan.rules)
    return WardRecord(patients.ids, days, rules, (run.journal,), (0,))


def infusion(doses: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches of the infusion."""
    return doses.filter(pl.col("drug") == "flotetuzumab")


def test_given_is_the_integral_of_the_rate(thirty: tuple[Cohort, Treated]) -> None:
    """Stretches follow on each other without hole or overlap, amount is rate times duration."""
    patients, run = thirty
    flow = infusion(record(patients, run, protocol("flotetuzumab-multi-step")).doses())
    for _, mine in flow.group_by("id"):
        rows = mine.sort("time", maintain_order=True)
        ends = (rows["time"] + rows["duration"]).to_numpy()
        np.testing.assert_allclose(ends[:-1], rows["time"].to_numpy()[1:], atol=1e-12)
        assert ends[-1] == pytest.approx(28.0, abs=1e-12)
        total = (rows["rate"] * rows["duration"]).sum()
        assert total == pytest.approx(rows["amount"].sum(), rel=1e-9)


def test_caps_of_tocilizumab_hold(thirty: tuple[Cohort, Treated]) -> None:
    """At most 800 mg, eight hours apart, three in a day, four in all."""
    patients, run = thirty
    doses = record(patients, run, protocol("flotetuzumab-multi-step")).doses()
    given_ = doses.filter((pl.col("drug") == "tocilizumab") & (pl.col("status") == "given"))
    assert len(given_) > 0
    assert given_["amount"].max() <= 800.0
    for _, rows in given_.group_by("id"):
        time = np.sort(rows["time"].to_numpy())
        assert len(time) <= 4
        assert (np.diff(time) >= 8 / 24 - 1e-9).all()


def test_every_stretch_without_drug_has_a_reason(thirty: tuple[Cohort, Treated]) -> None:
    """Held, pump, premedication, stopped: nothing planned is missed without saying why."""
    patients, run = thirty
    flow = infusion(record(patients, run, protocol("flotetuzumab-multi-step")).doses())
    missed = flow.filter((pl.col("planned") > 0) & (pl.col("rate") == 0))
    assert len(missed) > 0
    assert set(missed["why"]) <= {"held", "pump", "premedication", "stopped for good"}
    assert (missed["status"].is_in(["held", "missed"])).all()
    below = flow.filter((pl.col("rate") > 0) & (pl.col("rate") < pl.col("planned")))
    assert set(below["why"]) <= {"below the plan"}


def test_nothing_flows_while_a_rule_holds(thirty: tuple[Cohort, Treated]) -> None:
    """Between a hold and its end the rate is zero."""
    patients, run = thirty
    papers = record(patients, run, protocol("flotetuzumab-multi-step"))
    flow, told = infusion(papers.doses()), papers.decisions()
    holds = told.filter(pl.col("action") == "hold")
    assert len(holds) > 0
    for row in holds.iter_rows(named=True):
        mine = flow.filter((pl.col("id") == row["id"]) & (pl.col("time") <= row["time"]))
        assert mine.sort("time", maintain_order=True)["rate"][-1] == 0.0


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (3, "after the gap: same rate"),
        (4, "after the gap: same rate"),
        (5, "after the gap: same rate"),
        (24, "after the gap: one step back"),
        (30, "after the gap: one step back"),
        (48, "after the gap: from the start"),
        (72, "after the gap: from the start"),
        (14 * 24, "stopped for good: the gap is too long"),
        (15 * 24, "stopped for good: the gap is too long"),
    ],
)
def test_restart_depends_on_the_length_of_the_gap(hours: int, says: str) -> None:
    """The table of the default policy, after a pump that stood still on day 10."""
    plan = replace(protocol("flotetuzumab-multi-step"), rules=())
    patients = cohort(2)
    fault = Happening("battery", 10 * DAY, hours * 60)
    run = treated(patients, plan, ward=QUIET, happenings=[fault])
    papers = record(patients, run, plan)
    told = papers.decisions().filter(pl.col("rule") == "restart")
    assert told["action"].to_list()[:2:2] == [says]
    flow = infusion(papers.doses())
    off = flow.filter((pl.col("rate") == 0) & (pl.col("planned") > 0))
    assert off["why"][0] == "pump"
    premedicated = papers.doses().filter(pl.col("by") == "premedication before restart")
    assert (len(premedicated) > 0) == (4 <= hours < 14 * 24)
    if 4 <= hours < 14 * 24:  # drug waits for the premedication
        restart = told.filter(pl.col("action") == "drug flows again")["time"]
        assert restart[0] == pytest.approx(10 + hours / 24 + 0.5 / 24, abs=1e-9)


def test_premedication_keeps_within_caps_too() -> None:
    """A cap of two doses in all binds what is given beforehand; the third is not given."""
    plan = protocol("flotetuzumab-multi-step").limit("dexamethasone", in_all=2)
    patients = cohort(2)
    run = treated(patients, replace(plan, rules=()), days=4.0, ward=QUIET)
    doses = record(patients, run, plan, 4.0).doses().filter(pl.col("drug") == "dexamethasone")
    for _, mine in doses.group_by("id"):
        assert (mine["status"] == "given").sum() == 2
        refused = mine.filter(pl.col("status") == "not given")
        assert set(refused["why"]) == {"as many in all as allowed"}


def test_many_doses_within_a_day_are_counted() -> None:
    """A cap of ten in a day lets ten be given, not more."""
    rule = Rule(
        "often", parse("time since first dose >= 1 h"),
        (parse_action("fluids 100 mL every 1 h", "a test"),),
    )  # fmt: skip
    plan = protocol("flotetuzumab-multi-step").limit("fluids", in_24_h=10)
    rounds = replace(plan.monitoring, vitals=(Every(60),))
    plan = replace(plan, rules=(rule,), monitoring=rounds)
    patients = cohort(2)
    run = treated(patients, plan, days=2.0, ward=QUIET)
    doses = record(patients, run, plan, 2.0).doses()
    given_ = doses.filter((pl.col("drug") == "fluids") & (pl.col("status") == "given"))
    for _, mine in given_.group_by("id"):
        times = np.sort(mine["time"].to_numpy())
        within = [(times < t + 1 - 1e-9)[times >= t].sum() for t in times]
        assert max(within) == 10


def test_a_level_lost_to_a_gap_is_climbed_again() -> None:
    """One step back after 30 hours: 400, and 500 a day later."""
    plan = replace(protocol("flotetuzumab-multi-step"), rules=())
    patients = cohort(1)
    run = treated(patients, plan, ward=QUIET, happenings=[Happening("air", 10 * DAY, 30 * 60)])
    flow = infusion(record(patients, run, plan).doses()).filter(pl.col("time") > 10.5)
    steps = flow.filter(pl.col("rate") > 0)
    assert steps["step"].to_list() == [6, 7]
    assert steps["duration"][0] == pytest.approx(1.0)


def test_drug_washes_out_while_the_pump_is_off() -> None:
    """Two days off leave less than a hundredth of the drug."""
    plan = replace(protocol("flotetuzumab-multi-step"), rules=())
    run = treated(
        cohort(4), plan, ward=QUIET, happenings=[Happening("occlusion", 10 * DAY, 2880)], every=0.5
    )
    drug = run.values[:, :, 5]
    assert (drug[:, 24] < 0.05 * drug[:, 20]).all()


def test_nothing_starts_without_premedication() -> None:
    """The first dose waits until six hours later, when premedication can be had."""
    plan = protocol("flotetuzumab-multi-step")
    patients = cohort(2)
    late = Happening("premedication missing", -30, 390)
    run = treated(patients, plan, days=3.0, ward=QUIET, happenings=[late])
    papers = record(patients, run, plan, 3.0)
    first = papers.decisions().filter(pl.col("action") == "first dose")
    assert (first["time"] * 24 > 6.0).all()
    given_ = papers.doses().filter(pl.col("drug") == "dexamethasone")["time"].min()
    assert given_ == pytest.approx(6 / 24)


def _random_protocol(steps: list[tuple[int, int]], top: int, off: int) -> Protocol:
    base = protocol("flotetuzumab-multi-step")
    lead = tuple(LeadIn(parse_rate(f"{rate} ng/kg/day"), days * DAY) for rate, days in steps)
    pattern = Pattern(14 * DAY) if not off else Pattern(4 * DAY, off * DAY)
    course = Course(
        "flotetuzumab", lead, parse_rate(f"{top} ng/kg/day"), 14 * DAY, 1, pattern, pattern
    )
    return replace(base, course=course)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from([10, 30, 100, 300, 900]), st.integers(1, 3)), max_size=4),
    st.sampled_from([100, 300, 500, 1000]),
    st.sampled_from([0, 3]),
    st.integers(0, 1000),
)
def test_random_protocols_keep_their_books(
    steps: list[tuple[int, int]], top: int, off: int, seed: int
) -> None:
    """Whatever the course and the luck: books balance, caps hold, no drug is held and flows."""
    plan = _random_protocol(steps, top, off)
    patients = cohort(5, seed)
    ward = Ward(faults_per_day={"battery": 0.2, "occlusion": 0.3, "air": 0.1})
    run = treated(patients, plan, days=14.0, seed=seed, ward=ward)
    papers = record(patients, run, plan, 14.0)
    doses = papers.doses()
    flow = infusion(doses)
    assert (run.status == 0).all()
    assert (flow["rate"] <= flow["planned"] * (1 + 1e-12)).all()
    sums = flow.group_by("id").agg(
        (pl.col("rate") * pl.col("duration")).sum(), pl.col("amount").sum()
    )
    np.testing.assert_allclose(sums["rate"], sums["amount"], rtol=1e-9)
    missed = flow.filter((pl.col("planned") > 0) & (pl.col("rate") == 0))
    assert (missed["why"] != "").all()
    for drug, most in (("tocilizumab", 4),):
        counts = doses.filter((pl.col("drug") == drug) & (pl.col("status") == "given"))
        assert counts.group_by("id").len()["len"].max() is None or (
            counts.group_by("id").len()["len"].max() <= most
        )
    verdicts = papers.verdicts()
    looks = verdicts.group_by("id", "rule").agg(pl.col("looks").sum())
    for _, rows in looks.group_by("id"):
        assert rows["looks"].n_unique() == 1  # every rule was judged at every look
        assert len(rows) == len(plan.rules)
