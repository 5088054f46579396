# SPDX-License-Identifier: Apache-2.0
"""The shipped protocols that are followed on a ward."""

import pytest

from trimer import library
from trimer.core.errors import Problems
from trimer.protocol import read_protocol
from trimer.protocol.course import PAUSE
from trimer.protocol.times import DAY

COURSES = ("multi-step", "two-step", "one-step", "flat")


def shipped(kind):
    """A protocol of flotetuzumab."""
    return read_protocol(library.protocol_path(f"flotetuzumab-{kind}"))


def by_day(course, days=28):
    """Rate due at noon of each day, ng/kg/day; 0 in a pause."""
    rates = []
    for day in range(days):
        due = [level for at, level in course.plan() if at <= (day + 0.5) * DAY][-1]
        rates.append(0 if due == PAUSE else course.levels[due].value)
    return rates


WEEKS = [500] * 4 + [0] * 3
FIRST = {
    "multi-step": [30, 60, 100, 200, 300, 400, 500, *[500] * 21],
    "two-step": [30] * 3 + [100] * 4 + [500] * 21,
    "one-step": [100] * 4 + [0] * 3 + [500] * 21,
    "flat": WEEKS * 4,
}


@pytest.mark.parametrize("kind", COURSES)
def test_the_first_cycle_follows_the_published_schedule(kind):
    """Day by day, the rate of cycle 1 is that of the table."""
    assert by_day(shipped(kind).course) == FIRST[kind]


@pytest.mark.parametrize("kind", COURSES)
def test_later_cycles_follow_their_era_and_can_be_switched(kind):
    """Continuous for the registrational schedule, 4 days on and 3 off for the others."""
    protocol = shipped(kind)
    continuous = [500] * 28
    usual, other = (continuous, WEEKS * 4) if kind == "multi-step" else (WEEKS * 4, continuous)
    assert by_day(protocol.course, 56)[28:] == usual
    text = "4 days on, 3 days off" if kind == "multi-step" else "continuous"
    assert by_day(protocol.with_later_cycles(text).course, 56)[28:] == other


@pytest.mark.parametrize("kind", COURSES)
@pytest.mark.parametrize(("rate", "warned"), [(300, 0), (500, 0), (700, 1), (1000, 2)])
def test_maintenance_can_be_switched(kind, rate, warned):
    """No step of the lead-in is above maintenance; above 500 begins on day 8, with warnings."""
    protocol = shipped(kind).with_maintenance(f"{rate} ng/kg/day")
    week = [min(due, rate) for due in FIRST[kind][:7]]
    if kind != "flat":
        assert by_day(protocol.course)[:7] == week
    assert by_day(protocol.course)[7:11] == [rate] * 4
    assert len(protocol.warnings) == warned


def test_above_1000_is_refused():
    """No arm was ever planned higher."""
    with pytest.raises(Problems, match="A rate of 1001 ng/kg/day, above 1000 ng/kg/day"):
        shipped("multi-step").with_maintenance("1001 ng/kg/day")


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("multi-step", []),
        ("two-step", ["step over 3 times"]),
        ("one-step", ["step over 3 times"]),
        ("flat", ["first dose over 100 ng/kg/day"]),
    ],
)
def test_historical_schedules_say_why_limits_are_passed(kind, allowed):
    """Only what is needed is allowed, each with a reason."""
    protocol = shipped(kind)
    assert [allowance.what for allowance in protocol.allow] == allowed
    assert all(allowance.reason for allowance in protocol.allow)
    assert protocol.warnings == ()


@pytest.mark.parametrize("kind", COURSES)
def test_every_schedule_is_treated_alike(kind):
    """Premedication, monitoring, hospital, pump and policy are the same, so that arms compare."""
    protocol, other = shipped(kind), shipped("multi-step")
    for part in ("premedication", "monitoring", "hospital", "pump", "start_requires", "rules",
                 "restart", "drugs", "policy"):  # fmt: skip
        assert getattr(protocol, part) == getattr(other, part)
    assert protocol.policy == "trimer-default"
    assert protocol.hospital.order == "inpatient"
    assert protocol.hospital.first_discharge_day == 8
    assert set(protocol.start_requires) == {"dexamethasone", "acetaminophen"}


@pytest.mark.parametrize("kind", COURSES)
def test_a_shipped_protocol_says_what_is_assumed(kind):
    """The card and the whole say that the policy is not the trial's protocol."""
    protocol = shipped(kind)
    notice = "Trimer's default policy: assumed, not the trial's protocol."
    assert protocol.policy_notice == notice
    assert notice in repr(protocol)
    assert notice in protocol.in_words()
    assert protocol.in_words().count("(assumed") == len(protocol.rules)
    assert "from memory" in protocol.note


def test_kidney_and_liver_change_no_dose_by_themselves():
    """Organ tests hold the infusion; no rule changes a rate or a dose for them."""
    for rule in shipped("multi-step").rules:
        if {"ALT", "AST", "bilirubin", "creatinine"} & set(rule.when.quantities):
            assert [action.text for action in rule.do] == ["hold"]


def test_blinatumomab_follows_its_label():
    """9 then 28 mcg/day, 28 days on and 14 off; holds, gaps and premedication of the label."""
    protocol = read_protocol(library.protocol_path("blinatumomab-label"))
    course = protocol.course
    assert by_day(course, 84) == [
        *[9000] * 7, *[28000] * 21, *[0] * 14, *[28000] * 28, *[0] * 14,
    ]  # fmt: skip
    rules = {rule.name: rule for rule in protocol.rules}
    assert [action.text for action in rules["CRS grade 3"].do] == [
        "hold", "dexamethasone 8 mg every 8 h at most 9",
    ]  # fmt: skip
    own = [rule for rule in protocol.rules if rule.source.startswith("BlinatumomabLabel")]
    assert {rule.resume for rule in own if rule.holds} == {"from the start"}
    assert str(rules["neurologic event of grade 3"].resume_when) == "ICANS <= 1 for 72 h"
    assert [(row.gap, row.premedicate, row.at) for row in protocol.restart] == [
        ("under 4 h", False, "same rate"),
        ("4 h to 7 days", True, "same rate"),
        ("7 days to 14 days", True, "from the start"),
        ("over 14 days", False, "stop"),
    ]
    assert {str(entry) for entry in protocol.premedication} == {
        f"dexamethasone 20 mg, 1 h before {what}"
        for what in ("first dose", "each cycle", "each step", "restart")
    }
    assert protocol.warnings == ()
    assert protocol.hospital.first_discharge_day == 10
