# SPDX-License-Identifier: Apache-2.0
"""Comparisons and operating characteristics of made-up trials with known answers."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, fisher_exact, ttest_ind

from trimer.assess import fisher_exact as ours
from trimer.assess import logrank
from trimer.trial.design.compare import COMPARISON, Contrast, comparisons
from trimer.trial.design.endpoint import Endpoint
from trimer.trial.design.operating import arm_values, operating

ENDPOINTS = (
    Endpoint("remission", response=("CR",)),
    Endpoint("survival", time_to="death"),
    Endpoint("intensity", mean_of="dose_intensity"),
)
PLAIN = [Contrast("new", "old")]


def made(repeats=30, n=60, *, better=0.0, seed=1):
    """Trials in which the new arm has so many points more remissions, and lives longer."""
    rng = np.random.default_rng(seed)
    rows = repeats * n
    new = np.tile(np.repeat([True, False], n // 2), repeats)
    days = rng.exponential(np.where(new, 100 * (1 + 4 * better), 100.0), rows)
    return pl.DataFrame(
        {
            "arm": np.where(new, "new", "old"), "id": np.arange(rows),
            "repeat": np.repeat(np.arange(repeats), n), "failed": np.zeros(rows, bool),
            "stratum": rng.choice(["low", "high"], rows),
            "remission": rng.random(rows) < 0.3 + better * new,
            "survival_days": np.minimum(days, 150.0), "survival_event": days < 150,
            "intensity": rng.normal(80 + 20 * better * new, 10),
        }
    )  # fmt: skip


def test_each_comparison_is_that_of_its_own_trial():
    """Fisher, log-rank and Welch, trial by trial, as computed with other libraries."""
    table = made(5)
    found = comparisons(table, ENDPOINTS, PLAIN)
    assert found.schema == COMPARISON
    assert found.height == 15
    for repeat in range(5):
        own = table.filter(pl.col("repeat") == repeat)
        new = (own["arm"] == "new").to_numpy()
        rows = {row["endpoint"]: row for row in found.filter(pl.col("repeat") == repeat).to_dicts()}
        has = own["remission"].to_numpy()
        a, b = int(has[new].sum()), int(has[~new].sum())
        assert rows["remission"]["p_value"] == pytest.approx(
            fisher_exact([[a, 30 - a], [b, 30 - b]]).pvalue
        )
        assert rows["remission"]["estimate"] == pytest.approx((a - b) / 30)
        test = logrank(own["survival_days"].to_numpy(), own["survival_event"].to_numpy(), new)
        assert rows["survival"]["p_value"] == pytest.approx(test.p_value)
        values = own["intensity"].to_numpy()
        welch = ttest_ind(values[new], values[~new], equal_var=False)
        assert rows["intensity"]["p_value"] == pytest.approx(welch.pvalue)
        interval = welch.confidence_interval()
        assert (rows["intensity"]["low"], rows["intensity"]["high"]) == pytest.approx(
            (interval.low, interval.high)
        )


@pytest.mark.parametrize("stratified", [False, True])
def test_without_a_difference_about_one_in_twenty_succeeds(stratified):
    """The size of the tests over 400 trials: never far above 5 %; Fisher's is below."""
    found = comparisons(made(400), ENDPOINTS, [Contrast("new", "old", stratified)])
    for one in operating(found, ENDPOINTS, 0.05):
        assert one.repeats == 400
        assert one.success.share < 0.085
        assert 0.95 < one.median < 1.05 if one.endpoint == "survival" else abs(one.median) < 0.5


def test_a_difference_is_found_more_often_the_larger_it_is():
    """Power rises, the estimate is near the truth, and successes point the right way."""
    power = []
    for better in (0.1, 0.3):
        found = comparisons(made(100, better=better), ENDPOINTS, PLAIN)
        by_name = {one.endpoint: one for one in operating(found, ENDPOINTS, 0.05)}
        assert by_name["remission"].median == pytest.approx(better, abs=0.05)
        assert by_name["survival"].median == pytest.approx(1 / (1 + 4 * better), abs=0.1)
        assert by_name["remission"].arm_higher == by_name["remission"].success.count
        assert by_name["survival"].arm_higher == 0  # a ratio below 1 is in favor of the new arm
        power.append(by_name["remission"].success.share)
    assert power == pytest.approx([exact_power(0.3, 0.4), exact_power(0.3, 0.6)], abs=0.12)


def exact_power(old, new, n=30):
    """Chance of Fisher's p below 5 %, by every pair of counts."""
    return sum(
        binom.pmf(a, n, new) * binom.pmf(b, n, old)
        for a in range(n + 1)
        for b in range(n + 1)
        if ours(a, n, b, n) < 0.05
    )


def test_what_cannot_be_compared_is_no_success():
    """Nobody has the event, or everybody in one arm failed: null, and a repeat all the same."""
    table = made(3).with_columns(survival_event=pl.lit(value=False))
    found = comparisons(table, ENDPOINTS[1:2], PLAIN)
    assert found["p_value"].null_count() == 3
    (one,) = operating(found, ENDPOINTS[1:2], 0.05)
    assert (one.success.count, one.success.total) == (0, 3)
    lost = made(1).with_columns(failed=pl.col("arm") == "old")
    row = comparisons(lost, ENDPOINTS[:1], PLAIN).row(0, named=True)
    assert (row["n"], row["n_control"], row["estimate"]) == (30, 0, None)


def test_arms_are_summed_up_over_all_repeats():
    """Shares as n/N, times as a median, means with their spread."""
    table = made(10)
    share = arm_values(table, ENDPOINTS[0], "new")["share"]
    assert share.total == 300
    assert share.count == table.filter(arm="new")["remission"].sum()
    time = arm_values(table, ENDPOINTS[1], "new")
    assert time["low"] < time["median"] < time["high"]
    assert time["median"] == pytest.approx(100 * np.log(2), rel=0.25)
    mean = arm_values(table, ENDPOINTS[2], "old")
    assert mean["mean"] == pytest.approx(80, abs=2)
    assert mean["n"] == 300


def test_deaths_of_all_causes_and_the_living_add_up():
    """Without withdrawal the share of a cause is that of patients; with it, more than that."""
    from trimer.trial.design.deaths import deaths

    table = pl.DataFrame(
        {
            "arm": ["new"] * 6, "failed": [False] * 5 + [True],
            "death_day": [10.0, 20.0, 30.0, None, None, None],
            "withdrawal_day": [None, None, None, None, None, None],
            "cause": ["disease", "infection", "disease", None, None, None],
        },
        schema_overrides={"withdrawal_day": pl.Float64},
    )  # fmt: skip
    found = deaths(table, "new", 100.0)
    assert found.by_end["disease"][0] == pytest.approx(2 / 5)
    assert found.by_end["infection"][0] == pytest.approx(1 / 5)
    assert found.incidence.free[-1] == pytest.approx(2 / 5)
    leaves = table.with_columns(
        withdrawal_day=pl.Series([None, None, None, 5.0, None, None], dtype=pl.Float64)
    )
    assert deaths(leaves, "new", 100.0).by_end["disease"][0] == pytest.approx(2 / 4)
    assert deaths(table, "old", 100.0) is None
