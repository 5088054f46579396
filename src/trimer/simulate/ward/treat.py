# SPDX-License-Identifier: Apache-2.0
"""The loop: carry every patient to the next look, look, act, and go on.

Each patient has clocks of his own, and is carried to the earliest of them; all are carried at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess import CrsMemory
from trimer.core.chance import chance, keys, words
from trimer.core.elementary import log
from trimer.engine.population import FALLING, RISING, Watch, carry
from trimer.engine.solution import OK
from trimer.simulate.ward.calm.ahead import Ahead, can_be_calm
from trimer.simulate.ward.calm.constants import CALM_CLOCKS
from trimer.simulate.ward.journal import Journal, Notes
from trimer.simulate.ward.outputs import due_outputs, put_outputs
from trimer.simulate.ward.plan import NEVER
from trimer.simulate.ward.state import CLOCKS, UNSEEN, Patients, admit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.engine.population import Population
    from trimer.engine.visit import Visit
    from trimer.engine.watch import Crossings
    from trimer.simulate.ward.arrays import Floats, Minutes, Numbers, Rows
    from trimer.simulate.ward.rounds import Rounds
    from trimer.simulate.ward.setting import Ward


MINUTES_PER_DAY = 1440.0

FEVER = 38.0
_LATENCY_USE = 500
_LOOKS = [CLOCKS.index(name) for name in CALM_CLOCKS]
_OTHERS = [k for k in range(len(CLOCKS)) if k not in _LOOKS]
_MOVES = ("t", "state", "step", "status", "steps", "rejected")
"""What the solver changes of a population."""

_CROSSED = ("report", "bacteria", "fungi", "again", "again", "again")
"""Which clock each watch sets."""

BACTERIA, FUNGI = "Hbac", "Hfun"
"""Species that count the hazard of infection."""


@dataclass(frozen=True, eq=False)
class Treated:
    """What became of the patients of one go.

    Attributes
    ----------
    values : float64 array (N, T, K)
        Outputs; NaN from where a patient could not be followed.
    status, steps : int8, int32 arrays (N,)
        Status and steps of the solver.
    journal : Journal
        Doses, decisions, grades, verdicts.
    stops : (int64 array (S,), float64 array (S,), float64 array (S,))
        Every stop of the solver: which patient, when, and where he was going, in **days**; in
        order for each.
    begin : float
        When the run began, in **days**.
    """

    values: Floats
    status: NDArray[np.int8]
    steps: Numbers
    journal: Journal
    stops: tuple[Rows, Floats, Floats]
    begin: float


class Treatment:
    """Patients under way on a ward.

    Parameters
    ----------
    population : Population
        At the beginning.
    rounds : Rounds
        The look.
    journal : Journal
        Where all is written down.
    ids : int64 array (N,)
        Patient numbers.
    seed : int
        Of the run.
    end : int
        Last **minute**.
    times : float64 array (T,)
        Output times, in **days**.
    outputs : sequence of str
        What to look at then.
    ahead : bool
        Whether calm looks are read off the solver's dense output, where that can be.
    """

    def __init__(  # noqa: PLR0913 (made in one place)
        self,
        population: Population,
        rounds: Rounds,
        journal: Journal,
        ids: Numbers,
        seed: int,
        end: int,
        times: Floats,
        outputs: Sequence[str],
        *,
        rtol: float,
        threads: int | None,
        ahead: bool = True,
    ) -> None:
        self.population, self.rounds, self.journal = population, rounds, journal
        self.times, self.outputs = times, tuple(outputs)
        self.rtol, self.threads = rtol, threads
        self.values = np.full((len(ids), len(times), len(outputs)), np.nan)
        self.begin = round(float(population.t[0]) * MINUTES_PER_DAY)
        self.ward: Ward = rounds.ward
        self._bedside = rounds.bedside.bedside
        self.patients = self._admit(ids, seed, end)
        self.crs = CrsMemory.start(len(ids))
        self.memory = rounds.bound.memory(len(ids))
        calm = ahead and can_be_calm(population.compiled, rounds)
        self.ahead = Ahead(rounds, self.patients) if calm else None
        self.stopped_at: list[tuple[Rows, Floats, Floats]] = []
        self._draw_infections(ids, seed)
        at = np.flatnonzero(times == population.t[0])  # no way leads there
        if len(at):
            self.values[:, at[0]] = population.now(self.outputs)

    # ------------------------------------------------------------------ admission
    def _admit(self, ids: Numbers, seed: int, end: int) -> Patients:
        rounds = self.rounds
        orders, n = rounds.orders, len(ids)
        patients = admit(
            keys(seed, "ward/readings", ids), quantities=len(rounds.chart.names),
            rules=rounds.verdicts.size, orders=orders.size, drugs=len(orders.drugs),
            kept=orders.kept, entries=len(orders.premedication),
        )  # fmt: skip
        patients.cap[:] = 10**6
        patients.when("end")[:] = end
        for name in ("vitals", "neurology", "labs"):
            patients.when(name)[:] = self.begin
        patients.when("plan")[:] = 0
        patients.when("start")[:] = 0
        patients.when("marrow")[:] = rounds.looks.next_marrow(np.full(n, self.begin))
        faults, everyone, begun = rounds.pumps.faults, np.arange(n), np.full(n, self.begin)
        patients.next_fault[:] = faults.drawn(everyone, np.zeros(n, np.int64), begun)
        patients.when("fault")[:] = faults.following(everyone, patients.next_fault, begun)
        pump = rounds.protocol.pump
        if pump.bag_change_minutes is not None and pump.change_minutes:
            patients.when("bag")[:] = pump.bag_change_minutes
        for entry, given in enumerate(orders.premedication):
            if given.before == "first dose" and given.offset <= 0:
                patients.premedication[entry] = given.offset
        talks = chance(words(keys(seed, "ward/reports", ids), np.zeros(n, np.int64), 0))
        patients.reports[:] = talks < self.ward.reports
        return patients

    def _draw_infections(self, ids: Numbers, seed: int) -> None:
        """Draw how much hazard each patient's first infection takes."""
        zero = np.zeros(len(ids), np.int64)
        self._germs = {name: keys(seed, f"ward/{name}", ids) for name in ("bacteria", "fungi")}
        self._caught = {name: zero.copy() for name in self._germs}
        self._limit = {name: -log(chance(words(key, zero, 0))) for name, key in self._germs.items()}

    # ------------------------------------------------------------------ the loop
    def run(self, progress: Callable[[int], None] | None = None) -> Treated:
        """Treat everybody to the end; `progress` is told how much is done, in whole patients."""
        active = np.flatnonzero(self.population.status == OK)
        while len(active):
            active = self._go(active)
            if progress is not None:
                progress(self._done(active))
        everyone = np.arange(len(self.patients))
        notes = Notes(everyone)
        self.rounds.verdicts.close(self.patients, notes)
        self.journal.keep(notes)
        if progress is not None:
            progress(len(everyone))
        nobody = np.empty(0, np.intp), np.empty(0), np.empty(0)
        who, time, goal = (
            np.concatenate(part) for part in zip(nobody, *self.stopped_at, strict=True)
        )
        order = np.argsort(who, kind="stable")
        return Treated(
            self.values, self.population.status, self.population.steps, self.journal,
            (who[order], time[order], goal[order]), self.begin / MINUTES_PER_DAY,
        )  # fmt: skip

    def _done(self, active: Rows) -> int:
        """Return how many patients' worth of days are simulated: two at half way are one."""
        begin = self.begin / MINUTES_PER_DAY
        left = self.times[-1] - self.population.t[active]
        return int(len(self.patients) - left.sum() / max(self.times[-1] - begin, 1e-9))

    def _go(self, active: Rows) -> Rows:
        """Carry these patients to their next stop and look; return who is not done.

        Calm looks on the way are not stopped at. Whom something befalls, or who calls, goes back
        to where he was and is carried again: so every stop of the solver is a whole minute.
        """
        patients, population = self.patients, self.population
        first, goal = patients.clock[_LOOKS].min(axis=0)[active], self._next_event(active)
        visit = None
        if self.ahead is None:
            goal = np.minimum(first, goal)
        else:
            visit = self.ahead.visit(patients, self.crs, self.memory, active, goal, first)
        moves = _MOVES if visit is None else ()  # who is visited is left where he was
        saved = {name: getattr(population, name)[active] for name in moves}
        crossings = self._advance(active, goal, visit)
        earliest = self._set_clocks(active, crossings)
        back = np.flatnonzero(earliest < (goal if visit is None else NEVER))
        for name, before in saved.items():
            getattr(population, name)[active[back]] = before[back]
        if self.ahead is not None:
            notes = Notes(active)
            self.ahead.write(active, notes)
            self.journal.keep(notes)
            who, when = self.ahead.dosed(active)
            self.stopped_at.append((active[who], when, goal[who] / MINUTES_PER_DAY))
        there = population.status[active] == OK
        there[back] = False
        at = np.flatnonzero(there)
        done = np.zeros(len(active), np.bool_)
        if len(at):
            rows = active[at]
            stop = np.rint(population.t[rows] * MINUTES_PER_DAY).astype(np.int32)
            self.stopped_at.append((rows, population.t[rows], goal[at] / MINUTES_PER_DAY))
            seen = self._at_bedside(rows) == stop
            if seen.any():
                self._look(rows[seen], stop[seen])
            if not seen.all():
                self._befall(rows[~seen], stop[~seen])
            done[at] = stop >= patients.when("end")[rows]
        going: Rows = active[~done & (population.status[active] == OK)]
        return going

    def _next_event(self, rows: Rows) -> Minutes:
        """Return the minute at which each patient is next needed for anything but a plain look."""
        patients = self.patients
        first = patients.clock[_OTHERS].min(axis=0)
        if len(patients.premedication):
            first = np.minimum(first, patients.premedication.min(axis=0))
        found: Minutes = first[rows]
        return found

    def _at_bedside(self, rows: Rows) -> Minutes:
        """Return the minute at which somebody is next at each patient's bedside."""
        first = self.patients.clock[:-UNSEEN].min(axis=0)
        if len(self.patients.premedication):
            first = np.minimum(first, self.patients.premedication.min(axis=0))
        found: Minutes = first[rows]
        return found

    def _look(self, rows: Rows, minute: Minutes) -> None:
        """Look at patients, and give what follows."""
        part = self.patients.take(rows)
        memory = self.crs.take(rows), self.memory.take(rows)
        notes = Notes(rows)

        def now(names: tuple[str, ...], at: Rows) -> Floats:
            return self.population.now(names, rows[at])

        truth = self.population.now(self._bedside, rows)
        crs = self.rounds.attend(part, memory, minute, truth, now, notes)
        self._write(rows, notes)
        self.patients.put(part)
        self.crs.put(rows, crs)
        self.memory.put(rows, memory[1])

    def _befall(self, rows: Rows, minute: Minutes) -> None:
        """Let happen what brings nobody to the bedside, and give what follows."""
        part, notes = self.patients.take(rows), Notes(rows)
        self.rounds.befall(part, minute, notes)
        self._write(rows, notes)
        self.patients.put(part)

    def _write(self, rows: Rows, notes: Notes) -> None:
        """Keep what is noted and let the doses in it take effect."""
        self.journal.keep(notes)
        for at, dose in notes.doses():
            self._give(rows[at], dose)

    def _give(self, rows: Rows, dose: dict[str, Any]) -> None:
        kind = np.broadcast_to(np.asarray(dose["kind"]), len(rows))
        real = kind >= 0
        if real.any():
            values = np.broadcast_to(np.asarray(dose["value"], np.float64), len(rows))
            self.population.give(rows[real], int(kind[real][0]), int(dose["index"]), values[real])

    # ------------------------------------------------------------------ the engine's part
    def _advance(self, active: Rows, goal: Minutes, visit: Visit | None) -> Crossings:
        """Carry patients to their goals, with the outputs on the way; return crossings."""
        end = goal / MINUTES_PER_DAY
        asked, place = due_outputs(self.times, self.population.t[active], end)
        passage = carry(
            self.population, end, None, asked, self.outputs, watches=self._watches(), visit=visit,
            rows=active, rtol=self.rtol, threads=self.threads,
        )  # fmt: skip
        put_outputs(self.values, active, place, passage.values)
        return passage.crossings

    def _watches(self) -> list[Watch]:
        """Return what nature and patients do not wait for a nurse with."""
        patients, none = self.patients, np.nan
        talks = (patients.reports == 1) & (patients.armed == 1) & (patients.when("report") == NEVER)
        watches = [
            Watch("temperature", np.where(talks, self.ward.report_above, none), RISING),
        ]
        for name, species in (("bacteria", BACTERIA), ("fungi", FUNGI)):
            free = patients.when(name) == NEVER
            level = np.where(free, self._limit[name], none)
            watches.append(Watch(species, level, RISING))
        if self.rounds.monitoring.continuous:
            seen, again = patients.seen, patients.when("again") == NEVER
            for row, name, limit, direction in (
                (0, "temperature", FEVER, RISING),
                (1, "MAP", self.ward.low_pressure, FALLING),
                (3, "SpO2", self.ward.low_saturation, FALLING),
            ):
                fine = (seen[row] < limit) if direction == RISING else (seen[row] >= limit)
                watches.append(Watch(name, np.where(fine & again, limit, none), direction))
        return watches

    def _set_clocks(self, active: Rows, crossings: Crossings) -> Minutes:
        """Set the clocks of what has been crossed; return the earliest, by place in `active`.

        The next infection takes more hazard; who has called does not call again at once.
        """
        earliest = np.full(len(active), NEVER, np.int32)
        if not len(crossings):
            return earliest
        place = np.searchsorted(active, crossings.patient)
        minutes = np.floor(crossings.time * MINUTES_PER_DAY).astype(np.int32) + 1
        for k, clock in enumerate(_CROSSED):
            at = np.flatnonzero(crossings.watch == k)
            at = at[np.unique(crossings.patient[at], return_index=True)[1]]  # the first of each
            if not len(at):
                continue
            rows, minute = crossings.patient[at], minutes[at]
            if clock == "report":
                low, high = self.ward.report_minutes
                luck = chance(words(self.patients.key[rows], minute, _LATENCY_USE))
                minute = minute + low + (luck * (high - low + 1)).astype(np.int32)
                self.patients.armed[rows] = 0
            elif clock in self._germs:
                self._caught[clock][rows] += 1
                luck = chance(words(self._germs[clock][rows], self._caught[clock][rows], 0))
                self._limit[clock][rows] -= log(luck)
            row = self.patients.when(clock)
            row[rows] = np.minimum(row[rows], minute)
            earliest[place[at]] = np.minimum(earliest[place[at]], minute)
        return earliest
