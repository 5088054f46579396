# SPDX-License-Identifier: Apache-2.0
"""Doses as events."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trimer.protocol import Protocol

DURATIONS = st.decimals("0.001", 30, places=3).map(float) | st.floats(0.001, 30)


def test_coincident_events_have_an_order():
    """At one instant: infusions end, single doses are given, infusions start."""
    protocol = (
        Protocol("x")
        .give("dexamethasone 4 mg", at_days=1)
        .infuse("60 ng/kg/day", days=1, start_days=1)
        .infuse("30 ng/kg/day", days=1, start_days=0)
        .give("tocilizumab 8 mg/kg", at_days=1)
    )
    at_one = [event for event in protocol.events() if event.time_days == 1]
    assert [(event.kind, event.amount, event.step) for event in at_one] == [
        ("rate", 0, "infuse 2"),
        ("bolus", 4, "give 1"),
        ("bolus", 8, "give 2"),
        ("rate", 60, "infuse 1"),
    ]


def test_an_event_says_what_changes():
    """An event carries drug, amount, unit, whether it is per kilogram, its step and reason."""
    start, dose, end = (
        Protocol("x").infuse("0.03 µg/kg/day", days=2).give("dexamethasone 10 mg", at_days=0.5)
    ).events()
    assert (start.time_days, start.drug, start.kind) == (0, "flotetuzumab", "rate")
    assert (start.amount, start.amount_unit, start.per_kg) == (30, "ng/day", True)
    assert (start.step, start.reason) == ("infuse 1", "planned")
    assert (dose.time_days, dose.drug, dose.kind) == (0.5, "dexamethasone", "bolus")
    assert (dose.amount, dose.amount_unit, dose.per_kg, dose.step) == (10, "mg", False, "give 1")
    assert (end.time_days, end.amount, end.step) == (2, 0, "infuse 1")


def test_an_untreated_patient_has_no_events():
    """A protocol without steps changes nothing."""
    assert Protocol("untreated").events() == ()


@given(
    infusions=st.lists(st.tuples(DURATIONS, st.none() | DURATIONS), max_size=8),
    doses=st.lists(st.floats(0, 60), max_size=5),
)
def test_events_are_ordered_and_complete(infusions, doses):
    """Times never fall, an infusion ends before the next starts, and nothing is lost."""
    protocol = Protocol("x")
    for days, pause in infusions:
        protocol = protocol.pause(days=pause) if pause else protocol
        protocol = protocol.infuse("30 ng/kg/day", days=days)
    for at in doses:
        protocol = protocol.give("dexamethasone 4 mg", at_days=at)
    events = protocol.events()
    assert len(events) == 2 * len(infusions) + len(doses)
    times = [event.time_days for event in events]
    assert times == sorted(times)
    running = [event.amount > 0 for event in events if event.kind == "rate"]
    assert running == [True, False] * len(infusions)
    order = {("rate", False): 0, ("bolus", True): 1, ("rate", True): 2}
    for first, second in pairwise(events):
        if first.time_days == second.time_days:
            assert order[first.kind, first.amount > 0] <= order[second.kind, second.amount > 0]
