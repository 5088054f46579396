# SPDX-License-Identifier: Apache-2.0
"""Episodes of CRS and ICANS of a stored run: from the first sign to the return to grade 0.

Signs less than 24 hours after the last of an episode belong to it. Episodes count that began until
30 days after the last infusion: later fever is not of the drug.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

from trimer.assess.crs_astct import QUIET_HOURS
from trimer.trial.safety.emergent import DAYS_AFTER, last_of

if TYPE_CHECKING:
    from trimer.store import StoredRun


def episodes(run: StoredRun, scale: Literal["CRS", "ICANS"] = "CRS") -> pl.DataFrame:
    """Return every episode, by arm, patient and time.

    Parameters
    ----------
    run : StoredRun
        On a ward.
    scale : {"CRS", "ICANS"}
        Which.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, ``number`` (from 1), ``onset`` (**day**), ``end`` (**day**; null while it
        is open), ``duration`` (**day**), ``grade`` (worst), ``week`` (of the onset, from 1) and
        ``step`` of the infusion at the onset, 0 without.
    """
    order = ("arm", "id")
    rows = run.scan("grades").select(*order, "time", "step", pl.col(scale).alias("grade"))
    rows = rows.sort(*order, "time", maintain_order=True)
    before = pl.col("grade").shift(1).over(order).fill_null(0)
    rises = (pl.col("grade") > 0) & (before <= 0)
    # not the row before: a row is a change of any grade
    quiet = pl.col("time") - pl.col("fell").shift(1).over(order) >= QUIET_HOURS / 24
    rows = (
        rows.with_columns(
            fell=pl.when((pl.col("grade") <= 0) & (before > 0))
            .then("time")
            .forward_fill()
            .over(order),
            open=pl.col("grade") > 0,
        )
        .with_columns(starts=rises & quiet.fill_null(value=True))
        .with_columns(number=pl.col("starts").cast(pl.Int32).cum_sum().over(order))
    )
    last = last_of(run.scan("doses"), *order)
    still = pl.col("open").last()
    ended = pl.when(~still).then(pl.col("time").filter(_falls()).max())
    return (
        rows.filter(pl.col("number") > 0)
        .group_by(*order, "number", maintain_order=True)
        .agg(
            onset=pl.col("time").filter(pl.col("open")).min(),
            end=ended,
            grade=pl.col("grade").max(),
            step=pl.col("step").first(),
        )
        .with_columns(
            duration=pl.col("end") - pl.col("onset"),
            week=(pl.col("onset").clip(0.0) // 7 + 1).cast(pl.Int32),
        )
        .join(last, on=order, how="left", maintain_order="left")
        .filter(pl.col("onset") <= pl.col("last").fill_null(0.0) + DAYS_AFTER)
        .select(*order, "number", "onset", "end", "duration", "grade", "week", "step")
        .collect()
    )


def _falls() -> pl.Expr:
    """Where a grade has come down to 0: the first such row after one above."""
    return ~pl.col("open") & pl.col("open").shift(1).fill_null(value=False)
