# SPDX-License-Identifier: Apache-2.0
"""Grades and episodes read from the ward's changes of grade."""

import numpy as np
import polars as pl
import pytest

from trimer.trial.targets.measures import course, crs, response
from trimer.trial.targets.result import Unavailable

DAYS = np.arange(0, 28.5, 0.5)


@pytest.fixture
def two(result):
    """Return two patients: fever on day 1 that comes back after hours, and on day 9; none."""
    grades = [
        (0, 1.0, 1), (0, 1.5, 0), (0, 2.0, (2, 1, 1, 0)), (0, 3.0, 0),
        (0, 9.0, (0, 0, 0, 1)), (0, 9.25, (3, 2, 2, 0)), (0, 9.75, 0),
    ]  # fmt: skip
    return result(DAYS, grades, IL6=[np.where(DAYS == 9.5, 500.0, 20.0), np.full(57, 8.0)])


def test_signs_less_than_a_day_apart_are_one_episode(two):
    """Two episodes: day 1 to 3 with an hour's pause, and day 9."""
    found = two.episodes
    assert found.patient.tolist() == [0, 0]
    assert found.onset.tolist() == [1.0, 9.25]
    assert found.end.tolist() == [3.0, 9.75]
    assert found.worst["CRS"].tolist() == [2, 3]
    assert found.worst["CRS_Lee"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("scale", "first", "last", "worst"),
    [("CRS", 0, 28, 3), ("CRS_Lee", 0, 28, 2), ("CRS", 0, 7, 2), ("CRS", 2.5, 7, 2),
     ("CRS", 3.0, 9.0, 0), ("ICANS", 0, 28, 1), ("ICANS", 10, 28, 0)],
)  # fmt: skip
def test_the_worst_grade_is_that_of_the_window(two, scale, first, last, worst):
    """A grade counts from when it is given until it changes."""
    assert two.worst(scale, first, last).tolist() == [worst, 0]


def test_nobody_ill_has_no_episode(result):
    """And the read-outs still speak, or say why not."""
    well = result(DAYS, [(0, 0.0, 0)], IL6=np.full((1, 57), 5.0))
    assert len(well.episodes) == 0
    from trimer.trial.targets.group import Group

    group = Group([(well, 1.0)])
    assert crs.grade_share(group, scale="CRS", at_least=1).value == 0
    with pytest.raises(Unavailable, match="no patients"):
        crs.episode_share(group, first=0, last=7)
    with pytest.raises(Unavailable, match="no patients"):
        crs.episode_days(group, scale="CRS")


def test_read_outs_of_crs(two):
    """Shares of patients and of events, onset, length, peaks: counted by hand."""
    from trimer.trial.targets.group import Group

    group = Group([(two, 1.0)])
    assert crs.grade_share(group, scale="CRS_Lee", at_least=1).value == 50
    assert crs.grade_share(group, scale="CRS_Lee", at_least=2, affected=True).value == 100
    assert crs.mean_worst_grade(group, scale="CRS", last=7).value == 1.0
    assert crs.episode_share(group, first=7, last=14).value == 50
    assert crs.early_onset(group, within_days=1).value == 50
    assert crs.onset_day(group).value == 1.0
    assert crs.episode_days(group, scale="CRS").value == 1.5  # 2 days, and half a day as 1
    assert crs.episode_days(group, scale="CRS", at_least=3).value == 1
    assert crs.neurologic_share(group, at_least=1).value == 50
    # the peak of day 9.5 belongs to the second event, not to the first
    assert crs.episode_peak(group, output="IL6", affected=True).value == 20
    assert crs.episode_peak(group, output="IL6", affected=False).value == 8


def test_failed_patients_are_left_out(result):
    """Neither a grade nor a value of theirs counts."""
    one = result(DAYS, [(0, 1.0, 2), (1, 1.0, 1)], status=[3, 0], x=[np.full(57, np.nan)] * 2)
    assert len(one) == 1
    assert one.worst().tolist() == [1]


