# SPDX-License-Identifier: Apache-2.0
"""The report of a run on a ward: CRS by day and by step, care, two patients; and without a ward."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest

from trimer.core.errors import StoreError
from trimer.report import write_report
from trimer.report.data import read_run
from trimer.report.render import plots
from trimer.report.sheet import NARROW, WIDE
from trimer.report.theme import style
from trimer.report.ward import crs_times, episodes, examples
from trimer.report.ward_tables import care

NOTICE = "Trimer's default policy: assumed, not the trial's protocol."


@pytest.fixture(scope="module")
def run(ward_folder):
    """The run on a ward, read."""
    return read_run(ward_folder)


@pytest.fixture(scope="module")
def figures(run):
    """Figures of the ward's section, by name."""
    return {plot.name: plot for plot in plots(run)["ward"]}


@pytest.fixture(scope="module")
def html(ward_folder):
    """The report as text, spaces made plain."""
    return write_report(ward_folder).read_text(encoding="utf-8").replace("\u00a0", " ")


def grades_of(folder, arm, number, days=56.0):
    """Grade of a patient minute by minute, from the stored table."""
    rows = pl.read_parquet(folder / "grades.parquet").filter(
        (pl.col("arm") == arm) & (pl.col("id") == number)
    )
    grade = np.zeros(round(days * 1440), int)
    for time, value in rows.select("time", "CRS").iter_rows():
        grade[round(time * 1440) :] = value
    return grade


def test_crs_by_day_is_the_worst_grade_of_each_day(ward_folder, figures):
    """Counted minute by minute from the table of grades it comes out the same."""
    table = pl.read_csv(io.StringIO(figures["crs-by-day"].csv()))
    for arm in ("multi-step", "flat"):
        worst = np.array(
            [grades_of(ward_folder, arm, i).reshape(-1, 1440).max(axis=1)[:28] for i in range(30)]
        )
        rows = table.filter(pl.col("arm") == arm)
        assert rows["N"].unique().to_list() == [30]
        for day in range(28):
            found = rows.filter(pl.col("day") == day).sort("grade")["n"].to_list()
            assert found == [int((worst[:, day] == grade).sum()) for grade in range(5)]
    assert table["percent"].to_list() == pytest.approx((100 * table["n"] / table["N"]).to_list(),
                                                       rel=1e-5)  # fmt: skip


def test_crs_by_step_counts_those_who_reached_it(figures):
    """Who was stopped at the first level never reached the second; all grades add up."""
    table = figures["crs-by-step"].table
    multi = table.filter(pl.col("arm") == "multi-step")
    assert multi["step"].unique().sort().to_list() == [1, 2, 3, 4, 5, 6, 7]
    sums = table.group_by("arm", "step").agg(pl.col("n").sum(), pl.col("N").first())
    assert sums["n"].to_list() == sums["N"].to_list()
    # Patient 17: grade 1 and 2 at step 4 (200 ng/kg/day), the hold after it included.
    fourth = multi.filter((pl.col("step") == 4) & (pl.col("grade") == 2))
    assert fourth["n"].item() == 1
    assert "200\u00a0ng/kg/day" in set(figures["crs-by-step"].shown["step"])


def test_a_step_lasts_until_the_next_one(make_ward_run):
    """CRS that begins while nothing flows belongs to the step before."""
    folder = make_ward_run(patients=18, arms=("flat",))
    table = {plot.name: plot for plot in plots(read_run(folder))["ward"]}["crs-by-step"].table
    stopped = table.filter(pl.col("grade") == 3)
    assert stopped["step"].to_list() == [1]
    assert stopped["n"].item() == 4  # patients 1, 8, 15 and 17


def test_episodes_are_apart_by_a_day(run):
    """Fever that comes back within a day is the same episode; times with CRS stay as they are."""
    arm = run.arms[0]
    times, found = crs_times(run, arm), episodes(run, arm)
    assert len(found) == times["id"].n_unique()
    mine = times.filter(pl.col("id") == 17)
    assert mine["grade"].to_list() == [1, 2]
    whole = found.filter(pl.col("id") == 17)
    assert (whole["start"].item(), whole["end"].item()) == (81 / 24, 119.5 / 24)
    assert whole["grade"].item() == 2


