# SPDX-License-Identifier: Apache-2.0
"""Laws of dose arithmetic: exact, back and forth, within limits, twice the same."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.clinic.plan.conftest import DAY, example, interruption, plan, protocol

from trimer.clinic.plan import Size
from trimer.clinic.plan.numbers import ended, percent, rounded, written
from trimer.clinic.plan.pumping import nearest
from trimer.clinic.plan.second import check_twice
from trimer.core.errors import EngineError
from trimer.protocol import Protocol, parse_rate

WEIGHTS = st.decimals("2", "400", places=2).map(str)
RATES = st.decimals("0.01", "5000", places=2).map(str)
UNITS = st.sampled_from(["ng/kg/day", "ng/kg/h", "mcg/day", "ug/kg/day", "mg/day", "ng/m2/day"])


@given(kg=WEIGHTS, rate=RATES, unit=UNITS, days=st.integers(1, 28))
@settings(max_examples=60, deadline=None)
def test_dose_goes_back_to_the_rate_it_came_from(kg, rate, unit, days):
    """Total over time and size gives the rate of the protocol again, to the last digit."""
    treatment = Protocol("p").infuse(f"{rate} {unit}", days=days)
    (step,) = plan(treatment, kg=kg, m2="1.85").steps
    size = {"kg": Fraction(kg), "m2": Fraction("1.85")}.get(unit.split("/")[1], 1)
    ng = {"ng": 1, "ug": 1000, "mcg": 1000, "mg": 10**6}[unit.split("/")[0]]
    hours = 24 if unit.endswith("/h") else 1
    assert step.mcg * 1000 / days / size / ng / hours == Fraction(rate)
    assert step.mcg_per_h * 24 == step.mcg_per_day


@given(kg=WEIGHTS, factor=st.integers(2, 9))
@settings(max_examples=25, deadline=None)
def test_dose_per_kg_is_proportional_to_weight(kg, factor):
    """Twice the weight is twice the dose, exactly."""
    one, more = Fraction(kg), Fraction(kg) * factor
    steps = plan(kg=str(one)).steps
    heavy = plan(kg=str(more)).steps
    assert [s.mcg for s in heavy] == [s.mcg * factor for s in steps]


@given(exact=st.fractions("0.001", "500"), step=st.sampled_from(["0.01", "0.1", "0.5", "1"]))
def test_the_setting_is_never_further_than_half_a_step(exact, step):
    """Rounding goes to the nearest setting, and down between two."""
    exact, step = Fraction(exact), Fraction(step)
    found = nearest(exact, step)
    assert (found / step).denominator == 1
    assert abs(found - exact) <= step / 2
    assert found <= exact or found - exact < step / 2


@given(kg=WEIGHTS)
@settings(max_examples=25, deadline=None)
def test_no_rounding_passes_the_limit_of_the_drug(kg):
    """1000 ng/kg/day is the most: at that rate the pump is set at or below it."""
    pharmacy = replace(
        example(),
        worst_error=None,
        least_ml_h=Fraction(0),
        step_ml_h=Fraction(1),
        soonest_minutes=0,
    )
    top = protocol().with_maintenance("1000 ng/kg/day")
    assume(Fraction(kg) * 30 / 24 / 100 > Fraction(2, 3))  # else the first rate is too coarse
    steps = plan(top, kg=kg, pharmacy=pharmacy).steps
    limits = [100] + [1000] * (len(steps) - 1)
    for step, limit in zip(steps, limits, strict=True):
        given_ng = step.pump.set_to * step.pump.preparation.ng_per_ml * 24
        assert given_ng <= limit * Fraction(kg)


@given(kg=WEIGHTS, hours=st.integers(1, 400), at=st.integers(1, 55 * 24))
@settings(max_examples=40, deadline=None)
def test_after_an_interruption_nothing_is_above_the_plan(kg, hours, at):
    """A restart lowers or keeps what the calendar or the repeated lead-in says, never more."""
    whole = plan(kg=kg)
    moment = whole.clock.at(at * 60).isoformat()
    after = plan(kg=kg, **interruption(moment, hours))
    last = next(s for s in whole.steps if s.stretch.start <= at * 60 < s.stretch.end)
    assert after.steps[0].stretch.kind == "interruption"
    top = max(step.ng_per_day for step in whole.steps)
    assert all(step.ng_per_day <= top for step in after.steps)
    if len(after.steps) > 1:
        assert after.steps[1].ng_per_day <= last.ng_per_day
    ends = [step.stretch.end for step in after.steps]
    assert [step.stretch.start for step in after.steps[1:]] == ends[:-1]


@given(kg=st.decimals("40", "120", places=1).map(str))
@settings(max_examples=25, deadline=None)
def test_bags_hold_what_flows_and_follow_one_another(kg):
    """No hole between bags, none hangs too long, none is overfull, and all of the dose is in."""
    pharmacy = example()
    found = plan(kg=kg, pharmacy=replace(pharmacy, worst_error=None))
    assert found.bags[0].start == 0
    assert found.bags[-1].end == found.end
    for bag, after in zip(found.bags, found.bags[1:], strict=False):
        assert bag.end == after.start
    for bag in found.bags:
        assert bag.end - bag.start <= bag.preparation.stable_minutes
        assert bag.infused_ml + 10 <= bag.filled_ml <= bag.size_ml
    flows = sum(s.pump.set_to * Fraction(s.stretch.minutes, 60) for s in found.steps)
    assert sum(bag.infused_ml for bag in found.bags) == flows


def test_a_wrong_rate_stops_the_plan():
    """The second calculation finds a rate that is off by a millionth, and one not due then."""
    found = plan()
    wrong = replace(found.steps[2], ng_per_day=found.steps[2].ng_per_day * Fraction(1000001, 10**6))
    with pytest.raises(EngineError, match="Two calculations disagree in step 3"):
        check_twice([wrong], found.size, found.protocol, on_course=True)
    stretch = replace(found.steps[1].stretch, rate=parse_rate("100 ng/kg/day"))
    early = replace(found.steps[1], stretch=stretch, ng_per_day=Fraction(7000))
    with pytest.raises(EngineError, match="60 ng/kg/day is due in minute 1440"):
        check_twice([early], found.size, found.protocol, on_course=True)


def test_a_wrong_volume_stops_the_plan():
    """The second calculation goes back from volume to dose."""
    found = plan(pharmacy=example())
    step = found.steps[0]
    for pump in (
        replace(step.pump, exact=step.pump.exact * 10, set_to=step.pump.set_to * 10),
        replace(step.pump, preparation=replace(step.pump.preparation, ng_per_ml=Fraction(500))),
    ):
        with pytest.raises(EngineError, match="mL/h brings"):
            check_twice([replace(step, pump=pump)], found.size, found.protocol, on_course=True)


def test_steps_cover_the_course_without_holes():
    """Every shipped protocol: each step begins where the one before ends, up to the end."""
    from trimer import library

    for name in library.protocol_names():
        found = plan(name)
        ends = [step.stretch.end for step in found.steps]
        assert [step.stretch.start for step in found.steps] == [0, *ends[:-1]]
        assert ends[-1] == found.protocol.course.minutes if found.protocol.course else True


@given(st.fractions("0.000001", "1000000"))
def test_written_numbers_are_close_and_plain(number):
    """A written number is within half a unit of its fourth digit, has no exponent and no tail."""
    text = written(number)
    value = Fraction(text.replace(",", ""))
    assert abs(value - number) <= number / 1000
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith(("0", ".")))


def test_numbers_as_pharmacies_write_them():
    """A zero before the point, none at the end."""
    assert [written(Fraction(x)) for x in ("0.50", "2.0", "1234.5", "35")] == [
        "0.5", "2", "1,234.5", "35",
    ]  # fmt: skip
    assert rounded(Fraction(2, 3), 0) == "1"
    assert ended(Fraction(1, 3)) is None
    assert percent(Fraction(-1, 10**7)) == "0 %"


def test_a_protocol_that_is_no_course_has_a_plan_too():
    """Infusions with a hole between them, and single doses."""
    treatment = (
        Protocol("own")
        .infuse("30 ng/kg/day", days=1)
        .infuse("100 ng/kg/day", days=2, start_days=3)
        .give("dexamethasone 0.1 mg/kg", at_days=0)
    )
    found = plan(treatment, kg="80")
    kinds = [(s.stretch.kind, s.stretch.start // DAY, float(s.mcg)) for s in found.steps]
    assert kinds == [("infusion", 0, 2.4), ("planned pause", 1, 0.0), ("infusion", 3, 16.0)]
    texts = [event.text for event in found.events if event.what == "dose"]
    assert texts == ["dexamethasone 8 mg (0.1 mg/kg)"]


def test_a_dose_per_surface_needs_the_surface():
    """Without --surface there is a sentence, with it a dose."""
    from trimer.core.errors import ProtocolError

    treatment = Protocol("p").infuse("15 mcg/m2/day", days=1)
    with pytest.raises(ProtocolError, match="Give it with --surface"):
        plan(treatment)
    assert plan(treatment, m2="2").steps[0].mcg == 30
    assert Size(Fraction(70)).surface_m2 is None
