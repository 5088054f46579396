# SPDX-License-Identifier: Apache-2.0
"""Judge many conditions on many patients at once.

The logic has three values: what was never read makes a comparison neither true nor false, and
`and`, `or`, `not` follow Kleene: "unknown or true" is true, "unknown and true" unknown.

Every distinct comparison of a protocol is made once at a look, however many rules use it. What
has to hold for a while is remembered per patient in a `Memory`.
"""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trimer.core.condition.memory import Memory, lasted, repeated
from trimer.core.condition.program import SIGNS, compile_conditions
from trimer.core.condition.quantity import condition_caret, threshold
from trimer.core.condition.tree import (
    Change,
    Compare,
    Count,
    Flag,
    Observed,
    Since,
    atoms,
    name_of,
)
from trimer.core.condition.trend import DIGITS
from trimer.core.errors import ConditionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimer.core.condition.program import Sign
    from trimer.core.condition.quantity import Quantity
    from trimer.core.condition.scene import Floats, Mask, Scene
    from trimer.core.condition.tree import Condition, Measured

    Limits: TypeAlias = Mapping[str, tuple[float, float]]
    Leaf: TypeAlias = tuple[Sign, int, float | Floats, str]

_ON: Sign = SIGNS[">"]
_HALF = np.array(0.5)
"""Between 0 and 1: a flag is on above it."""