def test_the_table_of_care_is_that_of_the_outcomes(run):
    """N of N of every arm, medians with their range."""
    rows = {row[0]: row[1:] for row in care(run).rows}
    flat = run.finished(run.arms[1])
    n = int((flat["tocilizumab_doses"] > 0).sum())
    assert rows["Tocilizumab"][1].startswith(f"{n} of 30 (")
    assert rows["Treatment stopped for good"][0].startswith("0 of 30 (0\u00a0%")
    assert rows["CRS of any grade (ASTCT 2019)"][0].startswith("11 of 30 (36.7")
    onset = flat["crs_onset"].drop_nans()
    assert rows["First CRS, day: median (range)"][1].endswith(f"n\u00a0=\u00a0{len(onset)}")


def test_patients_are_chosen_by_rule(run, figures):
    """The worst is the one of the highest grade, the other stands in the middle of its arm."""
    found = examples(run)
    assert found[0][1] == 17
    middle = found[1][1]
    grade = run.finished(run.arms[0]).filter(pl.col("id") == middle)["crs_grade"].item()
    assert grade == run.finished(run.arms[0])["crs_grade"].median() == 0
    assert set(figures) == {"crs-by-day", "crs-by-step", "timeline-17", f"timeline-{middle}"}
    assert "the worst CRS of its arm" in figures["timeline-17"].note


def test_the_page_says_that_a_ward_graded(html):
    """Scale and policy stand beside the numbers, and nothing is called provisional."""
    assert "Results: the ward" in html
    assert "provisional" not in html.partition("Data dictionary")[0].lower()
    assert "CRS grade 3 or more (ASTCT 2019)" in html
    assert "ASTCT 2019, graded from what the simulated ward reads and gives" in html
    assert html.count(NOTICE.replace("'", "&#39;")) >= 4
    assert "Tocilizumab was given to" in html
    assert "No ward acts in this simulation" not in html
    assert "grades.parquet" in html
    assert html.count("<figure") == 15  # the eleven of any report, and four of the ward


def test_patients_who_failed_are_not_counted(make_ward_run):
    """CRS of a patient whose simulation stopped is in no day and no step."""
    folder = make_ward_run(patients=18, arms=("multi-step",))
    path = folder / "outcomes.parquet"
    outcomes = pl.read_parquet(path).with_columns(failed=pl.col("id") == 17)
    outcomes.write_parquet(path)
    run = read_run(folder)
    table = {plot.name: plot for plot in plots(run)["ward"]}["crs-by-day"].table
    assert table["N"].unique().to_list() == [17]
    assert table.filter(pl.col("grade") == 2)["n"].sum() == 0


def test_a_run_without_its_grades_is_named(make_ward_run):
    """A run that says it was on a ward and lacks the tables gives a sentence."""
    folder = make_ward_run(patients=4)
    (folder / "grades.parquet").unlink()
    with pytest.raises(StoreError, match="no table 'grades'"):
        read_run(folder)


def test_a_damaged_table_is_named(make_ward_run):
    """A file that is no table gives a sentence."""
    folder = make_ward_run(patients=4)
    (folder / "grades.parquet").write_bytes(b"not a table")
    with pytest.raises(StoreError, match="cannot be read"):
        read_run(folder)


def test_a_ward_on_which_nothing_happened_is_reported(make_ward_run):
    """Nobody with CRS: figures and tables say so."""
    folder = make_ward_run(patients=2, arms=("multi-step",))
    path = folder / "grades.parquet"
    pl.read_parquet(path).clear().write_parquet(path)
    outcomes = pl.read_parquet(folder / "outcomes.parquet")
    outcomes = outcomes.with_columns(crs_grade=pl.lit(0, pl.Int8), crs_onset=float("nan"))
    outcomes.write_parquet(folder / "outcomes.parquet")
    run = read_run(folder)
    by_day, by_step = plots(run)["ward"][:2]
    assert (by_day.title, by_step.title) == ("Nobody has CRS", "Nobody has CRS at any step")
    with style():
        assert by_day.draw(WIDE).axes
        assert by_step.draw(NARROW).axes
    rows = {row[0]: row[1] for row in care(run).rows}
    assert rows["First CRS, day: median (range)"] == "–"
    assert rows["CRS of any grade (ASTCT 2019)"].startswith("0 of 2 (0")
