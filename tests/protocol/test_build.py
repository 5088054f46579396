# SPDX-License-Identifier: Apache-2.0
"""Protocols built in Python are those of the files, and are written to files unchanged."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.core.errors import ConditionError, InputError, Problems, ProtocolError
from trimer.protocol import Protocol, parse_protocol, to_toml
from trimer.protocol.times import duration_text

GOOD = Path(__file__).with_name("course.toml").read_text(encoding="utf-8")


def built():
    """The protocol of ``course.toml``."""
    return (
        Protocol("example")
        .use_policy("trimer-default")
        .lead_in("90 ng/kg/day", days=1)
        .lead_in("pause", days=1)
        .lead_in("250 ng/kg/day", days=1.5)
        .maintain("500 ng/kg/day")
        .cycles(2, days=28, later="4 days on, 3 days off")
        .premedicate("dexamethasone 10 mg", when="30 min before first dose")
        .premedicate("dexamethasone 8 mg", when="30 min before restart")
        .monitor(
            vitals="every 4 h", neurology="every 12 h",
            labs=["every 24 h until day 8", "every 72 h"], marrow_days=[25],
        )
        .stay("inpatient", no_discharge_before_day=8)
        .bags("every 96 h", takes="10 min")
        .require("dexamethasone")
        .rule(
            "mine", when="temperature >= 39 C for 8 h", do=["hold", "tocilizumab"],
            resume_when="temperature < 38 C", resume="same rate",
        )
    )  # fmt: skip


def test_python_gives_the_protocol_of_the_file():
    """The same parts in Python and in TOML are one object."""
    assert built().checked() == parse_protocol(GOOD)


def test_the_order_of_building_does_not_matter():
    """A policy lies under what the protocol says, whenever it comes; a lead-in grows in order."""
    late = (
        Protocol("x").lead_in("30 ng/kg/day", days=1).maintain("90 ng/kg/day")
        .rule("CRS grade 2", when="CRS >= 2", do="stop for good")
        .restart_after({"any": "same rate"}).limit("tocilizumab", in_all=2)
        .lead_in("60 ng/kg/day", days=1).use_policy("trimer-default")
    )  # fmt: skip
    early = (
        Protocol("x").use_policy("trimer-default")
        .limit("tocilizumab", in_all=2)
        .restart_after({"any": "same rate"})
        .lead_in("30 ng/kg/day", days=1).lead_in("60 ng/kg/day", days=1).maintain("90 ng/kg/day")
        .rule("CRS grade 2", when="CRS >= 2", do="stop for good")
    )  # fmt: skip
    assert late == early
    assert late.drugs[-1].in_24_h == 3


def test_a_new_usual_dose_reaches_every_rule():
    """A rule that names only the drug follows its usual dose; one that has a dose keeps it."""
    protocol = (
        built().rescue("tocilizumab 6 mg/kg", when="CRS >= 3", at_most=1, name="six")
        .limit("tocilizumab", dose="4 mg/kg")
    )  # fmt: skip
    doses = {rule.name: [str(d.amount) for d in rule.doses] for rule in protocol.rules}
    assert doses["CRS grade 2"] == doses["mine"] == ["4 mg/kg"]
    assert doses["six"] == ["6 mg/kg"]


def test_a_required_drug_has_one_name():
    """Another spelling means the same drug, and to require it twice is to require it."""
    protocol = built().require("paracetamol").require("acetaminophen")
    assert protocol.start_requires == ("dexamethasone", "acetaminophen")
    with pytest.raises(Problems, match="the start requires acetaminophen"):
        protocol.checked()
    assert protocol.premedicate("paracetamol 650 mg", when="1 h before first dose").checked()


def test_short_ways_to_hold_and_to_rescue():
    """`hold` and `rescue` are rules with names that say what they do."""
    protocol = (
        Protocol("x").maintain("90 ng/kg/day")
        .hold(when="CRS >= 3", resume="CRS <= 1", at="half rate")
        .rescue("tocilizumab 8 mg/kg every 8 h", when="CRS >= 2", at_most=4)
    )  # fmt: skip
    assert [rule.name for rule in protocol.rules] == [
        "hold when CRS >= 3", "tocilizumab 8 mg/kg every 8 h when CRS >= 2",
    ]  # fmt: skip
    assert str(protocol.rules[0]) == "when CRS >= 3: hold; resume when CRS <= 1 at half rate"
    assert protocol.rules[1].do[0].at_most == 4
    assert protocol.without("hold when CRS >= 3").rules == protocol.rules[1:]


def test_limits_are_passed_with_a_reason():
    """`allowing` is the table [[allow]]."""
    protocol = built().with_later_cycles("continuous").maintain("900 ng/kg/day")
    with pytest.raises(Problems, match="more than 3 times in protocol 'example'"):
        protocol.checked()
    allowed = protocol.allowing("step over 3 times", reason="to see").checked()
    assert len(allowed.warnings) == 2


REFUSED = {
    "an infusion beside a course": (
        lambda p: p.infuse("30 ng/kg/day", days=1), "Two ways of dosing in protocol 'example'",
    ),
    "a dose beside a course": (
        lambda p: p.give("dexamethasone 10 mg", at_days=0), "Two ways of dosing",
    ),
    "a pause beside a course": (lambda p: p.pause(days=1), "Two ways of dosing"),
    "a step in part of a minute": (
        lambda p: p.lead_in("30 ng/kg/day", days=0.00001), "times of a course are whole minutes",
    ),
    "a negative step": (lambda p: p.lead_in("30 ng/kg/day", days=-1), "Wrong duration in protocol"),
    "a rate without a unit": (lambda p: p.maintain("500"), "a number without a unit"),
    "a pattern longer than a cycle": (lambda p: p.cycles(2, days=5), "Wrong pattern in protocol"),
    "no cycles": (lambda p: p.cycles(0), "Wrong number in protocol 'example', cycles: got 0"),
    "premedication at no time": (
        lambda p: p.premedicate("dexamethasone 10 mg", when="infusion"), "Wrong time of premedicat",
    ),
    "premedication without a dose": (
        lambda p: p.premedicate("dexamethasone", when="1 h before restart"), "Wrong dose in proto",
    ),
    "looks at no time": (lambda p: p.monitor(vitals="4 h"), "Wrong monitoring in protocol"),
    "marrow on day 0": (
        lambda p: p.monitor(vitals="every 4 h", marrow_days=[0]), "Wrong number in protocol",
    ),
    "an unknown policy": (lambda p: p.use_policy("mine"), "Unknown policy in protocol 'example'"),
    "a condition without a unit": (
        lambda p: p.rule("x", when="MAP < 65", do="hold", resume_when="MAP > 65 mmHg"),
        "Wrong condition in protocol 'example', rule 'x': 'MAP' needs a unit",
    ),
    "a hold without an end": (
        lambda p: p.rule("x", when="CRS >= 2", do="hold"), "Hold without an end in protocol",
    ),
    "an unknown way to resume": (
        lambda p: p.hold(when="CRS >= 2", resume="CRS <= 1", at="50 %"), "Unknown way to resume",
    ),
    "an unknown rule to leave out": (
        lambda p: p.without("min"), "Unknown rule to leave out in protocol 'example': got 'min'.",
    ),
    "a restart with something else before it": (
        lambda p: p.restart_after({"any": "wait, same rate"}), "Wrong restart in protocol",
    ),
    "an unknown restart": (lambda p: p.restart_after({"any": "go"}), "Unknown way to restart"),
    "caps of an unknown drug": (lambda p: p.limit("aspirin", in_all=1), "Unknown drug 'aspirin'"),
    "a cap of nothing": (lambda p: p.limit("tocilizumab", in_all=0), "Wrong number in protocol"),
    "an allowance without a reason": (
        lambda p: p.allowing("step over 3 times", reason=""), "Missing reason in protocol",
    ),
    "an allowance of nothing": (lambda p: p.allowing("", reason="x"), "Wrong text in protocol"),
    "caps of a number": (lambda p: p.limit(3, in_all=1), "Unknown drug '3' in protocol"),
    "looks as a number": (lambda p: p.monitor(vitals=4), "Wrong monitoring in protocol"),
    "a bag changed until some day": (
        lambda p: p.bags("every 96 h until day 8"), "Wrong interval in protocol 'example', pump",
    ),
    "an order that is none": (
        lambda p: p.stay("home"), "Wrong order in protocol 'example', hospital: got 'home'",
    ),
    "a discharge on day 0": (
        lambda p: p.stay(no_discharge_before_day=0), "Wrong number in protocol 'example', hospital",
    ),
    "a start that requires an unknown drug": (
        lambda p: p.require("aspirin"), "Unknown drug 'aspirin' in protocol 'example', what a st",
    ),
    "a rule without a name": (
        lambda p: p.rule("", when="CRS >= 2", do="half rate"), "Wrong text in protocol",
    ),
    "a source of two lines": (
        lambda p: p.rule("x", when="CRS >= 2", do="half rate", source="a\nb"), "Wrong text in prot",
    ),
    "nothing to do": (lambda p: p.rule("x", when="CRS >= 2", do=[]), "Nothing to do in protocol"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_where_it_is_written(change, said):
    """A method refuses what no protocol can have, and names protocol and part."""
    with pytest.raises(InputError) as refusal:
        change(built())
    assert said in str(refusal.value)


def test_a_course_begins_with_its_maintenance():
    """What changes a course needs one; a lead-in alone is none."""
    begun = Protocol("x").lead_in("30 ng/kg/day", days=1)
    for change in (
        lambda: begun.cycles(2),
        lambda: begun.with_maintenance("30 ng/kg/day"),
        lambda: begun.with_later_cycles("continuous"),
    ):
        with pytest.raises(ProtocolError, match=r"No course in protocol 'x'.*Call maintain first"):
            change()
    with pytest.raises(ProtocolError, match="Two ways of dosing"):
        begun.infuse("30 ng/kg/day", days=1)
    with pytest.raises(ProtocolError, match="Two ways of dosing"):
        Protocol("x").infuse("30 ng/kg/day", days=1).maintain("30 ng/kg/day")
    with pytest.raises(Problems, match="Empty protocol in protocol 'x'"):
        begun.checked()
    with pytest.raises(Problems, match="No monitoring in protocol 'x'"):
        begun.maintain("90 ng/kg/day").checked()
    with pytest.raises(ConditionError, match="Wrong condition in protocol 'x', rule 'a'"):
        begun.rule("a", when="CRS >", do="hold")


def test_a_plain_schedule_is_checked_too():
    """A schedule without a course has nothing to warn of."""
    assert Protocol("x").infuse("30 ng/kg/day", days=1).checked().warnings == ()


def test_the_whole_is_told_in_words():
    """Words name rules, restart table, caps, allowances and what is unusual."""
    words = (
        built().allowing("step over 3 times", reason="to see").maintain("900 ng/kg/day").checked()
        .in_words()
    )  # fmt: skip
    for part in (
        "flotetuzumab 90 ng/kg/day for 24 h", "pause for 24 h", "nothing starts without dexameth",
        "mine: when temperature >= 39 C for 8 h: hold; tocilizumab 8 mg/kg; resume when",
        "24 h to 48 h: premedicate, one step back", "8 mg/kg, 12 mg/kg under 30 kg, at most 800 mg",
        "step over 3 times: to see", "the recommended phase 2 dose", "a new bag every 4 days",
        "marrow on day 25 of each cycle",
    ):  # fmt: skip
        assert part in words
    assert "mine" in to_toml(built())
    assert built()._repr_html_().startswith("<p><b>Protocol &#x27;example&#x27;: 2 cycles of 28")


# ------------------------------------------------------------------ random protocols
lines = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
minutes = st.sampled_from([1, 20, 60, 90, 720, 1440, 2880, 4320])
rates = st.sampled_from(["30 ng/kg/day", "0.06 ug/kg/day", "100 ng/kg/day", "25 ng/kg/h"])
conditions = st.sampled_from(["CRS >= 2", "temperature >= 38.5 C for 8 h", "ALT > 5 x ULN",
                              "fever  and not antibiotic", "tocilizumab doses in 24 h < 3",
                              "rise of ferritin in 72 h > 100 ug/L"])  # fmt: skip
actions = st.lists(
    st.sampled_from(["dexamethasone 10 mg every 6 h at most 12", "red cells 2 units", "half rate",
                     "delay step", "vitals every 90 min", "tocilizumab", "look again in 5 min"]),
    min_size=1, max_size=3,
)  # fmt: skip
premedication = st.tuples(
    st.sampled_from(["dexamethasone 10 mg", "red cells 1 unit", "acetaminophen 650 mg"]), minutes,
    st.sampled_from(["before", "after"]),
    st.sampled_from(["first dose", "each cycle", "each step", "restart"]),
)  # fmt: skip


@st.composite
def protocols(draw):
    """A random protocol with a course."""
    made = Protocol(draw(lines), draw(lines), note=draw(lines))
    if draw(st.booleans()):
        made = made.use_policy("trimer-default")
    made = made.limit("tocilizumab", dose="8 mg/kg", in_all=draw(st.integers(1, 9)))
    for rate, length in draw(st.lists(st.tuples(rates, minutes), max_size=3)):
        made = made.lead_in(rate, days=length / 1440)
    made = made.maintain(draw(rates)).cycles(
        draw(st.integers(1, 3)),
        days=draw(st.sampled_from([14, 28, 30])),
        first=draw(st.sampled_from(["continuous", "4 days on, 3 days off"])),
        later=draw(st.sampled_from(["continuous", "1 day on, 1 day off"])),
    )
    for dose, length, side, what in draw(st.lists(premedication, max_size=3)):
        made = made.premedicate(dose, when=f"{duration_text(length)} {side} {what}")
    made = made.monitor(
        vitals=draw(st.sampled_from(["every 4 h", ["every 4 h until day 9", "every 90 min"]])),
        labs=draw(st.sampled_from([[], "every 72 h"])),
        marrow_days=draw(st.lists(st.integers(1, 28), max_size=2)),
        continuous=draw(st.booleans()),
    )
    for name in draw(st.lists(lines | st.sampled_from(["fever", "CRS grade 2"]), max_size=4)):
        kept = [rule.name for rule in made.rules]
        made = made.without(name) if name in kept and draw(st.booleans()) else made
        made = made.rule(
            name, when=draw(conditions), do=draw(actions),
            basis=draw(st.sampled_from(["", "assumed"])), source=draw(lines),
        )  # fmt: skip
    if draw(st.booleans()):
        made = made.hold(when="ICANS >= 3", resume="ICANS <= 1 for 24 h", at="from the start")
    if draw(st.booleans()):
        made = made.restart_after({"under 20 min": "half rate", "over 20 min": "premedicate, stop"})
    if draw(st.booleans()):
        made = made.limit("dexamethasone", most="20 mg", apart="4 h", in_24_h=2, small=(25, "1 mg"))
    if draw(st.booleans()):
        made = made.stay("outpatient", no_discharge_before_day=3).bags("every 96 h", takes="5 min")
    return made.require("dexamethasone").allowing("early discharge", reason=draw(lines))


PERMITTED = ["outpatient order", "start without premedication", "step over 3 times",
             "first dose over 100 ng/kg/day"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(protocols(), st.booleans())
def test_what_is_written_reads_back(protocol, by_policy):
    """Whole, or by its policy, a protocol is written to a file that gives it back."""
    for what in PERMITTED:
        protocol = protocol.allowing(what, reason="a test")
    try:
        protocol = protocol.checked()
    except Problems:  # no labs for a rule, or opposite orders: a file would be refused too
        with pytest.raises(Problems):
            parse_protocol(to_toml(protocol, by_policy=by_policy))
        return
    text = to_toml(protocol, by_policy=by_policy)
    again = parse_protocol(text)
    assert again == protocol
    assert again.policy_notice == protocol.policy_notice
    assert to_toml(again, by_policy=by_policy) == text
    assert len(again.warnings) == len(protocol.warnings)


def test_by_policy_only_the_difference_is_written():
    """A protocol on a policy is short, and whole it has every rule."""
    short, whole = to_toml(built(), by_policy=True), to_toml(built())
    assert short.count("[[rule]]") == 1
    assert short.count("[[restart]]") == short.count("[drugs.") == 0
    assert 'policy = "trimer-default"' in short
    assert whole.count("[[rule]]") == len(built().rules)
    assert 'rules_from = "trimer-default"' in whole
    assert 'do = ["hold", "tocilizumab every 8 h"]' in whole
    assert parse_protocol(short) == parse_protocol(whole) == built()
