# SPDX-License-Identifier: Apache-2.0
"""CRS by ASTCT 2019: every cell of the table, and what opens, carries and closes an episode."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import CrsMemory, Support, crs_closed, crs_grade, crs_look
from trimer.core.errors import InputError

PRESSOR = Support(hypotension=True, vasopressors=1)
HYPOTENSION = Support(hypotension=True)

CELLS = [  # pressure and oxygen, and the grade that they make with fever
    ({}, 1),
    ({"hypotension": True}, 2),
    ({"hypotension": True, "vasopressors": 1}, 3),
    ({"vasopressors": 1}, 3),
    ({"vasopressors": 1, "vasopressor_high_dose": True}, 3),
    ({"vasopressors": 1, "vasopressin": True}, 3),  # vasopressin is not counted
    ({"vasopressin": True}, 3),
    ({"hypotension": True, "vasopressors": 2}, 4),
    ({"vasopressors": 3}, 4),
    ({"vasopressors": 2, "vasopressin": True}, 4),
    ({"hypoxia": True}, 2),
    ({"oxygen": 1}, 2),
    ({"oxygen": 2}, 3),
    ({"oxygen": 3}, 4),
    ({"hypoxia": True, "oxygen": 1}, 2),
    ({"hypoxia": True, "oxygen": 2}, 3),
    ({"hypotension": True, "oxygen": 1}, 2),
    ({"vasopressors": 1, "oxygen": 1}, 3),  # the worse counts
    ({"hypotension": True, "oxygen": 2}, 3),
    ({"vasopressors": 1, "oxygen": 3}, 4),
    ({"vasopressors": 2, "oxygen": 1}, 4),
]

support_fields = {
    "hypotension": st.booleans(),
    "vasopressors": st.integers(0, 4),
    "vasopressin": st.booleans(),
    "hypoxia": st.booleans(),
    "oxygen": st.integers(0, 3),
}


def looks(rows, *, quiet_hours=24.0, hold_hours=12.0):
    """Grades and memories of one patient over looks (hour, temperature, other arguments)."""
    memory, grades, memories = CrsMemory.start(1), [], []
    for hour, temperature, *rest in rows:
        more = rest[0] if rest else {}
        grade, memory = crs_look(
            memory, round(60 * hour), [temperature],
            quiet_hours=quiet_hours, hold_hours=hold_hours, **more,
        )  # fmt: skip
        assert grade.dtype == np.int8
        grades.append(grade.item())
        memories.append(memory)
    return grades, memories


@pytest.mark.parametrize(("needs", "grade"), CELLS)
def test_every_cell_of_the_table(needs, grade):
    """With fever, or carried by treatment, the worse of pressure and oxygen is the grade."""
    support = Support(**needs)
    assert crs_grade(True, support) == grade
    assert crs_grade(False, support) == 0
    assert crs_grade(True, support, treated=True) == grade
    carried = 0 if grade == 1 else grade  # fever alone is no sign once it is gone
    assert crs_grade(False, support, treated=True) == carried


@given(st.booleans(), st.booleans(), st.fixed_dictionaries(support_fields), st.data())
def test_needing_more_is_never_a_lower_grade(fever, treated, needs, data):
    """The grade rises with each axis of support alone."""
    axis = data.draw(st.sampled_from(sorted(needs)))
    more = {**needs, axis: max(needs[axis], data.draw(support_fields[axis]))}
    here = crs_grade(fever, Support(**needs), treated=treated)
    assert crs_grade(fever, Support(**more), treated=treated) >= here
    assert crs_grade(True, Support(**needs), treated=treated) >= here


@pytest.mark.parametrize(("temperature", "opens"), [(37.9, 0), (37.99, 0), (38.0, 1), (38.1, 1)])
def test_an_episode_opens_at_38_degrees(temperature, opens):
    """Both sides of the cut-off of fever."""
    grades, memories = looks([(0, temperature)])
    assert grades == [opens]
    assert memories[0].open.tolist() == [bool(opens)]
    assert memories[0].events.tolist() == [opens]


def test_without_fever_low_pressure_is_no_crs():
    """Pressure and oxygen alone open nothing, however bad."""
    worst = Support(hypotension=True, vasopressors=2, hypoxia=True, oxygen=3)
    grades, memories = looks([(0, 37.9, {"support": worst}), (4, np.nan, {"support": worst})])
    assert grades == [0, 0]
    assert memories[-1].events == 0


def test_fever_of_an_infection_opens_nothing():
    """Fever that is put down to an infection is none, until it no longer is."""
    infected = {"fever_explained": True, "support": PRESSOR}
    grades, memories = looks([(0, 39.5, infected), (4, 39.5, infected), (8, 39.5)])
    assert grades == [0, 0, 1]
    assert memories[1].events == 0
    assert memories[2].opened == 480


def test_fever_of_an_infection_does_not_count_in_an_open_episode():
    """An infection found during an episode takes its fever away, but not what carries it."""
    found = {"fever_explained": True, "support": PRESSOR}
    assert looks([(0, 38.5), (4, 38.5, found)])[0] == [1, 0]
    assert looks([(0, 38.5), (4, 38.5, found | {"treated_now": True})])[0] == [1, 3]


def test_an_untreated_episode_needs_fever_at_the_last_reading():
    """Without a drug for it, no fever is no grade; fever that returns is a grade again."""
    needs = {"support": PRESSOR}
    grades, memories = looks([(0, 38.2, needs), (4, 37.4, needs), (8, 38.0, needs)])
    assert grades == [3, 0, 3]
    assert memories[-1].events == 1
    assert memories[-1].severe == 1


def test_after_treatment_pressure_and_oxygen_carry_the_grade():
    """Once a drug was given for it, no fever is needed for the rest of the episode."""
    needs = {"support": HYPOTENSION}
    grades, memories = looks(
        [
            (0, 38.6, needs),
            (4, 37.0, needs | {"treated_now": True}),
            (8, 36.8, needs),
            (12, 36.8),
            (16, 38.1),
            (20, np.nan, {"support": Support(oxygen=2)}),
        ]
    )
    assert grades == [2, 2, 2, 0, 1, 3]
    assert [m.treated.item() for m in memories] == [False, True, True, True, True, True]


def test_a_drug_given_at_the_look_that_opens_the_episode_counts():
    """The caller may tell of it at that look or at the next one."""
    needs = {"support": HYPOTENSION}
    assert looks([(0, 38.6, needs | {"treated_now": True}), (4, 37.0, needs)])[0] == [2, 2]


def test_premedication_does_not_count():
    """What is given before an episode is open is forgotten: fever is needed in it."""
    needs = {"support": PRESSOR}
    grades, memories = looks(
        [(-1, 36.8, {"treated_now": True}), (0, 36.9), (6, 38.4, needs), (10, 37.2, needs)]
    )
    assert grades == [0, 0, 3, 0]
    assert [m.treated.item() for m in memories] == [False] * 4


@pytest.mark.parametrize(("hours", "grade"), [(4, 3), (12, 3), (12 + 1 / 60, 0), (20, 0)])
def test_a_missed_temperature_is_the_last_for_12_hours(hours, grade):
    """Both sides of the time for which the last reading is kept."""
    grades, memories = looks([(0, 38.4), (hours, np.nan, {"support": PRESSOR})])
    assert grades == [1, grade]
    assert memories[-1].fever.tolist() == [grade > 0]


def test_how_long_a_missed_temperature_is_kept_can_be_chosen():
    """The assumed 12 hours are an argument; several misses count from the last reading."""
    rows = [(0, 38.4), (4, np.nan), (8, np.nan), (12, np.nan)]
    assert looks(rows)[0] == [1, 1, 1, 1]
    assert looks(rows, hold_hours=8)[0] == [1, 1, 1, 0]


def test_a_missed_temperature_keeps_no_fever_too():
    """After a reading without fever, a missed one is no fever; it never opens an episode."""
    assert looks([(0, 38.4), (4, 37.0), (8, np.nan)])[0] == [1, 0, 0]
    infected = {"fever_explained": True}
    grades, memories = looks([(0, 38.4, infected), (4, np.nan)])
    assert grades == [0, 0]
    assert memories[-1].events == 0
    assert looks([(0, np.nan)])[0] == [0]


@pytest.mark.parametrize(
    ("hours", "still_open"), [(23, True), (24 - 1 / 60, True), (24, False), (30, False)]
)
def test_an_episode_closes_after_24_hours_without_sign(hours, still_open):
    """Both sides of the quiet time."""
    _, memories = looks([(0, 38.4), (4, 37.0), (hours, 37.0)])
    assert memories[1].open
    assert memories[2].open.item() == still_open
    assert memories[2].last_sign == 0
    assert crs_closed(memories[1], memories[2]).item() is not still_open


def test_the_quiet_time_can_be_chosen():
    """The assumed 24 hours are an argument."""
    rows = [(0, 38.4), (4, 37.0), (12, 37.0)]
    assert looks(rows, quiet_hours=12)[1][-1].open.item() is False
    assert looks(rows, quiet_hours=13)[1][-1].open.item() is True


@pytest.mark.parametrize(
    "support",
    [HYPOTENSION, Support(vasopressors=1), Support(vasopressin=True), Support(hypoxia=True),
     Support(oxygen=1)],
)  # fmt: skip
def test_every_sign_keeps_an_episode_open(support):
    """Pressure and oxygen are signs even where, without fever or treatment, they make no grade."""
    rows = [(0, 38.4), (20, 37.0, {"support": support}), (40, 37.0)]
    grades, memories = looks(rows)
    assert grades == [1, 0, 0]
    assert memories[-1].open
    assert memories[-1].last_sign == 1200


def test_a_new_episode_starts_afresh():
    """After closing it takes new fever, and the drugs of the last episode no longer carry."""
    needs = {"support": PRESSOR}
    grades, memories = looks(
        [
            (0, 38.4, needs | {"treated_now": True}),
            (4, 37.0),
            (28, 37.0),
            (30, 37.0, needs),
            (34, 38.2),
            (38, 37.0, needs),
        ]
    )
    assert grades == [3, 0, 0, 0, 1, 0]
    last = memories[-1]
    assert (last.events.item(), last.severe.item(), last.worst.item()) == (2, 1, 1)
    assert last.opened == 34 * 60
    assert not last.treated


def test_an_episode_may_close_and_another_open_at_one_look():
    """Fever after a quiet day is a new event even if the old one was not looked at in between."""
    rows = [(0, 38.4, {"treated_now": True}), (20, 37.0), (30, 38.2)]
    grades, memories = looks([*rows, (34, 37.0, {"support": PRESSOR})])
    assert memories[2].events == 2
    assert memories[2].opened == 1800
    assert crs_closed(memories[1], memories[2])
    assert grades == [1, 0, 1, 0]  # what was given for the first does not carry the second


def test_a_sign_after_an_episode_does_not_belong_to_it():
    """The last sign is one while the episode was open."""
    _, memories = looks([(0, 38.4), (20, 37.0), (30, 37.0), (34, 37.0, {"support": PRESSOR})])
    assert not memories[-1].open
    assert memories[-1].sign
    assert memories[-1].last_sign == 0


def test_signs_at_two_looks_in_a_row_are_one_event():
    """Nobody saw the patient without sign, so looking once a day makes no event a day."""
    _, memories = looks([(0, 38.4), (24, 38.3), (72, 38.1)])
    assert memories[-1].events == 1
    assert memories[-1].last_sign == 72 * 60


def test_grade_3_counts_again_after_a_return_to_grade_1():
    """Within an event or in the next: each rise to grade 3 counts, not every look at it."""
    needs = {"support": PRESSOR}
    rows = [
        (0, 38.4), (4, 38.4, needs), (8, 38.4), (12, 38.4, needs), (16, 38.4),
        (20, 37.0), (48, 38.4), (52, 38.4, {"support": HYPOTENSION}),
        (56, 37.0), (90, 38.4, {"support": Support(oxygen=3)}),
    ]  # fmt: skip
    grades, memories = looks(rows)
    assert grades == [1, 3, 1, 3, 1, 0, 1, 2, 0, 4]
    assert [m.severe.item() for m in memories] == [0, 1, 1, 2, 2, 2, 2, 2, 2, 3]
    assert memories[-1].events == 3


def test_grade_3_does_not_count_again_after_grade_2():
    """Weaned from the vasopressor and back within hours is one severe reaction."""
    low = {"support": HYPOTENSION}
    rows = [(0, 38.4), (4, 38.4, {"support": PRESSOR}), (8, 38.4, low)]
    rows += [(12, 38.4, {"support": PRESSOR}), (16, 38.4), (20, 38.4, low)]
    rows += [(24, 38.4, {"support": PRESSOR})]
    assert [m.severe.item() for m in looks(rows)[1]] == [0, 1, 1, 1, 1, 1, 2]


def test_death_is_grade_5_and_nothing_else_is():
    """Only the flag makes grade 5; it opens an event where there was none, and only one."""
    grades, memories = looks(
        [(0, 38.4), (4, 37.0, {"death": [True]}), (60, np.nan, {"death": [True]})]
    )
    assert grades == [1, 5, 5]
    assert (memories[-1].events.item(), memories[-1].severe.item()) == (1, 1)
    grades, memories = looks([(0, 37.0, {"death": [True]})])
    assert grades == [5]
    assert (memories[-1].events.item(), memories[-1].worst.item()) == (1, 5)
    assert memories[-1].last_sign == 0


def test_patients_are_graded_each_at_his_own_minute():
    """Times, and what is remembered, belong to one patient each."""
    _, memory = crs_look(CrsMemory.start(2), 0, [38.4, 38.4])
    grade, after = crs_look(memory, [700, 800], [np.nan, np.nan], support=PRESSOR)
    assert grade.tolist() == [3, 0]
    assert after.last_sign.tolist() == [700, 800]


def test_a_look_changes_no_array_that_it_was_given():
    """The memory before a look can be graded again."""
    _, memory = crs_look(CrsMemory.start(2), 0, [38.4, 37.0])
    kept = {f.name: getattr(memory, f.name).copy() for f in dataclasses.fields(memory)}
    crs_look(memory, 600, [39.0, 39.0], [False, True], PRESSOR, [True, False], death=[True, False])
    for name, array in kept.items():
        assert np.array_equal(getattr(memory, name), array), name


def test_memory_has_small_arrays_of_one_length():
    """Types do not grow from look to look."""
    start = CrsMemory.start(3)
    _, memory = crs_look(start, 0, [38.4] * 3, True, PRESSOR, True, death=False)
    assert len(start) == len(memory) == 3
    for field in dataclasses.fields(start):
        before, after = getattr(start, field.name), getattr(memory, field.name)
        assert before.dtype == after.dtype, field.name
        assert before.shape == after.shape == (3,), field.name


def test_some_patients_are_taken_out_and_put_back():
    """Looking at a part is looking at all and changing those alone."""
    _, memory = crs_look(CrsMemory.start(3), 0, [38.4, 37.0, 38.4])
    part = memory.take(np.array([0, 2]))
    _, part = crs_look(part, 240, [37.0, 39.0], support=PRESSOR)
    memory.put(np.array([0, 2]), part)
    assert memory.last_sign.tolist() == [240, -(2**60), 240]
    assert memory.worst.tolist() == [1, 0, 3]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"temperature": [101.3, 98.6]}, "Wrong temperature of a patient: got 101.3 degC"),
        ({"temperature": [38.0]}, r"Wrong shape of a look at 2 patients: got temperatures \(1,\)"),
        ({"temperature": 38.0}, r"Wrong shape of a look at 2 patients"),
        ({"minute": 0.5}, "Wrong minute of a look: got numbers of type float64"),
        ({"minute": [0, 1, 2]}, r"Wrong shape of a look .* \(3,\) of something else"),
        ({"fever_explained": [True] * 3}, r"Wrong shape of a look .* \(3,\)"),
        ({"fever_explained": np.nan}, "Wrong explained fever of a patient: got nan"),
        ({"treated_now": [0, 2]}, "Wrong treatment of CRS of a patient: got 2"),
        ({"treated_now": [True]}, r"Wrong shape of a look .* \(1,\)"),
        ({"death": [True]}, r"Wrong shape of a look .* \(1,\)"),
        ({"support": Support(oxygen=[1, 2, 3])}, r"Wrong shape of a look .* \(3,\)"),
        ({"hold_hours": 0}, "Wrong hold_hours of CRS episodes: got 0 h"),
        ({"quiet_hours": float("nan")}, "Wrong quiet_hours of CRS episodes: got nan h"),
    ],
)
def test_wrong_input_is_refused(arguments, sentence):
    """What cannot be is a sentence that says what is allowed."""
    given_ = {"minute": 0, "temperature": [38.0, 37.0], **arguments}
    with pytest.raises(InputError, match=sentence):
        crs_look(CrsMemory.start(2), given_.pop("minute"), given_.pop("temperature"), **given_)
