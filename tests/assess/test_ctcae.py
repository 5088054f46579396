# SPDX-License-Identifier: Apache-2.0
"""Laboratory toxicity and fever by CTCAE v5: both sides of every cut-off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import CTCAE_UNITS, Limits, ctcae_grade
from trimer.core.errors import InputError, UnknownName

LIMITS = Limits(
    ALT=40.0, AST=35.0, bilirubin=1.2, creatinine=1.2, ANC=1.8, platelets=150.0, hemoglobin=12.0,
    lymphocytes=1.0,
)  # fmt: skip

# cut-off, whether the cut-off itself has the grade, the grade
ABOVE_LIMIT = [
    ("ALT", 40.0, 1), ("ALT", 120.0, 2), ("ALT", 200.0, 3), ("ALT", 800.0, 4),
    ("AST", 35.0, 1), ("AST", 105.0, 2), ("AST", 175.0, 3), ("AST", 700.0, 4),
    ("bilirubin", 1.2, 1), ("bilirubin", 1.8, 2), ("bilirubin", 3.6, 3), ("bilirubin", 12.0, 4),
    ("creatinine", 1.2, 1), ("creatinine", 1.8, 2), ("creatinine", 3.6, 3), ("creatinine", 7.2, 4),
]  # fmt: skip
BELOW = [
    ("ANC", 1.8, 1), ("ANC", 1.5, 2), ("ANC", 1.0, 3), ("ANC", 0.5, 4),
    ("platelets", 150.0, 1), ("platelets", 75.0, 2), ("platelets", 50.0, 3), ("platelets", 25.0, 4),
    ("hemoglobin", 12.0, 1), ("hemoglobin", 10.0, 2), ("hemoglobin", 8.0, 3),
    ("lymphocytes", 1.0, 1), ("lymphocytes", 0.8, 2), ("lymphocytes", 0.5, 3),
    ("lymphocytes", 0.2, 4),
]  # fmt: skip


def sides(cut):
    """A little less, the cut-off, a little more."""
    return [cut * (1 - 1e-6), cut, cut * (1 + 1e-6)]


@pytest.mark.parametrize(("term", "cut", "grade"), ABOVE_LIMIT)
def test_cut_offs_above_the_upper_limit(term, cut, grade):
    """More than the multiple has the grade; the multiple itself does not."""
    found = ctcae_grade(term, sides(cut), limits=LIMITS)
    assert found.tolist() == [grade - 1, grade - 1, grade]


@pytest.mark.parametrize(("term", "cut", "grade"), BELOW)
def test_cut_offs_below_the_lower_limit(term, cut, grade):
    """Less than the cut-off has the grade; the cut-off itself does not."""
    found = ctcae_grade(term, sides(cut), limits=LIMITS)
    assert found.tolist() == [grade, grade - 1, grade - 1]


@pytest.mark.parametrize(
    ("term", "factor", "found"),
    [
        *(
            (term, factor, found)
            for term in ("ALT", "AST")
            for factor, found in [
                (1.5, [0, 1, 1]), (3.0, [1, 1, 2]), (5.0, [2, 2, 3]), (20.0, [3, 3, 4]),
            ]
        ),
        ("bilirubin", 1.0, [0, 0, 1]), ("bilirubin", 1.5, [1, 1, 2]),
        ("bilirubin", 3.0, [2, 2, 3]), ("bilirubin", 10.0, [3, 3, 4]),
    ],
)  # fmt: skip
def test_an_abnormal_baseline_has_rows_of_its_own(term, factor, found):
    """Multiples are of the baseline where it was above the limit, and only there."""
    baseline = 2.2 * float(getattr(LIMITS, term))
    values = sides(factor * baseline)
    assert ctcae_grade(term, values, limits=LIMITS, baseline=baseline).tolist() == found
    plain = ctcae_grade(term, values, limits=LIMITS)
    for normal in (float(getattr(LIMITS, term)), 0.5 * float(getattr(LIMITS, term)), np.nan):
        assert np.array_equal(ctcae_grade(term, values, limits=LIMITS, baseline=normal), plain)


@pytest.mark.parametrize(
    ("baseline", "factor", "found"),
    [
        (0.6, 1.5, [0, 0, 2]),  # 0.9 mg/dL, within normal limits
        (0.6, 3.0, [2, 2, 3]),  # 1.8 mg/dL, which is also 1.5 x the limit
        (0.6, 6.0, [3, 3, 3]),  # grade 4 has no baseline column
        (2.0, 1.0, [2, 2, 2]),  # the limit's column counts with a raised baseline, too
        (2.0, 3.0, [3, 3, 3]),
        (np.nan, 1.0, [-1, -1, -1]),
    ],
)
def test_creatinine_has_two_columns(baseline, factor, found):
    """The worse of multiples of baseline and of the limit is the grade."""
    values = sides(factor * baseline)
    assert ctcae_grade("creatinine", values, limits=LIMITS, baseline=baseline).tolist() == found


def test_a_baseline_at_the_limit_is_normal():
    """Only a baseline above the limit has rows of its own."""
    found = ctcae_grade("ALT", [50.0] * 3, limits=LIMITS, baseline=[39.9, 40.0, 40.1])
    assert found.tolist() == [1, 1, 0]


def test_creatinine_without_known_baseline_is_graded_by_the_limit():
    """A missing baseline takes its column away, nothing else."""
    found = ctcae_grade("creatinine", [1.0, 1.3, 2.0], limits=LIMITS, baseline=[np.nan, 1.0, 1.9])
    assert found.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("temperature", "hours", "grade"),
    [
        (37.9, 0, 0), (38.0, 0, 1), (39.0, 0, 1), (39.1, 0, 2), (40.0, 0, 2), (40.0, 48, 2),
        (40.1, 0, 3), (40.1, 24, 3), (40.1, 24.1, 4), (40.1, np.nan, 3), (37.0, 48, 0),
    ],
)  # fmt: skip
def test_fever(temperature, hours, grade):
    """Both sides of every temperature, and of a day above 40 degC."""
    assert ctcae_grade("fever", temperature, over_40_hours=hours) == grade
    assert ctcae_grade("fever", temperature) == min(grade, 3)


def test_only_danger_to_life_makes_anemia_grade_4():
    """However low hemoglobin is, grade 4 is told by the caller."""
    found = ctcae_grade("hemoglobin", [2.0, 2.0, 13.0], life_threatening=[False, True, False])
    assert found.tolist() == [3, 4, 0]


@pytest.mark.parametrize("term", CTCAE_UNITS)
def test_a_missing_value_is_not_graded(term):
    """NaN is -1, not a good grade."""
    found = ctcae_grade(term, [np.nan, 38.0])
    assert found.dtype == np.int8
    assert found[0] == -1
    assert found[1] >= 0


def test_a_cut_off_is_not_passed_by_the_last_bit():
    """1.5 x 1.2 is a little less than 1.8 in binary; 1.8 mg/dL is nevertheless grade 1."""
    assert 1.5 * 1.2 < 1.8
    assert ctcae_grade("bilirubin", 1.8, limits=LIMITS) == 1
    assert 1.5 * 40.1 > 60.15
    assert ctcae_grade("ALT", 60.15, limits=LIMITS, baseline=40.1) == 1


def test_limits_may_differ_between_patients():
    """A limit can be an array, such as one by sex."""
    limits = Limits(hemoglobin=np.array([12.0, 13.5]))
    assert ctcae_grade("hemoglobin", 13.0, limits=limits).tolist() == [0, 1]


def test_a_low_limit_of_normal_hides_no_low_count():
    """Fixed cut-offs hold where a laboratory's own limit is lower."""
    assert ctcae_grade("ANC", [1.6, 1.45], limits=Limits(ANC=1.4)).tolist() == [0, 2]


