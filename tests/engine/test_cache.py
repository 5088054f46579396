# SPDX-License-Identifier: Apache-2.0
"""The cache of compiled code: what hits it, what misses it, and what it survives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import trimer
from trimer.engine import cache
from trimer.engine.compiled import Recipe, load_compiled
from trimer.engine.solution import Schedule


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return an empty folder that ``TRIMER_CACHE`` names."""
    folder = tmp_path / "code"
    monkeypatch.setenv("TRIMER_CACHE", str(folder))
    return folder


@pytest.fixture
def recipe(tmp_path, make_model):
    """Return a recipe of X' = -k X whose card is a file, and the list of its builds."""
    card = tmp_path / "card.csv"
    card.write_text("k,1.0")
    builds = []

    def build():
        builds.append(1)
        k = float(card.read_text().split(",")[1])
        return make_model({"X": 1}, [("k * X", {"X": -1})], parameters={"k": k})

    return Recipe("tiny", (card,), build), builds


def end(model):
    """Return X at t = 1."""
    got = model.solve(
        np.zeros((1, 0)), Schedule.empty(1), 0.0, 1.0, np.array([1.0]), ("X",), rtol=1e-9
    )
    return got.values[0, 0, 0]


def entries(place, ending):
    """Return the cache entries with an ending, the driver's apart."""
    return [p for p in place.glob(f"*{ending}") if not p.name.startswith("driver")]


def test_a_second_load_does_not_build_the_model(place, recipe):
    """The first key is known from the files: the builder is called once."""
    source, builds = recipe
    first, second = load_compiled(source), load_compiled(source)
    assert len(builds) == 1
    assert end(first) == end(second) == pytest.approx(np.exp(-1))
    for name in ("species", "parameters", "scales", "routes", "parameter_table", "needs", "units"):
        assert getattr(first, name) == getattr(second, name)
    assert len(entries(place, ".json")) == len(entries(place, ".o")) == 1


def test_a_changed_number_on_the_card_is_seen(place, recipe):
    """A changed file gives another key, and the old one still works."""
    source, builds = recipe
    card = source.files[0]
    assert end(load_compiled(source)) == pytest.approx(np.exp(-1))
    card.write_text("k,2.0")
    assert end(load_compiled(source)) == pytest.approx(np.exp(-2))
    card.write_text("k,1.0")
    assert end(load_compiled(source)) == pytest.approx(np.exp(-1))
    assert len(builds) == 2
    assert len(entries(place, ".json")) == 2


def test_models_that_differ_only_in_words_share_their_code(place, recipe):
    """The second key is the generated code: a new comment on the card compiles nothing."""
    source, builds = recipe
    load_compiled(source)
    source.files[0].write_text("k,1.0,a remark")
    load_compiled(source)
    assert len(builds) == 2
    assert len(entries(place, ".json")) == 2
    assert len(entries(place, ".o")) == 1


def test_what_is_varied_on_demand_is_part_of_the_key(place, recipe):
    """The same files with another set of varied parameters are another entry."""
    source, builds = recipe
    assert load_compiled(source).parameters == ()
    assert load_compiled(source, vary=("k",)).parameters == ("k",)
    assert len(builds) == 2
    assert load_compiled(source, vary=("k",)).parameters == ("k",)
    assert len(builds) == 2
    assert place.is_dir()


