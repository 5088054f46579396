# SPDX-License-Identifier: Apache-2.0
"""Figures, tested by the numbers they draw and by where their words land."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from matplotlib.text import Text

from trimer.assess import exact_interval
from trimer.report.data import read_run
from trimer.report.figures.paired import paired
from trimer.report.figures.profile import _quiet
from trimer.report.figures.waterfall import MOST_BARS, waterfall
from trimer.report.render import plots
from trimer.report.sheet import SHEETS
from trimer.report.svg import to_svg
from trimer.report.theme import style

OBSERVABLES = {
    "concentration": "concentration",
    "trimers-per-blast": "trimers_per_blast",
    "blasts": "blasts",
    "t-cells": "T_cells",
    "il6": "IL6",
    "temperature": "temperature",
}


@pytest.fixture(scope="module")
def run(run_folder):
    """The complete run, read."""
    return read_run(run_folder)


@pytest.fixture(scope="module")
def figures(run):
    """Every figure of its report, by name."""
    return {plot.name: plot for section in plots(run).values() for plot in section}


def outcomes_of(run_folder, arm):
    """Outcomes of an arm as stored."""
    return pl.read_parquet(run_folder / "outcomes.parquet").filter(pl.col("arm") == arm)


def test_the_shown_table_leaves_out_the_noise_of_the_solver():
    """Less than a millionth of the largest value is shown as zero, all else as it is."""
    table = pl.DataFrame(
        {"arm": ["a"] * 3, "n": [5] * 3, "p05": [-7e-17, 1.0, 2e-6], "p50": [1.0] * 3}
    )
    assert _quiet(table)["p05"].to_list() == [0.0, 1.0, 2e-6]
    assert _quiet(table)["p50"].to_list() == [1.0] * 3


@pytest.mark.parametrize("name", OBSERVABLES)
def test_csv_of_a_course_holds_its_quantiles(run_folder, figures, name):
    """The CSV gives median, quartiles, 5 and 95 % of the stored profiles, to six digits."""
    table = pl.read_csv(io.StringIO(figures[name].csv()))
    profiles = pl.read_parquet(run_folder / "profiles.parquet")
    for arm in ("multi-step", "flat"):
        rows = table.filter(pl.col("arm") == arm)
        part = profiles.filter(pl.col("arm") == arm).sort("id", "time")
        values = part[OBSERVABLES[name]].to_numpy().reshape(40, -1)
        expected = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0).T
        found = rows.select("p05", "p25", "p50", "p75", "p95").to_numpy()
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-9)
        assert rows["time_days"].to_list() == np.arange(0, 63.1, 0.25).tolist()


def test_csv_of_crs_holds_counts_and_exact_intervals(run_folder, figures):
    """Counts are those of the outcomes, intervals those of Clopper and Pearson."""
    table = pl.read_csv(io.StringIO(figures["crs"].csv()))
    grades = outcomes_of(run_folder, "flat")["crs_grade"]
    row = table.filter((pl.col("arm") == "flat") & (pl.col("event") == "grade 3 or more"))
    n = int((grades >= 3).sum())
    low, high = exact_interval(n, 40)
    assert row["n"].item() == n > 0
    assert row["N"].item() == 40
    assert (row["low_95"].item(), row["high_95"].item()) == pytest.approx(
        (100 * low, 100 * high), rel=1e-5
    )
    whole = table.filter((pl.col("arm") == "flat") & pl.col("event").is_in(list("01234")))
    assert whole["n"].sum() == 40


def test_csv_of_response_holds_counts(run_folder, figures):
    """Every category of best response is counted once."""
    table = pl.read_csv(io.StringIO(figures["response"].csv()))
    kinds = outcomes_of(run_folder, "multi-step")["response"]
    for kind in ("CR", "CRh", "CRi", "MLFS", "PR", "NR"):
        rows = table.filter((pl.col("arm") == "multi-step") & (pl.col("event") == kind))
        assert rows["n"][0] == int((kinds == kind).sum())


def test_waterfall_runs_from_worst_to_best(run_folder, figures):
    """Bars fall, to whole percents, and each patient has one."""
    table = figures["waterfall"].table.filter(pl.col("arm") == "flat")
    change = table["best_blast_change_percent"].to_numpy()
    assert np.all(np.diff(np.round(change)) <= 0)
    stored = outcomes_of(run_folder, "flat")["best_blast_change_percent"]
    assert sorted(change) == pytest.approx(sorted(stored))


def test_a_waterfall_of_many_is_thinned_and_says_so(make_run):
    """Beyond the most bars that can be drawn every k-th is, and the note says which."""
    run = read_run(make_run(patients=2 * MOST_BARS + 1, arms=("flat",), days=28.0))
    plot = waterfall(run)
    assert len(plot.table) <= MOST_BARS
    assert "One bar of every 3 is drawn" in plot.note


def test_pairs_are_counted_patient_by_patient(run_folder, run):
    """Discordant pairs are patients with the event in one arm alone."""
    multi, flat = (outcomes_of(run_folder, arm).sort("id") for arm in ("multi-step", "flat"))
    one, other = (table["crs_grade"].to_numpy() >= 2 for table in (multi, flat))
    row = paired(run, *run.arms).table.filter(pl.col("event") == "CRS grade 2 or more")
    assert row["only_first"].item() == int(np.sum(one & ~other))
    assert row["only_second"].item() == int(np.sum(other & ~one)) > 0
    assert row["difference_points"].item() == pytest.approx(100 * (one.mean() - other.mean()))


def test_doses_are_the_protocol(figures):
    """The staircase holds every step of the protocol with its unit."""
    table = figures["doses"].table
    steps = table.filter((pl.col("arm") == "multi-step") & (pl.col("given_as") == "infusion"))
    assert steps["dose"].to_list() == [30, 60, 100, 200, 300, 400, 500]
    assert set(steps["unit"]) == {"ng/kg/day"}
    assert steps["end_days"].to_list() == [1, 2, 3, 4, 5, 6, 56]
    gifts = table.filter((pl.col("arm") == "flat") & (pl.col("given_as") == "single dose"))
    assert gifts["start_days"].to_list() == [0, 0.5, 1, 2, 3]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_words_stay_on_the_sheet(figures, sheet):
    """No text of any figure runs over the edge of its sheet."""
    over = []
    with style():
        for plot in figures.values():
            figure = plot.draw(sheet)
            figure.draw_without_rendering()  # puts labels in their places
            width, height = figure.bbox.width, figure.bbox.height
            for text in _shown_texts(figure):
                box = text.get_window_extent()
                if box.x0 < -2 or box.x1 > width + 6 or box.y0 < -2 or box.y1 > height + 2:
                    over.append((plot.name, text.get_text(), box.extents.round().tolist()))
    assert over == []


def _shown_texts(figure):
    """All texts but those of ticks beyond the ends of an axis, which exist and are not drawn."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            drawn = axis._update_ticks()
            ticks = {*axis.majorTicks, *axis.minorTicks} - {*drawn}
            hidden |= {label for tick in ticks for label in (tick.label1, tick.label2)}
            if not axis.get_visible():
                hidden |= {*axis.findobj(Text)}
    texts = figure.findobj(Text)
    return [t for t in texts if t not in hidden and t.get_visible() and t.get_text().strip()]


def test_a_drawing_is_the_same_every_time(run):
    """Two drawings of one figure are equal to the byte."""

    def draw():
        plot = plots(run)["course"][0]
        with style():
            return to_svg(plot.draw(SHEETS[0]), plot.name)

    assert draw() == draw()


def test_svg_takes_the_colors_of_the_page_and_leaves_words_alone(run):
    """Colors become variables and names get a prefix; a label is not rewritten."""
    plot = plots(run)["course"][0]
    with style():
        figure = plot.draw(SHEETS[0])
        figure.text(0.5, 0.5, "0.123456 #14202b id=")
        svg = to_svg(figure, "here")
    assert "0.123456 #14202b id=" in svg
    assert "var(--fig-a, #005a8d)" in svg
    assert 'id="here-' in svg
    assert "url(#here-" in svg
    assert "DejaVu" not in svg


def test_style_leaves_the_users_settings_alone():
    """Settings of matplotlib hold inside the block only."""
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["svg.hashsalt"] == "trimer"
    assert dict(mpl.rcParams) == before
