# SPDX-License-Identifier: Apache-2.0
"""A randomized trial is conducted as planned, the same however it is cut into pieces."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.trial.design.conftest import ESCALATION, RANDOMIZED

from trimer.core.errors import Problems, StoreError, StudyError
from trimer.trial.design.record import recorded_design, recorded_endpoints
from trimer.trial.design.result import (
    escalation_result,
    paired_differences,
    toxicity_table,
    trial_result,
)
from trimer.trial.trial import run_study


def test_everybody_is_in_one_arm_and_arms_are_balanced_in_each_stratum(randomized):
    """24 patients in 3 trials, none twice; blocks of 2 leave a stratum at most 1 apart."""
    table = randomized.read("endpoints")
    assert table.height == table["id"].n_unique() == 24
    counts = table.group_by("repeat", "stratum", "arm").len()
    wide = counts.pivot("arm", index=["repeat", "stratum"], values="len").fill_null(0)
    one, two = (wide[arm].cast(pl.Int64) for arm in ("multi-step", "salvage"))
    assert ((one - two).abs() <= 1).all()
    assert table.group_by("repeat").len()["len"].to_list() == [8, 8, 8]


def test_only_the_first_trial_is_kept_whole(randomized):
    """Courses, doses and outcomes of its 8 patients; endpoints of all 24."""
    outcomes = randomized.read("outcomes")
    assert outcomes.height == 8
    first = randomized.read("endpoints").filter(pl.col("repeat") == 0)
    assert set(outcomes["id"]) == set(first["id"])
    assert set(randomized.read("profiles")["id"]) == set(first["id"])
    assert randomized.manifest["patients_done"] == 24
    joined = first.join(outcomes.select("id", "response"), on="id")
    seen = joined.filter(pl.col("withdrawal_day").is_null() & pl.col("death_day").is_null())
    assert (seen["remission"] == seen["response"].is_in(["CR", "CRh"])).all()


@pytest.mark.parametrize("together", [8, 24])
def test_pieces_and_threads_do_not_matter(randomized, study_of, tmp_path, together):
    """One trial at a time or all at once, one thread or all: bitwise the same."""
    again = run_study(study_of(RANDOMIZED), tmp_path / "again", block=together, threads=1)
    for name in ("endpoints", "comparisons"):
        one, two = (
            run.read(name).sort("repeat", "id" if name == "endpoints" else "endpoint")
            for run in (randomized, again)
        )
        assert one.equals(two)


def test_a_patient_meets_the_same_whatever_arm_others_are_in(randomized, study_of, tmp_path):
    """Every patient of the first trial in both arms: in his own he has what he had."""
    paired = replace(
        study_of(RANDOMIZED, ('[arms.salvage]\nprotocol = "conventional-salvage"',
                              '[arms.salvage]\nprotocol = "flotetuzumab-one-step"')),
        design=None,
    )  # fmt: skip
    both = run_study(paired, tmp_path / "both").read("endpoints").filter(arm="multi-step")
    alone = randomized.read("endpoints").filter((pl.col("repeat") == 0), arm="multi-step")
    joined = alone.join(both, on="id", suffix="_both")
    assert joined.height == alone.height > 0
    # the paired study has the shipped dropout, this one 30 %: compare what dropout cannot touch
    stays = joined.filter(pl.col("withdrawal_day").is_null())
    assert (stays["death_day"].eq_missing(stays["death_day_both"])).all()
    assert (stays["respond_days"].eq_missing(stays["respond_days_both"])).all()


def test_nothing_is_seen_after_withdrawal_or_death(randomized):
    """A response counts only before; time under observation ends there."""
    table = randomized.read("endpoints")
    gone = table.select(pl.min_horizontal("withdrawal_day", "death_day").alias("gone"))["gone"]
    assert gone.count() > 0  # 30 % withdraw within 28 days
    late = table.filter(table["remission"] & (table["remission_day"] > gone))
    assert late.is_empty()
    end = gone.fill_null(30.0)
    assert (table["survival_days"] <= end + 1e-9).all()


def test_wider_categories_hold_more_and_deeper_ones_less(randomized):
    """MLFS adds to CR, CRh and CRi; a limit of residual disease takes away."""
    table = randomized.read("endpoints")
    assert (table["deep"] <= table["cleared"]).all()
    assert (table["remission"] <= table["cleared"]).all()
    assert table["deep"].sum() < table["cleared"].sum()


def test_more_repeats_leave_the_first_as_they_are(randomized, study_of, tmp_path):
    """The second trial is the same whether three or two are conducted."""
    fewer = run_study(study_of(RANDOMIZED).with_numbers(repeats=2), tmp_path / "fewer")
    one = fewer.read("endpoints").sort("id")
    two = randomized.read("endpoints").filter(pl.col("repeat") < 2).sort("id")
    assert one.equals(two)


def test_the_result_has_every_endpoint_arm_and_comparison(randomized):
    """n/N over all repeats; one comparison an endpoint, of three repeats."""
    result = trial_result(randomized)
    assert [endpoint.name for endpoint in result.endpoints] == [
        "remission", "cr_2017", "deep", "cleared", "survival", "respond",
    ]  # fmt: skip
    share = result.values["remission"]["multi-step"]["share"]
    table = randomized.read("endpoints").filter(arm="multi-step")
    assert (share.count, share.total) == (table["remission"].sum(), table.height)
    assert len(result.operating) == 6
    assert all(one.repeats == 3 for one in result.operating)
    assert result.record()["endpoints"]["remission"]["primary"] is True


def test_what_is_recorded_of_a_design_reads_back(randomized, study_of):
    """Endpoints of the run folder are those of the study."""
    study = study_of(RANDOMIZED)
    assert recorded_endpoints(recorded_design(randomized)) == study.endpoints
    assert recorded_design(randomized)["strata"] == {"WT": [70.0]}


def test_a_dose_escalation_draws_from_its_own_patients(escalation):
    """The table is that of the endpoint; conditions agree with the grades that the ward wrote."""
    toxicity, designs = escalation_result(escalation)
    table = escalation.read("endpoints")
    assert toxicity.toxic.shape == (10, 2)
    assert toxicity.toxic.sum() == table["dlt"].sum() > 0
    day = table.filter(pl.col("dlt"))["dlt_day"]
    assert (day <= 7).all()
    assert [one.design for one in designs] == ["3+3", "BOIN", "CRM"]
    worst = escalation.read("grades").group_by("arm", "id").agg(pl.col("CRS").max())
    graded = table.join(worst, on=["arm", "id"], how="left").with_columns(
        pl.col("CRS").fill_null(0)
    )
    assert (graded["any_crs"] == (graded["CRS"] >= 1)).all()
    first = escalation.read("grades").filter(pl.col("CRS") > 0).group_by("arm", "id").agg(
        pl.col("time").min()
    )  # fmt: skip
    onset = table.filter(pl.col("any_crs")).join(first, on=["arm", "id"])
    assert onset["any_crs_day"].to_numpy() == pytest.approx(onset["time"].to_numpy())


def test_watching_an_endpoint_changes_nothing(escalation, study_of, tmp_path):
    """The same study without its conditions: every dose and every grade, to the bit."""
    study = study_of(ESCALATION)
    bare = replace(study, endpoints=(), escalation=None)
    other = run_study(bare, tmp_path / "bare")
    for name in ("doses", "grades", "outcomes"):
        assert escalation.read(name).equals(other.read(name))


def test_paired_shares_are_compared_within_patients(study_of, tmp_path):
    """A study without a design: every patient in both arms, and McNemar's test."""
    study = replace(study_of(ESCALATION), escalation=None)
    study = replace(study, endpoints=study.endpoints[:3])
    run = run_study(study.with_numbers(patients=4), tmp_path / "paired")
    found = paired_differences(run)
    assert [(endpoint, arm) for endpoint, arm, _ in found] == [("fever", "100"), ("any_crs", "100")]
    assert "points" in found[0][2]
    with pytest.raises(StoreError, match="No dose escalation"):
        toxicity_table(run)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([('[endpoints.remission]\nlabel = "CR or CRh"\nresponse = ["CR", "CRh"]\n',
           '[endpoints.remission]\nwhen = "CRS >= 2"\n')], "No endpoint 'remission'"),
        ([('model = "flotetuzumab"', 'model = "flotetuzumab-reference"')], "tell who dies"),
        ([("{ WT = [70.0] }", "{ WT = [500.0] }")], "Nobody in stratum 'WT >= 500'"),
    ],
    ids=range(3),
)  # fmt: skip
def test_arms_that_cannot_give_an_endpoint_are_refused(study_of, tmp_path, changes, says):
    """Before anything is written."""
    with pytest.raises((Problems, StudyError), match=says):
        run_study(study_of(RANDOMIZED, *changes), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_arms_that_share_no_endpoint_are_refused(study_of, tmp_path):
    """All endpoints are of a ward, and one arm is a fixed schedule."""
    study = study_of(RANDOMIZED)
    watched = study_of(ESCALATION).endpoints
    with pytest.raises(Problems, match="Arms that share no endpoint"):
        run_study(replace(study, endpoints=watched), tmp_path / "none")


def test_escalations_are_the_same_again(escalation):
    """Same run, same seed, same numbers."""
    one, two = escalation_result(escalation)[1], escalation_result(escalation)[1]
    assert all(np.array_equal(a.chosen, b.chosen) for a, b in zip(one, two, strict=True))
