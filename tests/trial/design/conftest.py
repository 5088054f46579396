# SPDX-License-Identifier: Apache-2.0
"""Small studies with a design, run once for all tests."""

from __future__ import annotations

import pytest

from trimer.trial.read import read_study
from trimer.trial.trial import run_study

RANDOMIZED = """\
[study]
name = "small-randomized"
title = "A small randomized trial"
model = "flotetuzumab"
patients = 8
seed = 11
days = 30
every_hours = 24
visits = [25, 28]

[design]
control = "salvage"
repeats = 3
block = 2
dropout_percent = 30.0
strata = { WT = [70.0] }

[arms.multi-step]
protocol = "flotetuzumab-multi-step"

[arms.salvage]
protocol = "conventional-salvage"

[endpoints.remission]
label = "CR or CRh"
response = ["CR", "CRh"]
primary = true

[endpoints.cr_2017]
response = ["CR", "CRi"]
criteria = "ELN 2017"

[endpoints.deep]
response = ["CR", "CRh", "CRi"]
mrd_below = 0.001

[endpoints.cleared]
response = ["CR", "CRh", "CRi", "MLFS"]

[endpoints.survival]
time_to = "death"

[endpoints.respond]
time_to = "response"
"""

ESCALATION = """\
[study]
name = "small-escalation"
model = "flotetuzumab"
patients = 10
seed = 11
days = 8
every_hours = 24

[escalation]
dlt = "CRS >= 2 or temperature >= 38.3 C for 2 h"
target = 0.3
window_days = 7
most = 12
repeats = 50

[arms.100]
protocol = "flotetuzumab-flat"
maintenance = "100 ng/kg/day"

[arms.700]
protocol = "flotetuzumab-flat"
maintenance = "700 ng/kg/day"

[endpoints.fever]
when = "temperature >= 38 C"

[endpoints.any_crs]
when = "CRS >= 1"

[endpoints.intensity]
mean_of = "dose_intensity"
"""


@pytest.fixture(scope="session")
def study_of(tmp_path_factory):
    """Return a function that reads a study from text, some of it replaced."""

    def make(text, *changes):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path_factory.mktemp("study") / "study.toml"
        path.write_text(text)
        return read_study(path)

    return make


@pytest.fixture(scope="session")
def randomized(study_of, tmp_path_factory):
    """A randomized trial, conducted three times."""
    return run_study(study_of(RANDOMIZED), tmp_path_factory.mktemp("randomized"))


@pytest.fixture(scope="session")
def escalation(study_of, tmp_path_factory):
    """Ten patients at two doses."""
    return run_study(study_of(ESCALATION), tmp_path_factory.mktemp("escalation"))
