# SPDX-License-Identifier: Apache-2.0
"""What the rules say at a look, and for how long each has said the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.core.condition import Bound, Memory
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Rows
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.scene import Scene
    from trimer.simulate.ward.state import Patients


class Verdicts:
    """The rules of a run.

    Parameters
    ----------
    bound : Bound
        Their conditions, then those for resuming.
    size : int
        How many rules there are.
    words : Words
        Of the journal.
    """

    def __init__(self, bound: Bound, size: int, words: Words) -> None:
        self._bound, self.size = bound, size
        names = [bound.main(k) for k in range(size)]
        self.mains = [(words.number(name), name) for name in names]

    def judge(
        self, part: Patients, memory: Memory, scene: Scene, minute: Minutes, notes: Notes
    ) -> tuple[Mask, Mask, Mask, tuple[list[int], Floats]]:
        """Judge all rules; write a row for each verdict that has come to its end."""
        yes, no = self._bound.look(scene, memory)
        rules, resume = yes[: self.size], yes[self.size :]
        verdict = rules.astype(np.int8) - (~rules & ~no[: self.size])
        edge = rules & (part.was != 1)
        values = np.full((self.size, len(part)), np.nan)
        for number, (_, name) in enumerate(self.mains):
            if name:
                values[number] = scene.values[name]
        self._count_looks(part, minute, verdict, values, notes)
        return rules, edge, resume, ([word for word, _ in self.mains], values)

    def _count_looks(
        self, part: Patients, minute: Minutes, verdict: NDArray[np.int8], values: Floats,
        notes: Notes,
    ) -> None:  # fmt: skip
        new = verdict != part.was
        lowest, highest = values.astype(np.float32), values.astype(np.float32)
        if new.any():
            rule, at = np.nonzero(new & (part.looks > 0))
            self._close(part, rule, at, notes)
            part.stretch[0] = np.where(new, minute, part.stretch[0])
            part.stretch[1] = np.where(new, part.looks, part.stretch[1])
            part.lowest[new], part.highest[new] = lowest[new], highest[new]
            part.was[:] = verdict
        np.fmin(part.lowest, lowest, out=part.lowest)
        np.fmax(part.highest, highest, out=part.highest)
        part.looks[:] += 1
        part.looked_at[:] = minute

    @staticmethod
    def _close(part: Patients, rule: Rows, at: Rows, notes: Notes) -> None:
        notes.add(
            "stretches", at, rule=rule, verdict=part.was[rule, at],
            first=part.stretch[0, rule, at], last=part.looked_at[at],
            looks=part.looks[at] - part.stretch[1, rule, at],
            lowest=part.lowest[rule, at], highest=part.highest[rule, at],
        )  # fmt: skip

    def close(self, part: Patients, notes: Notes) -> None:
        """Write the stretches that are still open at the end of the run."""
        rule, at = np.nonzero(np.broadcast_to(part.looks > 0, part.was.shape))
        self._close(part, rule, at, notes)
