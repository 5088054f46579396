# SPDX-License-Identifier: Apache-2.0
"""Progress on a ward: told many times during a run, in patients' worth of days, never falling."""

from __future__ import annotations

from itertools import pairwise

import pytest

from trimer import library
from trimer.protocol import read_protocol
from trimer.simulate import prepare, simulate
from trimer.trial.cohorts import find_cohort
from trimer.trial.recipe import shipped


@pytest.fixture(scope="module")
def ward():
    """Return a model, ten patients and a protocol with rules."""
    compiled = prepare(shipped("flotetuzumab"))
    cohort = find_cohort("reference").patients(compiled, 7).take(10)
    name = "flotetuzumab-multi-step"
    return compiled, cohort, read_protocol(library.protocol_path(name))


def test_progress_rises_to_the_number_of_patients(ward):
    """It is told while patients are under way, rises, and ends at all of them."""
    told: list[int] = []
    simulate(*ward, days=8, progress=told.append)
    assert all(a <= b for a, b in pairwise(told))
    assert told[-1] == 10
    assert len({*told}) > 5


def test_progress_can_stop_a_run(ward):
    """An interrupt raised by whoever is told ends the run at once."""

    def stop(done: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(*ward, days=8, progress=stop)


def test_being_told_changes_nothing(ward):
    """Results are the same bits with and without."""
    compiled, cohort, protocol = ward
    one = simulate(compiled, cohort, protocol, days=8)
    two = simulate(compiled, cohort, protocol, days=8, progress=lambda _: None)
    assert (one.values == two.values).all()
