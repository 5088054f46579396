# SPDX-License-Identifier: Apache-2.0
"""Best change of marrow blasts of every virtual patient, worst to best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from trimer.assess.response import WINDOWS
from trimer.report import words
from trimer.report.figures.plot import Plot
from trimer.report.numbers import count, fixed, listing, percent, share
from trimer.report.rates import RESPONSES
from trimer.report.sheet import Frame, Sheet, caption, caption_height, heading, panels, strip
from trimer.report.theme import color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.report.data import RunData

CAP = 100.0
MOST_BARS = 2_000
"""Bars in a panel; of a larger arm every k-th is drawn, and the note says so."""

_HEIGHT = 190.0
_WINDOWS = f"days {listing([f'{window:g}' for window in WINDOWS])}"


def waterfall(run: RunData) -> Plot:
    """Make the waterfall figure.

    Parameters
    ----------
    run : RunData
        A run whose outcomes have ``best_blast_change_percent``.
    """
    parts = [_bars(run.finished(arm)) for arm in run.arms]
    halved = []
    for arm in run.arms:
        change = run.finished(arm)["best_blast_change_percent"]
        text = share(int((change <= -50.0).sum()), len(change))
        halved.append(text if len(parts) == 1 else f"{text} {words.with_label(arm)}")
    biggest = max(len(run.finished(arm)) for arm in run.arms)
    thinned = (
        f" One bar of every {-(-biggest // MOST_BARS)} is drawn." if biggest > MOST_BARS else ""
    )
    return Plot(
        name="waterfall",
        title=f"Marrow blasts at least halve in {listing(halved)}",
        note=(
            "One bar for each virtual patient: best change of marrow blasts from the start at a "
            f"marrow assessment ({_WINDOWS}), capped at +100 %. Color: best response (ELN 2022)."
            f"{thinned} {words.sizes(run)}."
        ),
        alt=(
            "Waterfall, one panel for each arm, from the worst to the best change. "
            f"At least halved: {listing(halved)}."
        ),
        table=pl.concat(
            [
                part.with_columns(arm=pl.lit(arm.name)).select(
                    "arm", "rank", "id", "change", "response"
                )
                for arm, part in zip(run.arms, parts, strict=True)
            ]
        ).rename({"change": "best_blast_change_percent"}),
        shown=_summary(run),
        draw=lambda sheet: _draw(run, parts, sheet),
    )


def _bars(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Patients from worst to best; at equal whole percents the better response comes later."""
    order = {name: i for i, name in enumerate(RESPONSES)}
    table = outcomes.select("id", "response", change="best_blast_change_percent").filter(
        pl.col("change").is_not_nan() & pl.col("change").is_not_null()
    )
    table = table.sort(
        pl.col("change").round(0),
        pl.col("response").replace_strict(order, default=len(order), return_dtype=pl.Int32),
        "change",
        descending=True,
    ).with_row_index("rank", offset=1)
    return table.gather_every(-(-len(table) // MOST_BARS)) if len(table) > MOST_BARS else table


def _summary(run: RunData) -> pl.DataFrame:
    rows = []
    for arm in run.arms:
        change = run.finished(arm)["best_blast_change_percent"].drop_nans()
        quantiles = [change.quantile(q, "linear") for q in (0.05, 0.25, 0.5, 0.75, 0.95)]
        rows.append((arm.name, len(change), *quantiles))
    names = ["arm", "n", "p05", "p25", "p50", "p75", "p95"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _draw(run: RunData, parts: list[pl.DataFrame], sheet: Sheet) -> Figure:
    origin = words.origin(run)
    frame = Frame(left=44.0, right=20.0, head=19.0, foot=caption_height(sheet, origin))
    figure, axes = panels(sheet, len(parts), _HEIGHT, frame)
    heading(figure, 0, "Best change of marrow blasts, %")
    caption(figure, origin)
    for arm, part, ax in zip(run.arms, parts, axes, strict=True):
        strip(ax, f"{run.style(arm).letter}  {arm.label}")
        _panel(ax, part)
        _legend(ax, run.finished(arm)["response"])
    return figure


def _panel(ax: Axes, part: pl.DataFrame) -> None:
    change = np.minimum(part["change"].to_numpy(), CAP)
    response = part["response"].to_numpy()
    gap = 0.12 if change.size <= 80 else 0.0
    for name in RESPONSES:
        ax.add_patch(
            PathPatch(_outline(change, response == name, gap), facecolor=color(name), linewidth=0)
        )
    ax.axhline(0.0, color=color("edge"), linewidth=0.8)
    ax.set_xlim(0, change.size)
    ax.set_ylim(-CAP, CAP)
    ax.yaxis.set_major_locator(FixedLocator([-100, -50, 0, 50, 100]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"+{y:g}" if y > 0 else fixed(y, 0)))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: count(round(x))))
    ax.set_xlabel("Virtual patients, worst to best")


def _outline(heights: np.ndarray, chosen: np.ndarray, gap: float) -> Path:
    """Outline of the chosen bars; neighbors share one line, which keeps the drawing small."""
    points: list[tuple[float, float]] = []
    codes: list[np.uint8] = []
    for i in np.flatnonzero(chosen).tolist():
        joined = gap == 0.0 and i > 0 and chosen[i - 1]
        if joined:
            del points[-2:], codes[-2:]  # the foot and the closing of the bar before
        else:
            points.append((i + gap / 2, 0.0))
            codes.append(Path.MOVETO)
        right = i + 1 - gap / 2
        points += [(i + gap / 2, heights[i]), (right, heights[i]), (right, 0.0), (right, 0.0)]
        codes += [Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(np.array(points).reshape(-1, 2), codes)


def _legend(ax: Axes, responses: pl.Series) -> None:
    """List the responses with their counts in the empty corner, better ones first."""
    height = 13.0
    for i, name in enumerate(RESPONSES):
        y = -9.0 - height * i
        n = int((responses == name).sum())
        ax.annotate(
            f"{name}  {count(n)} ({percent(n / max(len(responses), 1))})",
            (1, 1),
            (-112, y),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center_baseline",
            size=9.0,
        )
        ax.annotate(
            "■",
            (1, 1),
            (-126, y),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center_baseline",
            color=color(name),
            size=11.0,
        )
