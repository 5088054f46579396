# SPDX-License-Identifier: Apache-2.0
"""The search finds known minima, is the same every time, and goes on where it was stopped."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.trial.calibration.conftest import BEST, CARD, WEIGHT, bowl

from trimer.core.errors import InputError, ProtocolError
from trimer.trial.calibration import (
    Block,
    Evaluation,
    FitParameter,
    Row,
    Settings,
    calibrate,
    read_fit,
)
from trimer.trial.calibration.journal import EVALUATIONS

QUICK = Settings(patients=10, seed=3, rounds=2, generations=30, fresh_seeds=1)


def parameter(name, low, high, start):
    """A parameter of one block."""
    return FitParameter(name, low, high, "only", "example", start)


def test_a_quadratic_is_found_in_its_blocks(fit_file):
    """Every parameter comes to the known best value; the loss never rises."""
    found = calibrate(bowl, read_fit(fit_file, CARD), QUICK)
    assert found.values == pytest.approx(BEST, rel=0.01)
    assert found.after.loss < 1e-3 < found.before.loss
    assert all(block.loss <= block.loss_before for block in found.blocks)
    assert found.changed == ("a", "b") or found.values["c"] == pytest.approx(5.0)


def test_rosenbrock_is_found_inside_its_bounds():
    """The bent valley of Rosenbrock, in logarithms, is followed to its end."""

    def valley(overrides, **_given):
        x, y = math.log(overrides["x"]), math.log(overrides["y"])
        return Evaluation((1 - x) ** 2 + 100 * (y - x * x) ** 2)

    block = Block("only", (parameter("x", 0.2, 20.0, 0.3), parameter("y", 0.2, 20.0, 4.0)))
    found = calibrate(valley, [block], replace(QUICK, generations=150, rounds=1))
    assert found.values == pytest.approx({"x": math.e, "y": math.e}, rel=0.02)


def test_no_value_leaves_its_bounds():
    """A best value outside the bounds is approached up to the bound, never past it."""
    seen = []

    def outside(overrides, **_given):
        seen.append(overrides["x"])
        return Evaluation(math.log(overrides["x"] / 100.0) ** 2)

    found = calibrate(outside, [Block("only", (parameter("x", 0.5, 7.0, 1.0),))], QUICK)
    assert min(seen) >= 0.5
    assert max(seen) <= 7.0
    assert found.values["x"] == pytest.approx(7.0, rel=1e-3)


def test_the_seed_alone_decides(fit_file):
    """The same seed gives the same values to the last bit, another seed another path."""
    blocks = read_fit(fit_file, CARD)
    one, same, other = (
        calibrate(bowl, blocks, replace(QUICK, seed=seed, generations=6)) for seed in (3, 3, 4)
    )
    assert one == same
    assert one.values != other.values


def test_numpys_global_generator_is_left_alone(fit_file):
    """A search draws nothing from it and sets no seed."""
    np.random.seed(5)  # noqa: NPY002 (the very thing that is looked at)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    calibrate(bowl, read_fit(fit_file, CARD), replace(QUICK, generations=3))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_block_is_scored_on_its_own_targets(fit_file, tmp_path):
    """Where a block names targets, no other one is scored while it is searched."""
    companion = tmp_path / "blocks.csv"
    companion.write_text("block,targets,reason\none,a; b,example\n")
    asked = set()

    def watched(overrides, *, patients, seed, rows=None):
        asked.add(rows)
        return bowl(overrides, patients=patients, seed=seed, rows=rows)

    blocks = read_fit(fit_file, CARD, blocks=companion)
    calibrate(watched, blocks, replace(QUICK, generations=2, rounds=1))
    assert asked == {None, frozenset({"a", "b"})}


def test_a_round_that_spoils_other_targets_is_not_kept():
    """A block that follows a target against all others leaves the card as it is, and says so."""

    def torn(overrides, *, rows=None, **_given):
        place = math.log(overrides["x"])
        found = {"one": Row("one", 0.0, (place - 2) ** 2), "rest": Row("rest", 0.0, 50 * place**2)}
        found = {name: row for name, row in found.items() if rows is None or name in rows}
        return Evaluation(sum(row.score for row in found.values()), found)

    block = Block("only", (parameter("x", 0.1, 10.0, 1.0),), frozenset({"one"}))
    lines = []
    found = calibrate(torn, [block], QUICK, progress=lines.append)
    assert found.values == {"x": 1.0}
    assert found.after == found.before
    assert found.blocks[0].values["x"] == pytest.approx(math.exp(2), rel=0.02)
    assert any("its values are kept" in line for line in lines)


def test_values_with_which_nothing_can_be_simulated_are_passed_by(fit_file):
    """An error of Trimer's own is a loss worse than any, not the end of the search."""

    def fragile(overrides, *, patients, seed, rows=None):
        if overrides["a"] > 4.0:
            raise ProtocolError("No such dose.")
        return bowl(overrides, patients=patients, seed=seed, rows=rows)

    found = calibrate(fragile, read_fit(fit_file, CARD), QUICK)
    assert found.values["a"] == pytest.approx(3.0, rel=0.02)


