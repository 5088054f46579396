# SPDX-License-Identifier: Apache-2.0
"""What a course gives if nothing comes in between: infusions, and the premedication around them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.protocol.course import PAUSE
from trimer.protocol.steps import Bolus, Infusion
from trimer.protocol.times import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.protocol.course import Course
    from trimer.protocol.premedication import Premedication


def planned(
    course: Course, premedication: Sequence[Premedication]
) -> tuple[tuple[Infusion, ...], tuple[Bolus, ...]]:
    """Return infusions and single doses of a course, in order.

    Parameters
    ----------
    course : Course
        Lead-in, maintenance, cycles.
    premedication : sequence of Premedication
        That of a restart is left out.
    """
    plan = course.plan()
    infusions = []
    for (start, level), end in zip(
        plan, [*(at for at, _ in plan[1:]), course.minutes], strict=True
    ):
        if level != PAUSE:
            length = Fraction(end - start, DAY)
            rate = course.levels[level]
            infusions.append(Infusion(course.drug, rate, Fraction(start, DAY), length))
    starts = {
        "first dose": [0],
        "cycle": [cycle * course.cycle_minutes for cycle in range(1, course.cycles)],
        "step": _rises(plan),
        "restart": [],
    }  # fmt: skip
    doses = [
        Bolus(entry.drug, entry.amount, Fraction(at + entry.offset_minutes, DAY))
        for entry in premedication
        for at in starts[entry.before]
    ]
    return tuple(infusions), tuple(sorted(doses, key=lambda dose: dose.at))


def _rises(plan: Sequence[tuple[int, int]]) -> list[int]:
    """Return when the level is higher than it last was; a pause between them does not matter."""
    found, last = [], plan[0][1]
    for at, level in plan[1:]:
        if level > last:
            found.append(at)
        last = level if level != PAUSE else last
    return found
