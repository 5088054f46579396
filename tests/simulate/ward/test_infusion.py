# SPDX-License-Identifier: Apache-2.0
"""How an infusion starts, is lowered, rises and starts again when things coincide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.simulate.ward.conftest import cohort, protocol, treated
from tests.simulate.ward.test_ledger import infusion, record

from trimer.core.condition import parse
from trimer.protocol.action import parse_action
from trimer.protocol.monitoring import Every
from trimer.protocol.premedication import Premedication, parse_when
from trimer.protocol.rule import Rule
from trimer.simulate.ward import QUIET, Happening, Ward

if TYPE_CHECKING:
    from trimer.protocol import Protocol

DAY = 1440


def rule(when: str, *do: str) -> Rule:
    """Return a rule."""
    return Rule(when, parse(when), tuple(parse_action(text, "a test") for text in do))


def flow(plan: Protocol, days: float, *happenings: Happening) -> pl.DataFrame:
    """Return what one patient is infused, in ng/kg/day."""
    patients = cohort(1)
    run = treated(patients, plan, days=days, ward=QUIET, happenings=list(happenings))
    weight = patients.column("WT")[0]
    doses = infusion(record(patients, run, plan, days).doses())
    return doses.with_columns((pl.col("rate") / weight).round(6).alias("rate"))


def rates(table: pl.DataFrame) -> list[float]:
    """Return the rates that differ from the one before, without those of nothing."""
    found = table.filter(pl.col("rate") > 0)["rate"].to_list()
    return [rate for k, rate in enumerate(found) if k == 0 or rate != found[k - 1]]


MULTI = replace(protocol("flotetuzumab-multi-step"), rules=())
ONE = replace(protocol("flotetuzumab-one-step"), rules=())


def test_a_late_first_dose_begins_with_the_first_step() -> None:
    """Three days late, the lead-in begins with its first step, after the premedication."""
    table = flow(MULTI, 8.0, Happening("premedication missing", -30, 3 * DAY))
    assert rates(table)[:3] == [30.0, 60.0, 100.0]
    first = table.filter(pl.col("rate") > 0)["time"][0]
    assert first == pytest.approx(3.0)
    assert table.filter(pl.col("rate") == 60.0)["time"][0] == pytest.approx(4.0)


def test_a_short_fault_changes_neither_half_rate_nor_a_lower_step() -> None:
    """Ten minutes without drug, and what was lowered stays lowered for its day."""
    for action, low in (("half rate", 250.0), ("reduce one step", 400.0)):
        plan = replace(MULTI, rules=(rule("time since first dose >= 10 days", action),))
        table = flow(plan, 14.0, Happening("battery", 10 * DAY + 300, 10))
        after = table.filter((pl.col("time") >= 10.0) & (pl.col("rate") > 0))
        assert rates(after) == [low, 500.0]
        back = after.filter(pl.col("rate") == 500.0)["time"][0]
        assert back == pytest.approx(11.0, abs=0.2)


def test_a_planned_pause_lifts_no_limit() -> None:
    """A step that is to be put off is put off after the pause too."""
    plan = replace(
        ONE,
        rules=(rule("time since first dose >= 6 days and not time since first dose >= 9 days",
                    "delay step"),),
    )  # fmt: skip
    table = flow(plan, 12.0)
    on_day_8 = table.filter((pl.col("time") <= 8.0) & (pl.col("rate") > 0))
    assert rates(on_day_8) == [100.0]
    assert rates(table)[-1] == 500.0


def test_a_gap_that_grows_while_premedication_is_awaited_counts_whole() -> None:
    """Five hours of fault and three days without premedication are a gap of three days."""
    table = flow(
        MULTI, 16.0, Happening("air", 10 * DAY, 300),
        Happening("premedication missing", 10 * DAY, 3 * DAY),
    )  # fmt: skip
    after = table.filter((pl.col("time") > 10.5) & (pl.col("rate") > 0))
    assert rates(after)[:2] == [30.0, 60.0]


@pytest.mark.parametrize(
    ("action", "first"), [("repeat lead-in", 30.0), ("reduce one step", 400.0)]
)
def test_what_is_asked_while_off_holds_afterwards(action: str, first: float) -> None:
    """A rule that fires during a fault of six hours lowers what flows after it."""
    plan = replace(MULTI, rules=(rule("pump off for 2 h", action),))
    plan = replace(plan, monitoring=replace(plan.monitoring, vitals=(Every(60),)))
    table = flow(plan, 12.0, Happening("occlusion", 10 * DAY, 360))
    after = table.filter((pl.col("time") > 10.1) & (pl.col("rate") > 0))
    assert after["rate"][0] == first


def test_of_half_rate_and_one_step_back_the_lower_wins() -> None:
    """After a hold at half rate and a gap of 30 hours: 250, not 200 and not 400."""
    hold = Rule(
        "hold", parse("time since first dose >= 10 days and not time since first dose >= 11 days"),
        (parse_action("hold", "a test"),), parse("time since hold >= 30 h"), "half rate",
    )  # fmt: skip
    table = flow(replace(MULTI, rules=(hold,)), 12.0)
    after = table.filter((pl.col("time") > 10.5) & (pl.col("rate") > 0))
    assert after["rate"][0] == 250.0


def test_every_step_has_its_premedication() -> None:
    """Also one whose day came while the pump stood still, and one after a planned pause."""
    for plan, fault in ((MULTI, [Happening("battery", 2 * DAY - 60, 120)]), (ONE, [])):
        patients = cohort(1)
        run = treated(patients, plan, days=9.0, ward=QUIET, happenings=fault)
        doses = record(patients, run, plan, 9.0).doses()
        given = doses.filter(pl.col("drug") == "dexamethasone")["time"].to_numpy()
        table = infusion(doses).filter(pl.col("rate") > 0)
        steps = table["step"].to_numpy()
        for k in np.flatnonzero(np.diff(steps) > 0) + 1:
            when = table["time"][int(k)]
            assert ((given <= when + 1e-9) & (given >= when - 1 / 24)).any(), when


@pytest.mark.parametrize("days", [0.7503, 3.0003, 0.0002])
def test_an_end_between_two_minutes_is_reached(days: float) -> None:
    """The last output is there."""
    run = treated(cohort(1), MULTI, days=days, every=days)
    assert np.isfinite(run.values).all()


def test_results_come_in_though_samples_are_taken_faster() -> None:
    """Hourly laboratory with two hours until the result: known from the second hour on."""
    plan = replace(MULTI, monitoring=replace(MULTI.monitoring, labs=(Every(60),)))
    patients = cohort(1)
    run = treated(patients, plan, days=1.0, ward=QUIET, full=True)
    alt = record(patients, run, plan, 1.0).readings()["ALT"].drop_nans()
    assert len(alt) > 3


def test_stopping_is_written_into_the_ledger() -> None:
    """From held to stopped for good, the reason changes on the day it does."""
    plan = replace(
        MULTI,
        rules=(
            Rule("h", parse("time since first dose >= 5 days"), (parse_action("hold", "t"),),
                 parse("time since first dose >= 90 days"), "same rate"),
            rule("time since first dose >= 6 days", "stop for good"),
        ),
    )  # fmt: skip
    table = flow(plan, 8.0)
    missed = table.filter((pl.col("rate") == 0) & (pl.col("planned") > 0))
    whys = list(dict.fromkeys(missed["why"]))
    assert whys == ["held", "stopped for good"]
    stop = missed.filter(pl.col("why") == "stopped for good")["time"][0]
    assert stop == pytest.approx(6.0)


def stairs(table: pl.DataFrame) -> dict[float, float]:
    """Return when each rate first flowed, in days."""
    found: dict[float, float] = {}
    for time, rate in table.filter(pl.col("rate") > 0).select("time", "rate").iter_rows():
        found.setdefault(rate, time)
    return found


def test_after_a_late_step_the_next_is_a_day_away() -> None:
    """Put off for 16 hours, a step is followed by the others at the usual distance."""
    late = "time since first dose >= 46 h and not time since first dose >= 64 h"
    found = stairs(flow(replace(MULTI, rules=(rule(late, "delay step"),)), 10.0))
    days = [found[rate] for rate in (100.0, 200.0, 300.0, 400.0, 500.0)]
    assert days[0] == pytest.approx(64 / 24)
    assert np.diff(days) == pytest.approx(np.ones(4))


def test_a_step_left_out_does_not_come() -> None:
    """The level of before holds until the step after it, which comes on its own day."""
    out = "time since first dose >= 46 h and not time since first dose >= 50 h"
    found = stairs(flow(replace(MULTI, rules=(rule(out, "skip step"),)), 10.0))
    assert 100.0 not in found
    assert found[200.0] == pytest.approx(3.0)
    assert found[300.0] == pytest.approx(4.0)


def test_one_step_back_from_the_first_step_lasts_a_day_too() -> None:
    """There is no step below the first: it flows on, and the next comes a day later."""
    hold = Rule(
        "hold", parse("time since first dose >= 20 h and not time since first dose >= 21 h"),
        (parse_action("hold", "a test"),), parse("time since hold >= 3 h"), "one step back",
    )  # fmt: skip
    table = flow(replace(MULTI, rules=(hold,)), 5.0)
    again = table.filter((pl.col("time") > 20.5 / 24) & (pl.col("rate") > 0))["time"][0]
    found = stairs(table)
    assert found[60.0] == pytest.approx(again + 1)
    assert found[100.0] == pytest.approx(again + 2)


def test_a_cycle_does_not_begin_without_its_premedication() -> None:
    """After the planned pause before a cycle drug waits for what is given before each cycle."""
    before = parse_when("60 min before each cycle", "a test")
    plan = replace(ONE, premedication=(*ONE.premedication, Premedication("dexamethasone",
                   ONE.premedication[1].amount, *before)))  # fmt: skip
    course = replace(plan.course, first=replace(plan.course.first, off_minutes=2 * DAY))
    course = replace(course, first=replace(course.first, on_minutes=26 * DAY))
    plan = replace(plan, course=course)
    for days in (0.0, 1.5):
        gone = Happening("premedication missing", 27 * DAY, DAY + int(days * DAY))
        table = flow(plan, 33.0, *([gone] if days else []))
        again = table.filter((pl.col("time") > 26.5) & (pl.col("rate") > 0))
        assert again["time"][0] == pytest.approx(28.0 + (days + 1 / 24 if days else 0.0))


def test_a_scripted_fault_moves_no_drawn_one() -> None:
    """The pump's own faults come when they would have come."""
    pumps = Ward(noise={}, step={}, missed=0.0, reports=0.0, faults_per_day={"occlusion": 1.0})
    patients = cohort(1)

    def times(*what: Happening) -> list[float]:
        run = treated(patients, MULTI, days=12.0, ward=pumps, happenings=list(what))
        table = infusion(record(patients, run, MULTI, 12.0).doses())
        return table.filter(pl.col("why") == "pump")["time"].to_list()

    own = times()
    scripted = Happening("air", 5 * DAY + 7, 3)
    assert times(scripted) == sorted([*own, 5 + 7 / DAY])


