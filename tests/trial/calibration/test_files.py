# SPDX-License-Identifier: Apache-2.0
"""Fit file, ranges, figures, card patch and record say what is wrong with them."""

from __future__ import annotations

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest
from tests.trial.calibration.conftest import CARD, FIT, bowl

from trimer.core.errors import CardError, CohortError, InputError
from trimer.core.sources import read_sources
from trimer.model.card import read_card
from trimer.patients import Cohort
from trimer.trial.calibration import Settings, calibrate, read_fit, shipped
from trimer.trial.calibration.fit_file import choose_blocks
from trimer.trial.calibration.marginals import Marginal, features, read_marginals
from trimer.trial.calibration.patch import Change, changes, write_into_cards, write_patch
from trimer.trial.calibration.plausible import Range, accept, read_ranges
from trimer.trial.calibration.record import check, read_record, record_of, write_record


def test_blocks_keep_their_order(fit_file):
    """Blocks and parameters come in the order of the file, and one may be chosen."""
    blocks = read_fit(fit_file, CARD)
    assert [(b.name, [p.name for p in b.parameters]) for b in blocks] == [
        ("one", ["a", "b"]),
        ("two", ["c"]),
    ]
    assert [block.name for block in choose_blocks(blocks, ["two"])] == ["two"]
    with pytest.raises(InputError, match=r"Unknown block 'tow'. Did you mean 'two'?"):
        choose_blocks(blocks, ["tow"])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("aa,1,2,one,x", "Unknown parameter 'aa' in .*line 2.*Did you mean 'a'"),
        ("a,0,2,one,x", "Wrong 'low' of 'a'.*got '0'; it must be a positive number"),
        ("a,x,2,one,x", "Wrong 'low' of 'a'.*got 'x'"),
        ("a,0.5,inf,one,x", "Wrong 'high' of 'a'.*got 'inf'"),
        ("a,5,2,one,x", "Wrong bounds of 'a'.*the lower one must be below"),
        ("a,2,5,one,x", "Wrong bounds of 'a'.*the value of the card, 1, must lie between"),
        ("a,0.5,2,,x", "Empty field 'block'"),
        ("a,0.5,2,one,", "Empty field 'reason'"),
        ("a,0.5,2,one,x\na,0.5,2,two,x", "Parameter 'a' in .*line 3.*already in .*line 2"),
        ("a,0.5,2,one", "Wrong number of fields in .*line 2: got 4"),
    ],
)
def test_a_wrong_fit_file_says_where(tmp_path, row, sentence):
    """Every problem is a sentence with file and line."""
    path = tmp_path / "fit.csv"
    path.write_text("name,low,high,block,reason\n" + row + "\n")
    with pytest.raises(InputError, match=sentence):
        read_fit(path, CARD)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Empty file"),
        ("name,low,high,block,reason\n", "it has no rows"),
        ("parameter,min,max\n", "the first line must be name,low,high,block,reason"),
    ],
)
def test_a_fit_file_of_nothing_is_refused(tmp_path, text, sentence):
    """Nothing to fit is said."""
    path = tmp_path / "fit.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_fit(path, CARD)


def test_targets_of_an_unknown_block_are_refused(fit_file, tmp_path):
    """The companion file may only name blocks of the fit file, with targets."""
    path = tmp_path / "blocks.csv"
    path.write_text("block,targets,reason\nthree,a,x\ntwo,;,x\n")
    with pytest.raises(InputError, match="Unknown block 'three'") as caught:
        read_fit(fit_file, CARD, blocks=path)
    assert "No targets of block 'two'" in str(caught.value)


# ------------------------------------------------------------------------------- plausible ranges
@pytest.fixture
def people():
    """Two hundred patients with one parameter from 0 to 199."""
    values = np.arange(200.0)[:, None]
    return Cohort("people", np.arange(200), ("weight",), values, 1)


def test_only_the_plausible_are_accepted(people):
    """Both limits count, of parameters and of what was worked out; the rest keep their numbers."""
    ranges = [Range("weight", 50, 149, "kg", "x"), Range("age", -np.inf, 120, "1", "x")]
    accepted = accept(people, ranges, {"age": np.arange(200.0)})
    assert accepted.cohort.ids.tolist() == list(range(50, 121))
    assert accepted.cohort.screened
    assert list(accepted.rejected.values()) == [100, 79]
    assert accepted.keep.sum() == 71


