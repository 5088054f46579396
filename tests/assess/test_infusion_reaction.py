# SPDX-License-Identifier: Apache-2.0
"""Infusion-related reaction by CTCAE v5."""

import itertools

import numpy as np
import pytest

from trimer.assess import infusion_reaction_grade, infusion_related
from trimer.core.errors import InputError


@pytest.mark.parametrize(
    ("findings", "grade"),
    [
        ({}, 1),
        ({"interrupted": True}, 2),
        ({"treated": True}, 2),
        ({"interrupted": True, "treated": True}, 2),
        ({"prompt_response": False}, 3),
        ({"treated": True, "prompt_response": False}, 3),
        ({"treated": True, "recurred": True}, 3),
        ({"recurred": True}, 3),
        ({"hospitalized": True}, 3),
        ({"life_threatening": True}, 4),
        ({"hospitalized": True, "life_threatening": True}, 4),
        ({"death": True}, 5),
    ],
)
def test_every_cell(findings, grade):
    """The worst of what was found is the grade; without a reaction there is none."""
    assert infusion_reaction_grade(True, **findings) == grade
    assert infusion_reaction_grade(False, **findings) == 0


def test_the_grade_is_a_table_of_yes_and_no():
    """All 128 combinations at once are graded as one at a time."""
    rows = np.array(list(itertools.product([False, True], repeat=7))).T
    names = ("interrupted", "treated", "prompt_response", "recurred", "hospitalized",
             "life_threatening", "death")  # fmt: skip
    found = infusion_reaction_grade(True, **dict(zip(names, rows, strict=True)))
    assert found.dtype == np.int8
    for k, grade in enumerate(found.tolist()):
        stopped, treated, prompt, again, hospital, danger, death = rows[:, k]
        if death:
            expected = 5
        elif danger:
            expected = 4
        elif again or hospital or not prompt:
            expected = 3
        else:
            expected = 2 if stopped or treated else 1
        assert grade == expected


def test_a_reaction_belongs_to_a_start_or_step_for_a_time():
    """Both sides of the window; a start that lies ahead is none."""
    minute = [-1, 0, 120, 121]
    assert infusion_related(minute, 0, hours=2).tolist() == [False, True, True, False]
    assert infusion_related(1440, [0, -1]).tolist() == [True, False]


def test_wrong_input_is_refused():
    """A window without length, and an answer that is neither yes nor no, are sentences."""
    with pytest.raises(InputError, match="Wrong window of infusion-related reactions: got 0 h"):
        infusion_related(0, 0, hours=0)
    with pytest.raises(InputError, match="Wrong interruption of a patient: got 2"):
        infusion_reaction_grade(True, interrupted=2)
