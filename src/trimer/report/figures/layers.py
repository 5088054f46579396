# SPDX-License-Identifier: Apache-2.0
"""Two layers of uncertainty over time: between patients, and about the parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from trimer.report.figures.plot import Plot
from trimer.report.figures.profile import time_axis
from trimer.report.figures.ranked import KeyEntry, draw_key, key_lines
from trimer.report.numbers import number, unit_text
from trimer.report.sheet import Frame, Sheet, caption, caption_height, panels, strip, width_of
from trimer.report.theme import color
from trimer.trial.uncertainty.tables import band_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.trial.uncertainty.layers import Layers, Uncertainty

LOGARITHMIC = frozenset({"concentration", "IL6", "T_cells"})
_HEIGHT = 150.0
_DECADES = 4.0
_ALPHA = 0.26
_HATCH = "\\\\\\\\"
_KEY = (
    KeyEntry("between patients", "a-fill", alpha=_ALPHA),
    KeyEntry("about the parameters (medians)", "panel", _HATCH, "b"),
    KeyEntry("median at the card", None, line="a"),
    KeyEntry("both, 5 and 95 %", None, line="edge"),
)


def layers_over_time(found: Uncertainty, origin: str) -> Plot:
    """Make the figure of both layers.

    Parameters
    ----------
    found : Uncertainty
        Of one treatment.
    origin : str
        Small line at the foot: from what it was made.
    """
    table = band_table([found])
    days = [0.0, 1.0, 7.0, 14.0, 28.0]
    wider = sum(_span(part.parameters) > _span(part.patients) for part in found.layers)
    return Plot(
        name=f"layers-{found.arm}",
        title=(
            "Doubt about the parameters is wider than differences between patients in "
            f"{wider} of {len(found.layers)} courses: {found.label}"
        ),
        note=(
            "Bands from 5 to 95 %. Blue: between virtual patients under the parameter card as it "
            "is. Hatched: about the parameters, medians of drawn cards. Thin lines: all "
            f"virtual patients under all drawn cards, 5 and 95 %. {found.draws} drawn cards of "
            f"{found.patients:,} virtual patients, the same in all. With so few cards the ends of "
            "the hatched band are rough."
        ),
        alt=(
            f"Courses of {', '.join(part.label for part in found.layers)} with two bands: between "
            "patients, and about the parameters."
        ),
        table=table,
        shown=table.filter(
            pl.col("time_days").is_in(days) & pl.col("layer").is_in(["patients", "parameters"])
        ).select("observable", "layer", "time_days", "p05", "p50", "p95"),
        draw=lambda sheet: _draw(found, origin, sheet),
    )


def _span(bands: np.ndarray) -> float:
    """Mean width of the 5-95 % band relative to its middle."""
    middle = np.maximum(np.abs(bands[2]), 1e-12)
    return float(np.mean((bands[4] - bands[0]) / middle))


def _draw(found: Uncertainty, origin: str, sheet: Sheet) -> Figure:
    lines = key_lines(sheet.width, _KEY)
    frame = Frame(
        left=52.0, right=14.0, head=16.0 * lines + 6.0, foot=caption_height(sheet, origin)
    )
    figure, axes = panels(sheet, len(found.layers), _HEIGHT, frame)
    draw_key(figure, _KEY)
    caption(figure, origin)
    for layers, ax in zip(found.layers, axes, strict=True):
        unit = unit_text(layers.unit)
        strip(ax, f"{layers.label}, {unit}" if unit else layers.label)
        _bands(ax, found.times, layers)
        time_axis(ax, float(found.times[-1]), narrow=width_of(ax) < 190.0)
        _value_axis(ax, layers)
    return figure


def _bands(ax: Axes, times: np.ndarray, layers: Layers) -> None:
    ax.fill_between(
        times, layers.patients[0], layers.patients[4], facecolor=color("a-fill"), alpha=_ALPHA,
        linewidth=0, zorder=2,
    )  # fmt: skip
    ax.fill_between(
        times, layers.parameters[0], layers.parameters[4], facecolor="none",
        edgecolor=color("b"), hatch=_HATCH, linewidth=1.0, zorder=3,
    )  # fmt: skip
    for k in (0, 4):
        ax.plot(times, layers.both[k], color=color("edge"), linewidth=0.9, zorder=4)
    ax.plot(times, layers.patients[2], color=color("a"), linewidth=1.8, zorder=5)


def _value_axis(ax: Axes, layers: Layers) -> None:
    shown = np.stack([layers.patients, layers.parameters, layers.both])
    high = float(shown.max())
    if layers.name in LOGARITHMIC:
        positive = shown[shown > 0]
        low = max(float(positive.min()), high / 10**_DECADES)
        ax.set_yscale("log", nonpositive="clip")
        ax.set_ylim(low / 1.25, high * 1.25)
        subs = (1.0,) if high / low > 300 else (1.0, 3.0) if high / low > 30 else (1.0, 2.0, 5.0)
        ax.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
        ax.yaxis.set_minor_locator(NullLocator())
    else:
        low = float(shown.min())
        room = 0.05 * (high - low) or 1.0
        ax.set_ylim(low - room, high + room)
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