def test_a_screen_that_leaves_nobody_says_by_what(people):
    """More than 95 % left out is refused, with the range that does most of it."""
    ranges = [Range("weight", 195, 500, "kg", "x"), Range("weight", 100, 500, "kg", "x")]
    with pytest.raises(CohortError, match=r"5 of 200.*'weight 195 to 500 kg': 195"):
        accept(people, ranges)


def test_a_range_of_nothing_is_refused(people):
    """A name that nothing answers to is no silent pass."""
    with pytest.raises(CohortError, match=r"Unknown quantity 'wieght'.*Did you mean 'weight'"):
        accept(people, [Range("wieght", 0, 1, "kg", "x")])


def test_wrong_ranges_say_where(tmp_path):
    """A limit may be empty; a reason may not, nor limits the wrong way round."""
    path = tmp_path / "plausible.csv"
    path.write_text("name,low,high,unit,reason\nANC,0,,G/L,positive\nPLT,5,1,G/L,x\nHb,1,2,g/L,\n")
    with pytest.raises(InputError, match="line 3: got 'PLT'") as caught:
        read_ranges(path)
    assert "line 4" in str(caught.value)
    path.write_text("name,low,high,unit,reason\nANC,0,,G/L,positive\n")
    assert read_ranges(path) == (Range("ANC", 0.0, np.inf, "G/L", "positive"),)


# --------------------------------------------------------------------------- figures of marginals
@pytest.mark.parametrize(
    ("statistic", "value", "target", "mean"),
    [
        ("mean", 2.5, 2.5, 1.5),
        ("share >= 2", 0.4, 0.4, 0.5),
        ("share < 1", 0.4, 0.4, 0.25),
        ("median", 1.0, 0.5, 0.5),
        ("quantile 0.25", 2.0, 0.25, 0.75),
    ],
)
def test_a_figure_is_the_mean_of_its_feature(statistic, value, target, mean):
    """Shares and quantiles are means of 0 and 1."""
    marginal = Marginal("grade", statistic, value, 0.0, "X")
    column = features([marginal], {"grade": np.array([0.0, 1.0, 2.0, 3.0])})
    assert marginal.target == target
    assert column.mean() == mean


def test_wrong_figures_say_where(tmp_path):
    """Statistic, value, share and source are checked, all at once."""
    path = tmp_path / "marginals.csv"
    path.write_text(
        "name,statistic,value,error,source,reason\n"
        "grade,share => 2,0.5,,X,x\ngrade,share >= 2,50,,X,x\ngrade,mean,two,,X,x\n"
        "grade,mean,2,-1,X,x\ngrade,mean,2,,,x\n"
    )
    with pytest.raises(InputError, match="Unknown statistic 'share => 2'") as caught:
        read_marginals(path)
    text = str(caught.value)
    assert all(f"line {number}" in text for number in (2, 3, 4, 5, 6))
    assert "Divide percents by 100" in text
    with pytest.raises(CohortError, match=r"Unknown quantity 'grad'.*Did you mean 'grade'"):
        features([Marginal("grad", "mean", 1, 0, "X")], {"grade": np.ones(2)})


# ------------------------------------------------------------------------------- patch and record
CARD_TEXT = """name,definition,value,unit,spread,source,basis,details
a,first,1,1/day,lognormal sd 0.5 median 0.8 within 0.1..9,S,assumed,"set by hand, once"
b,second,2,1/day,,S,assumed,
c,third,5.0,1/day,lognormal cv 40%,S,assumed,
"""


@pytest.fixture
def card(tmp_path):
    """A card with its sources."""
    (tmp_path / "sources.bib").write_text("@misc{S,\n author = {A},\n title = {T},\n}\n")
    path = tmp_path / "card.csv"
    path.write_text(CARD_TEXT)
    return path


def found_values(fit_file):
    """A small calibration."""
    blocks = read_fit(fit_file, CARD)
    return calibrate(bowl, blocks, Settings(patients=10, rounds=1, generations=8, fresh_seeds=1))


def test_a_patch_lists_what_changes(fit_file, tmp_path):
    """Old and new values with basis and source, one row a parameter."""
    found = found_values(fit_file)
    write_patch(tmp_path / "patch.csv", changes(found, CARD))
    rows = list(csv.DictReader((tmp_path / "patch.csv").read_text().splitlines()))
    assert [row["name"] for row in rows] == list(found.changed)
    for row in rows:
        assert float(row["old"]) == found.start[row["name"]]
        assert float(row["new"]) == found.values[row["name"]]
        assert (row["basis"], row["source"]) == ("fitted", "TrimerCalibration")


