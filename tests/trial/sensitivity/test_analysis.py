# SPDX-License-Identifier: Apache-2.0
"""Sensitivity of a shipped model: the typical patient, populations with the same luck."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from trimer.core.errors import InputError
from trimer.patients import sample
from trimer.protocol import Protocol
from trimer.simulate import prepare, simulate
from trimer.trial.planned import as_planned
from trimer.trial.populations import counts_of, populations
from trimer.trial.recipe import shipped
from trimer.trial.sensitivity import Plan, sensitivity
from trimer.trial.sensitivity.local import local
from trimer.trial.sensitivity.read_outs import latent_of, readable
from trimer.trial.sensitivity.tables import record_of, tables_of
from trimer.trial.shift import can_shift, shifted, under_cards
from trimer.trial.treatments import find_treatment

MODEL = "flotetuzumab-reference"


@pytest.fixture(scope="module")
def table():
    """The card of the reference model."""
    return prepare(shipped(MODEL)).parameter_table


@pytest.fixture(scope="module")
def compiled(table):
    """The reference model with every parameter free."""
    return prepare(shipped(MODEL), vary=[row.name for row in table])


FLAT = Protocol("flat").infuse("100 ng/kg/day", days=5)


def test_elasticities_are_slopes(compiled, table):
    """An elasticity is the slope that two simulations a per mille apart give."""
    ends = {name: (row.value / 2, row.value * 2) for row in table if (name := row.name) in "k6 kk"}
    found = local(compiled, table, FLAT, ends, days=3)
    i = [row.name for row in found.rows].index("k6")
    k = [out.name for out in found.read_outs].index("peak_il6")
    value = found.rows[i].value
    moved = sample([SimpleNamespace(name="k6", value=value, spread="lognormal cv 1%")], 2, 1)
    moved = type(moved)("two", moved.ids, ("k6",), np.array([[value / 1.001], [value * 1.001]]))
    peaks = 10 ** latent_of(compiled, moved, FLAT, days=3, rtol=1e-8)[:, k]
    slope = math.log(peaks[1] / peaks[0]) / (2 * math.log(1.001))
    assert found.elasticity[i, k] == pytest.approx(slope, rel=0.02)
    assert 0.3 < slope < 1.5
    assert found.at_low[i, k] < found.base[k] < found.at_high[i, k]


def test_bars_are_ranked_by_their_width(compiled, table):
    """The order of an outcome falls in width, and the width is that of the ends."""
    ends = {row.name: (row.value / 1.5, row.value * 1.5) for row in table if can_shift(row)}
    found = local(compiled, table, FLAT, ends, days=2)
    for k in range(len(found.read_outs)):
        assert (np.diff(found.width[found.order(k), k]) <= 0).all()
    spread = np.abs(found.at_high - found.at_low)
    assert (found.width >= spread - 1e-12).all()


def test_what_cannot_be_scaled_is_not_moved():
    """Zero, deviates and shares of a beta distribution have no factor."""
    rows = {
        "zero": (0.0, ""),
        "deviate": (0.0, "logistic"),
        "share": (0.5, "beta 2 2"),
        "plain": (2.0, ""),
        "spread": (2.0, "lognormal cv 30%"),
    }
    able = [
        name
        for name, (value, spread) in rows.items()
        if can_shift(SimpleNamespace(name=name, value=value, spread=spread))
    ]
    assert able == ["plain", "spread"]


def test_the_median_of_patients_shifts_with_the_typical_value():
    """A lognormal's patients are all multiplied, its own median too, limits hold."""
    row = SimpleNamespace(name="T", value=10.0, spread="lognormal sd 0.5 median 8 within 1..40")
    before = sample([row], 500, 3).column("T")
    after = sample([shifted(row, 2.0)], 500, 3).column("T")
    inside = (before > 1) & (after < 40)
    assert after[inside] == pytest.approx(2 * before[inside])
    assert after.max() <= 40


def test_patients_are_the_same_under_every_card(table):
    """Patient i of each card differs in nothing but what the card changes."""
    cohort, luck = under_cards(table, [{}, {"k6": 2.0, "d6n": 3.0}], 20, 5)
    one, other = cohort.values[:20], cohort.values[20:]
    for j, name in enumerate(cohort.parameters):
        factor = {"k6": 2.0, "d6n": 3.0}.get(name, 1.0)
        assert other[:, j] == pytest.approx(factor * one[:, j]), name
    assert luck.tolist() == [*range(20), *range(20)]
    plain = sample(table, 20, 5)
    assert np.array_equal(cohort.select(range(20)).column("k6"), plain.column("k6"))


