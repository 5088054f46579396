# SPDX-License-Identifier: Apache-2.0
"""Premedication, monitoring, durations, drug limits."""

import pytest

from trimer.core.errors import ProtocolError
from trimer.protocol import DrugLimits, Every, Monitoring, Premedication, parse_amount
from trimer.protocol.monitoring import FOREVER, parse_every
from trimer.protocol.premedication import parse_when
from trimer.protocol.times import DAY, duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "before", "offset"),
    [
        ("30 min before first dose", "first dose", -30),
        ("12 h after first dose", "first dose", 720),
        ("1 h before each cycle", "cycle", -60),
        ("0 min before each step", "step", 0),
        ("30 min before restart", "restart", -30),
    ],
)
def test_premedication_stands_around_something(text, before, offset):
    """A time of premedication is read in minutes, negative before, and reads back."""
    assert parse_when(text, "x") == (before, offset)
    entry = Premedication("dexamethasone", parse_amount("10 mg"), before, offset)
    assert parse_when(entry.when, "x") == (before, offset)


@pytest.mark.parametrize(
    "text",
    ["first dose", "30 before first dose", "30 min before lunch", 3, "0.3 min before restart",
     "-30 min before first dose"],
)  # fmt: skip
def test_other_times_of_premedication_are_refused(text):
    """Anything else is refused with where it stands."""
    with pytest.raises(ProtocolError, match=r"Wrong (time of premedication|duration) in x"):
        parse_when(text, "x")


@pytest.mark.parametrize(
    ("texts", "every"),
    [
        ("every 4 h", (Every(240),)),
        (["every 4 h"], (Every(240),)),
        (
            ["every 24 h until day 8", "every 72 h"],
            (Every(1440, FOREVER, 7 * DAY), Every(4320, 7 * DAY)),
        ),
        (["every 4 h until day 8"], (Every(240, FOREVER, 7 * DAY),)),
        ([], ()),
    ],
)
def test_looks_come_at_regular_times(texts, every):
    """Days are counted from 1, the first looks begin before the first dose; the texts read back."""
    assert parse_every(texts, "x") == every
    assert parse_every([part.text for part in every], "x") == every


@pytest.mark.parametrize(
    "texts",
    ["4 h", "every 0 h", "every", 4, ["every 4 h", "every 8 h"], "every 4 h until lunch",
     ["every 4 h until day 8", "every 8 h until day 8"], ["every 4 h until day 0x"]],
)  # fmt: skip
def test_other_looks_are_refused(texts):
    """Looks of no length, or two at one time, are refused with an example."""
    with pytest.raises(ProtocolError, match=r"Wrong (monitoring|duration) in x"):
        parse_every(texts, "x")


def test_the_rarest_look_is_what_a_rule_can_count_on():
    """The longest interval counts, and none where nothing is ordered."""
    monitoring = Monitoring(parse_every(["every 4 h until day 8", "every 8 h"], "x"), labs=())
    assert monitoring.rarest("vitals") == 480
    assert monitoring.rarest("labs") is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30 min", 30), ("1.5 h", 90), ("4h", 240), ("2 days", 2880), ("1 week", 10080), ("0 h", 0)],
)
def test_durations_are_whole_minutes(text, minutes):
    """A duration is read in minutes, and what is written reads back."""
    assert parse_duration(text, "x") == minutes
    assert parse_duration(duration_text(minutes), "x") == minutes


@pytest.mark.parametrize(
    "text", ["4", "4 ours", "-4 h", "1.01 min", 40, "1e3 h", "", "999999999 weeks"]
)
def test_other_durations_are_refused(text):
    """No unit, an unknown one, a sign or parts of a minute are refused."""
    with pytest.raises(ProtocolError, match="Wrong duration in x"):
        parse_duration(text, "x")


@pytest.mark.parametrize(
    ("dose", "most", "passed"),
    [
        ("10 mg", "10 mg", False),
        ("11 mg", "10 mg", True),
        ("10001 ug", "10 mg", True),
        ("9999 ug", "10 mg", False),
        ("9 mg/kg", "8 mg/kg", True),
        ("9 mg/m2", "8 mg/m2", True),
        ("8 mg/kg", "1 mg", False),  # cut for whom it would be more
        ("2 units", "1 mg", False),
        ("501 mL", "500 mL", True),
    ],
)
def test_a_cap_is_passed_by_what_is_larger(dose, most, passed):
    """Doses are compared in one unit, and a dose per kg is none."""
    limits = DrugLimits("tocilizumab", max_dose=parse_amount(most))
    assert limits.is_passed_by(parse_amount(dose)) is passed


def test_caps_lie_over_one_another():
    """What new caps say stands, what they leave out stays as it was."""
    old = DrugLimits("tocilizumab", parse_amount("8 mg/kg"), in_all=4, apart_minutes=480)
    new = DrugLimits("tocilizumab", in_all=2)
    assert new.over(old) == DrugLimits(
        "tocilizumab", parse_amount("8 mg/kg"), in_all=2, apart_minutes=480
    )
    assert new.over(None) is new