def test_a_bug_in_an_objective_is_not_hidden(fit_file):
    """Any other error goes up to the caller."""

    def broken(_overrides, **_given):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        calibrate(broken, read_fit(fit_file, CARD), QUICK)


def test_covariance_is_that_of_the_logarithms(fit_file):
    """Half-squared losses of known weight give back standard deviations of about 1/sqrt(weight)."""
    found = calibrate(bowl, read_fit(fit_file, CARD), replace(QUICK, rounds=1))
    spread = found.blocks[0].spread
    assert spread.names == ("a", "b")
    sd = np.sqrt(np.diag(np.array(spread.covariance)))
    for name, got in zip(spread.names, sd, strict=True):
        prior = math.log(10 / 0.1) ** 2 / 12
        expected = math.sqrt(1 / (WEIGHT[name] + 1 / prior))
        assert expected / 1.8 < got < expected * 1.8


def test_a_flat_direction_is_as_wide_as_its_bounds():
    """What no target tells of has the spread of a uniform number between the bounds."""

    def flat(_overrides, **_given):
        return Evaluation(1.0)

    block = Block("only", (parameter("x", 1.0, 10.0, 2.0), parameter("y", 1.0, 10.0, 2.0)))
    found = calibrate(flat, [block], replace(QUICK, rounds=1))
    sd = np.sqrt(np.diag(np.array(found.blocks[0].spread.covariance)))
    assert sd == pytest.approx([math.log(10) / math.sqrt(12)] * 2, rel=1e-6)


class Stopped(BaseException):
    """Power goes out."""


@pytest.mark.parametrize("after", [1, 7, 23])
def test_stopped_and_gone_on_ends_the_same(fit_file, tmp_path, after):
    """Values, losses and the state folder itself are those of a run that was never stopped."""
    blocks, left = read_fit(fit_file, CARD), after
    settings = replace(QUICK, generations=5)
    whole = calibrate(bowl, blocks, settings, state=tmp_path / "whole")

    def failing(overrides, *, patients, seed, rows=None):
        nonlocal left
        left -= 1
        if left < 0:
            raise Stopped
        return bowl(overrides, patients=patients, seed=seed, rows=rows)

    with pytest.raises(Stopped):
        calibrate(failing, blocks, settings, state=tmp_path / "parts")
    count = len((tmp_path / "parts" / EVALUATIONS).read_text().splitlines())
    assert count == after
    again = calibrate(bowl, blocks, settings, state=tmp_path / "parts")
    assert again == whole
    assert (tmp_path / "parts" / EVALUATIONS).read_bytes() == (
        tmp_path / "whole" / EVALUATIONS
    ).read_bytes()


def test_what_was_evaluated_is_not_evaluated_again(fit_file, tmp_path):
    """A finished calibration that is started again simulates nothing."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=3)
    first = calibrate(bowl, blocks, settings, state=tmp_path / "state")

    def never(_overrides, **_given):
        raise AssertionError

    assert calibrate(never, blocks, settings, state=tmp_path / "state") == first


PROGRAM = """
import sys, time
from pathlib import Path
sys.path[:0] = {paths!r}
from conftest import CARD, bowl
from trimer.trial.calibration import Settings, calibrate, read_fit

def slow(overrides, *, patients, seed, rows=None):
    time.sleep({pause})
    return bowl(overrides, patients=patients, seed=seed, rows=rows)

