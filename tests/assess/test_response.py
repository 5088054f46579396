# SPDX-License-Identifier: Apache-2.0
"""Best response by ELN 2022."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trimer.assess import RESPONSES, best_response
from trimer.core.errors import InputError

DAYS = np.arange(0, 64, 2.0)


def response_of_one(days, blasts, blood, anc, plt, windows):
    """Best response of one patient, rule by rule as it is written on paper."""
    best = "NR"
    for due in windows:
        later = [i for i, day in enumerate(days) if day >= due]
        at = later[0] if later else len(days) - 1
        near = [i for i, day in enumerate(days) if due - 3 <= day <= due + 7]
        if not near:
            continue
        neutrophils, platelets = max(anc[i] for i in near), max(plt[i] for i in near)
        if blasts[at] < 5:
            here = "MLFS"
            if blood[at] < 10:
                if neutrophils >= 1 and platelets >= 100:
                    here = "CR"
                elif neutrophils >= 0.5 and platelets >= 50:
                    here = "CRh"
                elif neutrophils >= 1 or platelets >= 100:
                    here = "CRi"
        elif blasts[at] <= min(25, blasts[0] / 2) and neutrophils >= 1 and platelets >= 100:
            here = "PR"
        else:
            here = "NR"
        best = max(best, here, key=RESPONSES.index)
    return best


def courses(largest):
    """Random courses of three patients, often at the limits of the criteria."""
    values = st.floats(0, largest) | st.sampled_from([0.0, 0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0])
    return arrays(np.float64, (3, DAYS.size), elements=values)


@given(
    courses(80),
    courses(50),
    courses(3),
    courses(200),
    st.lists(st.sampled_from([25.0, 28.0, 53.0, 56.0, 27.3, 62.5, 68.0, 90.0]), max_size=4),
)
def test_each_patient_is_judged_by_the_rules(blasts, blood, anc, plt, windows):
    """All patients at once get what each gets when the rules are followed one by one."""
    together = best_response(DAYS, blasts, blood, anc, plt, windows)
    assert together.tolist() == [
        response_of_one(DAYS, blasts[i], blood[i], anc[i], plt[i], windows) for i in range(3)
    ]


@pytest.mark.parametrize(
    ("blasts", "blood", "anc", "plt", "expected"),
    [
        (4.9, 9.9, 1.0, 100.0, "CR"),
        (4.9, 9.9, 0.9, 100.0, "CRh"),
        (4.9, 9.9, 0.5, 50.0, "CRh"),
        (4.9, 9.9, 1.0, 49.0, "CRi"),
        (4.9, 9.9, 0.4, 100.0, "CRi"),
        (4.9, 9.9, 0.4, 49.0, "MLFS"),
        (4.9, 10.0, 1.0, 100.0, "MLFS"),
        (5.0, 0.0, 1.0, 100.0, "PR"),
        (25.0, 0.0, 1.0, 100.0, "PR"),
        (25.1, 0.0, 1.0, 100.0, "NR"),
        (5.0, 0.0, 0.9, 100.0, "NR"),
        (60.0, 500.0, 1.0, 100.0, "NR"),
    ],
)
def test_the_limits_of_the_criteria(blasts, blood, anc, plt, expected):
    """Each limit is met or missed as ELN 2022 says."""
    found = best_response(
        [0.0, 28.0], [[60.0, blasts]], [[500.0, blood]], [[0.1, anc]], [[10.0, plt]], (28.0,)
    )
    assert found.tolist() == [expected]


def test_a_partial_response_needs_half_of_the_first_blasts():
    """From 40 % blasts, 20 % is a partial response and 21 % none."""
    counts = [[2.0, 2.0]] * 2, [[200.0, 200.0]] * 2
    found = best_response([0, 28], [[40.0, 20.0], [40.0, 21.0]], [[0.0, 0.0]] * 2, *counts, (28.0,))
    assert found.tolist() == ["PR", "NR"]


def test_the_best_assessment_counts():
    """A response that is lost again stays the best response."""
    blasts = [[60.0, 3.0, 60.0]]
    same = [[2.0] * 3], [[200.0] * 3]
    found = best_response([0, 28, 56], blasts, [[0.0] * 3], *same, (28.0, 56.0))
    assert found.tolist() == ["CR"]


def test_no_assessment_is_no_response():
    """Where the course ends before the first marrow is due, there is no response."""
    flat = [[0.0, 0.0]]
    assert best_response([0, 1], flat, flat, flat, flat).tolist() == ["NR"]


def test_an_unknown_course_is_not_evaluable():
    """A patient with a NaN anywhere is not evaluable; the neighbors are judged."""
    good = np.full((5, 2), 2.0)
    columns = [good.copy() for _ in range(4)]
    for patient, column in enumerate(columns):
        column[patient, 1] = math.nan
    columns[3][4] = 200.0
    found = best_response([0.0, 28.0], *columns)
    assert found.tolist() == ["NE", "NE", "NE", "NE", "CR"]


@pytest.mark.parametrize("shape", [(2,), (1, 3), (1, 1)])
def test_wrong_shapes_are_refused(shape):
    """Courses have one row a patient and one column a time."""
    good = np.ones((1, 2))
    with pytest.raises(InputError, match="Wrong shape of 'anc'"):
        best_response([0.0, 28.0], good, good, np.ones(shape), good)


@pytest.mark.parametrize(
    ("anc", "plt", "by_2022", "by_2017"),
    [
        (1.0, 100.0, "CR", "CR"),
        (1.2, 60.0, "CRh", "CRi"),
        (0.6, 120.0, "CRh", "CRi"),
        (0.7, 60.0, "CRh", "MLFS"),
        (1.2, 20.0, "CRi", "CRi"),
        (0.2, 20.0, "MLFS", "MLFS"),
    ],
)
def test_the_criteria_of_2017_know_no_crh(anc, plt, by_2022, by_2017):
    """Who has CRh in 2022 has CRi in 2017 if one count is that of a CR, else MLFS."""
    courses = [[[60.0, 3.0]], [[500.0, 0.0]], [[0.2, anc]], [[10.0, plt]]]
    for criteria, expected in (("ELN 2022", by_2022), ("ELN 2017", by_2017)):
        assert best_response([0.0, 28.0], *courses, criteria=criteria).tolist() == [expected]


def test_unknown_criteria_are_refused():
    """A sentence names those that are known."""
    with pytest.raises(InputError, match="Unknown criteria of response"):
        best_response([0.0], [[1.0]], [[1.0]], [[1.0]], [[1.0]], criteria="ELN 2010")
