# SPDX-License-Identifier: Apache-2.0
"""Safety of a stored run, arm by arm: n/N with exact intervals, medians with quartiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import Proportion, proportion
from trimer.core.errors import StoreError
from trimer.trial.safety.emergent import DAYS_AFTER, last_of
from trimer.trial.safety.episodes import episodes
from trimer.trial.safety.events import INFECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.store import StoredRun

WEEKS = ("week 1", "week 2", "later")
GRADES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with quartiles, of so many.

    Parameters
    ----------
    n : int
        How many.
    median, low, high : float
        Median and quartiles; NaN of nobody.
    """

    n: int
    median: float
    low: float
    high: float

    def __str__(self) -> str:
        if not self.n:
            return "-"
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


@dataclass(frozen=True, eq=False, repr=False)
class Syndrome:
    """CRS or ICANS in an arm.

    Parameters
    ----------
    by_grade : dict of int to Proportion
        Patients by their worst grade, 0 to 5.
    by_week : dict of str to Proportion
        Episodes by the week of their onset, of all episodes.
    by_step : dict of int to Proportion
        Patients with an episode that began on each step of the infusion (0: while none ran).
    episodes : int
        How many.
    onset, duration : Spread
        Of each patient's first episode, and of every episode that ended, in **days**.
    """

    by_grade: dict[int, Proportion]
    by_week: dict[str, Proportion]
    by_step: dict[int, Proportion]
    episodes: int
    onset: Spread
    duration: Spread


@dataclass(frozen=True, eq=False, repr=False)
class Safety:
    """Safety in an arm.

    Parameters
    ----------
    patients : int
        Who could be followed.
    crs, icans : Syndrome or None
        None without a ward.
    treatment : dict of str to Proportion
        Tocilizumab, steroids for rescue, any hold, stopped for good, any infection.
    amounts : dict of str to Spread
        Dose intensity in **%**, days without planned drug.
    adverse : dict of str to dict of int to Proportion
        By term: patients with each worst grade; key 0 holds those with any, -1 those with grade 3
        or more. Empty where the run kept no adverse events.
    """

    patients: int
    crs: Syndrome | None
    icans: Syndrome | None
    treatment: dict[str, Proportion]
    amounts: dict[str, Spread]
    adverse: dict[str, dict[int, Proportion]]


ANY, SEVERE = 0, -1
"""Keys of `Safety.adverse` besides the grades."""


def safety(run: StoredRun) -> dict[str, Safety]:
    """Return the safety of each arm of a stored run, of its first trial if it was repeated.

    Raises
    ------
    StoreError
        If no ward acted in any arm.
    """
    if not run.has("grades"):
        raise StoreError(
            f"No ward acted in run '{run.path}': safety needs its grades. Run protocols with a "
            "course."
        )
    outcomes = run.read("outcomes").filter(~pl.col("failed"))
    found = {name: episodes(run, name) for name in ("CRS", "ICANS")}
    events = run.read("adverse") if run.has("adverse") else None
    infected = _infected(run)
    result = {}
    for arm in (str(entry["name"]) for entry in run.manifest["arms"]):
        of = pl.col("arm") == arm
        table = outcomes.filter(of)
        result[arm] = _arm(
            table,
            {name: frame.filter(of) for name, frame in found.items()},
            None if events is None else events.filter(of),
            infected.filter(of)["id"].n_unique(),
        )
    return result


def _arm(
    table: pl.DataFrame,
    found: Mapping[str, pl.DataFrame],
    events: pl.DataFrame | None,
    infected: int,
) -> Safety:
    n, ids = table.height, table["id"]
    on_ward = "tocilizumab_doses" in table.columns and table["tocilizumab_doses"].count() > 0
    treatment: dict[str, Proportion] = {}
    amounts: dict[str, Spread] = {}
    if on_ward:
        flags = {
            "Tocilizumab": table["tocilizumab_doses"] > 0,
            "Steroids for rescue": table["steroid_doses"] > 0,
            "Any planned drug missed": table["hold_days"] > 0,
            "Stopped for good": table["stopped"],
        }
        treatment = {name: proportion(int(flag.sum()), n) for name, flag in flags.items()}
        treatment["Infection"] = proportion(min(infected, n), n)
        amounts = {
            "Dose intensity, %": _spread(table["dose_intensity"]),
            "Days without planned drug": _spread(table["hold_days"]),
        }
    known = {name: frame.filter(pl.col("id").is_in(ids)) for name, frame in found.items()}
    return Safety(
        patients=n,
        crs=_syndrome(known["CRS"], n) if on_ward else None,
        icans=_syndrome(known["ICANS"], n) if on_ward else None,
        treatment=treatment,
        amounts=amounts,
        adverse={} if events is None else _adverse(events, n),
    )


def _syndrome(found: pl.DataFrame, n: int) -> Syndrome:
    worst = found.group_by("id").agg(pl.col("grade").max())["grade"]
    counts = {grade: int((worst == grade).sum()) for grade in GRADES}
    total = found.height
    week = found["week"]
    weeks = (int((week == 1).sum()), int((week == 2).sum()), int((week > 2).sum()))
    steps = found.group_by("step").agg(pl.col("id").n_unique()).sort("step")
    first = found.filter(pl.col("number") == 1)
    return Syndrome(
        by_grade={
            0: proportion(n - sum(counts.values()), n),
            **{grade: proportion(count, n) for grade, count in counts.items()},
        },
        by_week={name: proportion(count, total) for name, count in zip(WEEKS, weeks, strict=True)},
        by_step={int(step): proportion(int(count), n) for step, count in steps.iter_rows()},
        episodes=total,
        onset=_spread(first["onset"]),
        duration=_spread(found["duration"]),
    )


def _adverse(events: pl.DataFrame, n: int) -> dict[str, dict[int, Proportion]]:
    """Terms by how many patients have them, the most frequent first."""
    found = {}
    for (term,), rows in events.group_by("term"):
        grade = rows["grade"]
        counts = {ANY: rows.height, SEVERE: int((grade >= 3).sum())}
        counts |= {g: int((grade == g).sum()) for g in GRADES}
        found[str(term)] = {key: proportion(count, n) for key, count in counts.items()}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1][ANY].count, entry[0])))


def _infected(run: StoredRun) -> pl.DataFrame:
    doses = run.scan("doses")
    caught = doses.filter(pl.col("drug").is_in(list(INFECTIONS))).select("arm", "id", "time")
    last = last_of(doses, "arm", "id")
    within = pl.col("time") <= pl.col("last").fill_null(0.0) + DAYS_AFTER
    return caught.join(last, on=["arm", "id"], how="left").filter(within).collect()


def _spread(values: pl.Series) -> Spread:
    known = values.drop_nulls().to_numpy().astype(np.float64)
    known = known[~np.isnan(known)]
    if not known.size:
        return Spread(0, float("nan"), float("nan"), float("nan"))
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return Spread(known.size, float(middle), float(low), float(high))
