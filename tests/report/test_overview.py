# SPDX-License-Identifier: Apache-2.0
"""One picture of a simulation."""

from __future__ import annotations

import numpy as np
import pytest

from trimer.core.errors import DiskError, InputError
from trimer.patients import Cohort
from trimer.protocol import Protocol
from trimer.report import plot_run
from trimer.report.overview import draw_run
from trimer.report.theme import style
from trimer.simulate import Run

NAMES = ("concentration", "trimers_per_blast", "blasts", "T_cells", "IL6", "temperature")


def make(n, *, names=NAMES, days=28.0, failed=()):
    """A run of n patients with made-up curves; the failed are NaN from the middle on."""
    times = np.linspace(0.0, days, 57)
    rng = np.random.default_rng(3)
    size = np.exp(0.4 * rng.standard_normal((n, 1, len(names))))
    values = size * (5.0 + np.sin(times / 3.0)[None, :, None])
    status = np.zeros(n, np.int8)
    for i in failed:
        values[i, 28:], status[i] = np.nan, 1
    return Run(
        model="tiny",
        model_version="1",
        model_hash="0",
        engine="none",
        cohort=Cohort("reference", np.arange(n), (), np.empty((n, 0)), 7, "A made-up patient."),
        protocol=Protocol("flat", title="Flat dose").infuse("500 ng/kg/day", days=28),
        times=times,
        names=names,
        units=dict.fromkeys(names, "1"),
        labels={name: name for name in names},
        values=values,
        status=status,
        steps=np.ones(n, np.int32),
        rtol=1e-6,
        wall_seconds=0.1,
    )


def words(figure):
    """All text of a figure."""
    from matplotlib.text import Text

    return " ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "PNG"])
def test_a_picture_is_written_in_the_kind_of_its_name(tmp_path, kind):
    """The ending of the name decides; folders are made as needed."""
    path = plot_run(make(1), tmp_path / "new" / f"run.{kind}")
    start = path.read_bytes()[:400]
    assert {"png": b"PNG", "svg": b"<svg", "pdf": b"%PDF"}[kind.lower()] in start


def test_another_ending_is_refused(tmp_path):
    """The sentence says what was given and what is allowed."""
    with pytest.raises(InputError, match=r"got '\.jpg'; it may end in \.png, \.svg, \.pdf"):
        plot_run(make(1), tmp_path / "run.jpg")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """A file where a folder should be gives a sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="Cannot write the picture"):
        plot_run(make(1), tmp_path / "file" / "run.png")


@pytest.mark.parametrize(
    ("n", "text"),
    [(1, "Virtual patient 0 on Flat dose"), (8, "Thin lines"), (40, "dark band 25–75 %")],
)
def test_the_picture_says_what_its_lines_are(n, text):
    """One patient, a few and many are drawn and described differently."""
    with style():
        shown = words(draw_run(make(n)))
    assert text in shown
    assert "seed 7" in shown
    assert "DRAFT" in shown
    assert "simulation, not medical advice" in shown


@pytest.mark.parametrize("n", [1, 8, 40])
def test_failed_patients_are_said(n):
    """A patient who could not be followed is mentioned and breaks nothing."""
    with style():
        assert "1 could not be followed to the end" in words(draw_run(make(n, failed=(0,))))


def test_other_outputs_are_drawn_when_the_usual_are_missing():
    """A run of other observables is drawn with what it has."""
    with style():
        figure = draw_run(make(3, names=("LSC_cells", "ANC"), days=2.0))
    assert len(figure.axes) == 2
    assert "Hours since first dose" in words(figure)


def test_a_run_without_outputs_is_refused(tmp_path):
    """There is nothing to draw of nothing."""
    with pytest.raises(InputError, match="Nothing to draw"):
        plot_run(make(2, names=()), tmp_path / "run.png")
