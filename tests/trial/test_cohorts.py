# SPDX-License-Identifier: Apache-2.0
"""The shipped cohorts: who is in them, and against what simulated chemotherapy was checked."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.integrate import solve_ivp

from trimer.core.errors import CohortError
from trimer.library import cohort_names, load
from trimer.simulate import prepare, simulate
from trimer.trial import Arm, Study
from trimer.trial.before_entry import BeforeEntry
from trimer.trial.cohort_file import read_cohort
from trimer.trial.cohorts import draw_cohort, find_cohort
from trimer.trial.outcomes import outcomes
from trimer.trial.recipe import shipped
from trimer.trial.tables import patient_table
from trimer.trial.trial import run_study

MODEL = "flotetuzumab-reference"
SHARED = {"Amp": 256.0, "dB": 0.1, "Kcap": 2000.0, "N0": 700.0, "M0": 900.0}


@pytest.fixture(scope="module")
def induction():
    """Return the induction of the shipped AML cohorts."""
    return find_cohort("unselected").definition.induction


@pytest.fixture(scope="module")
def cohorts():
    """Return a function that draws 600 patients of a shipped cohort, once."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = draw_cohort(name, 600, 7, model=MODEL)
        return known[name]

    return get


def candidates(n, seed=5):
    """Return columns of candidates, from NumPy's own generator."""
    rng = np.random.default_rng(seed)
    return {
        "aL": np.clip(0.632 * np.exp(0.025 * rng.normal(size=n)), 0.56, 0.74),
        "pL": 0.15 * np.exp(0.198 * rng.normal(size=n)),
        "blasts_diagnosis": np.clip(rng.beta(3, 2, n), 0.25, 0.95),
        "kill": 9.0 * np.exp(0.7 * rng.normal(size=n)),
    }


def by_hand(courses, aL, pL, blasts_diagnosis, kill):
    """Return blasts on day 28 and days of remission of one candidate, by SciPy and Brent."""
    Amp, dB, Kcap, N0, M0 = SHARED.values()

    def rates(t, y):
        L, B, E = y
        a = aL / (1 + (2 * aL - 1) * max(B, 0) / Kcap)
        given = sum(c.share / c.days for c in courses if c.start_day <= t < c.start_day + c.days)
        rate = kill * 2.0 * E
        return [
            (2 * a - 1) * pL * L - 0.5 * rate * L,
            2 * Amp * (1 - a) * pL * L - dB * B - rate * B,
            given - 2.0 * E,
        ]

    B0 = M0 * blasts_diagnosis
    a = aL / (1 + (2 * aL - 1) * B0 / Kcap)
    y = [B0 / (2 * Amp * (1 - a) * pL / (dB + (2 * a - 1) * pL)), B0, 0.0]
    edges = sorted({0.0, 28.0, *(e for c in courses for e in (c.start_day, c.start_day + c.days))})
    limit = N0 * 0.05 / 0.95
    at28 = back = None

    def over(_, y):
        return y[1] - limit

    over.direction = 1
    for start, end in zip(edges, [*edges[1:], 1826.0], strict=True):
        step = solve_ivp(rates, (start, end - 1e-12), y, "LSODA", rtol=1e-9, atol=1e-14,
                         events=over, max_step=1.0 if end < 100 else np.inf)  # fmt: skip
        if start == 28.0:
            at28 = y[1]
        if start >= 28.0 and back is None and step.t_events[0].size:
            back = step.t_events[0][0]
        y = step.y[:, -1]
    share = 100 * at28 / (at28 + N0)
    if share > 5:
        return share, 0.0
    return share, math.inf if back is None else back - 28.0


def test_simulated_chemotherapy_is_that_of_another_integrator(induction):
    """Blasts on day 28 to 0.01 %, relapse to half a day, of 25 candidates by SciPy."""
    columns = candidates(25)
    found = BeforeEntry(induction)(columns, ["blasts_day_28", "remission_days"])
    for i in range(25):
        blasts, days = by_hand(induction.courses, **{k: float(v[i]) for k, v in columns.items()})
        assert found["blasts_day_28"][i] == pytest.approx(blasts, rel=1e-4, abs=1e-4)
        assert found["remission_days"][i] == pytest.approx(days, abs=0.5)


def test_shares_are_near_those_of_the_second_reference():
    """36 % fail, 20 % relapse early, as the prototype had it without washout; within 8 points."""
    run = find_cohort("unselected").patients(prepare(shipped(MODEL)), 3)
    run.take(2000)
    seen, of = run.tally.histories, run.tally.candidates
    assert seen["failed induction"] / of == pytest.approx(0.36, abs=0.08)
    assert seen["early relapse"] / of == pytest.approx(0.20, abs=0.08)
    assert run.tally.share > 0.8


