# SPDX-License-Identifier: Apache-2.0
"""What is known about the patients looked at now, by the names that conditions use.

A rule sees this and nothing else: readings and results, grades made from them, what the ward
itself has done, and the pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess import ADULT, ctcae_grade
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Numbers
    from trimer.simulate.ward.orders import Orders
    from trimer.simulate.ward.readings import Chart
    from trimer.simulate.ward.state import Patients


GRADED = ("ALT", "AST", "bilirubin", "creatinine", "ANC", "platelets", "hemoglobin", "lymphocytes")
"""Laboratory tests that CTCAE grades."""

ORGANS = ("ALT", "AST", "bilirubin", "creatinine")
"""Those of them that tell of an organ."""

EVENTS_AT = {
    "hold": "at_hold", "restart": "at_restart", "step_up": "at_step", "diagnosis": "at_diagnosis",
    "CRS_onset": "at_crs",
}  # fmt: skip

SEVERE_NEUTROPENIA = 0.5
FEVER = 38.0


class Scene:
    """The scene of one look; values are made when a condition asks for them.

    Parameters
    ----------
    part : Patients
        Those looked at now.
    minute : int64 array (n,)
        Now.
    chart : Chart
        Names of the rows of `part.seen`.
    orders : Orders
        For counts of doses and the time since them.
    events : mapping of str to int64 array (n,)
        CRS events and severe ones so far.
    rate : float64 array (n,)
        What flows now, in the protocol's unit.
    """

    def __init__(
        self,
        part: Patients,
        minute: Minutes,
        chart: Chart,
        orders: Orders,
        events: Mapping[str, Numbers],
        cycle: int,
        fresh: Mask,
    ) -> None:
        self.part, self.minute, self._chart, self._orders = part, minute, chart, orders
        self._events, self._cycle, self._fresh = events, cycle, fresh
        self.values = _Lazy(self._value)
        self.fresh = _Lazy(self._is_fresh)
        self.baseline = _Lazy(self._at_first)

    def count(self, drug: str, within_minutes: int | None) -> Floats:
        """Return doses of a drug so far, or within these minutes."""
        return self._orders.count(self.part, self.minute, drug, within_minutes)

    def since_minutes(self, event: str) -> Floats:
        """Return the minutes since the latest of an event, NaN if there was none."""
        if event == "first dose":
            return np.where(self.minute >= 0, self.minute, np.nan)
        if event in EVENTS_AT:
            at: Minutes = getattr(self.part, EVENTS_AT[event])
            return np.where(at > -NEVER, self.minute - at, np.nan)
        return self._orders.since(self.part, self.minute, event)

    def grade(self, test: str) -> NDArray[np.int8]:
        """Return the CTCAE grade of a laboratory test, -1 where there is no result."""
        k = self._chart.names.index(test)
        return ctcae_grade(test, self.part.seen[k], limits=ADULT, baseline=self.part.baseline[k])

    def organ_grade(self) -> NDArray[np.int8]:
        """Return the worst of the organ tests' grades."""
        return np.max([self.grade(test) for test in ORGANS], axis=0)  # type: ignore[no-any-return]  # stubs of max are Any

    # ------------------------------------------------------------------ by name
    def _value(self, name: str) -> Floats:
        part = self.part
        if name in self._chart.names:
            return part.seen[self._chart.names.index(name)]  # type: ignore[no-any-return]  # a block is Any
        found = _FACTS.get(name)
        if found is not None:
            return np.asarray(found(self), dtype=np.float64)
        if name in self._events:
            return self._events[name].astype(np.float64)
        if name == "organ_grade":
            return _known(self.organ_grade())
        return _known(self.grade(name.removesuffix("_grade")))

    def _is_fresh(self, name: str) -> Mask:
        if name in self._chart.names:
            return self._fresh[self._chart.names.index(name)]  # type: ignore[no-any-return]  # a block is Any
        return np.ones(len(self.minute), np.bool_)

    def _at_first(self, name: str) -> Floats:
        return self.part.baseline[self._chart.names.index(name)]  # type: ignore[no-any-return]  # a block is Any

    def cycle(self) -> Numbers:
        """Return the number of the cycle, counted from 1."""
        return np.maximum(self.minute, 0) // self._cycle + 1

    def seen(self, name: str) -> Floats:
        """Return the latest reading of a quantity."""
        return self.part.seen[self._chart.names.index(name)]  # type: ignore[no-any-return]  # a block is Any


_FACTS: dict[str, Callable[[Scene], Any]] = {
    "CRS": lambda s: s.part.crs,
    "CRS_Lee": lambda s: s.part.lee,
    "CRS_CTCAE": lambda s: s.part.ctcae_crs,
    "ICANS": lambda s: s.part.icans,
    "ICE_change": lambda s: s.seen("ICE") - s.baseline["ICE"],
    "vasopressor": lambda s: s.part.vasopressor,
    "oxygen": lambda s: s.part.oxygen,
    "cycle": lambda s: s.cycle(),
    "step": lambda s: s.part.level + 1,
    "fever": lambda s: s.seen("temperature") >= FEVER,
    "infection": lambda s: s.part.infection == 1,
    "pump off": lambda s: (
        ((s.part.running == 0) | (s.part.faulty == 1)) & (s.part.at_restart > -NEVER)
    ),
    "held": lambda s: s.part.held.any(axis=0),
    "inpatient": lambda s: s.part.inpatient == 1,
    "antibiotic": lambda s: s.part.antibiotic == 1,
    "antifungal": lambda s: s.part.antifungal == 1,
    "neutropenia": lambda s: s.seen("ANC") < SEVERE_NEUTROPENIA,
}


def _known(grade: NDArray[np.int8]) -> Floats:
    return np.where(grade >= 0, grade, np.nan)


class _Lazy(dict[str, Any]):
    """A mapping whose values are made when they are asked for, and kept."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 (masks and numbers)
        value = self._make(name)
        self[name] = value
        return value
