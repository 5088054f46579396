# SPDX-License-Identifier: Apache-2.0
"""Two layers, kept apart: what is drawn, and what comes of it."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from trimer.core.errors import InputError
from trimer.protocol import Protocol
from trimer.simulate import prepare
from trimer.trial.calibration.covariance import Spread
from trimer.trial.recipe import shipped
from trimer.trial.study import Arm
from trimer.trial.uncertainty import Doubt, draw_cards, read_doubt, uncertainty
from trimer.trial.uncertainty.doubt import shipped_doubt
from trimer.trial.uncertainty.draws import last_spreads
from trimer.trial.uncertainty.layers import QUANTILES
from trimer.trial.uncertainty.tables import band_table, draw_table, rate_table

MODEL = "flotetuzumab-reference"
ARM = Arm("flat", "Flat", Protocol("flat").infuse("100 ng/kg/day", days=5))


@pytest.fixture(scope="module")
def table():
    """The card of the reference model."""
    return prepare(shipped(MODEL)).parameter_table


def doubt(name, value=2.0, sd=0.5, low=0.0, high=math.inf):
    """What is known of one typical value."""
    return Doubt(name, value, "assumed", sd, low, high, "example")


@pytest.mark.parametrize("model", ["flotetuzumab", MODEL, "blinatumomab"])
def test_the_shipped_file_serves_every_model(model):
    """Every assumed value that is not named has at least 50 %, clearance too; none is NaN."""
    rows = prepare(shipped(model)).parameter_table
    found = {d.name: d for d in read_doubt(shipped_doubt(model), rows, strict=False)}
    half = math.sqrt(math.log1p(0.25))
    assert found["CL"].sd >= half - 1e-12
    with shipped_doubt(model).open(encoding="utf-8", newline="") as file:
        named = {row["name"] for row in csv.DictReader(file)}
    assumed = {row.name for row in rows if row.basis == "assumed"} - named
    assert all(found[name].sd >= half - 1e-12 for name in assumed & set(found))
    assert len(assumed & set(found)) > 5
    assert "MW" not in found
    assert "B_min" not in found
    assert "NG" not in found  # derived
    for one in found.values():
        assert one.low <= one.value <= one.high
        low, high = one.ends()
        assert 0 < low < high


def test_draws_have_the_spread_they_were_asked_for():
    """Logarithms of factors are normal with the doubt's deviation, and independent."""
    cards = draw_cards([doubt("a"), doubt("b", sd=0.2)], 4000, 3)
    logs = np.log([[card["a"], card["b"]] for card in cards])
    assert logs.mean(axis=0) == pytest.approx([0, 0], abs=0.03)
    assert logs.std(axis=0) == pytest.approx([0.5, 0.2], rel=0.05)
    assert abs(np.corrcoef(logs.T)[0, 1]) < 0.05


def test_a_draw_depends_on_its_number_alone():
    """More draws, or other parameters, change nothing of the first ones."""
    few = draw_cards([doubt("a")], 5, 3)
    many = draw_cards([doubt("b"), doubt("a")], 50, 3)
    assert [card["a"] for card in few] == [card["a"] for card in many[:5]]
    assert few != draw_cards([doubt("a")], 5, 4)


def test_limits_hold():
    """No typical value leaves its limits."""
    cards = draw_cards([doubt("a", value=2.0, sd=3.0, low=1.0, high=2.5)], 200, 1)
    values = np.array([2.0 * card["a"] for card in cards])
    assert values.min() == pytest.approx(1.0)
    assert values.max() == pytest.approx(2.5)


def test_fitted_parameters_are_drawn_with_their_covariance():
    """The covariance of the fit replaces what the file says, correlation and all."""
    covariance = ((0.04, 0.03), (0.03, 0.09))
    doubts = [doubt("a"), doubt("b"), doubt("c")]
    cards = draw_cards(doubts, 6000, 2, fitted=[Spread(("a", "b"), covariance)])
    logs = np.log([[card[name] for name in "abc"] for card in cards])
    assert np.cov(logs.T)[:2, :2] == pytest.approx(np.array(covariance), abs=0.006)
    assert logs[:, 2].std() == pytest.approx(0.5, rel=0.05)


def test_a_record_gives_the_last_covariance_of_each_block():
    """Later rounds replace earlier ones; a block without one gives none."""
    record = {
        "blocks": [
            {"block": "one", "spread": {"names": ["a"], "covariance": [[1.0]]}},
            {"block": "two", "spread": None},
            {"block": "one", "spread": {"names": ["a"], "covariance": [[0.5]]}},
        ]
    }
    assert last_spreads(record) == (Spread(("a",), ((0.5,),)),)


