# SPDX-License-Identifier: Apache-2.0
"""The answer of a trial in a few numbers per arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import exact_interval
from trimer.trial.cohorts import NOT_CLAIMED

if TYPE_CHECKING:
    from trimer.store import StoredRun


def arm_summaries(run: StoredRun) -> dict[str, dict[str, str]]:
    """Return what happened in each arm, as texts: n/N with exact 95 % intervals, medians.

    CRS is graded on the ward, or by the reference model's own ordinal read-out, which is
    provisional.
    """
    table = run.read("outcomes")
    how = "ASTCT" if run.manifest.get("graded_by") == "ward" else "provisional"
    if run.has("grades") and how == "provisional":
        how = "ASTCT, without a ward provisional"  # arms of both kinds
    claims = run.manifest["study"].get("response") != NOT_CLAIMED
    return {
        str(arm["name"]): _summary(table.filter(pl.col("arm") == arm["name"]), how, claims=claims)
        for arm in run.manifest["arms"]
    }


def _summary(table: pl.DataFrame, how: str, *, claims: bool) -> dict[str, str]:
    known = table.filter(~pl.col("failed"))
    grade, response = pl.col("crs_grade"), pl.col("response")
    shares = {
        f"CRS of any grade ({how})": grade >= 1,
        f"CRS of grade 2 or more ({how})": grade >= 2,
        f"CRS of grade 3 or more ({how})": grade >= 3,
    }
    if claims:
        shares["CR or CRh"] = response.is_in(["CR", "CRh"])
        shares["CR, CRh or CRi"] = response.is_in(["CR", "CRh", "CRi"])
    summary = {
        name: _share(known.filter(which).height, known.height) for name, which in shares.items()
    }
    if not claims:
        summary["Response"] = NOT_CLAIMED
    if "tocilizumab_doses" in known.columns:
        rescued, held = known["tocilizumab_doses"] > 0, known["hold_days"] > 0
        summary["Tocilizumab"] = _share(int(rescued.sum()), known.height)
        summary["Any planned drug missed"] = _share(int(held.sum()), known.height)
        given = known["dose_intensity"].to_numpy()
        given = given[~np.isnan(given.astype(np.float64))]
        summary["Dose intensity, median"] = f"{np.median(given):.0f} %" if len(given) else "-"
    peak = known["peak_il6"].to_numpy()
    summary["Peak IL-6, median"] = f"{np.median(peak):.3g} pg/mL" if len(peak) else "-"
    summary["Failed"] = f"{table.height - known.height}/{table.height}"
    return summary


def _share(n: int, total: int) -> str:
    if total == 0:
        return "-"
    low, high = exact_interval(n, total)
    return f"{n}/{total} ({100 * n / total:.1f} %, {100 * low:.1f} to {100 * high:.1f})"
