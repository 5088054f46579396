# SPDX-License-Identifier: Apache-2.0
"""The width of a vector is a matter of speed alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib
from trimer import Protocol, load, sample, simulate
model = load("flotetuzumab-reference")
plan = Protocol("p").infuse("100 ng/kg/day", days=1).infuse("500 ng/kg/day", days=2)
plan = plan.give("dexamethasone 10 mg", at_days=0.5)
run = simulate(model, sample(model.parameters, n=11, seed=3), plan, days=3, every_hours=7)
print(run.engine, hashlib.sha256(run.values.tobytes() + run.steps.tobytes()).hexdigest())
"""


def solved(lanes, folder):
    """Return what a fresh process says: the engine, and a hash of all values and steps."""
    env = {**os.environ, "TRIMER_LANES": lanes, "TRIMER_CACHE": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, check=False, capture_output=True, text=True
    )


def test_four_and_eight_lanes_give_the_same_bits(tmp_path):
    """Eleven patients of the reference model have the same bits in vectors of four and eight."""
    four, eight = (solved(lanes, tmp_path).stdout.rsplit(" ", 1) for lanes in ("4", "8"))
    assert (four[0], eight[0]) == ("lanes x4", "lanes x8")
    assert four[1] == eight[1]


@pytest.mark.parametrize("lanes", ["3", "sixteen"])
def test_another_number_of_lanes_is_refused(lanes, tmp_path):
    """Only the widths that were tested can be asked for."""
    failed = solved(lanes, tmp_path)
    assert failed.returncode != 0
    assert f"Wrong value of TRIMER_LANES: got '{lanes}'; allowed are 4 and 8." in failed.stderr
