# SPDX-License-Identifier: Apache-2.0
"""``trimer runs``: what has been run, a patient's story, and what else is done with run folders."""

from __future__ import annotations

from cyclopts import App

from trimer.cli.runs.cite import cite_
from trimer.cli.runs.compare import compare_
from trimer.cli.runs.list import list_
from trimer.cli.runs.resume import resume_
from trimer.cli.runs.rm import rm_
from trimer.cli.runs.safety import safety_
from trimer.cli.runs.show import show_
from trimer.cli.runs.trial import trial_

runs_ = App(name="runs", help_format="plaintext", result_action="return_value")
for _name, _verb in (
    ("list", list_),
    ("show", show_),
    ("trial", trial_),
    ("safety", safety_),
    ("compare", compare_),
    ("cite", cite_),
    ("resume", resume_),
    ("rm", rm_),
):
    runs_.command(_verb, name=_name)
