# SPDX-License-Identifier: Apache-2.0
"""Fates of a run as a table: one row per patient, and survival of an arm in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess.response_course import relapse_day, response_day
from trimer.assess.survival import median_survival, survival_at
from trimer.core.errors import InputError
from trimer.trial.fate import CAUSES, HAZARDS, Fates, fates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsIndex

    from trimer.simulate import Run
    from trimer.trial.fate_constants import FateConstants

NEEDED = ("blasts", "blood_blasts", "ANC", "PLT", "MRD", *HAZARDS.values())
"""Outputs of a run that its fates are made of."""

DAYS_PER_MONTH = 365.25 / 12


def fates_of_run(
    run: Run,
    *,
    seed: SupportsIndex | None = None,
    transplants: bool = True,
    constants: FateConstants | None = None,
) -> Fates:
    """Return what became of the patients of a run.

    Follow-up ends with the run: for survival over a year, simulate more than a year.

    Parameters
    ----------
    run : Run
        With the outputs in `NEEDED`.
    seed : int, optional
        That of the cohort if left out.
    transplants : bool
        Whether anybody is transplanted.
    constants : FateConstants, optional
        Those shipped if left out.

    Raises
    ------
    InputError
        If an output is missing, or no seed is known.
    """
    missing = [name for name in NEEDED if name not in run.names]
    if missing:
        raise InputError(
            f"Missing output '{missing[0]}' of the run on '{run.protocol.name}': fates need "
            f"{', '.join(NEEDED)}. Ask for them in outputs."
        )
    known = run.cohort.seed if seed is None else seed
    if known is None:
        raise InputError(
            f"Missing seed of the fates of cohort '{run.cohort.name}': nothing in it was drawn by "
            "one seed. Give seed=."
        )
    times = run.times
    blasts, blood = run.column("blasts"), run.column("blood_blasts")
    response = response_day(times, blasts, blood, run.column("ANC"), run.column("PLT"))
    return fates(
        run.ids,
        times,
        {cause: run.column(state) for cause, state in HAZARDS.items()},
        response_day=response,
        relapse_day=relapse_day(times, blasts, blood, response),
        residual=run.column("MRD"),
        seed=known,
        transplants=transplants,
        constants=constants,
    )


def fate_table(arm: str, found: Fates) -> pl.DataFrame:
    """Return fates as a table.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, then days (null where it did not happen), ``cause`` (null for those
        alive), and for overall survival, event-free survival and duration of response the days
        and whether they ended in the event.
    """
    days = ("response_day", "transplant_day", "relapse_day", "withdrawal_day", "death_day")
    ends = ("os", "efs", "dor")
    columns = {name: getattr(found, name) for name in days}
    columns["cause"] = found.cause
    for end in ends:
        columns[f"{end}_days"] = getattr(found, f"{end}_days")
        columns[f"{end}_event"] = getattr(found, f"{end}_event")
    frame = pl.DataFrame({"id": found.ids, **columns}, strict=True).with_columns(
        pl.col(pl.Float64).fill_nan(None), pl.col("cause").replace("", None)
    )
    known = frame.with_columns(
        pl.when(pl.col(f"{end}_days").is_not_null())
        .then(pl.col(f"{end}_event"))
        .alias(f"{end}_event")
        for end in ends
    )
    return known.select(pl.lit(arm).alias("arm"), pl.all())


def fate_summary(found: Fates, months: Sequence[float] = (6.0, 12.0)) -> dict[str, float]:
    """Return survival and shares of an arm.

    Returns
    -------
    dict of str to float
        Medians of ``os``, ``efs`` and ``dor`` in **months** (NaN if not reached), survival at the
        months asked for, shares of patients transplanted, withdrawn and dead of each cause, and
        the share of responders transplanted (NaN without any).
    """
    summary = {}
    for end in ("os", "efs", "dor"):
        length, event = getattr(found, f"{end}_days"), getattr(found, f"{end}_event")
        known = ~np.isnan(length)
        summary[f"median_{end}_months"] = (
            median_survival(length[known], event[known]) / DAYS_PER_MONTH
            if known.any()
            else float("nan")
        )
    for month in months:
        summary[f"os_{month:g}_months"] = survival_at(
            found.os_days, found.os_event, month * DAYS_PER_MONTH
        )
    responders = ~np.isnan(found.response_day)
    moved = ~np.isnan(found.transplant_day)
    summary["transplanted"] = float(moved.mean())
    summary["transplanted_responders"] = (
        float(moved[responders].mean()) if responders.any() else float("nan")
    )
    summary["withdrawn"] = float((~np.isnan(found.withdrawal_day)).mean())
    for cause in CAUSES:
        summary[f"died_{cause}"] = float((found.cause == cause).mean())
    return summary
