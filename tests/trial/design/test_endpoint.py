# SPDX-License-Identifier: Apache-2.0
"""Endpoints say one thing, and are followed for long enough."""

import pytest

from trimer.core.condition import parse
from trimer.core.errors import InputError, StudyError
from trimer.trial.design.endpoint import Endpoint, check_follow_up
from trimer.trial.design.plan import Escalation, Randomized


def test_an_endpoint_tells_what_it_is():
    """Its kind, what it needs, and its words."""
    remission = Endpoint("r", response=("CR", "CRh"), by_day=60)
    severe = Endpoint("s", "Severe CRS", when=parse("CRS >= 3"))
    assert (remission.kind, remission.needs_ward, remission.is_share) == ("response", False, True)
    assert (severe.kind, severe.needs_ward, severe.title) == ("condition", True, "Severe CRS")
    assert remission.text == "CR or CRh by ELN 2022, by day 60"
    assert Endpoint("t", time_to="death").kind == "time"
    assert Endpoint("m", mean_of="hold_days").needs_ward


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "got 0 of response"),
        ({"response": ("CR",), "time_to": "death"}, "got 2 of response"),
        ({"response": ("CRx",)}, "unknown response 'CRx'"),
        ({"time_to": "deth"}, "Did you mean 'death'"),
        ({"mean_of": "auc"}, "unknown mean_of"),
        ({"response": ("CR",), "criteria": "ELN 2010"}, "unknown criteria"),
        ({"time_to": "death", "mrd_below": 0.001}, "belongs to a response"),
        ({"when": parse("CRSS >= 2")}, "Did you mean 'CRS'"),
        ({"when": parse("CRS >= 2 mg/L")}, "Wrong condition"),
    ],
    ids=range(9),
)
def test_what_is_no_endpoint_is_refused(given, says):
    """Nothing, two things at once, unknown words, wrong conditions."""
    with pytest.raises(StudyError, match=says):
        Endpoint("x", **given)


def test_follow_up_has_to_last_as_long_as_every_endpoint_needs():
    """Each that needs longer has a sentence; a response needs a marrow."""
    late = Endpoint("late", time_to="death", by_day=100)
    remission = Endpoint("remission", response=("CR",))
    early = Endpoint("early", response=("CR",), by_day=20)
    check_follow_up([late, remission], 100, (25.0, 53.0))
    with pytest.raises(StudyError, match="Follow-up shorter than endpoint 'late' needs") as error:
        check_follow_up([late, remission], 20, (25.0, 53.0))
    assert len(error.value.problems) == 2
    with pytest.raises(StudyError, match="No marrow before endpoint 'early'"):
        check_follow_up([early], 100, (25.0, 53.0))


@pytest.mark.parametrize("target", [0.0, -0.1, 0.61, 25, float("nan")])
def test_an_impossible_target_is_refused(target):
    """A target is a share above 0 and at most 60 %."""
    with pytest.raises(InputError, match="Impossible target toxicity"):
        Escalation(parse("CRS >= 3"), target)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Randomized("a", repeats=0), "number of repeats"),
        (lambda: Randomized("a", dropout_percent=100.0), "Wrong dropout"),
        (lambda: Randomized("a", alpha=5.0), "Write 5 % as 0.05"),
        (lambda: Escalation(parse("CRS >= 3"), 0.25, designs=("BION",)), "Did you mean 'BOIN'"),
        (lambda: Escalation(parse("CRS >= 3"), 0.25, designs=()), "at least one design"),
        (lambda: Escalation(parse("CRSX >= 3"), 0.25), "Wrong condition"),
    ],
    ids=range(6),
)
def test_plans_that_no_trial_has_are_refused(make, says):
    """A sentence for each."""
    with pytest.raises(StudyError, match=says):
        make()


def test_dropout_is_a_hazard_that_loses_so_many_in_28_days():
    """Left out, it is the shipped constant."""
    from math import exp

    assert 1 - exp(-28 * Randomized("a", dropout_percent=10.0).dropout_per_day) == pytest.approx(
        0.1
    )
    assert Randomized("a", dropout_percent=0.0).dropout_per_day == 0.0
    assert 0 < Randomized("a").dropout_per_day < 0.01