def test_followed_no_longer_than_needed_gives_the_same(induction):
    """Cut at the limit, remissions below it are those of five years, longer ones are infinite."""
    columns = candidates(200)
    full = BeforeEntry(induction)(columns, ["remission_days"])["remission_days"]
    cut = BeforeEntry(induction, longest_remission=183)(columns, ["remission_days"])
    short = full < 183
    assert 0.2 < short.mean() < 0.9
    assert cut["remission_days"][short] == pytest.approx(full[short], abs=1e-3)
    assert np.all(cut["remission_days"][~short] >= 183)


def test_a_pif_patient_fails_simulated_induction(cohorts):
    """Simulated again by hand, every one of them has more than 5 % of blasts on day 28."""
    cohort = cohorts("pif")
    assert np.all(cohort.covariate("blasts_day_28") > 5)
    known = find_cohort("pif").definition.induction
    columns = {name: cohort.column(name) for name in ("aL", "pL")}
    columns |= {name: cohort.covariate(name) for name in ("kill", "blasts_diagnosis")}
    again = BeforeEntry(known)(columns, ["blasts_day_28"])["blasts_day_28"]
    assert np.array_equal(again, cohort.covariate("blasts_day_28"))


def test_histories_exclude_each_other(cohorts):
    """The same seed puts a candidate into one of the three, and unselected is all of them."""
    parts = [set(cohorts(n).ids.tolist()) for n in ("pif", "early-relapse", "late-relapse")]
    assert sum(map(len, parts)) == len(set().union(*parts))
    everyone = cohorts("unselected").ids
    assert set(everyone.tolist()) == {i for i in set().union(*parts) if i <= everyone[-1]}
    early, late = cohorts("early-relapse"), cohorts("late-relapse")
    assert early.covariate("remission_days").max() < 183
    assert late.covariate("remission_days").min() >= 183
    # Drawn for one cohort or for all, a patient is the same person.
    both = [i for i in everyone if i in parts[0]][:20]
    one, other = cohorts("pif").select(both), cohorts("unselected").select(both)
    assert np.array_equal(one.values, other.values)


def test_cohorts_differ_by_mechanism(cohorts):
    """Resistance goes with inflammation and CD123: failed, early and late relapse in order."""
    names = ("pif", "early-relapse", "late-relapse")
    scores = [np.median(cohorts(name).covariate("infiltration_score")) for name in names]
    assert np.all(np.diff(scores) < 0)
    assert np.all(np.diff([np.median(cohorts(n).covariate("kill")) for n in names]) > 0)
    assert np.all(np.diff([np.median(cohorts(n).column("R123")) for n in names]) < 0)
    # Fewer courses leave more marrow.
    assert np.median(cohorts("pif").column("ANC0")) > np.median(
        cohorts("late-relapse").column("ANC0")
    )


def test_correlations_that_were_asked_for_are_there():
    """Clearance with volume, T cells against blasts, blood blasts and infiltration."""
    cohort = draw_cohort("unselected", 4000, 7, model=MODEL)
    x = {n: np.argsort(np.argsort(cohort.column(n))) for n in ("CL", "Vc", "blood_T", "keg",
         "blast_fraction", "marrow_T_fraction")}  # fmt: skip

    def rank(one, other):
        return np.corrcoef(x[one], x[other])[0, 1]

    assert rank("CL", "Vc") == pytest.approx(0.345, abs=0.06)
    assert rank("keg", "blast_fraction") > 0.25
    assert rank("blood_T", "blast_fraction") < -0.08
    assert rank("marrow_T_fraction", "blast_fraction") < -0.08
    assert rank("blood_T", "marrow_T_fraction") > 0.2
    score = np.argsort(np.argsort(cohort.covariate("infiltration_score")))
    assert np.corrcoef(score, x["marrow_T_fraction"])[0, 1] > 0.8


def test_mds_has_few_blasts_and_claims_no_response(cohorts, tmp_path):
    """5 to below 20 % of blasts after a failed agent; response is not evaluable in a run."""
    cohort = cohorts("mds")
    assert cohort.column("blast_fraction").min() >= 0.05
    assert cohort.column("blast_fraction").max() < 0.2
    assert np.all(cohort.covariate("blasts_day_112") > 5)
    assert np.median(cohort.column("PLT0")) < np.median(cohorts("pif").column("PLT0"))
    study = Study("s", (Arm("one", "One", _protocol()),), model=MODEL, cohort="mds", patients=6,
                  days=30)  # fmt: skip
    run = run_study(study, tmp_path / "run")
    assert run.read("outcomes")["response"].to_list() == ["NE"] * 6
    assert run.manifest["study"]["response"] == "not claimed"
    assert (
        "response"
        not in run_study(replace(study, cohort="pif"), tmp_path / "pif").manifest["study"]
    )


def _protocol():
    from trimer.library import protocol_path
    from trimer.protocol.read import read_protocol

    return read_protocol(protocol_path("reference-flat"))


