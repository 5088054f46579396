# SPDX-License-Identifier: Apache-2.0
"""Other adverse events of a run: worst grade and onset of each event, one row per patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess.adverse import (
    adverse_deviate,
    adverse_events,
    adverse_grade,
    adverse_threshold,
)
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsIndex

    from trimer.simulate import Run

NEEDED = tuple(dict.fromkeys(event.latent for event in adverse_events().values()))
"""Outputs of a run that the grades are read from."""


def adverse_table(
    arm: str,
    run: Run,
    *,
    events: Sequence[str] | None = None,
    seed: SupportsIndex | None = None,
) -> pl.DataFrame:
    """Return the worst grade of each event in each patient.

    Parameters
    ----------
    arm : str
        Name of the arm.
    run : Run
        With the severities of the events as outputs.
    events : sequence of str, optional
        Of `trimer.assess.adverse.adverse_events`; those that are on by default if left out.
    seed : int, optional
        Of the patients' deviates; that of the cohort if left out.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, ``event``, ``grade`` (CTCAE, the worst; null if the patient could not be
        followed) and ``onset``: day of the first grade above 0, null if there is none.

    Raises
    ------
    InputError
        If a severity is missing, or no seed is known.
    """
    known = adverse_events()
    chosen = [e.name for e in known.values() if e.default] if events is None else list(events)
    number = _seed(run, seed)
    parts = []
    for name in chosen:
        deviate = adverse_deviate(name, number, run.ids)
        grade = adverse_grade(name, run.column(known[name].latent), deviate)
        first = np.where((grade > 0).any(axis=1), run.times[(grade > 0).argmax(axis=1)], np.nan)
        unknown = (grade < 0).any(axis=1)
        parts.append(
            pl.DataFrame(
                {"id": run.ids, "grade": grade.max(axis=1, initial=0), "onset": first}
            ).select(
                pl.lit(arm).alias("arm"),
                "id",
                pl.lit(name).alias("event"),
                pl.when(~pl.Series(unknown)).then(pl.col("grade")).alias("grade"),
                pl.when(~pl.Series(unknown)).then(pl.col("onset").fill_nan(None)).alias("onset"),
            )
        )
    return pl.concat(parts).sort("id", maintain_order=True)


def shaped_thresholds(run: Run, *, seed: SupportsIndex | None = None) -> dict[str, float]:
    """Return the thresholds of grade 1 at which each event is as frequent as published.

    The thresholds in ``adverse.csv`` were made so, from 600 patients of ``flotetuzumab-multi-step``
    on the ward over 56 days. They have to be made again when cytokines of the model move.

    Parameters
    ----------
    run : Run
        With the severities of the events as outputs.
    seed : int, optional
        Of the patients' deviates; that of the cohort if left out.
    """
    number = _seed(run, seed)
    found = {}
    for name, event in adverse_events().items():
        peak = run.column(event.latent).max(axis=1)
        known = ~np.isnan(peak)
        deviate = adverse_deviate(name, number, run.ids)
        found[name] = adverse_threshold(name, event.share, peak[known], deviate[known])
    return found


def _seed(run: Run, seed: SupportsIndex | None) -> SupportsIndex:
    number = run.cohort.seed if seed is None else seed
    if number is None:
        raise InputError(
            f"Missing seed of the adverse events of cohort '{run.cohort.name}': nothing in it was "
            "drawn by one seed. Give seed=."
        )
    return number