def window(first: int, last: int) -> str:
    """Return the condition that holds from one hour after the first dose to another."""
    since = "time since first dose"
    return f"{since} >= {first} h and not {since} >= {last} h"


def test_after_a_step_left_out_a_late_one_is_still_one_step() -> None:
    """60, then 200 instead of 100 and 200 where that is late: never two planned steps at once."""
    for late in (
        (rule(window(70, 93), "delay step"),),
        (Rule("h", parse(window(72, 73)), (parse_action("hold", "t"),),
              parse("time since hold >= 20 h"), "same rate"),),
    ):  # fmt: skip
        rules = (rule(window(46, 50), "skip step"), *late)
        table = flow(replace(MULTI, rules=rules), 10.0)
        found = stairs(table)
        assert rates(table)[:4] == [30.0, 60.0, 200.0, 300.0]
        assert found[300.0] - found[200.0] == pytest.approx(1.0)


def test_a_reduction_lasts_a_day_though_a_step_was_waiting() -> None:
    """What had been put off does not undo what was lowered since."""
    for action in ("reduce one step", "half rate"):
        rules = (rule(window(46, 60), "delay step"), rule(window(52, 53), action))
        table = flow(replace(MULTI, rules=rules), 6.0)
        after = table.filter((pl.col("time") > 52.5 / 24) & (pl.col("rate") > 30))
        assert after["time"][0] == pytest.approx(76 / 24)
        assert after["rate"][0] == 60.0


