# SPDX-License-Identifier: Apache-2.0
"""Weights reproduce what they are asked for, and the cohort drawn by them has their moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.core.errors import CohortError
from trimer.patients import Cohort
from trimer.trial.calibration import effective_sample_size, resample, weigh


def population(n=2000, seed=1):
    """Two features of a few patients."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=n)
    return np.column_stack([x, (x + generator.normal(size=n) > 1.0).astype(float)])


def cohort(features):
    """The same as a cohort."""
    return Cohort("drawn", np.arange(len(features)) * 3 + 5, ("x", "y"), features, 1)


@given(w=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=50), factor=st.floats(0.01, 100))
def test_effective_sample_size(w, factor):
    """It is Kish's formula: between 1 and N, N of equal weights, the same at every scale."""
    size = effective_sample_size(w)
    assert size == pytest.approx(sum(w) ** 2 / sum(x * x for x in w))
    assert 1 - 1e-9 <= size <= len(w) * (1 + 1e-9)
    assert effective_sample_size([factor * x for x in w]) == pytest.approx(size)
    assert effective_sample_size([factor] * len(w)) == pytest.approx(len(w))


def test_of_two_groups_the_weights_are_known():
    """Where the one feature is a group, weights are the ratio of wanted and drawn shares."""
    group = np.array([1.0] * 300 + [0.0] * 700)
    found = weigh(group[:, None], [0.6], names=["group"])
    assert found.weights[:300] == pytest.approx(0.6 / 300)
    assert found.weights[300:] == pytest.approx(0.4 / 700)
    assert found.effective == pytest.approx(1 / (0.36 / 300 + 0.16 / 700))


@settings(max_examples=30, deadline=None)
@given(mean=st.floats(-0.6, 0.8), share=st.floats(0.1, 0.5))
def test_weights_reproduce_their_targets(mean, share):
    """Weighted means are the published ones; weights are not negative and add up to one."""
    features = population()
    found = weigh(features, [mean, share], names=["mean", "share"], least_effective=1)
    assert found.weights @ features == pytest.approx([mean, share], abs=1e-6)
    assert found.weighted == pytest.approx(found.target, abs=1e-6)
    assert found.weights.sum() == pytest.approx(1.0)
    assert (found.weights >= 0).all()


def test_what_is_met_already_changes_nothing():
    """Asking for the population's own means leaves weights equal."""
    features = population()
    found = weigh(features, features.mean(axis=0), names=["mean", "share"])
    assert found.weights == pytest.approx(1 / len(features), rel=1e-6)
    assert found.effective == pytest.approx(len(features))


def test_a_standard_error_pulls_less():
    """The less a figure is known the nearer the weighted mean stays to the drawn one."""
    features = population()[:, :1]
    reached = [
        weigh(features, [0.5], names=["mean"], error=[error]).weighted[0]
        for error in (0.0, 0.3, 1.0, 3.0)
    ]
    assert reached[0] == pytest.approx(0.5, abs=1e-6)
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] < 0.1


def test_what_no_patient_has_cannot_be_reached():
    """A figure outside what the patients span is named, with both."""
    with pytest.raises(CohortError, match=r"No weights reach 'mean': got 9, and the patients lie"):
        weigh(population(), [9.0, 0.2], names=["mean", "share"])


def test_figures_that_contradict_each_other_are_refused():
    """Two figures of one quantity cannot both be met."""
    x = population()[:, :1]
    with pytest.raises(CohortError, match="all figures at once"):
        weigh(np.hstack([x, x]), [0.3, -0.3], names=["one", "other"])


def test_too_few_effective_patients_are_refused():
    """The sentence gives the effective sample size and the figure that asks most."""
    with pytest.raises(CohortError, match=r"effective sample size is \d+ of 2,000.*'mean'"):
        weigh(population(), [2.8, 0.9], names=["mean", "share"])


def test_a_failed_patient_has_no_weight():
    """Features that are no numbers are refused, not passed on."""
    features = population()
    features[3, 0] = np.nan
    with pytest.raises(CohortError, match="not all finite"):
        weigh(features, [0.1, 0.2], names=["mean", "share"])


def test_the_resampled_cohort_has_the_weighted_moments():
    """Means and second moments are the weighted ones, to the error of systematic resampling."""
    features = population()
    found = weigh(features, [0.4, 0.3], names=["mean", "share"])
    drawn = resample(cohort(features), found.weights, 4000, seed=2).cohort
    for power in (1, 2):
        expected = found.weights @ features**power
        assert drawn.values.mean(axis=0) ** 1 == pytest.approx(found.weighted, abs=0.02)
        assert (drawn.values**power).mean(axis=0) == pytest.approx(expected, abs=0.05)


def test_everyone_is_drawn_as_often_as_his_weight_asks_for():
    """The count of each patient differs from n times his weight by less than one."""
    features = population()
    found = weigh(features, [0.4, 0.3], names=["mean", "share"])
    drawn = resample(cohort(features), found.weights, 5000, seed=2)
    counts = np.array([(drawn.origin == i).sum() for i in cohort(features).ids])
    assert np.abs(counts - 5000 * found.weights).max() < 1
    assert counts.sum() == 5000
    assert drawn.distinct == (counts > 0).sum()


def test_resampled_patients_are_those_they_come_from():
    """Rows are the rows of their origin; numbers are new and each there once."""
    whole = cohort(population())
    drawn = resample(whole, np.ones(2000), 300, seed=4)
    assert drawn.cohort.ids.tolist() == list(range(300))
    assert np.array_equal(drawn.cohort.values, whole.select(drawn.origin).values)
    again = resample(whole, np.ones(2000), 300, seed=4)
    assert np.array_equal(again.origin, drawn.origin)
    assert not np.array_equal(resample(whole, np.ones(2000), 300, seed=5).origin, drawn.origin)


@pytest.mark.parametrize(
    "weights", [np.ones(3), np.zeros(2000), -np.ones(2000), np.full(2000, np.nan)]
)
def test_wrong_weights_are_refused(weights):
    """There is one for each patient, none negative, not all 0."""
    with pytest.raises(CohortError, match="Wrong weights"):
        resample(cohort(population()), weights, 10, seed=1)
