# SPDX-License-Identifier: Apache-2.0
"""Fates and adverse events of a run."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trimer.assess.adverse import adverse_events
from trimer.core.errors import InputError
from trimer.library import load, protocol_path
from trimer.patients import Cohort, sample
from trimer.protocol import read_protocol
from trimer.simulate import simulate
from trimer.trial.adverse_table import NEEDED as SEVERITIES
from trimer.trial.adverse_table import adverse_table, shaped_thresholds
from trimer.trial.fate_table import NEEDED, fate_summary, fate_table, fates_of_run

SEED = 20260101


@pytest.fixture(scope="module")
def treated():
    """Return 300 patients on an open schedule, followed for more than a year."""
    model = load("flotetuzumab")
    cohort = sample(model.parameters, n=300, seed=SEED)
    protocol = read_protocol(protocol_path("flotetuzumab-multi-step-no-dexamethasone"))
    names = [*NEEDED, *SEVERITIES]
    return simulate(model, cohort, protocol, days=420, every_hours=24, outputs=names)


@pytest.fixture(scope="module")
def on_ward():
    """Return 400 patients on the multi-step lead-in, with premedication and the default policy."""
    model = load("flotetuzumab")
    cohort = sample(model.parameters, n=400, seed=SEED)
    protocol = read_protocol(protocol_path("flotetuzumab-multi-step"))
    return simulate(model, cohort, protocol, days=56, every_hours=12, outputs=list(SEVERITIES))


@pytest.fixture(scope="module")
def found(treated):
    """Return what became of them."""
    return fates_of_run(treated)


def test_the_table_has_a_row_a_patient_and_nulls_where_nothing_happened(treated, found):
    """Days are null or numbers, never NaN; the living have no cause."""
    table = fate_table("one", found)
    assert table["arm"].unique().to_list() == ["one"]
    assert table["id"].to_list() == treated.ids.tolist()
    assert not any(table[c].is_nan().any() for c, kind in table.schema.items() if kind.is_float())
    assert (table["cause"].is_null() == ~table["os_event"]).all()
    assert (table["dor_days"].is_null() == table["response_day"].is_null()).all()
    assert (table["dor_event"].is_null() == table["response_day"].is_null()).all()


def test_orders_of_magnitude_are_those_of_the_publications(found):
    """Months of remission, a transplant for half of responders: reported, not fitted (V54, V55)."""
    summary = fate_summary(found)
    assert 2 < summary["median_dor_months"] < 16
    assert 0.29 < summary["transplanted_responders"] < 0.82  # the published confidence interval
    assert 2 < summary["median_os_months"] < 14
    assert summary["os_12_months"] < summary["os_6_months"] < 1
    assert summary["died_toxicity"] < 0.04  # none of 88 in the trial


def test_responders_live_longer(found):
    """Overall survival is better with a response than without."""
    response = ~np.isnan(found.response_day)
    alive = found.os_days > 200
    assert alive[response].mean() > alive[~response].mean() + 0.2


def test_without_transplants_nobody_is_transplanted(treated, found):
    """The others keep their fate."""
    without = fates_of_run(treated, transplants=False)
    assert np.isnan(without.transplant_day).all()
    stay = np.isnan(found.transplant_day)
    np.testing.assert_array_equal(without.os_days[stay], found.os_days[stay])


def test_fates_of_a_part_are_those_of_the_whole(treated, found):
    """Chunks of a cohort can be followed apart."""
    part = replace(
        treated,
        cohort=treated.cohort.part(100, 120),
        values=treated.values[100:120],
        status=treated.status[100:120],
        steps=treated.steps[100:120],
    )
    np.testing.assert_array_equal(fates_of_run(part).os_days, found.os_days[100:120])


def test_a_summary_of_nobody_in_remission(treated):
    """Without responders the duration of response is not known, and no warning is given."""
    never = replace(treated, values=treated.values.copy())
    never.values[:, :, treated.names.index("blasts")] = 60.0
    summary = fate_summary(fates_of_run(never))
    assert np.isnan(summary["median_dor_months"])
    assert np.isnan(summary["transplanted_responders"])
    assert summary["transplanted"] == 0


def test_what_is_missing_is_said(treated):
    """An output that was not asked for, a cohort without a seed."""
    names = ("blasts",)
    with pytest.raises(InputError, match="Missing output 'blood_blasts' of the run"):
        fates_of_run(replace(treated, names=names, values=treated.values[:, :, :1]))
    nobody = Cohort(
        "no seed", treated.ids, treated.cohort.parameters, treated.cohort.values, None, ""
    )
    with pytest.raises(InputError, match="Missing seed of the fates of cohort 'no seed'"):
        fates_of_run(replace(treated, cohort=nobody))
    with pytest.raises(InputError, match="Missing seed of the adverse events of cohort 'no seed'"):
        adverse_table("one", replace(treated, cohort=nobody))


def test_adverse_events_are_as_frequent_as_published(on_ward):
    """Any grade is as frequent as in the table it was scaled to, within 7 points."""
    table = adverse_table("one", on_ward)
    events = {name: event for name, event in adverse_events().items() if event.default}
    assert set(table["event"]) == set(events)
    assert table.height == len(events) * len(on_ward.ids)
    shares = table.group_by("event").agg((pl.col("grade") > 0).mean()).rows_by_key("event")
    for name, event in events.items():
        assert shares[name][0][0] == pytest.approx(event.share, abs=0.07), name
    assert (table["onset"].is_null() == (table["grade"] == 0)).all()


def test_nausea_and_fatigue_each_befall_more_than_a_tenth(on_ward):
    """As the requirements have it: fatigue over 10 %, nausea over 10 % and mostly mild."""
    table = adverse_table("one", on_ward)
    for event in ("nausea", "fatigue"):
        grade = table.filter(pl.col("event") == event)["grade"]
        assert (grade > 0).mean() > 0.1, event


def test_thresholds_can_be_made_again(on_ward):
    """Those of the file are those that this model gives, within what 400 patients tell."""
    found = shaped_thresholds(on_ward)
    for name, event in adverse_events().items():
        assert found[name] == pytest.approx(event.thresholds[0], rel=0.2), name


def test_nausea_is_mostly_mild(on_ward):
    """Grades 1 and 2 are nine of ten or more."""
    nausea = adverse_table("one", on_ward, events=["nausea"]).filter(pl.col("grade") > 0)
    assert (nausea["grade"] <= 2).mean() > 0.9


def test_site_reactions_are_graded_when_asked_for(treated):
    """The local reaction is off by default and occurs in more than 10 % when on."""
    table = adverse_table("one", treated, events=["infusion site reaction"])
    assert 0.05 < (table["grade"] > 0).mean() < 0.25


def test_a_patient_who_failed_has_no_grade(treated):
    """Neither grade nor onset."""
    gap = replace(treated, values=treated.values.copy())
    gap.values[3, 50:] = np.nan
    table = adverse_table("one", gap).filter(pl.col("id") == treated.ids[3])
    assert table["grade"].is_null().all()
    assert table["onset"].is_null().all()
    table = fate_table("one", fates_of_run(gap)).filter(pl.col("id") == treated.ids[3])
    assert table["os_days"].is_null().all()
    assert table["os_event"].is_null().all()
    assert table["efs_event"].is_null().all()