found = calibrate(
    slow, read_fit(Path({fit!r}), CARD),
    Settings(patients=10, seed=3, rounds=1, generations=5, fresh_seeds=0), state=Path({state!r}),
)
print(repr(dict(found.values)))
"""


def program(fit, state, pause):
    """The command line of a calibration in a process of its own."""
    here = Path(__file__)
    text = PROGRAM.format(
        paths=[str(here.parent), str(here.parents[3] / "src")],
        fit=str(fit),
        state=str(state),
        pause=pause,
    )
    return [sys.executable, "-c", text]


def written(file):
    """How many evaluations are on the disk."""
    return file.read_bytes().count(b"\n") if file.exists() else 0


def test_a_killed_process_goes_on_bitwise(fit_file, tmp_path):
    """SIGKILL in the middle of a generation loses nothing that was evaluated."""
    state = tmp_path / "killed"
    process = subprocess.Popen(program(fit_file, state, 0.02), stdout=subprocess.PIPE)
    file, waited = state / EVALUATIONS, 0.0
    while process.poll() is None and waited < 30 and not written(file) >= 8:
        time.sleep(0.02)
        waited += 0.02
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = written(file)
    again = subprocess.run(program(fit_file, state, 0), capture_output=True, text=True, check=True)
    never = subprocess.run(
        program(fit_file, tmp_path / "never", 0), capture_output=True, text=True, check=True
    )
    assert 8 <= done < written(file)
    assert again.stdout == never.stdout
    assert file.read_bytes() == (tmp_path / "never" / EVALUATIONS).read_bytes()


def test_half_a_line_at_the_end_is_cut_off(fit_file, tmp_path):
    """What a kill left half written is evaluated again."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=3)
    whole = calibrate(bowl, blocks, settings, state=tmp_path / "state")
    file = tmp_path / "state" / EVALUATIONS
    content = file.read_bytes()
    file.write_bytes(content[:-25])
    assert calibrate(bowl, blocks, settings, state=tmp_path / "state") == whole
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("change", "word"),
    [({"seed": 4}, "settings"), ({"patients": 11}, "settings"), ({"generations": 9}, "settings")],
)
def test_another_calibration_does_not_go_on_there(fit_file, tmp_path, change, word):
    """A state folder that was begun otherwise is refused, and the sentence says what differs."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=2)
    calibrate(bowl, blocks, settings, state=tmp_path / "state")
    with pytest.raises(InputError, match=f"another '{word}'.*--state"):
        calibrate(bowl, blocks, replace(settings, **change), state=tmp_path / "state")


def test_another_model_does_not_go_on_there(fit_file, tmp_path):
    """What the objective depends on is part of the plan."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=2)
    calibrate(bowl, blocks, settings, state=tmp_path / "s", identity={"model_files": "abc"})
    with pytest.raises(InputError, match=r"another 'model_files', \"abc\", not \"abd\""):
        calibrate(bowl, blocks, settings, state=tmp_path / "s", identity={"model_files": "abd"})


def test_a_state_of_other_values_is_refused(fit_file, tmp_path):
    """If the search asks for other values than are stored, it does not go on with wrong losses."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=2)
    calibrate(bowl, blocks, settings, state=tmp_path / "state")
    file = tmp_path / "state" / EVALUATIONS
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[3]["values"]["a"] *= 1.01
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(InputError, match="evaluation 4 there is of other values"):
        calibrate(bowl, blocks, settings, state=tmp_path / "state")


def test_damage_inside_the_state_is_said(fit_file, tmp_path):
    """A line that is no JSON, but for the last, is named by its number."""
    blocks, settings = read_fit(fit_file, CARD), replace(QUICK, generations=2)
    calibrate(bowl, blocks, settings, state=tmp_path / "state")
    file = tmp_path / "state" / EVALUATIONS
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:2], "{oops\n", *lines[3:]]))
    with pytest.raises(InputError, match="line 3"):
        calibrate(bowl, blocks, settings, state=tmp_path / "state")


def test_a_folder_in_use_is_refused(fit_file, tmp_path):
    """Two calibrations do not write into one state folder."""
    blocks = read_fit(fit_file, CARD)

    def nested(overrides, *, patients, seed, rows=None):
        calibrate(bowl, blocks, QUICK, state=tmp_path / "state")
        return bowl(overrides, patients=patients, seed=seed, rows=rows)

    with pytest.raises(InputError, match="in use"):
        calibrate(nested, blocks, QUICK, state=tmp_path / "state")


@pytest.mark.parametrize(
    "wrong", [{"patients": 0}, {"rounds": 0}, {"generations": 0}, {"population": 3}]
)
def test_wrong_numbers_are_refused(wrong):
    """A calibration has patients, rounds, generations and a population."""
    with pytest.raises(InputError, match=next(iter(wrong))):
        Settings(**wrong)


def test_a_card_that_cannot_be_evaluated_is_refused(fit_file):
    """There is no sense in a search from nowhere."""

    def nothing(_overrides, **_given):
        return Evaluation(math.nan, reason="nobody was followed")

    with pytest.raises(InputError, match="nobody was followed"):
        calibrate(nothing, read_fit(fit_file, CARD), QUICK)


def test_a_value_that_is_best_as_it_is_keeps_every_digit():
    """A card's value of many digits comes back as it was written."""
    start = 1.23456789012

    def best_at_start(overrides, **_given):
        return Evaluation(0.0 if overrides["x"] == start else 1.0)

    block = Block("only", (parameter("x", 0.1, 10.0, start),))
    assert calibrate(best_at_start, [block], QUICK).values == {"x": start}
