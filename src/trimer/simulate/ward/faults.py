# SPDX-License-Identifier: Apache-2.0
"""When the pump fails, why, and until when: drawn from hazards, or scripted.

The faults of a patient's pump are a sequence of his own, drawn by their number: the same in
every arm, whatever else is scripted or happens in between. A fault that falls into a time
without drug goes unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.core.chance import chance, keys, words
from trimer.core.elementary import log
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.setting import FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.simulate.ward.arrays import Mask, Minutes, Numbers, Rows
    from trimer.simulate.ward.setting import Happening, Ward


CAUSES = ("", *FAULTS, "bag change")
"""Why a pump stood still, by number."""


class Faults:
    """The faults of the pumps of these patients.

    Parameters
    ----------
    ward : Ward
        How often pumps fail and how soon somebody comes.
    ids : int64 array (n,)
        Patient numbers.
    seed : int
        Of the run.
    happenings : sequence of Happening
        Scripted faults.
    """

    def __init__(
        self, ward: Ward, ids: Numbers, seed: int, happenings: Sequence[Happening]
    ) -> None:
        self._key = keys(seed, "ward/pump", ids)
        self._hazards = np.array([ward.faults_per_day.get(name, 0.0) for name in FAULTS])
        self._latency = ward.alarm_minutes
        self._scripted = [
            (h.at_minutes, h.minutes, CAUSES.index(h.what), _concerns(h, ids))
            for h in happenings
            if h.what in FAULTS
        ]

    def drawn(self, rows: Rows, number: Numbers, after: Minutes) -> Minutes:
        """Return the minute of the `number`-th drawn fault, which comes after these minutes."""
        rate = float(self._hazards.sum())
        if rate <= 0:
            return np.full(len(rows), NEVER)
        gap = -log(chance(words(self._key[rows], number, 0))) / rate * 1440.0
        return np.minimum(after + 1 + np.minimum(gap, NEVER).astype(np.int64), NEVER)

    def following(self, rows: Rows, drawn: Minutes, after: Minutes) -> Minutes:
        """Return the minute of the next fault after these minutes, drawn or scripted."""
        first = drawn
        for at, _, _, concerned in self._scripted:
            first = np.where(concerned[rows] & (after < at), np.minimum(first, at), first)
        return first

    def at(self, rows: Rows, number: Numbers, minute: Minutes) -> tuple[Numbers, Minutes]:
        """Return cause and duration in **minutes** of the faults that happen now.

        What is scripted for a minute at which a drawn fault comes too takes its place.
        """
        share = np.cumsum(self._hazards)
        word = words(self._key[rows], number, 1)
        if share[-1] > 0:
            cause = 1 + np.searchsorted(share / share[-1], chance(word), side="right")
            cause = np.minimum(cause, len(FAULTS))
        else:
            cause = np.ones(len(rows), np.int64)
        low, high = self._latency
        lasts = low + (chance(words(self._key[rows], number, 2)) * (high - low + 1)).astype(
            np.int64
        )
        for at, minutes, what, concerned in self._scripted:
            here = concerned[rows] & (minute == at)
            cause, lasts = np.where(here, what, cause), np.where(here, minutes, lasts)
        return cause, lasts


def _concerns(happening: Happening, ids: Numbers) -> Mask:
    return np.isin(ids, happening.patients) if happening.patients else np.ones(len(ids), np.bool_)
