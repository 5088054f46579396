# SPDX-License-Identifier: Apache-2.0
"""Scenarios with common random numbers, with values of the card replaced, from end to end."""

import json
from dataclasses import replace

import numpy as np
import pytest

from trimer.cli.main import main
from trimer.core.errors import InputError, UnknownName
from trimer.trial.targets import figures, simulate_scenarios, verdict
from trimer.trial.targets.patients import draw, replaced_values
from trimer.trial.targets.validation import validate

FIXED = ["flat", "flat-tocilizumab", "no-drug", "one-arm"]


@pytest.fixture(scope="module")
def fixed(targets):
    """Return fixed schedules, simulated: they take no time."""
    some = [targets.scenarios[name] for name in FIXED]
    return simulate_scenarios(some, patients=6, seed=3, stand_in="reference")


def test_scenarios_of_one_cohort_treat_the_same_patients(fixed):
    """They differ by what is done alone."""
    flat, blocked = fixed["flat"], fixed["flat-tocilizumab"]
    assert np.array_equal(flat.run.cohort.values, blocked.run.cohort.values)
    before = flat.times[flat.times <= 0.5]
    k = len(before)
    assert np.allclose(flat.column("IL6")[:, :k], blocked.column("IL6")[:, :k], rtol=1e-3)
    assert (blocked.column("IL6")[:, k + 5] > flat.column("IL6")[:, k + 5]).all()


def test_a_patient_does_not_depend_on_the_number_of_patients(targets, fixed):
    """Nor on the threads."""
    again = simulate_scenarios(
        [targets.scenarios["flat"]], patients=2, seed=3, stand_in="reference", threads=1
    )
    assert np.array_equal(again["flat"].column("IL6"), fixed["flat"].column("IL6")[:2])


def test_a_missing_cohort_is_an_error_unless_a_stand_in_is_named(targets):
    """Nobody else is drawn in silence."""
    scenario = replace(targets.scenarios["flat"], cohort="nobody")
    with pytest.raises(UnknownName, match="Unknown cohort 'nobody' of scenario 'flat'"):
        simulate_scenarios([scenario], patients=2, seed=3)


def test_a_replaced_value_is_a_median_and_keeps_the_spread(targets):
    """Each patient keeps his place; what had no spread is the same in everyone."""
    scenario = replace(targets.scenarios["flat"], cohort="reference")
    usual = draw(scenario, {}, 50, 3, "reference")
    other = draw(scenario, {"k6": 30_000.0, "kTNF": 700.0, "wt": 0.5}, 50, 3, "reference")
    from trimer.trial.targets.patients import card_of

    card = card_of("flotetuzumab", {})
    assert np.allclose(other.column("k6"), usual.column("k6") * 30_000.0 / card["k6"])
    assert np.allclose(other.column("kTNF"), usual.column("kTNF") * 700.0 / card["kTNF"])
    assert (other.column("wt") == 0.5).all()
    assert np.array_equal(other.column("CL"), usual.column("CL"))
    shifted = draw(scenario, {"blood_T": 1800.0}, 50, 3, "reference")
    inside = (shifted.column("blood_T") < 4000) & (usual.column("blood_T") > 150)
    ratio = shifted.column("blood_T")[inside] / usual.column("blood_T")[inside]
    assert np.allclose(ratio, 2.0)  # the cohort's median was 900


def test_a_value_goes_to_the_models_that_share_the_row():
    """T cells and cytokines are shared, the molecule is not; a name may say its model."""
    models = ["flotetuzumab", "blinatumomab"]
    found = replaced_values(models, {"k6": 1.0, "CL": 2.0, "blinatumomab:CL": 3.0})
    assert found == {"flotetuzumab": {"k6": 1.0, "CL": 2.0}, "blinatumomab": {"k6": 1.0, "CL": 3.0}}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"k66": 1.0}, r"Unknown parameter 'k66'.* Did you mean"),
        ({"blinatumumab:CL": 1.0}, r"Unknown model .* Did you mean 'blinatumomab'"),
        ({"blinatumomab:CLL": 1.0}, r"Unknown parameter 'CLL' of 'blinatumomab'"),
        ({"blast_fraction": 0.3}, "has no median of its own"),
        ({"k6": -1.0}, "median of a lognormal cannot be -1"),
    ],
)
def test_what_cannot_be_replaced_is_said(targets, overrides, words):
    """Unknown names, and distributions without a median."""
    with pytest.raises(InputError, match=words):
        simulate_scenarios(
            [targets.scenarios["flat"]], patients=2, seed=1, overrides=overrides,
            stand_in="reference",
        )  # fmt: skip


