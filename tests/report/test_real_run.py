# SPDX-License-Identifier: Apache-2.0
"""The report of a run that the trial itself wrote."""

from __future__ import annotations

import json
import re

from trimer import library
from trimer.report import write_report
from trimer.trial.read import read_study
from trimer.trial.trial import run_study


def test_the_shipped_study_can_be_reported(tmp_path):
    """Folder and report agree: every entry, column and label is where the report looks for it."""
    study = read_study(library.study_path("flotetuzumab-lead-in")).with_numbers(patients=3)
    run_study(study, tmp_path / "run")
    page = write_report(tmp_path / "run").read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    for text in (study.title, manifest["hashes"]["model"], "rtol", "Chichili2015"):
        assert text in page
    for arm in study.arms:
        assert arm.label in page
    assert page.count("<figure") in {
        14,
        15,
    }  # one of any run, and the ward's with one or two patients
    assert len(re.findall("<math", page)) > 150
    record = json.loads((tmp_path / "run" / "model.json").read_text(encoding="utf-8"))
    assert all(f">{row['name']}<" in page for row in record["parameters"])
