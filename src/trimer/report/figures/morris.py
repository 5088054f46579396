# SPDX-License-Identifier: Apache-2.0
"""Morris screening: what typical values do to rates in a population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.report.figures.plot import Plot
from trimer.report.figures.ranked import HATCH, MOST, KeyEntry, Ranked, draw_ranked, in_sentence
from trimer.report.numbers import listing
from trimer.report.theme import color
from trimer.trial.sensitivity.factors import ASSUMED
from trimer.trial.sensitivity.tables import morris_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from trimer.trial.sensitivity.morris import Morris

_KEY = (
    KeyEntry("mean absolute effect, the rate falls", "a-fill"),
    KeyEntry("the rate rises", "b-fill"),
    KeyEntry("assumed", "panel", HATCH),
)


def morris_bars(found: Morris, basis: Mapping[str, str], patients: int, origin: str) -> Plot:
    """Make the figure of elementary effects.

    Parameters
    ----------
    found : Morris
        Effects of typical values on rates.
    basis : mapping of str to str
        Of each parameter.
    patients : int
        In each population.
    origin : str
        Small line at the foot: from what it was made.
    """
    table = morris_table(found).with_columns(
        pl.col("parameter").replace_strict(basis, default="").alias("basis")
    )
    largest = [
        f"{found.names[int(np.argmax(found.mean_absolute[:, k]))]} for {in_sentence(outcome)}"
        for k, outcome in enumerate(found.outcomes)
    ]
    return Plot(
        name="morris",
        title=f"Typical values that move rates most: {listing(largest)}",
        note=(
            "Change of a rate, in points of percent, when a typical value goes from the 5 to the "
            "95 % end of what is known of it, all others anywhere in theirs: mean absolute "
            "elementary effect of Morris. Color: sign of the mean effect. Whiskers: 95 % "
            f"bootstrap intervals. {found.points} populations of {patients:,} virtual patients, "
            "the same in all."
        ),
        alt=f"Bars of effects, one panel for each rate. Largest: {listing(largest)}.",
        table=table,
        shown=table.group_by("outcome", maintain_order=True)
        .head(MOST)
        .select("outcome", "parameter", "basis", "mean_effect", "mean_absolute_effect", "error_95"),
        draw=lambda sheet: draw_ranked(
            [_panel(found, basis, k) for k in range(len(found.outcomes))], _KEY, origin, sheet
        ),
    )


def _panel(found: Morris, basis: Mapping[str, str], k: int) -> Ranked:
    order = np.argsort(-found.mean_absolute[:, k], kind="stable")[:MOST]
    return Ranked(
        found.outcomes[k],
        "Change of the rate, points of percent",
        [found.names[i] for i in order],
        lambda ax: _bars(ax, found, basis, k, order),
    )


def _bars(ax: Axes, found: Morris, basis: Mapping[str, str], k: int, order: np.ndarray) -> None:
    top = 1.0
    for row, i in enumerate(order):
        effect, error = 100 * float(found.mean_absolute[i, k]), 100 * float(found.error[i, k])
        rises = found.mean[i, k] >= 0
        ax.barh(
            row, effect, height=0.62, color=color("b-fill" if rises else "a-fill"),
            edgecolor=color("edge"), linewidth=0.5, zorder=2,
            hatch=HATCH if basis.get(found.names[i]) == ASSUMED else "",
        )  # fmt: skip
        ax.plot(
            [max(effect - error, 0.0), effect + error], [row, row], color=color("ink"),
            linewidth=0.9, zorder=3,
        )  # fmt: skip
        top = max(top, effect + error)
    ax.set_xlim(0.0, 1.06 * top)
