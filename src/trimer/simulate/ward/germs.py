# SPDX-License-Identifier: Apache-2.0
"""Infections: they begin unseen; at a look they are looked for, found, and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.core.chance import chance, words
from trimer.simulate.ward.journal import say
from trimer.simulate.ward.plan import NEVER

if TYPE_CHECKING:
    from trimer.simulate.ward.arrays import Mask, Minutes
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.orders import Orders
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients

FEVER = 38.0
DAY = 1440
CULTURE_USE = 400
INFECTED_DAYS = 14
_DIAGNOSED_DAYS = 7


class Germs:
    """The infections of a run.

    Parameters
    ----------
    ward : Ward
        How long a culture takes, and what it finds.
    orders : Orders
        Through which nature gives an infection.
    words : Words
        Of the journal.
    """

    def __init__(self, ward: Ward, orders: Orders, words: Words) -> None:
        self._ward, self._orders, self._words = ward, orders, words

    def begin(self, part: Patients, minute: Minutes, due: dict[str, Mask], notes: Notes) -> None:
        """Let infections begin; nobody knows."""
        for name, drug in (("bacteria", "bacterial_infection"), ("fungi", "fungal_infection")):
            at = np.flatnonzero(due[name])
            if len(at):
                part.when(name)[at] = NEVER
                part.at_infection[at] = minute[at]
                self._orders.infect(minute, at, drug, notes)

    def attend(self, part: Patients, minute: Minutes, due: dict[str, Mask], notes: Notes) -> None:
        """Let results of cultures come in, and take cultures for fever."""
        result = due["culture"]
        if result.any():
            part.when("culture")[result] = NEVER
            sampled = minute - self._ward.culture_minutes
            infected = (sampled >= part.at_infection) & (
                sampled - part.at_infection < INFECTED_DAYS * DAY
            )
            found = chance(words(part.key, sampled, CULTURE_USE)) < self._ward.culture_finds
            at = np.flatnonzero(result & infected & found)
            part.infection[at] = 1
            part.at_diagnosis[at] = minute[at]
            part.infected_until[at] = minute[at] + _DIAGNOSED_DAYS * DAY
            say(self._words, part, minute, at, "culture", "an infection is diagnosed", notes)
        over = np.flatnonzero((part.infection == 1) & (minute >= part.infected_until))
        part.infection[over] = 0
        arms = (part.seen[0] < FEVER) & (part.armed == 0)  # who has no fever can report one
        part.armed[arms] = 1
        fever = (part.seen[0] >= FEVER) & (part.when("culture") == NEVER) & (part.infection == 0)
        takes = np.flatnonzero(fever & (minute - part.sampled >= DAY))
        part.when("culture")[takes] = minute[takes] + self._ward.culture_minutes
        part.sampled[takes] = minute[takes]
