# SPDX-License-Identifier: Apache-2.0
"""A study to write down and change."""

from __future__ import annotations

import pytest

STUDY = """\
[study]
name = "small"
title = "A small study"
question = "Does it run?"
model = "flotetuzumab-reference"
patients = 14
seed = 5
days = 30
every_hours = 6

[arms.multi-step]
protocol = "reference-multi-step"
label = "Multi-step lead-in"

[arms.own]
protocol = "own.toml"
"""

PROTOCOL = """\
name = "own"
[[infuse]]
drug = "flotetuzumab"
rate = "100 ng/kg/day"
days = 28
"""


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a study, some lines replaced, beside its own protocol."""

    def write(*changes, protocol=PROTOCOL):
        text = STUDY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "own.toml").write_text(protocol)
        path = tmp_path / "study.toml"
        path.write_text(text)
        return path

    return write