def test_replaced_values_change_what_is_simulated(targets, fixed):
    """Twice the release, more interleukin 6, in the same patients."""
    more = simulate_scenarios(
        [targets.scenarios["flat"]], patients=6, seed=3, overrides={"k6": 1e6, "wt": 0.5},
        stand_in="reference",
    )  # fmt: skip
    assert more["flat"].card["k6"] == 1e6
    assert (more["flat"].column("IL6").max(axis=1) > fixed["flat"].column("IL6").max(axis=1)).all()


def test_identities_hold_in_the_models(targets, fixed):
    """No drug, or one arm of it: no cytokine."""
    found = figures(targets.select(["V84"]), fixed)["V84"]
    assert verdict(targets["V84"], found) == "met"
    assert max(part.value for part in found.parts) < 1e-6


def test_a_row_whose_scenario_was_not_simulated_is_an_error(targets, fixed):
    """And not a row that silently falls away."""
    with pytest.raises(InputError, match="Scenario 'two-step' was not simulated, but target 'V3'"):
        figures(targets.select(["V3"]), fixed)


def test_rows_on_a_ward_are_read_in_their_own_scale_with_astct_beside(targets):
    """The same simulation tells both; shares of grades add up."""
    done = validate(targets.select(["V3", "V4", "V5", "V6", "V9", "V90"]), patients=8, seed=2,
                    stand_in="reference")  # fmt: skip
    shares = {id_: done.simulated[id_].value for id_ in ("V3", "V4", "V5", "V6")}
    assert shares["V3"] == pytest.approx(shares["V4"] + shares["V5"] + shares["V6"])
    assert all(len(done.simulated[id_].astct) == 1 for id_ in shares)
    assert sum(part.value for part in done.simulated["V9"].parts) == pytest.approx(100)
    assert done.verdict("V90") == "met"
    assert done.simulations[0].failed == 0


def test_validate_writes_a_page_and_its_numbers(tmp_path, capsys):
    """From end to end, on the smallest of scenarios."""
    out = tmp_path / "out"
    command = ["validate", "--rows", "V38,V42,V82,V84", "--patients", "4", "--stand-in",
               "reference", "--out", str(out), "--quiet"]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Simulation, not medical advice" in said
    assert "met" in said
    page = (out / "validation.html").read_text()
    for id_ in ("V38", "V42", "V82", "V84"):
        assert f'id="row-{id_}"' in page
    assert "An assay in vitro" in page
    assert "replaced by &#39;reference&#39;" in page
    numbers = json.loads((out / "validation.json").read_text())
    assert [row["id"] for row in numbers["rows"]] == ["V38", "V42", "V82", "V84"]
    assert numbers["stand_in"] == "reference"
    assert numbers["counts"]["by construction"] == {"met": 2, "judged": 2, "not_judged": 0}
    assert main(command) == 1
    assert "the file is there already" in capsys.readouterr().err
    assert main([*command, "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rows", "V103"], "Did you mean 'V10'"),
        (["--patients", "0"], "there is at least one"),
        (["--targets", "missing.toml"], "Missing file 'missing.toml'"),
    ],
)
def test_validate_refuses_in_a_sentence(tmp_path, capsys, arguments, words):
    """Exit code 1, nothing written."""
    out = tmp_path / "out"
    assert main(["validate", *arguments, "--quiet", "--out", str(out)]) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()