class Bound:
    """Conditions ready to be judged together; made by `bind`.

    Attributes
    ----------
    conditions : tuple of Condition
        In the order given.
    atoms : list of Compare or Flag
        Every distinct comparison and flag.
    thresholds : list of (float or None)
        What each is compared with, in the quantity's unit; None for a flag.
    program : Program
        How they are joined.
    lefts : list of Observed, Count, Since or Change
        Every distinct left side; a flag is one too.
    leaves : list of tuple
        How each comparison is made: signs, place of its left side, limit, whose baseline.
    """

    def __init__(
        self, conditions: Sequence[Condition], vocabulary: Mapping[str, Quantity], limits: Limits
    ) -> None:
        self.conditions = tuple(conditions)
        self.program = compile_conditions(self.conditions)
        self.atoms = self.program.atoms
        self.thresholds = [
            threshold(a, vocabulary.get(name_of(a))) if isinstance(a, Compare) else None
            for a in self.atoms
        ]
        self._complain(limits)
        lefts: dict[Measured, int] = {}
        self.leaves = [self._leaf(k, lefts, limits) for k in range(len(self.atoms))]
        self.lefts = list(lefts)
        self._changes = [left for left in self.lefts if isinstance(left, Change)]
        durations, rows = self.program.durations, self.program.rows
        self._names = [name_of(atom) for atom in self.atoms[: durations + rows]]
        lasting = self.atoms[:durations]
        self._minutes = np.array([a.minutes for a in lasting], np.int32).reshape(-1, 1)
        repeating = self.atoms[durations : durations + rows]
        self._readings = np.array([a.readings for a in repeating], np.int16).reshape(-1, 1)
        self._results = np.array(self.program.results, np.intp)

    # ------------------------------------------------------------------ making it ready
    def _complain(self, limits: Limits) -> None:
        """Raise if a comparison has no number to compare with."""
        problems = []
        for condition in self.conditions:
            for atom in atoms(condition.tree):
                if isinstance(atom, Flag):
                    continue
                what = ""
                if self.thresholds[self.atoms.index(atom)] is None:
                    what = f"'{atom}' has a unit that does not fit. Check the condition first."
                elif atom.value.times in {"ULN", "LLN"} and isnan(_limit(atom, limits)):
                    what = (
                        f"no {atom.value.times} is known of '{name_of(atom)}'. Compare it with a "
                        "number and its unit, or with its baseline."
                    )
                if what:
                    caret = condition_caret(condition, atom.value.at)
                    problems.append(f"Wrong condition: {what}\n{caret}")
        if problems:
            raise ConditionError(*dict.fromkeys(problems))

    def _leaf(self, k: int, lefts: dict[Measured, int], limits: Limits) -> Leaf:
        """Return how a comparison is made: signs, place of its left side, limit, whose baseline."""
        atom, number = self.atoms[k], self.thresholds[k]
        left = Observed(atom.name) if isinstance(atom, Flag) else atom.left
        place = lefts.setdefault(left, len(lefts))
        if isinstance(atom, Flag):
            return _ON, place, _HALF, ""
        assert number is not None  # noqa: S101 (see _complain)
        sign, times = SIGNS[atom.operator], atom.value.times
        if times == "baseline":
            return sign, place, number, name_of(atom)
        limit = round(number * _limit(atom, limits), DIGITS) if times else number
        return sign, place, np.asarray(limit), ""  # an array: a number would be made one each time

    # ------------------------------------------------------------------ what it is about
    def main(self, condition: int) -> str:
        """Return the quantity by which a condition is told: the first it reads a value of."""
        for atom in atoms(self.conditions[condition].tree):
            if isinstance(atom, Compare) and isinstance(atom.left, (Observed, Change)):
                return atom.left.name
        return ""

    def memory(self, n: int) -> Memory:
        """Return the memory of patients who have not been looked at."""
        durations, rows = self.program.durations, self.program.rows
        return Memory.start(n, durations=durations, rows=rows, changes=self._changes)

    # ------------------------------------------------------------------ a look
    def look(self, scene: Scene, memory: Memory) -> tuple[Mask, Mask]:
        """Judge every condition, and remember what has to be remembered.

        Parameters
        ----------
        scene : Scene
            What is known of n patients.
        memory : Memory
            Of the same n patients; changed in place. Those of some are `Memory.take`; a look at a
            copy that is not put back leaves no trace.

        Returns
        -------
        yes, no : bool arrays (conditions, n)
            Where a condition holds, and where it does not; neither where it is not known.
        """
        for change, trend in zip(self._changes, memory.trends, strict=True):
            trend.remember(scene.values[change.name], scene.minute, scene.fresh[change.name])
        masks = np.empty((2, self.program.size, len(scene.minute)), np.bool_)
        self._compare(scene, memory, masks)
        self._last(scene, memory, masks)
        may = masks[1, : len(self.atoms)]
        np.logical_not(may, may)
        self.program.join(masks)
        yes, may = masks.take(self._results, axis=1)
        return yes, np.logical_not(may, may)

    def _compare(self, scene: Scene, memory: Memory, masks: Mask) -> None:
        """Write where comparisons hold now, and where they do not."""
        values = [self._left(left, scene, memory) for left in self.lefts]
        for (sign, place, limit, scaled), yes, no in zip(
            self.leaves, masks[0], masks[1], strict=False
        ):
            right = np.round(limit * scene.baseline[scaled], DIGITS) if scaled else limit
            sign[0](values[place], right, yes)
            sign[1](values[place], right, no)

    def _left(self, left: Measured, scene: Scene, memory: Memory) -> Floats:
        if isinstance(left, Observed):
            return scene.values[left.name]
        if isinstance(left, Count):
            return scene.count(left.drug, left.within_minutes)
        if isinstance(left, Since):
            return scene.since_minutes(left.event)
        return memory.trends[self._changes.index(left)].rise(scene.minute)

    def _last(self, scene: Scene, memory: Memory, masks: Mask) -> None:
        """Turn "holds now" into "has held for so long" for the first rows."""
        if not self._names:
            return
        many, size = self.program.durations, len(self._names)
        yes, no = masks[:, :size]
        fresh = np.stack([scene.fresh[name] for name in self._names])
        enough = np.empty_like(yes)
        minute = scene.minute.astype(np.int32, copy=False)
        enough[:many] = lasted(
            memory.since, minute, self._minutes, yes[:many], no[:many], fresh[:many]
        )
        enough[many:] = repeated(
            memory.row, self._readings, yes[many:], no[many:], fresh[many:]
        )  # fmt: skip
        no |= yes > enough
        yes &= enough


def _limit(atom: Compare, limits: Limits) -> float:
    """Return the limit of normal that a comparison multiplies, NaN if there is none."""
    low, high = limits.get(name_of(atom), (nan, nan))
    return high if atom.value.times == "ULN" else low


def bind(
    conditions: Sequence[Condition], vocabulary: Mapping[str, Quantity], limits: Limits
) -> Bound:
    """Make conditions ready to be judged together.

    Parameters
    ----------
    conditions : sequence of Condition
        Checked with `check`.
    vocabulary : mapping of str to Quantity
        For units.
    limits : mapping of str to (float, float)
        Lower and upper limit of normal of laboratory tests; NaN if there is none.

    Raises
    ------
    ConditionError
        If a condition compares with a limit that is not there, or was not checked.
    """
    return Bound(conditions, vocabulary, limits)
