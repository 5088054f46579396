# SPDX-License-Identifier: Apache-2.0
"""Read-outs of what holds by construction: the card itself, zeros, doses by weight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.trial.targets.estimate import Estimate, median
from trimer.trial.targets.result import Unavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.trial.targets.group import Group
    from trimer.trial.targets.result import ScenarioResult

    Floats = NDArray[np.float64]

HOURS = 24.0


def card_clearance(group: Group) -> Estimate:
    """Clearance of the card, in **L/h**."""
    return Estimate(_card(group, "CL") / HOURS)


def card_volume(group: Group) -> Estimate:
    """Volume of distribution of the card, central and peripheral, in **L**."""
    return Estimate(_card(group, "Vc") + _card(group, "Vp"))


def card_half_life(group: Group) -> Estimate:
    """Half-life by clearance and volume of the card, in **h**."""
    volume = _card(group, "Vc") + _card(group, "Vp")
    return Estimate(math.log(2.0) * volume / _card(group, "CL") * HOURS)


def card_steady_state(group: Group, *, ng_kg_day: float, weight_kg: float) -> Estimate:
    """Concentration at steady state by clearance alone, in **pg/mL**."""
    return Estimate(ng_kg_day * weight_kg / _card(group, "CL"))


def start_ratio(group: Group, *, output: str, over: str, times: float) -> Estimate:
    """Median of one output over another at the start, times a number."""

    def ratio(result: ScenarioResult) -> Floats:
        return np.asarray(times * result.column(output)[:, 0] / result.column(over)[:, 0])

    return median(group.per_patient(ratio))


def largest_change(group: Group, *, output: str) -> Estimate:
    """Largest change of an output from its start in any patient, as a share of the start.

    Where it starts at 0, the change itself.
    """

    def change(result: ScenarioResult) -> Floats:
        course = result.column(output)
        start = course[:, :1]
        scale = np.where(np.abs(start) > 0, np.abs(start), 1.0)
        return np.asarray((np.abs(course - start) / scale).max(axis=1))

    return Estimate(float(group.per_patient(change).values.max()))


def largest_difference(group: Group, other: Group, *, output: str) -> Estimate:
    """Largest difference of an output between two scenarios in any patient, as a share."""
    (mine, _), (theirs, _) = group.members[0], other.members[0]
    a, b = mine.column(output), theirs.column(output)
    if a.shape != b.shape or not np.array_equal(
        mine.run.ids[mine.rows], theirs.run.ids[theirs.rows]
    ):
        raise Unavailable("the two scenarios do not follow the same patients")
    scale = np.maximum(np.abs(b), 1e-12)
    return Estimate(float((np.abs(a - b) / scale).max()))


def dose_by_weight(group: Group, *, drug: str, ng_kg_day: float) -> Estimate:
    """Largest deviation of a patient's highest rate from dose times weight, as a share."""

    def deviation(result: ScenarioResult) -> Floats:
        own = result.covariate("WT")
        weight = np.full(len(result), result.card["WT"]) if own is None else own
        rate = result.doses(drug).group_by("id").agg(pl.col("planned").max())
        known = pl.DataFrame({"id": result.run.ids[result.rows]})
        highest = known.join(rate, on="id", how="left", maintain_order="left")["planned"]
        return np.abs(highest.to_numpy() / (ng_kg_day * weight) - 1.0)

    return Estimate(float(np.nanmax(group.per_patient(deviation).values)))


def _card(group: Group, name: str) -> float:
    card = group.members[0][0].card
    if name not in card:
        raise Unavailable(f"the card has no parameter '{name}'")
    return card[name]
