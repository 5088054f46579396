# SPDX-License-Identifier: Apache-2.0
"""Adverse events of real runs on a ward."""

import numpy as np
import polars as pl
import pytest

from trimer import library
from trimer.assess import ctcae_grade
from trimer.protocol.read import read_protocol
from trimer.simulate import simulate
from trimer.trial.cohorts import draw_cohort
from trimer.trial.recipe import shipped
from trimer.trial.safety.emergent import last_day
from trimer.trial.safety.events import adverse_rows, needed_outputs


@pytest.fixture(scope="module")
def run():
    """Twelve patients, two weeks."""
    recipe = shipped("flotetuzumab")
    cohort = draw_cohort("reference", 12, seed=3)
    protocol = read_protocol(library.protocol_path("flotetuzumab-multi-step"))
    known = ("ALT", "AST", "ANC", "PLT", "hemoglobin", "gut_severity", "lymphocytes")
    return simulate(recipe, cohort, protocol, days=14, every_hours=12, outputs=known)


def test_worst_grades_are_those_of_the_courses(run):
    """CRS as the ward graded it; ALT as CTCAE does, above the first day's grade."""
    rows = adverse_rows("one", run, np.arange(len(run.times)))
    worst = dict(rows.filter(term="CRS").select("id", "grade").iter_rows())
    graded = (
        run.ward.grades().group_by("id").agg(grade=pl.col("CRS").max()).filter(pl.col("grade") > 0)
    )
    assert worst == dict(graded.select("id", "grade").iter_rows())
    values = run.column("ALT")
    grade = ctcae_grade("ALT", values, baseline=values[:, :1])
    wanted = {int(i): int(g.max()) for i, g in zip(run.ids, grade, strict=True) if g.max() > g[0]}
    assert dict(rows.filter(term="ALT increased").select("id", "grade").iter_rows()) == wanted
    assert (rows["grade"] >= 1).all()
    assert (rows["onset"] >= -0.1).all()
    assert set(rows["term"]) <= {
        "CRS", "ICANS", "Infection, bacterial", "Infection, fungal", "ALT increased",
        "AST increased", "Neutrophils decreased", "Platelets decreased", "Anemia",
        "Lymphocytes decreased", "Nausea", "Diarrhea",
    }  # fmt: skip


def test_events_count_until_thirty_days_after_the_drug(run):
    """The infusion runs to the end of the run here: 14 days and 30."""
    assert last_day(run) == pytest.approx(np.full(12, 44.0), abs=4.0)
    assert "gut_severity" in needed_outputs(["gut_severity", "ALT", "nothing"])
    assert needed_outputs(["nothing"]) == ()
