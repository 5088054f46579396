# SPDX-License-Identifier: Apache-2.0
"""Lead-in, maintenance and cycles."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import ProtocolError
from trimer.protocol import Course, LeadIn, Pattern, Protocol, parse_rate
from trimer.protocol.course import PAUSE, parse_pattern
from trimer.protocol.times import DAY

FOUR_ON = Pattern(4 * DAY, 3 * DAY)


def course(*lead_in, maintenance=500, cycles=1, first=None, later=None, days=28):
    """Lead-in steps of (ng/kg/day or None, days)."""
    always = Pattern(days * DAY)
    steps = tuple(
        LeadIn(None if rate is None else parse_rate(f"{rate} ng/kg/day"), round(length * DAY))
        for rate, length in lead_in
    )
    return Course(
        "flotetuzumab", steps, parse_rate(f"{maintenance} ng/kg/day"), days * DAY, cycles,
        first or always, later or always,
    )  # fmt: skip


def days(plan):
    """A plan in days."""
    return [(at / DAY, level) for at, level in plan]


MULTI = [(30, 1), (60, 1), (100, 1), (200, 1), (300, 1), (400, 1), (500, 1)]


@pytest.mark.parametrize(
    ("made", "levels", "plan"),
    [
        (course(), [500], [(0, 0)]),
        (
            course(*MULTI),
            [30, 60, 100, 200, 300, 400, 500],
            [(day, day) for day in range(7)],
        ),
        (  # LID-1: pause, then maintenance
            course((100, 4), (None, 3)),
            [100, 500],
            [(0, 0), (4, PAUSE), (7, 1)],
        ),
        (course((30, 3), (100, 4)), [30, 100, 500], [(0, 0), (3, 1), (7, 2)]),
        (  # steps above maintenance are given at its rate
            course(*MULTI, maintenance=300),
            [30, 60, 100, 200, 300],
            [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)],
        ),
        (  # above the last step from day 8 on
            course(*MULTI, maintenance=700),
            [30, 60, 100, 200, 300, 400, 500, 700],
            [(day, day) for day in range(8)],
        ),
        (
            course(first=FOUR_ON, days=14),
            [500],
            [(0, 0), (4, PAUSE), (7, 0), (11, PAUSE)],
        ),
        (  # the pattern counts from the start of the cycle, under the lead-in too
            course((30, 5), first=FOUR_ON, days=14),
            [30, 500],
            [(0, 0), (5, PAUSE), (7, 1), (11, PAUSE)],
        ),
        (
            course((30, 7), cycles=2, later=FOUR_ON, days=14),
            [30, 500],
            [(0, 0), (7, 1), (18, PAUSE), (21, 1), (25, PAUSE)],
        ),
        (course((30, 14), days=14), [30, 500], [(0, 0)]),
    ],
)
def test_the_plan_of_a_course(made, levels, plan):
    """Levels are the distinct rates in order; the plan says when which one is due."""
    assert [rate.value for rate in made.levels] == levels
    assert days(made.plan()) == plan


def test_a_later_cycle_begins_at_maintenance():
    """The lead-in belongs to the first cycle; the next one begins anew with its pattern."""
    made = course((30, 3), cycles=2, first=FOUR_ON, later=FOUR_ON, days=10)
    assert days(made.plan()) == [
        (0, 0), (3, 1), (4, PAUSE), (7, 1), (14, PAUSE), (17, 1),
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from([None, 30, 100, 400, 900]), st.integers(1, 4)), max_size=6),
    st.sampled_from([300, 500]),
    st.integers(1, 3),
    st.sampled_from([None, FOUR_ON, Pattern(DAY, DAY)]),
)
def test_a_plan_is_ordered_and_stays_within_the_course(steps, maintenance, cycles, pattern):
    """Changes come in order, each is one, and every level exists."""
    made = course(*steps, maintenance=maintenance, cycles=cycles, first=pattern, later=pattern)
    plan = made.plan()
    times = [at for at, _ in plan]
    assert times == sorted(set(times))
    assert times[0] == 0
    assert times[-1] < made.minutes
    assert all(a[1] != b[1] for a, b in pairwise(plan))
    assert {level for _, level in plan} <= {PAUSE, *range(len(made.levels))}
    assert all(rate.value <= maintenance for rate in made.levels)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("continuous", Pattern(28 * DAY)),
        ("4 days on, 3 days off", FOUR_ON),
        ("1 day on, 1 day off", Pattern(DAY, DAY)),
        ("21 days on 7 days off", Pattern(21 * DAY, 7 * DAY)),
    ],
)
def test_patterns_are_read_and_written(text, pattern):
    """A pattern is read as it is written, and its text reads back."""
    assert parse_pattern(text, "x", 28 * DAY) == pattern
    assert parse_pattern(str(pattern), "x", 28 * DAY) == pattern


@pytest.mark.parametrize(
    "text",
    ["always", 4, None, "4 days on", "0 days on, 3 days off", "4 days off, 3 days on",
     "20 days on, 9 days off", "4 h on, 3 h off", "-4 days on, 3 days off"],
)  # fmt: skip
def test_other_patterns_are_refused(text):
    """Anything else, or what does not fit into a cycle, is refused with an example."""
    with pytest.raises(ProtocolError, match=r"Wrong pattern in x.*28 days.*4 days on, 3 days off"):
        parse_pattern(text, "x", 28 * DAY)


def test_a_course_gives_what_is_planned_if_nothing_comes_in_between():
    """Infusions follow the plan; premedication stands around first dose, cycles and steps."""
    protocol = (
        Protocol("one-step")
        .lead_in("100 ng/kg/day", days=4)
        .lead_in("pause", days=3)
        .maintain("500 ng/kg/day")
        .cycles(2)
        .premedicate("dexamethasone 10 mg", when="30 min before first dose")
        .premedicate("dexamethasone 4 mg", when="12 h after first dose")
        .premedicate("dexamethasone 6 mg", when="1 h before each step")
        .premedicate("dexamethasone 8 mg", when="1 h before each cycle")
        .premedicate("dexamethasone 2 mg", when="1 h before restart")
    )
    spans = [(i.start_days, i.end_days, i.rate.value) for i in protocol.infusions]
    assert spans == [(0, 4, 100), (7, 56, 500)]
    doses = [(round(dose.at * DAY), dose.amount.value) for dose in protocol.doses]
    # a step after a pause is a step; the premedication of a restart is not planned
    assert doses == [(-30, 10), (720, 4), (7 * DAY - 60, 6), (28 * DAY - 60, 8)]
    events = protocol.events()
    assert events[0].time_days == -30 / DAY
    assert [event.time_days for event in events] == sorted(event.time_days for event in events)
    assert protocol.is_closed_loop
    assert not Protocol("flat").infuse("5 ng/day", days=1).is_closed_loop