def test_luck_on_the_ward_is_that_of_its_number():
    """Patients with other numbers but the same luck are read, graded and treated alike."""
    study = find_treatment("flotetuzumab-multi-step")
    ready = prepare(shipped(study.model))
    whole = sample(ready.parameter_table, 3, 1)
    moved = type(whole)("moved", whole.ids + 100, whole.parameters, whole.values, whole.seed)
    protocol = study.arms[0].protocol
    runs = [
        simulate(ready, cohort, protocol, days=4, outputs=["IL6"], luck=luck)
        for cohort, luck in ((whole, None), (moved, whole.ids), (moved, None))
    ]
    assert np.array_equal(runs[0].values, runs[1].values)
    assert not np.array_equal(runs[0].values, runs[2].values)
    given = [run.ward.doses().drop("id") for run in runs[:2]]
    assert given[0].equals(given[1])


def test_rates_do_not_depend_on_how_many_cards_are_simulated_at_once(compiled, table, monkeypatch):
    """Cards one by one and cards together give the same outcomes, patient by patient."""
    cards = [{}, {"k6": 3.0}, {"kk": 2.0}]

    def found():
        parts = populations(compiled, table, FLAT, cards, patients=15, seed=2, days=3)
        return [(counts_of(part), part["peak_il6"].to_list()) for _, _, part in parts]

    together = found()
    monkeypatch.setattr("trimer.trial.populations._AT_ONCE", 1)
    assert found() == together
    assert together[0] != together[1]


def test_a_course_as_planned_gives_its_planned_doses():
    """Infusions are those of the course; what is due before the first dose comes with it."""
    study = find_treatment("flotetuzumab-multi-step")
    ready = prepare(shipped(study.model))
    plan = as_planned(study.arms[0].protocol, ready)
    assert not plan.is_closed_loop
    assert plan.infusions == study.arms[0].protocol.infusions
    assert min(dose.at for dose in plan.doses) == 0
    assert "diphenhydramine" not in {dose.drug for dose in plan.doses}
    assert as_planned(FLAT, ready) is FLAT


@pytest.fixture(scope="module")
def small():
    """A small analysis of everything."""
    study = find_treatment("reference-multi-step", model=MODEL)
    plan = Plan(most=4, base_samples=16, typical=3, trajectories=2, patients=20)
    lines = []
    found = sensitivity(MODEL, study.arms[0], plan, days=28, progress=lines.append)
    return study, plan, found, lines


def test_a_whole_analysis(small):
    """Every part is there, ranked, with the share on assumed parameters as a number."""
    _, _, found, lines = small
    tables, record = tables_of(found), record_of(found)
    assert set(tables) == {"local", "sobol", "morris"}
    assert tables["sobol"].height == 4 * 3
    assert tables["morris"].height == 3 * 3
    assert record["sobol"]["patients"] in {16 * 6, 16 * 7}
    for share in record["sobol"]["share_on_assumed"].values():
        assert 0 <= share["alone"] <= 1
        assert 0 <= share["any_part"] <= 1
    assert 0 < min(record["sobol"]["squared_effects_varied"].values()) <= 1
    assert record["morris"]["points"] == 2 * 4
    assert any("morris" in line for line in lines)
    assert {out.name for out in readable(prepare(shipped(MODEL)))} == {
        "blast_nadir",
        "crs_severity",
        "peak_il6",
    }


def test_threads_do_not_matter(small):
    """One thread gives the numbers of two, to the last bit."""
    study, plan, found, _ = small
    again = sensitivity(MODEL, study.arms[0], plan, days=28, threads=1)
    assert np.array_equal(again.sobol.indices.total, found.sobol.indices.total)
    assert np.array_equal(again.morris.mean, found.morris.mean)
    assert np.array_equal(again.local.slope, found.local.slope)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kinds": ("global",)}, "Unknown analysis: got global"),
        ({"kinds": ()}, "Unknown analysis"),
        ({"patients": 1}, "Wrong 'patients'"),
    ],
)
def test_a_plan_of_nothing_is_refused(wrong, sentence):
    """The sentence says what is known."""
    with pytest.raises(InputError, match=sentence):
        Plan(**wrong)


def test_a_parameter_in_which_nobody_differs_is_refused():
    """A Sobol analysis varies what the card gives a spread."""
    study = find_treatment("reference-multi-step", model=MODEL)
    plan = Plan(kinds=("sobol",), parameters=("k6", "d6n"), base_samples=8)
    with pytest.raises(InputError, match="Patients do not differ in 'd6n'"):
        sensitivity(MODEL, study.arms[0], plan, days=1)


@pytest.mark.parametrize("name", ["reference-lead-in", "reference-multi-step"])
def test_a_treatment_is_a_study_or_a_protocol(name, tmp_path):
    """Shipped ones by name, others by file; anything else is no treatment."""
    study = find_treatment(name, days=5)
    assert study.days == 5
    assert study.arms
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "own"\n[[infuse]]\ndrug = "blinatumomab"\nrate = "9 ug/day"\ndays = 7\n'
    )
    assert find_treatment(str(path)).model == "blinatumomab"
    with pytest.raises(InputError, match=r"No study or protocol 'refrence-lead-in'.*Did you mean"):
        find_treatment("refrence-lead-in")
