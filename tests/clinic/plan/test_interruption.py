# SPDX-License-Identifier: Apache-2.0
"""Interruptions: the protocol's restart table, and the course from there, against the ward."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import polars as pl
import pytest
from tests.clinic.plan.conftest import DAY, example, interruption, plan, protocol
from tests.simulate.ward.conftest import cohort, treated
from tests.simulate.ward.test_ledger import infusion, record

from trimer.core.errors import ProtocolError
from trimer.protocol import Protocol
from trimer.simulate.ward import QUIET, Happening


@cache
def on_ward(name, at, minutes, days=16.0):
    """Return what a simulated patient is infused when the pump stands still: minute to ng/kg/day.

    The ward premedicates when drug is due, so that it flows half an hour later; a plan knows
    beforehand. So the pump is mended half an hour sooner where premedication is asked for.
    """
    bare = replace(protocol(name), rules=())
    patients = cohort(1)
    fault = Happening("battery", at, minutes)
    run = treated(patients, bare, days=days, ward=QUIET, happenings=[fault])
    table = infusion(record(patients, run, bare, days).doses())
    weight = patients.column("WT")[0]
    rows = zip((table["time"] * DAY).round().cast(pl.Int64), table["rate"], strict=True)
    return [(minute, round(rate / weight, 6)) for minute, rate in rows]


def changes(pairs, last):
    """Return only what differs from the one before, up to a minute."""
    found = []
    for minute, rate in pairs:
        if minute < last and (not found or found[-1][1] != rate):
            found.append((minute, rate))
    return found


THREE_HOURS = timedelta(hours=3)
MULTI, ONE, FLAT = "flotetuzumab-multi-step", "flotetuzumab-one-step", "flotetuzumab-flat"


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        (MULTI, 2.2, 2),  # same rate
        (MULTI, 2.9, 6),  # same rate; a step falls into the gap
        (MULTI, 2.5, 23),
        (MULTI, 3.25, 30),  # one step back, in the lead-in
        (MULTI, 9.3, 30),  # one step back, at the top
        (MULTI, 0.5, 26),  # one step back from the first step
        (MULTI, 4.1, 60),  # the whole lead-in again
        (MULTI, 9.0, 72),
        (ONE, 2.5, 30),
        (ONE, 3.5, 24),  # into the planned pause
        (ONE, 8.5, 50),
        (FLAT, 3.0, 36),  # 24 h, then the planned pause
    ],
)
def test_the_course_after_a_gap_is_that_of_the_simulated_ward(name, day, hours):
    """Minute by minute, a patient on the ward who tolerates everything gets what is planned."""
    at = round(day * DAY)
    whole = plan(name)
    found = plan(name, **interruption(whole.clock.at(at).isoformat(), hours))
    lead = 30 if found.gap.row.premedicate and not found.gap.paused else 0
    ward = changes(on_ward(name, at, hours * 60 - lead), 15 * DAY)
    kg = found.size.weight_kg
    before = [(s.stretch.start, s.ng_per_day / kg) for s in whole.steps if s.stretch.start < at]
    after = [(s.stretch.start, s.ng_per_day / kg) for s in found.steps]
    mine = [(m, float(rate)) for m, rate in changes([*before, *after], 15 * DAY)]
    late = found.gap.until + 30 if found.gap.paused and found.gap.row.premedicate else None
    ward = [(found.gap.until if m == late else m, rate) for m, rate in ward if m >= 0]
    assert mine == ward


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (3.9, "under 4 h: same rate"),
        (4, "of 4 h to 24 h: premedicate, then same rate"),
        (24, "of 24 h to 48 h: premedicate, then one step back"),
        (48, "of 48 h to 14 days: premedicate, then from the start"),
        (14 * 24, "over 14 days: stop for good"),
    ],
)
def test_the_row_of_the_table_is_that_of_the_gap(hours, says):
    """A row includes its lower limit, not its upper."""
    found = plan(**interruption("2027-01-14T12:00+01:00", hours))
    assert any(f"of a gap {says}." in note for note in found.notes)


def test_premedication_of_the_restart_comes_before_it():
    """Half an hour before drug flows again, and only where the table asks for it."""
    found = plan(**interruption("2027-01-06T14:00+01:00", 6))
    texts = [e.text for e in found.events if e.minute == found.gap.until - 30]
    assert texts == [
        "dexamethasone 10 mg, 30 min before restart",
        "acetaminophen 650 mg, 30 min before restart",
    ]
    short = plan(**interruption("2027-01-06T14:00+01:00", 3))
    assert not any("restart" in e.text for e in short.events if e.what == "premedication")


def test_stopped_for_good_is_the_end():
    """After the longest gap nothing flows, and no cycle, discharge or premedication is planned."""
    found = plan(**interruption("2027-01-14T12:00+01:00", 15 * 24))
    assert [step.stretch.kind for step in found.steps] == ["interruption"]
    assert found.events[-1].text == "stopped for good"
    assert not [e for e in found.events if e.what in {"premedication", "cycle", "bag"}]


def test_a_new_bag_is_hung_at_the_restart():
    """Bags go on with the restart; those of before are left out."""
    found = plan(pharmacy=example(), **interruption("2027-01-14T12:00+01:00", 2))
    assert found.bags[0].start == found.gap.until
    assert found.bags[-1].end == found.end


def test_a_planned_pause_is_no_gap():
    """20 hours that reach into a planned pause: the gap is the 12 before it."""
    whole = plan(FLAT)
    found = plan(FLAT, **interruption(whole.clock.at(3 * DAY + 720).isoformat(), 20))
    assert found.gap.paused == 3 * DAY
    assert found.gap.gap == 720
    assert found.gap.until == 7 * DAY
    assert found.steps[1].stretch.start == 7 * DAY


@pytest.mark.parametrize(
    ("name", "at", "says"),
    [
        (MULTI, "2027-01-03T12:00+01:00", "before the first dose is no time of infusion"),
        (MULTI, "2027-06-03T12:00+01:00", "after the first dose is no time of infusion"),
        (ONE, "2027-01-09T12:00+01:00", "is a planned pause"),
    ],
)
def test_where_nothing_flows_nothing_is_interrupted(name, at, says):
    """A sentence says what that time is."""
    with pytest.raises(ProtocolError, match=says):
        plan(name, **interruption(at, 6))


def test_a_protocol_without_a_restart_table_says_so():
    """A schedule has none."""
    bare = Protocol("p").infuse("30 ng/kg/day", days=3)
    with pytest.raises(ProtocolError, match="No restart table"):
        plan(bare, **interruption("2027-01-05T09:00+01:00", 6))


def test_half_rate_runs_until_the_next_step():
    """A table may ask for half of the rate; a day later it is whole again."""
    halved = protocol().restart_after({"any": "half rate"})
    found = plan(halved, **interruption("2027-01-14T09:00+01:00", 3))
    gap, half, whole = found.steps[:3]
    assert half.rate_text == "half of 500 ng/kg/day"
    assert half.ng_per_day * 2 == whole.ng_per_day == 35_000
    assert half.stretch.minutes == DAY
    assert gap.mcg == 0
    assert found.clock.at(half.stretch.start) - found.clock.at(gap.stretch.start) == timedelta(
        hours=3
    )
