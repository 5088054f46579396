# SPDX-License-Identifier: Apache-2.0
"""The page of a validation, from numbers made by hand."""

import re

import pytest

from trimer.core.errors import StoreError
from trimer.report.sheet import NARROW, WIDE
from trimer.report.svg import to_svg
from trimer.report.theme import style
from trimer.report.validation.forest import ratios, shares
from trimer.report.validation.page import answers, free_place, render_validation
from trimer.trial.targets import read_targets
from trimer.trial.targets.estimate import Estimate
from trimer.trial.targets.figures import Simulated
from trimer.trial.targets.validation import Validation

ROWS = ["V3", "V6", "V9", "V28", "V29", "V48", "V75", "V82", "V90"]
SAID = {
    "V3": [97.0],
    "V6": [40.0],
    "V9": [42.0, 40.0, 18.0],
    "V28": [8.0],
    "V29": [33.0, 5000.0],
    "V48": [20.0, 30.0],
    "V75": [5.0, 9.0],
    "V90": [0.0],
}


@pytest.fixture(scope="module")
def done():
    """Return a validation: five rows met, three missed, one silent."""
    targets = read_targets().select(ROWS)
    simulated = {
        id_: Simulated(id_, tuple(Estimate(x, 0.9 * x, 1.1 * x, "made", 100.0) for x in values))
        for id_, values in SAID.items()
    } | {"V82": Simulated("V82", reason=targets["V82"].reason)}
    return Validation(targets, simulated, (), 100, 7, "", 61.0)


def test_the_answer_counts_fitted_rows_and_predictions_apart(done):
    """What is true by construction and priors are in neither."""
    said = " ".join(answers(done))
    assert "Fitted: 3 of 5 rows are met (the aim is at least 17 of 19)." in said
    assert "Predicted, in numbers or order: 0 of 1 rows are met, 0 %" in said
    assert "1 of 1 by construction, 1 of 1 shown only" in said
    assert "1 row cannot be judged" in said


def test_the_page_says_every_row_and_why_it_is_missed(done):
    """With source, scale and interval; and it needs nothing from elsewhere."""
    page = render_validation(done)
    for row in done.targets.rows:
        assert f'id="row-{row.id}"' in page
    assert "above the published 3.8 to 30.7 by 9.3 points" in page
    assert "The numbers should be falling: primary refractory 20 %, early relapse 30 %." in page
    assert "graded by Lee 2014" in page
    assert "An assay in vitro" in page
    assert "imulation, not medical advice" in page
    assert not re.search(r'(src|href)="(?!#|data:|https://doi.org)', page)


def test_the_page_links_every_source_it_cites(done):
    """No link leads nowhere."""
    page = render_validation(done)
    wanted = set(re.findall(r'href="#(source-[^"]+)"', page))
    assert wanted
    assert wanted <= set(re.findall(r'id="(source-[^"]+)"', page))


@pytest.mark.parametrize("sheet", [WIDE, NARROW], ids=["wide", "narrow"])
def test_figures_fit_their_sheet(done, sheet):
    """No word or mark stands outside of the drawing."""
    with style():
        for plot in (shares(done), ratios(done)):
            figure = plot.draw(sheet)
            figure.canvas.draw()
            box = figure.bbox
            for text in [*figure.texts, *figure.axes[0].texts]:
                place = text.get_window_extent()
                assert place.x0 >= box.x0 - 1, text.get_text()
                assert place.x1 <= box.x1 + 1, text.get_text()
                assert box.y0 - 1 <= place.y0 <= place.y1 <= box.y1 + 1, text.get_text()


def test_a_number_far_off_is_an_arrow_at_the_edge(done):
    """27 times the published value: the axis ends at 16."""
    with style():
        svg = to_svg(ratios(done).draw(WIDE), "x")
    assert svg.startswith("<svg")
    table = ratios(done).table
    assert table.filter(table["row"] == "V29")["simulated"][1] == pytest.approx(5000 / 184)


def test_the_figure_in_words_names_what_is_missed(done):
    """For who cannot see it."""
    assert "Missed: V6." in shares(done).alt
    assert shares(done).title == "6 of 7 shares lie where they were published"


def test_without_rows_to_draw_there_is_no_figure(done):
    """A page of orderings alone has none."""
    from dataclasses import replace

    few = replace(done, targets=done.targets.select(["V48", "V90"]))
    assert shares(few) is None
    assert ratios(few) is None
    assert "<figure" not in render_validation(few)


def test_a_file_in_the_way_is_said_before_anything_is_simulated(tmp_path):
    """A page that is there, or a file instead of a folder."""
    (tmp_path / "validation.html").write_text("x")
    with pytest.raises(StoreError, match="replace it with --overwrite"):
        free_place(tmp_path)
    free_place(tmp_path, overwrite=True)
    with pytest.raises(StoreError, match="it is a file"):
        free_place(tmp_path / "validation.html")
