# SPDX-License-Identifier: Apache-2.0
"""Survival statistics by hand, their edges, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.assess import (
    aalen_johansen,
    cox,
    exposure_groups,
    kaplan_meier,
    logistic,
    logrank,
    mantel_haenszel,
)
from trimer.core.errors import InputError


def test_textbook_curve():
    """The leukemia trial of Freireich and others (1963), 6-mercaptopurine: 0.857, 0.807, 0.753."""
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = kaplan_meier(np.array(days, float), np.array(event))
    assert [round(curve.at(day)[0], 3) for day in (6, 7, 10, 13, 16, 22, 23)] == [
        0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448,
    ]  # fmt: skip
    assert curve.quantile()[0] == 23
    assert curve.number_at_risk([0, 6, 10, 36]).tolist() == [21, 21, 15, 0]


def test_textbook_hazard_ratio():
    """The same trial against placebo: log-rank 16.79, Efron's log hazard ratio 1.57."""
    treated = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    days = np.array(treated + placebo, float)
    died = np.array(event + [1] * 21)
    group = np.array([0] * 21 + [1] * 21)
    assert round(logrank(days, died, group).chi_square, 2) == 16.79
    assert round(float(cox(days, died, group).coefficients[0]), 2) == 1.57


def test_after_the_last_patient_nothing_is_known():
    """Beyond follow-up the share is NaN, unless it has come to 0."""
    assert np.isnan(kaplan_meier([10.0, 20.0], [True, False]).at(21.0)[0])
    curve = kaplan_meier([10.0, 20.0], [True, True])
    assert curve.at(21.0)[0] == 0.0
    assert curve.at(5.0) == (1.0, 1.0, 1.0)
    assert np.isnan(kaplan_meier([10.0, 20.0], [False, False]).quantile()[0])


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 3)),
        min_size=2, max_size=60,
    )
)  # fmt: skip
def test_shares_of_all_events_and_of_none_add_up(pairs):
    """Whatever the data, every patient is in one state; shares lie in their intervals."""
    days = np.array([day for day, _ in pairs], float)
    cause = np.array([code for _, code in pairs])
    found = aalen_johansen(days, cause, causes=3)
    assert found.share.sum(axis=0) + found.free == pytest.approx(np.ones(len(found.days)))
    inside = (found.share > 0) & (found.share < 1)
    assert (found.low[inside] <= found.share[inside]).all()
    assert (found.share[inside] <= found.high[inside]).all()
    assert (found.error >= 0).all()
    curve = kaplan_meier(days, cause > 0)
    assert curve.events.sum() + curve.cut_off.sum() == len(pairs)
    assert curve.share == pytest.approx(found.free)


@given(st.integers(0, 1000))
def test_order_and_units_do_not_matter(seed):
    """Shuffled patients give the same fit, and hours for days the same test."""
    rng = np.random.default_rng(seed)
    days, group = np.ceil(rng.exponential(10, 40)), rng.permutation(np.repeat([0, 1], 20))
    event = rng.random(40) < 0.8
    order = rng.permutation(40)
    one = cox(days, event, group)
    two = cox(24 * days[order], event[order], group[order])
    assert one.converged == two.converged
    if one.converged:
        assert one.ratios == pytest.approx(two.ratios, rel=1e-6)
    assert logrank(days, event, group).chi_square == pytest.approx(
        logrank(24 * days[order], event[order], group[order]).chi_square
    )


def test_no_finite_ratio_is_said_to_be_none():
    """Nobody in one group has the event: NaN and not converged, instead of a huge number."""
    fit = cox([1.0, 2.0, 3.0, 4.0], [True, True, False, False], [1, 1, 0, 0])
    assert not fit.converged
    assert np.isnan(fit.ratios[0])
    assert str(fit) == "no finite hazard ratio fits"
    assert not logistic([1.0, 2.0, 3.0, 4.0], [False, False, True, True]).converged
    assert not logistic([1.0, 2.0, 3.0], [False, False, False]).converged


def test_groups_of_exposure_hold_everybody():
    """Quartiles share the patients out; patients with the same exposure stay together."""
    x = np.array([1.0] * 30 + [2.0] * 5 + [3.0] * 5)
    groups = exposure_groups(x, x > 2)
    assert sum(group.share.total for group in groups) == 40
    assert [group.median for group in groups] == [1.0, 2.5]
    assert groups[-1].share.count == 5


def test_no_stratum_with_both_groups_compares_nothing():
    """Then there is no difference to tell."""
    difference, ratio, p_value = mantel_haenszel(
        np.array([True, False]), np.array([True, False]), ["a", "b"]
    )
    assert np.isnan(difference)
    assert np.isnan(ratio)
    assert p_value == 1.0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: kaplan_meier([1.0], [True, False]), "one time, and one event"),
        (lambda: kaplan_meier([-1.0], [True]), "not negative"),
        (lambda: kaplan_meier([float("nan")], [True]), "at least one is known"),
        (lambda: kaplan_meier([1.0], [True], level=95), "between 0 and 1"),
        (lambda: logrank([1.0, 2.0], [True, True], ["a", "a"]), "at least two"),
        (lambda: cox([1.0, 2.0], [True, True], [1, 1]), "does not vary"),
        (lambda: cox([1.0, 2.0], [False, False], [0, 1]), "No event"),
        (lambda: cox([1.0, 2.0], [True, True], [0.0, np.nan]), "finite"),
        (lambda: cox([1.0, 2.0], [True, True], [[0], [1], [2]]), "one row a patient"),
        (lambda: logistic([1.0, 1.0], [True, False]), "does not vary"),
        (lambda: logistic([np.nan], [True]), "No exposure"),
        (lambda: logistic([1.0], [1]), "truth value"),
        (lambda: mantel_haenszel([1], [True], ["a"]), "truth value"),
    ],
    ids=range(13),
)
def test_what_cannot_be_is_refused_in_a_sentence(call, says):
    """Bad input is an InputError that says what is allowed."""
    with pytest.raises(InputError, match=says):
        call()