@pytest.mark.parametrize("damage", ["cut short", "one bit", "empty"])
@pytest.mark.parametrize("ending", [".json", ".o"])
def test_a_damaged_entry_is_rebuilt_with_one_note(place, recipe, ending, damage):
    """Whatever happened to a file of the cache, the model loads, and the user is told once."""
    source, builds = recipe
    good = end(load_compiled(source))
    (entry,) = entries(place, ending)
    data = bytearray(entry.read_bytes())
    if damage == "one bit":
        data[len(data) // 2] ^= 1
    entry.write_bytes(b"" if damage == "empty" else data[: len(data) - (damage == "cut short")])
    with pytest.warns(cache.CacheNote, match=f"{entry.name}.* is damaged") as notes:
        assert end(load_compiled(source)) == good
    assert len(notes) == 1
    assert len(builds) == 2
    assert end(load_compiled(source)) == good  # and there is no note any more
    assert len(builds) == 2


def test_a_damaged_driver_is_rebuilt(place, recipe):
    """The driver's own entry is checked as well."""
    source, _ = recipe
    good = end(load_compiled(source))
    (entry,) = place.glob("driver*.o")
    entry.write_bytes(b"not a driver" * 9)
    with pytest.warns(cache.CacheNote, match="driver"):
        assert end(load_compiled(source)) == good
    assert end(load_compiled(source)) == good


@pytest.mark.parametrize("how", ["file in the way", "no home", "home is a file"])
def test_without_a_place_nothing_is_kept_and_nothing_fails(tmp_path, monkeypatch, recipe, how):
    """Where no folder can be made every load builds, silently."""
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for name in ("TRIMER_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if how == "file in the way":
        monkeypatch.setenv("TRIMER_CACHE", str(blocked / "code"))
    elif how == "home is a file":
        monkeypatch.setenv("HOME", str(blocked))
    else:

        def nowhere():
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", nowhere)
    assert cache.folder() is None
    source, builds = recipe
    for _ in range(2):
        assert end(load_compiled(source)) == pytest.approx(np.exp(-1))
    assert len(builds) == 2


def test_the_folder_follows_the_environment(tmp_path, monkeypatch):
    """TRIMER_CACHE comes first, then XDG_CACHE_HOME, then the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("TRIMER_CACHE", str(tmp_path / "own"))
    assert cache.folder() == tmp_path / "own"
    monkeypatch.delenv("TRIMER_CACHE")
    assert cache.folder() == tmp_path / "xdg" / "trimer"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.folder() == tmp_path / "home" / ".cache" / "trimer"


PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from trimer.engine.compiled import Recipe, load_compiled
from trimer.engine.solution import Schedule

def build():
    print("built", end=" ")
    import sympy
    from trimer.model.model import Model
    from trimer.model.parts import Flow, Species
    X = sympy.Symbol("X")
    rate = sympy.Max(X, X**2 / 3, 1 / (1 + X)) * sympy.Min(1, 2 * X, 3 * X**2 + X)
    return Model(
        name="tiny", title="", version="1", parameters=(), inputs=(), roots=(), baselines=(),
        terms=(), observables=(), routes=(), sources={},
        species=(Species("X", "", "1", 1.0, sympy.Integer(1)),),
        flows=(Flow("f", "", "1", rate, (("X", sympy.Integer(-1)),)),),
    )

model = load_compiled(Recipe("tiny", (Path(__file__),), build))
got = model.solve(np.zeros((1, 0)), Schedule.empty(1), 0.0, 1.0, np.array([1.0]), ("X",))
heavy = {"sympy", "pint", "scipy", "polars", "matplotlib", "pydantic", "mpmath"} & set(sys.modules)
print(float(got.values[0, 0, 0]).hex(), sorted(heavy))
"""


def started(program, place, hash_seed="random"):
    """Start a program with a cache of its own."""
    own = {
        "TRIMER_CACHE": str(place),
        "PYTHONPATH": str(Path(trimer.__file__).parents[1]),
        "PYTHONHASHSEED": hash_seed,
    }
    environment = {**os.environ, **own}
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(program)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def said(process):
    """Return what a program printed, once it has ended well."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def test_the_warm_path_loads_nothing_heavy(tmp_path, place):
    """With the code in the cache, a result needs neither sympy nor pint nor SciPy."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    cold, warm = said(started(program, place)), said(started(program, place))
    assert cold.startswith("built ")
    assert "sympy" in cold
    number = cold.split()[1]
    assert warm == f"{number} []"


def test_two_processes_at_once_do_not_disturb_each_other(tmp_path, place):
    """Both find the same result, and nothing half written is left behind."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    both = [started(program, place) for _ in range(2)]
    said_both = " ".join(said(process) for process in both)
    numbers = [word for word in said_both.split() if word.startswith("0x")]
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    assert {p.suffix for p in place.iterdir()} == {".o", ".json"}
    assert said(started(program, place)).endswith("[]")


def test_every_process_generates_the_same_code(tmp_path):
    """Python's hash seed, which orders sets, does not reach the generated code."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    places = [tmp_path / seed for seed in ("1", "2")]
    results = [said(started(program, place, place.name)) for place in places]
    assert results[0] == results[1]
    first, second = (sorted(entry.name for entry in place.iterdir()) for place in places)
    assert first == second