def test_after_half_rate_steps_are_a_day_apart() -> None:
    """The planned step does not come while the rate is reduced, nor two soon after each other."""
    found = stairs(flow(replace(MULTI, rules=(rule(window(56, 57), "half rate"),)), 10.0))
    times = [found[rate] for rate in (200.0, 300.0, 400.0)]
    assert times[0] >= 4.0 - 1e-9
    assert np.diff(times) == pytest.approx(np.ones(2))


@pytest.mark.parametrize(("begin", "before"), [(4, 15.0), (52, 50.0)])
def test_one_step_back_from_half_rate_is_not_more(begin: int, before: float) -> None:
    """What flows after a hold is at most what flowed before it."""
    hold = Rule("h", parse(window(begin + 4, begin + 5)), (parse_action("hold", "t"),),
                parse("time since hold >= 4 h"), "one step back")  # fmt: skip
    rules = (rule(window(begin, begin + 3), "half rate"), hold)
    table = flow(replace(MULTI, rules=rules), 5.0)
    held = table.filter((pl.col("rate") == 0) & (pl.col("why") == "held"))["time"][0]
    assert table.filter((pl.col("time") < held) & (pl.col("rate") > 0))["rate"][-1] == before
    assert table.filter((pl.col("time") > held) & (pl.col("rate") > 0))["rate"][0] <= before


