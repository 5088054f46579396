# SPDX-License-Identifier: Apache-2.0
"""Colors, type and line styles of every figure.

White panel, pale grid, no frame, grey facet strips, as in ggplot2's ``theme_bw``. Arms take
Okabe-Ito fills with a darker edge of the same hue, and differ in dash and letter as well, so a
figure can be read in grey. Each color is a token with a light and a dark value: matplotlib draws
the light one, and `trimer.report.svg` lets the page swap it.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#14202b", "#e8edf2"),
    "muted": ("#4a5967", "#a9b6c2"),
    "grid": ("#d3dae1", "#2e3a46"),
    "edge": ("#75828f", "#7d8b99"),
    "panel": ("#ffffff", "#171f27"),
    "strip": ("#ebeff3", "#212b35"),
    "dose": ("#0a5a8c", "#7cc4f0"),
    "dose-fill": ("#e3eef6", "#1b2f3e"),
    "rescue": ("#1f6e9e", "#8ccef2"),
    # arms: line, fill of the bands
    "a": ("#005a8d", "#6db9ea"),
    "a-fill": ("#0072b2", "#3e9bd6"),
    "b": ("#7f5600", "#f2bc4a"),
    "b-fill": ("#e69f00", "#e69f01"),
    "c": ("#00694d", "#45c9a0"),
    "c-fill": ("#009e73", "#1fb488"),
    "d": ("#94386c", "#e3a3c6"),
    "d-fill": ("#cc79a7", "#cc79a8"),
    "e": ("#a34700", "#ff9a57"),
    "e-fill": ("#d55e00", "#f0803a"),
    "on-arm": ("#fffffe", "#0f151b"),
    # CRS grades: one hue, worse stands out more on either ground
    "grade-0": ("#f4f6f8", "#1d262f"),
    "grade-1": ("#fbe6cc", "#4a3420"),
    "grade-2": ("#f3b676", "#8a5419"),
    "grade-3": ("#b9570f", "#e08a35"),
    "grade-4": ("#6b2a00", "#ffd7a8"),
    "digit-0": ("#4a5968", "#a9b6c1"),
    "digit-1": ("#5a2d00", "#f7ddbf"),
    "digit-2": ("#3f1f00", "#fff1df"),
    "digit-3": ("#fffffd", "#241000"),
    "digit-4": ("#fffffc", "#241001"),
    # best response: one hue for remission, darker is better; others apart in lightness too
    "CR": ("#00543e", "#8be8cb"),
    "CRh": ("#0b8f6b", "#38b48f"),
    "CRi": ("#6cc5ab", "#1d7a5e"),
    "MLFS": ("#a8508a", "#cf86b3"),
    "PR": ("#e7bcd5", "#7a4465"),
    "NR": ("#cdd5dc", "#4a5662"),
    "on-CR": ("#fffffb", "#06281f"),
    "on-CRh": ("#00130d", "#03150f"),
    "on-CRi": ("#00241a", "#fffffb"),
    "on-MLFS": ("#fffffa", "#1d0a16"),
    "on-PR": ("#3a1029", "#fffffa"),
    "on-NR": ("#14202c", "#fffff9"),
}
"""Tokens: color on light ground, color on dark ground."""

Dash: TypeAlias = Literal["solid"] | tuple[float, tuple[float, ...]]
"""A line style as matplotlib takes it."""

FONT_SIZE = 10.0
"""Points; 13 pixels on the screen at a figure's own width."""


def color(token: str) -> str:
    """Color of a token on light ground.

    Examples
    --------
    >>> color("ink")
    '#14202b'
    """
    return PALETTE[token][0]


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How an arm looks: a letter, a color token and a dash that differ from every other arm's."""

    letter: str
    token: str
    dash: Dash
    dash_name: str

    @property
    def line(self) -> str:
        """Color of lines and text."""
        return color(self.token)

    @property
    def fill(self) -> str:
        """Color of bands, drawn with opacity."""
        return color(f"{self.token}-fill")


_STYLES: tuple[tuple[str, Dash, str], ...] = (
    ("a", "solid", "solid"),
    ("b", (0, (4.5, 2.0)), "dashed"),
    ("c", (0, (1.2, 1.6)), "dotted"),
    ("d", (0, (6.0, 1.8, 1.2, 1.8)), "dash-dotted"),
    ("e", (0, (8.0, 2.5)), "long-dashed"),
)


def arm_style(index: int) -> ArmStyle:
    """Style of the arm at a place in the study, from 0.

    Examples
    --------
    >>> arm_style(1).letter, arm_style(1).dash_name
    ('B', 'dashed')
    """
    token, dash, name = _STYLES[index % len(_STYLES)]
    letter = chr(ord("A") + index % 26)
    return ArmStyle(letter, token, dash, name)


def _settings() -> Any:  # noqa: ANN401 - its type differs between versions of matplotlib
    ink, muted, grid = color("ink"), color("muted"), color("grid")
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": grid,
        "axes.facecolor": color("panel"),
        "axes.formatter.use_mathtext": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.labelcolor": ink,
        "axes.labelsize": FONT_SIZE,
        "axes.linewidth": 0.6,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.unicode_minus": True,
        "figure.dpi": 96,
        "figure.facecolor": color("panel"),
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": FONT_SIZE,
        "grid.color": grid,
        "grid.linewidth": 0.6,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "butt",
        "path.simplify": True,
        "path.simplify_threshold": 0.2,
        "savefig.facecolor": color("panel"),
        # The same figure gives the same bytes, and its text stays text.
        "svg.fonttype": "none",
        "svg.hashsalt": "trimer",
        "text.color": ink,
        "text.parse_math": False,  # a dollar sign in an arm's name is a dollar sign
        "xtick.color": muted,
        "xtick.labelcolor": muted,
        "xtick.labelsize": FONT_SIZE,
        "xtick.major.size": 3.0,
        "xtick.minor.size": 2.0,
        "ytick.color": muted,
        "ytick.labelcolor": muted,
        "ytick.labelsize": FONT_SIZE,
        "ytick.major.size": 0.0,
        "ytick.minor.size": 0.0,
    }


@contextmanager
def style() -> Iterator[None]:
    """Draw with Trimer's settings inside the block, and leave the user's own alone."""
    import matplotlib as mpl

    with mpl.rc_context(_settings()), warnings.catch_warnings():
        # In a page the reader's own fonts draw what the bundled font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
