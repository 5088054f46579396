# SPDX-License-Identifier: Apache-2.0
"""Read the simulated counterpart of every row out of the simulated scenarios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.trial.targets.group import Group
from trimer.trial.targets.measures import known_measures, takes_scale
from trimer.trial.targets.result import Unavailable
from trimer.trial.targets.target import NO_SCALE, SCALES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.trial.targets.estimate import Estimate
    from trimer.trial.targets.result import ScenarioResult
    from trimer.trial.targets.target import Part, Target, Targets

ASTCT = "ASTCT 2019"


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was simulated for a row.

    Parameters
    ----------
    id : str
        Of the row.
    parts : tuple of Estimate
        One for each part of the row, in its scale; empty where `reason` says why.
    astct : tuple of Estimate
        The same by ASTCT 2019, where the row's own scale is another; else empty.
    reason : str
        Why nothing could be compared; empty otherwise.
    """

    id: str
    parts: tuple[Estimate, ...] = ()
    astct: tuple[Estimate, ...] = ()
    reason: str = ""

    @property
    def value(self) -> float:
        """The first number; NaN if there is none."""
        return self.parts[0].value if self.parts else math.nan


def figures(targets: Targets, results: Mapping[str, ScenarioResult]) -> dict[str, Simulated]:
    """Return what was simulated for every row of `targets`.

    Parameters
    ----------
    targets : Targets
        The rows.
    results : mapping of str to ScenarioResult
        From `simulate_scenarios`, for at least the scenarios that the rows need.

    Raises
    ------
    InputError
        If a scenario that a row needs was not simulated.
    """
    return {row.id: _of_row(targets, row, results) for row in targets.rows}


def _of_row(targets: Targets, row: Target, results: Mapping[str, ScenarioResult]) -> Simulated:
    if row.reason:
        return Simulated(row.id, reason=row.reason)
    try:
        own = tuple(_of_part(targets, row, part, row.scale, results) for part in row.parts)
        beside: tuple[Estimate, ...] = ()
        graded = any(takes_scale(part.measure) for part in row.parts)
        if graded and row.scale not in {ASTCT, NO_SCALE}:
            beside = tuple(_of_part(targets, row, part, ASTCT, results) for part in row.parts)
    except Unavailable as why:
        return Simulated(row.id, reason=f"{why}".capitalize().rstrip(".") + ".")
    return Simulated(row.id, own, beside)


def _of_part(
    targets: Targets,
    row: Target,
    part: Part,
    scale: str,
    results: Mapping[str, ScenarioResult],
) -> Estimate:
    groups = [_group(targets, row, place, results) for place in (part.where, part.against) if place]
    options = dict(part.options)
    if takes_scale(part.measure):
        options["scale"] = SCALES[scale]
    found = known_measures()[part.measure](*groups, **options)
    if not math.isfinite(found.value):
        raise Unavailable(f"'{part.measure}' gave no number")
    return found


def _group(
    targets: Targets, row: Target, place: str, results: Mapping[str, ScenarioResult]
) -> Group:
    members = []
    for name, weight in targets.members(place):
        if name not in results:
            raise InputError(
                f"Scenario '{name}' was not simulated, but target '{row.id}' needs it. Simulate "
                "what targets.to_simulate() returns, or select other targets."
            )
        members.append((results[name], weight))
    return Group(members)
