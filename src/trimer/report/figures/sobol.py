# SPDX-License-Identifier: Apache-2.0
"""Sobol indices: shares of the variance between patients, first and total order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.report.figures.plot import Plot
from trimer.report.figures.ranked import HATCH, MOST, KeyEntry, Ranked, draw_ranked, in_sentence
from trimer.report.numbers import listing
from trimer.report.theme import color
from trimer.trial.sensitivity.factors import ASSUMED
from trimer.trial.sensitivity.read_outs import LATENT
from trimer.trial.sensitivity.tables import sobol_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trimer.trial.sensitivity.sobol import Sobol

_KEY = (
    KeyEntry("first order: by itself", "a-fill"),
    KeyEntry("total order: any part in it", "dose-fill"),
    KeyEntry("assumed", "panel", HATCH),
)
LABELS = {out.name: out.label for out in LATENT}


def sobol_bars(found: Sobol, origin: str) -> Plot:
    """Make the figure of Sobol indices.

    Parameters
    ----------
    found : Sobol
        First and total order indices.
    origin : str
        Small line at the foot: from what it was made.
    """
    table = sobol_table(found)
    largest = [
        f"{found.factors[int(np.argmax(found.indices.total[:, k]))].name} for "
        f"{in_sentence(_label(outcome))}"
        for k, outcome in enumerate(found.outcomes)
    ]
    return Plot(
        name="sobol",
        title=f"Most of the variance between patients: {listing(largest)}",
        note=(
            f"Sobol indices of the {MOST} parameters with the largest total order for each "
            "outcome: share of the variance between virtual patients. Whiskers: 95 % bootstrap "
            f"intervals. {len(found.factors)} parameters, {found.patients:,} virtual patients. "
            "Hatched: parameters that are assumed."
        ),
        alt=f"Bars of Sobol indices, one panel for each outcome. Largest: {listing(largest)}.",
        table=table,
        shown=table.group_by("outcome", maintain_order=True)
        .head(MOST)
        .select("outcome", "parameter", "basis", "first", "total", "total_error_95"),
        draw=lambda sheet: draw_ranked(
            [_panel(found, k) for k in range(len(found.outcomes))], _KEY, origin, sheet
        ),
    )


def _label(outcome: str) -> str:
    return LABELS.get(outcome, outcome)


def _panel(found: Sobol, k: int) -> Ranked:
    order = np.argsort(-found.indices.total[:, k], kind="stable")[:MOST]
    return Ranked(
        _label(found.outcomes[k]),
        "Share of the variance",
        [found.factors[i].name for i in order],
        lambda ax: _bars(ax, found, k, order),
    )


def _bars(ax: Axes, found: Sobol, k: int, order: np.ndarray) -> None:
    indices = found.indices
    for row, i in enumerate(order):
        hatch = HATCH if found.factors[i].basis == ASSUMED else ""
        for offset, values, errors, face in (
            (-0.19, indices.first, indices.first_error, "a-fill"),
            (0.19, indices.total, indices.total_error, "dose-fill"),
        ):
            share, error = max(float(values[i, k]), 0.0), float(errors[i, k])
            ax.barh(
                row + offset, share, height=0.36, color=color(face), edgecolor=color("edge"),
                linewidth=0.5, hatch=hatch, zorder=2,
            )  # fmt: skip
            ax.plot(
                [max(share - error, 0.0), share + error], [row + offset] * 2, color=color("ink"),
                linewidth=0.9, zorder=3,
            )  # fmt: skip
    top = max(float((indices.total + indices.total_error)[order, k].max()), 0.05)
    ax.set_xlim(0.0, 1.06 * top)
