# SPDX-License-Identifier: Apache-2.0
"""Tornado: what one parameter at a time does to the typical patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.report.figures.plot import Plot
from trimer.report.figures.ranked import HATCH, MOST, KeyEntry, Ranked, draw_ranked, in_sentence
from trimer.report.numbers import listing, number
from trimer.report.theme import color
from trimer.trial.sensitivity.factors import ASSUMED
from trimer.trial.sensitivity.tables import local_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trimer.trial.sensitivity.local import Local

_KEY = (
    KeyEntry("parameter at its lower end", "a-fill"),
    KeyEntry("at its higher end", "b-fill"),
    KeyEntry("assumed", "panel", HATCH),
    KeyEntry("typical patient", None, line="ink"),
)


def tornado(found: Local, origin: str) -> Plot:
    """Make the tornado figure.

    Parameters
    ----------
    found : Local
        One parameter at a time.
    origin : str
        Small line at the foot: from what it was made.
    """
    widest = [
        f"{found.rows[found.order(k)[0]].name} for {in_sentence(out.label)}"
        for k, out in enumerate(found.read_outs)
    ]
    table = local_table(found)
    return Plot(
        name="tornado",
        title=f"Widest bars: {listing(widest)}",
        note=(
            f"The {MOST} widest bars of each outcome, in the typical patient. A parameter goes "
            "from the 5 to the 95 % end of what is known of its typical value; the numbers at the "
            "ends of a bar are the parameter's. Hatched: parameters that are assumed."
        ),
        alt=f"Tornado, one panel for each outcome. Widest bars: {listing(widest)}.",
        table=table,
        shown=table.group_by("outcome", maintain_order=True)
        .head(MOST)
        .select("outcome", "parameter", "basis", "low", "high", "elasticity", "width"),
        draw=lambda sheet: draw_ranked(
            [_panel(found, k) for k in range(len(found.read_outs))], _KEY, origin, sheet
        ),
    )


def _panel(found: Local, k: int) -> Ranked:
    order = found.order(k)[:MOST]
    out = found.read_outs[k]
    return Ranked(
        out.label,
        out.unit,
        [found.rows[i].name for i in order],
        lambda ax: _bars(ax, found, k, order),
    )


def _bars(ax: Axes, found: Local, k: int, order: np.ndarray) -> None:
    base = float(found.base[k])
    ends = []
    for row, i in enumerate(order):
        sides = (
            (float(found.at_low[i, k]), float(found.low[i]), "a-fill"),
            (float(found.at_high[i, k]), float(found.high[i]), "b-fill"),
        )
        for reached, value, face in sides:
            if not np.isfinite(reached):
                continue
            ax.barh(
                row, reached - base, left=base, height=0.62, color=color(face),
                edgecolor=color("edge"), linewidth=0.5, zorder=2,
                hatch=HATCH if found.rows[i].basis == ASSUMED else "",
            )  # fmt: skip
            ends.append((row, reached, value))
    spread = [reached for _, reached, _ in ends] + [base]
    low, high = min(spread), max(spread)
    room = 0.3 * (high - low or 1.0)
    ax.set_xlim(low - room, high + room)
    by_row: dict[int, list[tuple[float, float]]] = {}
    for row, reached, value in ends:
        by_row.setdefault(row, []).append((reached, value))
    for row, pair in by_row.items():
        _end_texts(ax, row, pair, base)
    ax.axvline(base, color=color("ink"), linewidth=1.2, zorder=3)


def _end_texts(ax: Axes, row: int, pair: list[tuple[float, float]], base: float) -> None:
    """Write the parameter's values beside the ends of its bar, outward of both."""
    pair.sort()
    one_sided = len(pair) == 2 and (pair[0][0] >= base or pair[1][0] <= base)
    for j, (reached, value) in enumerate(pair):
        if one_sided and abs(reached - base) < max(abs(other - base) for other, _ in pair):
            continue  # it would stand on the longer bar
        left = reached < base or (reached == base and j == 0)
        ax.annotate(
            number(value, 2), (reached, row), (-4.0 if left else 4.0, 0.0),
            textcoords="offset points", va="center_baseline", ha="right" if left else "left",
            size=8.0, color=color("muted"),
        )  # fmt: skip
