# SPDX-License-Identifier: Apache-2.0
"""A patient's bits depend on the patient alone: not on lane, neighbours, threads or processor."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.engine.compile import compile_text, load_object, processor
from trimer.engine.compiled import describe, load_compiled
from trimer.engine.driver import FUNCTIONS, driver_module
from trimer.engine.population import Population, Watch, carry
from trimer.engine.solution import Schedule

N = 64
TIMES = np.concatenate([[0.0], np.linspace(0.03, 5, 23)])
OUTPUTS = ("D", "F", "conc", "bound", "on", "sum")


@pytest.fixture(scope="module")
def everyone(busy_patients):
    """Return 64 patients and their doses."""
    return busy_patients(N)


@pytest.fixture(scope="module")
def expected(busy, everyone):
    """Return all bits of the 64 patients solved together on one thread."""
    return bits(solved(busy, everyone, np.arange(N), threads=1))


def chosen(schedule, rows):
    """Return the doses of some patients, in the given order."""
    at = np.concatenate([np.arange(N * 6)[schedule.of(row)] for row in rows])
    return Schedule(
        np.arange(len(rows) + 1, dtype=np.int64) * 6,
        schedule.time[at], schedule.kind[at], schedule.index[at], schedule.value[at],
    )  # fmt: skip


def solved(model, everyone, rows, threads=1):
    """Solve some of the patients, in the given order."""
    P, schedule = everyone
    return model.solve(
        P[rows], chosen(schedule, rows), 0.0, 5.0, TIMES, OUTPUTS, rtol=1e-6, threads=threads
    )


def bits(solution):
    """Return everything known of each patient as whole numbers, one row a patient."""
    n = len(solution.status)
    return np.hstack(
        [
            solution.values.reshape(n, -1).view(np.int64),
            solution.state.view(np.int64),
            np.stack([solution.status, solution.steps, solution.rejected], axis=1),
        ]
    )


def test_patients_differ_and_succeed(busy, everyone, expected):
    """The test has teeth: all succeed, no two are alike, steps are refused now and then."""
    solution = solved(busy, everyone, np.arange(N))
    assert not solution.status.any()
    assert len(np.unique(expected, axis=0)) == N
    assert solution.rejected.sum() > 0


@pytest.mark.parametrize("shift", range(1, 9))
def test_every_lane_position_gives_the_same_bits(busy, everyone, expected, shift):
    """Rolled through the eight lanes, every patient keeps his bits."""
    rows = np.roll(np.arange(N), shift)
    assert np.array_equal(bits(solved(busy, everyone, rows)), expected[rows])


def test_a_patient_alone_has_the_same_bits(busy, everyone, expected):
    """Solved without any neighbour, each of twenty patients keeps his bits."""
    for row in range(20):
        rows = np.array([row])
        assert np.array_equal(bits(solved(busy, everyone, rows)), expected[rows])


@pytest.mark.parametrize("size", [1, 7, 8, 9, 17, 64])
def test_packing_does_not_matter(busy, everyone, expected, size):
    """In populations of any size, full lanes or not, patients keep their bits."""
    for start in range(0, N, size):
        rows = np.arange(start, min(N, start + size))
        assert np.array_equal(bits(solved(busy, everyone, rows)), expected[rows])


@pytest.mark.parametrize("threads", [1, 2, 3, 50])
def test_threads_and_order_do_not_matter(busy, everyone, expected, threads):
    """In random order on any number of threads, patients keep their bits."""
    for seed in range(4):
        rows = np.random.default_rng(seed).permutation(N)
        got = bits(solved(busy, everyone, rows, threads=threads))
        assert np.array_equal(got, expected[rows])


def test_the_same_patient_eight_times(busy, everyone, expected):
    """One patient in all lanes at once gives eight times the same."""
    rows = np.full(24, 5)
    assert np.array_equal(bits(solved(busy, everyone, rows)), expected[rows])


def test_outputs_do_not_disturb(busy, everyone, expected):
    """What is looked at, and how often, changes neither steps nor end state."""
    P, schedule = everyone
    blind = busy.solve(P, schedule, 0.0, 5.0, np.empty(0), ())
    n = len(busy.species)
    assert np.array_equal(blind.state.view(np.int64), expected[:, -3 - n : -3])
    assert np.array_equal(blind.steps, expected[:, -2])


CPUS = {
    "x86-64": (),
    "x86-64-v2": ("sse4.2", "popcnt"),
    "x86-64-v3": ("avx2", "fma", "bmi2"),
    "skylake-avx512": ("avx512f", "avx512bw", "avx512dq", "avx512vl"),
    "znver4": ("avx512vnni", "avx512bf16", "gfni"),
}


@pytest.mark.parametrize("cpu", CPUS)
def test_code_for_other_processors_gives_the_same_bits(busy_model, everyone, expected, cpu):
    """Compiled for two, four or eight lanes a register, with or without fma: the same bits."""
    missing = {f"+{feature}" for feature in CPUS[cpu]} - set(processor()[1].split(","))
    if missing:
        pytest.skip(f"code for {cpu} may use {sorted(missing)}, which this processor lacks")
    facts, text = describe(busy_model)
    model = compiled_for(cpu, facts, text)
    assert np.array_equal(bits(solved(model, everyone, np.arange(N))), expected)


@pytest.fixture(scope="module")
def rhythm(make_model):
    """Return a model with a daily rhythm in a rate and in an observable."""
    return make_model(
        {"x": 1, "z": 0},
        [("(1 + cos(w * time) / 2) * x", {"x": -1, "z": 1}), ("u", {"x": 1}), ("z", {"z": -1})],
        parameters={"w": 6.283185307179586, "k": 1.0}, vary=("w", "k"), inputs=("u",),
        observables={"o": "z * (1 + sin(w * time)) * k"},
    )  # fmt: skip


def on_the_way(model):
    """Return all bits of patients with clocks, rhythms, watches and two channels of their own."""
    random = np.random.default_rng(8)
    n = 24
    P = np.array([6.0, 1.0]) * np.exp(random.normal(0, 0.3, (n, 2)))
    start = random.uniform(-1, 1, n)
    population = Population.begin(model, P, start)
    level = random.uniform(0.3, 1.0, n)
    found = carry(
        population, start + 4.0, None, start[:, None] + np.array([0.0, 0.7, 3.1]), ("o", "x"),
        looks=(start[:, None] + np.array([1.1, 1.2]), ("z",)),
        watches=[Watch("x", level, terminal=True), Watch("o", 0.2)],
    )  # fmt: skip
    kept = [population.t, population.state, population.step, found.values, found.looks]
    kept.append(found.crossings.time)
    return [array.view(np.int64) for array in kept]


@pytest.mark.parametrize("cpu", CPUS)
def test_time_and_watches_on_other_processors(rhythm, cpu):
    """Sine, cosine, stops at crossings and both channels are the same bits as well."""
    missing = {f"+{feature}" for feature in CPUS[cpu]} - set(processor()[1].split(","))
    if missing:
        pytest.skip(f"code for {cpu} may use {sorted(missing)}, which this processor lacks")
    want = on_the_way(load_compiled(rhythm))
    got = on_the_way(compiled_for(cpu, *describe(rhythm)))
    assert all(np.array_equal(a, b) for a, b in zip(got, want, strict=True))
    assert (want[0] != want[0][0]).any()


def compiled_for(cpu, facts, text):
    """Return the busy model compiled for a processor."""
    from trimer.engine import compiled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            compiled,
            "_driver",
            lambda: load_object(
                compile_text(driver_module(), cpu=cpu, features=""), FUNCTIONS, key=cpu
            ),
        )
        return compiled._loaded(facts, compile_text(text, cpu=cpu, features=""), f"busy-{cpu}")