def test_values_are_put_into_the_card(card):
    """The card still loads, has the new value, its median scaled alike, and a source for it."""
    counts = write_into_cards([card], [Change("a", 1.0, 1.5, "1/day", "1 (assumed) before")])
    assert counts == {card: 1}
    rows = read_card(card, read_sources(card.with_name("sources.bib"))).parameters
    assert (rows[0].value, rows[0].basis, rows[0].sources) == (
        1.5,
        "fitted",
        ("TrimerCalibration",),
    )
    assert rows[0].spread == "lognormal sd 0.5 median 1.2 within 0.1..9"
    assert rows[0].details == "set by hand, once; 1 (assumed) before"
    assert card.read_text().splitlines()[2:] == CARD_TEXT.splitlines()[2:]


def test_a_card_is_written_twice_with_one_source(card):
    """A second calibration changes the value again and adds no second entry."""
    write_into_cards([card], [Change("a", 1.0, 1.5, "1/day", "x")])
    write_into_cards([card], [Change("a", 1.5, 1.4, "1/day", "y")])
    assert card.with_name("sources.bib").read_text().count("TrimerCalibration") == 1
    assert "1.4" in card.read_text()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Change("z", 1.0, 2.0, "1", ""), "Parameter 'z' is in none of"),
        (Change("a", 1.1, 2.0, "1", ""), "the calibration began with 1.1"),
        (Change("a", 1.0, 20.0, "1", ""), "New value of 'a'.*outside 0.1..9"),
    ],
)
def test_a_card_that_does_not_fit_is_left_alone(card, change, sentence):
    """Nothing at all is written if one value cannot be."""
    with pytest.raises(CardError, match=sentence):
        write_into_cards([card], [Change("b", 2.0, 3.0, "1/day", ""), change])
    assert card.read_text() == CARD_TEXT


def test_a_record_is_checked_against_the_card(fit_file, tmp_path):
    """The fitted card gives the stored loss; any other one does not, and it is said why."""
    found = found_values(fit_file)
    write_record(tmp_path / "calibration.json", record_of(found, {"model": "bowl"}))
    record = read_record(tmp_path / "calibration.json")
    assert record["model"] == "bowl"
    assert record["blocks"][0]["spread"]["names"] == ["a", "b"]
    fitted = [type(row)(**{**vars(row), "value": found.values[row.name]}) for row in CARD]

    def at_card(_overrides, *, patients, seed, **_given):
        return bowl({row.name: row.value for row in fitted}, patients=patients, seed=seed)

    checked = check(at_card, fitted, record)
    assert checked.is_same
    assert [name for name, *_ in checked.rows()] == ["a", "b", "c"]
    moved = check(bowl, CARD, record)
    assert not moved.is_same
    assert any("'a' = 1;" in sentence for sentence in moved.moved)


@pytest.mark.parametrize("text", ["[]", "{}", "oops", json.dumps({"after": {"loss": 1}})])
def test_what_is_no_record_is_refused(tmp_path, text):
    """A file of something else is said to be none."""
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(InputError, match="is no record of a calibration"):
        read_record(path)


def test_the_shipped_fit_file_fits_the_shipped_card():
    """Every parameter is in the card, between its bounds, and every block has targets."""
    blocks = read_fit(
        shipped.shipped_folder() / shipped.FIT, shipped.card(),
        blocks=shipped.shipped_folder() / shipped.BLOCKS,
    )  # fmt: skip
    assert [block.name for block in blocks] == [
        "T cells",
        "cytokines",
        "tissue",
        "fever",
        "pressure",
        "response",
    ]
    assert all(block.targets for block in blocks)


@pytest.mark.parametrize(
    ("spread", "refused"),
    [
        ("beta 1.8 2.3", True),
        ("lognormal sd 0.9 median 0.5", True),
        ("lognormal sd 0.9 median 1", False),
        ("lognormal cv 40%", False),
    ],
)
def test_patients_have_to_follow_the_typical_value(tmp_path, spread, refused):
    """Where they are drawn around another number, fitting the typical value would do nothing."""
    row = SimpleNamespace(name="a", value=1.0, unit="1", spread=spread, basis="assumed")
    path = tmp_path / "fit.csv"
    path.write_text("name,low,high,block,reason\na,0.5,2,one,x\n")
    if refused:
        with pytest.raises(InputError, match="which does not follow the typical value 1"):
            read_fit(path, [row])
    else:
        assert read_fit(path, [row])[0].parameters[0].start == 1.0


def test_the_fit_file_of_the_tests_is_right(fit_file):
    """The fixture is what these tests take it for."""
    assert fit_file.read_text() == FIT
