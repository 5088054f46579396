# SPDX-License-Identifier: Apache-2.0
"""Pages and figures of sensitivity and uncertainty, by the numbers they show."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from trimer.protocol import Protocol
from trimer.report.figures.layers import layers_over_time
from trimer.report.figures.morris import morris_bars
from trimer.report.figures.sobol import sobol_bars
from trimer.report.figures.tornado import tornado
from trimer.report.sensitivity import sensitivity_page, write_sensitivity
from trimer.report.sheet import SHEETS
from trimer.report.theme import style
from trimer.report.uncertainty import write_uncertainty
from trimer.simulate import prepare
from trimer.trial.recipe import shipped
from trimer.trial.sensitivity import Plan, sensitivity
from trimer.trial.sensitivity.tables import assumed_share
from trimer.trial.study import Arm
from trimer.trial.uncertainty import draw_cards, read_doubt, uncertainty
from trimer.trial.uncertainty.doubt import shipped_doubt

MODEL = "flotetuzumab-reference"
ARM = Arm("flat", "Flat & <quick>", Protocol("flat").infuse("200 ng/kg/day", days=5))
ORIGIN = "made by a test; simulation, not medical advice"


@pytest.fixture(scope="module")
def analysis():
    """A small sensitivity analysis."""
    plan = Plan(most=5, base_samples=16, typical=3, trajectories=2, patients=15)
    return sensitivity(MODEL, ARM, plan, days=4)


@pytest.fixture(scope="module")
def doubted():
    """A small uncertainty analysis, and what is known of its parameters."""
    table = prepare(shipped(MODEL)).parameter_table
    doubts = read_doubt(shipped_doubt(MODEL), table, strict=False)
    compiled = prepare(shipped(MODEL), vary=[row.name for row in table])
    found = uncertainty(compiled, table, ARM, draw_cards(doubts, 4, 1), days=4, patients=15)
    return found, doubts


def plots(analysis, doubted):
    """Every figure of both pages."""
    basis = {doubt.name: doubt.basis for doubt in analysis.doubts}
    return [
        tornado(analysis.local, ORIGIN),
        sobol_bars(analysis.sobol, ORIGIN),
        morris_bars(analysis.morris, basis, 15, ORIGIN),
        layers_over_time(doubted[0], ORIGIN),
    ]


def test_every_figure_is_drawn_within_its_sheet(analysis, doubted):
    """No word of a figure runs out of it, wide or narrow, and the origin is written below."""
    with style():
        for plot in plots(analysis, doubted):
            for sheet in SHEETS:
                figure = plot.draw(sheet)
                box = figure.get_tightbbox(figure.canvas.get_renderer())
                width = figure.get_figwidth()
                assert box.x0 >= -0.02, (plot.name, sheet.name)
                assert box.x1 <= width + 0.1, (plot.name, sheet.name)
                texts = [text.get_text() for text in figure.texts]
                assert any("not medical advice" in text.replace("\n", " ") for text in texts)


def test_csv_of_the_figures_holds_what_is_drawn(analysis, doubted):
    """Tornado, Sobol, Morris and layers give their numbers to six digits."""
    by_name = {plot.name: pl.read_csv(io.StringIO(plot.csv())) for plot in plots(analysis, doubted)}
    local = analysis.local
    first = by_name["tornado"].row(0, named=True)
    i = local.order(0)[0]
    assert first["parameter"] == local.rows[i].name
    assert first["outcome_at_high"] == pytest.approx(local.at_high[i, 0], rel=1e-5)
    assert by_name["sobol"].height == 5 * 3
    assert by_name["morris"]["mean_absolute_effect"].max() == pytest.approx(
        analysis.morris.mean_absolute.max(), rel=1e-5
    )
    bands = by_name["layers-flat"].filter(
        (pl.col("observable") == "IL6") & (pl.col("layer") == "parameters")
    )
    layers = next(part for part in doubted[0].layers if part.name == "IL6")
    assert bands["p95"].to_numpy() == pytest.approx(layers.parameters[4], rel=1e-5)


def test_hatched_bars_are_those_of_assumed_parameters(analysis):
    """The Sobol figure hatches two bars for each assumed parameter, and no other."""
    with style():
        figure = sobol_bars(analysis.sobol, ORIGIN).draw(SHEETS[0])
    hatched = sum(bool(patch.get_hatch()) for patch in figure.axes[0].patches)
    assumed = sum(factor.basis == "assumed" for factor in analysis.sobol.factors)
    assert hatched == 2 * assumed > 0


def test_the_key_of_the_layers_tells_which_band_is_which(doubted):
    """Both bands are named, one is filled and the other hatched."""
    with style():
        figure = layers_over_time(doubted[0], ORIGIN).draw(SHEETS[0])
    texts = " ".join(text.get_text() for text in figure.texts)
    assert "between patients" in texts
    assert "about the parameters" in texts
    bands = figure.axes[0].collections
    assert [bool(band.get_hatch()) for band in bands] == [False, True]


class Page(HTMLParser):
    """Headings, ids and text of a page."""

    def __init__(self):
        super().__init__()
        self.ids, self.tags, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        """Note the tag and its id."""
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        """Note the text."""
        self.text += data


def read(path):
    """A page, parsed."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def test_the_page_of_a_sensitivity_analysis(analysis, tmp_path):
    """It says the share on assumed parameters in words, and is safe and whole."""
    page = read(write_sensitivity(analysis, tmp_path / "sensitivity.html"))
    share = max(part["any_part"] for part in assumed_share(analysis.sobol).values())
    assert f"Up to {100 * share:.1f}" in page.text.replace("\u00a0", " ")
    assert "Simulation, not medical advice" in page.text
    assert "Flat & <quick>" in page.text
    assert "quick" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    for section in ("answer", "sobol", "morris", "local", "methods"):
        assert section in page.ids


def test_a_part_alone_makes_a_page(analysis, tmp_path):
    """Without Sobol and Morris the finding is that of the typical patient."""
    from dataclasses import replace

    alone = replace(analysis, sobol=None, morris=None)
    assert sensitivity_page(alone).answer[0].startswith("In the typical patient")
    page = read(write_sensitivity(alone, tmp_path / "local.html"))
    assert "sobol" not in page.ids


def test_the_page_of_an_uncertainty_analysis(doubted, tmp_path):
    """Rates of both layers stand there, and how well each parameter is known."""
    found, doubts = doubted
    about = {"title": "Flat", "model": MODEL, "version": "1.0", "days": 4.0, "seed": 1}
    path = write_uncertainty([found], doubts, {**about, "fitted": ["kk"]}, tmp_path / "u.html")
    page = read(path)
    assert "between patients" in page.text
    assert "about the parameters" in page.text
    assert "covariance of the calibration" in page.text
    assert "borrowed from blinatumomab" in page.text
    assert len(page.ids) == len(set(page.ids))


def test_the_same_analysis_gives_the_same_page(analysis, tmp_path):
    """Byte for byte."""
    from dataclasses import replace

    analysis = replace(analysis, sobol=None, morris=None)
    one = write_sensitivity(analysis, tmp_path / "a.html").read_bytes()
    assert one == write_sensitivity(analysis, tmp_path / "b.html").read_bytes()
    assert np.isfinite(analysis.local.base).all()
