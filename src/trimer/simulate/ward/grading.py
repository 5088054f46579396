# SPDX-License-Identifier: Apache-2.0
"""CRS and ICANS at a look, from readings and the support that is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import (
    CrsMemory,
    Support,
    crs_ctcae_grade,
    crs_lee_grade,
    crs_look,
    icans_grade,
)

if TYPE_CHECKING:
    from trimer.simulate.ward.arrays import Mask, Minutes
    from trimer.simulate.ward.journal import Notes
    from trimer.simulate.ward.orders import Orders
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients


GRADES = ("crs", "lee", "ctcae_crs", "icans")
"""What is graded at every look."""


def grade(
    ward: Ward,
    orders: Orders,
    part: Patients,
    memory: CrsMemory,
    minute: Minutes,
    looked: Mask,
    notes: Notes,
) -> CrsMemory:
    """Grade patients, write down whose grade has changed, and return what to remember of CRS."""
    before = [getattr(part, name).copy() for name in GRADES]
    pressure, saturation = part.seen[1], part.seen[3]
    part.low_pressure[:] = np.where(
        looked, np.where(pressure < ward.low_pressure, part.low_pressure + 1, 0),
        part.low_pressure,
    )  # fmt: skip
    part.low_saturation[:] = np.where(
        looked, np.where(saturation < ward.low_saturation, part.low_saturation + 1, 0),
        part.low_saturation,
    )  # fmt: skip
    fluids = orders.since(part, minute, "fluids") < ward.fluid_minutes
    support = Support(
        hypotension=(part.low_pressure >= 2) | fluids,
        vasopressors=part.vasopressor,
        hypoxia=part.low_saturation >= 2,
        oxygen=part.oxygen,
    )
    temperature = np.where(looked, part.seen[0], np.nan)
    explained = part.infection == 1
    grade, memory = crs_look(memory, minute, temperature, explained, support, part.treated == 1)
    part.treated[:] = 0
    part.crs[:] = grade
    part.icans[:] = icans_grade(part.seen[5], baseline=part.baseline[5], consciousness=part.seen[6])
    part.lee[:] = crs_lee_grade(
        memory.fever, support, in_episode=memory.open, organ_grade=part.organ,
        transaminase_grade=part.liver,
    )  # fmt: skip
    part.ctcae_crs[:] = crs_ctcae_grade(memory.fever, support, in_episode=memory.open)
    part.at_crs[(grade > 0) & (before[0] == 0)] = minute[(grade > 0) & (before[0] == 0)]
    now = [getattr(part, name) for name in GRADES]
    moved = np.flatnonzero(np.any([a != b for a, b in zip(before, now, strict=True)], axis=0))
    if len(moved):
        level = np.where(part.running[moved] == 1, part.level[moved], -1)
        notes.add(
            "grades", moved, minute=minute[moved], CRS=part.crs[moved],
            CRS_Lee=part.lee[moved], CRS_CTCAE=part.ctcae_crs[moved],
            ICANS=part.icans[moved], level=level,
        )  # fmt: skip
    return memory
