# SPDX-License-Identifier: Apache-2.0
"""The timeline of one patient: its numbers, its words, and that no two of them touch."""

from __future__ import annotations

import io
from itertools import combinations, pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Annotation, Text

from trimer.core.errors import InputError
from trimer.report import plot_run
from trimer.report.course import course_of, stored_course
from trimer.report.figures.timeline import draw_timeline, timeline
from trimer.report.figures.timeline.labels import SMALL, clusters, tags
from trimer.report.figures.timeline.ruler import ruler
from trimer.report.overview import draw_run
from trimer.report.sheet import NARROW, WIDE, Sheet, text_width
from trimer.report.svg import to_svg
from trimer.report.theme import style
from trimer.store import open_run

PAGE = Sheet("page", 720.0, 1)


@pytest.fixture(scope="module")
def course(ward_folder):
    """The patient of the story, with every reading."""
    return stored_course(open_run(ward_folder), 17)


def busy(pen):
    """A patient to whom everything happens at once, again and again."""
    pen.flow(0, 30, 30)
    for k in range(40):
        hour = 5 + 9 * k
        pen.grades(hour, 1 + k % 4, k % 3)
        pen.flow(hour, 0, 100, ("held", "pump", "premedication")[k % 3])
        pen.flow(hour + 3, 100, 100)
        pen.grades(hour + 4, 0)
        for drug in ("tocilizumab", "dexamethasone", "methylprednisolone", "fluids", "red_cells"):
            pen.give(hour + k % 3, drug, 10.0 + k % 2, "mg", "fever")
        for what in ("oxygen", "vasopressor", "antibiotic"):
            pen.support(hour, what, 1.0 + k % 2, "fever")
            pen.support(hour + 5, what, 0.0, "fever")


def test_csv_holds_what_is_drawn(course):
    """Steps, plan, marks, grades, readings and curves, each with its time and unit."""
    table = pl.read_csv(io.StringIO(timeline(course).csv()))
    steps = table.filter(pl.col("lane") == "infusion")
    assert steps["value"].to_list()[:7] == [30, 60, 100, 200, 200, 0, 0]
    assert set(steps["unit"]) == {"ng/kg/day"}
    assert steps["to_days"].to_list()[:4] == [1, 2, 3, 4]
    planned = table.filter(pl.col("lane") == "planned infusion")["value"]
    assert planned.to_list()[4:8] == [300, 300, 400, 400]
    drugs = table.filter(pl.col("lane") == "drug")
    assert drugs.filter(pl.col("text") == "tocilizumab")["value"].to_list() == [560]
    grades = table.filter(pl.col("lane") == "CRS")["value"]
    assert grades.to_list() == [0, 1, 2, 0]
    off = table.filter(pl.col("lane") == "without drug")
    assert off["text"].to_list() == ["held", "bag change", "bag change", "pump"]
    assert off["value"][0] == pytest.approx(14291.7, rel=1e-5)
    read = table.filter((pl.col("lane") == "Temperature") & (pl.col("text") == "read"))
    assert len(read) == 56 * 6
    assert read["value"][0] == course.readings["temperature"][0]
    model = table.filter((pl.col("lane") == "Pressure") & (pl.col("text") == "model"))
    assert model["value"][0] == pytest.approx(course.profile["MAP"][0], rel=1e-5)
    marrow = table.filter((pl.col("lane") == "Marrow blasts") & (pl.col("text") == "read"))
    assert marrow["value"].to_list() == [3.2]  # a result stands once, not at every look
    assert set(timeline(course).shown["lane"]) <= {
        "infusion", "planned infusion", "without drug", "drug", "support", "CRS", "ICANS",
    }  # fmt: skip


