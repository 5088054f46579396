# SPDX-License-Identifier: Apache-2.0
"""The answer of a trial in a few numbers per arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import exact_interval

if TYPE_CHECKING:
    from trimer.store import StoredRun


def arm_summaries(run: StoredRun) -> dict[str, dict[str, str]]:
    """Return what happened in each arm, as texts: n/N with exact 95 % intervals, medians.

    CRS here is the reference model's own ordinal read-out and provisional.
    """
    table = run.read("outcomes")
    return {
        str(arm["name"]): _summary(table.filter(pl.col("arm") == arm["name"]))
        for arm in run.manifest["arms"]
    }


def _summary(table: pl.DataFrame) -> dict[str, str]:
    known = table.filter(~pl.col("failed"))
    grade, response = pl.col("crs_grade"), pl.col("response")
    shares = {
        "CRS of any grade (provisional)": grade >= 1,
        "CRS of grade 2 or more (provisional)": grade >= 2,
        "CRS of grade 3 or more (provisional)": grade >= 3,
        "CR or CRh": response.is_in(["CR", "CRh"]),
        "CR, CRh or CRi": response.is_in(["CR", "CRh", "CRi"]),
    }
    summary = {
        name: _share(known.filter(which).height, known.height) for name, which in shares.items()
    }
    peak = known["peak_il6"].to_numpy()
    summary["Peak IL-6, median"] = f"{np.median(peak):.3g} pg/mL" if len(peak) else "-"
    summary["Failed"] = f"{table.height - known.height}/{table.height}"
    return summary


def _share(n: int, total: int) -> str:
    if total == 0:
        return "-"
    low, high = exact_interval(n, total)
    return f"{n}/{total} ({100 * n / total:.1f} %, {100 * low:.1f} to {100 * high:.1f})"
