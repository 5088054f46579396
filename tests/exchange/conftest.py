# SPDX-License-Identifier: Apache-2.0
"""Runs to export: one on a ward, one of fixed schedules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trimer.trial.read import find_study, read_study
from trimer.trial.trial import run_study


@pytest.fixture(scope="session")
def ward_run(tmp_path_factory):
    """Return six patients in two arms on a ward for 30 days."""
    study = read_study(find_study("flotetuzumab-lead-in")).with_numbers(patients=6)
    return run_study(replace(study, days=30.0), tmp_path_factory.mktemp("ward") / "run")


DESIGNED = """\
[study]
name = "designed"
model = "flotetuzumab"
patients = 6
seed = 11
days = 30
every_hours = 24
visits = [25, 28]

[design]
control = "salvage"
repeats = 2

[arms.multi-step]
protocol = "flotetuzumab-multi-step"

[arms.salvage]
protocol = "conventional-salvage"

[endpoints.survival]
label = "Overall survival"
time_to = "death"
primary = true
"""


@pytest.fixture(scope="session")
def designed_run(tmp_path_factory):
    """Return a randomized trial, conducted twice."""
    folder = tmp_path_factory.mktemp("designed")
    (folder / "study.toml").write_text(DESIGNED)
    return run_study(read_study(folder / "study.toml"), folder / "run")


@pytest.fixture(scope="session")
def plain_run(tmp_path_factory):
    """Return five patients in two arms on fixed schedules, everything kept of three."""
    study = read_study(find_study("reference-lead-in")).with_numbers(patients=5)
    folder = tmp_path_factory.mktemp("plain") / "run"
    return run_study(replace(study, days=28.0), folder, detail="first 3")
