# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while compiled code runs: it stops within a step, and nothing keeps running."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest

from trimer.engine import launch as engine
from trimer.engine.population import Population, advance
from trimer.engine.solution import CANCELLED, OK

N = 400


@pytest.fixture(scope="module")
def restless(compiled):
    """Return an oscillation so fast that a population of it takes minutes."""
    return compiled(
        {"x": 1, "v": 0}, [("v", {"x": 1}), ("1e10 * x", {"v": -1})], parameters={"k": 1.0},
        vary=("k",),
    )  # fmt: skip


@pytest.fixture
def alarm():
    """Return a function that interrupts the main thread after a time, as Ctrl-C does."""

    def ring(_number, _frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_an_interrupt_stops_all_threads(restless, alarm, monkeypatch, threads):
    """The interrupt is raised at once, and no thread is left behind."""
    monkeypatch.setattr(engine, "MAX_STEPS", 50_000_000)
    population = Population.begin(restless, np.ones((N, 1)))
    before = threading.active_count()
    start = time.monotonic()
    alarm(0.15)
    with pytest.raises(KeyboardInterrupt):
        advance(population, 1e4, threads=threads)
    state = population.state.copy()
    assert time.monotonic() - start < 20
    while threading.active_count() > before:  # a thread needs a moment to go after its work
        assert time.monotonic() - start < 20
        time.sleep(0.001)
    assert np.array_equal(population.state, state)
    assert not population.t.any()


def test_an_interrupted_population_says_so(restless, alarm, monkeypatch):
    """Its patients are not carried on as if nothing had happened."""
    monkeypatch.setattr(engine, "MAX_STEPS", 50_000_000)
    population = Population.begin(restless, np.ones((N, 1)))
    alarm(0.1)
    with pytest.raises(KeyboardInterrupt):
        advance(population, 1e4)
    assert (population.status == CANCELLED).all()
    got = advance(population, 2e4, None, np.array([2e4]), ("x",))
    assert np.isnan(got).all()


def test_after_an_interrupt_the_engine_works_as_before(restless, alarm, monkeypatch):
    """A new population gives the bits that it gives without an interrupt before."""

    def short():
        population = Population.begin(restless, np.ones((9, 1)))
        advance(population, 1e-4)
        assert (population.status == OK).all()
        return population.state

    want = short()
    monkeypatch.setattr(engine, "MAX_STEPS", 50_000_000)
    alarm(0.1)
    with pytest.raises(KeyboardInterrupt):
        advance(Population.begin(restless, np.ones((N, 1))), 1e4)
    assert np.array_equal(short(), want)
