# SPDX-License-Identifier: Apache-2.0
"""A figure of the report: its finding, its numbers and how to draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from trimer.report.sheet import Sheet


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A figure and everything that goes with it.

    Parameters
    ----------
    name : str
        Stem of its file names, unique in a report.
    title : str
        The finding, as a sentence.
    note : str
        What is drawn: lines, bands, units, number of virtual patients.
    alt : str
        The picture in words, for who cannot see it.
    table : polars DataFrame
        The plotted numbers; the CSV holds all of them.
    shown : polars DataFrame
        The part of them that a reader of the page is shown.
    draw : callable
        Draws the figure on a sheet; call it inside `trimer.report.theme.style`.
    """

    name: str
    title: str
    note: str
    alt: str
    table: pl.DataFrame
    shown: pl.DataFrame
    draw: Callable[[Sheet], Figure]

    def csv(self) -> str:
        """The plotted numbers as comma-separated text, six significant digits."""
        return rounded(self.table).write_csv()


def rounded(table: pl.DataFrame, digits: int = 6) -> pl.DataFrame:
    """Round every float column to significant digits."""
    return table.with_columns(pl.selectors.float().round_sig_figs(digits))