def test_a_study_of_a_cohort_is_the_same_in_any_blocks(tmp_path):
    """Patients, covariates and outcomes of blocks of 4 and of 500; the folder tells the screen."""
    study = Study("s", (Arm("one", "One", _protocol()),), model=MODEL, cohort="pif", patients=10,
                  seed=3, days=10)  # fmt: skip
    one, other = (run_study(study, tmp_path / str(size), block=size) for size in (4, 500))
    for table in ("patients", "outcomes"):
        assert_frame_equal(one.read(table), other.read(table), check_exact=True)
    patients = one.read("patients")
    assert patients["cov_history"].to_list() == ["failed induction"] * 10
    assert patients["cov_infiltration_score"].dtype == pl.Float64
    assert patients["id"].to_list() != list(range(10))
    assert one.manifest["screening"]["kept"] >= 10
    assert "failed induction" in one.manifest["study"]["cohort_description"]


def test_covariates_go_through_files(cohorts, tmp_path):
    """Written as CSV and as Parquet, read back: the same people with what is known of them."""
    cohort = cohorts("unselected").part(0, 40)
    table = patient_table(cohort)
    table.write_csv(tmp_path / "people.csv")
    table.write_parquet(tmp_path / "people.parquet")
    card = prepare(shipped(MODEL)).parameter_table
    for name in ("people.csv", "people.parquet"):
        again = read_cohort(tmp_path / name, card)
        assert np.array_equal(again.values, cohort.values)
        assert again.covariates.keys() == cohort.covariates.keys()
        for known in cohort.covariates:
            assert np.array_equal(again.covariate(known), cohort.covariate(known)), known


def test_a_covariate_that_is_not_known_is_no_error(tmp_path):
    """An empty cell is NaN or an empty text; a column of a parameter has to be filled."""
    path = tmp_path / "people.csv"
    path.write_text("id,WT,cov_age,cov_center\n0,70,63,Berlin\n1,71,,\n")
    cohort = read_cohort(path)
    assert cohort.parameters == ("WT",)
    assert np.isnan(cohort.covariate("age")[1])
    assert cohort.covariate("center").tolist() == ["Berlin", ""]


def test_a_parameter_without_spread_may_differ_in_a_cohort(tmp_path):
    """A user's own file varies what the card holds fixed, and the model reads it."""
    (tmp_path / "mine.toml").write_text(
        '[cohort]\nname = "mine"\ntitle = "Mine"\ndescription = "Mine."\nbased_on = "pif"\n'
        '[parameters.Q]\nspread = "lognormal cv 40%"\nunit = "L/day"\n'
        'source = "TrimerCohorts"\nbasis = "assumed"\n'
    )
    cohort = draw_cohort(tmp_path / "mine.toml", 4, 7, model=MODEL)
    assert np.ptp(cohort.column("Q")) > 1
    run = simulate(load(MODEL), cohort, _protocol(), days=1, outputs=["concentration"])
    assert np.isfinite(run.values).all()
    study = Study("s", (Arm("one", "One", _protocol()),), model=MODEL, patients=4, days=2,
                  cohort=str(tmp_path / "mine.toml"))  # fmt: skip
    patients = run_study(study, tmp_path / "run").read("patients")
    assert np.ptp(patients["Q"].to_numpy()) > 1


def test_every_shipped_cohort_is_for_every_model_of_aml():
    """Each draws patients for the reference and for the ward model, the same where they agree."""
    for name in cohort_names():
        few = [draw_cohort(name, 5, 7, model=model) for model in (MODEL, "flotetuzumab")]
        assert np.array_equal(few[0].ids, few[1].ids)
        for parameter in ("CL", "marrow_T_fraction", "blood_T"):
            assert np.array_equal(few[0].column(parameter), few[1].column(parameter))
        ratio = few[0].column("kk") / few[1].column("kk")  # each card has a value of its own
        assert np.allclose(ratio, ratio[0])


def test_an_unknown_cohort_is_answered_with_a_near_one():
    """By name, and by a file that is not there."""
    with pytest.raises(CohortError, match=r"No cohort 'pfi'.*Did you mean 'pif'"):
        find_cohort("pfi")
    with pytest.raises(CohortError, match=r"gone\.toml"):
        find_cohort("gone.toml")


def test_outcomes_judge_response_unless_told_otherwise(cohorts):
    """The same run with and without response criteria differs in the response alone."""
    names = ("concentration", "IL6", "IL6_signal", "temperature", "vascular_leak", "blasts",
             "blood_blasts", "LSC_cells", "ANC", "PLT")  # fmt: skip
    run = simulate(shipped(MODEL), cohorts("pif").part(0, 3), _protocol(), days=30, outputs=names)
    every = np.arange(len(run.times))
    judged, not_judged = (outcomes("a", run, every, response_criteria=c) for c in (True, False))
    assert set(not_judged["response"]) == {"NE"}
    assert "NE" not in set(judged["response"])
    assert judged.drop("response").equals(not_judged.drop("response"))
