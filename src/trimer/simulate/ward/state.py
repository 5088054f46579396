# SPDX-License-Identifier: Apache-2.0
"""What a ward knows and plans for each patient, as a few arrays.

Patients are at different minutes. Those who are looked at now are taken out of the arrays
together, changed, and put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.simulate.ward.plan import NEVER, PAUSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Rows


CLOCKS = (
    "vitals", "neurology",  # looks
    "labs", "marrow",  # samples
    "again", "report",  # a look asked for; one that the patient asks for
    "plan", "cap", "start",  # the planned level changes; may rise one level; drug starts anew
    "repair", "bag", "culture",  # of the pump; bag change; result
    "fault", "bacteria", "fungi", "end",  # of the pump; an infection begins; of the run
)  # fmt: skip
"""What a patient may be waiting for; the earliest is his next stop."""

UNSEEN = 4
"""The last so many of `CLOCKS` bring nobody to the bedside."""

WHOLE = (
    "lead_from",  # minute at which the latest lead-in began
    "cap",  # highest level allowed
    "half",  # 1 while at half the rate
    "level",  # level that runs or ran last
    "due",  # level that the plan asks for now, or PAUSE or OVER
    "running",  # 1 while drug flows
    "off_from",  # minute since when it does not, NEVER before the first dose
    "paused",  # minutes of the present time off that were planned
    "seen_until",  # minute up to which `paused` is counted
    "waiting",  # 1 while a rise is put off until it is tolerated
    "leaving_out",  # 1 while a step of the plan is left out
    "resume_cap", "resume_half", "resume_start",  # what ended holds asked for
    "asked",  # what the restart table asked for, plus one; 0 for nothing
    "begun",  # minute of the first dose
    "stopped",  # index into STOPS, 0 while treatment goes on
    "why_off",  # why no drug flows: index into WHY
    "faulty",  # 1 while the pump is out of order
    "owed",  # a bit for each premedication of a cycle that is late
    "for_cycle",  # 1 if the awaited start is that of a cycle
    "vasopressor", "oxygen", "antibiotic", "antifungal",
    "inpatient", "infection",  # in hospital; an infection has been diagnosed
    "at_step", "at_hold", "at_restart", "at_infection", "at_diagnosis", "at_crs",  # the latest
    "low_pressure", "low_saturation",  # how many readings in a row were too low
    "looks", "looked_at",  # how many looks so far; minute of the latest
    "crs", "lee", "ctcae_crs", "icans",  # grades at the latest look
    "lab_ready", "marrow_ready",  # when a pending result is known
    "quiet_from",  # since when nothing has been given
    "liver", "organ",  # CTCAE grades of transaminases, and of bilirubin and creatinine
    "n_faults", "next_fault",  # drawn faults of the pump so far; minute of the next
    "reports", "armed",  # 1 if the patient reports fever; if he has none now to report
    "infected_until", "sampled",  # of a diagnosis; when a culture was taken last
    "treated",  # 1 if a drug was given for CRS since the last look
)  # fmt: skip
"""Whole numbers kept for each patient."""

STOPS = ("", "a rule", "the gap was too long", "transplant")
WHY = ("", "not started", "planned pause", "held", "pump", "premedication", "stopped", "over")


class Patients:
    """The ward's arrays; one column per patient.

    A row of `clock` or `whole` is reached by its name: ``patients.cap``, ``patients.when("labs")``;
    writing into it changes the patients.

    Parameters
    ----------
    blocks : dict of str to array (..., n)
        ``key`` (uint64): for readings. ``clock``: next **minute** of each of `CLOCKS`. ``whole``:
        the numbers of `WHOLE`. ``seen``, ``pending``, ``baseline``: the latest reading of each
        quantity, results that are not out yet, the first reading; NaN before there is one.
        ``held`` (rules): which rules hold the infusion. ``was`` (rules): the latest verdict, 1
        yes, 0 no, -1 not known. ``given``, ``times`` (orders): when each order was carried out
        last, and how often. ``doses`` (drugs, kept), ``counts`` (drugs): the latest doses,
        newest first, and how many there were. ``stretch`` (2, rules): minute and number of the
        first look of the present stretch of each rule. ``lowest``, ``highest`` (rules): of its
        quantity in that stretch. ``premedication`` (entries): next minute of each.
    """

    key: NDArray[np.uint64]
    clock: Minutes
    whole: Minutes
    seen: Floats
    pending: Floats
    baseline: Floats
    held: Mask
    was: NDArray[np.int8]
    given: Minutes
    times: Minutes
    doses: Minutes
    counts: Minutes
    stretch: Minutes
    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]
    premedication: Minutes

    def __init__(self, blocks: dict[str, NDArray[Any]]) -> None:
        self.__dict__.update(blocks)

    def __len__(self) -> int:
        return int(self.clock.shape[1])

    def __getattr__(self, name: str) -> Minutes:
        """Give a whole number by its name."""
        row = _WHOLE_ROW.get(name)
        if row is None:
            raise AttributeError(name)
        found: Minutes = self.whole[row]
        return found

    def when(self, name: str) -> Minutes:
        """Return a row of `clock`; writing into it sets the clock."""
        found: Minutes = self.clock[_CLOCK_ROW[name]]
        return found

    def take(self, rows: Rows) -> Part:
        """Return these patients, as copies; `rows` rises."""
        return Part(self, rows)

    def put(self, part: Part) -> None:
        """Put patients back."""
        for name in part.taken():
            if len(part.rows) == len(self):
                setattr(self, name, getattr(part, name))  # nothing of the old is left: no copy
            else:
                getattr(self, name)[..., part.rows] = getattr(part, name)


class Part(Patients):
    """Some patients, copied block by block when a block is first asked for."""

    def __init__(self, source: Patients, rows: Rows) -> None:
        self._source, self.rows = source, rows
        super().__init__({name: self._copy(name) for name in ("key", "clock", "whole")})
        self.__dict__.update(zip(WHOLE, self.whole, strict=True))  # rows by name, found at once

    def taken(self) -> list[str]:
        """Return the blocks that were asked for, which may have changed."""
        return [name for name in _BLOCKS if name in self.__dict__ and name != "key"]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (a block has the type declared above)
        if name in _BLOCKS:
            block = self._copy(name)
            self.__dict__[name] = block
            return block
        return super().__getattr__(name)

    def _copy(self, name: str) -> NDArray[Any]:
        block: NDArray[Any] = getattr(self._source, name)
        if len(self.rows) == block.shape[-1]:
            return block.copy()
        return block.take(self.rows, axis=-1)


_CLOCK_ROW = {name: k for k, name in enumerate(CLOCKS)}
_WHOLE_ROW = {name: k for k, name in enumerate(WHOLE)}
_BLOCKS = frozenset(Patients.__annotations__)

_EVENTS = ("at_step", "at_hold", "at_restart", "at_infection", "at_diagnosis", "at_crs", "sampled")


def admit(
    key: NDArray[np.uint64],
    *,
    quantities: int,
    rules: int,
    orders: int,
    drugs: int,
    kept: int,
    entries: int,
) -> Patients:
    """Return patients before their first look: nothing given, nothing known.

    Parameters
    ----------
    key : uint64 array (n,)
        For readings.
    quantities, rules, orders, drugs, entries : int
        How many there are of each.
    kept : int
        Doses of each drug that are remembered, for counts within a time.
    """
    n = len(key)

    def numbers(value: int, *shape: int) -> Minutes:
        return np.full((*shape, n), value, np.int32)

    patients = Patients(
        {
            "key": key,
            "clock": numbers(NEVER, len(CLOCKS)),
            "whole": numbers(0, len(WHOLE)),
            "seen": np.full((quantities, n), np.nan),
            "pending": np.full((quantities, n), np.nan),
            "baseline": np.full((quantities, n), np.nan),
            "held": np.zeros((rules, n), np.bool_),
            "was": np.full((rules, n), -1, np.int8),
            "given": numbers(-NEVER, orders),
            "times": numbers(0, orders),
            "doses": numbers(-NEVER, drugs, kept),
            "counts": numbers(0, drugs),
            "stretch": numbers(0, 2, rules),
            "lowest": np.full((rules, n), np.nan, np.float32),
            "highest": np.full((rules, n), np.nan, np.float32),
            "premedication": numbers(NEVER, entries),
        }
    )
    for name in _EVENTS:
        getattr(patients, name)[:] = -NEVER
    for name in ("off_from", "lab_ready", "marrow_ready", "quiet_from"):
        getattr(patients, name)[:] = NEVER
    patients.inpatient[:] = 1
    patients.lead_from[:] = NEVER  # before the first dose the first step is due
    patients.begun[:] = NEVER
    patients.due[:] = PAUSE
    return patients
