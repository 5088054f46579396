# SPDX-License-Identifier: Apache-2.0
"""Protocols built step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import Problems, ProtocolError
from trimer.protocol import Infusion, Protocol, parse_rate


def spans(protocol):
    """Start and end of each infusion, in days."""
    return [(infusion.start_days, infusion.end_days) for infusion in protocol.infusions]


def test_infusions_follow_each_other():
    """An infusion starts when the previous one of its drug ends, the first on day 0."""
    protocol = Protocol("two-step").infuse("30 ng/kg/day", days=3).infuse("100 ng/kg/day", days=4)
    assert spans(protocol) == [(0, 3), (3, 7)]
    assert protocol.days == 7
    assert protocol.infusions[1].days == 4


def test_a_step_makes_a_new_protocol():
    """Adding a step leaves the protocol it was added to as it was."""
    empty = Protocol("x")
    assert empty.infuse("30 ng/kg/day", days=1) != empty
    assert empty.infusions == ()
    assert empty.days == 0


def test_each_drug_has_its_own_clock():
    """An infusion of another drug starts on day 0, and runs at the same time."""
    protocol = (
        Protocol("two drugs")
        .infuse("30 ng/kg/day", days=3)
        .infuse("9 mcg/day", days=7, drug="blinatumomab")
        .infuse("100 ng/kg/day", days=1)
        .give("dexamethasone 10 mg", at_days=0)
    )
    assert spans(protocol) == [(0, 3), (0, 7), (3, 4)]
    assert protocol.drug_names == ("flotetuzumab", "blinatumomab", "dexamethasone")


def test_a_pause_puts_the_next_infusion_off():
    """After a pause the next infusion of the drug starts that much later; pauses add up."""
    once = Protocol("4 on 3 off").infuse("500 ng/kg/day", days=4).pause(days=3)
    assert spans(once.infuse("500 ng/kg/day", days=4)) == [(0, 4), (7, 11)]
    assert spans(once.pause(days=1).infuse("500 ng/kg/day", days=4)) == [(0, 4), (8, 12)]
    later = once.infuse("500 ng/kg/day", days=4).infuse("100 ng/kg/day", days=1)
    assert spans(later) == [(0, 4), (7, 11), (11, 12)]


def test_a_pause_concerns_one_drug():
    """A pause of one drug does not move another."""
    protocol = (
        Protocol("x")
        .pause(days=3, drug="blinatumomab")
        .infuse("30 ng/kg/day", days=1)
        .infuse("9 mcg/day", days=1, drug="blinatumomab")
    )
    assert spans(protocol) == [(0, 1), (3, 4)]


def test_a_pause_at_the_end_leaves_no_trace():
    """Two protocols that give the same are equal."""
    protocol = Protocol("x").infuse("30 ng/kg/day", days=1)
    assert protocol.pause(days=3) == protocol


def test_an_infusion_may_start_anywhere():
    """A start given by hand may come before other infusions, if they do not overlap."""
    protocol = (
        Protocol("x")
        .infuse("500 ng/kg/day", days=4, start_days=7)
        .infuse("30 ng/kg/day", days=7, start_days=0)
    )
    assert spans(protocol) == [(7, 11), (0, 7)]


def test_overlapping_infusions_are_refused():
    """Two infusions of one drug at a time are refused, with both intervals and what to do."""
    protocol = Protocol("bad").infuse("30 ng/kg/day", days=2)
    with pytest.raises(ProtocolError) as refusal:
        protocol.infuse("60 ng/kg/day", days=3, start_days=1.5)
    assert str(refusal.value) == (
        "Overlapping infusions of flotetuzumab in protocol 'bad': got 30 ng/kg/day from day 0 to "
        "day 2 and 60 ng/kg/day from day 1.5 to day 4.5; a drug runs at one rate at a time. "
        "Start the second on day 2, or shorten the first."
    )


def test_infusions_that_touch_do_not_overlap():
    """An infusion may start at the instant another ends: it holds up to, not including, its end."""
    protocol = Protocol("x").infuse("30 ng/kg/day", days=0.3, start_days=0)
    # In floating-point numbers 0.1 + 0.2 is more than 0.3.
    protocol = Protocol("x").infuse("30 ng/kg/day", days=0.2, start_days=0.1)
    assert spans(protocol.infuse("60 ng/kg/day", days=1, start_days=0.3)) == [
        (0.1, 0.3),
        (0.3, 1.3),
    ]


def test_every_overlap_is_named():
    """All overlaps are told at once, also with one infusion around several others."""
    rate = parse_rate("30 ng/kg/day")
    infusions = tuple(
        Infusion("flotetuzumab", rate, start, length) for start, length in ((0, 10), (2, 1), (5, 1))
    )
    with pytest.raises(Problems) as refusal:
        Protocol("x", infusions=infusions)
    assert len(refusal.value.problems) == 2


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(1, 6)),
        min_size=2,
        max_size=8,
    )
)
def test_overlaps_are_refused_exactly_where_they_are(steps):
    """A protocol is refused if and only if a drug would run at two rates at some instant."""
    rate = parse_rate("30 ng/kg/day")
    days = [(drug, day) for drug, start, length in steps for day in range(start, start + length)]
    infusions = tuple(Infusion(drug, rate, start, length) for drug, start, length in steps)
    if len(set(days)) == len(days):
        assert Protocol("x", infusions=infusions).infusions == infusions
    else:
        with pytest.raises((ProtocolError, Problems), match="Overlapping infusions"):
            Protocol("x", infusions=infusions)


def test_nothing_drifts():
    """A hundred infusions of a tenth of a day end on day 10, each where the next one starts."""
    protocol = Protocol("long")
    for _ in range(100):
        protocol = protocol.infuse("30 ng/kg/day", days=0.1)
    assert protocol.days == 10.0
    assert spans(protocol) == [(k / 10, (k + 1) / 10) for k in range(100)]


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf"), "1", None])
def test_wrong_durations_are_refused(days):
    """A duration is a positive number of days."""
    with pytest.raises(ProtocolError, match="Wrong duration in protocol 'x', infusion 1"):
        Protocol("x").infuse("30 ng/kg/day", days=days)
    with pytest.raises(ProtocolError, match="Wrong duration in protocol 'x', a pause"):
        Protocol("x").pause(days=days)


def test_a_wrong_time_or_drug_is_refused():
    """A negative time and a drug that is no word are refused with the place."""
    with pytest.raises(ProtocolError, match="Wrong time in protocol 'x', dose 1"):
        Protocol("x").give("dexamethasone 10 mg", at_days=-1)
    with pytest.raises(ProtocolError, match="Wrong time in protocol 'x', infusion 1"):
        Protocol("x").infuse("30 ng/kg/day", days=1, start_days=-1)
    with pytest.raises(ProtocolError, match="Wrong drug in protocol 'x', infusion 1"):
        Protocol("x").infuse("30 ng/kg/day", days=1, drug="two words")


@pytest.mark.parametrize("dose", ["dexamethasone", "", 10, None])
def test_a_dose_names_drug_and_amount(dose):
    """A single dose without drug or amount is refused with how to write it."""
    with pytest.raises(ProtocolError, match='Write it like "dexamethasone 10 mg"'):
        Protocol("x").give(dose, at_days=0)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", None])
def test_a_protocol_has_a_name(name):
    """The name of a protocol is one line of text, not an empty one."""
    with pytest.raises(ProtocolError, match="Wrong text in a protocol's name"):
        Protocol(name)


def test_title_and_note_are_text():
    """A title is one line, a note may be several."""
    assert Protocol("x", note="two\nlines").note == "two\nlines"
    with pytest.raises(ProtocolError, match="Wrong text in the title of protocol 'x'"):
        Protocol("x", title="two\nlines")
    with pytest.raises(ProtocolError, match="Wrong text in the note of protocol 'x'"):
        Protocol("x", note="bell\a")
    with pytest.raises(ProtocolError, match="Wrong text in the note of protocol 'x'"):
        Protocol("x", note=None)


def test_the_card_tells_the_steps():
    """The short card lists what is given, and how much more there is."""
    protocol = Protocol("x")
    for _ in range(14):
        protocol = protocol.infuse("30 ng/kg/day", days=1)
    lines = repr(protocol.give("dexamethasone 10 mg", at_days=0)).splitlines()
    assert lines[0] == "Protocol 'x': 14 infusions and 1 dose, 14 days"
    assert lines[1] == "  flotetuzumab 30 ng/kg/day from day 0 to day 1"
    assert lines[-1] == "  ... and 3 more"
    assert "<td>flotetuzumab 30 ng/kg/day from day 0 to day 1</td>" in protocol._repr_html_()
