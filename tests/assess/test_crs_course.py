# SPDX-License-Identifier: Apache-2.0
"""CRS over whole sequences: the same as look by look, and as written down on paper."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.assess import CrsMemory, Support, crs_closed, crs_events, crs_look, crs_sequence
from trimer.core.errors import InputError


def grade_of_needs(look):
    """Grade by pressure and oxygen, cell by cell."""
    pressors = look["vasopressors"]
    if pressors >= 2 or look["oxygen"] == 3:
        return 4
    if pressors == 1 or look["vasopressin"] or look["oxygen"] == 2:
        return 3
    if look["hypotension"] or look["hypoxia"] or look["oxygen"] == 1:
        return 2
    return 0


def on_paper(looks):
    """Grades and events (onset, end, worst) of one patient, rule by rule."""
    grades, events, current = [], [], None
    severe, calm = 0, True
    last_reading = None
    signs = [False]
    for look in looks:
        now, temperature = look["minute"], look["temperature"]
        if not math.isnan(temperature):
            last_reading = (now, temperature)
        fever = (
            last_reading is not None
            and now - last_reading[0] <= 12 * 60
            and last_reading[1] >= 38.0
            and not look["explained"]
        )
        needs = grade_of_needs(look)
        sign = fever or needs > 0
        if current and now - current["end"] >= 24 * 60 and not (sign and signs[-1]):
            current = None
        if current is None and fever and not math.isnan(temperature):
            current = {"onset": now, "end": now, "worst": 0, "treated": False}
            events.append(current)
        signs.append(sign)
        grade = 0
        if current:
            current["treated"] |= look["treated"]
            if fever or current["treated"]:
                grade = max(needs, int(fever))
            if sign:
                current["end"] = now
            current["worst"] = max(current["worst"], grade)
        severe += calm and grade >= 3
        calm = grade < 3 and (calm or max(grade, needs) <= 1)
        grades.append(grade)
    return grades, [(e["onset"], e["end"], e["worst"]) for e in events], severe


def one_look():
    """What may be seen at a look, with signs rare enough for episodes to close."""
    rare = st.sampled_from([False, False, False, True])
    return st.fixed_dictionaries(
        {
            "step": st.sampled_from([0, 60, 240, 479, 720, 721, 1439, 1440, 2000]),
            "temperature": st.sampled_from([37.0, 37.0, 37.9, 38.0, 39.5, math.nan]),
            "explained": rare,
            "treated": rare,
            "hypotension": rare,
            "vasopressors": st.sampled_from([0, 0, 0, 0, 1, 2]),
            "vasopressin": rare,
            "hypoxia": rare,
            "oxygen": st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
        }
    )


def charts(patients=3, most=14):
    """Looks of a few patients, equally many."""
    return st.integers(1, most).flatmap(
        lambda t: st.lists(
            st.lists(one_look(), min_size=t, max_size=t), min_size=patients, max_size=patients
        )
    )


def arrays_of(chart):
    """Arguments of `crs_sequence` for a chart; every look is told its minute."""
    for row in chart:
        minute = -300
        for look in row:
            minute += look["step"]
            look["minute"] = minute

    def column(name, dtype):
        return np.array([[look[name] for look in row] for row in chart], dtype)

    names = ("hypotension", "vasopressin", "hypoxia")
    return (
        column("minute", np.int64),
        column("temperature", np.float64),
        {
            "fever_explained": column("explained", np.bool_),
            "treated_now": column("treated", np.bool_),
            "support": Support(
                vasopressors=column("vasopressors", np.int8),
                oxygen=column("oxygen", np.int8),
                **{name: column(name, np.bool_) for name in names},
            ),
        },
    )


@settings(max_examples=150, deadline=None)
@given(charts())
def test_sequences_are_graded_as_on_paper(chart):
    """Grades and events are those of the rules applied one by one to one patient."""
    minutes, temperature, more = arrays_of(chart)
    course = crs_sequence(minutes, temperature, **more)
    events = crs_events(course)
    for patient, row in enumerate(chart):
        grades, expected, severe = on_paper(row)
        assert course.grade[patient].tolist() == grades
        mine = events.patient == patient
        found = zip(
            events.onset[mine].tolist(), events.end[mine].tolist(), events.worst[mine].tolist(),
            strict=True,
        )  # fmt: skip
        assert list(found) == expected
        assert events.number[mine].tolist() == list(range(1, len(expected) + 1))
        assert course.memory.events[patient] == len(expected)
        assert course.memory.severe[patient] == severe


@settings(max_examples=100, deadline=None)
@given(charts(), st.data())
def test_looks_one_at_a_time_are_the_sequence(chart, data):
    """Patients looked at in any order, some at a time, have the grades and events of the batch."""
    minutes, temperature, more = arrays_of(chart)
    looks = temperature.shape[1]
    looked = np.array(
        data.draw(st.lists(st.lists(st.booleans(), min_size=looks, max_size=looks),
                           min_size=3, max_size=3))
    )  # fmt: skip
    course = crs_sequence(minutes, temperature, looked=looked, **more)
    needs = more["support"].broadcast(temperature.shape)
    memory, found = CrsMemory.start(3), []
    while_open = []
    for patient in data.draw(st.permutations(range(3))):
        row = np.array([patient])
        for k in np.flatnonzero(looked[patient]):
            before = memory.take(row)
            grade, after = crs_look(
                before,
                minutes[row, k],
                temperature[row, k],
                more["fever_explained"][row, k],
                needs.at_look(row, k),
                more["treated_now"][row, k],
            )
            assert grade.item() == course.grade[patient, k]
            if crs_closed(before, after):
                found.append(one_event(before, patient))
            memory.put(row, after)
        if memory.open[patient]:
            while_open.append(one_event(memory.take(row), patient))
    assert (course.grade[~looked] == -1).all()
    for field in dataclasses.fields(memory):
        name = field.name
        assert np.array_equal(getattr(memory, name), getattr(course.memory, name)), name
    events = crs_events(course)
    told = list(
        zip(events.patient.tolist(), events.number.tolist(), events.onset.tolist(),
            events.end.tolist(), events.worst.tolist(), strict=True)
    )  # fmt: skip
    assert told == sorted(found + while_open)
    ongoing = [event for event, still in zip(told, events.ongoing, strict=True) if still]
    assert ongoing == sorted(while_open)


def one_event(memory, patient):
    """The latest event as the memory tells it."""
    return (
        patient, memory.events.item(), memory.opened.item(), memory.last_sign.item(),
        memory.worst.item(),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(charts(patients=1), st.integers(0, 13))
def test_looking_again_at_the_same_minute_changes_nothing(chart, at):
    """A second look that sees the same has the same grade and makes no event."""
    at = min(at, len(chart[0]) - 1)
    minutes, temperature, more = arrays_of(chart)
    once = crs_sequence(minutes, temperature, **more)
    twice = [[*chart[0][: at + 1], {**chart[0][at], "step": 0}, *chart[0][at + 1 :]]]
    minutes, temperature, more = arrays_of(twice)
    again = crs_sequence(minutes, temperature, **more)
    assert np.array_equal(np.delete(again.grade, at + 1, axis=1), once.grade)
    assert again.grade[0, at] == again.grade[0, at + 1]
    assert np.array_equal(again.memory.events, once.memory.events)


def test_events_have_onset_end_duration_and_worst_grade():
    """An event runs from its first to its last sign, by patient and then by time."""
    course = crs_sequence(
        np.array([0, 4, 8, 40, 44, 80]) * 60,
        [[37.0, 38.5, 37.5, 37.0, 38.2, 38.4], [37.0] * 6, [38.0, 37.0, 37.0, 37.0, 37.0, 37.0]],
        support=Support(oxygen=np.array([[0, 2, 0, 0, 0, 0]] * 3)),
    )
    events = crs_events(course)
    assert len(events) == 3
    assert events.patient.tolist() == [0, 0, 2]
    assert events.number.tolist() == [1, 2, 1]
    assert events.onset.tolist() == [240, 2640, 0]
    assert events.end.tolist() == [240, 4800, 240]  # oxygen at hour 4 is a sign of the third, too
    assert events.duration.tolist() == [0, 2160, 240]
    assert events.worst.tolist() == [3, 1, 1]
    assert events.ongoing.tolist() == [False, True, False]


def test_no_event_is_an_empty_table():
    """Patients without fever have no events; neither has a course without patients or looks."""
    for course in (
        crs_sequence([0, 240], [[37.0, 37.0]]),
        crs_sequence([], np.zeros((2, 0))),
        crs_sequence([0], np.zeros((0, 1))),
    ):
        events = crs_events(course)
        assert len(events) == 0
        assert events.duration.tolist() == []


def test_death_ends_an_event_at_grade_5():
    """An event whose only finding is death begins and ends there."""
    course = crs_sequence(
        [0, 240, 480], [[38.5, 37.0, 37.0], [37.0] * 3],
        death=[[False, False, True], [False, True, True]],
    )  # fmt: skip
    events = crs_events(course)
    assert course.grade.tolist() == [[1, 0, 5], [0, 5, 5]]
    assert events.worst.tolist() == [5, 5]
    assert events.onset.tolist() == [0, 240]
    assert events.end.tolist() == [0, 240]
    assert course.memory.last_sign.tolist() == [0, 240]


def test_patients_may_have_different_numbers_of_looks():
    """Where nobody looked nothing is graded, and the next look takes up from the one before."""
    looked = [[True, False, True], [True, True, False]]
    course = crs_sequence([0, 480, 960], [[38.5, 30.0, np.nan], [38.5, 38.5, 30.0]], looked=looked)
    assert course.grade.tolist() == [[1, -1, 0], [1, 1, -1]]  # 16 hours after the only reading
    assert course.memory.last_sign.tolist() == [0, 480]


@pytest.mark.parametrize(
    ("minutes", "temperature", "more", "sentence"),
    [
        ([0, 1], [37.0, 38.0], {}, r"Wrong shape of a course: got temperatures \(2,\)"),
        ([0, 1, 2], [[37.0, 38.0]], {}, r"Wrong shape of a course: .* at minutes \(3,\)"),
        ([0.0, 1.0], [[37.0, 38.0]], {}, "Wrong minute of a look: got numbers of type float64"),
        ([5, 4], [[37.0, 38.0]], {}, "Wrong minutes of a course: got minute 4 after minute 5 in"),
        ([0, 1], [[37.0, 38.0]], {"death": [True] * 3}, "Wrong shape of death from CRS: got"),
        ([0, 1], [[37.0, 38.0]], {"looked": [1, 2]}, "Wrong looks of a patient: got 2"),
        ([0, 1], [[37.0, 380.0]], {}, "Wrong temperature of a patient: got 380 degC"),
    ],
)
def test_wrong_courses_are_refused(minutes, temperature, more, sentence):
    """Shapes and times that do not fit are a sentence."""
    with pytest.raises(InputError, match=sentence):
        crs_sequence(minutes, temperature, **more)