def with_cycle_premedication(plan: Protocol) -> Protocol:
    """Return a protocol with a drug an hour before each cycle."""
    before = parse_when("60 min before each cycle", "a test")
    more = Premedication("dexamethasone", plan.premedication[1].amount, *before)
    return replace(plan, premedication=(*plan.premedication, more))


def test_premedication_of_a_cycle_stops_nothing_that_runs() -> None:
    """Missing at the beginning of a cycle, it does not hold up a pump that stood for minutes."""
    plan = with_cycle_premedication(MULTI)
    plan = replace(plan, course=replace(plan.course, cycles=2))
    gone = Happening("premedication missing", 28 * DAY - 150, 36 * 60)
    table = flow(plan, 30.0, gone, Happening("air", 28 * DAY + 61, 3))
    off = table.filter((pl.col("time") > 10.0) & (pl.col("rate") == 0))
    assert off["duration"].sum() == pytest.approx(3 / DAY)


def test_a_start_that_waited_for_a_cycle_gets_no_other_premedication() -> None:
    """The hour and a half without drug asks for none; that of the cycle is given once."""
    plan = with_cycle_premedication(ONE)
    pattern = replace(plan.course.first, on_minutes=26 * DAY, off_minutes=2 * DAY)
    plan = replace(plan, course=replace(plan.course, first=pattern))
    patients = cohort(1)
    gone = Happening("premedication missing", 28 * DAY - 120, 150)
    run = treated(patients, plan, days=29.0, ward=QUIET, happenings=[gone])
    doses = record(patients, run, plan, 29.0).doses().filter(pl.col("time") > 27.0)
    given = doses.filter(pl.col("drug") == "dexamethasone")
    assert given["time"].to_list() == [pytest.approx(28 + 30 / DAY)]
    again = doses.filter((pl.col("drug") == "flotetuzumab") & (pl.col("rate") > 0))
    assert again["time"][0] == pytest.approx(28 + 90 / DAY)


def test_pumps_that_hardly_ever_fail_do_not() -> None:
    """A fault in a thousand years is beyond every clock."""
    pumps = Ward(faults_per_day={"occlusion": 1e-9})
    run = treated(cohort(5), MULTI, days=2.0, ward=pumps)
    assert np.isfinite(run.values).all()