@given(
    st.sampled_from(["ALT", "AST", "bilirubin", "creatinine"]),
    st.floats(0, 900), st.floats(0, 900), st.floats(0.1, 900) | st.just(np.nan),
)  # fmt: skip
def test_a_higher_value_is_never_a_lower_grade(term, one, other, baseline):
    """Grades rise with the value, with any baseline."""
    low, high = ctcae_grade(term, sorted((one, other)), baseline=baseline)
    assert 0 <= low <= high <= 4


@given(
    st.sampled_from(["ANC", "platelets", "hemoglobin", "lymphocytes"]),
    st.floats(0, 50), st.floats(0, 50),
)  # fmt: skip
def test_a_lower_count_is_never_a_lower_grade(term, one, other):
    """Grades rise as the count falls."""
    low, high = ctcae_grade(term, sorted((one, other)))
    assert 4 >= low >= high >= 0


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: ctcae_grade("ALTT", 1), UnknownName, "Unknown term .* 'ALTT'. Did you mean 'ALT'"),
        (lambda: ctcae_grade("ALT", -1), InputError, "Wrong ALT of a patient: got -1 U/L"),
        (lambda: ctcae_grade("hemoglobin", 120), InputError, "got 120 g/dL; .* Check the unit"),
        (lambda: ctcae_grade("ANC", np.inf), InputError, "Wrong ANC of a patient: got inf"),
        (lambda: ctcae_grade("fever", 101), InputError, "Wrong temperature .* got 101 degC"),
        (lambda: ctcae_grade("ALT", 1, baseline=0), InputError, "Wrong baseline ALT .* got 0"),
        (lambda: ctcae_grade("ALT", "high"), InputError, "Wrong ALT .* it is a number"),
        (lambda: ctcae_grade("ALT", 1, over_40_hours=1), InputError, "only fever uses it"),
        (lambda: ctcae_grade("fever", 39, over_40_hours=-1), InputError, "Wrong time above 40"),
        (lambda: ctcae_grade("ANC", 1, life_threatening=True), InputError, "only hemoglobin uses"),
        (lambda: Limits(ALT=0), InputError, "Wrong limit of normal of ALT: got 0"),
        (lambda: Limits(ANC=[1.8, np.nan]), InputError, "Wrong limit of normal of ANC"),
        (lambda: Limits(ANC="1.8"), InputError, "Wrong limit of normal of ANC: got '1.8'"),
    ],
)
def test_wrong_input_is_refused(call, error, sentence):
    """What cannot be is a sentence."""
    with pytest.raises(error, match=sentence):
        call()
