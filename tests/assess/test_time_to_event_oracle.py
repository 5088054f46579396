# SPDX-License-Identifier: Apache-2.0
"""Survival statistics agree with lifelines, statsmodels and SciPy."""

import warnings

import numpy as np
import pytest

from trimer.assess import (
    aalen_johansen,
    compare_groups,
    cox,
    fisher_exact,
    kaplan_meier,
    logistic,
    logrank,
    mantel_haenszel,
)

with warnings.catch_warnings():
    # what these packages say while they load is theirs
    warnings.simplefilter("ignore")
    lifelines = pytest.importorskip("lifelines")
    from lifelines import statistics as lifelines_statistics

    sm = pytest.importorskip("statsmodels.api")
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
    from statsmodels.stats.proportion import confint_proportions_2indep

pytestmark = pytest.mark.filterwarnings("ignore")


def patients(n=80, seed=3, *, ties=True):
    """Times, events, groups, strata, a covariate."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    age = rng.normal(60, 9, n)
    days = rng.exponential(100 * np.exp(-0.6 * group - 0.02 * (age - 60)))
    end = rng.uniform(20, 200, n)
    length = np.minimum(days, end)
    if ties:
        length = np.ceil(length / 10) * 10
    cause = np.where(days <= end, 1 + (rng.random(n) < 0.4), 0)
    return length, cause, group, rng.integers(0, 3, n), age


@pytest.mark.parametrize("ties", [True, False])
def test_kaplan_meier_is_that_of_lifelines_and_statsmodels(ties):
    """Estimate, Greenwood's error, log-log limits, median and its limits."""
    days, cause, *_ = patients(ties=ties)
    curve = kaplan_meier(days, cause > 0)
    other = lifelines.KaplanMeierFitter().fit(days, cause > 0)
    assert curve.share == pytest.approx(other.survival_function_.to_numpy()[1:, 0])
    limits = other.confidence_interval_.to_numpy()[1:]
    inside = curve.share > 0
    assert curve.low[inside] == pytest.approx(limits[inside, 0])
    assert curve.high[inside] == pytest.approx(limits[inside, 1])
    assert curve.quantile()[0] == other.median_survival_time_
    ours = SurvfuncRight(days, cause > 0)
    died = curve.events > 0
    assert curve.share[died] == pytest.approx(ours.surv_prob)
    assert curve.error[died & inside] == pytest.approx(ours.surv_prob_se[ours.surv_prob > 0])
    assert curve.at_risk[died] == pytest.approx(ours.n_risk)
    low, high = ours.quantile_ci(0.5, method="cloglog")
    assert curve.quantile()[1:] == pytest.approx((low, high))
    restricted = lifelines.utils.restricted_mean_survival_time(other, t=90.0)
    assert curve.mean_until(90.0) == pytest.approx(restricted)


@pytest.mark.parametrize("ties", [True, False])
def test_aalen_johansen_is_that_of_lifelines_and_statsmodels(ties):
    """Cumulative incidence of both events; its standard error as in lifelines."""
    days, cause, *_ = patients(ties=ties)
    found = aalen_johansen(days, cause)
    ours = CumIncidenceRight(days, cause)
    at = np.searchsorted(found.days, ours.times)
    for k in range(2):
        assert found.share[k][at] == pytest.approx(ours.cinc[k])
        if not ties:  # lifelines moves ties apart by chance
            other = lifelines.AalenJohansenFitter().fit(days, cause, event_of_interest=k + 1)
            assert found.share[k] == pytest.approx(other.cumulative_density_.to_numpy()[1:, 0])
            variance = other.variance_.to_numpy().ravel()[1:]
            known = np.isfinite(variance)  # not where nobody is left
            assert known.sum() > 70
            assert found.error[k][known] ** 2 == pytest.approx(variance[known], rel=1e-6, abs=1e-12)


def test_without_competitors_incidence_is_one_minus_kaplan_meier():
    """With one cause, share and error are those of Kaplan and Meier."""
    days, cause, *_ = patients()
    one, curve = aalen_johansen(days, cause > 0), kaplan_meier(days, cause > 0)
    assert one.share[0] == pytest.approx(1 - curve.share)
    assert one.free == pytest.approx(curve.share)
    assert one.error[0][:-1] == pytest.approx(curve.error[:-1], rel=1e-9)


