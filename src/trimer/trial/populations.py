# SPDX-License-Identifier: Apache-2.0
"""Follow the same virtual patients under several parameter cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate import simulate
from trimer.trial.outcomes import NEEDED, outcomes
from trimer.trial.shift import under_cards

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from trimer.engine.compiled import CardRow
    from trimer.engine.solution import Compiled
    from trimer.protocol import Protocol
    from trimer.simulate import Run

RATES = ("CR or CRh", "CRS grade 2 or more", "CRS grade 3 or more")
"""What is counted, of the patients who could be followed."""

STORED_HOURS = 6.0
"""Interval of courses, in **hours**."""

_PEAK_HOURS = 1.0
_AT_ONCE = 2000
_RTOL = 1e-4


def populations(
    compiled: Compiled,
    table: Sequence[CardRow],
    protocol: Protocol,
    cards: Sequence[Mapping[str, float]],
    *,
    patients: int,
    seed: int,
    days: float,
    observables: Sequence[str] = (),
    threads: int | None = None,
) -> Iterator[tuple[Run, slice, pl.DataFrame]]:
    """Yield a run, the rows of one card in it, and the outcomes of these; card by card.

    Several cards are simulated at once, since a ward has much to do for each look however few
    patients there are. Results do not depend on how many.

    Parameters
    ----------
    compiled : Compiled
        The model, compiled so that whatever a card changes can be varied.
    table : sequence of CardRow
        The card as it is.
    protocol : Protocol
        The treatment; on a ward if it has a course.
    cards : sequence of mapping of str to float
        Factors on typical values.

    Other Parameters
    ----------------
    patients : int
        Under each card.
    seed : int
        Of the patients and of the ward.
    days : float
        For how long, in **days**.
    observables : sequence of str
        What is looked at besides what outcomes are made of.
    threads : int, optional
        Threads to use. Results do not depend on it.
    """
    # A ward grades by itself; the reference model's read-out needs the peaks.
    hours = STORED_HOURS if protocol.is_closed_loop else _PEAK_HOURS
    asked = tuple(dict.fromkeys((*observables, *NEEDED)))
    at_once = max(1, _AT_ONCE // patients)
    for first in range(0, len(cards), at_once):
        part = cards[first : first + at_once]
        cohort, luck = under_cards(table, part, patients, seed)
        run = simulate(
            compiled, cohort, protocol, days=days, every_hours=hours, outputs=asked, rtol=_RTOL,
            luck=luck, threads=threads,
        )  # fmt: skip
        whole = outcomes("", run, stored_times(run))
        for k in range(len(part)):
            rows = slice(k * patients, (k + 1) * patients)
            yield run, rows, whole[rows]


def stored_times(run: Run) -> np.ndarray:
    """Return which output times courses are made of."""
    hours = run.times * 24.0
    whole = np.isclose(hours / STORED_HOURS, np.round(hours / STORED_HOURS), rtol=0, atol=1e-9)
    whole[-1] = True
    return np.flatnonzero(whole)


def counts_of(table: pl.DataFrame) -> tuple[tuple[int, ...], int]:
    """Return how many patients of a table of outcomes count for each rate, and of how many."""
    known = table.filter(~table["failed"])
    counts = (
        known["response"].is_in(["CR", "CRh"]).sum(),
        (known["crs_grade"] >= 2).sum(),
        (known["crs_grade"] >= 3).sum(),
    )
    return tuple(int(count) for count in counts), known.height
