# SPDX-License-Identifier: Apache-2.0
"""What is counted as emerging under treatment: until 30 days after the last of the infusion.

Later events belong to the disease, to a transplant or to what is given next. Thirty days are the
custom of trials with short-lived drugs (**assumed** here).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.simulate import Run

DAYS_AFTER = 30.0


def last_day(run: Run) -> NDArray[np.float64]:
    """Return until when events count for each patient of a run, in **days**."""
    end = np.full(len(run.ids), 0.0)
    if run.ward is None:
        events = run.protocol.events()
        end[:] = max((event.time_days for event in events), default=0.0)
        return end + DAYS_AFTER
    found = pl.DataFrame({"id": run.ids}).join(
        last_of(run.ward.doses().lazy(), "id").collect(), on="id", how="left",
        maintain_order="left",
    )  # fmt: skip
    return found["last"].fill_null(0.0).to_numpy() + DAYS_AFTER


def last_of(doses: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """Return by patient the column ``last``: the **day** on which the last infusion ended."""
    running = doses.filter(pl.col("rate") > 0)
    return running.group_by(*by).agg(last=(pl.col("time") + pl.col("duration")).max())
