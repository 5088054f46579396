# SPDX-License-Identifier: Apache-2.0
"""Adverse events that are read from a severity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess.adverse import (
    adverse_deviate,
    adverse_events,
    adverse_grade,
    adverse_threshold,
)
from trimer.core.errors import InputError, UnknownName

EVENTS = adverse_events()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_the_table_holds_thresholds_that_rise_and_says_where_it_is_from(event):
    """Thresholds increase, CTCAE has no grade 4 of nausea, fatigue, headache and edema."""
    assert list(event.thresholds) == sorted(set(event.thresholds))
    assert event.thresholds[0] > 0
    highest = 4 if event.name in ("diarrhea", "infusion site reaction") else 3
    assert len(event.thresholds) == highest
    assert event.source
    assert event.basis in ("scaled", "assumed")
    assert 0 < event.share < 1


def test_a_site_reaction_is_its_own_and_off():
    """The local reaction has a name, a severity and a switch of its own."""
    site = EVENTS["infusion site reaction"]
    assert not site.default
    assert [e.name for e in EVENTS.values() if e.latent == site.latent] == [site.name]
    assert all(event.default for event in EVENTS.values() if event is not site)


@given(
    st.sampled_from(sorted(EVENTS)),
    st.lists(st.floats(0, 1), min_size=2, max_size=6),
    st.floats(-4, 4),
    st.floats(0, 2),
)
def test_grades_rise_with_severity_and_with_proneness(event, severities, deviate, more):
    """More severity or a higher deviate never lowers a grade; no severity is no grade."""
    course = np.sort(np.array([severities]), axis=1)
    grade = adverse_grade(event, course, [deviate])
    assert (np.diff(grade) >= 0).all()
    assert (adverse_grade(event, course, [deviate + more]) >= grade).all()
    assert adverse_grade(event, [0.0], [deviate])[0] == 0


@pytest.mark.parametrize("event", EVENTS)
def test_a_typical_patient_changes_grade_at_the_thresholds(event):
    """Just below a threshold he has the grade before, at it the grade itself."""
    for grade, at in enumerate(EVENTS[event].thresholds, 1):
        if at <= 1:
            assert adverse_grade(event, [at * (1 - 1e-9), at], [0.0, 0.0]).tolist() == [
                grade - 1,
                grade,
            ]


def test_a_share_sets_its_threshold():
    """With the threshold for 26 %, 26 % of the patients it was set on have the event."""
    ids = np.arange(4000)
    peak, deviate = np.linspace(0.2, 0.6, ids.size), adverse_deviate("nausea", 5, ids)
    at = adverse_threshold("nausea", 0.26, peak, deviate)
    felt = peak * np.exp(EVENTS["nausea"].sigma * deviate)
    assert np.mean(felt >= at) == pytest.approx(0.26, abs=1e-3)


def test_a_deviate_belongs_to_patient_and_event():
    """Order and company do not matter; another event and another seed give other numbers."""
    some = adverse_deviate("nausea", 5, [7, 3])
    assert some.tolist() == adverse_deviate("nausea", 5, np.arange(10))[[7, 3]].tolist()
    assert (some != adverse_deviate("fatigue", 5, [7, 3])).all()
    assert (some != adverse_deviate("nausea", 6, [7, 3])).all()


def test_what_is_not_known_has_no_grade():
    """A severity that is missing gives -1."""
    assert adverse_grade("nausea", [[0.0, np.nan]], [0.0]).tolist() == [[0, -1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adverse_grade("nausia", [0.1], [0.0]), "Unknown adverse event 'nausia'. Did you"),
        (lambda: adverse_grade("nausea", [1.5], [0.0]), "Wrong severity of nausea"),
        (lambda: adverse_grade("nausea", [0.5], [0.0, 1.0]), "Wrong deviates of nausea"),
        (lambda: adverse_grade("nausea", [0.5], [np.nan]), "one finite number for each"),
        (lambda: adverse_threshold("nausea", 26, [0.5], [0.0]), "Wrong share of patients"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(call, message):
    """What is wrong is said, with what is allowed."""
    with pytest.raises((InputError, UnknownName), match=message):
        call()