def test_the_finding_is_the_title(course):
    """Worst grade, times without drug, dose given."""
    plot = timeline(course, lead="Virtual patient 17.")
    assert plot.title.replace("\u00a0", " ") == (
        "CRS grade 2 on day 4, held for 16 h, pump off for 9 h, 95 % of the planned dose given"
    )
    assert plot.note.startswith("Virtual patient 17. Hatched: planned and not given")
    assert plot.note.endswith("Trimer's default policy: assumed, not the trial's protocol.")
    assert "Dots: as read, filled beyond" in plot.note
    assert "tocilizumab 1" in plot.alt


def test_without_readings_those_of_decisions_stand_in(make_ward_run):
    """A trial keeps no readings: dots are what was seen when something was decided, and say so."""
    course = stored_course(open_run(make_ward_run(patients=18, full=False)), 17)
    plot = timeline(course)
    assert "as read when something was decided" in plot.note
    read = plot.table.filter((pl.col("lane") == "Temperature") & (pl.col("text") == "read"))
    assert set(read["value"]) >= {38.7, 39.4}


@pytest.mark.parametrize("window", [(3.0, 7.0), (0.0, 1.0), (10.0, 99.0)])
def test_a_window_shows_its_days_alone(course, window):
    """The table holds what touches the window, and the drawing ends with it."""
    table = timeline(course, window=window).table
    assert table["to_days"].min() >= window[0]
    assert table["from_days"].max() <= window[1]
    with style():
        assert draw_timeline(course, PAGE, window=window).axes


@pytest.mark.parametrize("window", [(7.0, 3.0), (5.0, 5.0), (60.0, 70.0), (-9.0, 2.0)])
def test_a_wrong_window_is_refused(course, window):
    """The sentence says what was given and where it has to lie."""
    with pytest.raises(InputError, match=r"Wrong window of a timeline: got day .* Choose other"):
        timeline(course, window=window)


def cases(course, ward_folder, make_alone):
    """Courses with little, much and far too much in them."""
    run = open_run(ward_folder)
    yield "story", course
    yield "stopped", stored_course(run, 17, "flat")
    yield "calm", stored_course(run, 7)
    yield "busy", course_of(make_alone(busy, 28.0))
    yield "short", course_of(make_alone(busy, 2.0))


@pytest.mark.parametrize("sheet", [PAGE, WIDE, NARROW], ids=lambda sheet: sheet.name)
def test_no_two_words_touch_and_none_leaves_the_sheet(course, ward_folder, make_alone, sheet):
    """Whatever happens to a patient, every text stands by itself."""
    wrong = []
    for name, one in cases(course, ward_folder, make_alone):
        with style():
            figure = draw_timeline(one, sheet, titled=sheet is PAGE)
            figure.draw_without_rendering()
            width, height = figure.bbox.width, figure.bbox.height
            boxes = [(text.get_text(), box(text)) for text in texts(figure)]
        for text, (x0, y0, x1, y1) in boxes:
            if x0 < -2 or x1 > width + 6 or y0 < -2 or y1 > height + 2:
                wrong.append((name, "leaves", text))
        for (one_text, a), (other, b) in combinations(boxes, 2):
            across = min(a[2], b[2]) - max(a[0], b[0])
            along = min(a[3], b[3]) - max(a[1], b[1])
            if across > 1.0 and along > 3.0:  # boxes hold room for descenders that is empty
                wrong.append((name, one_text, other))
    assert wrong == []


