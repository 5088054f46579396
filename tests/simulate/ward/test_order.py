# SPDX-License-Identifier: Apache-2.0
"""What comes first when several things fall on one minute."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.simulate.ward.conftest import cohort, treated
from tests.simulate.ward.test_infusion import DAY, MULTI, flow, rates, rule
from tests.simulate.ward.test_ledger import record

from trimer.core.condition import parse
from trimer.protocol.action import parse_action
from trimer.protocol.monitoring import Every
from trimer.protocol.rule import Rule
from trimer.simulate.ward import QUIET, Happening

if TYPE_CHECKING:
    from trimer.protocol import Protocol
    from trimer.simulate.ward.record import WardRecord

STEP = 2 * DAY
"""The minute of a planned step up, of a look and of a sample."""

AT_STEP = "time since first dose >= 48 h and not time since first dose >= 49 h"


def followed(plan: Protocol, days: float = 4.0, *what: Happening) -> WardRecord:
    """Return what was done to a patient on a quiet ward."""
    patients = cohort(1)
    run = treated(patients, plan, days=days, ward=QUIET, happenings=list(what))
    return record(patients, run, plan, days)


def holding(when: str) -> Rule:
    """Return a rule that holds, and lets go after six hours."""
    do = (parse_action("hold", "a test"),)
    return Rule("hold", parse(when), do, parse("time since hold >= 6 h"), "same rate")


@pytest.mark.parametrize("turned", [False, True])
def test_a_hold_comes_before_a_step(turned: bool) -> None:  # noqa: FBT001 (a parameter of a test)
    """Due at one minute, the step is not taken; the order of the rules does not matter."""
    rules = [holding(AT_STEP), rule(AT_STEP, "acetaminophen 650 mg")]
    table = flow(replace(MULTI, rules=tuple(rules[::-1] if turned else rules)), 4.0)
    now = table.filter(pl.col("time") == STEP / DAY)
    assert now["rate"].to_list() == [0.0]
    before = table.filter((pl.col("time") < STEP / DAY) & (pl.col("rate") > 0))
    assert rates(before) == [30.0, 60.0]


def test_stopping_comes_before_a_hold() -> None:
    """Who is stopped is not held too, and does not resume."""
    plan = replace(MULTI, rules=(holding(AT_STEP), rule(AT_STEP, "stop for good")))
    found = followed(plan)
    table = found.doses().filter((pl.col("drug") == "flotetuzumab") & (pl.col("time") >= 2.0))
    assert table["why"].to_list()[0] == "stopped for good"
    assert table.filter(pl.col("amount") > 0).is_empty()


def test_a_reduction_comes_before_a_step() -> None:
    """Reduced in the minute of a step up, a patient goes down, not up."""
    table = flow(replace(MULTI, rules=(rule(AT_STEP, "reduce one step"),)), 4.0)
    at = table.filter(pl.col("time") >= STEP / DAY)
    assert at["rate"].to_list()[:2] == [30.0, 60.0]


def test_the_pump_comes_before_the_rules() -> None:
    """A pump that fails in the minute of a look has failed when the rules are judged."""
    plan = replace(MULTI, rules=(rule("pump off", "fluids 500 mL"),))
    for late, given in ((0, STEP + 240), (-1, STEP + 240), (1, STEP + 480)):
        found = followed(plan, 4.0, Happening("air", STEP + 240 + late, 480 - late))
        table = found.doses().filter(pl.col("drug") == "fluids")
        assert table["time"][0] == pytest.approx(given / DAY)


def test_no_rule_is_judged_while_nobody_looks() -> None:
    """A fault that comes and goes between two looks stays unknown until the pump runs again."""
    plan = replace(MULTI, rules=(rule("pump off", "fluids 500 mL"),))
    found = followed(plan, 4.0, Happening("air", STEP + 30, 45))
    changes = found.verdicts()["first"].to_numpy()
    assert not np.isclose(changes, (STEP + 30) / DAY).any()
    held = found.doses().filter(pl.col("why") == "pump")
    assert held["time"].to_list() == [pytest.approx((STEP + 30) / DAY)]


def test_what_is_given_at_a_look_does_not_change_what_is_read_there() -> None:
    """The reading of a minute is the state before the dose of that minute, not after it."""
    rules = (rule(AT_STEP, "dexamethasone 10 mg", "fluids 1000 mL"),)
    patients = cohort(10)
    plain, other = (
        record(patients, run, MULTI, 3.0).readings()
        for run in (
            treated(patients, replace(MULTI, rules=given), days=3.0, ward=QUIET, full=True)
            for given in ((), rules)
        )
    )
    until = pl.col("time") <= STEP / DAY
    assert plain.filter(until).equals(other.filter(until))
    assert not plain.filter(~until)["MAP"].equals(other.filter(~until)["MAP"])


def test_rules_do_not_see_what_another_has_just_done() -> None:
    """A rule that waits for a dose given at this look holds at the next one."""
    plan = replace(
        MULTI,
        rules=(
            rule(AT_STEP, "filgrastim 0.3 mg"),
            rule("filgrastim doses >= 1", "fluids 500 mL"),
        ),
    )
    table = followed(plan).doses()
    first = {
        drug: table.filter(pl.col("drug") == drug)["time"][0] for drug in ("filgrastim", "fluids")
    }
    assert first["filgrastim"] == STEP / DAY
    assert STEP / DAY < first["fluids"] <= (STEP + 240) / DAY


def test_a_result_that_is_ready_is_known_to_the_rules_of_that_look() -> None:
    """Drawn at the first look and ready two hours later, it counts at the look of that minute."""
    monitoring = replace(MULTI.monitoring, vitals=(Every(120),))
    plan = replace(
        MULTI, monitoring=monitoring, rules=(rule("platelets > 0 G/L", "fluids 500 mL"),)
    )
    table = followed(plan, 1.0).doses().filter(pl.col("drug") == "fluids")
    begun = min(p.offset_minutes for p in plan.premedication)
    drawn = begun
    ready = drawn + QUIET.lab_minutes
    assert table["time"][0] * DAY == pytest.approx(-(-ready // 120) * 120)


def test_a_drug_is_given_once_at_a_look() -> None:
    """Of what two rules ask for the larger dose is given, the other is written as not given."""
    plan = replace(
        MULTI,
        rules=(
            rule(AT_STEP + " and CRS >= 0", "dexamethasone 8 mg every 6 h"),
            rule(AT_STEP, "dexamethasone 10 mg every 6 h"),
        ),
    )
    table = (
        followed(plan)
        .doses()
        .filter((pl.col("drug") == "dexamethasone") & (pl.col("time") == STEP / DAY))
    )
    given = table.filter(pl.col("status") == "given")
    assert given["amount"].to_list() == [10.0]
    refused = table.filter(pl.col("status") == "not given")
    assert refused.select("amount", "why").rows() == [(8.0, "another rule gives it at this look")]


def test_a_rule_comes_before_premedication() -> None:
    """What a rule gives in the minute of a premedication takes its place."""
    plan = replace(MULTI, rules=(rule("time since first dose >= 0 h", "dexamethasone 6 mg"),))
    late = [p for p in plan.premedication if p.drug == "dexamethasone" and p.before == "step"]
    assert late  # the protocol gives it before steps
    minute = DAY + late[0].offset_minutes
    when = f"time since first dose >= {minute} min"
    plan = replace(MULTI, rules=(rule(when, "dexamethasone 6 mg"),))
    monitoring = replace(MULTI.monitoring, vitals=(Every(abs(late[0].offset_minutes)),))
    table = (
        followed(replace(plan, monitoring=monitoring), 2.0)
        .doses()
        .filter((pl.col("drug") == "dexamethasone") & (pl.col("time") == minute / DAY))
    )
    assert table.filter(pl.col("status") == "given")["amount"].to_list() == [6.0]