def test_logrank_is_that_of_lifelines_and_statsmodels():
    """Two groups, three groups, and strata."""
    days, cause, group, strata, _ = patients()
    two = logrank(days, cause > 0, group)
    other = lifelines_statistics.logrank_test(
        days[group == 0], days[group == 1], cause[group == 0] > 0, cause[group == 1] > 0
    )
    assert (two.chi_square, two.p_value) == pytest.approx((other.test_statistic, other.p_value))
    three = logrank(days, cause > 0, strata)
    other = lifelines_statistics.multivariate_logrank_test(days, strata, cause > 0)
    assert (three.chi_square, three.p_value) == pytest.approx((other.test_statistic, other.p_value))
    assert three.observed.sum() == pytest.approx(three.expected.sum())
    within = logrank(days, cause > 0, group, strata=strata)
    chi_square, p_value = survdiff(days, cause > 0, group, strata=strata)
    assert (within.chi_square, within.p_value) == pytest.approx((chi_square, p_value))


@pytest.mark.parametrize("ties", [True, False])
def test_cox_is_that_of_lifelines_and_statsmodels(ties):
    """Coefficients, errors and likelihood with Efron's ties, with and without strata."""
    import pandas as pd

    days, cause, group, strata, age = patients(ties=ties)
    x = np.column_stack([group, age])
    fit = cox(days, cause > 0, x, names=("group", "age"))
    table = pd.DataFrame({"days": days, "event": cause > 0, "group": group, "age": age})
    other = lifelines.CoxPHFitter().fit(table, "days", "event")
    assert fit.coefficients == pytest.approx(other.params_.to_numpy(), rel=1e-4)
    assert fit.errors == pytest.approx(other.standard_errors_.to_numpy(), rel=1e-4)
    assert fit.log_likelihood == pytest.approx(other.log_likelihood_, rel=1e-7)
    ours = sm.PHReg(days, x, status=cause > 0, ties="efron").fit()
    assert fit.coefficients == pytest.approx(ours.params, rel=1e-5)
    assert fit.p_values == pytest.approx(ours.pvalues, rel=1e-4)
    within = cox(days, cause > 0, x, strata=strata)
    ours = sm.PHReg(days, x, status=cause > 0, ties="efron", strata=strata).fit()
    assert within.coefficients == pytest.approx(ours.params, rel=1e-5)
    assert within.errors == pytest.approx(ours.bse, rel=1e-4)


def test_logistic_is_that_of_statsmodels():
    """Coefficients, covariance and p-value."""
    rng = np.random.default_rng(5)
    x = rng.lognormal(3, 0.6, 200)
    event = rng.random(200) < 1 / (1 + np.exp(1.5 - 0.08 * x))
    fit = logistic(x, event)
    other = sm.Logit(event.astype(float), sm.add_constant(x)).fit(disp=0)
    assert (fit.intercept, fit.slope) == pytest.approx(tuple(other.params), rel=1e-5)
    assert fit.covariance == pytest.approx(other.cov_params(), rel=1e-4)
    assert fit.p_value == pytest.approx(other.pvalues[1], rel=1e-4)


def test_two_groups_are_those_of_statsmodels_and_scipy():
    """Newcombe's interval, Fisher's test, and the test and ratio of Mantel and Haenszel."""
    from scipy.stats import fisher_exact as scipy_fisher

    for a, n, b, m in ((56, 70, 48, 80), (9, 10, 3, 10), (0, 10, 0, 12), (5, 30, 0, 28)):
        found = compare_groups(a, n, b, m)
        limits = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
        assert (found.low, found.high) == pytest.approx(limits, abs=1e-9)
        assert fisher_exact(a, n, b, m) == pytest.approx(
            scipy_fisher([[a, n - a], [b, m - b]]).pvalue
        )
    _, cause, group, strata, _ = patients(200)
    event, one = cause == 1, group == 1
    difference, ratio, p_value = mantel_haenszel(event, one, strata)
    tables = [
        np.array([[np.sum(event[s] & one[s]), np.sum(~event[s] & one[s])],
                  [np.sum(event[s] & ~one[s]), np.sum(~event[s] & ~one[s])]])
        for s in (strata == k for k in range(3))
    ]  # fmt: skip
    other = sm.stats.StratifiedTable(tables)
    assert ratio == pytest.approx(other.oddsratio_pooled)
    assert p_value == pytest.approx(other.test_null_odds(correction=False).pvalue)
    assert abs(difference) < 1