def test_support_is_anything_that_was_given(result):
    """A level of 0 is none."""
    doses = pl.DataFrame(
        {"id": [0, 1, 2], "drug": ["vasopressor", "vasopressor", "oxygen"],
         "amount": [1.0, 0.0, 2.0]}
    )  # fmt: skip
    one = result([0.0], [(2, 0.0, 0)], doses, x=np.zeros((3, 1)))
    assert one.given("vasopressor").tolist() == [True, False, False]


def test_read_outs_of_courses(group):
    """Samples, peaks, folds, falls: counted by hand."""
    times = np.array([0.0, 0.5, 1.0, 2.0, 7.0])
    x = np.array([[10.0, 5.0, 2.0, 20.0, 40.0], [10.0, 5.0, 4.0, 8.0, 0.0]])
    made = group(times, x=x)
    assert course.samples_in(
        made, output="x", first_hours=12, last_hours=24, above=3
    ).value == pytest.approx(5.0)
    assert course.peak_in(made, output="x", first=0.5, last=2).value == 14.0
    assert course.peak_hour(made, output="x", last=2).value == 24.0
    assert course.fold_at(made, output="x", hours=48).value == 140.0
    assert course.lowest_fold(made, output="x", last=2).value == 30.0
    assert course.lowest_hour(made, output="x", last=2).value == 24.0
    assert course.highest_fold(made, output="x", first=2, last=7).value == pytest.approx(2.4)
    assert course.fall(made, output="x", first=0, last=0.5).value == 50.0
    assert course.value_at(made, output="x", day=7).value == 20.0
    with pytest.raises(Unavailable, match="ends on day 7"):
        course.value_at(made, output="x", day=8)
    with pytest.raises(Unavailable, match="no output from day 3 to 4"):
        course.peak_in(made, output="x", first=3, last=4)


def test_pairs_are_the_same_patients(group):
    """A ratio is that of one patient with and without."""
    a = group([0.0, 1.0], x=[[1.0, 30.0], [1.0, 8.0], [1.0, 1.0]])
    b = group([0.0, 1.0], x=[[1.0, 10.0], [1.0, 2.0], [1.0, 1.0]])
    assert course.ratio_at(a, b, output="x", day=1).value == 3.0
    assert course.lost_peak(b, a, output="x", last=1).value == pytest.approx(100 * (1 - 1 / 3))


def test_read_outs_of_response(group):
    """Two who respond, one in each cycle; one who does not."""
    times = np.arange(0, 64.0)
    clear = np.where(times > 20, 2.0, 60.0)
    late = np.where(times > 45, 2.0, 60.0)
    n = len(times)
    made = group(
        times, blasts=[clear, late, np.full(n, 60.0)], blood_blasts=np.zeros((3, n)),
        ANC=np.full((3, n), 2.0), PLT=np.full((3, n), 200.0),
        marrow_T=[np.full(n, 12.0), np.full(n, 10.0), np.full(n, 3.0)],
    )  # fmt: skip
    of = ("CR", "CRh", "CRi")
    assert response.response_share(made, of=of).value == pytest.approx(200 / 3)
    assert response.response_share(made, of=of, cycles=1).value == pytest.approx(100 / 3)
    assert response.cycles_to_response(made, of=of).value == 1.5
    assert response.any_reduction(made).value == pytest.approx(200 / 3)
    assert response.start_of(made, output="marrow_T", responders=False, of=of).value == 3
    assert response.response_auroc(made, score=["score", "marrow_T"], of=of).value == 1.0


def test_what_a_model_lacks_is_not_applicable(result):
    """The reason names the output."""
    from dataclasses import replace

    one = replace(result([0.0], x=np.zeros((1, 1))), lacking=("kills",))
    with pytest.raises(Unavailable, match="has no output 'kills'"):
        one.column("kills")
