# SPDX-License-Identifier: Apache-2.0
"""Clock time: physical hours, changed clocks, offsets, times that do not exist or exist twice."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from tests.clinic.plan.conftest import plan

from trimer.clinic.plan import Clock, parse_start
from trimer.clinic.plan.zones import zone_named
from trimer.core.errors import ProtocolError


@pytest.mark.parametrize(
    ("start", "zone", "before", "after", "note"),
    [
        ("2027-03-26T09:00", "Europe/Berlin", "09:00", "10:00", "Sun 28 Mar 2027 has 23 hours"),
        ("2027-10-29T09:00", "Europe/Berlin", "09:00", "08:00", "Sun 31 Oct 2027 has 25 hours"),
        ("2027-03-12T09:00", "America/New_York", "09:00", "10:00", "Sun 14 Mar 2027 has 23 hours"),
        ("2027-04-02T09:00", "Australia/Lord_Howe", "09:00", "08:30", "has 24.5 hours"),
    ],
)
def test_a_day_of_treatment_keeps_24_hours_when_clocks_change(start, zone, before, after, note):
    """Both ways: steps stay 24 physical hours apart, and stand elsewhere on the wall."""
    found = plan(start=start, zone=zone)
    times = [found.clock.at(step.stretch.start) for step in found.steps[:7]]
    assert {time.astimezone(zone_named("UTC")).hour for time in times} == {
        times[0].astimezone(zone_named("UTC")).hour
    }
    assert [f"{time:%H:%M}" for time in (times[0], times[-1])] == [before, after]
    assert any(note in text for text in found.notes)
    utc = [found.clock.utc(step.stretch.start) for step in found.steps[:8]]
    assert {b - a for a, b in pairwise(utc)} == {timedelta(days=1)}


def test_no_change_of_clocks_is_said_too():
    """A plan in winter has no flagged day; one with an offset says that it keeps it."""
    assert any(
        "No clock change in Europe/Berlin" in n
        for n in plan(start="2027-01-04T09:00", zone="Europe/Berlin").notes
    )
    kept = plan(start="2027-03-26T09:00+01:00")
    assert any("keep the offset +01:00 throughout" in note for note in kept.notes)
    assert all(kept.clock.at(s.stretch.start).hour == 9 for s in kept.steps)
    assert not any("23 hours" in note for note in kept.notes)


def test_an_interrupted_plan_flags_only_what_lies_ahead():
    """A change of clocks before the interruption is over."""
    from tests.clinic.plan.conftest import interruption

    late = interruption("2027-04-20T12:00+02:00", 2)
    found = plan(start="2027-03-26T09:00", zone="Europe/Berlin", **late)
    assert not any("23 hours" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "zone", "says"),
    [
        ("2027-01-04T09:00", None, "without a zone"),
        ("2027-01-04", None, "a date without a time of day"),
        ("tomorrow", None, "it is a date and a time"),
        ("2027-02-30T09:00+01:00", None, "it is a date and a time"),
        ("2027-01-04T09:00:30+01:00", None, "whole minutes"),
        ("0001-01-04T09:00+01:00", None, "the years 1970 to 2100"),
        ("9999-12-31T23:00-10:00", None, "the years 1970 to 2100"),
        ("2027-01-04T09:00+01:00:30", None, "hours and minutes"),
        ("2027-03-28T02:30", "Europe/Berlin", "there is no such time"),
        (
            "2027-10-31T02:30",
            "Europe/Berlin",
            r"2027-10-31T02:30\+02:00 or 2027-10-31T02:30\+01:00",
        ),
        ("2027-01-04T09:00", "Berlin", "Did you mean 'Europe/Berlin'"),
        ("2027-01-04T09:00", "New York", "Did you mean 'America/New_York'"),
        ("2027-01-04T09:00", "Europe/Berlni", "Did you mean 'Europe/Berlin'"),
        ("2027-01-04T09:00", "../../etc/passwd", "Unknown time zone"),
        ("2027-01-04T09:00", "", "Unknown time zone"),
    ],
)
def test_what_is_no_start_is_refused(text, zone, says):
    """A sentence says why, and what to write."""
    with pytest.raises(ProtocolError, match=says):
        parse_start(text, zone)


def test_an_offset_is_told_by_the_clocks_of_the_zone():
    """Both given: the instant is that of the offset, shown in the zone."""
    assert (
        parse_start("2027-01-04T09:00Z", "Europe/Berlin").isoformat() == "2027-01-04T10:00:00+01:00"
    )
    twice = parse_start("2027-10-31T02:30+01:00", "Europe/Berlin")
    assert twice.isoformat() == "2027-10-31T02:30:00+01:00"


def test_minutes_go_back_and_forth():
    """`at` and `minute` are each other's inverse, over a change of clocks too."""
    clock = Clock(parse_start("2027-03-26T09:00", "Europe/Berlin"))
    for minute in (-30, 0, 1, 2400, 2460, 5000, 80640):
        assert clock.minute(clock.at(minute)) == minute