def texts(figure):
    """Texts that are drawn."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            drawn = axis._update_ticks()
            ticks = {*axis.majorTicks, *axis.minorTicks} - {*drawn}
            hidden |= {label for tick in ticks for label in (tick.label1, tick.label2)}
    found = [t for t in figure.findobj(Text) if t not in hidden and t.get_visible()]
    return [t for t in found if t.get_text().strip()]


def box(text):
    """Place of a text alone, without its arrow."""
    if isinstance(text, Annotation):
        text.update_positions(text.figure.canvas.get_renderer())
        return Text.get_window_extent(text).extents
    return text.get_window_extent().extents


def test_a_drawing_is_the_same_every_time(course):
    """Two drawings of one course are equal to the byte, in the colors of the page."""

    def draw():
        with style():
            return to_svg(draw_timeline(course, WIDE), "t")

    first = draw()
    assert first == draw()
    assert "var(--fig-grade-2" in first
    assert "var(--fig-dose" in first


def test_one_patient_on_a_ward_is_plotted_as_a_timeline(make_alone, tmp_path):
    """`plot_run` draws the timeline of one patient, and what it always drew of others."""
    run = make_alone(busy, 10.0)
    path = plot_run(run, tmp_path / "one.svg")
    text = path.read_text(encoding="utf-8")
    assert "Infusion" in text
    assert "Drugs given" in text
    assert "ASTCT 2019" in text
    from dataclasses import replace

    with style():
        figure = draw_run(replace(run, ward=None))
    shown = " ".join(t.get_text() for t in figure.findobj(Text))
    assert "Drugs given" not in shown


# ------------------------------------------------------------------ laws of the layout
@given(
    places=st.lists(st.floats(0.0, 300.0), min_size=1, max_size=60).map(sorted),
    amounts=st.sampled_from(("4 mg", "650 mg", "10 mg")),
)
def test_marks_are_all_counted_and_stand_apart(places, amounts):
    """Every mark is in one group; groups and their words do not touch; groups are told apart."""
    found = clusters([(x, amounts) for x in places], 300.0)
    assert sum(group.n for group in found) == len(places)
    assert all(group.text for group in found if group.n > 1)
    taken = [words_of(group) for group in found]
    assert taken[-1][1] <= 312.0
    for (_, right), (left, _) in pairwise(taken):
        assert right <= left
    for group in found:
        if group.side == "inside":
            assert text_width(group.text, SMALL) < group.right - group.left


def words_of(group):
    """From where to where a group and its words stand; a mark is a little wide."""
    left, right = group.left - 3.0, group.right + 3.0
    if group.text and group.side == "right":
        right = group.right + 6.0 + text_width(group.text, SMALL)
    elif group.text and group.side == "left":
        left = group.left - 6.0 - text_width(group.text, SMALL)
    return left, right


@given(
    st.lists(
        st.tuples(st.floats(0.0, 290.0), st.floats(0.0, 10.0), st.sampled_from("ab")), max_size=30
    )
)
def test_words_over_stretches_stand_apart_and_count_all(spans):
    """Words over neighbors that would touch become one; none is lost."""
    stretches = [(x, x + w, what, 60.0) for x, w, what in sorted(spans)]
    found = tags(stretches, 300.0, lambda group: f"{len(group)} stops")
    assert sum(int(tag.text.split()[0]) for tag in found) == len(stretches)
    for a, b in pairwise(found):
        reach = (text_width(a.text, SMALL) + text_width(b.text, SMALL)) / 2
        assert b.middle - a.middle >= reach


@given(
    st.floats(0.5, 400.0),
    st.floats(60.0, 900.0),
    st.lists(st.floats(-0.02, 1.0), min_size=2, max_size=20).map(sorted),
)
def test_time_runs_from_left_to_right(days, width, parts):
    """Later is never left of earlier, and nothing leaves the axis."""
    axis = ruler(-0.02, days, width)
    places = [axis.at(max(-0.02, part * days)) for part in parts]
    assert all(x is not None and -1e-6 <= x <= width + 1e-6 for x in places)
    assert all(a <= b + 1e-9 for a, b in pairwise(places))


def test_a_long_course_is_drawn_in_two_scales():
    """The first two weeks have more room for a day than the rest."""
    early, late = ruler(0.0, 56.0, 400.0).pieces
    assert (early.end, late.start) == (14.0, 14.0)
    assert early.points_per_day > 3 * late.points_per_day
    assert len(ruler(0.0, 21.0, 400.0).pieces) == 1
    assert np.all(np.diff(early.ticks()[0]) == 2.0)
