# SPDX-License-Identifier: Apache-2.0
"""Best response, by arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.report import words
from trimer.report.figures.plot import Plot
from trimer.report.figures.shares import Part, Shares, draw_shares, parts_table, rates_table
from trimer.report.rates import RESPONSE_EVENTS, RESPONSES

if TYPE_CHECKING:
    from trimer.report.data import RunData

_SHARES = Shares(
    column="response",
    parts=[Part(name, name, name, f"on-{name}") for name in RESPONSES],
    events=RESPONSE_EVENTS,
    bars_name="Best response",
    rates_name="Response, 95 % interval",
)


def response(run: RunData) -> Plot:
    """Make the figure of best responses.

    Parameters
    ----------
    run : RunData
        The run.
    """
    table = rates_table(run, RESPONSE_EVENTS)
    return Plot(
        name="response",
        title=words.remission(run),
        note=(
            "Best response of each virtual patient (ELN 2022 categories); exact 95 % intervals. "
            f"{words.sizes(run)}."
        ),
        alt=f"Stacked bars of best response, one for each arm. {words.spoken(run, table)}",
        table=parts_table(run, _SHARES).vstack(table),
        shown=parts_table(run, _SHARES).vstack(table),
        draw=lambda sheet: draw_shares(run, _SHARES, sheet),
    )