HEADER = "name,basis,cv,low,high,reason\n"
BASES = "".join(f",{basis},50,,,x\n" for basis in ("measured", "scaled", "fitted", "derived"))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (",assumed,40,,,x\n", "what is assumed without data is known no better than 50 %"),
        (",assumed,50,,,x\nCLL,,50,,,x\n", "Wrong row 'CLL'.*line 7.*Did you mean 'CL"),
        (",assumed,50,,,x\nCL,assumed,50,,,x\n", "one of them"),
        (",assumed,50,,,x\nCL,,-1,,,x\n", "got a CV of '-1'"),
        (",assumed,50,,,x\nCL,,many,,,x\n", "got a CV of 'many'"),
        (",assumed,50,,,x\nCL,,50,9,3,x\n", "got limits '9' and '3'"),
        (",assumed,50,,,x\nCL,,50,,,\n", "it has no reason"),
        (",assumed,50,,,x\nCL,,50,,,x\nCL,,60,,,x\n", "stands there twice"),
        (",guessed,50,,,x\n", "unknown basis 'guessed'"),
        ("", "how well parameters of basis assumed are known"),
    ],
)
def test_a_wrong_file_says_where(tmp_path, table, rows, sentence):
    """Every problem is a sentence with the line."""
    path = tmp_path / "uncertainty.csv"
    path.write_text(HEADER + BASES + rows)
    with pytest.raises(InputError, match=sentence):
        read_doubt(path, table)


@pytest.fixture(scope="module")
def found(table):
    """A small analysis in which one parameter alone is in doubt."""
    compiled = prepare(shipped(MODEL), vary=["d6n"])
    cards = draw_cards([doubt("d6n", value=4.0, sd=0.6)], 12, 1)
    return uncertainty(compiled, table, ARM, cards, days=3, patients=30)


def test_the_layers_are_quantiles_of_what_was_simulated(table, found):
    """Each band is made of the courses it says it is made of."""
    from trimer.trial.populations import populations, stored_times

    compiled = prepare(shipped(MODEL), vary=["d6n"])
    cards = draw_cards([doubt("d6n", value=4.0, sd=0.6)], 12, 1)
    parts = [
        run.column("IL6")[rows][:, stored_times(run)]
        for run, rows, _ in populations(
            compiled, table, ARM.protocol, [{}, *cards], patients=30, seed=1, days=3
        )
    ]
    layers = next(part for part in found.layers if part.name == "IL6")
    medians = np.array([np.median(part, axis=0) for part in parts[1:]])
    assert layers.patients == pytest.approx(np.quantile(parts[0], QUANTILES, axis=0))
    assert layers.parameters == pytest.approx(np.quantile(medians, QUANTILES, axis=0))
    everyone = np.concatenate(parts[1:])
    assert layers.both == pytest.approx(np.quantile(everyone, QUANTILES, axis=0))
    assert found.times.tolist() == np.arange(0, 3.01, 0.25).tolist()


def test_doubt_reaches_only_what_depends_on_it(found):
    """Loss of IL-6 moves IL-6, not the drug: there that layer has no width at all."""
    layers = {part.name: part for part in found.layers}
    drug = layers["concentration"]
    assert drug.parameters[0] == pytest.approx(drug.parameters[4], rel=1e-4)
    assert (layers["IL6"].parameters[4] > 1.2 * layers["IL6"].parameters[0]).any()
    assert (drug.patients[4, 1:] > 1.2 * drug.patients[0, 1:]).all()


def test_without_doubt_the_second_layer_is_the_median(table):
    """If every card is the card, medians have no spread, and both layers together are one."""
    compiled = prepare(shipped(MODEL))
    still = uncertainty(compiled, table, ARM, [{}, {}, {}], days=2, patients=20)
    for part in still.layers:
        assert np.array_equal(part.parameters[0], part.parameters[4])
        assert np.array_equal(part.parameters[2], part.patients[2])
    assert (still.rates == still.rates[0]).all()
    assert still.rates[0].tolist() == [share.share for share in still.at_card]


def test_tables_hold_all_of_it(found):
    """Bands by layer, rates of both layers, one row a draw."""
    bands = band_table([found])
    assert set(bands["layer"].unique()) == {"patients", "parameters", "both"}
    assert bands.height == 3 * len(found.layers) * len(found.times)
    assert rate_table([found]).height == 3
    cards = draw_cards([doubt("d6n", value=4.0, sd=0.6)], 12, 1)
    draws = draw_table(cards, [doubt("d6n", value=4.0, sd=0.6)], [found])
    assert draws.height == 12
    assert draws["d6n"][0] == pytest.approx(4.0 * cards[0]["d6n"])


@pytest.mark.parametrize(("cards", "patients"), [([{}], 10), ([{}, {}], 1)])
def test_too_little_is_refused(table, cards, patients):
    """Two layers take two cards and two patients."""
    with pytest.raises(InputError, match="Too little for two layers"):
        uncertainty(prepare(shipped(MODEL)), table, ARM, cards, days=1, patients=patients)
